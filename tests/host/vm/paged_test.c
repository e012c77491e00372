/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* VMOs whose pages are missing until they are supplied. */
#include "vmo_fixture.h"

static struct vmo from;
static uint64_t done;

/* begin: a paged VMO of 14 pages, and one with eight pages of content to supply it from. */
static void begin(void)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 14, VMO_RESIZABLE) == ST_OK);
	vmo_set_paged(&v, VMO_NO_LIMIT);
	REQUIRE(vmo_init(&from, pool, 8, 0) == ST_OK);
	for (uint64_t p = 0; p < 8; p++)
		put(&from, p, 100 + p);
}

static void end(void)
{
	EXPECT_EQ(vmo_close(&from), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

static paddr_t frame_of(struct vmo *vmo, uint64_t page)
{
	paddr_t pa = 0;

	EXPECT_EQ(vmo_look(vmo, page, &pa), ST_OK);
	return pa;
}

/* expect_missing: for who reads and who writes, and it says what to supply. */
static void expect_missing(struct vmo *vmo, uint64_t page, struct vmo *whose, uint64_t there)
{
	paddr_t pa;

	EXPECT_EQ(vmo_look(vmo, page, &pa), ST_MISSING);
	EXPECT(vm_work.missing == whose && !vm_work.missing_write);
	EXPECT_EQ(vm_work.missing_page, there);
	EXPECT_EQ(vmo_own(vmo, page, &pa), ST_MISSING);
	EXPECT(vm_work.missing == whose && vm_work.missing_write);
	EXPECT_EQ(vm_work.missing_page, there);
	EXPECT_EQ(vmo_commit(vmo, page, 1, true, &done), ST_MISSING);
	EXPECT_EQ(vmo_commit(vmo, page, 1, false, &done), ST_MISSING);
	EXPECT_EQ(done, 0);
}

TEST(paged, is_missing_for_all_that_see_it_until_it_is_supplied)
{
	paddr_t pa;

	begin();
	REQUIRE(vmo_clone(&c, &v, pool, 3, 20, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 2, 6, 0) == ST_OK);
	REQUIRE(vmo_slice(&t, &v, 4, 4) == ST_OK);
	expect_missing(&v, 6, &v, 6);
	expect_missing(&c, 3, &v, 6);
	expect_missing(&s, 1, &v, 6);
	expect_missing(&t, 2, &v, 6);
	EXPECT_EQ(pool->used[FRAME_PAGE], 8);
	EXPECT_EQ(get(&c, 11), 0); /* behind the parent's end */
	EXPECT_EQ(vmo_snapshot(&from, &c, pool, 0, 4, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_init(&from, pool, 8, 0), ST_OK);
	EXPECT_EQ(vmo_supply(&v, 6, 1, &from, 1, &done), ST_OK);
	EXPECT_EQ(done, 1);
	EXPECT_EQ(get(&v, 6), 0);
	EXPECT_EQ(vmo_own(&s, 1, &pa), ST_OK);
	EXPECT_EQ(get(&t, 2), 0);
	put(&t, 2, 7);
	EXPECT_EQ(get(&c, 3), 7);
	EXPECT_EQ(get(&s, 1), 0);
	expect_missing(&s, 2, &v, 7);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&from), ST_OK);
	EXPECT_EQ(pool->used[FRAME_PAGE], 8); /* those of the first `from` */
}

TEST(supply, hands_frames_over_and_leaves_what_is_there)
{
	paddr_t pa;

	begin();
	pa = frame_of(&from, 2);
	EXPECT_EQ(vmo_supply(&v, 5, 1, &from, 2, &done), ST_OK);
	EXPECT_EQ(frame_of(&v, 5), pa);
	EXPECT_EQ(get(&from, 2), 0);
	put(&v, 5, 9);
	EXPECT_EQ(vmo_supply(&v, 4, 4, &from, 4, &done), ST_OK);
	EXPECT_EQ(done, 4);
	EXPECT_EQ(get(&v, 4), 104);
	EXPECT_EQ(get(&v, 5), 9); /* it was not missing: both keep theirs */
	EXPECT_EQ(get(&from, 5), 105);
	EXPECT_EQ(get(&v, 7), 107);
	EXPECT_EQ(pool->used[FRAME_PAGE], 8);
	EXPECT_EQ(vmo_decommit(&v, 4, 1), ST_OK); /* it is asked for again */
	expect_missing(&v, 4, &v, 4);
	end();
}

TEST(supply, copies_what_others_have_a_share_of_or_another_pool_pays_for)
{
	paddr_t pa;

	begin();
	REQUIRE(vmo_snapshot(&s, &from, pool, 0, 8, 0) == ST_OK);
	pa = frame_of(&from, 3);
	EXPECT_EQ(vmo_supply(&v, 0, 8, &from, 0, &done), ST_OK);
	EXPECT_EQ(done, 8);
	EXPECT(frame_of(&v, 3) != pa);
	EXPECT_EQ(get(&v, 3), 103);
	EXPECT_EQ(get(&from, 3), 103);
	EXPECT_EQ(get(&s, 3), 103);
	put(&v, 3, 1);
	EXPECT_EQ(get(&s, 3), 103);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	end();
}

/* Contiguous memory keeps its pages, and a clone what was promised to it. */
TEST(supply, copies_what_has_to_stay_where_it_is)
{
	begin();
	REQUIRE(vmo_init_fixed(&s, pool, 2, VMO_ANYWHERE, 1, PTE_NORMAL) == ST_OK);
	put(&s, 1, 201);
	EXPECT_EQ(vmo_supply(&v, 0, 2, &s, 0, &done), ST_OK);
	EXPECT_EQ(get(&v, 1), 201);
	put(&v, 1, 1);
	EXPECT_EQ(get(&s, 1), 201);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	REQUIRE(vmo_init(&s, pool, 2, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 2, VMO_RESERVE) == ST_OK);
	put(&t, 1, 202);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_supply(&v, 2, 2, &t, 0, &done), ST_OK);
	EXPECT_EQ(get(&v, 3), 202);
	put(&v, 3, 1);
	EXPECT_EQ(get(&t, 1), 202);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	end();
}

