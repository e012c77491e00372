/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Deleting and revoking, each test with every amount of work from one step a call to all
 * at once, and with a walk after each call.
 */
#include "test.h"
#include "world.h"

static const int units[] = {1, 11, 25, WORK_PLENTY};

#define FOR_UNITS(u) for (int i_ = 0, u; i_ < 4 && (u = units[i_], true); i_++)

static struct slot *untyped;

/* Slot 1: an Untyped of 64 KiB. */
static void setup(void)
{
	world_reset();
	untyped = world_untyped(1, 0, 16);
}

static struct slot *cnode(unsigned index, unsigned radix)
{
	return world_make(untyped, OBJECT_CNODE, radix, index, 1);
}

static struct slot *endpoint(unsigned index)
{
	return world_make(untyped, OBJECT_ENDPOINT, 0, index, 1);
}

static void copy(struct slot *to, struct slot *from)
{
	REQUIRE(cap_copy(to, from, RIGHTS_ALL) == ST_OK);
}

static void move(struct slot *to, struct slot *from)
{
	REQUIRE(cap_move(to, from) == ST_OK);
}

TEST(delete, an_empty_slot_is_fine)
{
	struct work work = {1};

	setup();
	EXPECT_EQ(cap_delete(root(9), &work), ST_OK);
	EXPECT_EQ(walk(), 1);
}

TEST(delete, only_the_last_capability_takes_the_object_along)
{
	/* The three capabilities in every order. */
	for (unsigned order = 0; order < 6; order++) {
		unsigned first = order % 3,
			 second = order / 3 ? (first + 1) % 3 : (first + 2) % 3;

		setup();
		endpoint(2);
		copy(root(3), root(2));
		copy(root(4), order & 1 ? root(2) : root(3));
		endpoint(8); /* a neighbour on each side */
		delete_all(root(2 + first), 1);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 0);
		delete_all(root(2 + second), 1);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 0);
		delete_all(root(2 + (3 - first - second)), 1);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 1);
		EXPECT_EQ(walk(), 2);
	}
}

TEST(delete, children_move_up)
{
	setup();
	endpoint(2);
	copy(root(3), root(2));
	copy(root(4), root(3));
	delete_all(root(3), 1);
	EXPECT(parent_of(root(4)) == root(2));
	delete_all(root(1), 1); /* the Untyped: the rest are roots */
	EXPECT_EQ(walk(), 2);
	EXPECT(parent_of(root(2)) == NULL);
}

TEST(delete, a_finaliser_takes_its_time_and_the_capability_works_meanwhile)
{
	struct work work = {1};

	setup();
	endpoint(2);
	memset(cap_object(&root(2)->cap), 0, 32);
	world_finalise_steps = 3;
	EXPECT_EQ(cap_delete(root(2), &work), CAP_AGAIN);
	EXPECT_EQ(root(2)->cap.type, OBJECT_ENDPOINT);
	copy(root(3), root(2)); /* not the last any more */
	EXPECT_EQ(cap_delete(root(2), &work), ST_OK);
	EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 0);
	delete_all(root(3), 1);
	EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 1);
}

TEST(delete, a_full_cnode_is_emptied)
{
	FOR_UNITS(u)
	{
		setup();
		cnode(2, 5);
		endpoint(3);
		for (unsigned i = 0; i < 32; i++)
			copy(in(root(2), i), root(3));
		delete_all(root(2), u);
		EXPECT_EQ(walk(), 2);
		delete_all(root(3), u);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 1);
		EXPECT_EQ(untyped_free(untyped), BIT(16));
	}
}

