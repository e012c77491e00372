/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "test.h"
#include "world.h"

/*
 * Slot 1: the Untyped. Slot 2: CNode of 16, 3: of 256, 4: of 2. The root for look-ups is
 * slot 2 with a guard.
 */
static void setup(void)
{
	struct slot *untyped;

	world_reset();
	untyped = world_untyped(1, 0, 18);
	world_make(untyped, OBJECT_CNODE, 4, 2, 1);
	world_make(untyped, OBJECT_CNODE, 8, 3, 1);
	world_make(untyped, OBJECT_CNODE, 1, 4, 1);
	world_make(untyped, OBJECT_ENDPOINT, 0, 5, 1);
}

static void guard(unsigned index, word_t value, unsigned bits)
{
	root(index)->cap.data = guard_word(value, bits);
}

TEST(cspace, one_level_takes_all_bits)
{
	struct lookup l;

	setup();
	guard(2, 0, 60);
	l = cspace_find(&root(2)->cap, 9, 64);
	EXPECT_EQ(l.status, ST_OK);
	EXPECT(l.slot == in(root(2), 9));
	EXPECT_EQ(l.bits_left, 0);
	EXPECT_EQ(cspace_find_cap(&root(2)->cap, 9).status, ST_BAD_HANDLE);
	EXPECT_EQ(cap_copy(in(root(2), 9), root(5), 0), ST_OK);
	EXPECT(cspace_find_cap(&root(2)->cap, 9).slot == in(root(2), 9));
	EXPECT_EQ(cspace_find_cap(&root(2)->cap, 16).status, ST_NOT_FOUND);
	EXPECT_EQ(cspace_find_cap(&root(2)->cap, UINT64_MAX).status, ST_NOT_FOUND);
}

TEST(cspace, the_largest_guard_and_the_smallest_cnode)
{
	setup();
	guard(4, (UINT64_C(1) << 58) - 1, 63); /* a guard's upper bits can only be 0 */
	EXPECT(cspace_find(&root(4)->cap, (UINT64_C(1) << 59) - 1, 64).slot == in(root(4), 1));
	EXPECT(cspace_find(&root(4)->cap, (UINT64_C(1) << 59) - 2, 64).slot == in(root(4), 0));
	EXPECT_EQ(cspace_find(&root(4)->cap, UINT64_MAX, 64).status, ST_NOT_FOUND);
}

TEST(cspace, levels_nest_each_with_its_guard)
{
	struct lookup l;

	setup();
	guard(2, 0xabc, 12); /* 12 + 4, then 40 + 8 */
	guard(3, 0x77, 40);
	EXPECT_EQ(cap_move(in(root(2), 6), root(3)), ST_OK);
	l = cspace_find(&root(2)->cap, UINT64_C(0xabc6000000007742), 64);
	EXPECT_EQ(l.status, ST_OK);
	EXPECT(l.slot == in(in(root(2), 6), 0x42));
	l = cspace_find(&root(2)->cap, UINT64_C(0xabd6000000007742), 64);
	EXPECT_EQ(l.status, ST_NOT_FOUND);
	EXPECT_EQ(l.bits_left, 64);
	l = cspace_find(&root(2)->cap, UINT64_C(0xabc6000000007842), 64);
	EXPECT_EQ(l.status, ST_NOT_FOUND);
	EXPECT_EQ(l.bits_left, 48);
	l = cspace_find(&root(2)->cap, UINT64_C(0xabc7000000007742), 64);
	EXPECT_EQ(l.status, ST_BAD_HANDLE);
	EXPECT_EQ(l.bits_left, 48);
	EXPECT(l.slot == NULL);
}

TEST(cspace, a_depth_names_a_slot_on_the_way)
{
	setup();
	guard(2, 0, 0);
	EXPECT_EQ(cap_move(in(root(2), 6), root(3)), ST_OK);
	EXPECT(cspace_find(&root(2)->cap, 6, 4).slot == in(root(2), 6));
	EXPECT(cspace_find(&root(2)->cap, 0x642, 12).slot == in(in(root(2), 6), 0x42));
	EXPECT(cspace_find(&root(2)->cap, UINT64_C(0xffff642), 12).slot ==
		in(in(root(2), 6), 0x42)); /* bits above the depth do not matter */
	EXPECT_EQ(cspace_find(&root(2)->cap, 6, 3).status, ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_find(&root(2)->cap, 6, 0).status, ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_find(&root(2)->cap, 6, 65).status, ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_find(&root(2)->cap, 0x60, 8).status, ST_OUT_OF_RANGE);
}

