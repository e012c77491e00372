/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the proofs share. Each proof is a function `void prove_*(void)`, run on its own by
 * tests/cbmc/prove: its variables hold every value that ASSUME leaves, and no CLAIM nor
 * CHECK may be false for any of them. A claim's text is how a planted bug is expected to
 * be found (plants).
 */
#pragma once

#include "lib/base.h"

#define ASSUME(x)      __CPROVER_assume(x)
#define CLAIM(x, what) __CPROVER_assert(x, what)
#define implies(a, b)  (!(a) || (b))

/* Values that CBMC chooses: what begins with nondet_ and has no body. */
uint8_t nondet_u8(void);
uint32_t nondet_u32(void);
uint64_t nondet_u64(void);
_Bool nondet_bool(void);

static inline unsigned any_below(unsigned n)
{
	unsigned x = nondet_u8();

	ASSUME(x < n);
	return x;
}

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	(void)file;
	(void)line;
	(void)condition;
	CLAIM(false, "a CHECK of the kernel holds");
	ASSUME(false);
	for (;;)
		;
}