TEST(delete, a_cnode_with_the_last_capabilities_of_everything)
{
	FOR_UNITS(u)
	{
		setup();
		cnode(2, 3);
		move(in(root(2), 7), endpoint(3));
		move(in(root(2), 0), endpoint(3));
		move(in(root(2), 3), world_make(untyped, OBJECT_THREAD, 0, 3, 1));
		move(in(in(root(2), 3), 0), endpoint(3));
		move(in(in(root(2), 3), 2), world_make(untyped, OBJECT_NOTIFICATION, 0, 3, 1));
		move(in(root(2), 4), world_make(untyped, OBJECT_UNTYPED, 8, 3, 1));
		world_finalise_steps = 0;
		delete_all(root(2), u);
		EXPECT_EQ(walk(), 1);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 3);
		EXPECT_EQ(events.finalised[OBJECT_NOTIFICATION], 1);
		EXPECT_EQ(events.finalised[OBJECT_THREAD], 1);
		EXPECT_EQ(untyped_free(untyped), BIT(16));
	}
}

TEST(delete, a_chain_of_cnodes_at_any_slot_needs_no_stack)
{
	for (unsigned at = 0; at < 4; at++)
		FOR_UNITS(u)
		{
			setup();
			cnode(2, 2);
			for (unsigned i = 3; i < 103; i++) {
				cnode(i, 2);
				move(in(root(i), at), root(i - 1));
			}
			delete_all(root(102), u);
			EXPECT_EQ(walk(), 1);
			EXPECT(!zombies_pending());
		}
}

TEST(delete, a_cnode_that_holds_itself_waits_for_its_untyped)
{
	for (unsigned at = 0; at < 4; at++)
		FOR_UNITS(u)
		{
			setup();
			cnode(2, 2);
			copy(in(root(2), at), root(2));
			copy(in(root(2), 3 - at), endpoint(3));
			delete_all(root(2), u); /* not the last: nobody can reach it now */
			EXPECT_EQ(walk(), 4);
			EXPECT_EQ(revoke_all(untyped, u), ST_OK);
			EXPECT_EQ(walk(), 1);
			EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 1);
		}
}

/* A ring of n CNodes, each with the next one's only capability at `at` and an endpoint.
 */
static void ring(unsigned n, unsigned at)
{
	setup();
	for (unsigned i = 0; i < n; i++)
		cnode(10 + i, 1);
	copy(root(9), root(10));
	for (unsigned i = 0; i < n; i++) {
		struct slot *keep = in(root(10 + (i + n - 1) % n), at);

		copy(keep, root(10 + i));
		if (slot_is_empty(in(root(10 + i), 1 - at)))
			move(in(root(10 + i), 1 - at), endpoint(3));
	}
	for (unsigned i = 0; i < n; i++)
		delete_all(root(10 + i), WORK_PLENTY);
}

TEST(delete, rings_of_cnodes_are_cleaned_by_revoke)
{
	for (unsigned n = 1; n < 6; n++)
		for (unsigned at = 0; at < 2; at++)
			FOR_UNITS(u)
			{
				ring(n, at);
				EXPECT_EQ(walk(), 2 * n + 2);
				delete_all(root(9), u);
				EXPECT_EQ(walk(), 2 * n + 1);
				EXPECT_EQ(revoke_all(untyped, u), ST_OK);
				EXPECT_EQ(walk(), 1);
				EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], n);
			}
}

TEST(delete, a_ring_over_two_untypeds_never_outlives_its_memory)
{
	for (unsigned at = 0; at < 4; at++)
		FOR_UNITS(u)
		{
			struct slot *other;

			setup();
			other = world_untyped(5, 1 << 16, 16);
			cnode(2, 1);
			world_make(other, OBJECT_CNODE, 1, 3, 1);
			copy(in(root(2), at & 1), root(3));
			copy(in(root(3), at >> 1), root(2));
			delete_all(root(3), u);
			delete_all(root(2), u);
			EXPECT_EQ(walk(), 4);
			EXPECT_EQ(revoke_all(at & 1 ? untyped : other, u), ST_OK);
			EXPECT_EQ(walk(), 2);
			EXPECT_EQ(untyped_free(other), BIT(16));
			EXPECT_EQ(untyped_free(untyped), BIT(16));
		}
}

