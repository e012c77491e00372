/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "vmo_fixture.h"

TEST(slice, shares_pages_both_ways_and_counts_as_a_child)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 8, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_slice(&s, &v, 3, 6), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_slice(&s, &v, 9, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_slice(&s, &v, 2, 4), ST_OK);
	EXPECT_EQ(vmo_slice(&t, &s, 1, 2), ST_OK);
	EXPECT_EQ(v.children, 1);
	put(&v, 3, 33);
	EXPECT_EQ(get(&s, 1), 33);
	EXPECT_EQ(get(&t, 0), 33);
	put(&t, 1, 44);
	EXPECT_EQ(get(&v, 4), 44);
	EXPECT_EQ(vmo_resize(&v, 5), ST_BAD_STATE);
	EXPECT_EQ(vmo_resize(&v, 6), ST_OK);
	EXPECT_EQ(vmo_resize(&s, 6), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_decommit(&t, 0, 1), ST_OK);
	EXPECT_EQ(get(&v, 3), 0);
	EXPECT_EQ(vmo_close(&s), ST_OK); /* the middle: its slice moves up */
	EXPECT_EQ(v.children, 1);
	EXPECT_EQ(get(&t, 1), 44);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(v.children, 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(slice, closes_in_portions)
{
	static struct vmo many[5];

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	REQUIRE(vmo_slice(&s, &v, 0, 8) == ST_OK);
	for (int i = 0; i < 5; i++)
		REQUIRE(vmo_slice(&many[i], &s, 0, 1) == ST_OK);
	vm_work.left = 2;
	EXPECT_EQ(vmo_close(&s), ST_SHOULD_WAIT);
	vm_work.left = 10;
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(v.children, 5);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(vmo_close(&many[i]), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(slice, maps_and_clones_end_where_it_ends)
{
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, 0) == ST_OK);
	for (uint64_t p = 0; p < 8; p++)
		put(&v, p, p + 1);
	REQUIRE(vmo_slice(&s, &v, 0, 6) == ST_OK);
	REQUIRE(vspace_map(&world.space[0], &m, &s,
			&(struct map_request){16, 16, 0, MAP_READ}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 21, MAP_READ), ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 22, MAP_READ), ST_OUT_OF_RANGE);
	EXPECT(!fake_walk(world.space[0].root, 1, 22, &fake.line[0]));
	REQUIRE(vmo_clone(&c, &s, pool, 4, 4, 0) == ST_OK);
	EXPECT_EQ(get(&c, 1), 6);
	EXPECT_EQ(get(&c, 2), 0);
	REQUIRE(vmo_snapshot(&t, &s, pool, 4, 4, 0) == ST_OK);
	EXPECT_EQ(get(&t, 1), 6);
	EXPECT_EQ(get(&t, 2), 0);
	unmap_part(&m, 16, 16, spare, &gone);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(get(&c, 1), 6);
	EXPECT_EQ(get(&c, 2), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(reserve, a_write_cannot_run_out_of_memory)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p + 1);
	REQUIRE(vmo_clone(&c, &v, pool, 1, 13, VMO_RESERVE | VMO_RESIZABLE) == ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 13; p++) {
		EXPECT_EQ(get(&c, p), p + 2);
		put(&c, p, p + 100);
	}
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 13, 0), ST_NO_MEMORY);
	EXPECT_EQ(vmo_merge(&c), ST_NO_MEMORY);
	EXPECT_EQ(vmo_resize(&c, 20), ST_NO_MEMORY);
	EXPECT_EQ(vmo_decommit(&c, 0, 13), ST_OK);
	held += starve(); /* what came back is promised again */
	for (uint64_t p = 0; p < 13; p++)
		put(&c, p, p + 200);
	pool_unreserve(pool, held);
	REQUIRE(vmo_snapshot(&s, &c, pool, 0, 13, 0) == ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 13; p++)
		put(&c, p, p + 300);
	EXPECT_EQ(get(&s, 12), 212);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_merge(&c), ST_OK);
	EXPECT_EQ(get(&v, 13), 312);
	held = starve();
	for (uint64_t p = 0; p < 13; p++)
		put(&c, p, p + 400);
	EXPECT_EQ(get(&v, 13), 312);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	finish();
}

