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
	EXPECT_EQ(vmo_decommit(&v, 2, 5), ST_OK);
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

/*
 * v <- x <- w <- t <- s, of 16 pages each but v, of 8, and x shares its tables with y: it cannot
 * remember by itself that page 14 is of zeros. z is where a walk under v stops first. At page
 * 14 nothing stands in w, t and s.
 */
static struct vmo w, x, y, z;

static void begin_line(void)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 8, VMO_RESIZABLE) == ST_OK);
	REQUIRE(vmo_clone(&z, &v, pool, 0, 16, 0) == ST_OK);
	put(&z, 9, 1);
	EXPECT_EQ(get(&z, 8), 0);
	EXPECT_EQ(get(&z, 10), 0);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 16, 0) == ST_OK);
	put(&c, 13, 1);
	EXPECT_EQ(get(&c, 14), 0);
	REQUIRE(vmo_clone(&x, &c, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&y, &c, pool, 0, 16, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	REQUIRE(vmo_clone(&w, &x, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &w, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &t, pool, 0, 16, 0) == ST_OK);
}

static void end_line(void)
{
	EXPECT_EQ(get(&s, 14), 9);
	EXPECT_EQ(vmo_resize(&v, 16), ST_OK);
	EXPECT_EQ(get(&s, 14), 9);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&w), ST_OK);
	EXPECT_EQ(vmo_close(&y), ST_OK);
	EXPECT_EQ(vmo_close(&x), ST_OK);
	EXPECT_EQ(vmo_close(&z), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* look_stops: at w, after two steps. */
static void look_stops(void)
{
	paddr_t pa;

	vm_work.left = 2;
	EXPECT_EQ(vmo_look(&s, 14, &pa), ST_SHOULD_WAIT);
	EXPECT(s.goal.at == &w);
	vm_work.left = UINT64_MAX;
}

/*
 * A look goes on where it stopped only if nobody below has a page of its own by then. Nor do two
 * changes look like none; and x, which cannot remember, is not made to.
 */
TEST(exact, a_look_that_stopped_sees_what_was_written_below_where_it_rests)
{
	for (int more = 0; more < 2; more++) {
		uint64_t tables;

		begin_line();
		EXPECT_EQ(family_drop(&x, 14, 15), ST_OK);
		EXPECT(pte_is_none(t.root));
		EXPECT_EQ(family_drop(&v, 14, 15), ST_OK);
		look_stops();
		tables = pool->used[FRAME_TABLE];
		put(&t, 14, 9);
		EXPECT_EQ(pool->used[FRAME_TABLE] - tables, 2);
		if (more)
			EXPECT_EQ(vmo_decommit(&t, 0, 1), ST_OK);
		end_line();
	}
}

/* The same where t has a table and, from before a walk came by, zeros in it. */
TEST(exact, a_look_that_stopped_sees_what_was_written_in_few_steps)
{
	for (int more = 0; more < 2; more++) {
		begin_line();
		put(&t, 13, 2);
		EXPECT_EQ(family_drop(&x, 14, 15), ST_OK);
		vm_work.left = 0;
		EXPECT_EQ(vmo_resize(&v, 16), ST_SHOULD_WAIT);
		EXPECT(v.walk.at == &z);
		look_stops();
		EXPECT_EQ(get(&t, 14), 0);
		for (int i = 0; !pte_is_none(w.root); i++) {
			REQUIRE(i < 100);
			vm_work.left = 0;
			EXPECT_EQ(family_go_on(&v), ST_SHOULD_WAIT);
		}
		vm_work.left = UINT64_MAX;
		EXPECT(!pte_is_none(tree_entry(&t, 14)));
		put(&t, 14, 9);
		if (more)
			EXPECT_EQ(vmo_decommit(&t, 0, 1), ST_OK);
		end_line();
	}
}

/* And nobody between may have taken over one. */
TEST(exact, a_look_that_stopped_sees_what_was_taken_over_below_where_it_rests)
{
	paddr_t pa;

	begin_line();
	REQUIRE(vmo_clone(&c, &s, pool, 0, 16, 0) == ST_OK);
	EXPECT_EQ(family_drop(&x, 14, 15), ST_OK);
	EXPECT_EQ(family_drop(&v, 14, 15), ST_OK);
	vm_work.left = 3;
	EXPECT_EQ(vmo_look(&c, 14, &pa), ST_SHOULD_WAIT);
	EXPECT(c.goal.at == &w);
	vm_work.left = UINT64_MAX;
	put(&t, 14, 9);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(get(&c, 14), 9);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	REQUIRE(vmo_init(&t, pool, 1, 0) == ST_OK);
	end_line();
}

/* A walk that comes by leaves a clone where another one rests, though nothing stands in it. */
TEST(exact, a_walk_goes_on_from_a_clone_that_another_one_emptied)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &c, pool, 0, 4, 0) == ST_OK);
	EXPECT_EQ(get(&s, 0), 1);
	EXPECT_EQ(get(&t, 0), 1);
	vm_work.left = 0;
	EXPECT_EQ(family_drop(&c, 0, 1), ST_SHOULD_WAIT);
	EXPECT(c.walk.at == &t);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(family_drop(&v, 0, 1), ST_OK);
	EXPECT(pte_is_none(t.root));
	EXPECT_EQ(family_drop(&c, 0, 1), ST_OK);
	EXPECT_EQ(get(&t, 0), 1);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A table goes whole, shared or not, where nothing of it stays and nobody is followed. */
