/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The tables of a VSpace: entering what a mapping shows, sweeping out what it no longer
 * does.
 *
 *	level 3  root   [ own |     |     ]
 *	level 2  own    [ LINK| own |     ]      LINK: a level 1 table of a VMO
 *	level 1  own          [ p | p | p ]
 *
 * Own tables are "owned" entries, links and pages are borrowed ones: so one bit tells what
 * a sweep walks into and what it takes out. A sweep ends with the flush of its range;
 * tables that it emptied are given back after that.
 */
#include "vm/vspace.h"

#include "vm/tree.h"

enum { ROOT_LEVEL = VSPACE_LEVELS };

static pte_t root_entry(const struct vspace *s)
{
	return pte_table(s->root, ROOT_LEVEL);
}

static struct frame *table_frame(pte_t e, unsigned level)
{
	return frame_at(pte_pa(e, level));
}

status_t vspace_init(struct vspace *s, struct pool *pool, uint16_t asid)
{
	if (!pool_can_take(pool))
		return ST_NO_MEMORY;
	*s = (struct vspace){.pool = pool, .asid = asid};
	s->root = pool_take(pool, FRAME_TABLE);
	mmu_page_zero(s->root);
	return ST_OK;
}

status_t vspace_fini(struct vspace *s)
{
	if (s->top)
		return ST_BAD_STATE;
	frame_put(s->root);
	return ST_OK;
}

/* flush: a range of pages; mmu_flush takes addresses. */
static void flush(const struct vspace *s, uint64_t first, uint64_t pages)
{
	mmu_flush(s->asid, first << PAGE_BITS, pages);
}

/* set: fill an empty slot of the own table behind `table`. */
static void set(pte_t table, unsigned level, pte_t *slot, pte_t e)
{
	table_frame(table, level)->next++;
	mmu_write(slot, e);
}

struct sweep_state {
	struct vspace *s;
	uint64_t last;
	unsigned cut;
	enum sweep what;
	uint32_t emptied; /* frame numbers, linked through `prev` */
};

/* take_out: clear the slot at `path[level]`, and own tables above that are empty by that. */
static void take_out(struct sweep_state *w, uint64_t page, unsigned level)
{
	for (;;) {
		pte_t table = root_entry(w->s);
		unsigned above = ROOT_LEVEL;
		pte_t *slot = table_slot(table, above, page);
		struct frame *f;

		while (above - 1 > level) {
			table = *slot;
			above--;
			slot = table_slot(table, above, page);
		}
		f = table_frame(*slot, level);
		if (level > 0 && pte_is_owned(*slot)) {
			f->prev = w->emptied;
			w->emptied = frame_index(f);
		}
		mmu_write(slot, pte_none());
		if (--table_frame(table, above)->next > 0 || above == ROOT_LEVEL)
			return;
		level = above;
	}
}

/* sweep_at: deal with the entry that covers `page`; returns its level. */
static unsigned sweep_at(struct sweep_state *w, uint64_t page)
{
	pte_t *slot = table_slot(root_entry(w->s), ROOT_LEVEL, page);
	unsigned level = ROOT_LEVEL - 1;

	while (level > 0 && pte_is_owned(*slot)) {
		slot = table_slot(*slot, level, page);
		level--;
	}
	if (pte_is_none(*slot))
		return level;
	if (w->what == SWEEP_WRITE)
		mmu_write(slot, pte_deny_write(*slot, level));
	else if (level <= w->cut)
		take_out(w, page, level);
	return level;
}

void vspace_sweep(struct vspace *s, uint64_t first, uint64_t last, unsigned cut,
	enum sweep what)
{
	struct sweep_state w = {
		.s = s, .last = last, .cut = cut, .what = what, .emptied = FRAME_NONE};

	for (uint64_t page = first; page < last;)
		page = block_end(page, sweep_at(&w, page));
	flush(s, first, last - first);
	while (w.emptied != FRAME_NONE) {
		struct frame *f = frame_number(w.emptied);

		w.emptied = f->prev;
		frame_put(frame_pa(f));
	}
}

/* alone_in: nothing but `m` is mapped in the block of `level` around `page`. */
static bool alone_in(const struct mapping *m, uint64_t page, unsigned level)
{
	struct vspace *s = m->vspace;
	struct mapping *n = vspace_next(s, block_start(page, level));

	if (n != m)
		return false;
	n = vspace_next(s, m->first + m->pages);
	return !n || n->first >= block_end(page, level);
}

