/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The lock-step test: random operations on the core and on the reference, everything
 * checked after each. `lockstep_test` runs the CI's share; LOCKSTEP_SEED and LOCKSTEP_OPS
 * in the environment choose another.
 */
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "world.h"

/* Families under a pager as well: another weight for some operations. */
#ifndef LOCKSTEP_PAGED
#define LOCKSTEP_PAGED 0
#endif

static uint64_t state;

static unsigned rnd(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % n);
}

static int size_of(int v)
{
	return v >= 0 && world.model.vmo[v].alive ? world.model.vmo[v].size : 0;
}

/*
 * What was left in the middle is looked at next; some runs make wide families, and some
 * clones that grow, and are looked at where they end each time.
 */
static int focus;
static bool wide, growing;

/* pick: a VMO that lives or not, if one is found soon; now and then any. */
static int pick(bool live)
{
	int v = (int)rnd(WORLD_VMOS);

	if (live && focus >= 0 && rnd(4))
		return focus;
	if (live && wide && rnd(3) == 0)
		return 0;
	for (int i = 0; i < 6 && world.model.vmo[v].alive != live; i++)
		v = (int)rnd(WORLD_VMOS);
	return v;
}

static int pick_mapping(void)
{
	int i = (int)rnd(WORLD_MAPPINGS);

	for (int k = 0; k < 6 && !world.mapped[i]; k++)
		i = (int)rnd(WORLD_MAPPINGS);
	return i;
}

/* richest: of a few clones that follow, the one with most pages of its own. */
static int richest(void)
{
	int best = pick(true), most = 0;

	for (int i = 0; i < 8; i++) {
		int v = pick(true), own = 0;

		if (!world.model.vmo[v].alive || !world.model.vmo[v].follows)
			continue;
		for (int p = 0; p < world.model.vmo[v].size; p++)
			own += world.model.vmo[v].own[p];
		if (own > most) {
			best = v;
			most = own;
		}
	}
	return best;
}

/* grower: the first clone that can grow, so that the same grows again. */
static int grower(void)
{
	for (int v = 0; v < WORLD_VMOS; v++) {
		const struct model_vmo *x = &world.model.vmo[v];

		if (x->alive && x->follows && x->resizable)
			return v;
	}
	return pick(true);
}

/* grow: what uses up what is set aside for the ends of what a clone sees. */
static void grow(struct op *o)
{
	static const unsigned char kind[] = {OP_RESIZE, OP_READ, OP_READ, OP_WRITE};

	o->kind = kind[rnd(ARRAY_SIZE(kind))];
	o->vmo = grower();
	o->a = size_of(o->vmo) + (o->kind == OP_RESIZE ? (int)rnd(8) : -1 - (int)rnd(2));
	o->b = 1 + (int)rnd(1000);
}

/* random_kind: an operation and what it is about. */
static struct op random_kind(void)
{
	static const unsigned char weight[OP_KINDS] = {[OP_CREATE] = 4,
		[OP_CLONE] = 10,
		[OP_SNAPSHOT] = 5,
		[OP_SLICE] = 4,
		[OP_RUN] = 2,
		[OP_WRITE] = 16,
		[OP_READ] = 12,
		[OP_COMMIT] = 3,
		[OP_DECOMMIT] = 6,
		[OP_ZERO] = 3,
		[OP_RESIZE] = 6,
		[OP_MERGE] = 8,
		[OP_CLOSE] = 7,
		[OP_MAP] = 6,
		[OP_UNMAP] = 4,
		[OP_PROTECT] = 4,
		[OP_TOUCH] = 20,
		[OP_SUPPLY] = LOCKSTEP_PAGED ? 20 : 0};
	struct op o = {0};
	unsigned n = rnd(LOCKSTEP_PAGED ? 140 : 120);

	while (n >= weight[o.kind])
		n -= weight[o.kind++];
	if (wide && focus < 0 && o.kind <= OP_RUN && world.model.vmo[0].alive && rnd(4))
		o.kind = OP_CLONE;
	if (wide && focus < 0 && rnd(4)) { /* a family that lives long, looks and loses */
		if (o.kind == OP_CLOSE || o.kind == OP_RUN || o.kind == OP_SLICE)
			o.kind = rnd(3) ? OP_READ : OP_DECOMMIT;
		else if (o.kind == OP_WRITE || o.kind == OP_TOUCH)
			o.kind = rnd(3) ? OP_READ : OP_SNAPSHOT;
	}
	/* Of what was left half-way; a shrink is rarely. */
	if (focus >= 0 && rnd(world.vmo[focus].trim ? 2 : 16) == 0)
		o.kind = rnd(2) ? OP_SLICE : OP_SNAPSHOT;
	o.vmo = pick(o.kind > OP_RUN);
	if (o.kind == OP_MERGE)
		o.vmo = richest();
	if (wide && !world.model.vmo[0].alive && o.kind <= OP_RUN) {
		o.kind = OP_CREATE;
		o.vmo = 0;
	}
	return o;
}

