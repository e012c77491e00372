/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Slots: what each call on them does, and every way in which it refuses. */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/thread.h"
#include "objects.h"

enum { RIGHTS_ENDPOINT = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_GRANT_REPLY };

static unsigned rights_of(cptr_t cap)
{
	return cap_info_rights(cap_info(cap));
}

/* Each call with a wrong name at one of its ends, the other being right. */
typedef status_t (*call_on_place)(struct cap_place place);

static cptr_t good, good_empty; /* a capability, an empty slot */

static status_t copy_from(struct cap_place place)
{
	return cap_copy_at(cap_at(good_empty), place, RIGHTS_ALL);
}

static status_t copy_to(struct cap_place place)
{
	return cap_copy_at(place, cap_at(good), RIGHTS_ALL);
}

static status_t mint_from(struct cap_place place)
{
	return cap_mint_at(cap_at(good_empty), place, RIGHTS_ALL, 1);
}

static status_t mint_to(struct cap_place place)
{
	return cap_mint_at(place, cap_at(good), RIGHTS_ALL, 1);
}

static status_t move_from(struct cap_place place)
{
	return cap_move_at(cap_at(good_empty), place);
}

static status_t move_to(struct cap_place place)
{
	return cap_move_at(place, cap_at(good));
}

static status_t mutate_from(struct cap_place place)
{
	return cap_mutate_at(cap_at(good_empty), place, 0);
}

static status_t mutate_to(struct cap_place place)
{
	return cap_mutate_at(place, cap_at(good), 0);
}

static status_t swap_first(struct cap_place place)
{
	return cap_swap_at(place, cap_at(good));
}

static status_t swap_second(struct cap_place place)
{
	return cap_swap_at(cap_at(good), place);
}

static status_t rotate_to(struct cap_place place)
{
	return cap_rotate(&(struct cap_rotation){
		.to = place, .pivot = cap_at(good), .source = cap_at(good)});
}

static status_t rotate_pivot(struct cap_place place)
{
	return cap_rotate(&(struct cap_rotation){
		.to = cap_at(good_empty), .pivot = place, .source = cap_at(good)});
}

static status_t rotate_source(struct cap_place place)
{
	return cap_rotate(&(struct cap_rotation){
		.to = cap_at(good_empty), .pivot = cap_at(good), .source = place});
}

TEST(cap, wrong_names_are_refused_by_every_call)
{
	static const call_on_place calls[] = {copy_from, copy_to, mint_from, mint_to, move_from,
		move_to, mutate_from, mutate_to, swap_first, swap_second, rotate_to,
		rotate_pivot, rotate_source, cap_delete_at, cap_revoke_at};
	struct bad_name names[BAD_NAMES];
	cptr_t empty = make_slot();

	good = make(OBJECT_ENDPOINT, 0);
	good_empty = make_slot();
	bad_names(names, empty, good);
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (unsigned n = 0; n < BAD_NAMES; n++)
			EXPECT_EQ(calls[i](names[n].place), names[n].status);
	EXPECT(is_empty(good_empty));
	drop(good);
	drop(good_empty);
	drop(empty);
}

