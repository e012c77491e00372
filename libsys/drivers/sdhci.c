/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * SD cards (Physical Layer Simplified Specification 6.00) by a standard host controller.
 *
 *	reset, 400 kHz    CMD0    idle
 *	                  CMD8    is there a card of version 2?
 *	                  ACMD41  voltage; until it is ready
 *	                  CMD2 3  its name, its address
 *	                  CMD9    its size
 *	                  CMD7    selected; ACMD6: four wires
 *	25 MHz            CMD17 18 24 25
 *
 * Registers are accessed by 32 bits, which the BCM2711's controllers want. An error resets
 * the part of the controller that it stopped.
 */
#include "libsys/drivers/sdhci.h"

#include <string.h>

#include "libsys/clock.h"
#include "libsys/drivers/mmio.h"

enum sdhci_reg {
	BLOCKS = 0x04,	  /* rw  size, count from bit 16 */
	ARGUMENT = 0x08,  /* rw */
	COMMAND = 0x0c,	  /* rw  transfer mode, command from bit 16; writing sends it */
	RESPONSE = 0x10,  /* ro  four words */
	DATA = 0x20,	  /* rw  the buffer */
	PRESENT = 0x24,	  /* ro  state */
	CONTROL = 0x28,	  /* rw  wires, power */
	CLOCK = 0x2c,	  /* rw  clock, timeout, resets */
	STATUS = 0x30,	  /* rw  what has happened; written: cleared */
	STATUS_ON = 0x34, /* rw  what shows in STATUS */
	SIGNAL_ON = 0x38, /* rw  and interrupts */
	ABILITIES = 0x40, /* ro */
};

enum {
	MODE_COUNT = 1 << 1,
	MODE_AUTO_STOP = 1 << 2, /* CMD12 by itself */
	MODE_READ = 1 << 4,
	MODE_MANY = 1 << 5,
	PRESENT_NO_COMMAND = 1 << 0,
	PRESENT_NO_DATA = 1 << 1,
	CONTROL_FOUR_WIRES = 1 << 1,
	CONTROL_POWER = 0xf << 8, /* on, 3.3 V */
	CLOCK_INSIDE = 1 << 0,
	CLOCK_STABLE = 1 << 1,
	CLOCK_CARD = 1 << 2,
	CLOCK_TIMEOUT = 0xe << 16, /* the longest */
	RESET_ALL = 1 << 24,
	RESET_COMMAND = 1 << 25,
	RESET_DATA = 1 << 26,
	STATUS_COMMAND = 1 << 0,
	STATUS_TRANSFER = 1 << 1,
	STATUS_ROOM = 1 << 4,
	STATUS_COME = 1 << 5,
	STATUS_ERROR = 1 << 15,
	STATUS_TIMEOUT = 1 << 16, /* no answer to a command */
	SPIN_NS = 20000,
	NAP_NS = 100000,
	KHZ_START = 400,
	KHZ_WORK = 25000,
	BLOCKS_MAX = 0xffff,
	WORDS = BLOCK_SECTOR / sizeof(uint32_t),
	OCR_VOLTAGES = 0xff8000, /* 2.7 to 3.6 V */
	OCR_LARGE = 1 << 30,
	CHECK_PATTERN = 0x1aa, /* 2.7 to 3.6 V, and bits to come back */
};

#define ERRORS	     UINT32_C(0xffff0000)
#define STATE_ERRORS UINT32_C(0xfdf90008) /* of the card's status in R1 */
#define OCR_READY    (UINT32_C(1) << 31)
#define PATIENCE     UINT64_C(2000000000) /* ns */

/* What a command's answer is, as the COMMAND register has it: bits 16 to 21. */
enum answer {
	NO_ANSWER = 0,
	R1 = 2 | 1 << 3 | 1 << 4, /* 48 bits, with check sum and number */
	R1_BUSY = 3 | 1 << 3 | 1 << 4,
	R2 = 1 | 1 << 3, /* 136 bits */
	R3 = 2,
	R6 = R1,
	R7 = R1,
	WITH_DATA = 1 << 5,
};

enum command {
	GO_IDLE = 0,
	ALL_SEND_CID = 2,
	SEND_ADDRESS = 3,
	SET_WIRES = 6, /* ACMD */
	SELECT = 7,
	SEND_CONDITION = 8,
	SEND_CSD = 9,
	STOP = 12,
	SET_BLOCK_SIZE = 16,
	READ_ONE = 17,
	READ_MANY = 18,
	WRITE_ONE = 24,
	WRITE_MANY = 25,
	OPERATE = 41, /* ACMD */
	APPLICATION = 55,
};

