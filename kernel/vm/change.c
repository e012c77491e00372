/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What only some ask: which pages a clone changed, making them its parent's, supplying
 * what is missing, and the account of a VMO.
 *
 * Merge moves pages without copying:
 *
 *	parent [ a | b | c ]             parent [ a | x | c ]
 *	clone  [ b | x | b ]   merge     clone  [ b | b | b ]    (b: borrowed)
 *
 * In three parts, each of which may stop:
 *
 *	prepare  tables on the way to those pages are made the parent's own, and the clone's.
 *	         That needs memory and changes nothing that anyone sees. Whoever changes a
 *	         tree meanwhile makes it begin again, with twice the steps, so that it ends
 *	switch   nobody below has borrowed anything there, no mapping leads there. Now `clone`
 *	         is set in both, and the pages are the parent's
 *	move     each entry changes hands. Whoever uses either VMO ends that first
 */
#include "vm/tree.h"

/*
 * next_owned: on from `*c` to a coordinate below `end` at which v has a page of its own.
 *
 *  => ST_NOT_FOUND; ST_SHOULD_WAIT: none before `*c`
 */
static status_t next_owned(struct vmo *v, uint64_t *c, uint64_t end)
{
	while (*c < end) {
		struct place p = tree_own(v, *c, 0);

		if (pte_is_owned(*p.slot))
			return ST_OK;
		*c = tree_next(p, *c, end);
		if (*c < end && !vm_step())
			return ST_SHOULD_WAIT;
	}
	return ST_NOT_FOUND;
}

status_t vmo_diff(struct vmo *v, uint64_t page, uint64_t *page_out)
{
	uint64_t c = v->bias + min_u64(page, v->pages);
	status_t st = vmo_settle(v->source);

	if (st == ST_OK)
		st = next_owned(v->source, &c, vmo_end(v));
	*page_out = c - v->bias;
	return st;
}

/*
 * hand_over: of `count` pages of one table from `c` on, which no mapping reaches, those that
 * the clone owns become p's, and v borrows them. First the entries change places, so that
 * p's old pages go in one sweep.
 */
static void hand_over(struct vmo *v, struct vmo *p, uint64_t c, uint64_t count)
{
	struct place own = tree_find(v, c, 0), to = tree_find(p, c, 0);
	const bool code = place_is_code(to) || place_is_code(own);
	uint64_t moved = 0;

	for (uint64_t i = 0; i < count; i++, own.slot++, to.slot++) {
		pte_t page = *own.slot;

		if (!pte_is_owned(page))
			continue;
		*own.slot = *to.slot;
		entry_publish(to.slot, page, code);
		moved++;
	}
	vmo_put(p, own.slot - count, count, 0);
	for (; count > 0; count--) { /* p's may be new to a table of code, too */
		own.slot--;
		to.slot--;
		if (!pte_is_none(*to.slot))
			entry_publish(own.slot, pte_borrowed(*to.slot, 0), code);
	}
	v->renewed -= min_u64(v->renewed, moved);
}

/*
 * merge_walk: over the clone's own pages from `next` to `end`, a table at a time: prepare,
 * which ends with what there is to move in [start, end), or once `clone` is set: move.
 */
static status_t merge_walk(struct vmo *v, struct vmo *p, uint64_t end)
{
	struct vmo_merge *m = &v->merge;
	status_t st;

	while ((st = next_owned(v, &m->next, end)) == ST_OK) {
		uint64_t count = min_u64(end, block_end(m->next, 1)) - m->next;

		if (m->clone) {
			count = vm_entries(count);
			hand_over(v, p, m->next, count);
			vm_dealt(count);
		} else {
			st = own_tables(p, m->next, 1);
			if (st == ST_OK)
				st = own_tables(v, m->next, 1);
			if (st != ST_OK)
				return st;
			m->start = min_u64(m->start, m->next);
			m->end = m->next + count;
		}
		m->next += count;
		if (!vm_step())
			return ST_SHOULD_WAIT;
	}
	return st == ST_NOT_FOUND ? ST_OK : st;
}

