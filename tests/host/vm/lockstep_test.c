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

static struct op random_op(void)
{
	static const unsigned char weight[OP_KINDS] = {[OP_CREATE] = 4,
		[OP_CLONE] = 10,
		[OP_SNAPSHOT] = 5,
		[OP_WRITE] = 16,
		[OP_READ] = 12,
		[OP_COMMIT] = 3,
		[OP_DECOMMIT] = 6,
		[OP_ZERO] = 3,
		[OP_RESIZE] = 6,
		[OP_MERGE] = 3,
		[OP_CLOSE] = 7,
		[OP_MAP] = 6,
		[OP_UNMAP] = 4,
		[OP_PROTECT] = 4,
		[OP_TOUCH] = 20};
	struct op o = {.vmo = (int)rnd(WORLD_VMOS)};
	unsigned n = rnd(109);

	while (n >= weight[o.kind])
		n -= weight[o.kind++];
	switch (o.kind) {
	case OP_CREATE:
		o.a = (int)rnd(14);
		o.b = (int)rnd(2);
		break;
	case OP_CLONE:
	case OP_SNAPSHOT:
		o.a = (int)rnd(WORLD_VMOS);
		o.b = (int)rnd(rnd(2) ? 2 : 12);
		o.c = rnd(3) ? size_of(o.a) : (int)rnd(14);
		o.d = (int)rnd(rnd(4) ? 2 : 4);
		break;
	case OP_MAP:
		o.a = (int)rnd(rnd(2) ? 2 : 12);
		o.b = (int)rnd(20);
		o.c = (int)(rnd(4) ? world.vmo[o.vmo].bias + (uint64_t)o.a + 16 * rnd(3)
				   : rnd(60));
		o.d = (int)((rnd(5) ? 1 + 2 * rnd(4) : rnd(8)) << 4 | rnd(WORLD_SPACES));
		break;
	case OP_UNMAP:
	case OP_PROTECT:
	case OP_TOUCH:
		o.vmo = (int)rnd(WORLD_MAPPINGS);
		o.a = (int)rnd(16);
		o.b = o.kind == OP_TOUCH ? 1 << rnd(3) : 1 + (int)rnd(8);
		o.c = o.kind == OP_TOUCH ? 1 + (int)rnd(1000) : (int)rnd(8);
		break;
	default:
		o.a = (int)rnd((unsigned)size_of(o.vmo) + 2);
		o.b = o.kind == OP_WRITE ? 1 + (int)rnd(1000)
					 : (int)rnd((unsigned)size_of(o.vmo) + 2);
	}
	return o;
}

static void run(uint64_t seed, int steps)
{
	state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	world_init();
	world_check();
	for (int i = 0; i < steps; i++) {
		struct op o = random_op();
		status_t st;

		world_work = rnd(4) ? UINT64_MAX : 1 + rnd(6);
		world_abandon = rnd(4) == 0;
		if (world_abandon && rnd(2))
			world_work = 1;
		world_frames = rnd(6) ? UINT64_MAX : rnd(8);
		if (getenv("LOCKSTEP_TRACE"))
			fprintf(stderr, "%d: op %u vmo %d: %d %d %d %d work %d frames %d",
				i, o.kind, o.vmo, o.a, o.b, o.c, o.d, (int)world_work,
				(int)world_frames);
		st = world_do(&o);
		if (getenv("LOCKSTEP_TRACE"))
			fprintf(stderr, " -> %d\n", st);
		world_check();
	}
	world_work = world_frames = UINT64_MAX;
	world_abandon = false;
	for (int i = 0; i < WORLD_MAPPINGS; i++) {
		if (world.mapped[i]) {
			struct mapping spare[2];
			bool gone;

			EXPECT_EQ(vspace_unmap(&world.map[i], world.map[i].first,
					  world.map[i].pages, spare, &gone),
				0);
			world.mapped[i] = false;
		}
	}
	for (int i = 0; i < WORLD_VMOS; i++) {
		int v = (int)((unsigned)i + rnd(WORLD_VMOS)) % WORLD_VMOS;

		for (int k = 0; k < 2; k++, v = i) {
			struct op o = {.kind = OP_CLOSE, .vmo = v};

			world_do(&o);
			world_check();
		}
	}
	EXPECT_EQ(world.pool.used[FRAME_PAGE], 0);
	EXPECT_EQ(world.pool.used[FRAME_TABLE], WORLD_SPACES);
	EXPECT_EQ(world.pool.reserved, 0);
	for (int s = 0; s < WORLD_SPACES; s++)
		EXPECT_EQ(vspace_fini(&world.space[s]), ST_OK);
	EXPECT_EQ(pool_fini(&world.pool), ST_OK);
}

TEST(lockstep, agrees_with_the_reference_after_every_step)
{
	const char *seed = getenv("LOCKSTEP_SEED");
	const char *ops = getenv("LOCKSTEP_OPS");
	uint64_t first = seed ? strtoull(seed, NULL, 0) : 1;
	int count = ops ? atoi(ops) : 100000;

	for (int i = 0; i < (count + 249) / 250; i++) {
		if (getenv("LOCKSTEP_VERBOSE"))
			fprintf(stderr, "seed %llu\n",
				(unsigned long long)first + (unsigned)i);
		run(first + (uint64_t)i, 250);
	}
}
