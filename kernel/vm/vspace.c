/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The tables of a VSpace: entering what a mapping shows, sweeping out what it no longer does.
 *
 *	level 3  root   [ own |     |     ]
 *	level 2  own    [ LINK| own |     ]      LINK: a level 1 table of a VMO
 *	level 1  own          [ p | p | p ]
 *
 * Map. A mapping is a promise: entries come with the first access, or at once where the VMO
 * has tables that can be linked. Unmap takes out what is there, however many pages it shows:
 * one link, or the pages and the own tables that held nothing else.
 *
 *	before   root [ own |     ]          map 512 congruent pages, and 2 pages somewhere
 *	         own  [     |     |     ]
 *	after    root [ own | own ]
 *	         own  [ LINK|     |     ]    own [ own |     ]    own [ p | p |   ]
 *	             '--> the VMO's table
 *	unmap    root [ own |     ]          the two tables below went with their last entry;
 *	both     own  [     |     |     ]    the VMO's table keeps all its pages
 *
 * Own tables are "owned" entries, links and pages are borrowed ones: so one bit tells what
 * a sweep walks into and what it takes out. A sweep ends with the flush of its range; tables
 * that it emptied are given back after that.
 */
#include "vm/vspace.h"

#include "vm/tree.h"

enum { ROOT_LEVEL = VSPACE_LEVELS };

status_t vspace_init(struct vspace *s, struct pool *pool, uint16_t asid)
{
	if (!pool_can_take(pool))
		return ST_NO_MEMORY;
	*s = (struct vspace){.pool = pool, .asid = asid, .mappings.secret = vm_work.secret};
	s->root = pool_take(pool, FRAME_TABLE);
	mmu_page_zero(s->root);
	return ST_OK;
}

status_t vspace_fini(struct vspace *s)
{
	if (s->mappings.top)
		return ST_BAD_STATE;
	frame_put(s->root);
	return ST_OK;
}

/* flush: a range of pages; mmu_flush takes addresses. */
static void flush(const struct vspace *s, uint64_t first, uint64_t pages)
{
	mmu_flush(s->asid, first << PAGE_BITS, pages);
}

/* own_find: where the own tables on the way to a page end. */
static struct place own_find(const struct vspace *s, uint64_t page, unsigned stop)
{
	struct place at = {.table = pte_table(s->root, ROOT_LEVEL), .level = ROOT_LEVEL - 1};

	at.slot = table_slot(at.table, ROOT_LEVEL, page);
	while (at.level > stop && pte_is_owned(*at.slot))
		descend(&at, page);
	return at;
}

/*
 * take_out: clear the slot at a page, and own tables above that are empty by that; their frames
 * are put into a list, through `prev`.
 */
static void take_out(struct vspace *s, struct place at, uint64_t page, uint32_t *emptied)
{
	for (;; at = own_find(s, page, at.level + 1)) {
		if (pte_is_owned(*at.slot)) {
			struct frame *f = frame_at(pte_pa(*at.slot, at.level));

			f->prev = *emptied;
			*emptied = frame_index(f);
		}
		mmu_write(at.slot, pte_none());
		if (--frame_at(pte_pa(at.table, at.level + 1))->next > 0 ||
			at.level + 1 == ROOT_LEVEL)
			return;
	}
}

uint64_t vspace_sweep(
	struct vspace *s, uint64_t first, uint64_t last, unsigned cut, enum sweep what)
{
	uint64_t start = first; /* to flush: the range, and all behind a link that goes */
	uint64_t end = first;
	uint64_t page = first;
	uint32_t emptied = FRAME_NONE;
	struct place at = own_find(s, page, 0);

