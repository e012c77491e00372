/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Over two archives of the same files, made at build time: ARCHIVES/quire.cpio by
 * tools/mkarchive and ARCHIVES/system.cpio by the system's cpio.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/cpio.h"

#include "input.h"
#include "test.h"

static const char *const archives[] = {ARCHIVES "/quire.cpio", ARCHIVES "/system.cpio"};

/* Their files: sizes around the alignments, and one that is not text. */
static const struct {
	const char *name;
	uint64_t size;
} files[] = {{"empty", 0}, {"one", 1}, {"four", 4}, {"page", 4096}, {"more", 5000}};

/* Read every byte that an archive's files claim to have. */
static uint64_t read_all(const void *archive, uint64_t size, uint64_t *files_out)
{
	struct cpio_file file;
	uint64_t at = 0, sum = 0, before = 0;

	for (*files_out = 0; cpio_next(archive, size, &at, &file); ++*files_out) {
		REQUIRE(at > before);
		before = at;
		sum += strlen(file.name);
		for (uint64_t i = 0; i < file.size; i++)
			sum += file.data[i];
	}
	return sum;
}

TEST(cpio, finds_every_file_whoever_wrote_the_archive)
{
	for (size_t a = 0; a < ARRAY_SIZE(archives); a++) {
		struct cpio_file file;
		size_t size;
		void *archive = input_file(archives[a], &size);

		for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
			REQUIRE(cpio_find(archive, size, files[i].name, &file));
			EXPECT_TEXT(file.name, files[i].name);
			EXPECT_EQ(file.size, files[i].size);
			for (uint64_t n = 0; n < file.size; n++)
				EXPECT_EQ(file.data[n], (uint8_t)(n * 7 + file.size));
		}
		free(archive);
	}
}

TEST(cpio, finds_no_other_names)
{
	struct cpio_file file;
	size_t size;
	void *archive = input_file(archives[0], &size);

	EXPECT(!cpio_find(archive, size, "fou", &file));
	EXPECT(!cpio_find(archive, size, "fourx", &file));
	EXPECT(!cpio_find(archive, size, "", &file));
	EXPECT(!cpio_find(archive, size, "TRAILER!!!", &file));
	free(archive);
}

TEST(cpio, lists_in_order_and_stops_at_the_trailer)
{
	for (size_t a = 0; a < ARRAY_SIZE(archives); a++) {
		struct cpio_file file;
		uint64_t at = 0;
		size_t size;
		void *archive = input_file(archives[a], &size);

		for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
			REQUIRE(cpio_next(archive, size, &at, &file));
			EXPECT_TEXT(file.name, files[i].name);
		}
		EXPECT(!cpio_next(archive, size, &at, &file));
		EXPECT(!cpio_next(archive, size, &at, &file));
		free(archive);
	}
}

TEST(cpio, mkarchive_puts_data_on_pages)
{
	struct cpio_file file;
	uint64_t at = 0;
	size_t size;
	uint8_t *archive = input_file(archives[0], &size);

	while (cpio_next(archive, size, &at, &file))
		EXPECT(file.size == 0 ||
			is_aligned((uint64_t)(file.data - archive), PAGE_SIZE));
	free(archive);
}

TEST(cpio, an_archive_cut_anywhere_has_the_files_before_the_cut)
{
	for (size_t a = 0; a < ARRAY_SIZE(archives); a++) {
		size_t size;
		void *archive = input_file(archives[a], &size);
		uint64_t last = 0, count;

		for (size_t cut = 0; cut <= size; cut++) {
			void *part = input_copy(archive, cut);

			read_all(part, cut, &count);
			EXPECT(count >= last);
			last = count;
			free(part);
		}
		EXPECT_EQ(last, ARRAY_SIZE(files));
		free(archive);
	}
}

TEST(cpio, random_damage_never_leads_outside)
{
	uint64_t state = 3;

	for (size_t a = 0; a < ARRAY_SIZE(archives); a++) {
		size_t size;
		void *archive = input_file(archives[a], &size);

		for (int i = 0; i < 10000; i++) {
			uint8_t *damaged = input_copy(archive, size);
			uint64_t count;

			input_mutate(damaged, size, 360, &state);
			read_all(damaged, size, &count);
			free(damaged);
		}
		free(archive);
	}
}

enum { HEADER = 110, DIGITS_OF_FILE_SIZE = 6 + 6 * 8, DIGITS_OF_NAME_SIZE = 6 + 11 * 8 };

/* One file "a" with four bytes of data, and a field of its header overwritten. */
static bool opens(int at, const char *digits)
{
	char archive[HEADER + 2 + 4 + 1];
	struct cpio_file file;
	uint64_t from = 0;

	memset(archive, '0', HEADER);
	memcpy(archive, "070701", 6);
	memcpy(archive + DIGITS_OF_FILE_SIZE, "00000004", 8);
	memcpy(archive + DIGITS_OF_NAME_SIZE, "00000002", 8);
	memcpy(archive + HEADER, "a\0data", 7);
	memcpy(archive + at, digits, strlen(digits));
	return cpio_next(archive, HEADER + 2 + 4, &from, &file);
}

TEST(cpio, refuses_headers_that_make_no_sense)
{
	EXPECT(opens(0, "070701"));
	EXPECT(opens(DIGITS_OF_FILE_SIZE, "00000000"));
	EXPECT(!opens(0, "070702"));
	EXPECT(!opens(0, "070707"));
	EXPECT(!opens(DIGITS_OF_FILE_SIZE, "00000005"));
	EXPECT(!opens(DIGITS_OF_FILE_SIZE, "ffffffff"));
	EXPECT(!opens(DIGITS_OF_FILE_SIZE, "0000000g"));
	EXPECT(!opens(DIGITS_OF_FILE_SIZE, "0000000 "));
	EXPECT(!opens(DIGITS_OF_NAME_SIZE, "00000000"));
	EXPECT(!opens(DIGITS_OF_NAME_SIZE, "00000003"));
	EXPECT(!opens(DIGITS_OF_NAME_SIZE, "FFFFFFFF"));
	EXPECT(!opens(DIGITS_OF_NAME_SIZE, "x0000002"));
}

TEST(cpio, begins_nowhere_beyond_the_end)
{
	struct cpio_file file;
	uint64_t at = 5;

	EXPECT(!cpio_next("070", 3, &at, &file));
	EXPECT_EQ(at, 5);
	at = UINT64_MAX;
	EXPECT(!cpio_next("070", 3, &at, &file));
	EXPECT_EQ(at, UINT64_MAX);
}