static uint32_t get(struct sdhci *card, uint32_t reg)
{
	return mmio_read32(card->device.registers, reg);
}

static void set(struct sdhci *card, uint32_t reg, uint32_t value)
{
	mmio_write32(card->device.registers, reg, value);
}

/* Nothing interrupts for these: most take moments, but a card that writes may take its time. */
static status_t await_bits(struct sdhci *card, enum sdhci_reg reg, uint32_t mask, uint32_t want)
{
	uint64_t start = clock_ns();

	while ((get(card, reg) & mask) != want) {
		uint64_t past = clock_ns() - start;

		if (past > PATIENCE)
			return ST_TIMED_OUT;
		if (past > SPIN_NS)
			clock_sleep_ns(NAP_NS);
	}
	return ST_OK;
}

/* After an error: the parts that it stopped. */
static status_t recover(struct sdhci *card)
{
	uint32_t resets = RESET_COMMAND | RESET_DATA;

	set(card, CLOCK, get(card, CLOCK) | resets);
	return await_bits(card, CLOCK, resets, 0);
}

/* Wait until one of these has happened, by interrupt. It is cleared. */
static status_t await(struct sdhci *card, uint32_t event)
{
	uint64_t deadline = clock_ns() + PATIENCE;
	uint32_t status;

	while (!((status = get(card, STATUS)) & (event | ERRORS | STATUS_ERROR))) {
		set(card, SIGNAL_ON, event | ERRORS);
		if (device_wait(&card->wait, deadline) != ST_OK)
			card->is_lost = 1;
		set(card, SIGNAL_ON, 0);
		device_ack(&card->device);
		if (card->is_lost)
			return ST_TIMED_OUT;
	}
	if (!(status & (ERRORS | STATUS_ERROR))) {
		set(card, STATUS, status & event);
		return ST_OK;
	}
	set(card, STATUS, status);
	(void)recover(card);
	return status & STATUS_TIMEOUT ? ST_NOT_FOUND : ST_IO;
}

static status_t command(struct sdhci *card, enum command number, uint32_t argument,
	unsigned answer, unsigned mode)
{
	uint32_t idle = PRESENT_NO_COMMAND |
		(answer & WITH_DATA || answer == R1_BUSY ? PRESENT_NO_DATA : 0);
	status_t st;

	if (card->is_lost)
		return ST_BAD_STATE;
	st = await_bits(card, PRESENT, idle, 0);
	if (st != ST_OK)
		return st;
	set(card, STATUS, UINT32_MAX);
	set(card, ARGUMENT, argument);
	set(card, COMMAND, (uint32_t)number << 24 | answer << 16 | mode);
	st = await(card, STATUS_COMMAND);
	if (st == ST_OK && answer == R1_BUSY)
		st = await(card, STATUS_TRANSFER);
	if (st == ST_OK && (answer & ~(unsigned)WITH_DATA) == R1 && number >= READ_ONE &&
		number <= WRITE_MANY && get(card, RESPONSE) & STATE_ERRORS)
		st = ST_IO;
	return st;
}

static status_t application_command(
	struct sdhci *card, enum command number, uint32_t argument, unsigned answer)
{
	status_t st = command(card, APPLICATION, card->address, R1, 0);

	return st == ST_OK ? command(card, number, argument, answer, 0) : st;
}

/* The divisor has ten bits, and divides by twice its value. */
static status_t set_clock(struct sdhci *card, uint32_t khz)
{
	uint32_t divisor = (card->clock / 1000 + 2 * khz - 1) / (2 * khz), bits;
	status_t st;

	if (divisor > 0x3ff)
		divisor = 0x3ff;
	bits = (divisor & 0xff) << 8 | (divisor >> 8) << 6 | CLOCK_TIMEOUT;
	set(card, CLOCK, CLOCK_TIMEOUT);
	set(card, CLOCK, bits | CLOCK_INSIDE);
	st = await_bits(card, CLOCK, CLOCK_STABLE, CLOCK_STABLE);
	set(card, CLOCK, bits | CLOCK_INSIDE | CLOCK_CARD);
	clock_sleep_ns(1000000); /* 74 clocks at the least before a card is spoken to */
	return st;
}