/* What is handed over is zero where it was, in mappings and for clones too. */
TEST(supply, takes_pages_away_from_mappings_and_clones)
{
	static struct mapping m;
	struct map_request r = {0, 8, 0, MAP_READ | MAP_WRITE};
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	begin();
	REQUIRE(vmo_clone(&c, &from, pool, 0, 8, 0) == ST_OK);
	EXPECT_EQ(get(&c, 1), 101);
	EXPECT_EQ(get(&c, 5), 105);
	EXPECT_EQ(vmo_supply(&v, 0, 1, &c, 0, &done), ST_BAD_STATE);
	EXPECT_EQ(vmo_supply(&v, 0, 1, &v, 1, &done), ST_BAD_STATE);
	REQUIRE(vspace_map(&world.space[0], &m, &from, &r) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 1, MAP_WRITE), ST_OK);
	fake_learn(world.space[0].root, 1);
	EXPECT_EQ(vmo_supply(&v, 5, 1, &from, 5, &done), ST_OK);
	world_check_translations();
	EXPECT_EQ(get(&c, 5), 0);
	EXPECT_EQ(vmo_supply(&v, 0, 2, &from, 0, &done), ST_OK);
	world_check_translations();
	EXPECT_EQ(get(&v, 1), 101);
	EXPECT_EQ(get(&c, 1), 0);
	EXPECT_EQ(vspace_fault(&world.space[0], 1, MAP_WRITE), ST_OK);
	EXPECT(fake_walk(world.space[0].root, 1, 1, &line) && line.pa == frame_of(&from, 1));
	EXPECT(line.pa != frame_of(&v, 1));
	EXPECT_EQ(unmap_part(&m, 0, 8, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	end();
}

/* A mapping faults until it is there, and then it is there for clones without a fault. */
TEST(supply, is_seen_at_once_through_tables_that_are_linked)
{
	static struct mapping m;
	struct map_request r = {0, 16, 0, MAP_READ};
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	begin();
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &c, &r) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 0, MAP_READ), ST_MISSING);
	EXPECT_EQ(vspace_fault(&world.space[0], 15, MAP_READ), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_supply(&v, 0, 1, &from, 0, &done), ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 0, MAP_READ), ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 1, MAP_READ), ST_MISSING);
	EXPECT(!fake_walk(world.space[0].root, 1, 1, &line));
	EXPECT_EQ(vmo_supply(&v, 1, 1, &from, 1, &done), ST_OK);
	EXPECT(fake_walk(world.space[0].root, 1, 1, &line) && line.pa == frame_of(&v, 1));
	EXPECT(!line.write);
	EXPECT_EQ(unmap_part(&m, 0, 16, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	end();
}

/* Whatever the frames that are left: a page is there as it should be, or still missing. */
TEST(supply, where_there_is_no_memory_changes_nothing)
{
	for (uint64_t frames = 0; frames < 16; frames++) {
		uint64_t held;
		paddr_t pa;
		status_t st;

		begin();
		REQUIRE(vmo_snapshot(&s, &from, pool, 0, 8, 0) == ST_OK); /* it is copied */
		put(&from, 7, 1);
		held = starve();
		pool_unreserve(pool, min_u64(held, frames));
		st = vmo_supply(&v, 6, 8, &from, 0, &done);
		EXPECT_EQ(st, done < 8 ? ST_NO_MEMORY : ST_OK);
		EXPECT(frames < 14 || done == 8);
		EXPECT(frames > 1 || done == 0);
		for (uint64_t p = 0; p < 8; p++) {
			if (p < done)
				EXPECT_EQ(get(&v, 6 + p), p < 7 ? 100 + p : 1);
			else
				EXPECT_EQ(vmo_look(&v, 6 + p, &pa), ST_MISSING);
			EXPECT_EQ(get(&s, p), 100 + p);
		}
		pool_unreserve(pool, held - min_u64(held, frames));
		EXPECT_EQ(vmo_close(&s), ST_OK);
		end();
	}
}

TEST(supply, stops_and_says_how_far_it_came)
{
	unsigned calls = 0;
	status_t st = ST_SHOULD_WAIT;

	begin();
	for (uint64_t all = 0; st == ST_SHOULD_WAIT; calls++, all += done) {
		REQUIRE(calls < 100);
		vm_work.left = 2;
		st = vmo_supply(&v, 2 + all, 8 - all, &from, all, &done);
		vm_work.left = UINT64_MAX;
	}
	EXPECT_EQ(st, ST_OK);
	EXPECT(calls > 2 && calls < 20);
	for (uint64_t p = 0; p < 8; p++)
		EXPECT_EQ(get(&v, 2 + p), 100 + p);
	end();
}

/* What nobody can supply any more is not zero: those who take over miss it for themselves. */
TEST(paged, stays_missing_in_children_when_it_goes)
{
	begin();
	REQUIRE(vmo_clone(&c, &v, pool, 3, 20, VMO_RESIZABLE) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 2, 6, 0) == ST_OK);
	EXPECT_EQ(vmo_supply(&v, 6, 1, &from, 1, &done), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(get(&c, 3), 101);
	EXPECT_EQ(get(&s, 1), 101);
	expect_missing(&c, 4, &c, 4);
	expect_missing(&s, 2, &c, 4);
	EXPECT_EQ(get(&c, 11), 0);
	EXPECT_EQ(get(&c, 19), 0);
	put(&c, 11, 5);
	EXPECT_EQ(vmo_resize(&c, 2), ST_OK);
	EXPECT_EQ(get(&s, 4), 0); /* its parent ends before */
	EXPECT_EQ(vmo_resize(&c, 14), ST_OK);
	EXPECT_EQ(get(&c, 11), 0);
	expect_missing(&c, 3, &c, 3);
	EXPECT_EQ(vmo_supply(&c, 0, 8, &from, 0, &done), ST_OK); /* by another */
	EXPECT_EQ(get(&c, 3), 103);
	EXPECT_EQ(get(&s, 1), 103);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(get(&s, 2), 104);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_init(&v, pool, 1, 0), ST_OK);
	end();
}

