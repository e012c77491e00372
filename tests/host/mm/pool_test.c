/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mm/pool.h"

#include "fake.h"
#include "host_test.h"

static struct pool pool;
static struct pool_range range[3];

static paddr_t at(unsigned number)
{
	return FAKE_BASE + ((paddr_t)number << PAGE_BITS);
}

/* A Pool with frames 4..11 of the machine, frame 8 missing. */
static void setup(void)
{
	fake_reset();
	REQUIRE(pool_init(&pool) == ST_OK);
	EXPECT_EQ(pool_add(&pool, &range[0], at(4), 4), ST_OK);
	EXPECT_EQ(pool_add(&pool, &range[1], at(9), 3), ST_OK);
}

static void finish(void)
{
	EXPECT_EQ(pool_fini(&pool), ST_OK);
}

TEST(pool, counts_every_frame)
{
	paddr_t page, table;

	setup();
	EXPECT_EQ(pool.total, 7);
	EXPECT_EQ(pool.free, 7);
	page = pool_take(&pool, FRAME_PAGE);
	table = pool_take(&pool, FRAME_TABLE);
	EXPECT_EQ(pool.used[FRAME_PAGE], 1);
	EXPECT_EQ(pool.used[FRAME_TABLE], 1);
	EXPECT_EQ(pool.free, 5);
	EXPECT(frame_at(page)->pool == pool.id && frame_at(table)->state == FRAME_TABLE);
	EXPECT_EQ(pool_fini(&pool), ST_BAD_STATE);
	EXPECT(frame_put(page) && frame_put(table));
	EXPECT_EQ(pool.used[FRAME_PAGE] + pool.used[FRAME_TABLE], 0);
	finish();
	EXPECT_EQ(frame_at(page)->state, FRAME_ABSENT);
}

TEST(pool, refuses_frames_that_are_not_its_to_have)
{
	setup();
	EXPECT_EQ(pool_add(&pool, &range[2], at(7), 2), ST_INVALID_ARGS); /* one is taken */
	EXPECT_EQ(pool_add(&pool, &range[2], at(FAKE_FRAMES - 1), 2), ST_INVALID_ARGS);
	EXPECT_EQ(pool_add(&pool, &range[2], at(20) + 1, 1), ST_INVALID_ARGS);
	EXPECT_EQ(pool_add(&pool, &range[2], FAKE_BASE - PAGE_SIZE, 1), ST_INVALID_ARGS);
	EXPECT_EQ(pool.total, 7);
	EXPECT_EQ(pool_add(&pool, &range[2], at(20), 0), ST_OK);
	finish();
}

TEST(pool, keeps_what_it_promised)
{
	setup();
	EXPECT_EQ(pool_reserve(&pool, 5), ST_OK);
	EXPECT_EQ(pool_can_take(&pool), 2);
	EXPECT_EQ(pool_reserve(&pool, 3), ST_NO_MEMORY);
	EXPECT_EQ(pool_fini(&pool), ST_BAD_STATE);
	pool_unreserve(&pool, 5);
	EXPECT_ASSERT(pool_unreserve(&pool, 1));
	EXPECT_EQ(pool_reserve(&pool, UINT64_MAX), ST_NO_MEMORY);
	EXPECT_EQ(pool_reserve(&pool, 7), ST_OK);
	EXPECT_ASSERT((void)pool_take(&pool, FRAME_PAGE));
	pool_unreserve(&pool, 7);
	finish();
}

/* A run, step by step: at each stop the account is right. */
static status_t take_run(uint64_t count, uint64_t alignment, paddr_t *pa_out)
{
	struct pool_run run = {.count = (uint32_t)count, .alignment = alignment};
	uint64_t used = pool.used[FRAME_PAGE];
	status_t st;

	do {
		st = pool_run_step(&pool, &run);
		EXPECT_EQ(pool.used[FRAME_PAGE], used + run.taken);
		EXPECT_EQ(
			pool.free + pool.used[FRAME_PAGE] + pool.used[FRAME_TABLE], pool.total);
	} while (st == ST_SHOULD_WAIT);
	if (st == ST_OK)
		*pa_out = frame_pa(frame_number((uint32_t)run.first));
	while (st != ST_OK && pool_run_drop(&run))
		;
	return st;
}

