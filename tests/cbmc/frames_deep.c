/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The frames of a whole tree are counted exactly, and never overflow: anywhere in the
 * coordinates, for trees of up to two levels of tables (more do not end within minutes).
 * Dividing by a power of two is written as a shift first: solvers do not see through a
 * divider of 64 bits.
 *
 * edit: s/ \/ block_pages(l);/ >> (TABLE_BITS * l);/
 * cbmc: --cadical --unwind 8
 */
#include "vm/create.c"

#include "proof.h"

typedef unsigned __int128 wide_t;

static uint64_t any_coordinate(void)
{
	uint64_t c = nondet_u64();

	ASSUME(c < VMO_MAX_COORDINATE);
	return c;
}

/* What is set aside for a whole tree: its pages, and a table for each block touched. */
void prove_whole_frames(void)
{
	uint64_t start = any_coordinate();
	uint64_t end = nondet_u64();
	wide_t want;

	ASSUME(start < end && end <= VMO_MAX_COORDINATE && tree_levels(start, end) <= 2);
	want = end - start;
	for (unsigned l = 1; l <= tree_levels(start, end); l++)
		want += ((end - 1) >> (9 * l)) - (start >> (9 * l)) + 1;
	CLAIM(whole_frames(start, end, tree_levels(start, end)) == want,
		"a tree's frames are counted exactly");
	CLAIM(whole_frames(start, start, 3) == 0, "nothing costs nothing");
}