TEST(delete, a_program_can_go_on_with_what_another_began)
{
	struct work work = {1};

	setup();
	cnode(2, 4);
	for (unsigned i = 0; i < 16; i++)
		move(in(root(2), i), endpoint(3));
	cnode(3, 4);
	move(in(root(3), 0), root(2));
	EXPECT_EQ(cap_delete(in(root(3), 0), &work), CAP_AGAIN); /* begun, and never resumed */
	walk();
	delete_all(root(3), 1); /* the CNode that the Zombie stands in */
	EXPECT_EQ(walk(), 1);
}

TEST(delete, deletions_begun_in_one_cnode_end_with_it_in_any_order)
{
	for (unsigned order = 0; order < 256; order++)
		FOR_UNITS(u)
		{
			setup();
			cnode(2, 2);
			world_finalise_steps = 5;
			for (unsigned i = 0; i < 4; i++) {
				cnode(3, 1);
				move(in(root(3), 0), endpoint(4));
				move(in(root(2), i), root(3));
			}
			for (unsigned i = 0; i < 8; i += 2) /* each once, some again */
				(void)!cap_delete(
					in(root(2), order >> i & 3), &(struct work){1});
			walk();
			delete_all(root(2), u);
			EXPECT_EQ(walk(), 1);
			EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 4);
		}
}

TEST(delete, what_a_dead_caller_left_is_collected)
{
	struct work work = {30}, plenty = {WORK_PLENTY};

	setup();
	cnode(2, 4);
	EXPECT_EQ(cap_delete(root(2), &(struct work){1}), ST_OK);
	EXPECT(slot_is_empty(root(2)));
	EXPECT(zombies_pending());
	EXPECT_EQ(walk(), 2);
	EXPECT_EQ(zombies_collect(&work), ST_OK);
	EXPECT_EQ(walk(), 1);
	EXPECT_EQ(zombies_collect(&plenty), ST_OK);
}

/* A thread of one program, while another's large CNode is on its way out, or its many. */
TEST(delete, waits_for_its_own_slot_and_not_for_what_others_left)
{
	FOR_UNITS(u)
	{
		unsigned calls = 0;

		setup();
		world_make(untyped, OBJECT_THREAD, 0, 9, 1);
		move(in(root(9), 0), endpoint(3));
		cnode(2, 9);
		EXPECT_EQ(cap_delete(root(2), &(struct work){40}), ST_OK);
		for (unsigned i = 0; i < 20; i++) {
			cnode(2, 1);
			move(in(root(2), 0), endpoint(3));
			world_finalise_steps = 0;
			while (cap_delete(root(2), &(struct work){1}) != ST_OK)
				walk();
		}
		EXPECT(zombies_pending());
		do
			calls++;
		while (cap_delete(root(9), &(struct work){u}) != ST_OK && calls < 100);
		EXPECT(slot_is_empty(root(9)));
		EXPECT(calls < 10);
		EXPECT(u > 1000 || zombies_pending());
		while (zombies_collect(&(struct work){u}) != ST_OK)
			walk();
		EXPECT_EQ(walk(), 1);
	}
}

/* Also one that was begun before, and behind which others have put theirs. */
TEST(delete, goes_on_with_its_own_before_what_came_since)
{
	unsigned calls = 0;

	setup();
	world_make(untyped, OBJECT_THREAD, 0, 9, 1);
	for (unsigned i = 0; i < 4; i++)
		move(in(root(9), i), endpoint(3));
	EXPECT_EQ(cap_delete(root(9), &(struct work){1}), CAP_AGAIN);
	for (unsigned i = 0; i < 30; i++) {
		cnode(20 + i, 4);
		move(in(root(20 + i), 0), endpoint(3));
		(void)!cap_delete(root(20 + i), &(struct work){1});
	}
	EXPECT(!slot_is_empty(root(9)));
	do
		calls++;
	while (cap_delete(root(9), &(struct work){1}) != ST_OK && calls < 100);
	EXPECT(calls < 8);
	while (zombies_collect(&(struct work){50}) != ST_OK)
		walk();
	EXPECT_EQ(walk(), 1);
}

