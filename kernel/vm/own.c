/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A page of one's own: what happens when a VMO is written to.
 *
 * From the root down, as long as entries are sole, they are opened for writing; the first
 * one that is not decides:
 *
 *	entry        becomes
 *	none         an empty table of our own (nobody can have borrowed anything here)
 *	borrowed     a copy whose entries are borrowed
 *	shared       a copy that shares the entries; the other owners keep the old table
 *	page, sole   the page itself, opened: a take-over instead of a copy
 *
 *	before   root --> [ . . T . ]    T borrowed; now c, a page in T's block, is written
 *	after    root --> [ . . N . ]    N our own: [ b b c' b ], c' our own page
 *
 * Take-over. Two snapshots share a page; when one has got its own, or closes, the other is
 * the only owner that is left, and its write makes the entry writable where it is:
 *
 *	A, S   [ x ] [ x ]   x: two references, no right to write
 *	A      [ w ] [ x ]   A wrote: w is its copy, x has one reference
 *	S      [ w ] [ x ]   S writes: sole, so x itself is opened; nothing is copied
 *
 * Everything below the first such entry is built aside and stored by one write. Before
 * it, descendants drop what they borrowed through the old entry (that can stop: nothing
 * has changed by then), and our own mappings forget it: break before make. Where they have
 * entered little, the entry is none while they are flushed; else they lose every way to it
 * before, which can stop too.
 */
#include "vm/tree.h"
#include "vm/vspace.h"

/* open_path: walk down over sole entries, opening them for writing, to `stop` at most. */
static force_inline struct place open_path(struct vmo *v, uint64_t c, unsigned stop)
{
	struct place p = {.slot = &v->root, .level = v->levels};

	while (p.level > stop && pte_can_write(*p.slot, p.level))
		descend(&p, c);
	for (; p.level >= stop && entry_is_sole(*p.slot, p.level); descend(&p, c)) {
		if (!pte_can_write(*p.slot, p.level))
			mmu_write(p.slot, pte_allow_write(*p.slot, p.level));
		p.open = p.level == stop;
		if (p.open)
			break;
	}
	return p;
}

/* page_of_own: an owned, writable entry for a page that shows what `old` shows. */
static force_inline pte_t page_of_own(struct vmo *v, unsigned memory, pte_t old)
{
	paddr_t pa = vmo_take(v, FRAME_PAGE, false);

	if (entry_is_zero(old, 0))
		mmu_page_zero(pa);
	else
		mmu_page_copy(pa, pte_pa(old, 0));
	return page_entry(memory, pa);
}

/*
 * build: what shall stand at `top`: tables of our own on the way to `c`, down to `stop`;
 * at level 0 a page.
 *
 *  => `shown` is what v shows at `c` where no entry says so
 *  => an uncached page is left in no cache. Until it is there, zeros are shown as the page of
 *     zeros that all VMOs show: nobody writes that one
 *  => a frame for each can be taken
 */
static never_inline pte_t build(
	struct vmo *v, uint64_t c, struct place top, unsigned stop, pte_t shown)
{
	pte_t made = *top.slot;
	pte_t *slot = &made;

	for (unsigned level = top.level;; level--) {
		pte_t old = *slot;

		if (level == 0)
			*slot = page_of_own(v, v->memory, pte_is_none(old) ? shown : old);
		else
			*slot = entry_is_zero(old, level) ? table_new(v, level, false) :
							    table_copy(v, old, level);
		if (level == 0 && v->memory != PTE_NORMAL)
			mmu_sync_uncached(pte_pa(*slot, 0));
		if (slot != &made && pte_is_owned(old))
			vmo_put(v, &old, 1, level);
		if (level == stop)
			return made;
		slot = table_slot(*slot, level, c);
	}
}

/*
 * replace: see that nobody but v's few mappings knows the entry at `p`; build, and store what
 * was built in one write.
 *
 *  => ST_SHOULD_WAIT: nothing has changed
 */
static status_t replace(struct vmo *v, uint64_t c, struct place p, unsigned stop, pte_t shown)
{
	uint64_t start = block_start(c, p.level);
	uint64_t end = block_end(c, p.level);
	pte_t old = *p.slot, made;
	bool known = !pte_is_none(old), few = false;
	status_t st = ST_OK;

	if (known || v->inside)
		st = family_drop(v, start, end);
	if (st == ST_OK && known) {
		few = mappings_are_few(v, start, end);
		st = few ? ST_OK : mappings_sweep(v, start, end, SWEEP_OUT);
	}
	if (st != ST_OK)
		return st;
	made = build(v, c, p, stop, shown);
	if (few) {
		mmu_write(p.slot, pte_none());
		mappings_flush(v, start, end, p.level);
	}
	vm_work.changes += v->children > 0;
	vm_work.events++;
	entry_publish(p.slot, made, place_is_code(p));
	if (pte_is_owned(old))
		vmo_put(v, &old, 1, p.level);
	family_watch(v);
	return ST_OK;
}

/*
 * own_quickly: the most frequent writes, in the fewest steps: the page at `p` is borrowed,
 * shared or not there yet; nobody below has borrowed it, and nobody has a way to it but
 * `only`, if any, by a link to v's table that stays.
 *
 *  => false: it is not so simple; nothing has changed
 */
static inline bool own_quickly(
	struct vmo *v, uint64_t c, const struct place *p, struct owned *page_out)
{
	const struct vspace *only = page_out->only;
	pte_t old = *p->slot;
	pte_t made;

	if (p->level || v->flags & (VMO_RESERVE | VMO_PAGED) || v->memory != PTE_NORMAL ||
		!pool_can_take(v->pool) || (!only && v->mapping_count) ||
		(pte_is_none(old) ? v->inside || vmo_sees(v, c) : !list_is_empty(&v->watching)))
		return false;
	made = page_of_own(v, PTE_NORMAL, old);
	if (only && !pte_is_none(old)) {
		mmu_write(p->slot, pte_none());
		mmu_flush(only->asid, page_out->page << PAGE_BITS, 1);
	}
	vm_work.changes += v->children > 0;
	vm_work.events++;
	entry_publish(p->slot, made, place_is_code(*p));
	if (pte_is_owned(old))
		vmo_put(v, &old, 1, 0);
	else
		family_watch(v);
	page_out->is_shown = only != NULL;
	page_out->pa = pte_pa(made, 0);
	return true;
}

/*
 * own_slowly: what own_coordinate does where that is not enough: a page of what `shown` shows, if
 * it is not none. Not inlined, so that the short way through the caller needs no large frame.
 */
never_inline status_t own_slowly(
	struct vmo *v, uint64_t c, struct place p, pte_t shown, struct owned *page_out)
{
	status_t st;

	if (pte_is_none(shown) && pte_is_none(p.level ? tree_entry(v, c) : *p.slot) &&
		(vmo_sees(v, c) || vmo_misses(v, c))) {
		st = vmo_resolve(v, c, false, &shown);
		vm_work.missing_write = true;
		if (st != ST_OK && st != ST_NO_MEMORY)
			return st;
		p = open_path(v, c, 0);
	}
	if (!vmo_can_take(v, p.level + 1, false))
		return ST_NO_MEMORY;
	st = replace(v, c, p, 0, shown);
	if (st == ST_OK)
		page_out->pa = pte_pa(tree_entry(v, c), 0);
	return st;
}

/*
 * own_coordinate: v's own page at `c`, writable, made if need be.
 *
 *  => ST_NO_MEMORY, ST_SHOULD_WAIT, ST_MISSING: nothing that anyone can see has changed
 */
status_t own_coordinate(struct vmo *v, uint64_t c, struct owned *page_out)
{
	struct place p;

	if (vmo_settle(v) != ST_OK)
		return ST_SHOULD_WAIT;
	p = open_path(v, c, 0);
	page_out->is_new = !p.open;
	if (!p.open)
		return own_quickly(v, c, &p, page_out) ?
			ST_OK :
			own_slowly(v, c, p, pte_none(), page_out);
	page_out->is_shown = page_out->only != NULL;
	page_out->pa = pte_pa(*p.slot, 0);
	return ST_OK;
}

/* own_tables: v's tables around `c`, down to the one of `level`, are its alone, for writing. */
status_t own_tables(struct vmo *v, uint64_t c, unsigned level)
{
	struct place p = open_path(v, c, level);

	if (p.open || v->levels < level)
		return ST_OK;
	if (!vmo_can_take(v, p.level - level + 1, false))
		return ST_NO_MEMORY;
	return replace(v, c, p, level, pte_none());
}

status_t vmo_own(struct vmo *v, uint64_t page, paddr_t *pa_out)
{
	struct owned own = {.only = NULL};
	status_t st = page < v->pages ? own_coordinate(v->source, v->bias + page, &own) :
					ST_OUT_OF_RANGE;

	if (st == ST_OK)
		*pa_out = own.pa;
	return st;
}
