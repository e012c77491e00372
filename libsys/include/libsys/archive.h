/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The initial archive (cpio, "newc"), which a program sees at boot_info()->archive and whose
 * VMO stands in ROOT_SLOT_ARCHIVE: both or none. tools/mkarchive writes it so that each file
 * begins on a page: a file is then a range of pages that can be mapped and cloned.
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct archive_file {
	const char *name;
	const void *data; /* in this program's memory, read-only */
	uint64_t offset;  /* of the data in the archive and in its VMO, in bytes */
	uint64_t size;	  /* in bytes */
};

/*
 * archive_next: the file at `*at`, which is moved behind it; begin with 0.
 *
 *  returns  1, or 0 at the end, also where the archive is cut short or malformed or where this
 *           program has none
 */
int archive_next(uint64_t *at, struct archive_file *file_out);

/* archive_find: the file of that name: 1, or 0 if there is none. */
int archive_find(const char *name, struct archive_file *file_out);

#ifdef __cplusplus
}
#endif
