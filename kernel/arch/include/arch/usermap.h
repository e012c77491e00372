/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program's address space, page by page: what loading one program at boot needs.
 */
#pragma once

#include "arch/kmap.h"
#include "arch/translate.h"

enum user_rights {
	USER_READ = 1,
	USER_WRITE = 2,
	USER_EXECUTE = 4,
};

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
