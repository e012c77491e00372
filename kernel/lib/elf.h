/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * ELF executables (ELF-64, AArch64, statically linked), as far as loading one goes.
 */
#pragma once

#include "lib/base.h"

enum elf_rights {
	ELF_EXECUTE = 1,
	ELF_WRITE = 2,
	ELF_READ = 4,
};

/* A part of the file that becomes memory. */
struct elf_segment {
	uint64_t va;
	uint64_t memory_size; /* in bytes; what the file does not fill is zero */
	const uint8_t *data;
	uint64_t data_size; /* in bytes; at most memory_size */
	unsigned rights;    /* enum elf_rights */
};

struct elf {
	const uint8_t *file;
	uint64_t size;
	uint64_t entry;
	uint64_t headers; /* program headers: offset in the file */
	uint32_t header_count;
};

/*
 * elf_open: is this an executable that we can load?
 *
 *  => NULL if it is and `elf_out` can be used, else what is wrong with it, in words
 *  => `limit` is page-aligned
 *  => every segment lies within the file, above the page at null and below `limit`, and no
 *     two of them share a page
 */
const char *elf_open(const void *file, uint64_t size, uint64_t limit, struct elf *elf_out);

/*
 * elf_segment: the first segment at or after program header `*index` that is to be loaded;
 * `*index` is moved behind it. False when there is none.
 */
bool elf_segment(const struct elf *elf, uint32_t *index, struct elf_segment *segment_out);
