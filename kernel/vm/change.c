/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What only some ask: which pages a clone changed, making them its parent's, and the
 * account of a VMO.
 *
 * Merge moves pages without copying:
 *
 *	parent [ a | b | c ]             parent [ a | x | c ]
 *	clone  [ b | x | b ]   merge     clone  [ b | b | b ]    (b: borrowed)
 *
 * First the paths to those pages are made the parent's own, and the clone's: that may need
 * memory or stop, and changes nothing that anyone sees. Then each page changes hands.
 */
#include "vm/tree.h"

/* next_owned: the first coordinate in [c, end) at which v has a page of its own. */
static uint64_t next_owned(struct vmo *v, uint64_t c, uint64_t end)
{
	while (c < end) {
		struct place p = tree_own(v, c, 0);

		if (pte_is_owned(*p.slot))
			return c;
		c = block_end(c, p.level);
	}
	return end;
}

status_t vmo_diff(struct vmo *v, uint64_t page, uint64_t *page_out)
{
	struct vmo *s = v->source;
	uint64_t c;

	if (page >= v->pages)
		return ST_NOT_FOUND;
	c = next_owned(s, v->bias + page, vmo_end(v));
	if (c >= vmo_end(v))
		return ST_NOT_FOUND;
	*page_out = c - v->bias;
	return ST_OK;
}

static status_t merge_prepare(struct vmo *v, struct vmo *p, uint64_t end)
{
	uint64_t pages = 0;

	for (uint64_t c = next_owned(v, v->bias, end); c < end; c = next_owned(v, c + 1, end)) {
		status_t st = own_tables(p, c);

		if (st == ST_OK)
			st = own_tables(v, c);
		if (st != ST_OK)
			return st;
		pages++;
	}
	/* A promise that a page has used up is made again when the page leaves. */
	if (v->flags & VMO_RESERVE &&
		pool_can_take(v->pool) < min_u64(pages, v->reserve_cap - v->reserve))
		return ST_NO_MEMORY;
	return ST_OK;
}

/* hand_over: the page at `c`, which no mapping reaches, becomes p's; v borrows it. */
static void hand_over(struct vmo *v, struct vmo *p, uint64_t c)
{
	struct place mine = tree_find(v, c, 0);
	struct place theirs = tree_find(p, c, 0);
	pte_t page = *mine.slot;
	pte_t old = *theirs.slot;

	mmu_write(theirs.slot, pte_none());
	mmu_write(mine.slot, pte_none());
	entry_publish(theirs, page);
	mmu_write(mine.slot, pte_borrowed(page, 0));
	p->walk.closed = false;
	if (pte_is_owned(old))
		vmo_put(p, old, 0);
	if (v->flags & VMO_RESERVE && v->reserve < v->reserve_cap &&
		pool_reserve(v->pool, 1) == ST_OK)
		v->reserve++;
}

status_t vmo_merge(struct vmo *v)
{
	struct vmo *p = v->parent;
	uint64_t end;
	uint64_t start;
	status_t st;

	if (v->flags & VMO_SLICE || !p || v->limit <= v->bias || v->pool != p->pool ||
		p->flags & (VMO_FIXED | VMO_CLOSING))
		return ST_BAD_STATE;
	end = min_u64(min_u64(vmo_end(v), v->limit), vmo_end(p));
	start = next_owned(v, v->bias, end);
	if (start >= end)
		return ST_OK;
	st = merge_prepare(v, p, end);
	if (st == ST_OK)
		st = family_drop(p, start, end);
	if (st == ST_OK)
		st = mappings_sweep(p, start, end, SWEEP_OUT);
	if (st == ST_OK)
		st = mappings_sweep(v, start, end, SWEEP_OUT);
	if (st != ST_OK)
		return st;
	for (uint64_t c = start; c < end; c = next_owned(v, c + 1, end))
		hand_over(v, p, c);
	family_watch(v);
	return ST_OK;
}

/*
 * vmo_usage: from the root down for each block in turn: an entry is counted where its block
 * begins, so that a walk that stops knows by `at` alone what it has counted.
 */
status_t vmo_usage(const struct vmo *v, uint64_t *at, struct vmo_usage *u)
{
	const struct vmo *s = v->source;
	uint64_t origin = block_start(s->bias, s->levels);
	uint64_t end = block_pages(s->levels);

	if (*at == 0)
		*u = (struct vmo_usage){.reserved = s->reserve};
	while (*at < end) {
		const pte_t *slot = &s->root;
		unsigned level = s->levels;
		bool shared = false;

		if (*at && !vm_step())
			return ST_SHOULD_WAIT;
		for (;; level--) {
			pte_t e = *slot;
			bool first = block_start(*at, level) == *at;
			bool owned = pte_is_owned(e);

			shared = shared || (owned && !entry_is_sole(e, level));
			if (first && owned && level)
				*(shared ? &u->shared_tables : &u->sole_tables) += 1;
			else if (owned && !level)
				*(shared ? &u->shared_pages : &u->sole_pages) += 1;
			else if (first && !owned && !pte_is_none(e))
				u->borrowed++;
			if (!owned || level == 0)
				break;
			slot = table_slot(e, level, origin + *at);
		}
		*at = block_end(*at, level);
	}
	return ST_OK;
}
