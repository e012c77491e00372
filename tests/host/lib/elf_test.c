/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * One good file is built in memory: headers, text, and data with room behind it. Each
 * test spoils a field of it, at the offset that the ELF-64 object file format gives.
 */
#include <stdlib.h>

#include "lib/elf.h"

#include "input.h"
#include "test.h"

enum {
	/* Of the ELF header. */
	CLASS = 4,
	DATA = 5,
	TYPE = 16,
	MACHINE = 18,
	ENTRY = 24,
	PHOFF = 32,
	PHENTSIZE = 54,
	PHNUM = 56,
	HEADER_SIZE = 64,
	/* Of a program header. */
	P_TYPE = 0,
	P_FLAGS = 4,
	P_OFFSET = 8,
	P_VADDR = 16,
	P_FILESZ = 32,
	P_MEMSZ = 40,
	PROGRAM_HEADER_SIZE = 56,
	/* Of our file. */
	NOTE = HEADER_SIZE,
	TEXT = NOTE + PROGRAM_HEADER_SIZE,
	BSS = TEXT + PROGRAM_HEADER_SIZE,
	BODY = BSS + PROGRAM_HEADER_SIZE,
	TEXT_SIZE = 24,
	BSS_SIZE = 8,
	FILE_SIZE = BODY + TEXT_SIZE + BSS_SIZE,
};

#define LIMIT UINT64_C(0x800000)

static void put(uint8_t *file, int at, int bytes, uint64_t value)
{
	for (; bytes--; value >>= 8)
		file[at++] = (uint8_t)value;
}

static void put_segment(uint8_t *file, int header, uint64_t offset, uint64_t va,
	uint64_t file_size, uint64_t memory_size, unsigned flags)
{
	put(file, header + P_TYPE, 4, 1);
	put(file, header + P_FLAGS, 4, flags);
	put(file, header + P_OFFSET, 8, offset);
	put(file, header + P_VADDR, 8, va);
	put(file, header + P_FILESZ, 8, file_size);
	put(file, header + P_MEMSZ, 8, memory_size);
}

static uint8_t *good_file(void)
{
	uint8_t *file = calloc(1, FILE_SIZE);

	memcpy(file, "\177ELF\2\1\1", 7);
	put(file, TYPE, 2, 2);
	put(file, MACHINE, 2, 183);
	put(file, ENTRY, 8, 0x400010);
	put(file, PHOFF, 8, HEADER_SIZE);
	put(file, PHENTSIZE, 2, PROGRAM_HEADER_SIZE);
	put(file, PHNUM, 2, 3);
	put(file, NOTE + P_TYPE, 4, 4); /* PT_NOTE: not loaded */
	put_segment(file, TEXT, BODY, 0x400000, TEXT_SIZE, TEXT_SIZE, 5);
	put_segment(file, BSS, BODY + TEXT_SIZE, 0x402ff8, BSS_SIZE, 0x2000, 6);
	for (int i = BODY; i < FILE_SIZE; i++)
		file[i] = (uint8_t)i;
	return file;
}

/* What elf_open says of the good file with one field changed. */
static const char *verdict(int at, int bytes, uint64_t value)
{
	uint8_t *file = good_file();
	struct elf elf;
	const char *wrong;

	put(file, at, bytes, value);
	wrong = elf_open(file, FILE_SIZE, LIMIT, &elf);
	free(file);
	return wrong;
}

/* Read all that elf_segment gives out and hold it against what elf_open promises. */
static unsigned read_segments(const struct elf *elf, uint64_t limit)
{
	struct elf_segment segment;
	uint64_t end = 0;
	uint32_t index = 0;
	unsigned sum = 0;

	while (elf_segment(elf, &index, &segment)) {
		EXPECT(segment.data_size <= segment.memory_size);
		EXPECT(segment.memory_size <= limit &&
			segment.va <= limit - segment.memory_size);
		EXPECT(align_down(segment.va, PAGE_SIZE) >= end);
		end = align_up(segment.va + segment.memory_size, PAGE_SIZE);
		for (uint64_t i = 0; i < segment.data_size; i++)
			sum += segment.data[i];
	}
	return sum;
}

TEST(elf, opens_a_good_file_and_gives_its_segments)
{
	uint8_t *file = good_file();
	struct elf elf;
	struct elf_segment segment;
	uint32_t index = 0;

	EXPECT(!elf_open(file, FILE_SIZE, LIMIT, &elf));
	EXPECT_EQ(elf.entry, 0x400010);
	REQUIRE(elf_segment(&elf, &index, &segment));
	EXPECT_EQ(segment.va, 0x400000);
	EXPECT_EQ(segment.memory_size, TEXT_SIZE);
	EXPECT_EQ(segment.data_size, TEXT_SIZE);
	EXPECT(segment.data == file + BODY);
	EXPECT_EQ(segment.rights, ELF_READ | ELF_EXECUTE);
	REQUIRE(elf_segment(&elf, &index, &segment));
	EXPECT_EQ(segment.va, 0x402ff8);
	EXPECT_EQ(segment.memory_size, 0x2000);
	EXPECT_EQ(segment.data_size, BSS_SIZE);
	EXPECT_EQ(segment.rights, ELF_READ | ELF_WRITE);
	EXPECT(!elf_segment(&elf, &index, &segment));
	EXPECT(!elf_segment(&elf, &index, &segment));
	free(file);
}

