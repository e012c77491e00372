/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/tree.h"

struct world world;
uint64_t world_work = UINT64_MAX;
uint64_t world_frames = UINT64_MAX;
bool world_quick;
bool world_abandon;
unsigned world_other, world_archive;
unsigned long world_pairs[OP_KINDS][TRAITS];
const char *const world_op_name[OP_KINDS] = {"create", "clone", "snapshot", "slice", "run",
	"write", "read", "commit", "decommit", "zero", "resize", "merge", "close", "map",
	"unmap", "protect", "touch", "supply"};
const char *const world_trait_name[TRAITS] = {"empty", "clone", "copy", "slice", "fixed",
	"reserve", "children", "sliced", "mapped", "spaces", "other", "mixed", "top", "walk",
	"trim", "sweep", "merge", "stopped", "left", "dry"};

void world_init(void)
{
	unsigned first = VMO_LEVELS + 1;
	unsigned last = FAKE_FRAMES - world_archive - world_other;

	memset(&world, 0, sizeof(world));
	fake_reset();
	vm_init(FAKE_BASE, 1);
	vm_work.left = UINT64_MAX;
	CHECK(pool_init(&world.pool) == ST_OK);
	CHECK(pool_add(&world.pool, &world.range, FAKE_BASE + (first << PAGE_BITS),
		      last - first) == ST_OK);
	if (world_other) {
		CHECK(pool_init(&world.other) == ST_OK);
		CHECK(pool_add(&world.other, &world.other_range,
			      FAKE_BASE + (last << PAGE_BITS), world_other) == ST_OK);
	}
	for (int s = 0; s < WORLD_SPACES; s++)
		CHECK(vspace_init(&world.space[s], &world.pool, (uint16_t)(s + 1)) == ST_OK);
}

void world_fini(void)
{
	CHECK(world.pool.used[FRAME_PAGE] == 0 && world.pool.reserved == 0);
	CHECK(world.pool.used[FRAME_TABLE] == WORLD_SPACES);
	for (int s = 0; s < WORLD_SPACES; s++)
		CHECK(vspace_fini(&world.space[s]) == ST_OK);
	CHECK(pool_fini(&world.pool) == ST_OK);
	if (world_other)
		CHECK(pool_fini(&world.other) == ST_OK);
}

static bool alive(int v)
{
	return v >= 0 && v < WORLD_VMOS && world.model.vmo[v].alive;
}

/* A VMO whose close was begun: nobody can name it any more, but to go on closing it. */
static bool is_closing(int v)
{
	return alive(v) && world.is_closing[v];
}

static bool is_mapped(int v)
{
	for (int i = 0; i < WORLD_MAPPINGS; i++)
		if (world.mapped[i] && world.map_vmo[i] == v)
			return true;
	return false;
}

static struct pool *pool_named(int other)
{
	return other && world_other ? &world.other : &world.pool;
}

static int free_mapping(int skip)
{
	for (int i = 0; i < WORLD_MAPPINGS; i++)
		if (!world.mapped[i] && skip-- == 0)
			return i;
	return -1;
}

/* A page's value stands in its first and its last word: a page is copied whole. */
static void put_value(paddr_t pa, uint64_t value)
{
	memcpy(mmu_window(pa), &value, 8);
	memcpy((char *)mmu_window(pa) + FAKE_FRAME_BYTES - 8, &value, 8);
}

static uint64_t get_value(paddr_t pa)
{
	uint64_t first, last;

	memcpy(&first, mmu_window(pa), 8);
	memcpy(&last, (char *)mmu_window(pa) + FAKE_FRAME_BYTES - 8, 8);
	CHECK(first == last);
	return first;
}

static paddr_t archive_pa(void)
{
	return FAKE_BASE + ((paddr_t)(FAKE_FRAMES - world_archive) << PAGE_BITS);
}

