/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program's address space, page by page: what loading one program at boot needs.
 */
#pragma once

#include "arch/kmap.h"

enum user_rights {
	USER_READ = 1,
	USER_WRITE = 2,
	USER_EXECUTE = 4,
};

/* One past the highest user address: 48 bits, the reach of TTBR0. */
#define USER_LIMIT (UINT64_C(1) << 48)

/*
 * user_map: map one page of RAM at a user address below USER_LIMIT.
 *
 *  => nothing is mapped there yet; `root` is a zeroed page that serves as the root table
 *  => false: a table is missing on the way; give a zeroed page to user_add_table, try again
 */
must_check bool user_map(paddr_t root, uaddr_t va, paddr_t pa, unsigned rights);
void user_add_table(paddr_t root, uaddr_t va, paddr_t table);

/*
 * user_make_executable: let a page that the kernel wrote be fetched as instructions by
 * every CPU (clean to the point of unification, invalidate instruction caches).
 */
void user_make_executable(const void *page);

/*
 * user_translate: where a byte of a program's memory is.
 *
 *  => `space` is a value for TTBR0_EL1 (arch/space.h)
 *  => false if EL0 could not read it (write it) there now, or it is not ordinary RAM; the
 *     kernel never dereferences a user address
 */
must_check bool user_translate(uint64_t space, uaddr_t va, bool write, paddr_t *pa_out);
