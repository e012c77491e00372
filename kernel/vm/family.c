/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Families: being born, following, and what happens when the middle goes.
 *
 * Close. The children of a VMO that goes take over what they see of it, one at a time, and
 * move up to its parent:
 *
 *	   A [a|b|c|d]                A [a|b|c|d]
 *	   |                          |
 *	   B [ |x|y| ]     goes       |
 *	   |                          |
 *	   C [ | |y|z]                C [ |x|y|z]     x and y now have C for their owner
 *
 * Where the child's entry is none or borrowed and all of B's block lies in what C sees, C
 * takes a reference on the whole table; else the block is an edge of C, for which C has a
 * table, or a frame set aside. Two children that took the same table share it. That table
 * may hold entries borrowed from A; both follow A, both see the same there, so that this
 * is the one shared table that is changed in place: borrowed entries come and go in it,
 * and when A goes in its turn, they become owned once, for both.
 *
 * Then C sees A only where B saw it: limit = min(own limit, B's limit, B's end, own end).
 * If that is less than what C saw of B, C has an edge where nothing is set aside for it: so
 * B makes its own tables there before it goes, for its children to share.
 *
 * Snapshot. The same taking over, by a newborn, from every ancestor up to one that sees no
 * parent; but tables that follow a parent are never shared with a snapshot, which follows
 * nobody: of those it gets its own.
 *
 * Drop. Before what a VMO shows in a range changes, its descendants let go of what they
 * borrowed there, in pre-order, stopping when out of work. A dropped entry may be larger
 * than the range: then the descendants of that descendant drop the larger range, which
 * keeps the chain rule (resolve.c). While a walk is `inside` the descendants of x, the rule
 * may be broken between x and them: x then does not rely on it, and nobody settles x.
 */
#include "vm/tree.h"

enum { BEQUEATH_STEPS = 16, ADOPT_STEPS = 8 }; /* a child, a block, that is taken over */

/* walk_rest: remember where to go on (NULL: nowhere); `at` moves us on when it goes. */
void walk_rest(struct vmo_walk *w, struct vmo *at)
{
	list_remove(&w->link);
	w->at = at;
	if (at)
		list_append(&at->resting, &w->link);
}

void family_watch(struct vmo *v)
{
	if (v->is_watching || !v->parent || v->limit <= v->bias ||
		(pte_is_none(v->root) && !(v->flags & VMO_CLOSING)))
		return;
	v->is_watching = true;
	list_remove(&v->sibling);
	list_append(&v->parent->watching, &v->sibling);
}

/*
 * settle: a descendant that the walk leaves; with no root it is not visited again. One that
 * goes always is: a child that has moved up may borrow in a table that another shares still.
 */
static void settle(struct vmo *v)
{
	if (!pte_is_none(v->root) || v->inside || v->flags & VMO_CLOSING ||
		!list_is_empty(&v->resting))
		return;
	v->is_watching = false;
	list_remove(&v->sibling);
	list_append(&v->parent->idle, &v->sibling);
}

void family_join(struct vmo *v, struct vmo *parent)
{
	v->parent = parent;
	v->is_watching = false;
	parent->children++;
	list_append(&parent->idle, &v->sibling);
	family_watch(v);
}

/* is_little: without stops, if there are mappings that must not be flushed before. */
static bool is_little(const struct vmo *x, const struct vmo_walk *w)
{
	return x->mapping_count && w->reach_end - w->reach_start <= 128 &&
		mappings_are_few(x, w->reach_start, w->reach_end);
}

/*
 * drop_borrowed: x lets go of borrowed entries that touch the walk's reach, and widens it
 * to their blocks; its mappings forget what they may hold of them: behind it, if that is
 * little, else before, so that it can stop.
 */
