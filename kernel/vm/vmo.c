/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs made and their contents changed, page by page and byte by byte.
 *
 * Every change of what a VMO shows in a range goes through three steps: descendants drop
 * what they borrowed there (family.c: may stop, nothing has changed), mappings lose their
 * way in, then the tree changes. Losing content (decommit, shrink):
 *
 *	clone [ x | y | b ]   decommit 1   [ x |   | b ]   asks the parent again at 1
 */
#include "vm/tree.h"

/* grow_levels: put tables above the root until its block holds `end`. */
static void grow_levels(struct vmo *v, uint64_t end)
{
	unsigned levels = tree_levels(v->bias, end);

	while (v->levels < levels) {
		pte_t old = v->root;
		pte_t table;

		if (!pte_is_none(old)) {
			table = table_new(v, v->levels + 1u, false);
			*table_slot(table, v->levels + 1u, v->bias) = old;
			v->root = table;
		}
		v->levels++;
	}
}

/* mark_ragged: v will have more of these tables than their other owners. */
static void mark_ragged(struct vmo *v)
{
	pte_t e = v->root;

	if (v->pages == 0 ||
		block_start(v->bias, v->levels) != block_start(vmo_end(v), v->levels))
		return;
	for (unsigned level = v->levels; level > 0 && pte_is_owned(e); level--) {
		if (!entry_is_sole(e, level))
			frame_at(pte_pa(e, level))->marks |= FRAME_RAGGED;
		e = *table_slot(e, level, vmo_end(v));
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
	if (st != ST_OK)
		return st;
	st = pool_reserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	st = vmo_set_aside(v, v->bias + pages);
	pool_unreserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	mark_ragged(v);
	grow_levels(v, v->bias + pages);
	v->pages = pages;
	return ST_OK;
}

/* shrink_start: from where on descendants must forget: a borrowed table is let go whole. */
static uint64_t shrink_start(struct vmo *v, uint64_t end)
{
	if (block_start(v->bias, v->levels) != block_start(end, v->levels))
		return end;
	return block_start(end, tree_own(v, end, 0).level);
}

static status_t shrink(struct vmo *v, uint64_t pages)
{
	uint64_t end = v->bias + pages;
	uint64_t start = shrink_start(v, end);
	status_t st;

	list_for_each (link, &v->slices)
		if (vmo_end(list_entry(link, struct vmo, sibling)) > end)
			return ST_BAD_STATE;
	if (pages < v->pages) {
		st = family_drop(v, start, max_u64(v->trim, vmo_end(v)));
		if (st == ST_OK)
			st = mappings_sweep(v, start, max_u64(v->trim, vmo_end(v)), SWEEP_OUT);
		if (st == ST_OK)
			st = tree_cut(v, end, true);
		if (st == ST_OK && v->parent && v->limit > end)
			st = tree_cut(v, v->limit, false); /* as tree_remove will ask */
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
	if (!(v->flags & VMO_RESIZABLE))
		return ST_UNAVAILABLE;
	if (pages > min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - v->bias))
		return ST_OUT_OF_RANGE;
	if (vmo_settle(v) != ST_OK)
		return ST_SHOULD_WAIT;
	vm_work.events++;
	if (pages < v->pages || v->trim > vmo_end(v)) {
		status_t st = shrink(v, min_u64(pages, v->pages));

		if (st != ST_OK)
			return st;
	}
	return pages > v->pages ? grow(v, pages) : ST_OK;
}

static status_t range_check(const struct vmo *v, uint64_t at, uint64_t count, uint64_t size)
{
	return at > size || count > size - at ? ST_OUT_OF_RANGE :
		v->memory != PTE_NORMAL	      ? ST_BAD_STATE :
						ST_OK;
}

/* copy_bytes: one page's part of a read or write. */
static status_t copy_bytes(
	struct vmo *v, uint64_t offset, void *to, const void *from, uint64_t size)
{
	uint64_t within = offset & (PAGE_SIZE - 1);
	paddr_t pa;
	status_t st = from ? vmo_own(v, offset >> PAGE_BITS, &pa) :
			     vmo_look(v, offset >> PAGE_BITS, &pa);

	if (st != ST_OK)
		return st;
	if (from) {
		__builtin_memcpy((char *)mmu_window(pa) + within, from, size);
		vmo_wrote(pa);
	} else {
		__builtin_memcpy(to, (char *)mmu_window(pa) + within, size);
	}
	return ST_OK;
}

struct span {
	uint64_t size;
	uint64_t done;
};

static status_t transfer(
	struct vmo *v, uint64_t offset, void *to, const void *from, struct span *span)
{
	status_t st = ST_OK;

	while (span->done < span->size && st == ST_OK) {
		uint64_t at = offset + span->done;
		uint64_t part =
			min_u64(span->size - span->done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));

		st = copy_bytes(v, at, to ? (char *)to + span->done : NULL,
			from ? (const char *)from + span->done : NULL, part);
		if (st == ST_OK)
			span->done += part;
	}
	return st;
}

status_t vmo_read(struct vmo *v, uint64_t offset, void *to, uint64_t size, uint64_t *done_out)
{
	struct span span = {.size = size};
	status_t st = range_check(v, offset, size, v->pages << PAGE_BITS);

	if (st == ST_OK)
		st = transfer(v, offset, to, NULL, &span);
	*done_out = span.done;
	return st;
}

status_t vmo_write(
	struct vmo *v, uint64_t offset, const void *from, uint64_t size, uint64_t *done_out)
{
	struct span span = {.size = size};
	status_t st = range_check(v, offset, size, v->pages << PAGE_BITS);

	if (st == ST_OK)
		st = transfer(v, offset, NULL, from, &span);
	*done_out = span.done;
	return st;
}

status_t vmo_commit(struct vmo *v, uint64_t page, uint64_t count, uint64_t *done_out)
{
	status_t st = range_check(v, page, count, v->pages);
	paddr_t pa;

	*done_out = 0;
	while (st == ST_OK && *done_out < count) {
		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		st = vmo_own(v, page + *done_out, &pa);
		if (st == ST_OK)
			++*done_out;
	}
	return st;
}

status_t vmo_zero(struct vmo *v, uint64_t page, uint64_t count, uint64_t *done_out)
{
	status_t st = range_check(v, page, count, v->pages);
	struct vmo *s = v->source;
	paddr_t pa;

	*done_out = 0;
	while (st == ST_OK && *done_out < count) {
		uint64_t at = page + *done_out;

		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		if (s->flags & VMO_FIXED || vmo_sees(s, v->bias + at)) {
			st = vmo_own(v, at, &pa);
			if (st == ST_OK) {
				mmu_page_zero(pa);
				vmo_wrote(pa);
			}
		} else {
			st = vmo_decommit(v, at, 1);
		}
		if (st == ST_OK)
			++*done_out;
	}
	return st;
}

status_t vmo_decommit(struct vmo *v, uint64_t page, uint64_t count)
{
	struct vmo *s = v->source;
	status_t st = range_check(v, page, count, v->pages);
	uint64_t start = v->bias + page;

	if (st != ST_OK || count == 0)
		return st;
	if (s->flags & VMO_FIXED)
		return ST_NOT_SUPPORTED;
	st = vmo_settle(s);
	if (st == ST_OK)
		st = family_drop(s, start, start + count);
	if (st == ST_OK)
		st = mappings_sweep(s, start, start + count, SWEEP_OUT);
	return st == ST_OK ? tree_remove(s, start, start + count) : st;
}
