/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "host_test.h"
#include "world.h"

enum { SEND = RIGHT_WRITE, RECEIVE = RIGHT_READ };

/* An Untyped in slot 1, an endpoint in 2, a CNode of 16 slots in 3. */
static void setup(void)
{
	struct slot *untyped;

	world_reset();
	untyped = world_untyped(1, 0, 16);
	world_make(untyped, OBJECT_ENDPOINT, 0, 2, 1);
	world_make(untyped, OBJECT_CNODE, 4, 3, 1);
	walk();
}

TEST(cap, a_first_capability_has_every_right_of_its_type)
{
	setup();
	EXPECT_EQ(root(2)->cap.rights,
		RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_GRANT_REPLY);
	EXPECT_EQ(root(2)->cap.size_bits, 5);
	EXPECT_EQ(root(2)->cap.data, 0);
	EXPECT(parent_of(root(2)) == root(1));
}

TEST(cap, copies_are_children_with_fewer_rights)
{
	setup();
	EXPECT_EQ(cap_copy(root(10), root(2), SEND | RIGHT_EXECUTE), ST_OK);
	EXPECT_EQ(root(10)->cap.rights, SEND);
	EXPECT_EQ(cap_copy(root(11), root(10), RIGHTS_ALL), ST_OK);
	EXPECT_EQ(root(11)->cap.rights, SEND);
	EXPECT_EQ(walk(), 5);
	EXPECT(parent_of(root(11)) == root(10) && parent_of(root(10)) == root(2));
	EXPECT(cap_is_same(&root(11)->cap, &root(2)->cap));
}

TEST(cap, copy_refuses_and_changes_nothing)
{
	setup();
	EXPECT_EQ(cap_copy(root(10), root(9), RIGHTS_ALL), ST_BAD_HANDLE);
	EXPECT_EQ(cap_copy(root(3), root(2), RIGHTS_ALL), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_copy(root(2), root(2), RIGHTS_ALL), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_copy(root(10), root(1), RIGHTS_ALL), ST_BAD_STATE); /* has children */
	cap_insert(NULL, root(8), (struct cap){.type = OBJECT_IRQ_CONTROL});
	EXPECT_EQ(cap_copy(root(10), root(8), RIGHTS_ALL), ST_NOT_SUPPORTED);
	EXPECT_EQ(cap_mint(root(10), root(8), RIGHTS_ALL, 0), ST_NOT_SUPPORTED);
	EXPECT(slot_is_empty(root(10)));
	EXPECT_EQ(walk(), 4);
}

TEST(cap, a_badge_is_set_once_and_inherited)
{
	setup();
	EXPECT_EQ(cap_mint(root(10), root(2), SEND, 7), ST_OK);
	EXPECT_EQ(root(10)->cap.data, 7);
	EXPECT_EQ(cap_mint(root(11), root(10), SEND, 8), ST_BAD_STATE);
	EXPECT_EQ(cap_mint(root(11), root(10), SEND, 7), ST_BAD_STATE);
	EXPECT_EQ(cap_mint(root(11), root(10), SEND, 0), ST_OK);
	EXPECT_EQ(root(11)->cap.data, 7);
	EXPECT_EQ(cap_copy(root(12), root(11), SEND), ST_OK);
	EXPECT_EQ(root(12)->cap.data, 7);
	EXPECT_EQ(cap_mint(root(13), root(2), SEND, UINT64_MAX), ST_OK);
	EXPECT_EQ(root(13)->cap.data, UINT64_MAX);
	EXPECT_EQ(walk(), 7);
	EXPECT_EQ(cap_mint(root(14), root(1), SEND, 7), ST_BAD_STATE);
	world_untyped(20, 1 << 16, 12);
	EXPECT_EQ(cap_mint(root(14), root(20), SEND, 7), ST_INVALID_ARGS);
	EXPECT(slot_is_empty(root(14)));
}