TEST(exact, a_decommit_of_all_needs_no_memory)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	put(&v, 0, 1);
	put(&v, 13, 1);
	REQUIRE(vmo_snapshot(&s, &v, pool, 0, 14, 0) == ST_OK);
	held = starve();
	EXPECT_EQ(vmo_decommit(&v, 0, 14), ST_OK);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&v, 13), 0);
	EXPECT_EQ(get(&s, 13), 1);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Where a drop has stopped half way through a clone, that one's own clones know more than it. */
TEST(exact, a_write_where_a_drop_has_stopped_is_seen_by_clones)
{
	unsigned half = 0;

	for (uint64_t steps = 0; steps < 20; steps++) {
		world_init();
		REQUIRE(vmo_init(&v, pool, 1, VMO_RESIZABLE) == ST_OK);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 16, 0) == ST_OK);
		put(&c, 4, 1);
		for (uint64_t p = 5; p < 8; p++)
			EXPECT_EQ(get(&c, p), 0);
		REQUIRE(vmo_clone(&s, &c, pool, 0, 16, 0) == ST_OK);
		put(&s, 5, 2); /* a table of its own */
		EXPECT_EQ(get(&s, 6), 0);
		vm_work.left = steps;
		EXPECT(vmo_resize(&v, 16) != ST_NO_MEMORY);
		vm_work.left = UINT64_MAX;
		if (v.walk.at == &c && pte_is_none(tree_entry(&c, 6))) {
			half++;
			put(&c, 6, 9);
			EXPECT_EQ(get(&s, 6), 9);
		}
		EXPECT_EQ(vmo_resize(&v, 16), ST_OK);
		EXPECT_EQ(vmo_close(&s), ST_OK);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		finish();
	}
	EXPECT(half > 0);
}

TEST(exact, a_flush_gives_a_call_no_steps)
{
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	vm_work.left = 5;
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 8, 0, MAP_READ}) == ST_OK);
	EXPECT(vm_work.left <= 5);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(unmap_part(&m, 16, 8, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A link is for one mapping alone: none reaches from one part of a cut into the other. */
TEST(exact, a_cut_takes_the_link_that_both_parts_would_have)
{
	static struct mapping m, rest;
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	put(&v, 0, 1);
	put(&v, 4, 1);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 8, 0, MAP_READ}) == ST_OK);
	EXPECT(fake_walk(world.space[0].root, 1, 16, &line));
	EXPECT(fake_walk(world.space[0].root, 1, 20, &line));
	vspace_cut(&m, 21, &rest);
	EXPECT(!fake_walk(world.space[0].root, 1, 20, &line));
	EXPECT_EQ(unmap_part(&rest, 21, 3, spare, &gone), 0);
	EXPECT_EQ(unmap_part(&m, 16, 5, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Who is mapped right behind the table's pages is no reason not to link it; one frame is enough. */
TEST(exact, a_table_is_linked_up_to_the_next_mapping)
{
	static struct mapping m, next;
	struct mapping spare[2];
	uint64_t tables, held;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 3, 0) == ST_OK);
	REQUIRE(vmo_init(&c, pool, 1, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vspace_map(&world.space[0], &next, &c,
			&(struct map_request){20, 1, 0, MAP_READ}) == ST_OK);
	tables = pool->used[FRAME_TABLE];
	held = leave(1);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 3, 0, MAP_READ}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 16, MAP_READ), ST_OK);
	EXPECT_EQ(pool->used[FRAME_TABLE] - tables, 1);
	pool_unreserve(pool, held);
	EXPECT_EQ(unmap_part(&m, 16, 3, spare, &gone), 0);
	EXPECT_EQ(unmap_part(&next, 20, 1, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Tables of zeros show zeros: who only reads needs none of its own. */
TEST(exact, zeros_are_read_without_a_table)
{
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 16, 0) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 16, 0, MAP_READ}) == ST_OK);
	for (uint64_t p = 0; p < 16; p++)
		EXPECT_EQ(vspace_fault(&world.space[0], 16 + p, MAP_READ), ST_OK);
	EXPECT(!pte_is_none(v.root) && !pte_is_owned(v.root));
	EXPECT_EQ(unmap_part(&m, 16, 16, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* What is decommitted while a snapshot is made is not in it, wherever the snapshot was. */
TEST(exact, a_snapshot_sees_all_of_a_decommit_or_nothing)
{
	for (uint64_t steps = 1; steps < 40; steps++) {
		status_t st;

		world_init();
		REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
		put(&c, 1, 2);
		put(&c, 12, 2);
		vm_work.left = steps;
		st = vmo_snapshot(&s, &c, pool, 0, 14, 0);
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(vmo_decommit(&c, 0, 14), ST_OK);
		if (st == ST_SHOULD_WAIT)
			EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 14, 0), ST_OK);
		EXPECT_EQ(get(&s, 1), get(&s, 12));
		EXPECT_EQ(get(&s, 1), st == ST_OK ? 2 : 0);
		EXPECT_EQ(vmo_close(&s), ST_OK);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		finish();
	}
}

