/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A disk, and files on it: virtio on virt, the SD card on the Pi. The script with_devices makes
 * the image and looks at what was written:
 *
 *	sector 0              MBR: one partition, FAT16 or FAT32
 *	RAW, 400 sectors      the script's pattern
 *	RAW + 400, 400 more   written here
 */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "libsys/drivers/fat.h"
#include "libsys/drivers/sdhci.h"
#include "libsys/drivers/serial.h"
#include "libsys/drivers/virtio_blk.h"
#include "objects.h"

enum { DMA_BITS = 18, PATTERN = 400, BIG = 100000 };

static struct dma_pool memory;
static struct virtio_blk disk;
static struct sdhci card;
static struct block *block;

static uint64_t argument(const char *name)
{
	const char *value;

	REQUIRE(boot_argument(name, &value));
	return strtoull(value, NULL, 0);
}

static void set_up(void)
{
	if (tree_is_compatible(TREE_ROOT, "brcm,bcm2711")) {
		REQUIRE(sdhci_open(sdhci_find(), &card) == ST_OK);
		block = &card.block;
	} else {
		REQUIRE(dma_pool_create(0, DMA_BITS, &memory) == ST_OK);
		REQUIRE(virtio_blk_open(virtio_find(VIRTIO_BLK, 0), &memory, &disk) == ST_OK);
		block = &disk.block;
	}
}

static void tear_down(void)
{
	block_close(block);
	if (block == &disk.block)
		dma_pool_delete(&memory);
}

/* The script's: no byte as its neighbours, no sector as another. */
static uint8_t pattern(uint64_t at, unsigned seed)
{
	return (uint8_t)(at * 31 + at / 512 * 7 + at / 131072 + seed);
}

static uint8_t bytes[PATTERN * BLOCK_SECTOR + 1];

static unsigned differences(const uint8_t *from, size_t size, uint64_t at, unsigned seed)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < size; i++)
		wrong += from[i] != pattern(at + i, seed);
	return wrong;
}

TEST(block, is_as_large_as_its_image)
{
	set_up();
	EXPECT_EQ(block->sectors, argument("sectors"));
	EXPECT_EQ(block->is_read_only, 0);
	tear_down();
}

TEST(block, reads_one_sector_and_many)
{
	uint64_t raw = argument("raw");

	set_up();
	EXPECT_EQ(block_read(block, raw + 7, bytes, 1), ST_OK);
	EXPECT_EQ(differences(bytes, BLOCK_SECTOR, 7 * BLOCK_SECTOR, 1), 0);
	EXPECT_EQ(block_read(block, raw, bytes + 1, PATTERN), ST_OK); /* at an odd address */
	EXPECT_EQ(differences(bytes + 1, sizeof(bytes) - 1, 0, 1), 0);
	EXPECT_EQ(block_read(block, raw, bytes, 0), ST_OK);
	EXPECT_EQ(block_read(block, block->sectors - 1, bytes, 1), ST_OK);
	tear_down();
}

TEST(block, writes_and_flushes)
{
	uint64_t raw = argument("raw") + PATTERN;

	set_up();
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		bytes[i + 1] = pattern(i, 2);
	EXPECT_EQ(block_write(block, raw, bytes + 1, PATTERN), ST_OK);
	for (unsigned i = 0; i < BLOCK_SECTOR; i++)
		bytes[i] = pattern(i, 3);
	EXPECT_EQ(block_write(block, raw + 5, bytes, 1), ST_OK);
	EXPECT_EQ(block_flush(block), ST_OK);
	memset(bytes, 0, sizeof(bytes));
	EXPECT_EQ(block_read(block, raw, bytes, PATTERN), ST_OK);
	EXPECT_EQ(differences(bytes, 5 * BLOCK_SECTOR, 0, 2), 0);
	EXPECT_EQ(differences(bytes + 5 * BLOCK_SECTOR, BLOCK_SECTOR, 0, 3), 0);
	EXPECT_EQ(differences(bytes + 6 * BLOCK_SECTOR, (PATTERN - 6) * BLOCK_SECTOR,
			  6 * BLOCK_SECTOR, 2),
		0);
	tear_down();
}