/* random_mapping: the arguments of what is done to a mapping. */
static void random_mapping(struct op *o)
{
	if (o->kind == OP_MAP) {
		o->a = (int)rnd(rnd(2) ? 2 : 12);
		o->b = (int)rnd(20);
		o->c = (int)(rnd(4) ? world.vmo[o->vmo].bias + (uint64_t)o->a + 16 * rnd(3) :
				      rnd(60));
		o->d = (int)((rnd(5) ? 1 + 2 * rnd(4) : rnd(8)) << 4 | rnd(WORLD_SPACES));
		return;
	}
	o->vmo = pick_mapping();
	o->a = (int)rnd(rnd(2) ? 16 : 4);
	o->b = o->kind == OP_TOUCH ? 1 << rnd(3) : 1 + (int)rnd(8);
	o->c = o->kind == OP_TOUCH ? 1 + (int)rnd(1000) : (int)rnd(8);
	if (o->kind != OP_TOUCH && world.map[o->vmo].pages)
		o->b = 1 + (int)rnd((unsigned)world.map[o->vmo].pages);
}

static struct op random_op(void)
{
	struct op o = random_kind();

	if (growing && focus < 0 && rnd(2)) {
		grow(&o);
		return o;
	}
	switch (o.kind) {
	case OP_CREATE:
		o.a = growing ? 64 - (int)rnd(32) : (int)rnd(14); /* to grow into */
		o.b = (int)rnd(4) != 0;
		o.c = LOCKSTEP_PAGED && rnd(4);
		o.d = rnd(4) ? 0 : 4;
		break;
	case OP_SUPPLY:
		o.c = pick(true);
		o.a = (int)rnd(2 + (unsigned)size_of(o.vmo) / 2);
		o.d = rnd(2) ? o.a : (int)rnd(2 + (unsigned)size_of(o.c) / 2);
		o.b = 1 + (int)rnd((unsigned)size_of(o.vmo) + 1);
		if (o.b > size_of(o.vmo) - o.a)
			o.b = size_of(o.vmo) - o.a;
		if (o.b > size_of(o.c) - o.d)
			o.b = size_of(o.c) - o.d;
		break;
	case OP_RUN:
		o.a = (int)rnd(6);
		o.b = (int)rnd(3);
		o.c = rnd(4) == 0;
		o.d = (rnd(4) ? 0 : 4) | (rnd(2) ? 0 : 8);
		break;
	case OP_CLONE:
	case OP_SNAPSHOT:
		o.a = wide && rnd(3) ? 0 : pick(true);
		o.b = (int)rnd(wide ? 1 : rnd(2) ? 2 : 12);
		o.c = rnd(3) ? size_of(o.a) : (int)rnd(14);
		o.d = (int)rnd(rnd(4) ? 2 : 4) | (rnd(4) ? 0 : 4);
		if (rnd(16) == 0) { /* up to the last coordinate that there is */
			o.b = (int)(VMO_MAX_COORDINATE - world.vmo[o.a].bias) - (int)rnd(12);
			o.c = (int)(VMO_MAX_COORDINATE - world.vmo[o.a].bias) - o.b;
		}
		break;
	case OP_SLICE:
		o.a = focus >= 0 && rnd(2) ? focus : pick(true);
		o.b = (int)rnd(rnd(2) ? 2 : 8);
		o.c = (int)rnd((unsigned)size_of(o.a) + 1);
		break;
	case OP_MAP:
	case OP_UNMAP:
	case OP_PROTECT:
	case OP_TOUCH:
		random_mapping(&o);
		break;
	default:
		o.a = (int)rnd((unsigned)size_of(o.vmo) + 2);
		o.b = o.kind == OP_WRITE ? 1 + (int)rnd(1000) :
					   (int)rnd((unsigned)size_of(o.vmo) + 2);
	}
	return o;
}

