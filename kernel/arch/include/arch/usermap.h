/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a program's translations say, read by software.
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
 * user_translate: where a byte of a program's memory is.
 *
 *  => `space` is a value for TTBR0_EL1 (arch/space.h)
 *  => false if EL0 could not read it (write it) there now, or it is not ordinary RAM; the
 *     kernel never dereferences a user address
 */
must_check bool user_translate(uint64_t space, uaddr_t va, bool write, paddr_t *pa_out);
