/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* VMOs and mappings at the ends of what there is. */
#include "vmo_fixture.h"

TEST(vmo, nothing_is_something_too)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 0, 0) == ST_OK);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 0, 2, 0), ST_OK);
	EXPECT_EQ(vmo_clone(&s, &v, pool, VMO_MAX_COORDINATE, 0, VMO_RESIZABLE), ST_OK);
	EXPECT_EQ(vmo_resize(&s, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_clone(&t, &v, pool, VMO_MAX_COORDINATE - 1, 1, 0), ST_OK);
	put(&t, 0, 7);
	EXPECT_EQ(get(&t, 0), 7);
	EXPECT_EQ(get(&c, 1), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(reserve, costs_the_same_wherever_the_clone_stands)
{
	uint64_t at_start;

	world_init();
	REQUIRE(vmo_init(&v, pool, 32, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, VMO_RESERVE) == ST_OK);
	at_start = pool->reserved;
	EXPECT(at_start >= 5 && at_start <= 9); /* pages, a table, edges */
	REQUIRE(vmo_clone(&s, &v, pool, 16, 4, VMO_RESERVE) == ST_OK);
	EXPECT_EQ(pool->reserved, 2 * at_start);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(vspace, maps_up_to_its_last_page)
{
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v,
			  &(struct map_request){
				  WORLD_SPACE_PAGES - 4, 4, 0, MAP_READ | MAP_WRITE}),
		ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], WORLD_SPACE_PAGES - 1, MAP_WRITE), ST_OK);
	EXPECT_EQ(unmap_part(&m, WORLD_SPACE_PAGES - 4, 4, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* What there is already is there at once, in every block of a small mapping. */
TEST(vspace, enters_what_there_is_when_it_maps)
{
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 16, 0) == ST_OK);
	for (uint64_t p = 0; p < 16; p += 4)
		put(&v, p, p);
	EXPECT_EQ(
		vspace_map(&world.space[0], &m, &v, &(struct map_request){17, 15, 1, MAP_READ}),
		ST_OK);
	for (uint64_t p = 4; p < 16; p += 4)
		EXPECT(fake_walk(world.space[0].root, 1, 16 + p, &line));
	EXPECT_EQ(unmap_part(&m, 17, 15, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(slice, a_mapping_shows_nothing_beyond_its_slice)
{
	static struct mapping m;
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

static struct mapping code;

/* run: execute page `page` of a VMO mapped at 16; the machine then fetches all it can. */
static void run(uint64_t page)
{
	EXPECT_EQ(vspace_fault(&world.space[0], 16 + page, MAP_EXECUTE), ST_OK);
	fake_learn(world.space[0].root, world.space[0].asid);
}

static void map_code(struct vmo *vmo)
{
	REQUIRE(vspace_map(&world.space[0], &code, vmo,
			&(struct map_request){16, 4, 0, MAP_READ | MAP_EXECUTE}) == ST_OK);
}

static void unmap_code(void)
{
	struct mapping spare[2];
	bool gone;

	EXPECT_EQ(unmap_part(&code, 16, 4, spare, &gone), 0);
}

/* The fake machine checks that what it fetches was made fit to be fetched. */
TEST(code, is_fetched_as_it_was_written)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	map_code(&v);
	run(0);
	EXPECT(fake.frames[(pte_pa(v.root, 1) - FAKE_BASE) >> PAGE_BITS].code);
	put(&v, 1, 2); /* shows at once, through the link */
	fake_learn(world.space[0].root, 1);
	put(&v, 1, 3);
	fake_learn(world.space[0].root, 1);
	unmap_code();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(code, is_fetched_as_a_merge_left_it)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	map_code(&v);
	run(0);
	put(&c, 1, 2);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	run(1);
	unmap_code();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/* The clone's table is fit to be executed, and gets pages of its parent's that it had not seen. */
TEST(code, is_fetched_by_the_clone_as_its_merge_left_it)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 1, 2);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	put(&c, 0, 1);
	map_code(&c);
	run(0);
	put(&v, 2, 4);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	run(0);
	run(2);
	unmap_code();
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(code, is_fetched_as_a_closed_parent_left_it)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	put(&c, 0, 3);
	map_code(&c);
	run(0);
	put(&v, 2, 4);
	EXPECT_EQ(vmo_close(&v), ST_OK); /* its page 2 is entered in c's table */
	fake_learn(world.space[0].root, 1);
	run(2);
	unmap_code();
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/* A table with many pages that nobody executed yet is not linked before they are fit. */
TEST(code, is_entered_page_by_page_until_a_table_is_fit)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	REQUIRE(vmo_snapshot(&s, &v, pool, 0, 4, 0) == ST_OK);
	for (uint64_t p = 0; p < 4; p++) {
		put(&v, p, p);
		put(&s, p, p);
	}
	map_code(&v);
	for (uint64_t p = 0; p < 4; p++)
		run(p);
	unmap_code();
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(uncached, memory_is_flushed_when_it_comes_and_when_it_goes)
{
	static struct mapping m;
	struct mapping spare[2];
	uint64_t done;
	bool gone;

	world_init();
	REQUIRE(vmo_init_fixed(&v, pool, 2, VMO_ANYWHERE, 1, PTE_UNCACHED) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 2, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 17, MAP_WRITE), ST_OK);
	fake_learn(world.space[0].root, 1);
	EXPECT_EQ(unmap_part(&m, 16, 2, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	EXPECT_EQ(vmo_commit(&v, 0, 14, false, &done),
		ST_OK); /* the same frames, by cached names */
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(uncached, pages_that_come_are_in_no_cache_and_are_never_code)
{
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	vmo_set_memory(&v, PTE_UNCACHED);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){16, 4, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 16, MAP_READ), ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 17, MAP_WRITE), ST_OK);
	REQUIRE(fake_walk(world.space[0].root, 1, 17, &line));
	EXPECT(line.write && !line.execute);
	EXPECT(pte_is_uncached(tree_entry(&v, 1)));
	EXPECT(!fake.cached[(line.pa - FAKE_BASE) >> PAGE_BITS]);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 0, 4, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_decommit(&v, 1, 1), ST_BAD_STATE);
	EXPECT_EQ(unmap_part(&m, 16, 4, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	vmo_set_memory(&v, PTE_UNCACHED);
	vmo_set_memory(&v, PTE_NORMAL);
	put(&v, 1, 7);
	EXPECT(!pte_is_uncached(tree_entry(&v, 1)));
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Of a run that was begun, what is taken goes back by steps; a table that it needs may lack. */
TEST(fixed, that_was_begun_is_gone_on_with_or_closed)
{
	unsigned stops = 0;

	world_init();
	for (int round = 0; round < 2; round++) {
		vm_work.left = 2;
		REQUIRE(vmo_init_fixed(&v, pool, 14, VMO_ANYWHERE, 1, PTE_NORMAL) ==
			ST_SHOULD_WAIT);
		vm_work.left = UINT64_MAX;
		EXPECT_EQ(pool->used[FRAME_PAGE], 14);
		EXPECT_EQ(v.reached, 1);
		starve();
		EXPECT_EQ(vmo_fill(&v), ST_NO_MEMORY);
		EXPECT_EQ(v.reached, 4);
		pool_unreserve(pool, pool->reserved);
		if (round == 0) {
			EXPECT_EQ(vmo_fill(&v), ST_OK);
			put(&v, 13, 5);
			EXPECT_EQ(get(&v, 13), 5);
			EXPECT_EQ(vmo_close(&v), ST_OK);
			continue;
		}
		do
			vm_work.left = 1;
		while (vmo_close(&v) == ST_SHOULD_WAIT && ++stops < 100);
		vm_work.left = UINT64_MAX;
		EXPECT(stops > 4 && stops < 100);
	}
	finish();
}

TEST(fixed, is_not_found_where_there_are_only_holes)
{
	struct pool *holes = &world.other;

	world_other = 12;
	world_init();
	world_other = 0;
	REQUIRE(vmo_init(&v, holes, 8, 0) == ST_OK);
	for (uint64_t p = 0; p < 8; p++)
		put(&v, p, p);
	for (uint64_t p = 0; p < 8; p += 2)
		EXPECT_EQ(vmo_decommit(&v, p, 1), ST_OK);
	EXPECT_EQ(holes->free, 5);
	EXPECT_EQ(vmo_init_fixed(&s, holes, 3, VMO_ANYWHERE, 1, PTE_NORMAL), ST_NO_MEMORY);
	EXPECT_EQ(holes->free, 5);
	EXPECT_EQ(vmo_decommit(&v, 1, 1), ST_OK);
	EXPECT_EQ(vmo_fill(&s), ST_OK); /* it looks again */
	EXPECT_EQ(holes->free, 2);
	EXPECT_EQ(vmo_init_fixed(&t, holes, 1, PHYSICAL_LIMIT + PAGE_SIZE, 1, PTE_NORMAL),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_init_fixed(&t, holes, 2, PHYSICAL_LIMIT - PAGE_SIZE, 1, PTE_NORMAL),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_init_fixed(&t, holes, 1, VMO_ANYWHERE, 0, PTE_NORMAL), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(pool_fini(holes), ST_OK);
	finish();
}

/* More mappings than are flushed at once: they lose their way in before the page changes. */
TEST(vspace, nine_mappings_of_a_page_see_it_change)
{
	static struct mapping m[9];
	struct fake_line line;
	struct mapping spare[2];
	paddr_t old;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 1, 0) == ST_OK);
	put(&v, 0, 3);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 1, 0) == ST_OK);
	REQUIRE(vmo_look(&c, 0, &old) == ST_OK);
	for (uint64_t i = 0; i < 9; i++) {
		REQUIRE(vspace_map(&world.space[0], &m[i], &c,
				&(struct map_request){5 * i, 1, 0, MAP_READ}) == ST_OK);
		EXPECT_EQ(vspace_fault(&world.space[0], 5 * i, MAP_READ), ST_OK);
	}
	fake_learn(world.space[0].root, 1);
	put(&c, 0, 4);
	for (unsigned i = 0; i < fake.lines; i++)
		EXPECT(fake.line[i].level || fake.line[i].pa != old);
	for (uint64_t i = 0; i < 9; i++) {
		EXPECT_EQ(vspace_fault(&world.space[0], 5 * i, MAP_READ), ST_OK);
		REQUIRE(fake_walk(world.space[0].root, 1, 5 * i, &line));
		EXPECT(line.pa != old);
		EXPECT_EQ(unmap_part(&m[i], 5 * i, 1, spare, &gone), 0);
	}
	EXPECT_EQ(get(&v, 0), 3);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A page each, in tables of the space's own: swept by steps, then there is nothing left. */
TEST(vspace, is_emptied_by_steps)
{
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	uint64_t swept = 17;
	unsigned stops = 0;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 16, 0) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){17, 16, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	for (uint64_t p = 0; p < 16; p++)
		EXPECT_EQ(vspace_fault(&world.space[0], 17 + p, MAP_WRITE), ST_OK);
	EXPECT(pool->used[FRAME_TABLE] > 5 + WORLD_SPACES);
	m.rights = 0;
	for (vm_work.left = 2; swept < 33; stops++) {
		swept = vspace_sweep(&world.space[0], swept, 33, VSPACE_LEVELS, SWEEP_OUT);
		EXPECT(swept > 17);
		vm_work.left = 2;
	}
	vm_work.left = UINT64_MAX;
	EXPECT(stops >= 4);
	EXPECT(!fake_walk(world.space[0].root, 1, 20, &line));
	EXPECT_EQ(pool->used[FRAME_TABLE], 5 + WORLD_SPACES);
	EXPECT_EQ(unmap_part(&m, 17, 16, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Where a clone ended before it grew, it keeps tables: those are edges no more. */
TEST(edges, of_a_clone_that_grew_again_and_again)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 16, 0) == ST_OK);
	for (uint64_t p = 0; p < 16; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, pool, 2, 4, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(get(&c, 0), 2);
	put(&c, 3, 30);
	REQUIRE(vmo_resize(&c, 8) == ST_OK);
	put(&c, 7, 70);
	REQUIRE(vmo_resize(&c, 12) == ST_OK);
	held = starve();
	EXPECT_EQ(vmo_resize(&c, 13), ST_OK); /* nothing was taken since */
	EXPECT_EQ(get(&c, 12), 14);
	EXPECT_EQ(vmo_resize(&c, 14), ST_NO_MEMORY);
	EXPECT_EQ(c.reserve_cap, 3);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	for (uint64_t p = 0; p < 13; p++)
		EXPECT_EQ(get(&c, p), p == 3 || p == 7 ? 10 * p : p + 2);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/* Nothing stays for the edge where it saw its parent until it shrank: that is given back. */
TEST(edges, of_a_clone_that_shrank)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 16, 0) == ST_OK);
	for (uint64_t p = 0; p < 16; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 16, 0) == ST_OK);
	put(&s, 15, 150);
	REQUIRE(vmo_clone(&c, &s, pool, 1, 12, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK); /* c's own table, that 15 is not to be seen */
	EXPECT_EQ(c.limit, 13);
	EXPECT_EQ(c.reserve, 1);
	EXPECT_EQ(vmo_resize(&c, 5), ST_OK);
	EXPECT_EQ(c.reserve, 2);
	held = starve();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	for (uint64_t p = 0; p < 5; p++)
		EXPECT_EQ(get(&c, p), p + 1);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/*
 * v <- s <- t <- c: s sees less of v than t of s, t less than c of t: when both are gone, c
 * ends where it has nothing set aside, with pages of its own where it ended before.
 */
static void middles_go(uint64_t pages_before, bool look)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, pages_before, VMO_RESIZABLE) == ST_OK);
	put(&v, 4, 40);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 6, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &t, pool, 2, 12, 0) == ST_OK);
	if (look)
		EXPECT_EQ(get(&c, 2), 40);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	if (look)
		EXPECT_EQ(get(&c, 2), 40);
	for (uint64_t p = 1; p < 16; p += p == 2 ? 10 : 1)
		put(&t, p, p);
	EXPECT_EQ(get(&c, 0), 2);
	EXPECT_EQ(get(&c, 10), 12);
	put(&c, 11, 130);
	held = starve();
	EXPECT_EQ(vmo_close(&t), ST_OK);
	pool_unreserve(pool, held);
	REQUIRE(vmo_resize(&v, 16) == ST_OK);
	for (uint64_t p = 5; p < 8; p++)
		put(&v, p, p);
	held = starve();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&c, 0), 2);
	EXPECT_EQ(get(&c, 2), 40);
	EXPECT_EQ(get(&c, 3), 5);
	EXPECT_EQ(get(&c, 4), 0); /* s ended there */
	EXPECT_EQ(get(&c, 10), 12);
	EXPECT_EQ(get(&c, 11), 130);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(edges, are_left_to_the_children_when_a_middle_goes)
{
	middles_go(16, false);
	middles_go(16, true);
}

TEST(edges, are_left_to_the_children_of_a_parent_that_will_grow)
{
	middles_go(5, false);
	middles_go(5, true);
}

/* An edge is made where a family may have borrowed zeros of a block that lies across it. */
TEST(edges, are_made_where_nobody_holds_anything_borrowed)
{
	static struct vmo u;

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, VMO_RESIZABLE) == ST_OK);
	REQUIRE(vmo_slice(&u, &v, 0, 6) == ST_OK);
	REQUIRE(vmo_clone(&s, &u, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 16, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &t, pool, 2, 12, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&u), ST_OK);
	EXPECT_EQ(vmo_resize(&v, 4), ST_OK);
	EXPECT_EQ(get(&c, 3), 0); /* of the same table of zeros as s, that sees 6 pages */
	EXPECT_EQ(vmo_close(&s), ST_OK);
	put(&t, 5, 55);
	EXPECT_EQ(get(&c, 3), 55);
	EXPECT_EQ(vmo_resize(&v, 5), ST_OK);
	put(&v, 4, 44);
	EXPECT_EQ(get(&c, 2), 44);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}