static status_t drop_borrowed(struct vmo *x, struct vmo_walk *w)
{
	uint64_t c = max_u64(w->reach_start, block_start(x->bias, x->levels));
	uint64_t end = min_u64(w->reach_end, block_end(x->bias, x->levels));
	bool few = is_little(x, w);
	unsigned cut = 0;

	for (c = max_u64(c, w->next); c < end;) {
		struct place p = tree_own(x, c, 0);

		/* None: who shared the table may have dropped it, and have let go since. */
		if (!pte_is_owned(*p.slot)) {
			w->reach_start = min_u64(w->reach_start, block_start(c, p.level));
			w->reach_end = max_u64(w->reach_end, block_end(c, p.level));
			few = is_little(x, w);
			if (!few &&
				mappings_sweep(x, w->reach_start, w->reach_end, SWEEP_OUT) !=
					ST_OK)
				return ST_SHOULD_WAIT;
			mmu_write(p.slot, pte_none());
			cut = p.level > cut ? p.level : cut;
		}
		c = w->next =
			pte_is_owned(*p.slot) ? tree_next(p, c, end) : block_end(c, p.level);
		if (!few && c < end && !vm_step())
			return ST_SHOULD_WAIT;
	}
	if (few)
		mappings_flush(x, w->reach_start, w->reach_end, cut);
	return ST_OK;
}

/* next_after: the descendant of v that comes after x and all of x; v itself at the end. */
static struct vmo *next_after(struct vmo *v, struct vmo *x)
{
	for (;;) {
		struct vmo *up = x->parent;
		struct list *next = x->sibling.next;

		CHECK(x->is_watching);
		settle(x);
		if (up == v) {
			v->walk.reach_start = v->walk.start;
			v->walk.reach_end = v->walk.end;
		}
		if (next != &up->watching)
			return list_entry(next, struct vmo, sibling);
		if (up == v)
			return v;
		x = up;
		x->inside--;
	}
}

/* next_of: the same in pre-order: children first. */
static struct vmo *next_of(struct vmo *v, struct vmo *x)
{
	if (list_is_empty(&x->watching))
		return x == v ? v : next_after(v, x);
	if (x != v)
		x->inside++;
	return list_entry(x->watching.next, struct vmo, sibling);
}

/* family_go_on: continue the walk under v; ST_OK when it is done. */
status_t family_go_on(struct vmo *v)
{
	struct vmo_walk *w = &v->walk;
	struct vmo *x = w->at ? w->at : next_of(v, v);

	while (x != v) {
		walk_rest(w, NULL);
		x->inside -= w->next > 0; /* it dropped a part, its children nothing yet */
		if (drop_borrowed(x, w) != ST_OK) {
			x->inside += w->next > 0;
			walk_rest(w, x);
			return ST_SHOULD_WAIT;
		}
		w->next = 0;
		x = next_of(v, x);
		if (x != v && !vm_step()) { /* after a step: each call gets somewhere */
			walk_rest(w, x);
			return ST_SHOULD_WAIT;
		}
	}
	walk_rest(w, NULL);
	w->active = false;
	w->closed = true;
	return ST_OK;
}

/*
 * family_walk: the drop itself, begun or gone on with.
 *
 *  => a walk that ended since (whoever looks helps) need not be made again; and one with
 *     another range takes that range along, so that two callers do not undo each other's
 */
status_t family_walk(struct vmo *v, uint64_t start, uint64_t end)
{
	struct vmo_walk *w = &v->walk;

	if (w->active && family_go_on(v) != ST_OK)
		return ST_SHOULD_WAIT;
	if (w->closed) {
		if (w->start <= start && w->end >= end)
			return ST_OK;
		start = min_u64(start, w->start);
		end = max_u64(end, w->end);
	}
	walk_rest(w, NULL);
	w->active = true;
	w->closed = false;
	w->next = 0;
	w->start = w->reach_start = start;
	w->end = w->reach_end = end;
	return family_go_on(v);
}

/* may_take_whole: is all that `from` can hold in the table for the child to see? */
static bool may_take_whole(
	const struct vmo *child, const struct vmo *from, uint64_t c, unsigned level)
{
	uint64_t start = block_start(c, level);
	uint64_t end = block_end(c, level);

	if (child->flags & VMO_UNBORN && start < from->limit)
		return false;
	return max_u64(start, from->bias) >= child->bias &&
		min_u64(end, vmo_end(from)) <= see_end(child);
}