/* archive_is_free: nothing of it is anyone's, and its pages hold zeros again. */
static bool archive_is_free(void)
{
	for (int i = 0; i < WORLD_VMOS; i++) {
		const struct vmo *x = &world.vmo[i];

		if (world.is_unborn[i] && x->flags & VMO_FIXED && !x->run.count)
			return false;
		for (uint64_t p = 0; (alive(i) || world.is_unborn[i]) && p < x->pages; p++)
			if (world_owns(x, x->bias + p) &&
				pte_pa(tree_entry(x, x->bias + p), 0) >= archive_pa())
				return false;
	}
	for (unsigned n = 0; n < world_archive; n++)
		put_value(archive_pa() + ((paddr_t)n << PAGE_BITS), 0);
	return true;
}

/* A run is made, or gone on with; where it cannot be it leaves nothing. */
static status_t do_run(const struct op *o, struct pool *pool)
{
	struct vmo *v = &world.vmo[o->vmo];
	bool begun = world.is_unborn[o->vmo];
	bool archive = (o->d & 8) && (unsigned)o->a <= world_archive;
	status_t st;

	if (archive && !begun && !archive_is_free())
		return ST_INTERNAL;
	st = begun ?
		vmo_fill(v) :
		vmo_init_fixed(v, pool, (uint64_t)o->a, archive ? archive_pa() : VMO_ANYWHERE,
			UINT64_C(1) << o->b, o->c && !archive ? PTE_UNCACHED : PTE_NORMAL);
	CHECK((o->a == 0) == (st == ST_INVALID_ARGS));
	if (!begun)
		world.unborn[o->vmo] = *o;
	while (begun && st == ST_NO_MEMORY && vmo_close(v) != ST_OK)
		vm_work.left = world_work;
	world.is_unborn[o->vmo] = st == ST_SHOULD_WAIT;
	if (st == ST_OK)
		model_run(&world.model, o->vmo, o->a);
	return st;
}

static status_t do_create(const struct op *o)
{
	struct model *m = &world.model;
	struct vmo *v = &world.vmo[o->vmo];
	status_t st;

	struct pool *pool = pool_named(o->d & 4);

	if (alive(o->vmo) || is_mapped(o->vmo) ||
		(o->kind != OP_CREATE && o->kind != OP_RUN &&
			(!alive(o->a) || is_closing(o->a))))
		return ST_INTERNAL;
	if (o->kind == OP_RUN)
		return do_run(o, pool);
	if (o->kind == OP_SLICE) {
		bool fits = o->b + o->c <= m->vmo[o->a].size;

		st = vmo_slice(v, &world.vmo[o->a], (uint64_t)o->b, (uint64_t)o->c);
		CHECK(st == (fits ? ST_OK : ST_OUT_OF_RANGE));
		if (st == ST_OK)
			model_slice(m, o->vmo, o->a, o->b, o->c);
		return st;
	}
	if (o->kind == OP_CREATE) {
		st = vmo_init(v, pool, (uint64_t)o->a, (unsigned)o->b);
		if (st == ST_OK && o->c) {
			vmo_set_paged(v, VMO_NO_LIMIT);
			model_create_paged(m, o->vmo, o->a, o->b & VMO_RESIZABLE);
		} else if (st == ST_OK) {
			model_create(m, o->vmo, o->a, o->b & VMO_RESIZABLE);
		}
		return st;
	}
	if (o->kind == OP_CLONE) {
		st = vmo_clone(v, &world.vmo[o->a], pool, (uint64_t)o->b, (uint64_t)o->c,
			(unsigned)o->d);
		CHECK((st == ST_BAD_STATE) == (world.vmo[o->a].memory != PTE_NORMAL));
		if (st == ST_OK)
			model_clone(m, o->vmo, o->a, o->b, o->c, o->d & VMO_RESIZABLE);
		return st;
	}
	if (o != &world.unborn[o->vmo])
		world.unborn[o->vmo] = *o;
	st = vmo_snapshot(
		v, &world.vmo[o->a], pool, (uint64_t)o->b, (uint64_t)o->c, (unsigned)o->d);
	world.is_unborn[o->vmo] = st == ST_SHOULD_WAIT && (v->flags & VMO_UNBORN);
	if (st == ST_OK)
		model_snapshot(m, o->vmo, o->a, o->b, o->c, o->d & VMO_RESIZABLE);
	return st;
}