TEST(cap_info, tells_type_rights_and_size)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), cnode = make(OBJECT_CNODE, 5);
	cptr_t untyped = make(OBJECT_UNTYPED, 13), slot = make_slot();

	EXPECT_EQ(cap_info_type(cap_info(endpoint)), OBJECT_ENDPOINT);
	EXPECT_EQ(rights_of(endpoint), RIGHTS_ENDPOINT);
	EXPECT_EQ(cap_info_type(cap_info(cnode)), OBJECT_CNODE);
	EXPECT_EQ(cap_info_size(cap_info(cnode)), 5);
	EXPECT_EQ(cap_info_type(cap_info(untyped)), OBJECT_UNTYPED);
	EXPECT_EQ(cap_info_size(cap_info(untyped)), 13);
	EXPECT_EQ(cap_info_type(cap_info(ROOT_SLOT_THREAD)), OBJECT_THREAD);
	EXPECT_EQ(cap_info_type(cap_info(ROOT_SLOT_VSPACE)), OBJECT_VSPACE);
	EXPECT_EQ(cap_info_type(cap_info(ROOT_SLOT_IRQ_CONTROL)), OBJECT_IRQ_CONTROL);
	EXPECT_EQ(cap_info(ROOT_SLOT_NONE), ST_BAD_HANDLE);
	EXPECT_EQ(cap_info(slot), ST_BAD_HANDLE);
	EXPECT_EQ(cap_info(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	EXPECT_EQ(cap_info(UINT64_MAX), ST_NOT_FOUND);
	drop(endpoint);
	drop(cnode);
	drop(untyped);
	drop(slot);
}

TEST(cap_copy, has_the_rights_asked_for_that_its_source_has)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), first = make_slot(), second = make_slot();

	EXPECT_EQ(cap_copy(first, endpoint, RIGHT_READ | RIGHT_GRANT | RIGHT_MAP), ST_OK);
	EXPECT_EQ(rights_of(first), RIGHT_READ | RIGHT_GRANT);
	EXPECT_EQ(cap_copy(second, first, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(rights_of(second), RIGHT_READ | RIGHT_GRANT);
	EXPECT_EQ(cap_delete(second), ST_OK);
	EXPECT_EQ(cap_copy(second, first, 0), ST_OK);
	EXPECT_EQ(rights_of(second), 0);
	drop(second);
	drop(first);
	drop(endpoint);
}

TEST(cap_copy, refuses)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), copy = make_slot(), empty = make_slot();
	cptr_t untyped = make(OBJECT_UNTYPED, 12), child = make_slot();

	EXPECT_EQ(cap_copy(copy, empty, RIGHTS_ALL), ST_BAD_HANDLE);
	EXPECT_EQ(cap_copy(endpoint, endpoint, RIGHTS_ALL), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_copy(copy, ROOT_SLOT_IRQ_CONTROL, RIGHTS_ALL), ST_NOT_SUPPORTED);
	EXPECT_EQ(cap_copy(copy, endpoint, RIGHTS_ALL + 1), ST_INVALID_ARGS);
	EXPECT_EQ(cap_copy(copy, endpoint, UINT64_MAX), ST_INVALID_ARGS);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_ENDPOINT, 0, child, 1), ST_OK);
	EXPECT_EQ(cap_copy(copy, untyped, RIGHTS_ALL), ST_BAD_STATE);
	EXPECT(is_empty(copy));
	drop(child);
	drop(untyped);
	drop(endpoint);
	drop(empty);
	drop(copy);
}

TEST(cap_copy, of_an_untyped_has_all_its_room)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 12), copy = make_slot(), object = make_slot();

	EXPECT_EQ(cap_copy(copy, untyped, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 0);
	EXPECT_EQ(untyped_free(copy), 4096);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_ENDPOINT, 0, object, 1), ST_NO_MEMORY);
	EXPECT_EQ(untyped_retype(copy, OBJECT_ENDPOINT, 0, object, 1), ST_OK);
	drop(object);
	drop(copy);
	EXPECT_EQ(untyped_free(untyped), 4096);
	drop(untyped);
}

TEST(cap_mint, gives_a_badge_once)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), badged = make_slot(), copy = make_slot();

	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, UINT64_MAX), ST_OK);
	EXPECT_EQ(cap_mint(copy, badged, RIGHTS_ALL, 1), ST_BAD_STATE);
	EXPECT_EQ(cap_mint(copy, badged, RIGHT_READ, 0), ST_OK);
	EXPECT_EQ(rights_of(copy), RIGHT_READ);
	drop(copy);
	drop(badged);
	drop(endpoint);
}

