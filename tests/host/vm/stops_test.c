/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Long calls stop when their steps are used up, and go on. */
#include "vmo_fixture.h"

/* snapshot: in portions; every stop leaves room for others. */
static status_t snapshot(uint64_t portion, unsigned *stops)
{
	status_t st;

	for (*stops = 0;; ++*stops) {
		vm_work.left = portion;
		st = vmo_snapshot(&s, &c, pool, 1, 12, 0);
		vm_work.left = UINT64_MAX;
		if (st != ST_SHOULD_WAIT)
			return st;
		EXPECT_EQ(c.children, 1);
	}
}

TEST(snapshot, stops_and_where_there_is_no_memory_leaves_nothing)
{
	uint64_t held;
	unsigned stops;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	put(&c, 0, 7);
	put(&c, 13, 7);
	for (uint64_t frames = 0; frames < 4; frames++) {
		uint64_t used = pool->used[FRAME_PAGE] + pool->used[FRAME_TABLE];

		held = starve();
		pool_unreserve(pool, min_u64(held, frames));
		EXPECT_EQ(snapshot(1, &stops), frames < 3 ? ST_NO_MEMORY : ST_OK);
		EXPECT(stops > 1 || frames < 3);
		pool_unreserve(pool, held - min_u64(held, frames));
		EXPECT_EQ(c.children, frames < 3 ? 0 : 1);
		if (frames < 3)
			EXPECT_EQ(pool->used[FRAME_PAGE] + pool->used[FRAME_TABLE], used);
	}
	EXPECT_EQ(get(&s, 12 - 1), 12);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* What is written between two stops is in it: it shows its last instant. */
TEST(snapshot, is_of_one_instant_and_ends_though_others_write)
{
	status_t st;
	unsigned stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, 100);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	put(&c, 5, 100);
	for (uint64_t value = 101;; value++, stops++) {
		vm_work.left = 1;
		st = vmo_snapshot(&s, &c, pool, 0, 14, 0);
		vm_work.left = UINT64_MAX;
		if (st != ST_SHOULD_WAIT)
			break;
		REQUIRE(stops < 20);
		put(&v, 0, value);
		put(&v, 13, value);
		put(&c, 5, value);
	}
	EXPECT_EQ(st, ST_OK);
	EXPECT(stops > 1);
	EXPECT_EQ(get(&s, 0), 100 + stops);
	EXPECT_EQ(get(&s, 5), 100 + stops);
	EXPECT_EQ(get(&s, 13), 100 + stops);
	put(&v, 0, 7);
	put(&c, 5, 7);
	EXPECT_EQ(get(&s, 0), 100 + stops);
	EXPECT_EQ(get(&s, 5), 100 + stops);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(snapshot, that_was_begun_can_be_ended_by_either_side)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	put(&c, 5, 1);
	for (int round = 0; round < 3; round++) {
		vm_work.left = 2;
		REQUIRE(vmo_snapshot(&s, &c, pool, 0, 14, 0) == ST_SHOULD_WAIT);
		vm_work.left = UINT64_MAX;
		if (round == 0)
			EXPECT_EQ(vmo_close(&s), ST_OK);
		if (round == 1) { /* another one comes between */
			EXPECT_EQ(vmo_snapshot(&t, &c, pool, 0, 14, 0), ST_OK);
			EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 14, 0), ST_OK);
			EXPECT_EQ(get(&t, 5), 1);
			EXPECT_EQ(get(&s, 5), 1);
			EXPECT_EQ(vmo_close(&t), ST_OK);
			EXPECT_EQ(vmo_close(&s), ST_OK);
		}
		EXPECT_EQ(c.children, round == 2 ? 1 : 0);
	}
	EXPECT_EQ(vmo_close(&c), ST_OK); /* the source goes first */
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(merge, stops_and_is_seen_whole_from_one_instant_on)
{
	status_t st;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t portion = 1; portion < 60; portion++) {
		uint64_t base = portion * 100;
		bool before = false, after = false;
		paddr_t pa;

		for (uint64_t p = 0; p < 14; p++)
			put(&v, p, base);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
		for (uint64_t p = 0; p < 14; p += 3)
			put(&c, p, base + 1);
		REQUIRE(vmo_clone(&t, &v, pool, 0, 14, 0) == ST_OK);
		vm_work.left = portion;
		st = vmo_merge(&c);
		for (uint64_t p = 0; p < 14; p += 3) { /* a look ends what was begun */
			vm_work.left = UINT64_MAX;
			REQUIRE(vmo_look(&t, p, &pa) == ST_OK);
			before = before || *(uint64_t *)mmu_window(pa) == base;
			after = after || *(uint64_t *)mmu_window(pa) == base + 1;
		}
		EXPECT(before != after);
		EXPECT(st != ST_OK || after);
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(vmo_merge(&c), ST_OK);
		EXPECT_EQ(get(&t, 12), base + 1);
		EXPECT_EQ(vmo_close(&t), ST_OK);
		EXPECT_EQ(vmo_close(&c), ST_OK);
	}
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(diff, stops_and_passes_over_few_tables_after_a_decommit)
{
	uint64_t page = 0;
	unsigned stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	for (uint64_t p = 0; p < 64; p++)
		put(&v, p, p);
	for (uint64_t p = 0; p < 63; p++)
		EXPECT_EQ(vmo_decommit(&v, p, 1), ST_OK);
	EXPECT_EQ(pool->used[FRAME_TABLE] - WORLD_SPACES, 3);
	vm_work.left = 1;
	while (vmo_diff(&v, page, &page) == ST_SHOULD_WAIT && ++stops < 100)
		vm_work.left = 1;
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(page, 63);
	EXPECT(stops > 0 && stops < 10);
	EXPECT_EQ(vmo_decommit(&v, 63, 1), ST_OK);
	EXPECT_EQ(pool->used[FRAME_TABLE] - WORLD_SPACES, 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(slice, are_so_many_that_a_shrink_can_look_at_each)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	v.slice_count = VMO_SLICES_MAX - 1;
	EXPECT_EQ(vmo_slice(&s, &v, 0, 4), ST_OK);
	EXPECT_EQ(vmo_slice(&t, &s, 0, 4), ST_NO_RESOURCES);
	EXPECT_EQ(v.children, 1);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(v.slice_count, VMO_SLICES_MAX - 1);
	EXPECT_EQ(vmo_slice(&t, &v, 0, 4), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/*
 * A read fault whose ancestor must own its tables first (shared and ragged) drops what the
 * ancestor's clones borrowed. Out of work in that walk, the next call's climb ends the
 * walk, and then begins the same one anew: with more clones than steps it never ends.
 */
TEST(family, a_read_fault_ends_however_little_work_a_call_may_do)
{
	static struct vmo clone[6];
	static struct mapping m;
	paddr_t pa;
	status_t st;
	int stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 6, 0) == ST_OK);
	REQUIRE(vmo_own(&v, 0, &pa) == ST_OK && vmo_own(&v, 4, &pa) == ST_OK);
	for (unsigned i = 0; i < 6; i++) {
		REQUIRE(vmo_clone(&clone[i], &v, pool, 0, 6, 0) == ST_OK);
		if (i)
			REQUIRE(vmo_own(&clone[i], 0, &pa) == ST_OK);
	}
	REQUIRE(vmo_snapshot(&s, &v, pool, 0, 8, 0) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &clone[0],
			&(struct map_request){16, 6, 0, MAP_READ}) == ST_OK);
	do {
		vm_work.left = 3;
		st = vspace_fault(&world.space[0], 21, MAP_READ);
	} while (st == ST_SHOULD_WAIT && ++stops < 100);
	EXPECT_EQ(st, ST_OK);
}