static bool in_range(int v, int page, int count)
{
	return page >= 0 && count >= 0 && page + count <= world.model.vmo[v].size;
}

/* check_missing: `st` says it of a page that is, and names the one that it is to come into. */
static bool check_missing(int v, int page, status_t st)
{
	const struct model *m = &world.model;

	if (st != ST_MISSING) {
		CHECK(st != ST_OK || model_read(m, v, page) != MODEL_MISSING);
		return false;
	}
	CHECK(model_read(m, v, page) == MODEL_MISSING);
	for (v = model_source(m, v, &page); m->vmo[v].parent >= 0; v = m->vmo[v].parent)
		page += m->vmo[v].offset;
	CHECK(vm_work.missing == &world.vmo[v] && vm_work.missing_page == (uint64_t)page);
	return true;
}

static status_t do_write(const struct op *o)
{
	paddr_t pa;
	status_t st = vmo_own(&world.vmo[o->vmo], (uint64_t)o->a, &pa);

	if (!in_range(o->vmo, o->a, 1)) {
		CHECK(st == ST_OUT_OF_RANGE);
		return st;
	}
	if (check_missing(o->vmo, o->a, st))
		return st;
	CHECK(st != ST_NO_MEMORY || !(world.vmo[o->vmo].source->flags & VMO_RESERVE));
	if (st == ST_OK) {
		if (world.vmo[o->vmo].memory == PTE_NORMAL) /* else as a program would */
			fake_wrote(pa);
		put_value(pa, (uint64_t)o->b);
		vmo_wrote(pa);
		model_write(&world.model, o->vmo, o->a, (uint64_t)o->b);
	}
	return st;
}

static status_t do_read(const struct op *o)
{
	paddr_t pa;
	status_t st = vmo_look(&world.vmo[o->vmo], (uint64_t)o->a, &pa);

	if (!in_range(o->vmo, o->a, 1))
		CHECK(st == ST_OUT_OF_RANGE);
	else if (!check_missing(o->vmo, o->a, st) && st == ST_OK)
		CHECK(get_value(pa) == model_read(&world.model, o->vmo, o->a));
	else
		CHECK(st == ST_SHOULD_WAIT || st == ST_MISSING);
	return st;
}

/* What a stopped commit or zero has done: the next call goes on from there. */
static int range_done;

static status_t do_range(const struct op *o)
{
	struct vmo *v = &world.vmo[o->vmo];
	struct model *m = &world.model;
	uint64_t done = 0;
	status_t st;

	if (o->a < 0 || o->b < 0)
		return ST_INTERNAL;
	if (o->kind == OP_DECOMMIT) {
		st = vmo_decommit(v, (uint64_t)o->a, (uint64_t)o->b);
		for (int p = o->a; p < o->a + o->b && st == ST_SHOULD_WAIT; p++) {
			/* stopped: some are gone already */
			if (!world_owns(v->source, v->bias + (uint64_t)p))
				model_decommit(m, o->vmo, p, 1);
		}
		if (st == ST_OK)
			model_decommit(m, o->vmo, o->a, o->b);
	} else if (o->kind == OP_COMMIT) {
		st = vmo_commit(v, (uint64_t)o->a, (uint64_t)o->b, false, &done);
		for (int i = 0; i < (int)done; i++)
			model_own(m, o->vmo, o->a + i);
		(void)check_missing(o->vmo, o->a + (int)done, st == ST_MISSING ? st : 1);
	} else {
		int next, page;

		st = vmo_commit(v, (uint64_t)o->a, (uint64_t)o->b, true, &done);
		page = next = o->a + (int)done;
		(void)check_missing(o->vmo, next, st == ST_MISSING ? st : 1);
		if (st == ST_SHOULD_WAIT && !model_sees(m, o->vmo, next) &&
			!m->vmo[model_source(m, o->vmo, &page)].paged &&
			!world_owns(v->source, v->bias + (uint64_t)next))
			model_zero(m, o->vmo, next, 1); /* gone, its table not yet */
		if (in_range(o->vmo, o->a, o->b))
			model_zero(m, o->vmo, o->a, (int)done);
	}
	range_done = (int)done;
	CHECK(in_range(o->vmo, o->a, o->b) == (st != ST_OUT_OF_RANGE));
	return st;
}