TEST(cap_mint, refuses)
{
	cptr_t reply = make(OBJECT_REPLY, 0), cnode = make(OBJECT_CNODE, 8);
	cptr_t copy = make_slot(), empty = make_slot(), endpoint = make(OBJECT_ENDPOINT, 0);

	EXPECT_EQ(cap_mint(copy, reply, RIGHTS_ALL, 1), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(copy, cnode, RIGHTS_ALL, guard_word(0, 57)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(copy, cnode, RIGHTS_ALL, guard_word(4, 2)), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(copy, endpoint, RIGHTS_ALL + 1, 1), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mint(copy, empty, RIGHTS_ALL, 1), ST_BAD_HANDLE);
	EXPECT_EQ(cap_mint(endpoint, endpoint, RIGHTS_ALL, 1), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_mint(copy, ROOT_SLOT_IRQ_CONTROL, RIGHTS_ALL, 0), ST_NOT_SUPPORTED);
	EXPECT(is_empty(copy));
	drop(reply);
	drop(cnode);
	drop(endpoint);
	drop(empty);
	drop(copy);
}

/* Two levels: 4 bits of the outer CNode's index, 3 of guard, 5 of the inner one's. */
TEST(cap_mint, a_guard_is_part_of_an_address)
{
	cptr_t outer = make(OBJECT_CNODE, 4), inner = make(OBJECT_CNODE, 5);
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0);
	struct cap_place deep = {outer, 9 << 8 | 5 << 5 | 17, 12};
	struct cap_place wrong = {outer, 9 << 8 | 4 << 5 | 17, 12};

	EXPECT_EQ(cap_mint_at(cap_in(outer, 4, 9), cap_at(inner), RIGHTS_ALL, guard_word(5, 3)),
		ST_OK);
	EXPECT_EQ(cap_copy_at(deep, cap_at(endpoint), RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_copy_at(deep, cap_at(endpoint), RIGHTS_ALL), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_copy_at(wrong, cap_at(endpoint), RIGHTS_ALL), ST_NOT_FOUND);
	deep = (struct cap_place){outer, 9 << 7 | 5 << 4 | 8, 11};
	EXPECT_EQ(cap_copy_at(deep, cap_at(endpoint), RIGHTS_ALL), ST_OUT_OF_RANGE);
	drop(endpoint);
	drop(outer);
	drop(inner);
}

TEST(cap_move, keeps_rights_and_children)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), a = make_slot(), b = make_slot();
	cptr_t child = make_slot();

	EXPECT_EQ(cap_copy(a, endpoint, RIGHT_READ), ST_OK);
	EXPECT_EQ(cap_copy(child, a, RIGHT_READ), ST_OK);
	EXPECT_EQ(cap_move(b, a), ST_OK);
	EXPECT(is_empty(a));
	EXPECT_EQ(rights_of(b), RIGHT_READ);
	EXPECT_EQ(cap_revoke(b), ST_OK);
	EXPECT(is_empty(child));
	drop(a);
	drop(b);
	drop(child);
	drop(endpoint);
}

TEST(cap_move, refuses)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), reply = make(OBJECT_REPLY, 0);
	cptr_t empty = make_slot(), other = make_slot();

	EXPECT_EQ(cap_move(other, empty), ST_BAD_HANDLE);
	EXPECT_EQ(cap_move(reply, endpoint), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_move(endpoint, endpoint), ST_ALREADY_EXISTS);
	drop(endpoint);
	drop(reply);
	drop(empty);
	drop(other);
}

