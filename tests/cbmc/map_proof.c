/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Mappings: what may be asked for, and the pieces of a cut, for all 64-bit requests. The
 * tables of the space are left out (link_proof.c, and the searches): what sweeps them does
 * nothing here, nothing is entered, and the treap holds one mapping.
 *
 *  - no mapping leaves the space or the coordinates, and none wraps or overlaps another
 *  - the pieces of a cut tile what was cut, and show the same coordinates
 *
 * edit: s/^  link_now(m);/ ;/
 * cbmc: --cadical --unwind 4
 */
#include "vm/mapping.c"

#include "proof.h"

static const uint64_t SPACE_PAGES = UINT64_C(1) << (9 * VSPACE_LEVELS);

static struct vmo v;
static struct vspace space;
static struct mapping m;

/* Of the set of mappings: the one that is there. */
void treap_insert(struct treap *t, struct treap_node *node, uint64_t key)
{
	(void)t;
	node->key = key;
}

void treap_remove(struct treap *t, struct treap_node *node)
{
	CLAIM(t->top == node, "what is removed is there");
}

void vspace_flush(struct vspace *s, uint64_t first, uint64_t last, unsigned cut)
{
	(void)s;
	(void)cut;
	CLAIM(first < last && last <= SPACE_PAGES, "a sweep stays in the space");
}

static void any_vmo(void)
{
	v = (struct vmo){.bias = nondet_u64(), .pages = nondet_u64(), .source = &v};
	ASSUME(v.bias < VMO_MAX_COORDINATE && v.pages <= VMO_MAX_COORDINATE - v.bias);
	v.flags = nondet_bool() ? VMO_SLICE : 0;
	list_init(&v.mappings);
}

/* A mapping as vspace_map makes it, or a cut leaves it; alone in its space. */
static void any_mapping(void)
{
	any_vmo();
	m = (struct mapping){.vspace = &space, .vmo = &v, .first = nondet_u64()};
	m.pages = nondet_u64();
	m.coordinate = nondet_u64();
	m.end = nondet_u64();
	m.rights = any_below(8);
	ASSUME(m.pages > 0 && m.first < SPACE_PAGES && m.pages <= SPACE_PAGES - m.first);
	ASSUME(m.coordinate >= v.bias && m.coordinate <= UINT64_MAX - m.pages);
	m.place.left = m.place.right = NULL;
	space = (struct vspace){.mappings.top = &m.place};
	list_append(&v.mappings, &m.link);
	v.mapping_count = 1;
}

/* vspace_map beside one mapping: refused just when it should be, in 128-bit sums. */
void prove_map(void)
{
	static struct mapping made;
	struct map_request r = {nondet_u64(), nondet_u64(), nondet_u64(), any_below(8)};
	bool invalid, beyond, taken;
	status_t st;

	any_mapping();
	invalid = !r.pages || ((r.rights & 6) && !(r.rights & 1)) || (r.rights & 6) == 6;
	beyond = (unsigned __int128)r.first + r.pages > SPACE_PAGES ||
		(unsigned __int128)v.bias + r.offset + r.pages > UINT64_MAX;
	taken = r.first < m.first + m.pages && m.first < r.first + r.pages;
	st = vspace_map(&space, &made, &v, &r);
	CLAIM((st == ST_INVALID_ARGS) == invalid, "refused: arguments");
	CLAIM((st == ST_OUT_OF_RANGE) == (!invalid && beyond), "refused: range");
	CLAIM((st == ST_ALREADY_EXISTS) == (!invalid && !beyond && taken), "refused: taken");
	CLAIM(v.mapping_count == (st == ST_OK ? 2 : 1), "mappings are counted");
	if (st == ST_OK)
		CLAIM(made.first == r.first && made.pages == r.pages &&
				made.coordinate - v.bias == r.offset &&
				made.rights == r.rights &&
				implies(v.flags & VMO_SLICE, made.end == vmo_end(&v)),
			"mapped: as asked for");
}

/* vspace_cut: two pieces, neither empty, that tile m and show what it showed. */
void prove_cut(void)
{
	static struct mapping rest;
	uint64_t at = nondet_u64();
	uint64_t x = nondet_u64();
	struct mapping before;

	any_mapping();
	ASSUME(at > m.first && at - m.first < m.pages);
	ASSUME(x >= m.first && x - m.first < m.pages);
	before = m;
	vspace_cut(&m, at, &rest);
	CLAIM(m.pages > 0 && rest.pages > 0 && m.pages + rest.pages == before.pages,
		"pieces add up");
	CLAIM(m.first == before.first && rest.first == m.first + m.pages, "pieces tile");
	CLAIM((x < at ? m.coordinate + (x - m.first) : rest.coordinate + (x - rest.first)) ==
			before.coordinate + (x - before.first),
		"pieces show the same");
	CLAIM(rest.end == before.end && rest.rights == before.rights, "pieces are alike");
	CLAIM(v.mapping_count == 2, "pieces are counted");
}