/* close_by_steps: how often it stopped. */
static unsigned close_by_steps(struct vmo *vmo)
{
	unsigned stops = 0;
	status_t st;

	for (;; stops++) {
		vm_work.left = 1;
		st = vmo_close(vmo);
		if (st != ST_SHOULD_WAIT)
			break;
	}
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_OK);
	return stops;
}

/* Two close at once: what the upper one leaves to the lower one goes on to its child. */
TEST(close, that_is_left_hands_on_what_comes_later)
{
	for (int calls = 1; calls < 16; calls++) {
		status_t st = ST_SHOULD_WAIT;

		world_init();
		REQUIRE(vmo_init(&t, pool, 14, 0) == ST_OK);
		put(&t, 1, 11);
		REQUIRE(vmo_clone(&v, &t, pool, 0, 14, 0) == ST_OK);
		put(&v, 0, 20);
		put(&v, 13, 23);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
		for (uint64_t p = 2; p < 14; p += 4)
			put(&c, p, 30);
		for (int i = 0; i < calls && st == ST_SHOULD_WAIT; i++) {
			vm_work.left = 1;
			st = vmo_close(&v);
		}
		vm_work.left = UINT64_MAX;
		close_by_steps(&t);
		if (st == ST_SHOULD_WAIT)
			close_by_steps(&v);
		EXPECT(pte_is_owned(tree_entry(&c, 1)));
		EXPECT_EQ(get(&c, 1), 11);
		EXPECT_EQ(get(&c, 13), 23);
		EXPECT_EQ(get(&c, 2), 30);
		close_by_steps(&c);
		finish();
	}
}

