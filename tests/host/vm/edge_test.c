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
	EXPECT_EQ(vspace_unmap(&m, WORLD_SPACE_PAGES - 4, 4, spare, &gone), 0);
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
	EXPECT_EQ(vspace_unmap(&m, 17, 15, spare, &gone), 0);
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
