/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Mappings: which range of which VMO stands where, in a treap by address.
 *
 * A cut through the middle leaves pieces:
 *
 *	|----------- m -----------|            unmap or protect the middle
 *	|-- m --|  (gone)  |- [0] -|           unmap: one spare
 *	|-- m --|-- [0] --|-- [1] -|           protect: two
 *
 * The treap's priorities are a hash of the address and of a secret of this boot: no balance
 * to keep, no recursion, the same set of mappings has the same shape however it came about,
 * and no program can choose addresses that make it a list.
 */
#include "vm/tree.h"
#include "vm/vspace.h"

static uint64_t priority(const struct mapping *m)
{
	uint64_t x = (m->first ^ vm_work.secret) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

/* insert: into its place by priority; what was there is split around the address. */
static void insert(struct vspace *s, struct mapping *m)
{
	struct mapping **link = &s->top;
	struct mapping **left = &m->left;
	struct mapping **right = &m->right;
	struct mapping *n;

	while (*link && priority(*link) >= priority(m))
		link = m->first < (*link)->first ? &(*link)->left : &(*link)->right;
	n = *link;
	*link = m;
	while (n) {
		if (n->first < m->first) {
			*left = n;
			left = &n->right;
			n = n->right;
		} else {
			*right = n;
			right = &n->left;
			n = n->left;
		}
	}
	*left = NULL;
	*right = NULL;
}

/* detach: out of the treap; its two sides are merged in its place. */
static void detach(struct vspace *s, struct mapping *m)
{
	struct mapping **link = &s->top;
	struct mapping *a = m->left;
	struct mapping *b = m->right;

	while (*link != m)
		link = m->first < (*link)->first ? &(*link)->left : &(*link)->right;
	while (a && b) {
		if (priority(a) >= priority(b)) {
			*link = a;
			link = &a->right;
			a = a->right;
		} else {
			*link = b;
			link = &b->left;
			b = b->left;
		}
	}
	*link = a ? a : b;
	if (s->recent == m)
		s->recent = NULL;
}

struct mapping *vspace_next(struct vspace *s, uint64_t page)
{
	struct mapping *best = NULL;

	for (struct mapping *n = s->top; n;) {
		if (n->first + n->pages > page) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
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
	insert(m->vspace, m);
	list_append(&m->vmo->mappings, &m->link);
	m->vmo->mapping_count++;
}

static void forget(struct mapping *m)
{
	detach(m->vspace, m);
	list_remove(&m->link);
	m->vmo->mapping_count--;
}

/* link_now: what tables the VMO has already are linked, if they are few. */
static void link_now(struct mapping *m)
{
	uint64_t page = m->first;

	for (int i = 0; i < 8 && page < m->first + m->pages; i++) {
		uint64_t c = m->coordinate + (page - m->first);
		struct place p;

		if (c >= min_u64(vmo_end(m->vmo), m->end))
			return;
		p = tree_find(m->vmo, c, 0);
		if (!pte_is_none(*p.slot) && vspace_enter(m, page) != ST_OK)
			return;
		page = block_end(page, 1);
	}
}

static bool rights_make_sense(unsigned rights)
{
	return (!rights || rights & MAP_READ) && ~rights & (MAP_WRITE | MAP_EXECUTE);
}

status_t vspace_map(
	struct vspace *s, struct mapping *m, struct vmo *v, const struct map_request *r)
{
	const uint64_t space = block_pages(VSPACE_LEVELS);
	struct mapping *next;
	uint64_t coordinate;

	if (!r->pages || !rights_make_sense(r->rights))
		return ST_INVALID_ARGS;
	if (r->first > space || r->pages > space - r->first ||
		__builtin_add_overflow(v->bias, r->offset, &coordinate) ||
		coordinate > UINT64_MAX - r->pages)
		return ST_OUT_OF_RANGE;
	next = vspace_next(s, r->first);
	if (next && next->first < r->first + r->pages)
		return ST_ALREADY_EXISTS;
	*m = (struct mapping){.vspace = s, .vmo = v->source, .first = r->first};
	m->pages = r->pages;
	m->coordinate = coordinate;
	m->end = v->flags & VMO_SLICE ? vmo_end(v) : UINT64_MAX;
	m->rights = r->rights;
	vspace_sweep(s, m->first, m->first + m->pages, VSPACE_LEVELS, SWEEP_OUT);
	attach(m);
	if (m->rights)
		link_now(m);
	return ST_OK;
}

/* split: the part of `m` from page `at` on becomes `rest`. */
static void split(struct mapping *m, uint64_t at, struct mapping *rest)
{
	*rest = *m;
	rest->first = at;
	rest->pages = m->first + m->pages - at;
	rest->coordinate = m->coordinate + (at - m->first);
	m->pages = at - m->first;
	list_init(&rest->link);
	attach(rest);
}

/* carve: cut [first, first + pages) out of `m`; `*part` is that piece. */
static unsigned carve(struct mapping *m, uint64_t first, uint64_t pages,
	struct mapping spare[2], struct mapping **part)
{
	unsigned used = 0;

	CHECK(first >= m->first && pages && first + pages <= m->first + m->pages);
	vspace_sweep(m->vspace, first, first + pages, VSPACE_LEVELS, SWEEP_OUT);
	if (first + pages < m->first + m->pages)
		split(m, first + pages, &spare[used++]);
	*part = m;
	if (first > m->first) {
		split(m, first, &spare[used]);
		*part = &spare[used++];
	}
	return used;
}

unsigned vspace_unmap(
	struct mapping *m, uint64_t first, uint64_t pages, struct mapping spare[2], bool *gone)
{
	struct mapping *part;
	unsigned used = carve(m, first, pages, spare, &part);

	forget(part);
	*gone = part == m;
	return *gone ? used : used - 1;
}

unsigned vspace_protect(struct mapping *m, uint64_t first, uint64_t pages, unsigned rights,
	struct mapping spare[2])
{
	struct mapping *part;
	unsigned used = carve(m, first, pages, spare, &part);

	part->rights = rights_make_sense(rights) ? rights : 0;
	return used;
}

/* each mapping of v in [start, end): sweep its part. */
static void mappings_sweep(
	struct vmo *v, uint64_t start, uint64_t end, unsigned cut, enum sweep what)
{
	list_for_each (link, &v->mappings) {
		struct mapping *m = list_entry(link, struct mapping, link);
		uint64_t low = max_u64(start, m->coordinate);
		uint64_t high = min_u64(end, m->coordinate + m->pages);

		if (low < high)
			vspace_sweep(m->vspace, m->first + (low - m->coordinate),
				m->first + (high - m->coordinate), cut, what);
	}
}

/* mappings_flush: entries up to level `cut` in the range go, and all that TLBs hold. */
void mappings_flush(struct vmo *v, uint64_t start, uint64_t end, unsigned cut)
{
	mappings_sweep(v, start, end, cut, SWEEP_OUT);
}

/* mappings_cut: no way from any mapping into the range is left. */
void mappings_cut(struct vmo *v, uint64_t start, uint64_t end)
{
	mappings_sweep(v, start, end, VSPACE_LEVELS, SWEEP_OUT);
}

/* mappings_deny: nothing of v is writable until it faults again. */
void mappings_deny(struct vmo *v)
{
	mappings_sweep(v, 0, UINT64_MAX, 0, SWEEP_WRITE);
}