/* can_link: may this VSpace entry point straight at the VMO's table? */
static bool can_link(const struct mapping *m, uint64_t page, unsigned level)
{
	uint64_t c = m->coordinate + (page - m->first);
	uint64_t start = max_u64(block_start(c, level), m->vmo->bias);
	uint64_t end = min_u64(block_end(c, level), vmo_end(m->vmo));

	if (!is_aligned(page - c, block_pages(level)) || level > m->vmo->levels)
		return false;
	if (start < m->coordinate || end > min_u64(m->coordinate + m->pages, m->end))
		return false;
	return (m->first <= block_start(page, level) &&
		       m->first + m->pages >= block_end(page, level)) ||
	       alone_in(m, page, level);
}

/* attenuate: the VMO's entry as this mapping may use it. */
static pte_t attenuate(const struct mapping *m, struct place p)
{
	bool writable = p.own && p.open && pte_is_owned(*p.slot) &&
			pte_can_write(*p.slot, p.level) && (m->rights & MAP_WRITE);
	pte_t e = pte_borrowed(*p.slot, p.level);

	if (writable)
		e = pte_allow_write(e, p.level);
	return m->rights & MAP_EXECUTE ? e : pte_deny_execute(e, p.level);
}

/* enter: put `e` where `slot` is, whatever was there. */
static void enter(const struct mapping *m, pte_t table, struct place at, pte_t e,
	uint64_t page)
{
	uint64_t start = block_start(page, at.level);
	pte_t old = *at.slot;

	if (pte_is_none(old)) {
		set(table, at.level + 1, at.slot, e);
	} else if (old.raw != e.raw) {
		if (pte_pa(old, at.level) != pte_pa(e, at.level)) {
			mmu_write(at.slot, pte_none());
			flush(m->vspace, start, block_pages(at.level));
		}
		mmu_write(at.slot, e);
		flush(m->vspace, start, block_pages(at.level));
	}
}

/*
 * vspace_enter: walk down own tables to the level at which the VMO's table can be linked,
 * or to the page.
 *
 *  => the VMO holds an entry for the page (vmo_resolve, own_coordinate)
 *  => ST_NO_MEMORY: no frame for a table on the way
 */
status_t vspace_enter(struct mapping *m, uint64_t page)
{
	struct vspace *s = m->vspace;
	pte_t table = root_entry(s);
	struct place at = {table_slot(table, ROOT_LEVEL, page), ROOT_LEVEL - 1, true, true};

	for (;; at.level--) {
		if (at.level == 0 || can_link(m, page, at.level)) {
			struct place p = tree_find(
				m->vmo, m->coordinate + (page - m->first), at.level);

			if (at.level > 0 && pte_is_owned(*at.slot))
				vspace_sweep(s, block_start(page, at.level),
					block_end(page, at.level), ROOT_LEVEL, SWEEP_OUT);
			if (p.level == at.level && !pte_is_none(*p.slot)) {
				enter(m, table, at, attenuate(m, p), page);
				return ST_OK;
			}
		}
		CHECK(at.level > 0);
		if (!pte_is_owned(*at.slot)) {
			pte_t own;

			if (!pool_can_take(s->pool))
				return ST_NO_MEMORY;
			own = pte_table(pool_take(s->pool, FRAME_TABLE), at.level);
			mmu_page_zero(pte_pa(own, at.level));
			own = pte_allow_write(pte_owned(own), at.level);
			enter(m, table, at, own, page);
		}
		table = *at.slot;
		at.slot = table_slot(table, at.level, page);
	}
}

status_t vspace_fault(struct vspace *s, uint64_t page, unsigned access)
{
	struct mapping *m = vspace_find(s, page);
	uint64_t c;
	pte_t e;
	status_t st;

	if (!m)
		return ST_NOT_FOUND;
	if (!(m->rights & access))
		return ST_ACCESS_DENIED;
	c = m->coordinate + (page - m->first);
	if (c >= min_u64(vmo_end(m->vmo), m->end))
		return ST_OUT_OF_RANGE;
	st = access == MAP_WRITE ? own_coordinate(m->vmo, c, &e) : vmo_resolve(m->vmo, c, &e);
	if (st == ST_OK)
		st = vspace_enter(m, page);
	if (st == ST_OK)
		flush(s, page, 1);
	return st;
}