TEST(cap_mutate, moves_a_cnode_with_another_guard)
{
	cptr_t outer = make(OBJECT_CNODE, 4), inner = make(OBJECT_CNODE, 4);
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), slot = make_slot();
	struct cap_place deep = {outer, 3 << 8 | 2 << 4 | 1, 12};

	EXPECT_EQ(cap_mutate_at(cap_in(outer, 4, 3), cap_at(inner), guard_word(2, 4)), ST_OK);
	EXPECT(is_empty(inner));
	EXPECT_EQ(cap_move_at(deep, cap_at(endpoint)), ST_OK);
	EXPECT(is_empty(endpoint));
	EXPECT_EQ(cap_move_at(cap_at(endpoint), deep), ST_OK);
	EXPECT_EQ(cap_mutate_at(cap_at(inner), cap_in(outer, 4, 3), guard_word(0, 61)),
		ST_INVALID_ARGS);
	EXPECT_EQ(cap_mutate_at(cap_at(inner), cap_in(outer, 4, 3), guard_word(0, 60)), ST_OK);
	EXPECT_EQ(cap_mutate(slot, endpoint, 0), ST_INVALID_ARGS);
	EXPECT_EQ(cap_mutate(inner, slot, 0), ST_BAD_HANDLE);
	EXPECT_EQ(cap_mutate(endpoint, inner, 0), ST_ALREADY_EXISTS);
	drop(endpoint);
	drop(inner);
	drop(outer);
	drop(slot);
}

TEST(cap_swap, exchanges_two_slots_of_which_one_may_be_empty)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), reply = make(OBJECT_REPLY, 0);
	cptr_t empty = make_slot(), other = make_slot();

	EXPECT_EQ(cap_swap(endpoint, reply), ST_OK);
	EXPECT_EQ(cap_info_type(cap_info(endpoint)), OBJECT_REPLY);
	EXPECT_EQ(cap_info_type(cap_info(reply)), OBJECT_ENDPOINT);
	EXPECT_EQ(cap_swap(endpoint, empty), ST_OK);
	EXPECT(is_empty(endpoint));
	EXPECT_EQ(cap_info_type(cap_info(empty)), OBJECT_REPLY);
	EXPECT_EQ(cap_swap(empty, empty), ST_OK);
	EXPECT_EQ(cap_swap(endpoint, other), ST_BAD_HANDLE);
	drop(endpoint);
	drop(reply);
	drop(empty);
	drop(other);
}

TEST(cap_rotate, moves_two_in_one_step)
{
	cptr_t a = make(OBJECT_CNODE, 4), b = make(OBJECT_CNODE, 4), to = make_slot();
	struct cap_rotation rotation = {.to = cap_at(to),
		.pivot = cap_at(a),
		.source = cap_at(b),
		.pivot_guard = guard_word(0, 60),
		.source_guard = guard_word(1, 1)};

	EXPECT_EQ(cap_rotate(&rotation), ST_OK);
	EXPECT(is_empty(b));
	EXPECT_EQ(cap_rotate(&rotation), ST_BAD_HANDLE);
	EXPECT_EQ(cap_copy_at((struct cap_place){to, 3, 64}, cap_at(a), RIGHTS_ALL), ST_OK);
	rotation = (struct cap_rotation){
		.to = cap_at(to), .pivot = cap_at(a), .source = cap_at(to)};
	EXPECT_EQ(cap_rotate(&rotation), ST_OK);
	drop(a);
	drop(to);
	drop(b);
}

TEST(cap_rotate, refuses)
{
	cptr_t a = make(OBJECT_CNODE, 4), b = make(OBJECT_ENDPOINT, 0), to = make_slot();
	cptr_t empty = make_slot();
	const struct cap_rotation fine = {
		.to = cap_at(to), .pivot = cap_at(a), .source = cap_at(b)};
	struct cap_rotation rotation = fine;

	EXPECT_EQ(sys_cap_rotate(0), ST_INVALID_ARGS);
	EXPECT_EQ(sys_cap_rotate(boot_info()->stack_top - 8), ST_INVALID_ARGS);
	rotation.pivot = fine.source;
	EXPECT_EQ(cap_rotate(&rotation), ST_INVALID_ARGS);
	rotation.pivot = fine.to;
	EXPECT_EQ(cap_rotate(&rotation), ST_INVALID_ARGS);
	rotation = fine;
	rotation.pivot_guard = guard_word(0, 61);
	EXPECT_EQ(cap_rotate(&rotation), ST_INVALID_ARGS);
	rotation = fine;
	rotation.source_guard = guard_word(0, 1);
	EXPECT_EQ(cap_rotate(&rotation), ST_INVALID_ARGS);
	rotation = fine;
	rotation.source = cap_at(empty);
	EXPECT_EQ(cap_rotate(&rotation), ST_BAD_HANDLE);
	rotation = fine;
	rotation.to = cap_at(ROOT_SLOT_THREAD);
	EXPECT_EQ(cap_rotate(&rotation), ST_ALREADY_EXISTS);
	drop(a);
	drop(b);
	drop(to);
	drop(empty);
}