/* What was supplied is in the one, and in the other no more where it was not copied. */
static status_t do_supply(const struct op *o)
{
	struct model *m = &world.model;
	struct vmo *v = &world.vmo[o->vmo], *from;
	uint64_t done = 0;
	status_t st;
	int to;

	if (!alive(o->c) || is_closing(o->c) || o->b <= 0 || !in_range(o->vmo, o->a, o->b) ||
		!in_range(o->c, o->d, o->b))
		return ST_INTERNAL;
	from = &world.vmo[o->c];
	if (from->memory != PTE_NORMAL)
		return ST_INTERNAL;
	st = vmo_supply(v, (uint64_t)o->a, (uint64_t)o->b, from, (uint64_t)o->d, &done);
	for (int i = 0; i < (int)done; i++) {
		int page = o->a + i, there = o->d + i;
		int s = model_source(m, o->c, &there);
		uint64_t value = model_read(m, s, there);

		to = model_source(m, o->vmo, &page);
		if (!m->vmo[to].paged || page >= m->vmo[to].limit || m->vmo[to].own[page])
			continue;
		CHECK(value != MODEL_MISSING);
		if (!world_owns(from->source, from->source->bias + (uint64_t)there))
			m->vmo[s].own[there] = false;
		model_write(m, to, page, value);
	}
	(void)check_missing(o->c, o->d + (int)done, st == ST_MISSING ? st : 1);
	range_done = (int)done;
	return st;
}

static status_t do_resize(const struct op *o)
{
	struct vmo *v = &world.vmo[o->vmo];
	uint64_t before = v->pages;
	status_t st = vmo_resize(v, (uint64_t)o->a);

	CHECK(st != ST_NO_MEMORY || v->pages == before || (uint64_t)o->a > before);
	if (!world.model.vmo[o->vmo].resizable)
		CHECK(st == ST_UNAVAILABLE);
	if ((int)v->pages != world.model.vmo[o->vmo].size)
		model_resize(&world.model, o->vmo, (int)v->pages);
	if (st == ST_OK)
		CHECK((int)v->pages == o->a);
	return st;
}

static status_t do_merge(const struct op *o)
{
	const struct model_vmo *x = &world.model.vmo[o->vmo];
	status_t st = vmo_merge(&world.vmo[o->vmo]);

	if (x->parent >= 0 &&
		(st == ST_OK || world.vmo[o->vmo].merge.clone == &world.vmo[o->vmo]))
		model_merge(&world.model, o->vmo);
	return st;
}

