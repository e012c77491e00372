/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * FAT volumes in memory, whole and damaged. What mtools made is read by tests/target.
 */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/drivers/fat.h"
#include "test.h"

enum {
	RESERVED = 1,
	TABLE = 17, /* sectors: 4,352 clusters */
	ROOT = 2,   /* sectors: 32 entries */
	CLUSTERS = 4200,
	ROOT_AT = RESERVED + TABLE,
	DATA_AT = ROOT_AT + ROOT,
	SECTORS = DATA_AT + CLUSTERS,
	LENGTH = 1300, /* of the file: three clusters */
	DAMAGED = 20000,
	DEPTH = 3,
};

static uint8_t image[SECTORS][BLOCK_SECTOR];

static status_t read_image(struct block *block, uint64_t sector, void *to, size_t count)
{
	test_require(sector + count <= block->sectors, __FILE__, __LINE__, "within the disk");
	memcpy(to, image[sector], count * BLOCK_SECTOR);
	return ST_OK;
}

static const struct block_operations operations = {.read = read_image};
static struct block disk = {&operations, NULL, SECTORS, 1};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void set_next(unsigned cluster, unsigned next)
{
	put16(&image[RESERVED][0] + (size_t)cluster * 2, next);
}

static uint8_t *put_entry(uint8_t *at, const char *name, unsigned attributes, unsigned first)
{
	memcpy(at, name, 11);
	at[11] = (uint8_t)attributes;
	put16(at + 26, first);
	put16(at + 28, attributes & 0x10 ? 0 : LENGTH);
	return at + 32;
}

/* A long name of less than 14 characters for the short one that follows. */
static uint8_t *put_long(uint8_t *at, const char *name, const char *short_name)
{
	static const uint8_t places[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + (uint8_t)short_name[i]);
	at[0] = 0x41;
	at[11] = 0x0f;
	at[13] = sum;
	for (unsigned i = 0, ended = 0; i < sizeof(places); i++) {
		put16(at + places[i], ended ? 0xffff : (unsigned char)name[i]);
		ended = ended || name[i] == '\0';
	}
	return at + 32;
}

static uint8_t content(unsigned at)
{
	return (uint8_t)(at * 13 + 5);
}

/* Clusters 2, 9, 4 are a file, 3 a folder with the same file in it. */
static void make_volume(void)
{
	static const unsigned chain[] = {2, 9, 4};
	uint8_t *boot = image[0], *entry = image[ROOT_AT];

	memset(image, 0, sizeof(image));
	put16(boot + 11, BLOCK_SECTOR);
	boot[13] = 1;
	put16(boot + 14, RESERVED);
	boot[16] = 1;
	put16(boot + 17, ROOT * 16);
	put16(boot + 19, SECTORS);
	put16(boot + 22, TABLE);
	put16(boot + 510, 0xaa55);
	set_next(2, 9);
	set_next(9, 4);
	set_next(4, 0xffff);
	set_next(3, 0xffff);
	entry = put_entry(entry, "VOLUME     ", 0x08, 0);
	entry = put_long(entry, "A file.text", "AFILE~1 TEX");
	entry = put_entry(entry, "AFILE~1 TEX", 0x20, 2);
	entry = put_entry(entry, "\xe5GONE   TXT", 0x20, 2);
	entry = put_long(entry, "not its name", "ANOTHER TXT"); /* of another short name */
	put_entry(entry, "FOLDER     ", 0x10, 3);
	entry = put_entry(image[DATA_AT + 1], ".          ", 0x10, 3);
	entry = put_entry(entry, "..         ", 0x10, 0);
	put_entry(entry, "INNER   TXT", 0x20, 2);
	for (unsigned i = 0; i < LENGTH; i++)
		image[DATA_AT + chain[i / BLOCK_SECTOR] - 2][i % BLOCK_SECTOR] = content(i);
}

static void expect_content(struct fat *fat, const char *path)
{
	uint8_t bytes[LENGTH + 1];
	struct fat_file file;
	unsigned wrong = 0;

	EXPECT_EQ(fat_find(fat, path, &file), ST_OK);
	EXPECT_EQ(fat_read(fat, &file, 0, bytes, sizeof(bytes)), LENGTH);
	for (unsigned i = 0; i < LENGTH; i++)
		wrong += bytes[i] != content(i);
	EXPECT_EQ(wrong, 0);
}

