/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a VMO shows at a coordinate, and remembering the answer.
 *
 *	look at 1 in C       A [a|b| | ]      C and B have nothing at 1: climb. A has
 *	   C --> B --> A         ^            the page. Then down again: B takes the entry
 *	                     B [ |b| | ]      as borrowed, C takes B's.
 *	                         ^
 *	                     C [ |b| | ]      The next look at 1 in C ends in C.
 *
 * A generation borrows the highest entry that it may: a whole table if everything which
 * that table can ever hold lies inside what it sees, else it makes a private table and
 * borrows piece by piece. Those private tables stand only on two paths, to the first and to
 * the last coordinate that is seen (a lower parent's block holds the first): frames for them are
 * set aside when the clone is made.
 *
 *	see  =  [bias, min(end, limit)), and there only where the parent has pages
 *	borrow the table of block B   if  B and the parent's window meet only within  see
 *	borrow a table of zeros       if  B lies within v: beyond its end are faults, no zeros
 *
 * The chain rule, on which all pruning rests: whoever holds something borrowed at a
 * coordinate has a parent that holds something there. So caching goes from the top down,
 * and a VMO whose root is none has no descendant that borrowed anything.
 */
#include "vm/tree.h"

enum view { VIEW_ZEROS, VIEW_ZEROS_PART, VIEW_WHOLE, VIEW_PART };

/* view_of: how v may borrow the block of `level` around `c`. */
static enum view view_of(const struct vmo *v, uint64_t c, unsigned level)
{
	const struct vmo *p = v->parent;
	uint64_t start = block_start(c, level);
	uint64_t end = block_end(c, level);

	if (!p || max_u64(start, v->bias) >= min_u64(min_u64(end, see_end(v)), vmo_end(p)))
		return start >= v->bias && end <= vmo_end(v) ? VIEW_ZEROS : VIEW_ZEROS_PART;
	if (level > 0 && p->trim > vmo_end(p) && start < p->trim && end > vmo_end(p))
		return VIEW_ZEROS_PART; /* a shrink left pages there that are nobody's */
	if (level > p->levels || max_u64(start, p->bias) < v->bias ||
		min_u64(end, vmo_end(p)) > see_end(v))
		return VIEW_PART;
	return VIEW_WHOLE;
}

/* vmo_borrow_root: a newborn starts with its parent's entry, if there is one to share. */
void vmo_borrow_root(struct vmo *v)
{
	struct place p;

	v->parent->walk.closed = false;
	if (v->parent->walk.active || view_of(v, v->bias, v->levels) != VIEW_WHOLE)
		return;
	p = tree_find(v->parent, v->bias, v->levels);
	if (p.level == v->levels && !pte_is_none(*p.slot))
		v->root = pte_borrowed(*p.slot, p.level);
}

/*
 * cache_path: fill v's own entries on the way to `c` with what its parent holds there.
 *
 *  => the parent's path to `c` is complete, or v sees nothing there
 *  => false: an edge needs a table and there is none, or the table on the way is not v's
 *     alone, and zeros are no answer for its other owners, a table that v paid not for them
 */
static bool cache_path(struct vmo *v, uint64_t c)
{
	for (;;) {
		struct place p = tree_find(v, c, 0);
		enum view view;
		pte_t e;

		if (!pte_is_none(*p.slot))
			return true;
		view = view_of(v, c, p.level);
		if (view == VIEW_WHOLE && pte_is_none(*tree_find(v->parent, c, p.level).slot)) {
			CHECK(!vmo_sees(v, c)); /* only neighbours of c are seen */
			view = VIEW_ZEROS_PART;
		}
		if (!p.own || (view != VIEW_WHOLE && !tree_own(v, c, 0).open))
			return false;
		if (v->parent)
			v->parent->walk.closed = false;
		if (view == VIEW_WHOLE) {
			e = pte_borrowed(*tree_find(v->parent, c, p.level).slot, p.level);
		} else if (view == VIEW_ZEROS && !vmo_misses(v, block_start(c, p.level))) {
			e = zero_entry(p.level);
		} else {
			CHECK(p.level > 0);
			if (!vmo_can_take(v, 1, view == VIEW_PART))
				return false;
			e = table_new(v, p.level, view == VIEW_PART);
		}
		entry_publish(p.slot, e, place_is_code(p));
		family_watch(v);
	}
}

/*
 * climb: from `v` to the nearest ancestor that holds `c` or sees nothing there, leaving
 * in `below` the way back.
 *
 *  => an ancestor in the middle of a walk is helped to its end first: what it shows in
 *     the walk's range, also as part of a larger table, must not be borrowed before
 */
static status_t climb(struct vmo *v, struct vmo *from, uint64_t c, struct vmo **top_out)
{
	struct vmo *x = from;

	for (struct vmo *up; pte_is_none(tree_entry(x, c)); x = up) {
		up = x->parent;
		if (up &&
			(vmo_settle(up) != ST_OK ||
				(up->walk.active && family_go_on(up) != ST_OK)))
			return ST_SHOULD_WAIT;
		if (!vmo_sees(x, c)) {
			if (likely(!vmo_misses(x, c)))
				break;
			walk_rest(&v->goal, NULL);
			vm_work.missing = x;
			vm_work.missing_page = c - x->bias;
			vm_work.missing_write = vm_work.missing_user = false;
			return ST_MISSING;
		}
		if (!vm_step()) {
			walk_rest(&v->goal, x != v ? x : NULL);
			v->goal.start = c;
			v->goal.changes = vm_work.changes;
			return ST_SHOULD_WAIT;
		}
		up->below = x;
	}
	*top_out = x;
	return ST_OK;
}

/*
 * resolve_family: vmo_resolve, the slow way. With a work limit, the climb of a deep family
 * is done in stretches: `goal` is an ancestor whose turn it is first. Where others change
 * trees between them it begins again, with twice the steps.
 */
status_t resolve_family(struct vmo *v, uint64_t c, bool firmly, pte_t *entry_out)
{
	while (pte_is_none(*entry_out = tree_entry(v, c))) {
		/* Nobody on the way to a goal may have a page of its own by now, or see less. */
		bool goal =
			v->goal.at && v->goal.start == c && v->goal.changes == vm_work.changes;
		struct vmo *from = goal ? v->goal.at : v;
		struct vmo *x;
		status_t st;

		if (v->goal.at && !goal)
			vm_portion((unsigned)++v->goal.next); /* in vain, so often */
		st = climb(v, from, c, &x);
		if (st != ST_OK)
			return st;
		if (v->goal.at) {
			walk_rest(&v->goal, NULL);
			v->goal.next = 0;
		}
		for (;; x = x->below) {
			if (!cache_path(x, c)) {
				*entry_out = vmo_sees(x, c) ?
					pte_borrowed(tree_entry(x->parent, c), 0) :
					zero_entry(0);
				st = firmly ? own_tables(x, c, 1) : ST_NO_MEMORY;
				if (st != ST_OK)
					return st;
				break;
			}
			if (x == from)
				break;
		}
	}
	return ST_OK;
}

/*
 * vmo_edge: v's own tables around the last coordinate that it sees, from what is set aside
 * for them: for children that will see as far, and no further, when v goes.
 *
 *  => nobody has borrowed there anything that is not v's: who changes a shared table in place
 *     asks all its owners
 */
seldom status_t vmo_edge(struct vmo *v)
{
	uint64_t end = see_end(v);

	for (struct place p = tree_own(v, end - 1, 0); block_end(end - 1, p.level) > end;
		descend(&p, end - 1)) {
		if (family_drop(v->parent, end - 1, end) != ST_OK)
			return ST_SHOULD_WAIT;
		mmu_write(p.slot, table_new(v, p.level, true));
	}
	return ST_OK;
}

status_t vmo_look(struct vmo *v, uint64_t page, paddr_t *pa_out)
{
	pte_t e;
	status_t st;

	if (page >= v->pages)
		return ST_OUT_OF_RANGE;
	st = vmo_resolve(v->source, v->bias + page, false, &e);
	if (st != ST_OK && st != ST_NO_MEMORY)
		return st;
	*pa_out = pte_pa(e, 0);
	return ST_OK;
}