TEST(pool, finds_runs_and_gives_them_back_page_by_page)
{
	paddr_t run, one;

	setup();
	EXPECT_EQ(take_run(5, 1, &run), ST_NO_MEMORY); /* 4 and 3 in a row */
	EXPECT_EQ(take_run(2, 2, &run), ST_OK);
	EXPECT((run >> PAGE_BITS) % 2 == 0);
	EXPECT_EQ(pool.used[FRAME_PAGE], 2);
	EXPECT_EQ(pool_reserve(&pool, 4), ST_OK);
	EXPECT_EQ(take_run(2, 1, &one), ST_NO_MEMORY); /* promised */
	pool_unreserve(&pool, 4);
	EXPECT_EQ(take_run(8, 1, &one), ST_NO_MEMORY);
	EXPECT(frame_put(run) && frame_put(run + PAGE_SIZE));
	EXPECT_EQ(pool.free, 7);
	finish();
}

TEST(pool, takes_a_run_only_where_every_frame_is_free)
{
	paddr_t taken, run;

	setup();
	EXPECT_EQ(take_run(3, 1, &run), ST_OK); /* a range to its end */
	EXPECT_EQ(run, at(9));
	EXPECT_EQ(take_run(4, 1, &taken), ST_OK);
	EXPECT_EQ(taken, at(4));
	EXPECT(frame_put(at(9)) && frame_put(at(11)));
	EXPECT_EQ(take_run(2, 1, &run), ST_NO_MEMORY); /* 10 is not */
	EXPECT(!frame_at(at(11))->refs && frame_put(at(10)));
	EXPECT_EQ(take_run(1, 1, &run), ST_OK);
	EXPECT_EQ(run, at(9));
	EXPECT(frame_put(run));
	EXPECT_EQ(take_run(3, 1, &run), ST_OK);
	EXPECT(frame_put(at(9)) && frame_put(at(10)));
	EXPECT_EQ(take_run(2, 1, &run), ST_OK); /* not 10 and 11 */
	EXPECT_EQ(run, at(9));
	for (unsigned i = 0; i < 3; i++)
		EXPECT(frame_put(at(9 + i)));
	for (unsigned i = 0; i < 4; i++)
		EXPECT(frame_put(at(4 + i)));
	finish();
}

TEST(pool, takes_a_run_of_the_first_frames_that_there_are)
{
	paddr_t run;

	setup();
	EXPECT_EQ(pool_add(&pool, &range[2], at(0), 4), ST_OK);
	EXPECT_EQ(take_run(4, 4, &run), ST_OK);
	EXPECT_EQ(run, at(0));
	for (unsigned i = 0; i < 4; i++)
		EXPECT(frame_put(at(i)));
	finish();
}

TEST(pool, takes_from_the_middle_of_its_list)
{
	paddr_t taken[7], run;

	setup();
	EXPECT_EQ(take_run(1, 2, &run), ST_OK);
	for (int i = 0; i < 6; i++)
		taken[i] = pool_take(&pool, FRAME_PAGE);
	EXPECT_EQ(pool.free, 0);
	for (int i = 0; i < 6; i++)
		EXPECT(taken[i] != run && frame_put(taken[i]));
	EXPECT(frame_put(run));
	finish();
}

TEST(pool, ends_at_the_last_identity)
{
	static struct pool many[POOLS_MAX];
	int made = 0;

	while (made < POOLS_MAX && pool_init(&many[made]) == ST_OK)
		made++;
	EXPECT_EQ(pool_init(&pool), ST_NO_RESOURCES);
	while (made--)
		EXPECT_EQ(pool_fini(&many[made]), ST_OK);
}

TEST(frame, counts_references_and_stops_at_none)
{
	paddr_t page;

	setup();
	page = pool_take(&pool, FRAME_PAGE);
	EXPECT(frame_is_sole(page));
	frame_get(page);
	EXPECT(!frame_is_sole(page) && !frame_put(page) && frame_put(page));
	frame_get(page); /* free: not counted */
	EXPECT(!frame_put(page) && frame_at(page)->refs == 0);
	finish();
}

TEST(frame, memory_outside_the_table_has_one_owner_for_ever)
{
	setup();
	EXPECT(frame_at(0x1000) == 0);
	frame_get(0x1000);
	EXPECT(!frame_put(0x1000) && !frame_is_sole(0x1000));
	finish();
}

TEST(frame, more_frames_than_references_can_count_are_refused)
{
	EXPECT(!frame_init(fake.frames, 0, FRAMES_MAX + 1));
}
