/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* A program of its own: the kernel's first link, too, has no table. */
#include "lib/symbols.h"

#include "test.h"

TEST(no_symbols, finds_nothing_without_a_table)
{
	uint64_t offset;

	EXPECT(!symbol_find(0, &offset));
	EXPECT(!symbol_find(UINT64_C(0xffffffff80000000), &offset));
}