TEST(elf, opens_a_file_at_an_odd_address)
{
	uint8_t *file = good_file(), *block = malloc(FILE_SIZE + 1);
	struct elf elf;

	memcpy(block + 1, file, FILE_SIZE);
	EXPECT(!elf_open(block + 1, FILE_SIZE, LIMIT, &elf));
	EXPECT(read_segments(&elf, LIMIT) > 0);
	free(block);
	free(file);
}

TEST(elf, refuses_what_is_no_program_for_this_machine)
{
	EXPECT_TEXT(verdict(0, 4, 0), "not an ELF file");
	EXPECT_TEXT(verdict(CLASS, 1, 1), "not 64-bit little-endian");
	EXPECT_TEXT(verdict(DATA, 1, 2), "not 64-bit little-endian");
	EXPECT_TEXT(verdict(MACHINE, 2, 62), "not for AArch64");
	EXPECT_TEXT(verdict(TYPE, 2, 3),
		"not statically linked (link with -static and without -pie)");
	EXPECT_TEXT(verdict(PHENTSIZE, 2, 32), "program headers of an unknown size");
}

TEST(elf, refuses_program_headers_beyond_the_file)
{
	static const char text[] =
		"cut short: the program headers reach beyond the end of the file";

	EXPECT_TEXT(verdict(PHOFF, 8, FILE_SIZE + 1), text);
	EXPECT_TEXT(verdict(PHOFF, 8, FILE_SIZE), text);
	EXPECT_TEXT(verdict(PHOFF, 8, UINT64_MAX), text);
	EXPECT_TEXT(verdict(PHNUM, 2, 0xffff), text);
}

TEST(elf, refuses_segments_beyond_the_file)
{
	static const char text[] = "cut short: a segment reaches beyond the end of the file";

	EXPECT_TEXT(verdict(TEXT + P_OFFSET, 8, FILE_SIZE + 1), text);
	EXPECT_TEXT(verdict(TEXT + P_OFFSET, 8, UINT64_MAX), text);
	EXPECT_TEXT(verdict(BSS + P_OFFSET, 8, BODY + TEXT_SIZE + 1), text);
	EXPECT_TEXT(verdict(TEXT + P_FILESZ, 8, UINT64_MAX), text);
}

TEST(elf, refuses_segments_larger_in_the_file_than_in_memory)
{
	EXPECT_TEXT(verdict(TEXT + P_MEMSZ, 8, TEXT_SIZE - 1),
		"a segment is larger in the file than in memory");
}

TEST(elf, refuses_code_that_can_be_written)
{
	EXPECT_TEXT(verdict(TEXT + P_FLAGS, 4, ELF_READ | ELF_WRITE | ELF_EXECUTE),
		"a segment is both writable and executable");
}

TEST(elf, refuses_addresses_that_no_program_has)
{
	static const char text[] = "a segment lies outside of a program's addresses";

	EXPECT_TEXT(verdict(BSS + P_VADDR, 8, LIMIT - 0x2000 + 1), text);
	EXPECT_TEXT(verdict(BSS + P_VADDR, 8, UINT64_MAX - 4), text);
	EXPECT_TEXT(verdict(BSS + P_MEMSZ, 8, LIMIT), text);
	EXPECT_TEXT(verdict(BSS + P_MEMSZ, 8, UINT64_MAX), text);
	EXPECT_TEXT(verdict(TEXT + P_VADDR, 8, 0), text);
	EXPECT_TEXT(verdict(TEXT + P_VADDR, 8, PAGE_SIZE - 1), text);
	EXPECT(!verdict(TEXT + P_VADDR, 8, PAGE_SIZE));
	EXPECT(!verdict(BSS + P_VADDR, 8, LIMIT - 0x2000));
}

TEST(elf, refuses_segments_that_share_a_page)
{
	static const char text[] = "segments share a page or are out of order "
				   "(link with -z max-page-size=4096)";

	EXPECT_TEXT(verdict(BSS + P_VADDR, 8, 0x400ff8), text);
	EXPECT_TEXT(verdict(BSS + P_VADDR, 8, 0x3f0000), text);
	EXPECT_TEXT(verdict(BSS + P_VADDR, 8, 0x400000), text);
}

TEST(elf, refuses_a_file_without_anything_to_load)
{
	EXPECT_TEXT(verdict(PHNUM, 2, 0), "nothing in it to load");
	EXPECT_TEXT(verdict(PHNUM, 2, 1), "nothing in it to load");
}

TEST(elf, a_file_cut_anywhere_is_refused)
{
	uint8_t *file = good_file();
	struct elf elf;

	for (size_t cut = 0; cut < FILE_SIZE; cut++) {
		void *part = input_copy(file, cut);
		const char *wrong = elf_open(part, cut, LIMIT, &elf);

		EXPECT(wrong);
		if (cut < HEADER_SIZE)
			EXPECT_TEXT(wrong, "not an ELF file: too short");
		free(part);
	}
	free(file);
}

TEST(elf, random_damage_never_leads_outside)
{
	uint64_t state = 5;
	unsigned opened = 0;

	for (int i = 0; i < 200000; i++) {
		uint8_t *file = good_file();
		struct elf elf;

		input_mutate(file, FILE_SIZE, BODY, &state);
		if (!elf_open(file, FILE_SIZE, LIMIT, &elf)) {
			read_segments(&elf, LIMIT);
			opened++;
		}
		free(file);
	}
	EXPECT(opened > 1000);
}
