/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Which block a VMO may borrow from its parent, and which one a child may take over: the
 * decisions of resolve.c and family.c, for all biases, sizes, limits and levels of the
 * real radix. `x` is always any coordinate of the block: what is claimed of it is claimed
 * of all.
 *
 *  - a whole table is borrowed only where all that the parent can have in it is for v
 *  - zeros are borrowed only where v sees nothing of its parent, and within v
 *  - where v sees its parent, it is never told zeros
 *  - behind a VMO that goes, its child sees just what it saw through it
 *
 * cbmc: --unwind 8
 */
#include "vm/family.c"
#include "vm/resolve.c"

#include "proof.h"

static struct vmo parent, v;

/*
 * A VMO anywhere in the coordinates, in a tree that holds it, perhaps a larger one. An orphan
 * has the limit 0: the random test recounts that after each step.
 */
static void any_vmo(struct vmo *x, struct vmo *up)
{
	*x = (struct vmo){.bias = nondet_u64(), .pages = nondet_u64(), .parent = up};
	ASSUME(x->bias < VMO_MAX_COORDINATE && x->pages <= VMO_MAX_COORDINATE - x->bias);
	x->levels = nondet_u8();
	ASSUME(x->levels <= VMO_LEVELS && x->levels >= tree_levels(x->bias, vmo_end(x)));
	x->limit = up ? nondet_u64() : 0;
	x->trim = nondet_u64();
	ASSUME(x->trim <= VMO_MAX_COORDINATE);
	ASSUME(!up || x->bias >= up->bias);
}

static void any_family(void)
{
	any_vmo(&parent, NULL);
	any_vmo(&v, &parent);
}

static bool is_inside(const struct vmo *of, uint64_t x)
{
	return x >= of->bias && x < vmo_end(of);
}

/* What view_of says of the block around `c` is true of every coordinate of the block. */
void prove_view(void)
{
	uint64_t c = nondet_u64();
	uint64_t x = nondet_u64();
	unsigned level = any_below(VMO_LEVELS + 1);
	enum view view;
	bool seen;

	any_family();
	ASSUME(is_inside(&v, c) && level <= v.levels);
	ASSUME(block_start(c, level) == block_start(x, level));
	view = view_of(&v, c, level);
	seen = is_inside(&v, x) && vmo_sees(&v, x);
	if (view == VIEW_WHOLE) {
		CLAIM(implies(is_inside(&parent, x), seen),
			"whole: all that the parent has there is seen");
		CLAIM(level <= parent.levels, "whole: the parent has an entry of that level");
		CLAIM(implies(level && x >= vmo_end(&parent), x >= parent.trim),
			"whole: nothing is left of a shrink");
	}
	if (view == VIEW_ZEROS)
		CLAIM(is_inside(&v, x) && !seen, "zeros: within v, and nothing is seen");
	if (view == VIEW_ZEROS_PART && parent.trim <= vmo_end(&parent))
		CLAIM(!seen, "zeros, apart: nothing is seen");
	if (view == VIEW_PART)
		CLAIM(level > 0, "parts: only of a table");
}

/* The page itself: what v sees decides, and it is never a part. */
void prove_view_of_page(void)
{
	uint64_t c = nondet_u64();

	any_family();
	ASSUME(is_inside(&v, c));
	CLAIM((view_of(&v, c, 0) == VIEW_WHOLE) == vmo_sees(&v, c),
		"a page is borrowed just when it is seen");
	CLAIM(view_of(&v, c, 0) == VIEW_WHOLE || view_of(&v, c, 0) == VIEW_ZEROS,
		"else it is zeros");
}

/* An orphan shows zeros everywhere. */
void prove_view_of_orphan(void)
{
	uint64_t c = nondet_u64();
	unsigned level = any_below(VMO_LEVELS + 1);

	any_vmo(&v, NULL);
	ASSUME(is_inside(&v, c) && level <= v.levels);
	CLAIM(!vmo_sees(&v, c), "an orphan sees nobody");
	CLAIM(view_of(&v, c, level) == VIEW_ZEROS || view_of(&v, c, level) == VIEW_ZEROS_PART,
		"an orphan shows zeros");
}

/* limit_behind: the child of one that goes sees, behind it, just what both saw. */
void prove_limit(void)
{
	struct vmo child;
	uint64_t x = nondet_u64();
	bool before;

	any_family();
	any_vmo(&child, &v);
	ASSUME(is_inside(&child, x));
	before = vmo_sees(&child, x) && vmo_sees(&v, x);
	CLAIM((x < limit_behind(&child, &v) && x < vmo_end(&parent)) == before,
		"behind: what both saw, no more, no less");
	any_vmo(&v, NULL);
	CLAIM(limit_behind(&child, &v) == 0, "behind an orphan there is nothing");
}

/* may_take_whole: all that `from` can own in the block is for the child to see. */
void prove_take_whole(void)
{
	struct vmo child;
	uint64_t at = nondet_u64();
	uint64_t x = nondet_u64();
	unsigned level = any_below(VMO_LEVELS + 1);
	bool snapshot = nondet_bool();

	any_family();
	any_vmo(&child, &v);
	child.flags = snapshot ? VMO_UNBORN : 0;
	ASSUME(is_inside(&child, at) && vmo_sees(&child, at) && is_inside(&v, at));
	ASSUME(block_start(at, level) == block_start(x, level));
	if (!may_take_whole(&child, &v, at, level))
		return;
	CLAIM(implies(is_inside(&v, x), is_inside(&child, x) && x < child.limit),
		"whole: the child sees all of the block");
	CLAIM(implies(snapshot && level && is_inside(&v, x), !vmo_sees(&v, x)),
		"whole for a snapshot: nothing in it follows");
}