TEST(cap_delete, of_an_empty_slot_is_fine)
{
	cptr_t slot = make_slot();

	EXPECT_EQ(cap_delete(slot), ST_OK);
	drop(slot);
}

TEST(cap_delete, leaves_what_was_derived)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), child = make_slot(),
	       grandchild = make_slot();

	EXPECT_EQ(cap_copy(child, endpoint, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_copy(grandchild, child, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_delete(child), ST_OK);
	EXPECT_EQ(cap_info_type(cap_info(grandchild)), OBJECT_ENDPOINT);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	EXPECT(is_empty(grandchild));
	drop(endpoint);
	drop(child);
	drop(grandchild);
}

/* A CNode that holds itself, and an endpoint's only capability: all of it goes. */
TEST(cap_delete, of_a_cnode_takes_what_only_it_holds)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 16), cnode = make_slot();

	EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, 6, cnode, 1), ST_OK);
	EXPECT_EQ(untyped_retype_in(untyped, OBJECT_ENDPOINT, 0, cnode, 3, 20), ST_OK);
	EXPECT_EQ(untyped_retype_in(untyped, OBJECT_CNODE, 6, cnode, 40, 2), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, 6, 0), cap_at(cnode), RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_delete_at(cap_in(cnode, 6, 0)), ST_OK);
	EXPECT_EQ(cap_delete(cnode), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 1 << 16);
	drop(cnode);
	drop(untyped);
}

TEST(cap_revoke, reaches_copies_in_every_cnode_and_leaves_the_source)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), cnode = make(OBJECT_CNODE, 8);
	cptr_t sibling = make_slot(), source = make_slot();

	EXPECT_EQ(cap_copy(sibling, endpoint, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_copy(source, endpoint, RIGHTS_ALL), ST_OK);
	for (word_t i = 0; i < 256; i++)
		EXPECT_EQ(cap_copy_at(cap_in(cnode, 8, i),
				  i < 2 ? cap_at(source) : cap_in(cnode, 8, i / 2), RIGHTS_ALL),
			ST_OK);
	EXPECT_EQ(cap_revoke(source), ST_OK);
	for (word_t i = 0; i < 256; i++)
		EXPECT_EQ(cap_move_at(cap_in(cnode, 8, i), cap_in(cnode, 8, i)), ST_BAD_HANDLE);
	EXPECT(!is_empty(source) && !is_empty(sibling) && !is_empty(endpoint));
	drop(cnode);
	drop(source);
	drop(sibling);
	drop(endpoint);
}

TEST(cap_revoke, of_an_empty_slot_is_refused)
{
	cptr_t slot = make_slot();

	EXPECT_EQ(cap_revoke(slot), ST_BAD_HANDLE);
	drop(slot);
}

TEST(cap_revoke, of_an_untyped_takes_all_objects_with_their_capabilities)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 18), cnode = make_slot(), inner = make_slot();

	EXPECT_EQ(untyped_retype(untyped, OBJECT_UNTYPED, 16, inner, 1), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, 10, cnode, 1), ST_OK);
	EXPECT_EQ(untyped_retype_in(inner, OBJECT_NOTIFICATION, 0, cnode, 0, 256), ST_OK);
	EXPECT_EQ(untyped_retype_in(inner, OBJECT_THREAD, 0, cnode, 256, 4), ST_OK);
	EXPECT_EQ(untyped_retype_in(inner, OBJECT_TIMER, 0, cnode, 512, 64), ST_OK);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	EXPECT(is_empty(inner) && is_empty(cnode));
	EXPECT_EQ(untyped_free(untyped), 1 << 18);
	slot_free(cnode);
	slot_free(inner);
	drop(untyped);
}