static status_t start_controller(struct sdhci *card)
{
	enum { BASE_SHIFT = 8, BASE_MASK = 0xff, MHZ = 1000000 };
	status_t st;

	set(card, SIGNAL_ON, 0);
	set(card, CLOCK, RESET_ALL);
	st = await_bits(card, CLOCK, RESET_ALL, 0);
	if (st != ST_OK)
		return st;
	if (!card->clock)
		card->clock = (get(card, ABILITIES) >> BASE_SHIFT & BASE_MASK) * MHZ;
	if (!card->clock)
		return ST_NOT_SUPPORTED;
	set(card, CONTROL, CONTROL_POWER);
	set(card, STATUS_ON, UINT32_MAX);
	return set_clock(card, KHZ_START);
}

/* Until the card has powered up: a second at most, by the specification. */
static status_t operate(struct sdhci *card, int is_version_2)
{
	uint64_t deadline = clock_ns() + PATIENCE;
	uint32_t wish = OCR_VOLTAGES | (is_version_2 ? OCR_LARGE : 0);
	status_t st;

	for (;;) {
		st = application_command(card, OPERATE, wish, R3);
		if (st != ST_OK)
			return st == ST_NOT_FOUND && !is_version_2 ? ST_NOT_FOUND : st;
		if (get(card, RESPONSE) & OCR_READY)
			break;
		if (clock_ns() > deadline)
			return ST_NOT_SUPPORTED;
		clock_sleep_ns(10000000);
	}
	card->is_by_sector = (get(card, RESPONSE) & OCR_LARGE) != 0;
	return ST_OK;
}

static status_t identify(struct sdhci *card)
{
	int is_version_2;
	status_t st = command(card, GO_IDLE, 0, NO_ANSWER, 0);

	if (st != ST_OK)
		return st;
	card->address = 0;
	st = command(card, SEND_CONDITION, CHECK_PATTERN, R7, 0);
	is_version_2 = st == ST_OK;
	if (st != ST_OK && st != ST_NOT_FOUND)
		return st;
	if (is_version_2 && (get(card, RESPONSE) & 0xfff) != CHECK_PATTERN)
		return ST_NOT_SUPPORTED;
	st = operate(card, is_version_2);
	if (st == ST_OK)
		st = command(card, ALL_SEND_CID, 0, R2, 0);
	if (st == ST_OK)
		st = command(card, SEND_ADDRESS, 0, R6, 0);
	if (st == ST_OK)
		card->address = get(card, RESPONSE) & 0xffff0000;
	return st;
}

/* The CSD without its last byte: bit n of the specification is bit n - 8 here. */
static uint32_t csd_field(const uint32_t csd[4], unsigned first, unsigned bits)
{
	unsigned at = first - 8;
	uint64_t two = csd[at / 32];

	if (at / 32 < 3)
		two |= (uint64_t)csd[at / 32 + 1] << 32;
	return (uint32_t)(two >> at % 32) & ((UINT32_C(1) << bits) - 1);
}

static uint64_t csd_sectors(const uint32_t csd[4])
{
	unsigned bytes_bits = csd_field(csd, 80, 4), multiplier = csd_field(csd, 47, 3) + 2;

	if (csd_field(csd, 126, 2) != 0) /* version 2: units of 512 KiB */
		return ((uint64_t)csd_field(csd, 48, 22) + 1) << 10;
	return ((uint64_t)csd_field(csd, 62, 12) + 1) << multiplier << bytes_bits >> 9;
}

static status_t select_card(struct sdhci *card)
{
	uint32_t csd[4];
	uint64_t most;
	status_t st = command(card, SEND_CSD, card->address, R2, 0);

	if (st != ST_OK)
		return st;
	for (uint32_t i = 0; i < 4; i++)
		csd[i] = get(card, RESPONSE + i * (uint32_t)sizeof(uint32_t));
	card->block.sectors = csd_sectors(csd);
	most = card->is_by_sector ? UINT64_C(1) << 32 : (UINT64_C(1) << 32) / BLOCK_SECTOR;
	if (card->block.sectors >
		most) /* an argument has 32 bits: no sector is another one's */
		card->block.sectors = most;
	st = command(card, SELECT, card->address, R1_BUSY, 0);
	if (st == ST_OK)
		st = application_command(card, SET_WIRES, 2, R1);
	if (st == ST_OK)
		st = command(card, SET_BLOCK_SIZE, BLOCK_SECTOR, R1, 0);
	if (st != ST_OK)
		return st;
	set(card, CONTROL, get(card, CONTROL) | CONTROL_FOUR_WIRES);
	return set_clock(card, KHZ_WORK);
}