TEST(cspace, bits_behind_what_is_no_cnode_are_refused)
{
	struct lookup l;

	setup();
	EXPECT_EQ(cap_copy(in(root(2), 6), root(5), 0), ST_OK);
	l = cspace_find(&root(2)->cap, 0x600, 12);
	EXPECT_EQ(l.status, ST_OUT_OF_RANGE);
	EXPECT_EQ(l.bits_left, 8);
	EXPECT_EQ(cspace_find(&root(5)->cap, 0, 64).status, ST_WRONG_TYPE);
	EXPECT_EQ(cspace_find(&root(9)->cap, 0, 64).status, ST_WRONG_TYPE);
}

TEST(cspace, a_cnode_that_names_itself_ends_with_the_bits)
{
	setup();
	EXPECT_EQ(cap_copy(in(root(4), 1), root(4), 0), ST_OK);
	EXPECT(cspace_find(&root(4)->cap, UINT64_MAX, 64).slot == in(root(4), 1));
	EXPECT(cspace_find_cap(&root(4)->cap, UINT64_MAX - 1).slot == NULL);
}

TEST(cspace, nothing_is_found_through_what_is_being_deleted)
{
	struct work work = {1};

	setup();
	guard(2, 0, 0);
	EXPECT_EQ(cap_move(in(root(2), 6), root(3)), ST_OK);
	EXPECT_EQ(cap_copy(in(in(root(2), 6), 0), root(5), 0), ST_OK);
	EXPECT_EQ(cap_delete(in(root(2), 6), &work), CAP_AGAIN);
	EXPECT_EQ(in(root(2), 6)->cap.type, OBJECT_ZOMBIE);
	EXPECT_EQ(cspace_find(&root(2)->cap, 0x642, 12).status, ST_BAD_HANDLE);
	EXPECT(cspace_find(&root(2)->cap, 6, 4).slot == in(root(2), 6));
	delete_all(in(root(2), 6), 1);
}

TEST(cspace, a_window_ends_with_its_cnode)
{
	struct slot *slots;

	setup();
	EXPECT_EQ(cspace_window(&root(2)->cap, 3, 13, &slots), ST_OK);
	EXPECT(slots == in(root(2), 3));
	EXPECT_EQ(cspace_window(&root(2)->cap, 16, 0, &slots), ST_OK);
	EXPECT_EQ(cspace_window(&root(2)->cap, 3, 14, &slots), ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_window(&root(2)->cap, 17, 0, &slots), ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_window(&root(2)->cap, UINT64_MAX, 2, &slots), ST_OUT_OF_RANGE);
	EXPECT_EQ(cspace_window(&root(5)->cap, 0, 1, &slots), ST_WRONG_TYPE);
}

/* The way that every call begins with, against the long one: guards and radices of all sorts. */
TEST(cspace, the_short_way_is_the_long_one)
{
	uint64_t seed = 7;

	world_reset();
	world_untyped(1, 0, 16);
	world_make(root(1), OBJECT_ENDPOINT, 0, 3, 1);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned radix = 1 + random_u32(&seed) % 10;
		unsigned bits = i % 3 ? 64 - radix : random_u32(&seed) % (65 - radix);
		word_t guard = bits > 8 ? random_u32(&seed) % 4 : 0;
		struct cap node =
			cap_make(i % 7 ? OBJECT_CNODE : OBJECT_ENDPOINT, radix, root(0));
		word_t cptr = (i % 5 ? guard : guard + 1) << radix |
			random_u32(&seed) % (1u << radix);
		struct slot *slot = NULL;
		struct lookup lookup;

		node.data = guard_word(guard, bits);
		lookup = cspace_find(&node, cptr, CPTR_BITS);
		if (cspace_find_direct(&node, cptr, &slot)) {
			EXPECT_EQ(lookup.status, ST_OK);
			EXPECT(lookup.slot == slot);
		} else {
			EXPECT(lookup.status != ST_OK || bits + radix != CPTR_BITS);
		}
		if (lookup.status == ST_OK && slot_is_empty(lookup.slot))
			lookup.status = ST_BAD_HANDLE;
		EXPECT_EQ(cspace_find_cap(&node, cptr).status, lookup.status);
	}
}