/* Two that are at it by turns both come to an end. */
TEST(delete, two_by_turns_both_end)
{
	unsigned calls = 0;

	setup();
	for (unsigned i = 0; i < 2; i++) {
		cnode(2 + i, 3);
		for (unsigned k = 0; k < 8; k++) {
			cnode(9, 2);
			for (unsigned m = 0; m < 4; m++)
				move(in(root(9), m), endpoint(3 + i + 1));
			move(in(root(2 + i), k), root(9));
		}
	}
	while ((!slot_is_empty(root(2)) || !slot_is_empty(root(3))) && calls++ < 1000) {
		(void)!cap_delete(root(2), &(struct work){1});
		(void)!cap_delete(root(3), &(struct work){1});
		walk();
	}
	EXPECT(calls < 1000);
	while (zombies_collect(&(struct work){7}) != ST_OK)
		walk();
	EXPECT_EQ(walk(), 1);
}

TEST(revoke, takes_all_descendants_and_no_siblings)
{
	FOR_UNITS(u)
	{
		setup();
		endpoint(2);
		copy(root(3), root(2));
		copy(root(4), root(2));
		for (unsigned i = 0; i < 20; i++)
			copy(root(10 + i), root(i ? 10 + (i * 7) % i : 3));
		EXPECT_EQ(revoke_all(root(3), u), ST_OK);
		EXPECT_EQ(walk(), 4);
		EXPECT_EQ(revoke_all(root(2), u), ST_OK);
		EXPECT_EQ(walk(), 2);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 0);
		EXPECT_EQ(revoke_all(root(9), u), ST_BAD_HANDLE);
	}
}

TEST(revoke, of_an_untyped_takes_everything_that_was_made_of_it)
{
	FOR_UNITS(u)
	{
		struct slot *inner;

		setup();
		inner = world_make(untyped, OBJECT_UNTYPED, 12, 2, 1);
		world_make(inner, OBJECT_ENDPOINT, 0, 3, 5);
		world_make(inner, OBJECT_CNODE, 2, 8, 1);
		move(in(root(8), 1), root(4));
		copy(in(root(8), 2), root(5));
		copy(root(20), root(5));
		EXPECT_EQ(revoke_all(inner, u), ST_OK);
		EXPECT_EQ(walk(), 2);
		EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 5);
		EXPECT_EQ(untyped_free(inner), 4096);
	}
}

/* The Untyped's capability stands in a CNode that was made of it, its only one elsewhere.
 */
TEST(revoke, is_complete_even_when_its_own_cspace_goes)
{
	for (unsigned at = 0; at < 4; at++)
		for (unsigned where = 0; where < 4; where++)
			FOR_UNITS(u)
			{
				struct slot *thread;
				unsigned left;

				setup();
				cnode(2, 2);
				thread = world_make(untyped, OBJECT_THREAD, 0, 3, 1);
				world_make(untyped, OBJECT_ENDPOINT, 0, 10, 6);
				copy(in(root(2), 3 - at), root(12));
				move(in(thread, where), root(2));
				move(in(in(thread, where), at), untyped);
				untyped = in(in(thread, where), at);
				left = walk();
				EXPECT_EQ(left, 10);
				/* Begun anew, the look-up would fail when it is gone. */
				while (!slot_is_empty(untyped) &&
					untyped->cap.type == OBJECT_UNTYPED) {
					struct work work = {u};
					status_t st = cap_revoke(untyped, &work);

					walk();
					if (st == ST_OK)
						break;
					EXPECT_EQ(st, CAP_AGAIN);
				}
				while (zombies_pending()) {
					struct work work = {u};

					(void)!zombies_collect(&work);
					walk();
				}
				EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 6);
				EXPECT_EQ(walk(), 0);
			}
}