/* Of contiguous memory that is given up half made each frame comes back once, others' never. */
TEST(exact, a_run_that_is_closed_half_filled_gives_all_frames_back)
{
	unsigned half = 0;

	for (uint64_t steps = 0; steps < 20; steps++) {
		status_t st;

		world_init();
		REQUIRE(vmo_init(&t, pool, 14, 0) == ST_OK);
		vm_work.left = steps;
		st = vmo_init_fixed(&v, pool, 6, VMO_ANYWHERE, 1, PTE_NORMAL);
		half += st == ST_SHOULD_WAIT && v.reached > 0;
		vm_work.left = 0;
		for (uint64_t p = 0; vmo_close(&v) == ST_SHOULD_WAIT; p++) {
			vm_work.left = UINT64_MAX;
			put(&t, p, p + 1); /* takes what has come back */
			vm_work.left = 0;
		}
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(vmo_close(&t), ST_OK);
		finish();
	}
	EXPECT(half > 2);
}

/* A merge that others disturb goes twice as far each time, and no further. */
TEST(exact, a_merge_that_is_disturbed_gets_twice_the_steps)
{
	uint64_t next = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	REQUIRE(vmo_init(&t, pool, 1, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 64, 0) == ST_OK);
	for (uint64_t p = 0; p < 64; p += 4) {
		put(&v, p, 4); /* all tables are there */
		put(&c, p, 5);
	}
	for (unsigned tries = 0; tries < 3; tries++) {
		put(&t, 0, tries);
		EXPECT_EQ(vmo_decommit(&t, 0, 1), ST_OK);
		next = c.merge.next;
		vm_work.left = 1;
		EXPECT_EQ(vmo_merge(&c), ST_SHOULD_WAIT);
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(c.merge.tries, tries);
		EXPECT(c.merge.next > next);
	}
	put(&t, 0, 1);
	c.merge.tries = 63; /* as many as it takes */
	vm_work.left = 1;
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(c.merge.tries, 0);
	EXPECT_EQ(get(&v, 60), 5);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* What its frame held before the kernel had it is nobody's to see. */
TEST(exact, the_page_of_zeros_is_cleared)
{
	world_init();
	*(uint64_t *)mmu_window(FAKE_BASE) = 5;
	vm_init(FAKE_BASE, 1);
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	EXPECT_EQ(get(&v, 0), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(exact, a_device_ends_where_physical_addresses_end)
{
	const paddr_t last = PHYSICAL_LIMIT - PAGE_SIZE;

	world_init();
	EXPECT_EQ(vmo_init_fixed(&v, pool, 2, last, 1, PTE_DEVICE), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 1, last, 1, PTE_DEVICE), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Mappings of other pages cost a step each, too. */
TEST(exact, a_sweep_stops_at_each_mapping)
{
	static struct mapping m[9];
	struct mapping spare[2];
	unsigned stops = 0;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	put(&v, 7, 1);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++)
		REQUIRE(vspace_map(&world.space[0], &m[i], &v,
				&(struct map_request){16 + i, 1, 0, MAP_READ}) == ST_OK);
	for (vm_work.left = 0; vmo_decommit(&v, 7, 1) == ST_SHOULD_WAIT; vm_work.left = 0)
		REQUIRE(++stops < 100);
	vm_work.left = UINT64_MAX;
	EXPECT(stops >= ARRAY_SIZE(m) - 1);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++)
		EXPECT_EQ(unmap_part(&m[i], 16 + i, 1, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}
