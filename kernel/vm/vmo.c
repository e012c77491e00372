/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs made and their contents changed, page by page and byte by byte.
 *
 * Every change of what a VMO shows in a range goes through three steps: descendants drop
 * what they borrowed there (family.c: may stop, nothing has changed), mappings lose their
 * way in, then the tree changes. (x, y, z: owned pages; b: borrowed; 0: of zeros)
 *
 * Decommit. Own pages go; who looks there asks the parent again, or gets zeros:
 *
 *	clone [ x | y | b ]    decommit 1    [ x |   | b ]    y's frame is back in its Pool
 *
 * Zero. Where a parent would show through, a page of zeros of one's own hides it; where
 * there is no parent the page goes, as nothing shows zeros too:
 *
 *	clone [ x | y | b ]    zero 1, 2     [ x | 0 | 0 ]    y cleared; a new page at 2
 *	alone [ x | y |   ]    zero 1, 2     [ x |   |   ]
 *
 * Commit. A write to each page, but for the bytes (own.c):
 *
 *	clone [ x |   | b ]    commit 0..2   [ x | p | p ]    p: a copy of what was seen
 *
 * Resize. A VMO that grows out of its root's block gets a table above the root, and above
 * that; the old root is one entry of the new. One that shrinks keeps its height: shared
 * tables that lie on both sides of the new end are copied first (tree.c), so that a shrink
 * which has begun needs no memory; from then on all is beyond the end that is in [end,
 * trim), until it is gone.
 *
 *	2 pages, root --> [ x | y ]                               TABLE_ENTRIES = 2
 *	grow to 3         root --> [ * | . ]                      . none: pages 2 and 3
 *	                             '--> [ x | y ]
 *	shrink to 1       root --> [ * | . ]                      y went; the table stays
 *	                             '--> [ x | . ]
 */
#include "vm/tree.h"

/* grow_levels: put tables above the root. */
static void grow_levels(struct vmo *v, unsigned levels)
{
	while (v->levels < levels) {
		pte_t old = v->root;

		v->levels++;
		if (pte_is_none(old))
			continue;
		v->root = table_new(v, v->levels, false);
		*table_slot(v->root, v->levels, v->bias) = old;
	}
}

static status_t grow(struct vmo *v, uint64_t pages)
{
	unsigned levels = tree_levels(v->bias, v->bias + pages);
	uint64_t tables = levels > v->levels ? levels - v->levels : 0;
	status_t st = family_drop(v, vmo_end(v), v->bias + pages);

	if (st == ST_OK)
		st = mappings_sweep(
			v, block_start(vmo_end(v), v->levels), v->bias + pages, SWEEP_OUT);
	if (st == ST_OK)
		st = pool_reserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	st = vmo_set_aside(v, v->bias + pages);
	pool_unreserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	grow_levels(v, levels);
	v->pages = pages;
	return ST_OK;
}

static status_t shrink(struct vmo *v, uint64_t pages)
{
	uint64_t end = v->bias + pages;
	uint64_t start = end; /* descendants must forget: a borrowed table is let go whole */
	status_t st;

	if (block_start(v->bias, v->levels) == block_start(end, v->levels))
		start = block_start(end, tree_own(v, end, 0).level);

	list_for_each (link, &v->slices)
		if (vmo_end(list_entry(link, struct vmo, sibling)) > end)
			return ST_BAD_STATE;
	if (pages < v->pages) {
		st = vmo_hide(v, start, max_u64(v->trim, vmo_end(v)));
		if (st == ST_OK)
			st = tree_cut(v, end, true);
		if (st != ST_OK)
			return st;
		v->trim = max_u64(v->trim, vmo_end(v));
		v->pages = pages;
	}
	st = tree_remove(v, end, v->trim);
	if (st != ST_OK)
		return st;
	v->trim = 0;
	return vmo_set_aside(v, end); /* less than before */
}

status_t vmo_resize(struct vmo *v, uint64_t pages)
{
	status_t st = ST_OK;

	if (!(v->flags & VMO_RESIZABLE))
		return ST_UNAVAILABLE;
	if (pages > min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - v->bias))
		return ST_OUT_OF_RANGE;
	if (vmo_settle(v) != ST_OK)
		return ST_SHOULD_WAIT;
	vm_work.events++;
	if (pages < v->pages || v->trim > vmo_end(v))
		st = shrink(v, min_u64(pages, v->pages));
	return st == ST_OK && pages > v->pages ? grow(v, pages) : st;
}

static status_t range_check(const struct vmo *v, uint64_t at, uint64_t count, uint64_t size)
{
	return at > size || count > size - at ? ST_OUT_OF_RANGE :
		v->memory != PTE_NORMAL	      ? ST_BAD_STATE :
						ST_OK;
}

static status_t decommit(struct vmo *v, uint64_t start, uint64_t end)
{
	status_t st = vmo_hide(v, start, end);

	return st == ST_OK ? tree_remove(v, start, end) : st;
}

/* zero_page: of what follows a parent, or cannot go, a page of zeros; else none at all. */
static status_t zero_page(struct vmo *v, uint64_t c)
{
	struct owned own = {.only = NULL};
	status_t st;

	if (!(v->flags & (VMO_FIXED | VMO_PAGED)) && !vmo_sees(v, c))
		return decommit(v, c, c + 1);
	st = own_coordinate(v, c, &own);
	if (st == ST_OK) {
		mmu_page_zero(own.pa);
		vmo_wrote(own.pa);
	}
	return st;
}

status_t vmo_commit(struct vmo *v, uint64_t page, uint64_t count, bool zero, uint64_t *done_out)
{
	status_t st = range_check(v, page, count, v->pages);
	struct owned own = {.only = NULL};
	uint64_t c = v->bias + page;

	for (*done_out = 0; st == ST_OK && *done_out < count; c++) {
		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		st = zero ? zero_page(v->source, c) : own_coordinate(v->source, c, &own);
		*done_out += st == ST_OK;
	}
	return st;
}

status_t vmo_decommit(struct vmo *v, uint64_t page, uint64_t count)
{
	status_t st = range_check(v, page, count, v->pages);

	if (st != ST_OK || count == 0)
		return st;
	if (v->source->flags & VMO_FIXED)
		return ST_NOT_SUPPORTED;
	return decommit(v->source, v->bias + page, v->bias + page + count);
}