/* --- what a thread began and was not allowed to end */

enum { STACK_SIZE = 16384, RADIX = 10, SOON_NS = 20000, TIMES = 8 };

static _Alignas(16) char stack[STACK_SIZE];
static cptr_t victim;
static status_t begun;

static void revoke_victim(void *argument)
{
	(void)argument;
	begun = cap_revoke(victim);
}

static void delete_victim(void *argument)
{
	(void)argument;
	begun = cap_delete(victim);
}

/* Let a thread begin, on this CPU, and delete it after some time, more each time. */
static void begin_and_die(void (*function)(void *), int time)
{
	struct thread_options options = {.stack = stack, .stack_size = sizeof(stack)};
	cptr_t thread;

	begun = ST_INTERNAL;
	REQUIRE(thread_start(function, NULL, &options, &thread) == ST_OK);
	clock_sleep_ns((uint64_t)SOON_NS << time);
	EXPECT_EQ(thread_delete(thread), ST_OK);
}

static unsigned count_in(cptr_t cnode, unsigned radix)
{
	unsigned count = 0;

	for (word_t i = 0; i < (word_t)1 << radix; i++)
		count += cap_swap_at(cap_in(cnode, radix, i), cap_in(cnode, radix, i)) == ST_OK;
	return count;
}

static void fill(cptr_t cnode, unsigned radix, cptr_t source)
{
	for (word_t i = 0; i < (word_t)1 << radix; i++)
		EXPECT_EQ(cap_copy_at(cap_in(cnode, radix, i), cap_at(source), 0), ST_OK);
}

TEST(cap_revoke, that_a_thread_began_and_did_not_end_is_ended_by_another)
{
	cptr_t cnode = make(OBJECT_CNODE, RADIX);

	victim = make(OBJECT_ENDPOINT, 0);
	for (int time = 0; time < TIMES; time++) {
		fill(cnode, RADIX, victim);
		EXPECT_EQ(count_in(cnode, RADIX), 1 << RADIX);
		begin_and_die(revoke_victim, time);
		EXPECT(begun == ST_INTERNAL || count_in(cnode, RADIX) == 0);
		EXPECT_EQ(cap_revoke(victim), ST_OK);
		EXPECT_EQ(count_in(cnode, RADIX), 0);
	}
	drop(victim);
	drop(cnode);
}

TEST(cap_delete, of_a_cnode_that_a_thread_began_is_ended_by_the_next_one)
{
	cptr_t untyped = make(OBJECT_UNTYPED, RADIX + SLOT_BITS);

	victim = make_slot();
	for (int time = 0; time < TIMES; time++) {
		EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, RADIX, victim, 1), ST_OK);
		fill(victim, RADIX, ROOT_SLOT_THREAD);
		begin_and_die(delete_victim, time);
		EXPECT_EQ(cap_delete(victim), ST_OK);
		EXPECT_EQ(untyped_free(untyped), 1 << (RADIX + SLOT_BITS));
	}
	drop(victim);
	drop(untyped);
}

TEST(cap_revoke, by_two_cpus_at_once_ends_for_both)
{
	struct thread_options options = {.stack = stack,
		.stack_size = sizeof(stack),
		.cpu = boot_info()->cpus_online - 1};
	cptr_t cnode = make(OBJECT_CNODE, RADIX), thread;

	victim = make(OBJECT_ENDPOINT, 0);
	fill(cnode, RADIX, victim);
	REQUIRE(thread_start(revoke_victim, NULL, &options, &thread) == ST_OK);
	EXPECT_EQ(cap_revoke(victim), ST_OK);
	EXPECT_EQ(thread_join(thread), ST_OK);
	EXPECT_EQ(begun, ST_OK);
	EXPECT_EQ(count_in(cnode, RADIX), 0);
	EXPECT_EQ(thread_delete(thread), ST_OK);
	drop(victim);
	drop(cnode);
}
