/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "test.h"
#include "world.h"

/* A slot with some capability, so that the walk takes it for one. */
static struct slot *node(unsigned index, struct slot *parent)
{
	cap_insert(
		parent, root(index), (struct cap){.type = OBJECT_IRQ_CONTROL, .object = index});
	walk();
	return root(index);
}

TEST(tour, a_root_is_a_circle_of_its_own)
{
	struct slot *a;

	world_reset();
	a = node(0, NULL);
	EXPECT(!tour_has_children(a));
	EXPECT(tour_last_child(a) == NULL && tour_first_child(a) == NULL);
	EXPECT(tour_check(a, 2));
	cap_clear(a);
	EXPECT(slot_is_empty(a));
	EXPECT_EQ(walk(), 0);
}

TEST(tour, a_child_goes_first_and_a_removed_parent_leaves_its_children_in_its_place)
{
	struct slot *a, *b, *c, *d;

	world_reset();
	a = node(0, NULL);
	b = node(1, a);
	c = node(2, a);
	d = node(3, b);
	EXPECT(tour_first_child(a) == c && tour_last_child(a) == b);
	EXPECT(parent_of(d) == b && parent_of(b) == a && parent_of(a) == NULL);
	EXPECT(descends_from(d, a) && !descends_from(d, c) && !descends_from(a, d));
	cap_clear(b);
	walk();
	EXPECT(parent_of(d) == a);
	EXPECT(tour_last_child(a) == d);
	cap_clear(a); /* two roots in one circle */
	EXPECT_EQ(walk(), 2);
	EXPECT(parent_of(c) == NULL && parent_of(d) == NULL);
	cap_clear(c);
	cap_clear(d);
	EXPECT_EQ(walk(), 0);
}

/* All trees of four: node n's parent is any before it. */
static void build(unsigned shape)
{
	world_reset();
	node(0, NULL);
	node(1, root(0));
	node(2, root(shape % 2));
	node(3, root(shape / 2 % 3));
}

TEST(tour, moves_keep_the_place_in_every_tree_of_four)
{
	for (unsigned shape = 0; shape < 6; shape++)
		for (unsigned n = 0; n < 4; n++) {
			struct slot *parent;

			build(shape);
			parent = parent_of(root(n));
			EXPECT_EQ(cap_move(root(9), root(n)), ST_OK);
			EXPECT_EQ(walk(), 4);
			EXPECT(slot_is_empty(root(n)));
			EXPECT(parent_of(root(9)) == parent);
			EXPECT_EQ(cap_move(root(n), root(9)), ST_OK);
			walk();
			EXPECT(parent_of(root(n)) == parent);
		}
}

TEST(tour, swaps_exchange_places_in_every_tree_of_four)
{
	for (unsigned shape = 0; shape < 6; shape++)
		for (unsigned n = 0; n < 16; n++) {
			struct slot *a = root(n / 4), *b = root(n % 4), *of_a, *of_b;
			uint32_t tag = a->cap.object;

			build(shape);
			of_a = parent_of(a);
			of_b = parent_of(b);
			EXPECT_EQ(cap_swap(a, b), ST_OK);
			EXPECT_EQ(walk(), 4);
			EXPECT_EQ(a->cap.object, (unsigned)(b - root(0)));
			EXPECT(parent_of(b) == (of_a == b && a != b ? a : of_a));
			EXPECT(parent_of(a) == (of_b == a && a != b ? b : of_b));
			(void)tag;
		}
}

TEST(tour, the_check_sees_a_torn_link)
{
	struct slot *a, *b;

	world_reset();
	a = node(0, NULL);
	b = node(1, a);
	EXPECT(tour_check(a, 4));
	EXPECT(!tour_check(a, 3));
	b->open.prev = link_close(a);
	EXPECT(!tour_check(a, 4));
	b->open.prev = link_open(a);
	EXPECT(tour_check(b, 4));
	EXPECT(walk_quiet() == NULL);
	b->open.prev = link_open(b);
	EXPECT(walk_quiet() != NULL);
	b->open.prev = link_open(a);
}