static status_t do_close(const struct op *o)
{
	status_t st;

	if (world.is_unborn[o->vmo]) {
		st = vmo_close(&world.vmo[o->vmo]);
		world.is_unborn[o->vmo] = st != ST_OK;
		world.is_ending[o->vmo] = st != ST_OK && world.vmo[o->vmo].flags & VMO_FIXED;
		return st;
	}

	if (is_mapped(o->vmo) ||
		(!world.model.vmo[o->vmo].slice && !list_is_empty(&world.vmo[o->vmo].slices)))
		return ST_INTERNAL;
	st = vmo_close(&world.vmo[o->vmo]);
	CHECK(st == ST_OK || st == ST_SHOULD_WAIT);
	world.is_closing[o->vmo] = st == ST_SHOULD_WAIT;
	for (int c = 0; c < WORLD_VMOS; c++) /* those that took over go up at once */
		if (alive(c) && world.model.vmo[c].parent == o->vmo &&
			world.vmo[c].parent != &world.vmo[o->vmo])
			model_bequeath(&world.model, o->vmo, c);
	for (int c = 0; c < WORLD_VMOS && st == ST_OK; c++) /* can only be ended now */
		if (world.unborn[c].kind == OP_SNAPSHOT && world.unborn[c].a == o->vmo)
			world.unborn[c].a = -1;
	if (st == ST_OK) {
		model_close(&world.model, o->vmo);
		memset(&world.vmo[o->vmo], 0, sizeof(struct vmo));
	}
	return st;
}

static status_t do_map(const struct op *o)
{
	int i = free_mapping(0);
	struct map_request r = {.first = (uint64_t)o->c, .pages = (uint64_t)o->b};
	status_t st;

	if (i < 0 || o->a < 0 || o->b < 0 || o->c < 0)
		return ST_INTERNAL;
	r.offset = (uint64_t)o->a;
	r.rights = (unsigned)o->d >> 4;
	st = vspace_map(&world.space[(unsigned)(o->d & 15) % WORLD_SPACES], &world.map[i],
		&world.vmo[o->vmo], &r);
	if (st == ST_OK) {
		world.mapped[i] = true;
		world.map_vmo[i] = o->vmo;
	}
	return st;
}

/* use_spares: mappings that a cut left behind move into free slots of the world. */
static status_t do_cut(const struct op *o)
{
	struct mapping *m;
	int s0 = free_mapping(0), s1 = free_mapping(1);
	struct mapping spare[2];
	unsigned used;
	bool gone = false;

	if (o->vmo < 0 || o->vmo >= WORLD_MAPPINGS || !world.mapped[o->vmo] || s1 < 0)
		return ST_INTERNAL;
	m = &world.map[o->vmo];
	if (o->a < 0 || o->b <= 0 || (uint64_t)(o->a + o->b) > m->pages || s1 != s0 + 1)
		return ST_INTERNAL;
	if (o->kind == OP_PROTECT && o->c > 1 && !(o->c & MAP_READ))
		return ST_INTERNAL;
	memset(&world.map[s0], 0, 2 * sizeof(spare[0]));
	if (o->kind == OP_UNMAP)
		used = unmap_part(
			m, m->first + (uint64_t)o->a, (uint64_t)o->b, &world.map[s0], &gone);
	else
		used = protect_part(m, m->first + (uint64_t)o->a, (uint64_t)o->b,
			(unsigned)o->c, &world.map[s0]);
	world.mapped[o->vmo] = !gone;
	for (unsigned i = 0; i < used; i++) {
		world.mapped[s0 + (int)i] = true;
		world.map_vmo[s0 + (int)i] = world.map_vmo[o->vmo];
	}
	return ST_OK;
}

