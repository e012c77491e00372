/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The two kinds of files that the kernel reads: the initial archive and programs. */
#include <stdlib.h>
#include <string.h>

#include "lib/cpio.h"
#include "lib/elf.h"

#include "fuzz.h"

#define LIMIT (UINT64_C(1) << 39)

static void read_archive(const void *archive, uint64_t size)
{
	struct cpio_file file;
	uint64_t at = 0, before = 0;

	while (cpio_next(archive, size, &at, &file)) {
		fuzz_expect(at > before, "the archive ends");
		before = at;
		fuzz_read(file.name, strlen(file.name) + 1);
		fuzz_read(file.data, file.size);
	}
}

static void read_program(const void *data, uint64_t size)
{
	struct elf elf;
	struct elf_segment segment;
	uint64_t end = 0;
	uint32_t index = 0;

	if (elf_open(data, size, LIMIT, &elf))
		return;
	while (elf_segment(&elf, &index, &segment)) {
		fuzz_expect(segment.data_size <= segment.memory_size, "data fits into memory");
		fuzz_expect(segment.memory_size <= LIMIT &&
				segment.va <= LIMIT - segment.memory_size,
			"segments lie below the limit");
		fuzz_expect(align_down(segment.va, PAGE_SIZE) >= end, "segments share no page");
		end = align_up(segment.va + segment.memory_size, PAGE_SIZE);
		fuzz_read(segment.data, segment.data_size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *file = fuzz_copy(data, size);

	read_archive(file, size);
	read_program(file, size);
	free(file);
	return 0;
}