/* merge_go_on: move what is not moved yet. */
status_t merge_go_on(struct vmo *v)
{
	struct vmo *p = v->parent;
	struct vmo_merge *m = &v->merge;

	p->walk.closed = false;
	vm_work.events++;
	family_watch(v);
	if (merge_walk(v, p, m->end) != ST_OK)
		return ST_SHOULD_WAIT;
	vmo_unrenew(v);
	p->merge.clone = m->clone = NULL;
	return ST_OK;
}

/* merge_switch: all is prepared; from here on the pages are the parent's. */
static status_t merge_switch(struct vmo *v, struct vmo *p)
{
	struct vmo_merge *m = &v->merge;
	status_t st = vmo_hide(p, m->start, m->end);

	if (st == ST_OK)
		st = mappings_sweep(v, m->start, m->end, SWEEP_OUT);
	if (st == ST_OK) /* a promise that a page has used up is made again when it leaves */
		st = vmo_renew(v);
	if (st != ST_OK)
		return st;
	m->next = m->start;
	m->clone = p->merge.clone = v;
	return merge_go_on(v);
}

status_t vmo_merge(struct vmo *v)
{
	struct vmo *p = v->parent;
	struct vmo_merge *m = &v->merge;
	status_t st;

	if (v->limit <= v->bias || v->pool != p->pool || p->flags & (VMO_FIXED | VMO_CLOSING))
		return ST_BAD_STATE;
	if (m->clone == v) /* it has happened */
		return merge_go_on(v);
	if (vmo_settle(v) != ST_OK || vmo_settle(p) != ST_OK)
		return ST_SHOULD_WAIT;
	if (m->events != vm_work.events) {
		if (m->events)
			m->tries++;
		m->start = UINT64_MAX;
		m->next = v->bias;
	}
	vm_portion(m->tries);
	st = merge_walk(v, p, min_u64(see_end(v), vmo_end(p)));
	if (st == ST_OK && m->start < m->end)
		st = merge_switch(v, p);
	m->events = vm_work.events;
	if (st != ST_SHOULD_WAIT || m->clone) {
		m->tries = 0;
		m->events = 0;
	}
	return st;
}

/*
 * supply_page: at `c` in v, of `d` in s: nobody has borrowed that, no mapping leads there. Only
 * a page of v's Pool moves: s may have others, of an ancestor that died.
 */
static status_t supply_page(struct vmo *v, uint64_t c, struct vmo *s, uint64_t d)
{
	struct place from;
	pte_t page;
	struct owned own = {.only = NULL};
	status_t st;

	if (!vmo_misses(v, c) || !pte_is_none(tree_entry(v, c)))
		return ST_OK;
	st = vmo_resolve(s, d, true, &page);
	if (st == ST_OK)
		st = own_tables(v, c, 1);
	if (st != ST_OK)
		return st;
	from = tree_own(s, d, 0);
	if (!from.open || !pte_is_owned(*from.slot) || !entry_is_sole(*from.slot, 0) ||
		s->flags & (VMO_FIXED | VMO_RESERVE) || !frame_counted(pte_pa(page, 0)) ||
		frame_at(pte_pa(page, 0))->pool != v->pool->id)
		return own_slowly(v, c, tree_find(v, c, 0), page, &own);
	mmu_write(from.slot, pte_none());
	from = tree_find(v, c, 0);
	entry_publish(from.slot, page, place_is_code(from));
	adoption_again(s);
	return ST_OK;
}

seldom status_t vmo_supply(struct vmo *v, uint64_t page, uint64_t count, struct vmo *from,
	uint64_t from_page, uint64_t *done_out)
{
	struct vmo *s = from->source, *to = v->source;
	uint64_t c = v->bias + page, d = from->bias + from_page;
	status_t st = vmo_settle(to);

	*done_out = 0;
	if (s == to || (s->parent && s->limit > s->bias)) /* it may see what it is to supply */
		return ST_BAD_STATE;
	if (st == ST_OK)
		st = vmo_hide(s, d, d + count);
	while (st == ST_OK && *done_out < count) {
		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		st = supply_page(to, c + *done_out, s, d + *done_out);
		*done_out += st == ST_OK;
	}
	return st;
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
			if (first && owned)
				(level ? u->tables : u->pages)[shared]++;
			else if (first && !pte_is_none(e))
				u->borrowed++;
			if (!owned || level == 0)
				break;
			slot = table_slot(e, level, origin + *at);
		}
		*at = block_end(*at, level);
	}
	return ST_OK;
}
