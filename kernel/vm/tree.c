/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Tables of a VMO: making, copying, emptying them.
 *
 * A shared table is split when one of its owners changes something below it:
 *
 *	 A     B              A        B         owned entries of the old table and of
 *	  \   /               |        |         the copy now point at the same targets:
 *	 [x|y|z]           [x|y|z]' [x|y|z]      x, y, z have two references each and lose
 *	                                         the right to write in both
 *
 * Taking content out never walks what it does not own: a shared table is let go as a
 * whole, and only those at the two ends of the range may need a copy first.
 *
 *	remove [5, 12)   level 1 blocks   |0 1 2 3|4 5 6 7|8 9 A B|C D E F|
 *	                                          : end   : whole : end: not touched
 */
#include "vm/tree.h"

enum { NONES_OF_ENTRY = 8 }; /* that are passed over cost what dealing with one does */

struct vm_work vm_work = {.events = 1};

paddr_t zero_base;

void vm_init(paddr_t zeros, uint64_t secret)
{
	vm_work.secret = secret;
	zero_base = zeros;
	mmu_page_zero(zeros);
	for (unsigned level = 1; level <= VMO_LEVELS; level++) {
		pte_t *table = mmu_window(zeros + ((paddr_t)level << PAGE_BITS));

		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			table[i] = zero_entry(level - 1);
	}
}

pte_t zero_entry(unsigned level)
{
	paddr_t pa = zero_base + ((paddr_t)level << PAGE_BITS);

	return level ? pte_table(pa, level) : pte_page(pa, PTE_NORMAL);
}

bool code_sync(paddr_t page)
{
	struct frame *f = frame_at(page);

	if (f && f->code)
		return false;
	mmu_sync_code(page);
	if (f)
		f->code = true;
	return true;
}

void vmo_wrote(paddr_t page)
{
	const struct frame *f = frame_at(page);

	if (f && f->code)
		mmu_sync_code(page);
}

void vmo_put(struct vmo *v, pte_t *entry, uint64_t count, unsigned level)
{
	uint64_t back;

	for (uint64_t i = 0; v->memory != PTE_NORMAL && level == 0 && i < count; i++)
		if (pte_is_owned(entry[i]) && frame_counted(pte_pa(entry[i], 0)))
			mmu_sync_uncached(pte_pa(entry[i], 0));
	back = pool_put(v->pool, entry, count, level);
	if (v->reserve >= v->reserve_cap)
		return;
	back = min_u64(back, v->reserve_cap - v->reserve);
	if (pool_reserve(v->pool, back) == ST_OK)
		v->reserve += back;
}

static pte_t entry_for(paddr_t table, unsigned level)
{
	return pte_allow_write(pte_owned(pte_table(table, level)), level);
}

pte_t table_new(struct vmo *v, unsigned level, bool edge)
{
	paddr_t pa = vmo_take(v, FRAME_TABLE, edge);

	mmu_page_zero(pa);
	return entry_for(pa, level);
}

pte_t table_copy(struct vmo *v, pte_t old, unsigned level)
{
	pte_t *from = mmu_window(pte_pa(old, level));
	pte_t made = entry_for(vmo_take(v, FRAME_TABLE, false), level);
	pte_t *to = mmu_window(pte_pa(made, level));

	mmu_table_borrow(to, from, level - 1);
	for (unsigned i = 0; pte_is_owned(old) && i < TABLE_ENTRIES; i++) {
		if (!pte_is_owned(from[i]))
			continue;
		frame_get(pte_pa(from[i], level - 1));
		mmu_write(&from[i], pte_deny_write(from[i], level - 1));
		to[i] = from[i];
	}
	return made;
}

/* put_entries: let go of pages in a row; what is none already costs no step. */
static status_t put_entries(struct vmo *v, pte_t *entry, uint64_t count)
{
	const pte_t *first = entry;
	uint64_t some;

	for (; count && pte_is_none(*entry); count--)
		entry++;
	vm_dealt((uint64_t)(entry - first) / NONES_OF_ENTRY);
	some = vm_entries(count);
	vmo_put(v, entry, some, 0);
	vm_dealt(some);
	return some < count ? ST_SHOULD_WAIT : ST_OK;
}