/* A child's shrink is ended, by steps, before it takes anything over. */
TEST(close, ends_the_shrink_of_a_child)
{
	unsigned stops = 0;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	put(&v, 1, 5);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, VMO_RESIZABLE) == ST_OK);
	for (uint64_t p = 0; p < 14; p += 2)
		put(&c, p, p);
	vm_work.left = 1;
	REQUIRE(vmo_resize(&c, 2) == ST_SHOULD_WAIT);
	do
		vm_work.left = 1;
	while (vmo_close(&v) == ST_SHOULD_WAIT && ++stops < 100);
	vm_work.left = UINT64_MAX;
	EXPECT(stops > 2 && stops < 100);
	EXPECT_EQ(c.trim, 0);
	EXPECT_EQ(get(&c, 0), 0);
	EXPECT_EQ(get(&c, 1), 5);
	EXPECT_EQ(pool->used[FRAME_PAGE], 2);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(close, leaves_the_looks_that_rest_on_it_one_at_a_time)
{
	static struct vmo leaf[4];
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&t, pool, 14, 0) == ST_OK);
	REQUIRE(vmo_clone(&v, &t, pool, 0, 14, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	for (int i = 0; i < 4; i++)
		REQUIRE(vmo_clone(&leaf[i], &c, pool, 0, 14, 0) == ST_OK);
	put(&t, 3, 33);
	for (int i = 0; i < 4; i++) {
		vm_work.left = 1;
		EXPECT_EQ(vmo_look(&leaf[i], 3, &pa), ST_SHOULD_WAIT);
		EXPECT(leaf[i].goal.at == &c);
	}
	EXPECT_EQ(close_by_steps(&c), 4 + 2); /* at each child, and between the looks */
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(get(&leaf[i], 3), 33);
		EXPECT_EQ(vmo_close(&leaf[i]), ST_OK);
	}
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

/* Where a VMO saw its parent until it shrank, no table stays for a clone to borrow. */
TEST(clone, borrows_nothing_behind_its_parents_end)
{
	world_init();
	REQUIRE(vmo_init(&t, pool, 32, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &t, pool, 0, 14, 0) == ST_OK);
	REQUIRE(vmo_clone(&v, &s, pool, 0, 16, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(v.limit, 14);
	put(&v, 0, 1);
	put(&v, 12, 12);
	EXPECT_EQ(vmo_resize(&v, 11), ST_OK);
	EXPECT(!pte_is_owned(*tree_own(&v, 12, 1).slot));
	REQUIRE(vmo_clone(&c, &v, pool, 0, 16, 0) == ST_OK);
	EXPECT_EQ(get(&c, 0), 1);
	put(&c, 1, 2);
	EXPECT(pte_is_none(*tree_own(&c, 12, 1).slot));
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(get(&c, 12), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(snapshot, renews_all_promises_or_none)
{
	uint64_t held, reserved;

	world_init();
	REQUIRE(vmo_init(&t, pool, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&v, &t, pool, 0, 4, VMO_RESERVE) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, VMO_RESERVE) == ST_OK);
	for (uint64_t p = 0; p < 4; p++) {
		put(&v, p, p);
		if (p < 2)
			put(&c, p, p + 10);
	}
	held = starve();
	pool_unreserve(pool, 5); /* for c's two pages and table, and one of the snapshot's */
	reserved = pool->reserved;
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 4, 0), ST_NO_MEMORY);
	EXPECT_EQ(pool->reserved, reserved);
	pool_unreserve(pool, held - 5);
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 4, 0), ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 4; p++) {
		put(&v, p, p + 20);
		put(&c, p, p + 30);
	}
	EXPECT_EQ(get(&s, 1), 11);
	EXPECT_EQ(get(&s, 3), 3);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

/* A look through a VMO that is being closed may begin a walk under it: it ends first. */
TEST(close, ends_a_walk_that_began_after_it)
{
	static struct vmo clone[4];

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	for (int i = 0; i < 4; i++) {
		REQUIRE(vmo_clone(&clone[i], &v, pool, 0, 14, 0) == ST_OK);
		put(&clone[i], 0, 9);
		EXPECT_EQ(get(&clone[i], 13), 13);
	}
	vm_work.left = 1;
	EXPECT_EQ(vmo_close(&v), ST_SHOULD_WAIT);
	EXPECT(v.flags & VMO_CLOSING);
	vm_work.left = 0;
	EXPECT_EQ(family_drop(&v, 4, 8), ST_SHOULD_WAIT); /* as own_tables would */
	EXPECT(v.walk.active);
	close_by_steps(&v);
	for (int i = 0; i < 4; i++) {
		EXPECT(list_is_empty(&clone[i].resting));
		EXPECT_EQ(get(&clone[i], 13), 13);
		EXPECT_EQ(vmo_close(&clone[i]), ST_OK);
	}
	finish();
}

/* A look through many generations ends, whatever is changed elsewhere between its stops. */
TEST(stops, of_a_look_are_not_for_ever)
{
	static struct vmo chain[12];
	unsigned stops = 0;
	status_t st;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 1, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 1, 0) == ST_OK);
	REQUIRE(vmo_init(&chain[0], pool, 4, 0) == ST_OK);
	for (int i = 1; i < 12; i++) {
		REQUIRE(vmo_clone(&chain[i], &chain[i - 1], pool, 0, 4, 0) == ST_OK);
		put(&chain[i], 1, 1);
	}
	put(&chain[0], 0, 5);
	EXPECT_EQ(vmo_decommit(&chain[0], 0, 1), ST_OK);
	put(&chain[0], 0, 6);
	do {
		put(&v, 0, 7);
		EXPECT_EQ(vmo_decommit(&v, 0, 1), ST_OK);
		vm_work.left = 3;
		st = vmo_look(&chain[11], 0, &pa);
		vm_work.left = UINT64_MAX;
	} while (st == ST_SHOULD_WAIT && ++stops < 100);
	EXPECT(stops > 1 && stops < 10);
	EXPECT_EQ(get(&chain[11], 0), 6);
	for (int i = 0; i < 12; i++)
		EXPECT_EQ(vmo_close(&chain[i]), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/* Promises are made again ancestor by ancestor, not for a whole chain at once. */
TEST(stops, of_a_snapshot_are_between_the_promises_too)
{
	static struct vmo chain[8];
	unsigned renewed = 0, stops = 0;
	uint64_t before;

	world_init();
	REQUIRE(vmo_init(&chain[0], pool, 4, 0) == ST_OK);
	for (uint64_t i = 1; i < 8; i++) {
		REQUIRE(vmo_clone(&chain[i], &chain[i - 1], pool, 0, 4, VMO_RESERVE) == ST_OK);
		put(&chain[i], i % 4, i);
	}
	before = pool->reserved;
	vm_work.left = 1;
	EXPECT_EQ(vmo_snapshot(&s, &chain[7], pool, 0, 4, 0), ST_SHOULD_WAIT);
	for (int i = 1; i < 8; i++)
		renewed += chain[i].renewed > 0;
	EXPECT_EQ(renewed, 1);
	do {
		vm_work.left = 1;
		REQUIRE(++stops < 100);
	} while (vmo_snapshot(&s, &chain[7], pool, 0, 4, 0) == ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT(pool->reserved >= before + 7); /* a page of each is shared now */
	EXPECT_EQ(get(&s, 1), 5);
	EXPECT_EQ(get(&s, 3), 7);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(vmo_close(&chain[i]), ST_OK);
	finish();
}
