/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The words that kernel and programs exchange.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef uint64_t word_t;
typedef uint64_t uaddr_t; /* an address in the calling program's VSpace */
typedef uint64_t cptr_t;  /* a capability's address in the calling program's CSpace */

/*
 * enum status: what a call returns. Zero is success, failures are negative; the list
 * with meanings is status.def.
 */
enum status {
#define STATUS(name, number, meaning) ST_##name = (number),
#include "abi/status.def"
#undef STATUS
};

typedef int32_t status_t;

enum {
	PAGE_BITS = 12,
	PAGE_SIZE = 1 << PAGE_BITS,
};