/*
 * adopt_some: one step at `*at`, which then is behind what was dealt with: a block, or pages
 * in a row of one table, where both have theirs.
 *
 *  => a table at an edge is made where none that a sibling shares is above: what a promise was
 *     kept with is the child's alone, or it would need another
 */
static status_t adopt_some(struct vmo *child, struct vmo *v, uint64_t *at, uint64_t end)
{
	const uint64_t c = *at;
	struct place to = {.slot = &child->root, .level = child->levels};
	struct place from = {.slot = &v->root, .level = v->levels};
	const uint16_t flags = child->flags;
	uint64_t count = 1;
	status_t st;
	bool code;

	while (pte_is_owned(*from.slot) && from.level + to.level > 0) {
		bool same = from.level == to.level;

		if (from.level <= to.level && !pte_is_owned(*to.slot)) {
			if (same && may_take_whole(child, v, c, to.level))
				break;
			CHECK(pte_is_none(*to.slot));
			child->flags |= VMO_RESERVE; /* of what is set aside, and alone */
			st = own_tables(child, c, to.level);
			child->flags = flags;
			if (st != ST_OK)
				return st;
			to = tree_own(child, c, to.level);
		}
		if (same && pte_pa(*to.slot, to.level) == pte_pa(*from.slot, to.level))
			break;
		if (from.level <= to.level)
			descend(&to, c);
		if (from.level > to.level)
			descend(&from, c);
	}
	code = place_is_code(to);
	if (from.level + to.level == 0 && v->levels && child->levels)
		count = vm_entries(min_u64(end, block_end(c, 1)) - c);
	for (uint64_t i = 0; from.level == to.level && i < count; i++) {
		if (!pte_is_owned(from.slot[i]) || pte_is_owned(to.slot[i]))
			continue;
		mmu_write(&from.slot[i], pte_deny_write(from.slot[i], from.level));
		frame_get(pte_pa(from.slot[i], from.level));
		entry_publish(&to.slot[i], from.slot[i], code);
	}
	if (count > 1) {
		vm_dealt(count);
		*at = c + count;
	} else {
		vm_work.left -= min_u64(vm_work.left, ADOPT_STEPS - 1);
		*at = tree_next(from, c, pte_is_owned(*from.slot) ? c : end);
	}
	return *at < end && !vm_step() ? ST_SHOULD_WAIT : ST_OK;
}

/*
 * family_adopt: the child takes over what `from` owns of all that it sees, from `*at` on, where
 * it has nothing of its own. A newborn is a snapshot.
 *
 *  => ST_SHOULD_WAIT: `at` says where to go on
 *  => ST_NO_MEMORY: for snapshots only
 */
status_t family_adopt(struct vmo *child, struct vmo *from, uint64_t *at)
{
	uint64_t end = min_u64(see_end(child), vmo_end(from));
	status_t st = ST_OK;

	vm_work.events++;
	while (st == ST_OK && *at < end)
		st = adopt_some(child, from, at, end);
	return st;
}

/* adoption_again: v goes, or lost what it took over from a parent that is being closed. */
void adoption_again(struct vmo *v)
{
	if (v->parent && v->parent->adopt_child == v)
		v->parent->adopt_child = NULL;
}

/* leave_walks: no walk and no look rests on v, which goes, or whose child moves up. */
static status_t leave_walks(struct vmo *v)
{
	walk_rest(&v->goal, NULL);
	while (!list_is_empty(&v->resting)) {
		struct vmo_walk *w = list_entry(v->resting.next, struct vmo_walk, link);

		if (w != &w->walker->walk)
			walk_rest(w, NULL);
		else if (family_go_on(w->walker) != ST_OK)
			return ST_SHOULD_WAIT;
		if (!list_is_empty(&v->resting) && !vm_step())
			return ST_SHOULD_WAIT;
	}
	return ST_OK;
}

