/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Arithmetic of blocks and ranges, with the real radix (9 bits, 6 levels), over all
 * coordinates that a VMO may have and over all 64-bit arguments where users supply them.
 *
 *  - a block holds its coordinate, starts at a multiple of its size, nests in the next
 *  - tree_levels gives the smallest tree that holds the range, never above VMO_LEVELS
 *  - the frames for a whole tree are counted exactly, and never overflow
 *  - range checks agree with the sum taken in 128 bits: no wrap is ever let through
 *
 * Dividing by a power of two is written as a shift first: solvers do not see through a
 * divider of 64 bits.
 *
 * edit: s/ \/ block_pages(l);/ >> (TABLE_BITS * l);/
 * cbmc: --cadical --unwind 8
 */
#include "vm/create.c"
#include "vm/vmo.c"

#include "proof.h"

typedef unsigned __int128 wide_t;

static uint64_t any_coordinate(void)
{
	uint64_t c = nondet_u64();

	ASSUME(c < VMO_MAX_COORDINATE);
	return c;
}

static uint64_t any_power(void)
{
	return UINT64_C(1) << any_below(64);
}

/* Alignment, for every value and every power of two. */
void prove_alignment(void)
{
	uint64_t x = nondet_u64();
	uint64_t a = any_power();
	uint64_t down = align_down(x, a);

	CLAIM(down <= x && x - down < a, "align_down is the nearest below");
	CLAIM(is_aligned(down, a), "align_down is aligned");
	CLAIM(is_aligned(x, a) == (down == x), "is_aligned says whether it moves");
	if (x <= UINT64_MAX - (a - 1))
		CLAIM(align_up(x, a) >= x && align_up(x, a) - x < a &&
				is_aligned(align_up(x, a), a),
			"align_up is the nearest above");
}

/* A block holds its coordinate, has its size, and does not wrap. */
void prove_block(void)
{
	uint64_t c = any_coordinate();
	unsigned level = any_below(VMO_LEVELS + 1);
	uint64_t start = block_start(c, level);
	uint64_t end = block_end(c, level);

	CLAIM(start <= c && c < end, "a block holds its coordinate");
	CLAIM(end - start == block_pages(level), "a block has its size");
	CLAIM(end <= VMO_MAX_COORDINATE, "a block ends within the coordinates");
	CLAIM(is_aligned(start, block_pages(level)), "a block is aligned");
}

/* Two blocks of one level are the same or apart; each lies in one block of the next. */
void prove_nesting(void)
{
	uint64_t c = any_coordinate();
	uint64_t d = any_coordinate();
	unsigned level = any_below(VMO_LEVELS);
	uint64_t c_start = block_start(c, level);
	uint64_t d_start = block_start(d, level);

	CLAIM(c_start == d_start || block_end(c, level) <= d_start ||
			block_end(d, level) <= c_start,
		"blocks of a level do not overlap");
	CLAIM(block_start(c_start, level + 1) == block_start(c, level + 1) &&
			block_end(c, level) <= block_end(c, level + 1),
		"a block lies in one of the next level");
}

static paddr_t seen_window;
static pte_t seen_table[TABLE_ENTRIES];

void *mmu_window(paddr_t pa)
{
	seen_window = pa;
	return seen_table;
}

/* A table's slot is inside it; two coordinates share one just when their blocks do. */
void prove_table_slot(void)
{
	uint64_t c = any_coordinate();
	uint64_t d = any_coordinate();
	unsigned level = 1 + any_below(VMO_LEVELS);
	paddr_t pa = nondet_u64() & PTE_ADDRESS;
	pte_t e = pte_table(pa, level);
	pte_t *slot = table_slot(e, level, c);

	CLAIM(slot >= seen_table && slot < seen_table + TABLE_ENTRIES,
		"a slot is in its table");
	CLAIM(seen_window == pa, "a slot is looked for in the entry's table");
	if (block_start(c, level) == block_start(d, level))
		CLAIM((slot == table_slot(e, level, d)) ==
				(block_start(c, level - 1) == block_start(d, level - 1)),
			"a slot is one block");
}