TEST(block, refuses_what_is_beyond_its_end)
{
	set_up();
	EXPECT_EQ(block_read(block, block->sectors, bytes, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(block_read(block, block->sectors - 1, bytes, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(block_read(block, UINT64_MAX, bytes, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(block_write(block, block->sectors, bytes, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(block_write(block, 0, bytes, SIZE_MAX), ST_OUT_OF_RANGE);
	tear_down();
}

/* virt has a second disk, which is write-protected. */
TEST(block, read_only_is_not_written)
{
	struct dma_pool own;
	struct virtio_blk sealed;

	if (tree_is_compatible(TREE_ROOT, "brcm,bcm2711"))
		return;
	REQUIRE(dma_pool_create(0, DMA_BITS, &own) == ST_OK);
	REQUIRE(virtio_blk_open(virtio_find(VIRTIO_BLK, 1), &own, &sealed) == ST_OK);
	EXPECT_EQ(sealed.block.is_read_only, 1);
	EXPECT_EQ(block_write(&sealed.block, 0, bytes, 1), ST_ACCESS_DENIED);
	EXPECT_EQ(block_read(&sealed.block, 0, bytes, 1), ST_OK);
	block_close(&sealed.block);
	EXPECT_EQ(virtio_find(VIRTIO_BLK, 2), TREE_NONE);
	EXPECT_EQ(virtio_blk_open(serial_console(), &own, &sealed), ST_WRONG_TYPE);
	dma_pool_delete(&own);
}

static struct fat fat;

static void mount(void)
{
	uint64_t sector = 0;

	set_up();
	REQUIRE(fat_partition(block, 0, &sector) == ST_OK);
	REQUIRE(fat_open(block, sector, &fat) == ST_OK);
	EXPECT_EQ(fat.root_cluster == 0, argument("fat") == 16);
}

TEST(fat, finds_and_reads_files)
{
	char text[32] = "";
	struct fat_file file;

	mount();
	REQUIRE(fat_find(&fat, "/HELLO.TXT", &file) == ST_OK);
	EXPECT_EQ(fat_read(&fat, &file, 0, text, sizeof(text)), 12);
	EXPECT_TEXT(text, "hello, card\n");
	EXPECT_EQ(fat_read(&fat, &file, 7, text, 4), 4);
	EXPECT_EQ(memcmp(text, "card", 4), 0);
	EXPECT_EQ(fat_read(&fat, &file, 12, text, 4), 0);
	EXPECT_EQ(fat_read(&fat, &file, 13, text, 4), 0);
	EXPECT_EQ(fat_find(&fat, "hello.txt", &file), ST_OK);
	EXPECT_EQ(fat_find(&fat, "/hello.tx", &file), ST_NOT_FOUND);
	EXPECT_EQ(fat_find(&fat, "/hello.txt/more", &file), ST_WRONG_TYPE);
	EXPECT_EQ(fat_find(&fat, "/nothing/more", &file), ST_NOT_FOUND);
	tear_down();
}

TEST(fat, reads_a_large_file_in_a_folder_by_its_long_name)
{
	struct fat_file file;

	mount();
	REQUIRE(fat_find(&fat, "/A folder with a long name/Größe: ja/pattern of bytes.bin",
			&file) == ST_NOT_FOUND); /* a colon is in no name */
	REQUIRE(fat_find(&fat, "/A folder with a long name/Größe/pattern of bytes.bin",
			&file) == ST_OK);
	EXPECT_EQ(file.size, BIG);
	EXPECT_EQ(fat_read(&fat, &file, 0, bytes, sizeof(bytes)), BIG);
	EXPECT_EQ(differences(bytes, BIG, 0, 4), 0);
	EXPECT_EQ(fat_read(&fat, &file, 70001, bytes, 10), 10); /* back, then on */
	EXPECT_EQ(differences(bytes, 10, 70001, 4), 0);
	EXPECT_EQ(fat_read(&fat, &file, 3, bytes, 1000), 1000);
	EXPECT_EQ(differences(bytes, 1000, 3, 4), 0);
	tear_down();
}

TEST(fat, lists_folders)
{
	static const char *const names[] = {
		"A folder with a long name", "HELLO.TXT", "small.txt", "empty"};
	struct fat_entry entry;
	struct fat_file root, folder = {0};
	uint32_t position = 0;
	unsigned count = 0;

	mount();
	fat_root(&fat, &root);
	for (; fat_list(&fat, &root, &position, &entry) == ST_OK; count++) {
		REQUIRE(count < 4);
		EXPECT_TEXT(entry.name, names[count]);
		EXPECT_EQ(entry.file.is_folder, count == 0);
		if (count == 0)
			folder = entry.file;
	}
	EXPECT_EQ(count, 4);
	EXPECT_EQ(entry.file.size, 0);
	position = count = 0;
	while (fat_list(&fat, &folder, &position, &entry) == ST_OK)
		count++;
	EXPECT_EQ(count, 61); /* files 0 to 59, and a folder: more than a cluster of them */
	EXPECT_EQ(fat_list(&fat, &entry.file, &position, &entry),
		entry.file.is_folder ? ST_NOT_FOUND : ST_WRONG_TYPE);
	tear_down();
}

TEST(fat, is_nothing_else)
{
	uint64_t sector = 1;

	set_up();
	EXPECT_EQ(fat_partition(block, 1, &sector), ST_NOT_FOUND);
	EXPECT_EQ(fat_partition(block, 4, &sector), ST_NOT_FOUND);
	EXPECT_EQ(fat_open(block, argument("raw"), &fat), ST_NOT_SUPPORTED);
	EXPECT_EQ(fat_open(block, 0, &fat), ST_NOT_SUPPORTED);
	EXPECT_EQ(fat_open(block, block->sectors, &fat), ST_OUT_OF_RANGE);
	tear_down();
}
