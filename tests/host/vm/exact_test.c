/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What holds to the last frame, page and step: one test for each mutant that had lived. */
#include "vmo_fixture.h"

/* leave: all but so many frames are held back; how many that are. */
static uint64_t leave(uint64_t frames)
{
	uint64_t held = starve();

	pool_unreserve(pool, frames);
	return held - frames;
}

TEST(exact, a_write_takes_the_last_frames)
{
	uint64_t held;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	held = leave(2);
	EXPECT_EQ(vmo_own(&v, 5, &pa), ST_NO_MEMORY);
	pool_unreserve(pool, 1);
	EXPECT_EQ(vmo_own(&v, 5, &pa), ST_OK); /* two tables and a page */
	EXPECT_EQ(vmo_own(&v, 6, &pa), ST_NO_MEMORY);
	pool_unreserve(pool, held - 1);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	held = leave(7);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 5, VMO_ANYWHERE, 1, PTE_NORMAL), ST_NO_MEMORY);
	pool_unreserve(pool, 1);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 5, VMO_ANYWHERE, 1, PTE_NORMAL),
		ST_OK); /* and three tables */
	pool_unreserve(pool, held - 1);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(exact, promises_are_made_again_with_the_last_frames)
{
	uint64_t held, used;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, VMO_RESERVE) == ST_OK);
	for (uint64_t p = 0; p < 3; p++)
		put(&c, p, p);
	used = c.reserve_cap - c.reserve;
	EXPECT_EQ(used, 4);
	held = leave(used - 1);
	EXPECT_EQ(vmo_merge(&c), ST_NO_MEMORY);
	pool_unreserve(pool, 1);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	pool_unreserve(pool, held - 1);
	for (uint64_t p = 0; p < 3; p++)
		put(&c, p, p);
	used = c.reserve_cap - c.reserve;
	held = leave(used + 1 - 1); /* a table of the snapshot's */
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 4, 0), ST_NO_MEMORY);
	pool_unreserve(pool, 1);
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 4, 0), ST_OK);
	pool_unreserve(pool, held - 1);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Siblings share a table that reaches beyond what they see: one empties its own. */