status_t tree_release(struct vmo *v, pte_t *slot, unsigned level)
{
	pte_t *at[VMO_LEVELS + 1]; /* where we are in each table on the way down from slot */
	unsigned l = level;
	uint64_t c = 0; /* of the block */

	if (!pte_is_owned(*slot)) {
		mmu_write(slot, pte_none());
		return ST_OK;
	}
	for (at[l] = slot;;) {
		for (; l > 1 && entry_is_sole(*at[l], l); l--)
			at[l - 1] = table_slot(*at[l], l, 0);
		if (l == 1 && entry_is_sole(*at[1], 1) &&
			put_entries(v, table_slot(*at[1], 1, 0), TABLE_ENTRIES) != ST_OK)
			return ST_SHOULD_WAIT;
		for (c += block_pages(l);; l++) { /* this entry, and tables that end with it */
			bool used = !pte_is_none(*at[l]);

			if (used)
				vmo_put(v, at[l], 1, l);
			if (l == level)
				return ST_OK;
			if (used && !vm_step())
				return ST_SHOULD_WAIT;
			if (!is_aligned(c, block_pages(l + 1)))
				break;
		}
		pte_t *next = at[l] + 1; /* none is passed over, up to the table's last */
		const uint64_t step = block_pages(l), last = block_end(c, l + 1) - step;

		for (; c < last && pte_is_none(*next); next++)
			c += step;
		vm_dealt((uint64_t)(next - at[l]) / NONES_OF_ENTRY);
		at[l] = next;
	}
}

/*
 * tree_cut: give v its own copies of shared tables that lie on both sides of `c`, and
 * drop a borrowed one if `drop` (the window ends here: the table shows more than it may).
 */
status_t tree_cut(struct vmo *v, uint64_t c, bool drop)
{
	pte_t *slot = &v->root;
	unsigned level = v->levels;

	if (block_start(v->bias, level) != block_start(c, level))
		return ST_OK;
	for (; block_start(c, level) != c; level--) { /* a page begins at its own */
		pte_t old = *slot;

		if (!pte_is_owned(old)) {
			if (drop)
				mmu_write(slot, pte_none());
			return ST_OK;
		}
		if (!frame_is_sole(pte_pa(old, level))) {
			if (!vmo_can_take(v, level, false))
				return ST_NO_MEMORY;
			mmu_write(slot, table_copy(v, old, level));
			vmo_put(v, &old, 1, level);
		}
		slot = table_slot(*slot, level, c);
	}
	return ST_OK;
}

/* is_empty: nothing stands in this table. */
static bool is_empty(pte_t e, unsigned level)
{
	const pte_t *table = mmu_window(pte_pa(e, level));

	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		if (!pte_is_none(table[i]))
			return false;
	return true;
}

/*
 * prune: tables around `c` that nothing stands in any more go, so that who looks for what
 * a VMO owns passes over few; those at its edges stay, for whoever takes over.
 */
static void prune(struct vmo *v, uint64_t c)
{
	for (unsigned level = 1; level <= v->levels && !v->inside; level++) {
		struct place p = tree_own(v, c, level);
		pte_t e = *p.slot;

		if (p.level > level)
			continue;
		if (!p.open || !entry_is_sole(e, level) ||
			(v->limit > v->bias &&
				(level > v->parent->levels || block_start(c, level) < v->bias ||
					block_end(c, level) > see_end(v))) ||
			!is_empty(e, level)) /* looked at last: it takes longest */
			return;
		vmo_put(v, p.slot, 1, level);
	}
}

status_t tree_remove(struct vmo *v, uint64_t start, uint64_t end)
{
	bool follows = v->limit > v->bias;
	uint64_t low = start <= v->bias && !follows ? 0 : start;
	bool all = end >= max_u64(vmo_end(v), v->trim) && (!follows || v->trim >= end);
	uint64_t high = all ? UINT64_MAX : end;
	uint64_t edge = follows ? see_end(v) : 0; /* its tables may be a taken over edge's */
	status_t st = low ? tree_cut(v, low, false) : ST_OK;

	adoption_again(v);
	vm_work.events++;
	if (st == ST_OK && high != UINT64_MAX)
		st = tree_cut(v, high, false);
	if (st == ST_OK && edge > low && edge < high)
		st = tree_cut(v, edge, false);
	for (uint64_t c = start; c < end && st == ST_OK;) {
		unsigned level = v->levels;
		struct place p;

		while (block_start(c, level) < low || block_end(c, level) > high ||
			(block_start(c, level) < edge && edge < block_end(c, level)))
			level--;
		p = tree_own(v, c, level);
		if (p.level == 0) {
			uint64_t count = min_u64(end, block_end(c, 1)) - c;

			st = put_entries(v, p.slot, count);
			c += count;
			continue;
		}
		if (pte_is_owned(*p.slot) ||
			(block_start(c, p.level) >= low && block_end(c, p.level) <= high))
			st = tree_release(v, p.slot, p.level);
		c = block_end(c, p.level);
	}
	if (st == ST_OK) {
		prune(v, start);
		prune(v, end - 1);
	}
	return st;
}