TEST(reserve, shrinks_with_its_clone)
{
	uint64_t small, held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	put(&v, 13, 1);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, VMO_RESERVE | VMO_RESIZABLE) == ST_OK);
	put(&c, 13, 2);
	put(&c, 1, 2);
	EXPECT_EQ(vmo_resize(&c, 3), ST_OK);
	small = pool->reserved;
	EXPECT(small <= 3 + 2 + 4); /* pages, tables of a tree that stays as high, edges */
	held = starve();
	for (uint64_t p = 0; p < 3; p++)
		put(&c, p, p + 100);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_resize(&c, 0), ST_OK);
	EXPECT(pool->reserved <= 4);
	EXPECT_EQ(vmo_resize(&c, 14), ST_OK);
	EXPECT(pool->reserved >= 14);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(pool->reserved, 14 + 4 + 1); /* no edges any more */
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(reserve, of_edges_goes_back_when_nobody_is_followed)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 8, VMO_RESIZABLE) == ST_OK);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 8, VMO_RESIZABLE) == ST_OK);
	put(&s, 2, 1);
	REQUIRE(vmo_clone(&c, &s, pool, 4, 4, 0) == ST_OK);
	REQUIRE(vmo_resize(&s, 4) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK); /* c saw nothing of v through it */
	EXPECT_EQ(c.parent, &v);
	EXPECT_EQ(pool->reserved, 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(reserve, is_refused_where_the_pool_cannot_promise)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	held = starve();
	pool_unreserve(pool, 10);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 0, 14, VMO_RESERVE), ST_NO_MEMORY);
	EXPECT_EQ(v.children, 0);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 0, 4, VMO_RESERVE), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	pool_unreserve(pool, held - 10);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(fixed, contiguous_pages_are_there_for_good)
{
	uint64_t done;
	paddr_t first, second;

	world_init();
	EXPECT_EQ(vmo_init_fixed(&v, pool, 0, VMO_ANYWHERE, 1, PTE_NORMAL), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_init_fixed(&v, pool, VMO_MAX_COORDINATE + 1, VMO_ANYWHERE, 1, PTE_NORMAL),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 5, VMO_ANYWHERE, 3, PTE_NORMAL), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 5, VMO_ANYWHERE, 4, PTE_NORMAL), ST_OK);
	EXPECT_EQ(vmo_own(&v, 0, &first), ST_OK);
	EXPECT_EQ(vmo_own(&v, 4, &second), ST_OK);
	EXPECT_EQ(second - first, 4 * PAGE_SIZE);
	EXPECT(first % (4 * PAGE_SIZE) == 0);
	EXPECT_EQ(vmo_decommit(&v, 0, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_resize(&v, 4), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_snapshot(&s, &v, pool, 0, 5, 0), ST_BAD_STATE);
	put(&v, 2, 7);
	EXPECT_EQ(vmo_commit(&v, 2, 1, true, &done), ST_OK);
	EXPECT_EQ(get(&v, 2), 0);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 5, 0) == ST_OK);
	put(&c, 1, 9);
	EXPECT_EQ(vmo_merge(&c), ST_BAD_STATE);
	EXPECT_EQ(get(&v, 1), 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	starve();
	EXPECT_EQ(vmo_init_fixed(&v, pool, 2, VMO_ANYWHERE, 1, PTE_NORMAL), ST_NO_MEMORY);
	pool_unreserve(pool, pool->reserved);
	finish();
}

