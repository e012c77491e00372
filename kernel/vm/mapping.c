/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Mappings: which range of which VMO stands where. They stand in two orders: by address in
 * their VSpace (a treap, as a program chooses the keys), and in a list of the VMO, for
 * whoever changes what the VMO shows.
 *
 *	pages of a VSpace   |   | m  m  m  m | n  n |    |      n is of another VMO
 *	coordinates             4  5  6  7              m->coordinate = 4, m->end beyond
 *
 * A cut leaves two, each with its part of the same coordinates:
 *
 *	|----------- m -----------|
 *	|-- m --|------ rest -----|
 */
#include "vm/tree.h"
#include "vm/vspace.h"

struct mapping *vspace_next(struct vspace *s, uint64_t page)
{
	struct mapping *best = NULL;

	for (struct treap_node *n = s->mappings.top; n;) {
		struct mapping *m = container_of(n, struct mapping, place);
		bool ends_after = m->first + m->pages > page;

		best = ends_after ? m : best;
		n = ends_after ? n->left : n->right;
	}
	return best;
}

struct mapping *vspace_find(struct vspace *s, uint64_t page)
{
	struct mapping *m = s->recent;

	if (m && page - m->first < m->pages)
		return m;
	m = vspace_next(s, page);
	if (!m || m->first > page)
		return NULL;
	s->recent = m;
	return m;
}

static void attach(struct mapping *m)
{
	treap_insert(&m->vspace->mappings, &m->place, m->first);
	list_append(&m->vmo->mappings, &m->link);
	m->vmo->mapping_count++;
}

/* link_now: what tables the VMO has already are linked, if they are few. */
static void link_now(struct mapping *m)
{
	uint64_t page = m->first;

	for (int i = 0; i < 8 && page < m->first + m->pages; i++) {
		uint64_t c = m->coordinate + (page - m->first);

		if (c >= min_u64(vmo_end(m->vmo), m->end) ||
			(!pte_is_none(tree_entry(m->vmo, c)) && vspace_enter(m, page) != ST_OK))
			return;
		page = block_end(page, 1);
	}
}

status_t vspace_map(
	struct vspace *s, struct mapping *m, struct vmo *v, const struct map_request *r)
{
	const uint64_t space = block_pages(VSPACE_LEVELS);
	struct mapping *next;
	uint64_t coordinate;

	if (!r->pages || (r->rights && !(r->rights & MAP_READ)) ||
		(r->rights & MAP_WRITE && r->rights & MAP_EXECUTE))
		return ST_INVALID_ARGS;
	if (r->first > space || r->pages > space - r->first ||
		__builtin_add_overflow(v->bias, r->offset, &coordinate) ||
		coordinate > UINT64_MAX - r->pages)
		return ST_OUT_OF_RANGE;
	next = vspace_next(s, r->first);
	if (next && next->first < r->first + r->pages)
		return ST_ALREADY_EXISTS;
	*m = (struct mapping){.vspace = s,
		.vmo = v->source,
		.first = r->first,
		.pages = r->pages,
		.coordinate = coordinate,
		.rights = r->rights};
	m->end = v->flags & VMO_SLICE ? vmo_end(v) : UINT64_MAX;
	vspace_flush(s, m->first, m->first + m->pages, VSPACE_LEVELS);
	attach(m);
	if (m->rights && !m->vmo->sweep.active && !m->vmo->merge.clone)
		link_now(m);
	return ST_OK;
}

void vspace_unmap(struct mapping *m)
{
	treap_remove(&m->vspace->mappings, &m->place);
	if (m->vspace->recent == m)
		m->vspace->recent = NULL;
	if (m->vmo->sweep.at == &m->link) {
		m->vmo->sweep.at = m->link.next;
		m->vmo->sweep.next = 0;
	}
	list_remove(&m->link);
	m->vmo->mapping_count--;
}

/* A link across the cut goes: it was for one mapping alone. All else stays as it is. */
void vspace_cut(struct mapping *m, uint64_t at, struct mapping *rest)
{
	CHECK(at > m->first && at - m->first < m->pages);
	vspace_flush(m->vspace, at, at + 1, VSPACE_LEVELS);
	*rest = *m;
	rest->first = at;
	rest->pages = m->first + m->pages - at;
	rest->coordinate = m->coordinate + (at - m->first);
	m->pages = at - m->first;
	attach(rest);
}

/*
 * Sweeps. Before what a VMO shows in a range changes, no way from a mapping into that range
 * may be left (or, before pages are shared, none to write). One sweep at a time is under way
 * for each VMO, and remembers where it stopped. Faults end it before they enter anything, so
 * it stays true behind where it is; when it has ended it is `closed` until somebody enters
 * something, so that whoever began it finds it done.
 *
 * A device's VMO that has no mapping may be made another type of memory (vmo_set_memory). That
 * is a sweep over its own entries: nothing is entered before its end either (vspace_fault), so no
 * page is ever shown as two types.
 */

status_t mappings_go_on(struct vmo *v)
{
	struct vmo_sweep *w = &v->sweep;

	while (w->at != &v->mappings) {
		struct mapping *m = list_entry(w->at, struct mapping, link);
		uint64_t low = max_u64(max_u64(w->start, w->next), m->coordinate);
		uint64_t high = min_u64(w->end, m->coordinate + m->pages);
		uint64_t shift = m->first - m->coordinate;

		if (low < high)
			w->next = vspace_sweep(m->vspace, low + shift, high + shift,
					  VSPACE_LEVELS, w->what) -
				shift;
		if (low < high && w->next < high)
			return ST_SHOULD_WAIT;
		w->at = w->at->next;
		w->next = 0;
		if (w->at != &v->mappings && !vm_step())
			return ST_SHOULD_WAIT;
	}
	w->active = false;
	w->closed = true;
	return ST_OK;
}

status_t mappings_sweep(struct vmo *v, uint64_t start, uint64_t end, enum sweep what)
{
	struct vmo_sweep *w = &v->sweep;

	if (list_is_empty(&v->mappings))
		return ST_OK;
	if (w->active && mappings_go_on(v) != ST_OK)
		return ST_SHOULD_WAIT;
	if (w->closed) { /* what it did counts; else two callers would undo each other's */
		if (w->start <= start && w->end >= end && w->what >= what)
			return ST_OK;
		start = min_u64(start, w->start);
		end = max_u64(end, w->end);
		what = w->what == what ? what : SWEEP_OUT;
	}
	*w = (struct vmo_sweep){.active = true, .what = what, .start = start, .end = end};
	w->at = v->mappings.next;
	return mappings_go_on(v);
}

void mappings_flush(struct vmo *v, uint64_t start, uint64_t end, unsigned cut)
{
	list_for_each (link, &v->mappings) {
		struct mapping *m = list_entry(link, struct mapping, link);
		uint64_t low = max_u64(start, m->coordinate);
		uint64_t high = min_u64(end, m->coordinate + m->pages);
		uint64_t shift = m->first - m->coordinate;

		if (low < high)
			vspace_flush(m->vspace, low + shift, high + shift, cut);
	}
}
