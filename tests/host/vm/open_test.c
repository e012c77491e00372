/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Bugs that are known and open, one test each; they fail. Fixed, they move to vmo_test.c. */
#include "vm/vspace.h"

#include "test.h"
#include "world.h"

static struct vmo v, s;
static struct mapping m;

/*
 * vspace_map's link_now compares with the end of the VMO whose tree it is, not with
 * m->end: at the start of each block it enters a page beyond the end of the slice, which
 * the holder of the slice then reads and writes without a fault.
 */
TEST(open, a_mapping_shows_nothing_beyond_its_slice)
{
	struct fake_line line;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, &world.pool, 8, 0) == ST_OK);
	REQUIRE(vmo_own(&v, 4, &pa) == ST_OK);
	REQUIRE(vmo_slice(&s, &v, 0, 2) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &s,
			&(struct map_request){16, 8, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 20, MAP_READ), ST_OUT_OF_RANGE);
	EXPECT(!fake_walk(world.space[0].root, 1, 20, &line));
}
