/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/mailbox.h"

#include <string.h>

#include "libsys/clock.h"
#include "libsys/drivers/mmio.h"

enum mailbox_reg {
	MAIL0_READ = 0x00,   /* ro  what the VideoCore sent: address and channel */
	MAIL0_STATUS = 0x18, /* ro */
	MAIL0_CONFIG = 0x1c, /* rw  interrupts */
	MAIL1_WRITE = 0x20,  /* wo  what is for the VideoCore */
	MAIL1_STATUS = 0x38, /* ro */
};

enum {
	STATUS_EMPTY = 1 << 30,
	CONFIG_DATA_INTERRUPT = 1 << 0,
	CHANNEL_PROPERTIES = 8,
	CHANNEL_MASK = 0xf,
	CODE_REQUEST = 0,
	TAG_ANSWERED_BIT = 31,
	MESSAGE_WORDS = PAGE_SIZE / sizeof(uint32_t),
};

#define STATUS_FULL  (UINT32_C(1) << 31)
#define CODE_DONE    UINT32_C(0x80000000)
#define TAG_ANSWERED (UINT32_C(1) << TAG_ANSWERED_BIT)
#define BUS_UNCACHED UINT32_C(0xc0000000) /* the VideoCore's view of memory */
#define PATIENCE     UINT64_C(2000000000) /* ns */

static uint32_t get(struct mailbox *mailbox, enum mailbox_reg reg)
{
	return mmio_read32(mailbox->device.registers, reg);
}

static void set(struct mailbox *mailbox, enum mailbox_reg reg, uint32_t value)
{
	mmio_write32(mailbox->device.registers, reg, value);
}

static status_t open_parts(const struct dma_pool *memory, struct mailbox *mailbox)
{
	status_t st = dma_alloc(memory, PAGE_SIZE, 0, 0, &mailbox->message);

	if (st != ST_OK)
		return st;
	if (mailbox->message.address + PAGE_SIZE > MAILBOX_LIMIT)
		st = ST_INVALID_ARGS;
	else
		st = device_wait_open(&mailbox->device, &mailbox->wait);
	if (st != ST_OK)
		dma_free(&mailbox->message);
	return st;
}

status_t mailbox_open(const struct dma_pool *memory, struct mailbox *mailbox)
{
	tree_node node = tree_next_compatible(TREE_ROOT, "brcm,bcm2835-mbox");
	status_t st = node < 0 ? ST_NOT_FOUND : device_open(node, &mailbox->device);

	if (st != ST_OK)
		return st;
	mailbox->is_lost = 0;
	st = open_parts(memory, mailbox);
	if (st != ST_OK) {
		device_close(&mailbox->device);
		return st;
	}
	set(mailbox, MAIL0_CONFIG, CONFIG_DATA_INTERRUPT);
	return ST_OK;
}

void mailbox_close(struct mailbox *mailbox)
{
	set(mailbox, MAIL0_CONFIG, 0);
	device_wait_close(&mailbox->device, &mailbox->wait);
	dma_free(&mailbox->message);
	device_close(&mailbox->device);
}

/* Wait for the answer that carries this address; others are nobody's. */
static status_t await(struct mailbox *mailbox, uint32_t mail)
{
	uint64_t deadline = clock_ns() + PATIENCE;

	for (;;) {
		while (!(get(mailbox, MAIL0_STATUS) & STATUS_EMPTY))
			if (get(mailbox, MAIL0_READ) == mail)
				return ST_OK;
		device_ack(&mailbox->device);
		if (device_wait(&mailbox->wait, deadline) != ST_OK)
			return ST_TIMED_OUT;
	}
}

static status_t exchange(struct mailbox *mailbox)
{
	uint32_t mail = (uint32_t)mailbox->message.address | BUS_UNCACHED | CHANNEL_PROPERTIES;
	uint64_t deadline = clock_ns() + PATIENCE;
	status_t st;

	while (get(mailbox, MAIL1_STATUS) & STATUS_FULL)
		if (clock_ns() > deadline)
			return ST_TIMED_OUT;
	dma_wmb(); /* the message is there before it is sent */
	set(mailbox, MAIL1_WRITE, mail);
	st = await(mailbox, mail);
	dma_rmb(); /* and the answer is read after it has come */
	return st;
}

/* Size and code, then for each: tag, room in bytes, code, values; then 0. */
static status_t compose(
	volatile uint32_t *message, const struct mailbox_question *questions, unsigned count)
{
	unsigned at = 2;

	for (unsigned i = 0; i < count; i++) {
		const struct mailbox_question *q = &questions[i];

		if (q->count > MAILBOX_VALUES_MAX || at + 4 + q->count > MESSAGE_WORDS)
			return ST_OUT_OF_RANGE;
		message[at++] = q->tag;
		message[at++] = q->count * (uint32_t)sizeof(uint32_t);
		message[at++] = 0;
		for (unsigned j = 0; j < q->count; j++)
			message[at++] = q->values[j];
	}
	message[at++] = 0;
	message[0] = at * (uint32_t)sizeof(uint32_t);
	message[1] = CODE_REQUEST;
	return ST_OK;
}

static void read_answers(
	const volatile uint32_t *message, struct mailbox_question *questions, unsigned count)
{
	unsigned at = 2;

	for (unsigned i = 0; i < count; i++) {
		questions[i].is_answered = (message[at + 2] & TAG_ANSWERED) != 0;
		at += 3;
		for (unsigned j = 0; j < questions[i].count; j++)
			questions[i].values[j] = message[at++];
	}
}

status_t mailbox_ask(
	struct mailbox *mailbox, struct mailbox_question *questions, unsigned count)
{
	volatile uint32_t *message = mailbox->message.at;
	status_t st;

	if (mailbox->is_lost)
		return ST_BAD_STATE;
	st = compose(message, questions, count);
	if (st != ST_OK)
		return st;
	st = exchange(mailbox);
	if (st != ST_OK) {
		mailbox->is_lost = 1; /* an answer may come to the old question yet */
		return st;
	}
	if (message[1] != CODE_DONE)
		return ST_IO;
	read_answers(message, questions, count);
	return ST_OK;
}

status_t mailbox_value(struct mailbox *mailbox, enum mailbox_tag tag, uint32_t argument,
	unsigned which, uint32_t *value_out)
{
	struct mailbox_question question = {.tag = tag, .values = {argument}, .count = 2};
	status_t st;

	if (which >= question.count)
		return ST_OUT_OF_RANGE;
	st = mailbox_ask(mailbox, &question, 1);
	if (st == ST_OK && !question.is_answered)
		st = ST_NOT_SUPPORTED;
	if (st == ST_OK)
		*value_out = question.values[which];
	return st;
}
