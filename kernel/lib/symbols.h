/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Names for addresses of the kernel, for backtraces. tools/mksymbols writes the table from
 * the linked kernel; the build then links again with it.
 */
#pragma once

#include "lib/base.h"

/*
 * symbol_find: the function that an address lies in.
 *
 *  => NULL if none does; `offset_out` is how far behind its start
 */
const char *symbol_find(uint64_t address, uint64_t *offset_out);