TEST(fat, reads_a_volume)
{
	struct fat fat;
	struct fat_file root;
	struct fat_entry entry;
	uint32_t position = 0;

	make_volume();
	EXPECT_EQ(fat_open(&disk, 0, &fat), ST_OK);
	fat_root(&fat, &root);
	EXPECT_EQ(fat_list(&fat, &root, &position, &entry), ST_OK);
	EXPECT_TEXT(entry.name, "A file.text");
	EXPECT_EQ(fat_list(&fat, &root, &position, &entry), ST_OK);
	EXPECT_TEXT(entry.name, "FOLDER");
	EXPECT_EQ(fat_list(&fat, &root, &position, &entry), ST_NOT_FOUND);
	expect_content(&fat, "a FILE.text");
	expect_content(&fat, "folder/inner.txt");
	EXPECT_EQ(fat_find(&fat, "afile~1.tex", &root), ST_NOT_FOUND);
}

TEST(fat, a_chain_that_is_a_circle_or_ends_early_is_damage)
{
	static uint8_t bytes[LENGTH];
	struct fat fat;
	struct fat_file file;

	make_volume();
	set_next(9, 0xffff);
	EXPECT_EQ(fat_open(&disk, 0, &fat), ST_OK);
	EXPECT_EQ(fat_find(&fat, "A file.text", &file), ST_OK);
	EXPECT_EQ(fat_read(&fat, &file, 0, bytes, 1024), 1024);
	EXPECT_EQ(fat_read(&fat, &file, 1024, bytes, 1), ST_IO);
	make_volume();
	set_next(3, 3); /* the folder goes on in itself */
	for (unsigned i = 0; i < BLOCK_SECTOR; i += 32)
		memcpy(image[DATA_AT + 1] + i, "\xe5", 2);
	EXPECT_EQ(fat_open(&disk, 0, &fat), ST_OK);
	EXPECT_EQ(fat_find(&fat, "FOLDER/x", &file), ST_NOT_FOUND);
}

TEST(fat, refuses_volumes_that_do_not_add_up)
{
	static const struct {
		unsigned at, value;
	} wrong[] = {
		{11, 1024}, {13, 0}, {16, 0}, {19, SECTORS + 1}, {19, 100}, {22, 16}, {510, 0}};
	struct fat fat;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make_volume();
		put16(image[0] + wrong[i].at, wrong[i].value);
		EXPECT_EQ(fat_open(&disk, 0, &fat), ST_NOT_SUPPORTED);
	}
}

/* All that can be reached, some folders deep. */
static unsigned walk(struct fat *fat, struct fat_file *folder, unsigned depth)
{
	static uint8_t bytes[4 * BLOCK_SECTOR];
	struct fat_entry entry;
	uint32_t position = 0;
	unsigned seen = 0;

	while (seen < 100 && fat_list(fat, folder, &position, &entry) == ST_OK) {
		seen += 1 + (unsigned)strlen(entry.name) / FAT_NAME_MAX;
		if (!entry.file.is_folder)
			(void)fat_read(fat, &entry.file, 0, bytes, sizeof(bytes));
		else if (depth > 0)
			seen += walk(fat, &entry.file, depth - 1);
	}
	return seen;
}

static unsigned pick(unsigned below)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

/* The sanitizers and read_image() see what leads outside. */
TEST(fat, random_damage_never_leads_outside)
{
	unsigned opened = 0, seen = 0;

	for (unsigned i = 0; i < DAMAGED; i++) {
		struct fat fat;
		struct fat_file root;

		if (i % 100 == 0)
			make_volume();
		image[0][pick(64)] ^= (uint8_t)(pick(4) == 0 ? pick(256) : 0);
		image[RESERVED][pick(32)] ^= (uint8_t)pick(256);
		image[ROOT_AT][pick(256)] ^= (uint8_t)pick(256);
		image[DATA_AT + 1][pick(128)] ^= (uint8_t)pick(256);
		if (fat_open(&disk, 0, &fat) != ST_OK)
			continue;
		opened++;
		fat_root(&fat, &root);
		seen += walk(&fat, &root, DEPTH);
	}
	EXPECT(opened > DAMAGED / 50);
	EXPECT(seen > opened);
}
