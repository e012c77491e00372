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

enum { LOOKS_OF_STEP = 32 }; /* entries that are none: so many looks cost what a step does */

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

void code_sync(paddr_t page)
{
	struct frame *f = frame_at(page);

	if (f && f->code)
		return;
	mmu_sync_code(page);
	if (f)
		f->code = true;
}

void vmo_wrote(paddr_t page)
{
	const struct frame *f = frame_at(page);

	if (f && f->code)
		mmu_sync_code(page);
}

static paddr_t take(struct vmo *v, enum frame_state kind, bool promised)
{
	if (promised && v->reserve) {
		v->reserve--;
		pool_unreserve(v->pool, 1);
	}
	return pool_take(v->pool, kind);
}

paddr_t vmo_take(struct vmo *v, enum frame_state kind)
{
	return take(v, kind, (v->flags & VMO_RESERVE) != 0);
}

bool vmo_can_take_edge(const struct vmo *v)
{
	return v->reserve || pool_can_take(v->pool);
}

paddr_t vmo_take_edge(struct vmo *v)
{
	return take(v, FRAME_TABLE, true);
}

/* vmo_put: let go of an owned entry's target; a frame that comes back refills the reserve. */
void vmo_put(struct vmo *v, pte_t e, unsigned level)
{
	paddr_t pa = pte_pa(e, level);

	if (v->memory != PTE_NORMAL && level == 0 && pool_pays_for(v->pool, pa))
		mmu_sync_uncached(pa);
	if (!frame_put(pa) || v->reserve >= v->reserve_cap || !pool_pays_for(v->pool, pa))
		return;
	if (pool_reserve(v->pool, 1) == ST_OK)
		v->reserve++;
}

static pte_t entry_for(paddr_t table, unsigned level)
{
	return pte_allow_write(pte_owned(pte_table(table, level)), level);
}

pte_t table_new(struct vmo *v, unsigned level, bool edge)
{
	paddr_t pa = edge ? vmo_take_edge(v) : vmo_take(v, FRAME_TABLE);

	mmu_page_zero(pa);
	return entry_for(pa, level);
}

pte_t table_copy(struct vmo *v, pte_t old, unsigned level, uint64_t c)
{
	/* Behind its end the parent may keep tables for edges: they are none of ours. */
	uint64_t start = block_start(c, level);
	uint64_t end = v->parent && !pte_is_owned(old) ? vmo_end(v->parent) : UINT64_MAX;
	uint64_t lent = end > start ? (end - start - 1) >> (TABLE_BITS * (level - 1)) : 0;
	pte_t *from = mmu_window(pte_pa(old, level));
	paddr_t pa = vmo_take(v, FRAME_TABLE);
	pte_t *to = mmu_window(pa);

	if (entry_is_zero(old, level)) {
		mmu_page_zero(pa);
		return entry_for(pa, level);
	}
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		if (pte_is_none(from[i]) || i > lent) {
			to[i] = pte_none();
		} else if (pte_is_owned(old) && pte_is_owned(from[i])) {
			frame_get(pte_pa(from[i], level - 1));
			mmu_write(&from[i], pte_deny_write(from[i], level - 1));
			to[i] = from[i];
		} else {
			to[i] = pte_borrowed(from[i], level - 1);
		}
	}
	return entry_for(pa, level);
}

/* next_used: the first entry in use of a table that is being emptied, NULL if none is. */
static pte_t *next_used(pte_t e, unsigned level)
{
	struct frame *f = frame_at(pte_pa(e, level));
	pte_t *table = mmu_window(pte_pa(e, level));
	uint32_t i = f->prev;

	while (i < TABLE_ENTRIES && pte_is_none(table[i]))
		i++;
	vm_work.left -= min_u64(vm_work.left, (i - f->prev) / LOOKS_OF_STEP);
	f->prev = i;
	return i < TABLE_ENTRIES ? &table[i] : NULL;
}