/* Nobody counts who owns the boot archive's pages: two may, so nobody ever writes to one. */
TEST(fixed, what_clones_of_an_archive_write_when_it_goes_is_theirs_alone)
{
	const paddr_t pa = FAKE_BASE + ((FAKE_FRAMES - 2) << PAGE_BITS);
	const uint64_t value = 7;
	struct vmo_usage u;
	uint64_t at = 0;

	world_archive = 2;
	world_init();
	world_archive = 0;
	memcpy((char *)mmu_window(pa) + 8, &value, 8);
	REQUIRE(vmo_init_fixed(&v, pool, 2, pa, 1, PTE_NORMAL) == ST_OK);
	put(&v, 0, 6);
	EXPECT_EQ(*(uint64_t *)mmu_window(pa), 6);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 2, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 1, VMO_RESERVE) == ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_usage(&c, &at, &u), ST_OK);
	EXPECT_EQ(u.pages[0], 1);
	EXPECT_EQ(u.pages[1], 1);
	put(&c, 0, 8);
	EXPECT_EQ(get(&s, 0), 6);
	put(&s, 0, 9);
	EXPECT_EQ(get(&c, 0), 8);
	EXPECT_EQ(*(uint64_t *)mmu_window(pa), 6);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	finish();
}

TEST(fixed, device_memory_is_mapped_and_never_copied)
{
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	uint64_t done;
	bool gone;

	world_init();
	EXPECT_EQ(vmo_init_fixed(&v, pool, 4, 0x9000001, 1, PTE_DEVICE), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 0, 0x9000000, 1, PTE_DEVICE), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_init_fixed(&v, pool, 4, 0x9000000, 1, PTE_DEVICE), ST_OK);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 0, 4, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_commit(&v, 0, 1, false, &done), ST_BAD_STATE);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){4, 4, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(&world.space[0], 5, MAP_WRITE), ST_OK);
	REQUIRE(fake_walk(world.space[0].root, 1, 5, &line));
	EXPECT(line.write && !line.execute && line.pa == 0x9001000);
	unmap_part(&m, 4, 4, spare, &gone);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	starve();
	EXPECT_EQ(vmo_init_fixed(&v, pool, 4, 0x9000000, 1, PTE_DEVICE), ST_NO_MEMORY);
	pool_unreserve(pool, pool->reserved);
	finish();
}

static unsigned memory_of(uint64_t page)
{
	return tree_entry(&v, page).raw >> 6 & 3;
}