TEST(exact, a_decommit_over_an_edge_leaves_a_siblings_pages)
{
	world_init();
	REQUIRE(vmo_init(&t, pool, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &t, pool, 0, 10, 0) == ST_OK);
	put(&s, 8, 8);
	put(&s, 9, 9);
	REQUIRE(vmo_clone(&v, &s, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 16, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(v.limit, 10);
	EXPECT_EQ(vmo_decommit(&v, 0, 16), ST_OK);
	EXPECT_EQ(get(&c, 8), 8);
	EXPECT_EQ(get(&c, 9), 9);
	EXPECT_EQ(get(&v, 8), 0);
	/* And a merge hands over only what the parent can see. */
	put(&c, 12, 12);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	EXPECT_EQ(get(&t, 8), 8);
	EXPECT_EQ(get(&t, 12), 0);
	EXPECT_EQ(get(&c, 12), 12);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(exact, a_decommit_frees_the_tables_at_both_its_ends)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	put(&v, 3, 3);
	put(&v, 4, 4);
	EXPECT_EQ(vmo_decommit(&v, 2, 4), ST_OK);
	EXPECT_EQ(pool->used[FRAME_TABLE], WORLD_SPACES);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A drop of a few entries is one step: none is gone of which a TLB still knows. */
TEST(exact, a_drop_and_its_flush_are_one_step)
{
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	for (uint64_t steps = 0; steps < 6; steps++) {
		world_init();
		REQUIRE(vmo_init(&v, pool, 1, VMO_RESIZABLE) == ST_OK);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
		put(&c, 0, 9);
		REQUIRE(vspace_map(&world.space[0], &m, &c,
				&(struct map_request){16, 4, 0, MAP_READ}) == ST_OK);
		for (uint64_t p = 0; p < 4; p++)
			EXPECT_EQ(vspace_fault(&world.space[0], 16 + p, MAP_READ), ST_OK);
		fake_learn(world.space[0].root, 1);
		vm_work.left = steps;
		EXPECT(vmo_resize(&v, 4) != ST_NO_MEMORY);
		vm_work.left = UINT64_MAX;
		put(&c, 1, 77); /* not of v before it has grown: nobody is asked */
		for (unsigned i = 0; i < fake.lines; i++) {
			if (fake.line[i].level || fake.line[i].page != 17)
				continue;
			EXPECT_EQ(*(uint64_t *)mmu_window(fake.line[i].pa), 77);
		}
		EXPECT_EQ(unmap_part(&m, 16, 4, spare, &gone), 0);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		finish();
	}
}

TEST(exact, a_close_stops_at_each_child)
{
	static struct vmo child[8];
	unsigned stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	for (int i = 0; i < 8; i++)
		REQUIRE(vmo_clone(&child[i], &v, pool, 4, 1, 0) == ST_OK); /* beyond its end */
	for (vm_work.left = 0; vmo_close(&v) == ST_SHOULD_WAIT; vm_work.left = 0)
		stops++;
	vm_work.left = UINT64_MAX;
	EXPECT(stops >= 8);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(vmo_close(&child[i]), ST_OK);
	finish();
}

/* Two drops in one VMO, each with fewer steps than there are clones, end in turns. */
TEST(exact, two_ranges_that_are_dropped_in_turns_both_end)
{
	static struct vmo clone[8];
	status_t one = ST_SHOULD_WAIT, other = ST_SHOULD_WAIT;
	int turns = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	for (int i = 0; i < 8; i++) {
		REQUIRE(vmo_clone(&clone[i], &v, pool, 0, 14, 0) == ST_OK);
		put(&clone[i], 5, 5);
	}
	for (; one != ST_OK || other != ST_OK; turns++) {
		REQUIRE(turns < 40);
		vm_work.left = 3;
		one = family_drop(&v, 0, 2);
		vm_work.left = 3;
		other = family_drop(&v, 12, 14);
	}
	vm_work.left = UINT64_MAX;
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(vmo_close(&clone[i]), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A merge into the source of a snapshot under way: it shows all of it or nothing. */
TEST(exact, a_snapshot_sees_all_of_a_merge_or_nothing)
{
	for (uint64_t steps = 1; steps < 12; steps++) {
		status_t st;

		world_init();
		REQUIRE(vmo_init(&t, pool, 14, 0) == ST_OK);
		REQUIRE(vmo_clone(&v, &t, pool, 0, 14, 0) == ST_OK);
		put(&v, 0, 1);
		put(&v, 13, 1);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
		put(&c, 1, 2);
		put(&c, 12, 2);
		vm_work.left = steps;
		st = vmo_snapshot(&s, &v, pool, 0, 14, 0);
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(vmo_merge(&c), ST_OK);
		if (st == ST_SHOULD_WAIT)
			EXPECT_EQ(vmo_snapshot(&s, &v, pool, 0, 14, 0), ST_OK);
		EXPECT_EQ(get(&s, 1), get(&s, 12));
		EXPECT_EQ(get(&s, 1), st == ST_OK ? 0 : 2);
		EXPECT_EQ(vmo_close(&s), ST_OK);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		EXPECT_EQ(vmo_close(&t), ST_OK);
		finish();
	}
}

/* Either side may go while a merge is half done: the pages are the parent's. */
TEST(exact, a_merge_that_was_begun_survives_its_clone)
{
	unsigned half = 0;

	for (uint64_t steps = 1; steps < 90; steps++) {
		bool merged;
		status_t st;

		world_init();
		REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
		for (uint64_t p = 0; p < 14; p++)
			put(&c, p, 5);
		vm_work.left = steps;
		st = vmo_merge(&c);
		vm_work.left = UINT64_MAX;
		merged = st == ST_OK || c.merge.clone;
		half += c.merge.clone != NULL;
		EXPECT_EQ(vmo_close(&c), ST_OK);
		for (uint64_t p = 0; p < 14; p++)
			EXPECT_EQ(get(&v, p), merged ? 5 : 0);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		finish();
	}
	EXPECT(half > 5);
}

/* A shrink through the middle of what is borrowed needs no memory. */
TEST(exact, a_clone_that_only_borrows_shrinks_without_memory)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(get(&c, 13), 13);
	EXPECT(!pte_is_owned(c.root) && !pte_is_none(c.root));
	held = starve();
	EXPECT_EQ(vmo_resize(&c, 5), ST_OK);
	EXPECT_EQ(get(&c, 4), 4);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/*
 * The short way of a write flushes one VSpace: not where two have links to the same table. The
 * page of zeros goes, so that no TLB may know of it when the write returns.
 */
TEST(exact, a_write_through_one_of_two_links_is_seen_by_both)
{
	static struct mapping m[2];
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	for (int i = 0; i < 2; i++) {
		struct vspace *space = &world.space[i];

		REQUIRE(vspace_map(space, &m[i], &v,
				&(struct map_request){16, 4, 0, MAP_READ | MAP_WRITE}) ==
			ST_OK);
		EXPECT_EQ(vspace_fault(space, 16, MAP_WRITE), ST_OK);
		EXPECT_EQ(vspace_fault(space, 17, MAP_READ), ST_OK);
	}
	for (int i = 0; i < 2; i++)
		fake_learn(world.space[i].root, world.space[i].asid);
	EXPECT_EQ(vspace_fault(&world.space[0], 17, MAP_WRITE), ST_OK);
	put(&v, 1, 77);
	for (unsigned i = 0; i < fake.lines; i++)
		if (!fake.line[i].level && fake.line[i].page == 17)
			EXPECT_EQ(*(uint64_t *)mmu_window(fake.line[i].pa), 77);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(unmap_part(&m[i], 16, 4, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/*
 * What a clone drops around the range its own clones have to drop, each of them, also those that
 * come later: nothing of the source's is known below a clone that does not know it.
 */
TEST(exact, a_drop_around_a_range_reaches_every_clone_of_a_clone)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	for (uint64_t page = 0; page < 8; page++)
		put(&v, page, page + 1);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 8, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 0, 8, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &c, pool, 0, 8, 0) == ST_OK);
	put(&t, 0, 50);
	put(&s, 0, 60);
	for (uint64_t page = 0; page < 8; page++) {
		EXPECT_EQ(get(&c, page), page + 1);
		EXPECT_EQ(get(&s, page), page ? page + 1 : 60);
		EXPECT_EQ(get(&t, page), page ? page + 1 : 50);
	}
	EXPECT_EQ(vmo_decommit(&v, 0, 1), ST_OK);
	EXPECT_EQ(vmo_decommit(&v, 1, 1), ST_OK);
	put(&v, 2, 9);
	EXPECT_EQ(get(&s, 1), 0);
	EXPECT_EQ(get(&t, 1), 0);
	EXPECT_EQ(get(&s, 2), 9);
	EXPECT_EQ(get(&t, 2), 9);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}
