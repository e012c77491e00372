/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The initial archive: cpio in its "newc" form, as `cpio -H newc` and tools/mkarchive
 * write it.
 */
#pragma once

#include "lib/base.h"

struct cpio_file {
	const char *name;
	const uint8_t *data;
	uint64_t size; /* in bytes */
};

/*
 * cpio_next: the file at `*at`, which is then moved behind it; begin with 0.
 *
 *  => false at the end of the archive, also where it is cut short or malformed
 *  => nothing outside [archive, archive + size) is read
 */
bool cpio_next(const void *archive, uint64_t size, uint64_t *at, struct cpio_file *file_out);

/* cpio_find: the file of that name; false if there is none. */
bool cpio_find(
	const void *archive, uint64_t size, const char *name, struct cpio_file *file_out);
