/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What does not depend on the size of the tree: which slots an operation writes to, and
 * how many units of work deleting takes. (tests/model/count has the instructions.)
 */
#include <stdlib.h>

#include "test.h"
#include "world.h"

enum { SLOTS = 1 << 14, SIZES = 3 };

static const unsigned sizes[SIZES] = {2, 100, 15000};
static struct slot *copy_of_all;

/* A tree of `size` copies of an endpoint, bushy and deep; slots up to 9 stay free. */
static void setup(unsigned size)
{
	world_reset_to(14, 1 << 20);
	world_untyped(1, 0, 16);
	world_make(root(1), OBJECT_ENDPOINT, 0, 2, 1);
	for (unsigned i = 0; i < size; i++)
		REQUIRE(cap_copy(root(10 + i), i % 3 ? root(9 + i) : root(2), RIGHTS_ALL) ==
			ST_OK);
	free(copy_of_all);
	copy_of_all = malloc(SLOTS * sizeof(struct slot));
	REQUIRE(copy_of_all);
	memcpy(copy_of_all, root(0), SLOTS * sizeof(struct slot));
}

static unsigned written(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		count += memcmp(&copy_of_all[i], root(i), sizeof(struct slot)) != 0;
	memcpy(copy_of_all, root(0), SLOTS * sizeof(struct slot));
	return count;
}

TEST(cost, of_single_operations_does_not_grow_with_the_tree)
{
	for (unsigned i = 0; i < SIZES; i++) {
		struct work work = {WORK_PLENTY};

		setup(sizes[i]);
		EXPECT_EQ(cap_copy(root(3), root(2), RIGHTS_ALL), ST_OK);
		EXPECT_EQ(written(), 3); /* the copy, its source, who was first */
		EXPECT_EQ(cap_mint(root(4), root(2), RIGHTS_ALL, 7), ST_OK);
		EXPECT_EQ(written(), 3);
		EXPECT_EQ(cap_move(root(5), root(4)), ST_OK);
		EXPECT_EQ(written(), 4);
		EXPECT_EQ(cap_swap(root(5), root(2)), ST_OK);
		EXPECT(written() <= 8);
		EXPECT_EQ(cap_swap(root(5), root(2)), ST_OK);
		EXPECT(written() <= 8);
		EXPECT_EQ(cap_delete(root(5), &work), ST_OK);
		EXPECT_EQ(written(), 3);
		EXPECT_EQ(cap_delete(root(10), &work), ST_OK); /* with children */
		EXPECT(written() <= 5);
		EXPECT_EQ(work.left, WORK_PLENTY); /* nothing that would need to stop */
	}
}

TEST(cost, of_revoke_is_what_it_deletes_and_not_what_else_there_is)
{
	for (unsigned i = 0; i < SIZES; i++) {
		struct work work = {WORK_PLENTY};

		setup(sizes[i]);
		for (unsigned k = 0; k < 5; k++)
			REQUIRE(cap_copy(root(3 + k), k ? root(2 + k) : root(2), 0) == ST_OK);
		EXPECT_EQ(cap_revoke(root(3), &work), ST_OK);
		EXPECT_EQ(work.left, WORK_PLENTY - 4 * WORK_DELETE);
		EXPECT_EQ(cap_revoke(root(2), &work), ST_OK);
		EXPECT_EQ(work.left, WORK_PLENTY - (int)(5 + sizes[i]) * WORK_DELETE);
		EXPECT_EQ(walk(), 2);
	}
}

TEST(cost, no_call_runs_longer_than_its_work_and_a_step)
{
	struct work work = {WORK_DEFAULT};
	unsigned calls = 1;

	setup(15000);
	for (; cap_revoke(root(1), &work) == CAP_AGAIN; calls++) {
		EXPECT(work.left > -WORK_CLEAR_PAGE);
		work.left = WORK_DEFAULT;
	}
	EXPECT_EQ(calls, 301);
	EXPECT_EQ(walk(), 1);
}

TEST(cost, of_retype_does_not_grow_with_the_tree)
{
	for (unsigned i = 0; i < SIZES; i++) {
		struct retype request = {OBJECT_ENDPOINT, 0, 1, root(3)};
		struct work work = {WORK_PLENTY};

		setup(sizes[i]);
		EXPECT_EQ(untyped_retype(root(1), &request, &work), ST_OK);
		EXPECT_EQ(written(), 3);
		EXPECT_EQ(work.left, WORK_PLENTY);
	}
	free(copy_of_all);
	copy_of_all = NULL;
}