/* bequeath: the first child of v takes over and moves up. */
static status_t bequeath(struct vmo *v, struct vmo *child)
{
	status_t st =
		vmo_finish(child); /* what it borrowed beyond its end does not outlive v */
	uint64_t missing;

	CHECK(st != ST_NO_MEMORY); /* it was cut when the shrink began */
	if (st != ST_OK)
		return st;
	if (child->bias < see_end(v) && see_end(v) < see_end(child) && vmo_edge(v) != ST_OK)
		return ST_SHOULD_WAIT;
	if (v->adopt_child != child)
		v->reached = child->bias;
	v->adopt_child = child;
	st = family_adopt(child, v, &v->reached);
	CHECK(st != ST_NO_MEMORY);
	family_watch(child); /* what it took over may hold borrowed entries */
	if (st == ST_OK)
		st = leave_walks(v);
	if (st != ST_OK)
		return st;
	v->adopt_child = NULL;
	child->adopt_child = NULL; /* it may go too, and has more to leave now */
	vm_work.changes++;
	missing = min_u64(min_u64(see_end(child), vmo_end(v)), v->missing_end);
	child->limit = limit_behind(child, v);
	child->parent = v->parent;
	list_remove(&child->sibling);
	v->children--;
	if (child->limit <= child->bias) {
		st = vmo_set_aside(child, vmo_end(child)); /* no edges any more */
		CHECK(st == ST_OK);
	}
	if (!v->parent) {
		child->is_watching = false;
		if (missing > child->bias)
			vmo_set_paged(child, missing);
	} else if (child->is_watching && v->is_watching) {
		v->parent->children++;
		list_append(&v->sibling, &child->sibling); /* before it: v's others follow */
	} else {
		family_join(child, v->parent);
	}
	return ST_OK;
}

static struct vmo *first_child(struct vmo *v)
{
	struct list *head = list_is_empty(&v->watching) ? &v->idle : &v->watching;

	return list_is_empty(head) ? NULL : list_entry(head->next, struct vmo, sibling);
}

static status_t close_slice(struct vmo *v)
{
	struct vmo *up = v->parent;

	v->flags |= VMO_CLOSING;
	while (!list_is_empty(&v->slices)) {
		struct vmo *slice = list_entry(v->slices.next, struct vmo, sibling);

		if (!vm_step())
			return ST_SHOULD_WAIT;
		list_remove(&slice->sibling);
		list_append(&up->slices, &slice->sibling);
		slice->parent = up;
		v->children--;
		up->children++;
	}
	list_remove(&v->sibling);
	up->children--;
	v->source->slice_count--;
	return ST_OK;
}

/*
 * prepare_close: what was begun on v is ended.
 *
 *  => walks also when the close goes on: a look through v may have begun one
 */
static status_t prepare_close(struct vmo *v)
{
	status_t st = v->walk.active ? family_go_on(v) : ST_OK;

	if (st != ST_OK || v->flags & VMO_CLOSING)
		return st;
	if (v->newborn)
		st = unborn_end(v->newborn);
	if (st == ST_OK)
		st = vmo_finish(v);
	if (st == ST_SHOULD_WAIT)
		return st;
	v->flags |= VMO_CLOSING;
	family_watch(v);
	return ST_OK;
}

status_t vmo_close(struct vmo *v)
{
	struct vmo *child;
	status_t st;

	if (v->flags & VMO_SLICE)
		return close_slice(v);
	if (v->flags & VMO_UNBORN)
		return unborn_end(v);
	ASSERT(list_is_empty(&v->mappings) && list_is_empty(&v->slices));
	st = prepare_close(v);
	while (st == ST_OK && (child = first_child(v)) != NULL) {
		st = bequeath(v, child);
		vm_work.left -= min_u64(vm_work.left, BEQUEATH_STEPS - 1);
		if (st == ST_OK && !vm_step())
			st = ST_SHOULD_WAIT;
	}
	if (st == ST_OK)
		st = tree_release(v, &v->root, v->levels);
	if (st == ST_OK)
		st = leave_walks(v);
	if (st != ST_OK)
		return st;
	vm_work.events++;
	pool_unreserve(v->pool, v->reserve);
	if (v->parent) {
		adoption_again(v);
		list_remove(&v->sibling);
		v->parent->children--;
	}
	return ST_OK;
}
