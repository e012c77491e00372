/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The reference: what the family of VMOs shows, by full copies and nothing clever.
 *
 * Every VMO has its own pages, marked; where it has none it asks its parent, where it has
 * no parent it is zero, or missing below `limit` where it is paged. When one goes, each
 * child copies what it saw of it. A slice has no pages: it is a window on another VMO.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifndef MODEL_VMOS
#define MODEL_VMOS 8
#endif
#ifndef MODEL_PAGES
#define MODEL_PAGES 64
#endif
enum { MODEL_ALL = 1 << 20 };
#define MODEL_MISSING UINT64_MAX

struct model_vmo {
	bool alive;
	bool resizable;
	bool follows; /* a clone, not a snapshot */
	bool slice;
	bool fixed; /* its pages neither come nor go */
	bool paged; /* has no parent: what it does not own is missing */
	int parent; /* whose child it is, -1 for none */
	int offset; /* in the parent's pages */
	int size;
	int limit; /* own pages from here on are not asked of the parent */
	int children;
	bool own[MODEL_PAGES];
	uint64_t value[MODEL_PAGES];
};

struct model {
	struct model_vmo vmo[MODEL_VMOS];
};

static inline int model_min(int a, int b)
{
	return a < b ? a : b;
}

static inline int model_clamp(int a)
{
	return a < 0 ? 0 : a;
}

/* The VMO that a slice is a window on, and its page there. */
static inline int model_source(const struct model *m, int v, int *page)
{
	for (; m->vmo[v].slice; v = m->vmo[v].parent)
		*page += m->vmo[v].offset;
	return v;
}

static inline bool model_owns(const struct model *m, int v, int page)
{
	v = model_source(m, v, &page);
	return m->vmo[v].own[page];
}

static inline bool model_sees(const struct model *m, int v, int page)
{
	const struct model_vmo *x = &m->vmo[v = model_source(m, v, &page)];

	return x->parent >= 0 && x->follows && page < x->limit &&
		page + x->offset < m->vmo[x->parent].size;
}

static inline uint64_t model_read(const struct model *m, int v, int page)
{
	const struct model_vmo *x = &m->vmo[v = model_source(m, v, &page)];

	if (x->own[page])
		return x->value[page];
	if (x->paged && page < x->limit)
		return MODEL_MISSING;
	return model_sees(m, v, page) ? model_read(m, x->parent, page + x->offset) : 0;
}

/* Whether anyone that v sees has a page there: a snapshot owns exactly those. */
static inline bool model_has(const struct model *m, int v, int page)
{
	const struct model_vmo *x = &m->vmo[v];

	if (x->own[page])
		return true;
	return model_sees(m, v, page) && model_has(m, x->parent, page + x->offset);
}

static inline void model_create(struct model *m, int v, int size, bool resizable)
{
	m->vmo[v] = (struct model_vmo){
		.alive = true, .resizable = resizable, .parent = -1, .size = size};
}

static inline void model_create_paged(struct model *m, int v, int size, bool resizable)
{
	model_create(m, v, size, resizable);
	m->vmo[v].paged = true;
	m->vmo[v].limit = MODEL_ALL;
}

static inline void model_clone(
	struct model *m, int v, int of, int offset, int size, bool resizable)
{
	int limit = m->vmo[of].slice ? m->vmo[of].size - offset : MODEL_ALL;

	of = model_source(m, of, &offset);
	model_create(m, v, size, resizable);
	m->vmo[v].parent = of;
	m->vmo[v].follows = true;
	m->vmo[v].offset = offset;
	m->vmo[v].limit = model_clamp(limit);
	m->vmo[of].children++;
}

static inline void model_snapshot(
	struct model *m, int v, int of, int offset, int size, bool resizable)
{
	model_clone(m, v, of, offset, size, resizable);
	for (int p = 0; p < size; p++) {
		uint64_t value = model_read(m, v, p);
		bool has = model_has(m, v, p);

		m->vmo[v].own[p] = has;
		m->vmo[v].value[p] = value;
	}
	m->vmo[v].follows = false;
}

static inline void model_slice(struct model *m, int v, int of, int offset, int size)
{
	model_create(m, v, size, false);
	m->vmo[v].slice = true;
	m->vmo[v].parent = of;
	m->vmo[v].offset = offset;
	m->vmo[of].children++;
}

static inline void model_run(struct model *m, int v, int size)
{
	model_create(m, v, size, false);
	m->vmo[v].fixed = true;
	for (int p = 0; p < size; p++)
		m->vmo[v].own[p] = true;
}

static inline void model_own(struct model *m, int v, int page)
{
	uint64_t value = model_read(m, v, page);

	v = model_source(m, v, &page);
	m->vmo[v].own[page] = true;
	m->vmo[v].value[page] = value;
}

static inline void model_write(struct model *m, int v, int page, uint64_t value)
{
	v = model_source(m, v, &page);
	m->vmo[v].own[page] = true;
	m->vmo[v].value[page] = value;
}

static inline void model_decommit(struct model *m, int v, int page, int count)
{
	v = model_source(m, v, &page);
	for (int p = page; p < page + count; p++)
		m->vmo[v].own[p] = false;
}

static inline void model_zero(struct model *m, int v, int page, int count)
{
	v = model_source(m, v, &page);
	for (int p = page; p < page + count; p++) {
		if (model_sees(m, v, p) || m->vmo[v].fixed || m->vmo[v].paged)
			model_write(m, v, p, 0);
		else
			m->vmo[v].own[p] = false;
	}
}

static inline void model_resize(struct model *m, int v, int size)
{
	for (int p = size; p < m->vmo[v].size; p++)
		m->vmo[v].own[p] = false;
	m->vmo[v].size = size;
}

static inline void model_merge(struct model *m, int v)
{
	struct model_vmo *x = &m->vmo[v];

	for (int p = 0; p < x->size; p++) {
		if (x->own[p] && model_sees(m, v, p)) {
			model_write(m, x->parent, p + x->offset, x->value[p]);
			x->own[p] = false;
		}
	}
}

/* What one child of v takes along when v goes. */
static inline void model_bequeath(struct model *m, int v, int c)
{
	struct model_vmo *x = &m->vmo[v], *child = &m->vmo[c];

	if (child->slice) { /* of a slice: it moves up */
		child->offset += x->offset;
		child->parent = x->parent;
		m->vmo[x->parent].children++;
		return;
	}
	for (int p = 0; p < child->size; p++) {
		if (!child->own[p] && model_sees(m, c, p) && x->own[p + child->offset])
			model_own(m, c, p);
	}
	child->limit = model_min(child->limit, child->size);
	child->limit = model_min(child->limit, model_clamp(x->size - child->offset));
	child->limit = model_min(child->limit, model_clamp(x->limit - child->offset));
	child->paged = child->follows && x->paged && child->limit > 0;
	child->follows = child->follows && x->follows;
	child->offset += x->offset;
	child->parent = x->parent;
	if (x->parent >= 0)
		m->vmo[x->parent].children++;
}

static inline void model_close(struct model *m, int v)
{
	struct model_vmo *x = &m->vmo[v];

	for (int c = 0; c < MODEL_VMOS; c++)
		if (m->vmo[c].alive && m->vmo[c].parent == v)
			model_bequeath(m, v, c);
	if (x->parent >= 0)
		m->vmo[x->parent].children--;
	x->alive = false;
}