static status_t do_touch(const struct op *o)
{
	struct mapping *m;
	struct fake_line line;
	uint64_t page;
	int v, p;
	status_t st;

	if (o->vmo < 0 || o->vmo >= WORLD_MAPPINGS || !world.mapped[o->vmo])
		return ST_INTERNAL;
	m = &world.map[o->vmo];
	if (o->a < 0 || (uint64_t)o->a >= m->pages)
		return ST_INTERNAL;
	page = m->first + (uint64_t)o->a;
	v = world.map_vmo[o->vmo];
	p = (int)(m->coordinate + (uint64_t)o->a - world.vmo[v].bias);
	st = vspace_fault(m->vspace, page, (unsigned)o->b);
	if (!(m->rights & (unsigned)o->b))
		CHECK(st == ST_ACCESS_DENIED);
	else if (p >= world.model.vmo[v].size)
		CHECK(st == ST_OUT_OF_RANGE);
	else
		CHECK(check_missing(v, p, st) || st == ST_OK || st == ST_NO_MEMORY ||
			st == ST_SHOULD_WAIT);
	if (st != ST_OK) {
		/* the page may be the VMO's own by now: no difference */
		if (st == ST_NO_MEMORY && o->b == MAP_WRITE &&
			world_owns(m->vmo, m->coordinate + (uint64_t)o->a))
			model_own(&world.model, v, p);
		return st;
	}
	CHECK(fake_walk(m->vspace->root, m->vspace->asid, page, &line));
	CHECK(get_value(line.pa) == model_read(&world.model, v, p));
	if (o->b == MAP_EXECUTE)
		CHECK(line.execute || world.vmo[v].memory != PTE_NORMAL);
	for (unsigned i = 0; i < fake.lines; i++) { /* or it would fault for ever */
		const struct fake_line *l = &fake.line[i];

		if (l->asid != m->vspace->asid || l->level || l->page != page)
			continue;
		CHECK(o->b != MAP_WRITE || l->write);
		CHECK(o->b != MAP_EXECUTE || l->execute || world.vmo[v].memory != PTE_NORMAL);
	}
	if (o->b == MAP_WRITE) {
		CHECK(line.write);
		for (unsigned i = 0; i < fake.lines; i++) /* or it would fault for ever */
			CHECK(fake.line[i].level || fake.line[i].write ||
				fake.line[i].page != page ||
				fake.line[i].asid != m->vspace->asid);
		put_value(line.pa, (uint64_t)o->c);
		model_write(&world.model, v, p, (uint64_t)o->c);
	}
	return st;
}

static status_t do_once(const struct op *o)
{
	if (o->kind >= OP_UNMAP && o->kind != OP_SUPPLY)
		return o->kind == OP_TOUCH ? do_touch(o) : do_cut(o);
	if (o->vmo < 0 || o->vmo >= WORLD_VMOS)
		return ST_INTERNAL;
	if (world.is_ending[o->vmo]) /* a run whose close was begun: nothing else may follow */
		return do_close(o);
	if (world.is_unborn[o->vmo] && o->kind != OP_CLOSE) {
		o = &world.unborn[o->vmo];
		if (o->kind != OP_RUN && (!alive(o->a) || is_closing(o->a)))
			return ST_INTERNAL;
	}
	if (o->kind <= OP_RUN)
		return do_create(o);
	if (world.is_unborn[o->vmo])
		return do_close(o);
	if (!alive(o->vmo) || (is_closing(o->vmo) && o->kind != OP_CLOSE))
		return ST_INTERNAL;
	switch (o->kind) {
	case OP_WRITE:
		return do_write(o);
	case OP_READ:
		return do_read(o);
	case OP_COMMIT:
	case OP_DECOMMIT:
	case OP_ZERO:
		return do_range(o);
	case OP_RESIZE:
		return do_resize(o);
	case OP_SUPPLY:
		return do_supply(o);
	case OP_MERGE:
		return do_merge(o);
	case OP_CLOSE:
		return do_close(o);
	default:
		return do_map(o);
	}
}

static void learn(void)
{
	for (int s = 0; s < WORLD_SPACES; s++)
		fake_learn(world.space[s].root, world.space[s].asid);
}

/* hold: all but the frames that the operation may take. */
static uint64_t hold(struct pool *pool)
{
	uint64_t can = pool_can_take(pool);
	uint64_t held = world_frames < can ? can - world_frames : 0;

	CHECK(pool_reserve(pool, held) == ST_OK);
	return held;
}

static unsigned in_spaces(int v)
{
	unsigned spaces = 0;

	for (int i = 0; i < WORLD_MAPPINGS; i++)
		if (world.mapped[i] && world.map_vmo[i] == v)
			spaces |= 1u << (world.map[i].vspace - world.space);
	return spaces;
}