	for (;;) {
		if (!pte_is_none(*at.slot) && (what == SWEEP_WRITE || at.level <= cut)) {
			start = min_u64(start, block_start(page, at.level));
			end = max_u64(end, block_end(page, at.level));
			if (what == SWEEP_WRITE)
				mmu_write(at.slot, pte_deny_write(*at.slot, at.level));
			else
				take_out(s, at, page, &emptied);
		}
		page = block_end(page, at.level);
		/* A table that was emptied shows none up to its end. */
		while (page < last && !is_aligned(page, block_pages(at.level + 1)) &&
			pte_is_none(*++at.slot) && vm_step())
			page += block_pages(at.level);
		if (page >= last || !vm_step())
			break;
		if (is_aligned(page, block_pages(at.level + 1)) || pte_is_owned(*at.slot))
			at = own_find(s, page, 0);
	}
	end = max_u64(end, min_u64(page, last));
	flush(s, start, end - start);
	while (emptied != FRAME_NONE) { /* reached by nothing any more */
		struct frame *f = frame_number(emptied);

		emptied = f->prev;
		frame_put(frame_pa(f));
	}
	return page;
}

void vspace_flush(struct vspace *s, uint64_t first, uint64_t last, unsigned cut)
{
	unsigned level = own_find(s, first, 0).level;
	uint64_t left = vm_work.left;

	if (level > cut && last <= block_end(first, level)) {
		flush(s, first, last - first); /* behind one link that stays */
		return;
	}
	vm_work.left = UINT64_MAX;
	vspace_sweep(s, first, last, cut, SWEEP_OUT);
	vm_work.left = left;
}

/* A link is one entry; pages that were entered one by one are as many. */
bool mappings_are_few(const struct vmo *v, uint64_t start, uint64_t end)
{
	uint64_t entries = 0;

	if (v->mapping_count > 8 || block_start(start, 1) != block_start(end - 1, 1))
		return false;
	list_for_each (link, &v->mappings) {
		const struct mapping *m = list_entry(link, struct mapping, link);
		uint64_t low = max_u64(start, m->coordinate);
		uint64_t high = min_u64(end, m->coordinate + m->pages);
		uint64_t page = m->first + (low - m->coordinate);

		if (low < high)
			entries += own_find(m->vspace, page, 0).level ? 1 : high - low;
	}
	return entries <= 128;
}

/* alone_in: nothing but `m` is mapped in the block of `level` around `page`. */
static bool alone_in(const struct mapping *m, uint64_t page, unsigned level)
{
	uint64_t start = block_start(page, level), end = block_end(page, level);
	struct mapping *n;

	if (m->first <= start && m->first + m->pages >= end)
		return true;
	n = vspace_next(m->vspace, m->first + m->pages);
	return (!n || n->first >= end) && vspace_next(m->vspace, start) == m;
}