/* Deletions that were begun and given up stand between what is to be revoked. */
TEST(revoke, finds_what_stands_between_zombies)
{
	for (unsigned pattern = 0; pattern < 64; pattern++)
		FOR_UNITS(u)
		{
			unsigned left = 2;

			setup();
			world_finalise_steps = 3;
			for (unsigned i = 0; i < 6; i++)
				if (pattern >> i & 1) {
					cnode(10 + i, 1);
					move(in(root(10 + i), 0), endpoint(3));
				} else {
					endpoint(10 + i);
				}
			for (unsigned i = 0; i < 6; i++)
				if (pattern >> i & 1)
					(void)!cap_delete(root(10 + i), &(struct work){1});
			walk();
			for (struct work work = {u}; cap_revoke(untyped, &work) == CAP_AGAIN;
				work.left = u) {
				left = walk();
				EXPECT(left >= 1);
			}
			EXPECT_EQ(walk(), 1);
			EXPECT_EQ(events.finalised[OBJECT_ENDPOINT], 6);
		}
}

TEST(revoke, goes_on_where_it_stopped_however_many_zombies_there_are)
{
	struct work work = {1};
	unsigned calls = 0;

	setup();
	world_make(untyped, OBJECT_CNODE, 1, 10, 50);
	world_make(untyped, OBJECT_ENDPOINT, 0, 300, 1);
	world_make(untyped, OBJECT_CNODE, 1, 400, 50);
	for (; cap_revoke(untyped, &work) == CAP_AGAIN && calls < 10000; calls++) {
		walk();
		work.left = 1;
	}
	EXPECT_EQ(calls, 400);
	EXPECT_EQ(walk(), 1);
}

TEST(revoke, reaches_what_is_derived_from_counted_objects)
{
	FOR_UNITS(u)
	{
		struct slot *pool;
		struct cap vmo, clone;

		setup();
		pool = world_make(untyped, OBJECT_POOL, 0, 2, 1);
		memset(pa_to_va(WORLD_PA + (1 << 17)), 0, 4096);
		vmo = cap_make(OBJECT_VMO, 0, pa_to_va(WORLD_PA + (1 << 17)));
		clone = cap_make(OBJECT_VMO, 0, pa_to_va(WORLD_PA + (1 << 17) + 256));
		cap_insert(pool, root(3), vmo);
		copy(root(4), root(3));
		cap_insert(root(4), root(5), clone); /* between two of the same object */
		copy(root(6), root(4));
		copy(root(7), root(5));
		EXPECT_EQ(walk(), 7);
		delete_all(root(4), u);
		delete_all(root(3), u);
		EXPECT_EQ(events.finalised[OBJECT_VMO], 0);
		EXPECT(parent_of(root(5)) == pool && parent_of(root(6)) == pool);
		delete_all(root(6), u);
		EXPECT_EQ(events.finalised[OBJECT_VMO], 1);
		EXPECT_EQ(events.released[OBJECT_VMO], 1);
		EXPECT_EQ(revoke_all(pool, u), ST_OK);
		EXPECT_EQ(events.released[OBJECT_VMO], 2);
		EXPECT_EQ(walk(), 2);
	}
}

TEST(revoke, cnodes_of_many_slots_in_bounded_steps)
{
	struct work work;
	unsigned calls = 0;
	status_t st;

	world_reset_to(10, 64 << 20);
	untyped = world_untyped(1, 0, 25);
	cnode(2, 19); /* 16 MiB */
	cnode(3, 18);
	move(in(root(2), 0), endpoint(4));
	move(in(root(2), (1 << 19) - 1), root(3));
	do {
		work.left = WORK_DEFAULT;
		st = cap_revoke(untyped, &work);
		EXPECT(work.left > -100);
		calls++;
	} while (st == CAP_AGAIN);
	EXPECT_EQ(st, ST_OK);
	EXPECT_EQ(calls, 1573);
	EXPECT_EQ(walk(), 1);
}