/* traits: of the VMO that the operation is about. */
static uint32_t traits(const struct op *o)
{
	bool made = o->kind <= OP_RUN;
	bool by_map = o->kind >= OP_UNMAP && o->kind != OP_SUPPLY;
	int i = by_map && o->vmo < WORLD_MAPPINGS && world.mapped[o->vmo] ?
		world.map_vmo[o->vmo] :
		made && o->kind != OP_CREATE && o->kind != OP_RUN ? o->a :
		made || by_map					  ? -1 :
								    o->vmo;
	const struct model_vmo *x;
	const struct vmo *v, *s;
	unsigned spaces;

	if (!alive(i))
		return 0;
	x = &world.model.vmo[i];
	v = &world.vmo[i];
	s = v->source;
	spaces = in_spaces(i);
	return (uint32_t)(x->size == 0) << TRAIT_EMPTY |
		(uint32_t)(x->parent >= 0 && x->follows) << TRAIT_CLONE |
		(uint32_t)(x->parent >= 0 && !x->follows && !x->slice) << TRAIT_COPY |
		(uint32_t)x->slice << TRAIT_SLICE |
		(uint32_t)((s->flags & VMO_FIXED) != 0) << TRAIT_FIXED |
		(uint32_t)((s->flags & VMO_RESERVE) != 0) << TRAIT_RESERVE |
		(uint32_t)(v->children > 0) << TRAIT_CHILDREN |
		(uint32_t)!list_is_empty(&v->slices) << TRAIT_SLICED |
		(uint32_t)(spaces != 0) << TRAIT_MAPPED |
		(uint32_t)((spaces & (spaces - 1)) != 0) << TRAIT_SPACES |
		(uint32_t)(v->pool == &world.other) << TRAIT_OTHER |
		(uint32_t)(v->parent && v->parent->pool != v->pool) << TRAIT_MIXED |
		(uint32_t)(vmo_end(v) == VMO_MAX_COORDINATE) << TRAIT_TOP |
		(uint32_t)s->walk.active << TRAIT_WALK |
		(uint32_t)(s->trim > vmo_end(s)) << TRAIT_TRIM |
		(uint32_t)s->sweep.active << TRAIT_SWEEP |
		(uint32_t)(s->merge.clone != NULL) << TRAIT_MERGE;
}

static void count_pairs(const struct op *o, uint32_t met, status_t st)
{
	if (st == ST_INTERNAL)
		return;
	if (st == ST_SHOULD_WAIT)
		met |= 1u << TRAIT_LEFT;
	if (st == ST_NO_MEMORY)
		met |= 1u << TRAIT_DRY;
	for (unsigned t = 0; t < TRAITS; t++)
		world_pairs[o->kind][t] += met >> t & 1;
}

status_t world_do(const struct op *op)
{
	struct op rest = *op;
	uint32_t met = traits(op);

	for (int stops = 0;; stops++) {
		uint64_t held, held_other = 0;
		status_t st;

		learn();
		CHECK(stops < 10000);
		held = hold(&world.pool);
		if (world_other)
			held_other = hold(&world.other);
		vm_work.left = world_work;
		range_done = 0;
		st = do_once(&rest);
		vm_work.left = UINT64_MAX;
		pool_unreserve(&world.pool, held);
		if (world_other)
			pool_unreserve(&world.other, held_other);
		if (st == ST_SHOULD_WAIT)
			met |= 1u << TRAIT_STOPPED;
		if (st != ST_SHOULD_WAIT || world_abandon) {
			count_pairs(op, met, st);
			return st;
		}
		rest.a += range_done;
		rest.b -= range_done;
		rest.d += op->kind == OP_SUPPLY ? range_done : 0;
		if (!world_quick)
			world_check();
	}
}
