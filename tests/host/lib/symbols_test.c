/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/symbols.h"

#include "test.h"

/* The table as tools/mksymbols writes it: the last entry marks the end of the text. */
#define BASE UINT64_C(0xffffffff80000000)

extern const uint32_t symbol_count;
extern const struct {
	uint32_t offset, name;
} symbol_table[];
extern const char symbol_names[];
extern const uint64_t symbol_base;

const uint32_t symbol_count = 4;
const typeof(symbol_table[0]) symbol_table[] = {{0, 0}, {0x10, 6}, {0x100, 11}, {0x180, 16}};
const char symbol_names[] = "start\0main\0idle\0_text_end";
const uint64_t symbol_base = BASE;

static void expect(uint64_t offset, const char *name, uint64_t behind)
{
	uint64_t offset_out = 0;

	EXPECT_TEXT(symbol_find(BASE + offset, &offset_out), name);
	EXPECT_EQ(offset_out, behind);
}

TEST(symbols, names_the_first_the_last_and_every_byte_between)
{
	for (uint64_t offset = 0; offset < 0x180; offset++)
		if (offset < 0x10)
			expect(offset, "start", offset);
		else if (offset < 0x100)
			expect(offset, "main", offset - 0x10);
		else
			expect(offset, "idle", offset - 0x100);
}

TEST(symbols, has_no_name_outside_of_the_text)
{
	uint64_t offset;

	EXPECT(!symbol_find(0, &offset));
	EXPECT(!symbol_find(BASE - 1, &offset));
	EXPECT(!symbol_find(BASE + 0x180, &offset));
	EXPECT(!symbol_find(UINT64_MAX, &offset));
}