/* can_link: may this VSpace entry point straight at the VMO's table? */
static bool can_link(const struct mapping *m, uint64_t page, unsigned level)
{
	uint64_t c = m->coordinate + (page - m->first);
	uint64_t start = max_u64(block_start(c, level), m->vmo->bias);
	uint64_t end = min_u64(block_end(c, level), vmo_end(m->vmo));

	if (!is_aligned(page - c, block_pages(level)) || level > m->vmo->levels ||
		m->vmo->trim > vmo_end(m->vmo))
		return false;
	return start >= m->coordinate && end <= min_u64(m->coordinate + m->pages, m->end) &&
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

/* enter: put `e` where nothing is, or the same with other rights: a page that goes was swept. */
static void enter(const struct mapping *m, struct place at, pte_t e, uint64_t page)
{
	pte_t old = *at.slot;

	if (pte_is_none(old)) {
		frame_at(pte_pa(at.table, at.level + 1))->next++;
		mmu_write(at.slot, e);
	} else if (old.raw != e.raw) {
		CHECK(pte_pa(old, at.level) == pte_pa(e, at.level));
		mmu_write(at.slot, e);
		flush(m->vspace, block_start(page, at.level), block_pages(at.level));
	}
}

/*
 * table_is_code: may this table be linked for execution? Its pages are made fit for that, a
 * few at each look; until all are, they are entered one by one.
 */
static never_inline bool table_is_code(pte_t table)
{
	struct frame *f = frame_at(pte_pa(table, 1));
	const pte_t *entry = mmu_window(pte_pa(table, 1));
	unsigned few = 8;

	if (f && f->code)
		return true;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		if (!pte_is_none(entry[i]) && code_sync(pte_pa(entry[i], 0)) && few-- == 0)
			return false;
	if (f)
		f->code = true;
	return true;
}

/* link_level: where the VMO's table can be linked for `page`; 0: only the page itself. */
static unsigned link_level(const struct mapping *m, uint64_t page)
{
	const uint64_t c = m->coordinate + (page - m->first);
	const bool code = (m->rights & MAP_EXECUTE) != 0;

	for (unsigned level = code ? 1 : ROOT_LEVEL - 1; level > 0; level--)
		if (can_link(m, page, level) &&
			(!code || table_is_code(*tree_find(m->vmo, c, level).slot)))
			return level;
	return 0;
}

/* link_or_enter: what vspace_enter does where the way that there is, to `at`, is not enough. */
static never_inline status_t link_or_enter(struct mapping *m, uint64_t page, struct place at)
{
	struct vspace *s = m->vspace;
	unsigned level = at.level;
	pte_t entry;

	if (pte_is_none(*at.slot)) { /* else what stands there is right but for its rights */
		level = link_level(m, page);
		at = own_find(s, page, level);
	}
	if (level > 0 && at.level == level && pte_is_owned(*at.slot)) {
		vspace_flush(s, block_start(page, level), block_end(page, level), ROOT_LEVEL);
		at = own_find(s, page, level);
	}
	if (pool_can_take(s->pool) < at.level - level)
		return ST_NO_MEMORY;
	for (; at.level > level; at = own_find(s, page, level)) { /* one more own table */
		pte_t own = pte_table(pool_take(s->pool, FRAME_TABLE), at.level);

		mmu_page_zero(pte_pa(own, at.level));
		enter(m, at, pte_allow_write(pte_owned(own), at.level), page);
	}
	entry = attenuate(m, tree_find(m->vmo, m->coordinate + (page - m->first), level));
	if (level == 0 && pte_can_execute(entry, 0))
		code_sync(pte_pa(entry, 0));
	enter(m, at, entry, page);
	return ST_OK;
}

/*
 * vspace_enter: walk down own tables to the level at which the VMO's table can be linked,
 * or to the page.
 *
 *  => the VMO holds an entry for the page (vmo_resolve, own_coordinate)
 *  => ST_NO_MEMORY: no frames for the tables on the way, nothing changed
 */
status_t vspace_enter(struct mapping *m, uint64_t page)
{
	struct place at = own_find(m->vspace, page, 0);

	m->vmo->sweep.closed = false;
	if (at.level > 0 && !pte_is_none(*at.slot) &&
		(pte_can_write(*at.slot, at.level) || !(m->rights & MAP_WRITE)))
		return ST_OK; /* linked, with all the rights that it can have */
	return link_or_enter(m, page, at);
}

/* fault_write: a page of the VMO's own, and the way to it. */
static status_t fault_write(struct mapping *m, uint64_t c, uint64_t page)
{
	struct owned own = {.page = page};
	struct place at = own_find(m->vspace, page, 0);
	status_t st;

	if (m->vmo->mapping_count == 1 && at.level > 0 && pte_can_write(*at.slot, at.level))
		own.only = m->vspace;
	st = own_coordinate(m->vmo, c, &own);
	if (st == ST_OK && !own.is_shown)
		st = vspace_enter(m, page);
	if (st == ST_OK && !own.is_new) /* a TLB may not know yet that it may be written */
		flush(m->vspace, page, 1);
	return st;
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
	if (m->vmo->sweep.active &&
		((m->vmo->flags & VMO_FIXED && vmo_fill(m->vmo) != ST_OK) ||
			mappings_go_on(m->vmo) != ST_OK))
		return ST_SHOULD_WAIT;
	if (access == MAP_WRITE)
		return fault_write(m, c, page);
	st = vmo_resolve(m->vmo, c, true, &e);
	return st == ST_OK ? vspace_enter(m, page) : st;
}