/* Words by way of memcpy: the program's bytes may stand at any address. */
static void read_buffer(struct sdhci *card, uint8_t *to)
{
	for (unsigned i = 0; i < WORDS; i++, to += sizeof(uint32_t)) {
		uint32_t word = get(card, DATA);

		memcpy(to, &word, sizeof(word));
	}
}

static void write_buffer(struct sdhci *card, const uint8_t *from)
{
	for (unsigned i = 0; i < WORDS; i++, from += sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, from, sizeof(word));
		set(card, DATA, word);
	}
}

/* Tell controller and card of a transfer of `count` sectors. */
static status_t begin(struct sdhci *card, uint64_t sector, size_t count, int is_read)
{
	uint64_t at = card->is_by_sector ? sector : sector * BLOCK_SECTOR;
	unsigned mode = MODE_COUNT | (is_read ? MODE_READ : 0);
	enum command number = is_read ? READ_ONE : WRITE_ONE;

	if (count > 1) {
		mode |= MODE_MANY | MODE_AUTO_STOP;
		number = is_read ? READ_MANY : WRITE_MANY;
	}
	set(card, BLOCKS, (uint32_t)count << 16 | BLOCK_SECTOR);
	return command(card, number, (uint32_t)at, R1 | WITH_DATA, mode);
}

static status_t transfer(
	struct sdhci *card, uint64_t sector, void *bytes, size_t count, int is_read)
{
	uint8_t *at = bytes;
	status_t st = begin(card, sector, count, is_read);

	for (size_t i = 0; st == ST_OK && i < count; i++, at += BLOCK_SECTOR) {
		st = await(card, is_read ? STATUS_COME : STATUS_ROOM);
		if (st == ST_OK && is_read)
			read_buffer(card, at);
		else if (st == ST_OK)
			write_buffer(card, at);
	}
	if (st == ST_OK)
		st = await(card, STATUS_TRANSFER);
	if (st != ST_OK && count > 1) /* the card would go on */
		(void)command(card, STOP, 0, R1_BUSY, 0);
	return st == ST_NOT_FOUND ? ST_IO : st;
}

static status_t transfer_all(
	struct block *block, uint64_t sector, void *bytes, size_t count, int is_read)
{
	while (count > 0) {
		size_t some = count < BLOCKS_MAX ? count : BLOCKS_MAX;
		status_t st = transfer(block->driver, sector, bytes, some, is_read);

		if (st != ST_OK)
			return st;
		bytes = (char *)bytes + some * BLOCK_SECTOR;
		sector += some;
		count -= some;
	}
	return ST_OK;
}

static status_t read(struct block *block, uint64_t sector, void *to, size_t count)
{
	return transfer_all(block, sector, to, count, 1);
}

static status_t write(struct block *block, uint64_t sector, const void *from, size_t count)
{
	return transfer_all(block, sector, (void *)(uintptr_t)from, count, 0);
}

/* A card has no cache that it does not see to itself: it is done when it is not busy. */
static status_t flush(struct block *block)
{
	struct sdhci *card = block->driver;

	return card->is_lost ? ST_BAD_STATE : await_bits(card, PRESENT, PRESENT_NO_DATA, 0);
}

static void close_card(struct block *block)
{
	struct sdhci *card = block->driver;

	set(card, SIGNAL_ON, 0);
	device_wait_close(&card->device, &card->wait);
	device_close(&card->device);
}

static const struct block_operations operations = {read, write, flush, close_card};

static status_t start_card(struct sdhci *card)
{
	status_t st = start_controller(card);

	if (st == ST_OK)
		st = identify(card);
	return st == ST_OK ? select_card(card) : st;
}

status_t sdhci_open(tree_node node, struct sdhci *card)
{
	status_t st;

	memset(card, 0, sizeof(*card));
	st = device_open(node, &card->device);
	if (st != ST_OK)
		return st;
	card->clock = tree_clock(node, 0);
	card->block.operations = &operations;
	card->block.driver = card;
	st = device_wait_open(&card->device, &card->wait);
	if (st != ST_OK) {
		device_close(&card->device);
		return st;
	}
	st = start_card(card);
	if (st != ST_OK)
		close_card(&card->block);
	return st;
}

tree_node sdhci_find(void)
{
	static const char *const kinds[] = {"brcm,bcm2711-emmc2", "brcm,bcm2835-sdhci"};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		tree_node node = tree_next_compatible(TREE_ROOT, kinds[i]);
		struct sdhci card;

		if (node < 0 || sdhci_open(node, &card) != ST_OK)
			continue;
		block_close(&card.block);
		return node;
	}
	return TREE_NONE;
}
