/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Bounds that also hold while the CPU runs ahead of a check (CVE-2017-5753): what comes out
 * is chosen by data flow, and csdb forbids to guess the choice. Both cost three instructions.
 */
#pragma once

#include "lib/base.h"

/* index_nospec: the index, or 0 where it is not below `size`. */
static inline uint64_t index_nospec(uint64_t index, uint64_t size)
{
	uint64_t safe;

	__asm__("cmp	%1, %2\n"
		"	csel	%0, %1, xzr, lo\n"
		"	hint	#20\n" /* csdb */
		: "=r"(safe)
		: "r"(index), "r"(size)
		: "cc");
	return safe;
}

/* index_nospec_if: the index, or 0 unless `is` is `wanted`, of an object's type, say. */
static inline uint64_t index_nospec_if(uint64_t index, uint32_t is, uint32_t wanted)
{
	uint64_t safe;

	__asm__("cmp	%w2, %w3\n"
		"	csel	%0, %1, xzr, eq\n"
		"	hint	#20\n" /* csdb */
		: "=r"(safe)
		: "r"(index), "r"(is), "Ir"(wanted)
		: "cc");
	return safe;
}