/* Its table at an edge, made for who takes over, though nothing behind it was ever there. */
TEST(paged, closes_middles_without_memory)
{
	uint64_t held;
	paddr_t pa;

	for (uint64_t window = 1; window < 14; window++) {
		begin();
		REQUIRE(vmo_clone(&c, &v, pool, 1, window, 0) == ST_OK);
		REQUIRE(vmo_clone(&s, &c, pool, 0, 14, 0) == ST_OK);
		REQUIRE(vmo_clone(&t, &c, pool, window / 2, 14, 0) == ST_OK);
		held = starve();
		EXPECT_EQ(vmo_look(&s, 0, &pa), ST_MISSING);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		EXPECT_EQ(vmo_look(&s, window - 1, &pa), ST_MISSING);
		EXPECT_EQ(vm_work.missing_page, window);
		EXPECT_EQ(get(&t, window), 0);
		EXPECT_EQ(vmo_supply(&v, window, 1, &from, 0, &done),
			done ? ST_OK : ST_NO_MEMORY);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		pool_unreserve(pool, held);
		if (done)
			EXPECT_EQ(get(&s, window - 1), 100);
		EXPECT_EQ(get(&s, window), 0);
		EXPECT_EQ(vmo_close(&s), ST_OK);
		EXPECT_EQ(vmo_close(&t), ST_OK);
		EXPECT_EQ(vmo_init(&v, pool, 1, 0), ST_OK);
		end();
	}
}

/* A transaction on what a pager keeps: what was not asked for stays missing behind it. */
TEST(paged, takes_what_a_clone_changed_by_merge)
{
	begin();
	EXPECT_EQ(vmo_supply(&v, 0, 2, &from, 0, &done), ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	put(&c, 1, 7);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	EXPECT_EQ(get(&v, 1), 7);
	EXPECT_EQ(get(&c, 1), 7);
	expect_missing(&c, 2, &v, 2);
	EXPECT_EQ(vmo_resize(&v, 1), ST_OK);
	EXPECT_EQ(get(&c, 1), 0);
	EXPECT_EQ(vmo_resize(&v, 14), ST_OK);
	expect_missing(&c, 1, &v, 1);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	end();
}
