/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Bugs that are known and open, one test each; they fail. Fixed, they move to vmo_test.c. */
#include "vm/vspace.h"

#include "test.h"
#include "world.h"

static struct vmo v, s;
static struct mapping m;

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