/* forget_position: a table that lives on is scanned from its first entry the next time. */
static void forget_position(pte_t *slot, unsigned level)
{
	while (slot && level > 0 && entry_is_sole(*slot, level)) {
		pte_t *inner = next_used(*slot, level);

		frame_at(pte_pa(*slot, level))->prev = 0;
		slot = inner;
		level--;
	}
}

status_t tree_release(struct vmo *v, pte_t *slot, unsigned level)
{
	while (!pte_is_none(*slot)) {
		pte_t *at = slot;
		unsigned l = level;
		pte_t e;

		while (l > 0 && entry_is_sole(*at, l)) {
			pte_t *inner = next_used(*at, l);

			if (!inner)
				break;
			at = inner;
			l--;
		}
		e = *at;
		mmu_write(at, pte_none());
		if (pte_is_owned(e))
			vmo_put(v, e, l);
		if (vm_work.left == 0) {
			forget_position(slot, level);
			return pte_is_none(*slot) ? ST_OK : ST_SHOULD_WAIT;
		}
		vm_work.left--;
	}
	return ST_OK;
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
	for (; level > 0 && block_start(c, level) != c; level--) {
		pte_t old = *slot;

		if (pte_is_none(old))
			return ST_OK;
		if (!pte_is_owned(old)) {
			if (drop)
				mmu_write(slot, pte_none());
			return ST_OK;
		}
		if (!frame_is_sole(pte_pa(old, level))) {
			if (!vmo_can_take(v, level))
				return ST_NO_MEMORY;
			mmu_write(slot, table_copy(v, old, level, c));
			vmo_put(v, old, level);
		}
		slot = table_slot(*slot, level, c);
	}
	return ST_OK;
}

/* is_empty: nothing stands in this table. */
static bool is_empty(pte_t e, unsigned level)
{
	const pte_t *table = mmu_window(pte_pa(e, level));
	unsigned i = 0;

	while (i < TABLE_ENTRIES && pte_is_none(table[i]))
		i++;
	return i == TABLE_ENTRIES;
}

/*
 * prune: tables around `c` that nothing stands in any more go, so that who looks for what
 * a VMO owns passes over few; those at its edges stay, for whoever takes over.
 */
static void prune(struct vmo *v, uint64_t c, bool follows)
{
	for (unsigned level = 1; level <= v->levels && !v->inside; level++) {
		struct place p = tree_own(v, c, level);
		pte_t e = *p.slot;

		if (p.level > level)
			continue;
		if (!p.open || !pte_is_owned(e) || !entry_is_sole(e, level) ||
			!is_empty(e, level))
			return;
		if (follows &&
			(level > v->parent->levels || block_start(c, level) < v->bias ||
				block_end(c, level) > min_u64(vmo_end(v), v->limit)))
			return;
		mmu_write(p.slot, pte_none());
		vmo_put(v, e, level);
	}
}

/* straddles: does the block of `level` around `c` lie on both sides of `edge`? */
static bool straddles(uint64_t c, unsigned level, uint64_t edge)
{
	return block_start(c, level) < edge && edge < block_end(c, level);
}

status_t tree_remove(struct vmo *v, uint64_t start, uint64_t end)
{
	bool follows = v->parent && v->limit > v->bias;
	uint64_t low = start <= v->bias && !follows ? 0 : start;
	bool all = end >= max_u64(vmo_end(v), v->trim) && (!follows || v->trim >= end);
	uint64_t high = all ? UINT64_MAX : end;
	uint64_t edge = follows ? v->limit : 0; /* its tables may be a taken over edge's */
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
			straddles(c, level, edge))
			level--;
		p = tree_own(v, c, level);
		if (pte_is_owned(*p.slot))
			st = tree_release(v, p.slot, p.level);
		else if (block_start(c, p.level) >= low && block_end(c, p.level) <= high)
			mmu_write(p.slot, pte_none());
		c = p.level == v->levels ? block_end(c, p.level) :
					   skip_none(p.slot, p.level, c, end);
	}
	if (st == ST_OK && start < end) {
		prune(v, start, follows);
		prune(v, end - 1, follows);
	}
	return st;
}