/* One that stopped: the rest is done before a page is shown again. */
TEST(fixed, device_memory_becomes_of_another_type_before_anyone_sees_it)
{
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	unsigned tries = 0;
	bool gone;

	world_init();
	REQUIRE(vmo_init_fixed(&v, pool, 11, 0x9000000, 1, PTE_DEVICE) == ST_OK);
	vmo_set_memory(&v, PTE_UNCACHED);
	EXPECT_EQ(v.memory, PTE_UNCACHED);
	REQUIRE(vspace_map(&world.space[0], &m, &v,
			&(struct map_request){4, 11, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT(!fake_walk(world.space[0].root, 1, 4, &line));
	do
		vm_work.left = 3;
	while (++tries < 9 && vspace_fault(&world.space[0], 5, MAP_READ) == ST_SHOULD_WAIT);
	EXPECT_EQ(tries, 3);
	for (uint64_t page = 0; page < 11; page++)
		EXPECT_EQ(memory_of(page), PTE_UNCACHED);
	REQUIRE(fake_walk(world.space[0].root, 1, 5, &line));
	EXPECT(line.write && !line.execute && line.pa == 0x9001000);
	unmap_part(&m, 4, 11, spare, &gone);
	/* Half of it, then changed once more: what counts is the last. */
	vmo_set_memory(&v, PTE_DEVICE);
	REQUIRE(vspace_map(&world.space[0], &m, &v, &(struct map_request){4, 1, 2, MAP_READ}) ==
		ST_OK);
	vm_work.left = 5;
	EXPECT_EQ(vspace_fault(&world.space[0], 4, MAP_READ), ST_SHOULD_WAIT);
	EXPECT_EQ(memory_of(5), PTE_DEVICE);
	EXPECT_EQ(memory_of(6), PTE_UNCACHED);
	EXPECT(!fake_walk(world.space[0].root, 1, 4, &line));
	unmap_part(&m, 4, 1, spare, &gone);
	vmo_set_memory(&v, PTE_STRONG);
	REQUIRE(vmo_slice(&s, &v, 5, 2) == ST_OK);
	EXPECT_EQ(s.memory, PTE_STRONG);
	REQUIRE(vspace_map(&world.space[0], &m, &s, &(struct map_request){4, 1, 0, MAP_READ}) ==
		ST_OK);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(vspace_fault(&world.space[0], 4, MAP_READ), ST_OK);
	for (uint64_t page = 0; page < 11; page++)
		EXPECT_EQ(memory_of(page), PTE_STRONG);
	unmap_part(&m, 4, 1, spare, &gone);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	vmo_set_memory(&v, PTE_DEVICE); /* nobody ever looks */
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(vmo, refuses_what_no_tree_can_hold)
{
	world_init();
	EXPECT_EQ(vmo_init(&v, pool, VMO_MAX_COORDINATE + 1, 0), ST_OUT_OF_RANGE);
	REQUIRE(vmo_init(&v, pool, VMO_MAX_COORDINATE, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_clone(&c, &v, pool, UINT64_MAX, 1, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 1, VMO_MAX_COORDINATE, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_clone(&c, &v, pool, 1, UINT64_MAX, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_snapshot(&c, &v, pool, 2, VMO_MAX_COORDINATE - 1, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_resize(&v, VMO_MAX_COORDINATE + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_decommit(&v, VMO_MAX_COORDINATE, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_decommit(&v, 1, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_decommit(&v, 3, 0), ST_OK);
	EXPECT_EQ(vmo_merge(&v), ST_BAD_STATE);
	EXPECT_EQ(v.children, 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* usage: in portions of one step; how many there were. */
static unsigned usage(const struct vmo *vmo, struct vmo_usage *out)
{
	uint64_t at = 0;
	unsigned stops = 0;

	vm_work.left = 1;
	for (; vmo_usage(vmo, &at, out) == ST_SHOULD_WAIT; stops++)
		vm_work.left = 1;
	vm_work.left = UINT64_MAX;
	return stops;
}

TEST(vmo, usage_adds_up_to_what_the_pool_gave)
{
	struct vmo_usage a, b;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p += 2)
		put(&v, p, p);
	EXPECT_EQ(usage(&v, &a) > 0, true);
	EXPECT_EQ(a.pages[0], pool->used[FRAME_PAGE]);
	EXPECT_EQ(a.tables[0], pool->used[FRAME_TABLE] - WORLD_SPACES);
	REQUIRE(vmo_snapshot(&s, &v, pool, 0, 14, 0) == ST_OK);
	put(&s, 0, 9);
	usage(&v, &a);
	usage(&s, &b);
	EXPECT_EQ(a.pages[1], b.pages[1]);
	EXPECT_EQ(a.pages[0], 1);
	EXPECT_EQ(b.pages[0], 1);
	EXPECT_EQ(a.pages[0] + b.pages[0] + a.pages[1], pool->used[FRAME_PAGE]);
	EXPECT_EQ(a.tables[0] + b.tables[0] + a.tables[1],
		pool->used[FRAME_TABLE] - WORLD_SPACES);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, 0) == ST_OK);
	usage(&c, &b);
	EXPECT_EQ(b.borrowed, 1);
	EXPECT_EQ(b.pages[0] + b.pages[1] + b.tables[0], 0);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	finish();
}

TEST(vspace, refuses_ranges_and_rights_that_make_no_sense)
{
	static struct mapping m, n;
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v, &(struct map_request){0, 0, 0, MAP_READ}),
		ST_INVALID_ARGS);
	EXPECT_EQ(
		vspace_map(&world.space[0], &m, &v, &(struct map_request){0, 1, 0, MAP_WRITE}),
		ST_INVALID_ARGS);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v,
			  &(struct map_request){WORLD_SPACE_PAGES, 1, 0, MAP_READ}),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v,
			  &(struct map_request){1, WORLD_SPACE_PAGES, 0, MAP_READ}),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v,
			  &(struct map_request){1, 1, UINT64_MAX, MAP_READ}),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_map(&world.space[0], &m, &v,
			  &(struct map_request){0, 1, 0, MAP_READ | MAP_WRITE | MAP_EXECUTE}),
		ST_INVALID_ARGS);
	REQUIRE(vmo_clone(&c, &v, pool, 1, 1, 0) == ST_OK); /* its coordinates begin at 1 */
	EXPECT_EQ(vspace_map(&world.space[0], &m, &c,
			  &(struct map_request){1, 1, UINT64_MAX, MAP_READ}),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(
		vspace_map(&world.space[0], &m, &v, &(struct map_request){1, 2, 0, 0}), ST_OK);
	EXPECT_EQ(vspace_map(&world.space[0], &n, &v, &(struct map_request){2, 2, 0, MAP_READ}),
		ST_ALREADY_EXISTS);
	EXPECT_EQ(vspace_fault(&world.space[0], 1, MAP_READ), ST_ACCESS_DENIED);
	EXPECT_EQ(vspace_fault(&world.space[0], 3, MAP_READ), ST_NOT_FOUND);
	EXPECT_EQ(vspace_fini(&world.space[0]), ST_BAD_STATE);
	EXPECT_EQ(protect_part(&m, 1, 2, MAP_READ, spare), 0);
	EXPECT_EQ(vspace_fault(&world.space[0], 1, MAP_READ), ST_OK);
	EXPECT_EQ(unmap_part(&m, 1, 2, spare, &gone), 0);
	EXPECT(gone);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	starve();
	EXPECT_EQ(vspace_init(&world.space[1], pool, 9), ST_NO_MEMORY);
	pool_unreserve(pool, pool->reserved);
	finish();
}

/* Two mappings in one block of addresses: neither may show through the other's table. */
TEST(vspace, links_a_block_only_while_it_is_alone_there)
{
	static struct mapping m, n;
	struct vspace *space = &world.space[0];
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	REQUIRE(vmo_init(&t, pool, 1, 0) == ST_OK);
	put(&v, 2, 22);
	put(&v, 3, 33);
	put(&t, 0, 99);
	REQUIRE(vmo_snapshot(&c, &v, pool, 2, 2, 0) == ST_OK);
	REQUIRE(vspace_map(space, &n, &t, &(struct map_request){16, 1, 0, MAP_READ}) == ST_OK);
	REQUIRE(vspace_map(space, &m, &c,
			&(struct map_request){18, 2, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(space, 18, MAP_READ), ST_OK);
	EXPECT_EQ(vspace_fault(space, 16, MAP_READ), ST_OK);
	REQUIRE(fake_walk(space->root, 1, 16, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 99);
	REQUIRE(fake_walk(space->root, 1, 18, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 22);
	EXPECT(!fake_walk(space->root, 1, 17, &line));
	/* Alone, the block becomes a link; the table that held its pages goes back. */
	EXPECT_EQ(unmap_part(&n, 16, 1, spare, &gone), 0);
	vspace_sweep(space, 19, 20, 0, SWEEP_OUT);
	EXPECT(!fake_walk(space->root, 1, 19, &line));
	EXPECT_EQ(vspace_fault(space, 19, MAP_WRITE), ST_OK);
	REQUIRE(fake_walk(space->root, 1, 18, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 22);
	EXPECT_EQ(pool->used[FRAME_TABLE], WORLD_SPACES + 3); /* v's, c's, one of the space */
	/* Not alone any more: pages again. */
	REQUIRE(vspace_map(space, &n, &t, &(struct map_request){16, 2, 0, MAP_READ}) == ST_OK);
	EXPECT_EQ(vspace_fault(space, 18, MAP_WRITE), ST_OK);
	EXPECT_EQ(vspace_fault(space, 16, MAP_READ), ST_OK);
	EXPECT_EQ(vspace_fault(space, 17, MAP_READ), ST_OUT_OF_RANGE);
	EXPECT(!fake_walk(space->root, 1, 17, &line));
	EXPECT_EQ(pool->used[FRAME_TABLE], WORLD_SPACES + 4);
	unmap_part(&n, 16, 2, spare, &gone);
	unmap_part(&m, 18, 2, spare, &gone);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(slice, of_device_memory_is_device_memory)
{
	uint64_t done;

	world_init();
	REQUIRE(vmo_init_fixed(&v, pool, 4, 0x9000000, 1, PTE_DEVICE) == ST_OK);
	REQUIRE(vmo_slice(&s, &v, 1, 2) == ST_OK);
	EXPECT_EQ(vmo_commit(&s, 0, 1, false, &done), ST_BAD_STATE);
	EXPECT_EQ(vmo_clone(&c, &s, pool, 0, 1, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

static void fill(struct vmo *vmo, uint64_t pages)
{
	for (uint64_t p = 0; p < pages; p++)
		put(vmo, p, p + 1);
}

/* close_part: a close that stops again and again until `at` is reached. */
static void close_part(struct vmo *vmo, uint64_t at)
{
	status_t st;

	do {
		vm_work.left = 1;
		st = vmo_close(vmo);
	} while (st == ST_SHOULD_WAIT && vmo->reached < at);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_SHOULD_WAIT);
}

TEST(close, that_stops_begins_again_with_another_child)
{
	struct vmo *other;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	fill(&v, 14);
	REQUIRE(vmo_clone(&c, &v, pool, 1, 13, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &v, pool, 1, 13, 0) == ST_OK);
	close_part(&v, 8);
	other = v.adopt_child == &c ? &t : &c;
	EXPECT_EQ(vmo_close(v.adopt_child), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	for (uint64_t p = 0; p < 13; p++)
		EXPECT_EQ(get(other, p), p + 2);
	EXPECT_EQ(vmo_close(other), ST_OK);
	finish();
}

TEST(close, that_stops_gives_again_what_the_child_lost_meanwhile)
{
	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	fill(&v, 14);
	REQUIRE(vmo_clone(&c, &v, pool, 1, 13, 0) == ST_OK);
	put(&c, 2, 99);
	close_part(&v, 8);
	EXPECT_EQ(vmo_decommit(&c, 0, 1), ST_OK);
	EXPECT_EQ(get(&c, 0), 2);
	EXPECT_EQ(vmo_merge(&c), ST_BAD_STATE);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(get(&c, 0), 2);
	EXPECT_EQ(get(&c, 2), 99);
	EXPECT_EQ(pool->used[FRAME_PAGE], 13);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(look, that_stopped_does_not_go_on_past_a_page_that_came)
{
	uint64_t held;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 5, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 5, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 0, 5, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 5, 0) == ST_OK);
	vm_work.left = 2;
	EXPECT_EQ(vmo_look(&t, 0, &pa), ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	put(&s, 0, 42);
	EXPECT_EQ(vmo_decommit(&v, 0, 5), ST_OK);
	held = starve();
	EXPECT_EQ(get(&t, 0), 42);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&t, 0), 42);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

/* Two siblings share a table of zeros; what one has dropped the other's clone must too. */
TEST(family, a_drop_in_a_shared_table_reaches_both_sides)
{
	static struct vmo p, d, up[2];

	for (int other = 0; other < 2; other++) {
		world_init();
		REQUIRE(vmo_init(&v, pool, 12, VMO_RESIZABLE) == ST_OK);
		fill(&v, 12);
		REQUIRE(vmo_clone(&p, &v, pool, 0, 16, 0) == ST_OK);
		put(&p, 0, 88);
		REQUIRE(vmo_clone(&up[0], &p, pool, 0, 16, 0) == ST_OK);
		REQUIRE(vmo_clone(&up[1], &p, pool, 0, 16, 0) == ST_OK);
		EXPECT_EQ(get(&up[0], 8) + get(&up[1], 8), 18);
		EXPECT_EQ(vmo_close(&p), ST_OK);
		EXPECT_EQ(get(&up[0], 13) + get(&up[1], 13), 0);
		REQUIRE(vmo_clone(&d, &up[other], pool, 1, 13, 0) == ST_OK);
		EXPECT_EQ(get(&d, 12), 0);
		EXPECT_EQ(vmo_resize(&v, 13), ST_OK);
		EXPECT_EQ(vmo_close(&up[!other]), ST_OK);
		put(&up[other], 13, 777);
		EXPECT_EQ(get(&d, 12), 777);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		EXPECT_EQ(vmo_close(&up[other]), ST_OK);
		EXPECT_EQ(vmo_close(&d), ST_OK);
		finish();
	}
}

TEST(resize, that_finds_no_memory_leaves_the_size_and_the_parent_can_close)
{
	for (int other = 0; other < 2; other++) {
		struct vmo *x = other ? &s : &t;
		uint64_t held;

		world_init();
		REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
		REQUIRE(vmo_clone(&c, &v, pool, 0, 10, 0) == ST_OK);
		put(&c, 9, 9);
		put(&c, 1, 1);
		REQUIRE(vmo_clone(&s, &c, pool, 0, 14, VMO_RESIZABLE) == ST_OK);
		REQUIRE(vmo_clone(&t, &c, pool, 0, 14, VMO_RESIZABLE) == ST_OK);
		EXPECT_EQ(vmo_close(&c), ST_OK);
		put(x, 0, 5);
		held = starve();
		EXPECT_EQ(vmo_resize(x, 9), ST_NO_MEMORY); /* inside of what both own */
		EXPECT_EQ(x->pages, 14);
		EXPECT_EQ(vmo_close(&v), ST_OK);
		EXPECT_EQ(get(x, 9), 9);
		pool_unreserve(pool, held);
		EXPECT_EQ(vmo_close(&s), ST_OK);
		EXPECT_EQ(vmo_close(&t), ST_OK);
		finish();
	}
}

TEST(snapshot, ends_the_shrink_of_an_ancestor_first)
{
	static const uint64_t want[] = {1, 2, 3, 0, 0, 0, 0, 0};

	world_init();
	REQUIRE(vmo_init(&v, pool, 8, VMO_RESIZABLE) == ST_OK);
	fill(&v, 8);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 8, 0) == ST_OK);
	vm_work.left = 1;
	EXPECT_EQ(vmo_resize(&v, 3), ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	REQUIRE(vmo_snapshot(&s, &c, pool, 0, 8, 0) == ST_OK);
	for (uint64_t p = 0; p < 8; p++)
		EXPECT_EQ(get(&s, p), want[p]);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	finish();
}

TEST(snapshot, of_a_clone_of_contiguous_memory_is_refused)
{
	world_init();
	REQUIRE(vmo_init_fixed(&v, pool, 4, VMO_ANYWHERE, 1, PTE_NORMAL) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 0, 4, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

TEST(reserve, is_renewed_by_the_snapshot_of_a_clone_and_taken_back_when_that_is_refused)
{
	uint64_t held, before;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, VMO_RESERVE) == ST_OK);
	fill(&c, 4);
	REQUIRE(vmo_clone(&t, &c, pool, 1, 3, 0) == ST_OK);
	held = starve();
	before = c.reserve;
	EXPECT_EQ(vmo_snapshot(&s, &t, pool, 0, 3, 0), ST_NO_MEMORY);
	pool_unreserve(pool, c.reserve_cap - before);
	held -= c.reserve_cap - before;
	EXPECT_EQ(vmo_snapshot(&s, &c, pool, 1, 3, 0), ST_NO_MEMORY);
	EXPECT_EQ(c.reserve, before);
	pool_unreserve(pool, held);
	REQUIRE(vmo_snapshot(&s, &t, pool, 0, 3, 0) == ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 4; p++)
		put(&c, p, p + 10);
	EXPECT_EQ(get(&s, 0), 2);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	finish();
}

/* A page that is the VMO's alone again is opened in place: the TLB still has it closed. */
TEST(vspace, a_write_fault_flushes_what_refused_the_write)
{
	static struct mapping m;
	struct vspace *space = &world.space[0];
	struct mapping spare[2];
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	put(&v, 1, 1);
	REQUIRE(vmo_snapshot(&s, &v, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vspace_map(space, &m, &v,
			&(struct map_request){16, 4, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	EXPECT_EQ(vspace_fault(space, 17, MAP_WRITE), ST_OK);
	EXPECT_EQ(vspace_fault(space, 16, MAP_READ), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	fake_learn(space->root, 1);
	EXPECT_EQ(vspace_fault(space, 16, MAP_WRITE), ST_OK);
	for (unsigned i = 0; i < fake.lines; i++)
		EXPECT(fake.line[i].level || fake.line[i].page != 16 || fake.line[i].write);
	EXPECT_EQ(unmap_part(&m, 16, 4, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* Dropping what four clones borrowed is more than one step. */
TEST(vmo, a_walk_among_clones_stops_when_out_of_work)
{
	static struct vmo clone[4];
	unsigned stops = 0;
	status_t st;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	for (unsigned i = 0; i < 4; i++) {
		REQUIRE(vmo_clone(&clone[i], &v, pool, 0, 4, 0) == ST_OK);
		EXPECT_EQ(get(&clone[i], 0), 1);
	}
	do {
		vm_work.left = 1;
		st = vmo_decommit(&v, 0, 1);
		stops += st == ST_SHOULD_WAIT;
	} while (st == ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_OK);
	EXPECT(stops >= 1 && stops <= 4);
	for (unsigned i = 0; i < 4; i++) {
		EXPECT_EQ(get(&clone[i], 0), 0);
		EXPECT_EQ(vmo_close(&clone[i]), ST_OK);
	}
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* At the lowest addresses: a mapping that ends within a block does not get all of it. */
TEST(vspace, shares_a_block_at_its_first_addresses)
{
	static struct mapping m, n;
	struct vspace *space = &world.space[0];
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	world_init();
	REQUIRE(vmo_init(&v, pool, 6, 0) == ST_OK);
	REQUIRE(vmo_init(&c, pool, 2, 0) == ST_OK);
	put(&v, 2, 2);
	put(&v, 4, 4);
	put(&c, 0, 6);
	REQUIRE(vspace_map(space, &m, &v,
			&(struct map_request){2, 4, 2, MAP_READ | MAP_WRITE}) == ST_OK);
	REQUIRE(vspace_map(space, &n, &c, &(struct map_request){6, 2, 0, MAP_READ}) == ST_OK);
	EXPECT_EQ(vspace_fault(space, 4, MAP_WRITE), ST_OK);
	EXPECT_EQ(vspace_fault(space, 6, MAP_READ), ST_OK);
	REQUIRE(fake_walk(space->root, 1, 6, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 6);
	EXPECT_EQ(vspace_fault(space, 4, MAP_WRITE), ST_OK);
	REQUIRE(fake_walk(space->root, 1, 6, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 6);
	REQUIRE(fake_walk(space->root, 1, 4, &line));
	EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), 4);
	EXPECT_EQ(unmap_part(&m, 2, 4, spare, &gone), 0);
	EXPECT_EQ(unmap_part(&n, 6, 2, spare, &gone), 0);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}
