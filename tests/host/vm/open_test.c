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

/*
 * A read fault whose ancestor must own its tables first (shared and ragged) drops what the
 * ancestor's clones borrowed. Out of work in that walk, the next call's climb ends the
 * walk, and then begins the same one anew: with more clones than steps it never ends.
 */
TEST(open, a_read_fault_ends_however_little_work_a_call_may_do)
{
	static struct vmo clone[6];
	paddr_t pa;
	status_t st;
	int stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, &world.pool, 6, 0) == ST_OK);
	REQUIRE(vmo_own(&v, 0, &pa) == ST_OK && vmo_own(&v, 4, &pa) == ST_OK);
	for (unsigned i = 0; i < 6; i++) {
		REQUIRE(vmo_clone(&clone[i], &v, &world.pool, 0, 6, 0) == ST_OK);
		if (i)
			REQUIRE(vmo_own(&clone[i], 0, &pa) == ST_OK);
	}
	REQUIRE(vmo_snapshot(&s, &v, &world.pool, 0, 8, 0) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &clone[0],
			&(struct map_request){16, 6, 0, MAP_READ}) == ST_OK);
	do {
		vm_work.left = 3;
		st = vspace_fault(&world.space[0], 21, MAP_READ);
	} while (st == ST_SHOULD_WAIT && ++stops < 100);
	EXPECT_EQ(st, ST_OK);
}
