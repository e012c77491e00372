/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What the core promises, where it is hard to keep. */
#include "vmo_fixture.h"

static struct vmo w;

/*
 * walk_and_close: a walk under v rests on a child of c, or (`before`) on c itself, behind another
 * clone; c goes, at once or (`stops`) only its first child moves up before the walk goes on.
 */
static void walk_and_close(bool before, bool stops)
{
	static struct vmo u, x;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&u, &v, pool, 0, before ? 4 : 0, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &c, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&t, &c, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&w, &c, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_snapshot(&x, &v, pool, 0, 4, 0) == ST_OK);
	EXPECT_EQ(get(&s, 0) + get(&t, 0) + get(&w, 0), 3);
	vm_work.left = 0;
	EXPECT_EQ(vmo_own(&v, 0, &pa), ST_SHOULD_WAIT);
	EXPECT(v.walk.at == (before ? &c : &s));
	vm_work.left = stops ? 1 : UINT64_MAX;
	EXPECT_EQ(vmo_close(&c), stops ? ST_SHOULD_WAIT : ST_OK);
	vm_work.left = UINT64_MAX;
	put(&v, 0, 2);
	EXPECT_EQ(get(&s, 0), 2);
	EXPECT_EQ(get(&t, 0), 2);
	EXPECT_EQ(get(&w, 0), 2);
	EXPECT_EQ(get(&x, 0), 1);
	if (stops)
		EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&u), ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(vmo_close(&w), ST_OK);
	EXPECT_EQ(vmo_close(&x), ST_OK);
	finish();
}

TEST(walk, reaches_all_children_of_a_middle_that_goes)
{
	walk_and_close(false, false);
	walk_and_close(false, true);
	walk_and_close(true, false);
	walk_and_close(true, true);
}

static struct mapping many[9];

static void map_many(struct vmo *vmo, uint64_t page)
{
	for (uint64_t i = 0; i < 9; i++) {
		REQUIRE(vspace_map(&world.space[0], &many[i], vmo,
				&(struct map_request){5 * i + 1, 4, 0, MAP_READ}) == ST_OK);
		EXPECT_EQ(vspace_fault(&world.space[0], 5 * i + 1 + page, MAP_READ), ST_OK);
	}
	fake_learn(world.space[0].root, 1);
}

static void unmap_many(void)
{
	struct mapping spare[2];
	bool gone;

	for (uint64_t i = 0; i < 9; i++)
		EXPECT_EQ(unmap_part(&many[i], 5 * i + 1, 4, spare, &gone), 0);
}

/* nobody_has: no translation to it is left, neither in a TLB nor in a table. */
static void nobody_has(paddr_t pa)
{
	struct fake_line line;

	for (unsigned i = 0; i < fake.lines; i++)
		EXPECT(fake.line[i].level || fake.line[i].pa != pa);
	for (uint64_t page = 0; page < 48; page++)
		EXPECT(!fake_walk(world.space[0].root, 1, page, &line) || line.pa != pa);
}

/* two_share: c and w, clones of s, itself one of v, share the table of a middle that went. */
static void two_share(struct vmo *parent)
{
	REQUIRE(vmo_clone(&t, parent, pool, 0, 4, 0) == ST_OK);
	put(&t, 0, 100);
	REQUIRE(vmo_clone(&c, &t, pool, 0, 4, 0) == ST_OK);
	REQUIRE(vmo_clone(&w, &t, pool, 0, 4, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT(pte_pa(c.root, 1) == pte_pa(w.root, 1));
}

static struct vmo *first_watching(struct vmo *parent)
{
	return list_entry(parent->watching.next, struct vmo, sibling);
}

TEST(walk, that_one_owner_of_a_table_has_passed_reaches_the_other)
{
	struct vmo *first, *other;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	for (uint64_t p = 0; p < 4; p++)
		put(&v, p, p);
	two_share(&v);
	first = first_watching(&v);
	other = first == &c ? &w : &c;
	REQUIRE(vmo_look(&v, 2, &pa) == ST_OK);
	map_many(other, 2);
	vm_work.left = 0;
	EXPECT_EQ(vmo_decommit(&v, 2, 1), ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT(v.walk.at == other && pte_is_none(tree_entry(first, 2)));
	EXPECT_EQ(vmo_close(first), ST_OK);
	EXPECT_EQ(vmo_decommit(&v, 2, 1), ST_OK);
	nobody_has(pa);
	unmap_many();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(other), ST_OK);
	finish();
}

TEST(walk, reaches_those_that_a_closing_middle_has_still)
{
	struct vmo *moved, *other;
	paddr_t pa;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	for (uint64_t p = 0; p < 4; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 4, 0) == ST_OK);
	two_share(&s);
	EXPECT_EQ(vmo_decommit(&v, 3, 1), ST_OK);
	EXPECT(pte_is_none(s.root) && !s.is_watching);
	vm_work.left = 1;
	EXPECT_EQ(vmo_close(&s), ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	moved = c.parent == &v ? &c : &w;
	other = moved == &c ? &w : &c;
	EXPECT(moved->parent == &v && other->parent == &s);
	REQUIRE(vmo_look(moved, 2, &pa) == ST_OK);
	map_many(other, 2);
	EXPECT_EQ(vmo_decommit(&v, 2, 1), ST_OK);
	nobody_has(pa);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	unmap_many();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&w), ST_OK);
	finish();
}