/* The smallest tree that holds [start, end), which may be empty or end at the limit. */
void prove_tree_levels(void)
{
	uint64_t start = nondet_u64();
	uint64_t end = nondet_u64();
	uint64_t last;
	unsigned level;

	ASSUME(start <= end && end <= VMO_MAX_COORDINATE);
	level = tree_levels(start, end);
	last = end > start ? end - 1 : start;
	CLAIM(level <= VMO_LEVELS, "no tree is higher than VMO_LEVELS");
	CLAIM(block_start(start, level) <= start && last < block_end(start, level),
		"the tree holds the range");
	CLAIM(level == 0 || block_start(start, level - 1) != block_start(last, level - 1),
		"no smaller tree would");
}

/* What is set aside for a whole tree, of one table here: its pages, a table for each block. */
void prove_whole_frames(void)
{
	uint64_t start = any_coordinate();
	uint64_t end = nondet_u64();
	unsigned level;
	wide_t want;

	ASSUME(start < end && end <= VMO_MAX_COORDINATE && tree_levels(start, end) <= 1);
	level = tree_levels(start, end);
	want = end - start;
	for (unsigned l = 1; l <= level; l++)
		want += ((end - 1) >> (9 * l)) - (start >> (9 * l)) + 1;
	CLAIM(whole_frames(start, end, level) == want, "a tree's frames are counted exactly");
	CLAIM(whole_frames(start, start, level) == 0, "nothing costs nothing");
}

/* range_check: the sum in 128 bits decides; the arguments are a user's. */
void prove_range_check(void)
{
	struct vmo v = {.memory = PTE_NORMAL};
	uint64_t at = nondet_u64();
	uint64_t count = nondet_u64();
	uint64_t size = nondet_u64();

	CLAIM((range_check(&v, at, count, size) == ST_OK) == ((wide_t)at + count <= size),
		"a range is accepted just when it fits");
}

/* A slice lies within its source, for every offset and length. */
void prove_slice(void)
{
	struct vmo v, source = {.pages = nondet_u64(), .bias = nondet_u64()};
	uint64_t offset = nondet_u64();
	uint64_t pages = nondet_u64();

	ASSUME(source.bias <= VMO_MAX_COORDINATE &&
		source.pages <= min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - source.bias));
	list_init(&source.slices);
	source.source = &source;
	if (vmo_slice(&v, &source, offset, pages) == ST_OK)
		CLAIM(v.bias >= source.bias && vmo_end(&v) <= vmo_end(&source),
			"a slice lies within its source");
	else
		CLAIM((wide_t)offset + pages > source.pages, "only a slice beyond is refused");
}

/* A child's window is within the coordinates, and at its place in the parent's. */
void prove_child(void)
{
	struct vmo v,
		source = {.memory = PTE_NORMAL, .pages = nondet_u64(), .bias = nondet_u64()};
	uint64_t offset = nondet_u64();
	uint64_t pages = nondet_u64();
	status_t st;

	ASSUME(source.bias <= VMO_MAX_COORDINATE &&
		source.pages <= VMO_MAX_COORDINATE - source.bias);
	source.source = &source;
	st = child_init(&v, &source, NULL, offset, pages, 0);
	CLAIM((st == ST_OK) ==
			((wide_t)source.bias + offset + pages <= VMO_MAX_COORDINATE &&
				pages <= VMO_MAX_PAGES),
		"a child is refused just when no coordinates are left, or its size has no "
		"number");
	if (st == ST_OK)
		CLAIM(v.bias - source.bias == offset && vmo_end(&v) <= VMO_MAX_COORDINATE &&
				v.levels <= VMO_LEVELS,
			"a child stands at its offset");
}