TEST(cap, mint_of_a_cnode_sets_a_guard_that_must_fit)
{
	setup();
	EXPECT_EQ(cap_mint(root(10), root(3), 0, guard_word(5, 3)), ST_OK);
	EXPECT_EQ(root(10)->cap.data, guard_word(5, 3));
	EXPECT_EQ(cap_copy(root(11), root(10), 0), ST_OK);
	EXPECT_EQ(root(11)->cap.data, guard_word(5, 3));
	EXPECT_EQ(cap_mint(root(12), root(10), 0, 0), ST_OK);
	EXPECT_EQ(root(12)->cap.data, 0);
	EXPECT_EQ(cap_mint(root(13), root(3), 0, guard_word(0, 60)), ST_OK);
	EXPECT_EQ(cap_mint(root(14), root(3), 0, guard_word(0, 61)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(root(14), root(3), 0, guard_word(8, 3)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(root(14), root(3), 0, guard_word(1, 0)), ST_INVALID_ARGS);
	EXPECT(slot_is_empty(root(14)));
	walk();
}

TEST(cap, moves_and_refuses_to)
{
	setup();
	EXPECT_EQ(cap_copy(root(10), root(2), SEND), ST_OK);
	EXPECT_EQ(cap_move(in(root(3), 5), root(2)), ST_OK);
	EXPECT_EQ(walk(), 4);
	EXPECT(parent_of(root(10)) == in(root(3), 5));
	EXPECT_EQ(cap_move(root(2), root(2)), ST_BAD_HANDLE);
	EXPECT_EQ(cap_move(root(10), root(10)), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_move(root(1), root(10)), ST_ALREADY_EXISTS);
	EXPECT_EQ(walk(), 4);
}

TEST(cap, mutate_moves_a_cnode_and_gives_it_a_guard)
{
	setup();
	EXPECT_EQ(cap_mutate(root(10), root(3), guard_word(1, 1)), ST_OK);
	EXPECT_EQ(root(10)->cap.data, guard_word(1, 1));
	EXPECT(slot_is_empty(root(3)));
	EXPECT_EQ(cap_mutate(root(3), root(10), guard_word(2, 1)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mutate(root(3), root(2), guard_word(0, 1)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mutate(root(3), root(3), 0), ST_BAD_HANDLE);
	EXPECT_EQ(cap_mutate(root(2), root(10), 0), ST_ALREADY_EXISTS);
	EXPECT_EQ(walk(), 3);
}

TEST(cap, swap_takes_one_empty_slot_but_not_two)
{
	setup();
	EXPECT_EQ(cap_swap(root(2), root(3)), ST_OK);
	EXPECT_EQ(root(2)->cap.type, OBJECT_CNODE);
	EXPECT_EQ(cap_swap(root(2), root(10)), ST_OK);
	EXPECT_EQ(root(10)->cap.type, OBJECT_CNODE);
	EXPECT_EQ(cap_swap(root(2), root(10)), ST_OK);
	EXPECT_EQ(cap_swap(root(11), root(10)), ST_BAD_HANDLE);
	EXPECT_EQ(cap_swap(root(1), root(3)), ST_OK); /* parent with child */
	EXPECT_EQ(walk(), 3);
	EXPECT(parent_of(root(1)) == root(3));
}

TEST(cap, rotate_moves_two_in_one_step)
{
	struct rotation r;

	setup();
	r = (struct rotation){root(10), root(3), root(2), guard_word(1, 2), 0};
	EXPECT_EQ(cap_rotate(&r), ST_OK);
	EXPECT_EQ(root(10)->cap.type, OBJECT_CNODE);
	EXPECT_EQ(root(10)->cap.data, guard_word(1, 2));
	EXPECT_EQ(root(3)->cap.type, OBJECT_ENDPOINT);
	EXPECT(slot_is_empty(root(2)));
	walk();
	r = (struct rotation){root(3), root(10), root(3), 0, 0};
	EXPECT_EQ(cap_rotate(&r), ST_OK);
	EXPECT_EQ(root(3)->cap.type, OBJECT_CNODE);
	EXPECT_EQ(root(10)->cap.type, OBJECT_ENDPOINT);
	EXPECT_EQ(walk(), 3);
}

static status_t rotate(unsigned to, unsigned pivot, unsigned source, uint64_t a, uint64_t b)
{
	struct rotation r = {root(to), root(pivot), root(source), a, b};

	return cap_rotate(&r);
}

TEST(cap, rotate_refuses)
{
	setup();
	EXPECT_EQ(rotate(10, 2, 2, 0, 0), ST_INVALID_ARGS);
	EXPECT_EQ(rotate(2, 2, 3, 0, 0), ST_INVALID_ARGS);
	EXPECT_EQ(rotate(10, 11, 3, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(rotate(10, 2, 11, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(rotate(1, 2, 3, 0, 0), ST_ALREADY_EXISTS);
	EXPECT_EQ(rotate(10, 2, 3, guard_word(0, 1), 0), ST_INVALID_ARGS);
	EXPECT_EQ(rotate(10, 3, 2, 0, guard_word(0, 1)), ST_INVALID_ARGS);
	EXPECT_EQ(rotate(10, 2, 3, 0, guard_word(2, 1)), ST_INVALID_ARGS);
	EXPECT_EQ(walk(), 3);
}

TEST(cap, nothing_is_done_with_a_capability_that_is_being_deleted)
{
	struct work work = {1};

	setup();
	EXPECT_EQ(cap_copy(in(root(3), 0), root(2), 0), ST_OK);
	EXPECT_EQ(cap_delete(root(3), &work), CAP_AGAIN);
	EXPECT_EQ(root(3)->cap.type, OBJECT_ZOMBIE);
	EXPECT_EQ(cap_copy(root(10), root(3), 0), ST_BAD_STATE);
	EXPECT_EQ(cap_mint(root(10), root(3), 0, 0), ST_BAD_STATE);
	EXPECT_EQ(cap_move(root(10), root(3)), ST_BAD_STATE);
	EXPECT_EQ(cap_mutate(root(10), root(3), 0), ST_BAD_STATE);
	EXPECT_EQ(cap_swap(root(10), root(3)), ST_BAD_STATE);
	EXPECT_EQ(cap_swap(root(3), root(2)), ST_BAD_STATE);
	EXPECT_EQ(rotate(10, 3, 2, 0, 0), ST_BAD_STATE);
	EXPECT_EQ(rotate(10, 2, 3, 0, 0), ST_BAD_STATE);
	EXPECT_EQ(revoke_all(root(3), 1), ST_BAD_HANDLE);
	walk();
	delete_all(root(3), 1);
	EXPECT_EQ(walk(), 2);
}

TEST(cap, counted_objects_know_their_capabilities)
{
	setup();
	world_make(root(1), OBJECT_POOL, 0, 10, 1);
	EXPECT_EQ(cap_copy(root(11), root(10), 0), ST_OK);
	EXPECT_EQ(*(uint32_t *)cap_object(&root(10)->cap), 2);
	walk();
	delete_all(root(10), 1);
	EXPECT_EQ(events.finalised[OBJECT_POOL], 0);
	delete_all(root(11), 1);
	EXPECT_EQ(events.finalised[OBJECT_POOL], 1);
}

TEST(cap, insert_into_a_full_slot_asserts)
{
	setup();
	EXPECT_ASSERT(cap_insert(NULL, root(2), root(3)->cap));
}