static void run(uint64_t seed, int steps)
{
	state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	wide = seed % 4 > 1;
	growing = seed % 8 == 0;
	focus = -1;
	world_other = seed % 2 ? FAKE_FRAMES / 4 : 0;
	world_archive = seed % 3 ? 5 : 0;
	world_init();
	world_check();
	for (int i = 0; i < steps; i++) {
		struct op o = random_op();
		status_t st;

		world_work = rnd(2) ? UINT64_MAX : 1 + rnd(rnd(2) ? 2 : 6);
		world_abandon = rnd(3) < (wide ? 2 : 1);
		if (wide && rnd(2))
			world_work = 1;
		world_frames = rnd(6) ? UINT64_MAX : rnd(8);
		if (getenv("LOCKSTEP_TRACE"))
			fprintf(stderr, "%d: op %u vmo %d: %d %d %d %d work %d frames %d", i,
				o.kind, o.vmo, o.a, o.b, o.c, o.d, (int)world_work,
				(int)world_frames);
		st = world_do(&o);
		if (getenv("LOCKSTEP_TRACE"))
			fprintf(stderr, " -> %d\n", st);
		world_check();
		focus = st == ST_SHOULD_WAIT && (o.kind < OP_UNMAP || o.kind == OP_SUPPLY) ?
			o.vmo :
			-1;
		if (focus >= 0 && world.model.vmo[focus].parent >= 0 && rnd(3) == 0)
			focus = world.model.vmo[focus].parent;
	}
	world_work = world_frames = UINT64_MAX;
	world_abandon = false;
	for (int i = 0; i < WORLD_MAPPINGS; i++) {
		if (world.mapped[i]) {
			struct mapping spare[2];
			bool gone;

			EXPECT_EQ(unmap_part(&world.map[i], world.map[i].first,
					  world.map[i].pages, spare, &gone),
				0);
			world.mapped[i] = false;
		}
	}
	for (int i = 0; i < 4 * WORLD_VMOS; i++) { /* slices hold others open */
		int v = i < WORLD_VMOS ? (int)rnd(WORLD_VMOS) : i % WORLD_VMOS;
		struct op o = {.kind = OP_CLOSE, .vmo = v};

		world_do(&o);
		world_check();
	}
	world_fini();
}

static void print_pairs(void)
{
	fprintf(stderr, "%-9s", "");
	for (unsigned t = 0; t < TRAITS; t++)
		fprintf(stderr, "%9s", world_trait_name[t]);
	for (unsigned k = 0; k < OP_KINDS; k++) {
		fprintf(stderr, "\n%-9s", world_op_name[k]);
		for (unsigned t = 0; t < TRAITS; t++)
			fprintf(stderr, "%9lu", world_pairs[k][t]);
	}
	fprintf(stderr, "\n");
}

/* No operation on anything was missed: each of a VMO of every kind, in every state. */
static void expect_pairs(void)
{
	for (unsigned k = OP_CLONE; k < OP_KINDS; k++) {
		if (k == OP_RUN || k == OP_UNMAP || k == OP_PROTECT ||
			LOCKSTEP_PAGED != (k == OP_SUPPLY)) /* the others' pairs: elsewhere */
			continue;
		for (unsigned t = 0; t <= TRAIT_TRIM; t++) {
			if ((k == OP_CLOSE && (t == TRAIT_MAPPED || t == TRAIT_SPACES)) ||
				(k == OP_SLICE && t == TRAIT_WALK) || /* no room for one */
				(k == OP_SUPPLY && t == TRAIT_EMPTY)) /* nothing is missing */
				continue;
			if (!world_pairs[k][t])
				fprintf(stderr, "# never: %s, %s\n", world_op_name[k],
					world_trait_name[t]);
			EXPECT(world_pairs[k][t] > 0);
		}
	}
}

TEST(lockstep, agrees_with_the_reference_after_every_step)
{
	const char *seed = getenv("LOCKSTEP_SEED");
	const char *ops = getenv("LOCKSTEP_OPS");
	uint64_t first = seed ? strtoull(seed, NULL, 0) : 1;
	int count = ops ? atoi(ops) : 100000;

	for (int i = 0; i < (count + 249) / 250; i++) {
		if (getenv("LOCKSTEP_VERBOSE"))
			fprintf(stderr, "seed %llu\n", (unsigned long long)first + (unsigned)i);
		run(first + (uint64_t)i, 250);
	}
	if (getenv("LOCKSTEP_PAIRS"))
		print_pairs();
	if (!seed && count >= 100000)
		expect_pairs();
}