/* What a look puts into a table that a sibling shares is not the clone's alone. */
TEST(edges, in_a_table_that_a_sibling_keeps)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 1, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 64, 0) == ST_OK);
	put(&s, 5, 5);
	put(&s, 61, 61);
	put(&s, 63, 63);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 62, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 62, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(c.reserve, 2); /* three tables where it ends */
	EXPECT_EQ(get(&c, 0), 1);
	EXPECT_EQ(vmo_decommit(&c, 0, 16), ST_OK);
	EXPECT_EQ(c.reserve, 2);
	held = starve();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&c, 0), 1);
	EXPECT_EQ(get(&c, 5), 0);
	EXPECT_EQ(get(&c, 61), 61);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(get(&t, 0), 1);
	EXPECT_EQ(get(&t, 5), 5);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

TEST(reserve, holds_where_a_look_put_a_table_into_a_shared_one)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 1, 0) == ST_OK);
	put(&v, 0, 1);
	REQUIRE(vmo_clone(&s, &v, pool, 0, 16, 0) == ST_OK);
	put(&s, 5, 5);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 16, VMO_RESERVE) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 16, 0) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(get(&c, 0), 1);
	held = starve();
	for (uint64_t p = 0; p < 16; p++)
		put(&c, p, p);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}

/* A clone that shrinks below where it ceased to see has its edge elsewhere. */
TEST(edges, of_a_clone_that_shrinks_below_its_limit)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	put(&v, 2, 2);
	put(&v, 18, 18);
	put(&v, 19, 19);
	put(&v, 49, 49);
	put(&v, 63, 63);
	REQUIRE(vmo_slice(&s, &v, 1, 49) == ST_OK);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 60, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(get(&c, 1), 2);
	EXPECT_EQ(get(&c, 48), 49);
	EXPECT_EQ(c.reserve, 0);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_resize(&c, 18), ST_OK);
	EXPECT_EQ(c.reserve, 2); /* those at its limit went */
	held = starve();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&c, 17), 18);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

TEST(reserve, holds_in_a_clone_that_shrinks_below_its_limit)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	put(&v, 2, 2);
	put(&v, 49, 49);
	put(&v, 63, 63);
	REQUIRE(vmo_slice(&s, &v, 1, 49) == ST_OK);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 60, VMO_RESIZABLE | VMO_RESERVE) == ST_OK);
	EXPECT_EQ(get(&c, 48), 49);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_resize(&c, 18), ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 18; p++)
		put(&c, p, p);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	finish();
}

/* A snapshot under way has pages of the clone already: its promise must hold meanwhile. */
TEST(reserve, holds_while_a_snapshot_is_taken)
{
	uint64_t held;
	status_t st;

	world_init();
	REQUIRE(vmo_init(&v, pool, 14, 0) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, pool, 0, 14, VMO_RESERVE) == ST_OK);
	for (uint64_t p = 0; p < 14; p++)
		put(&c, p, p + 100);
	vm_work.left = 30;
	st = vmo_snapshot(&s, &c, pool, 0, 14, 0);
	vm_work.left = UINT64_MAX;
	REQUIRE(st == ST_SHOULD_WAIT);
	held = starve();
	for (uint64_t p = 0; p < 14; p++)
		put(&c, p, p + 200);
	pool_unreserve(pool, held);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	finish();
}

/* A table that c made where it ended once, a snapshot keeps now. */
TEST(edges, that_a_snapshot_keeps)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 64, 0) == ST_OK);
	for (uint64_t p = 0; p < 64; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&t, &v, pool, 0, 18, 0) == ST_OK);
	REQUIRE(vmo_clone(&s, &t, pool, 0, 64, 0) == ST_OK);
	put(&s, 48, 480);
	put(&s, 50, 500);
	REQUIRE(vmo_clone(&c, &s, pool, 1, 49, VMO_RESIZABLE) == ST_OK);
	put(&s, 49, 490);
	EXPECT_EQ(get(&c, 1), 2);
	EXPECT_EQ(get(&c, 47), 480);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(c.reserve, 0);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	EXPECT_EQ(c.limit, 18);
	REQUIRE(vmo_snapshot(&w, &c, pool, 0, 50, 0) == ST_OK);
	EXPECT_EQ(vmo_resize(&c, 9), ST_OK);
	held = starve();
	EXPECT_EQ(vmo_close(&v), ST_OK);
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&c, 8), 9);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&w), ST_OK);
	finish();
}

/* A table that is taken over in pieces stands where a sibling shares what is above. */
TEST(reserve, holds_where_what_was_taken_over_is_taken_over_in_pieces)
{
	uint64_t held;

	world_init();
	REQUIRE(vmo_init(&v, pool, 4, 0) == ST_OK);
	for (uint64_t p = 0; p < 4; p++)
		put(&v, p, p);
	REQUIRE(vmo_clone(&s, &v, pool, 1, 15, 0) == ST_OK);
	put(&s, 4, 50);
	REQUIRE(vmo_clone(&c, &s, pool, 0, 15, VMO_RESERVE) == ST_OK);
	REQUIRE(vmo_clone(&t, &s, pool, 0, 15, VMO_RESERVE) == ST_OK);
	EXPECT_EQ(vmo_close(&s), ST_OK);
	EXPECT_EQ(vmo_close(&v), ST_OK);
	held = starve();
	for (uint64_t p = 0; p < 15; p++) {
		put(&c, p, p + 100);
		put(&t, p, p + 200);
	}
	pool_unreserve(pool, held);
	EXPECT_EQ(get(&c, 4), 104);
	EXPECT_EQ(vmo_close(&c), ST_OK);
	EXPECT_EQ(vmo_close(&t), ST_OK);
	finish();
}
