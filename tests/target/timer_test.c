/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Timers, and what waits with a deadline. */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "objects.h"

/* WHILE is longer than a loaded host keeps the machine from running. */
enum { MS = 1000000, WHILE = 400 * MS };

static cptr_t timer, notification, badged; /* badged signals BIT */
#define BIT ((word_t)1 << 40)

static void set_up(void)
{
	timer = make(OBJECT_TIMER, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, notification, RIGHT_WRITE, BIT), ST_OK);
	EXPECT_EQ(timer_bind(timer, badged), ST_OK);
}

static void tear_down(void)
{
	drop(timer);
	drop(badged);
	drop(notification);
}

TEST(timer, signals_at_its_deadline_and_not_before)
{
	set_up();
	for (uint64_t ns = 1; ns < 20 * MS; ns *= 7) {
		uint64_t deadline = clock_ns() + ns;
		word_t bits = 0;

		EXPECT_EQ(timer_set(timer, deadline), ST_OK);
		EXPECT_EQ(notification_wait(notification, &bits), ST_OK);
		EXPECT(clock_ns() >= deadline);
		EXPECT_EQ(bits, BIT);
		EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	}
	tear_down();
}

TEST(timer, signals_at_once_if_the_deadline_has_passed)
{
	word_t bits = 0;

	set_up();
	EXPECT_EQ(timer_set(timer, 0), ST_OK);
	EXPECT_EQ(notification_wait(notification, &bits), ST_OK);
	EXPECT_EQ(timer_set(timer, clock_ns()), ST_OK);
	EXPECT_EQ(notification_wait(notification, &bits), ST_OK);
	EXPECT_EQ(bits, BIT);
	tear_down();
}

TEST(timer, a_new_deadline_replaces_the_old_one)
{
	uint64_t later = clock_ns() + 5 * MS;
	word_t bits = 0;

	set_up();
	EXPECT_EQ(timer_set(timer, clock_ns() + 3600000 * (uint64_t)MS), ST_OK);
	EXPECT_EQ(timer_set(timer, clock_ns() + 1800000 * (uint64_t)MS), ST_OK);
	EXPECT_EQ(timer_set(timer, later), ST_OK);
	EXPECT_EQ(notification_wait(notification, &bits), ST_OK);
	EXPECT(clock_ns() >= later);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	tear_down();
}

TEST(timer, cancel_withdraws_the_deadline)
{
	word_t bits;

	set_up();
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	EXPECT_EQ(timer_set(timer, clock_ns() + WHILE), ST_OK);
	EXPECT_EQ(timer_cancel(timer), ST_OK);
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	EXPECT_EQ(timer_set(timer, UINT64_MAX), ST_OK);
	EXPECT_EQ(timer_cancel(timer), ST_OK);
	clock_sleep_ns(WHILE + 10 * MS);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	tear_down();
}

TEST(timer, signals_nothing_once_unbound)
{
	word_t bits;

	set_up();
	EXPECT_EQ(timer_set(timer, clock_ns() + WHILE), ST_OK);
	EXPECT_EQ(timer_bind(timer, 0), ST_OK);
	EXPECT_EQ(timer_bind(timer, 0), ST_OK);
	clock_sleep_ns(WHILE + 10 * MS);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	tear_down();
}

/* Its copy is derived from what it was bound with. */
TEST(timer, signals_nothing_once_its_notification_was_revoked)
{
	word_t bits;

	set_up();
	EXPECT_EQ(timer_set(timer, clock_ns() + WHILE), ST_OK);
	EXPECT_EQ(cap_revoke(notification), ST_OK);
	EXPECT(is_empty(badged));
	clock_sleep_ns(WHILE + 10 * MS);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	tear_down();
}

TEST(timer, keeps_a_notification_alive_until_it_is_bound_to_another)
{
	word_t bits = 0;
	cptr_t other = make(OBJECT_NOTIFICATION, 0);

	set_up();
	EXPECT_EQ(cap_delete(badged), ST_OK);
	EXPECT_EQ(cap_delete(notification), ST_OK);
	EXPECT_EQ(timer_set(timer, 0), ST_OK);
	clock_sleep_ns(MS);
	EXPECT_EQ(timer_bind(timer, other), ST_OK);
	EXPECT_EQ(timer_set(timer, 0), ST_OK);
	EXPECT_EQ(notification_wait(other, &bits), ST_OK);
	EXPECT_EQ(bits, 0);
	drop(other);
	tear_down();
}

TEST(timer, goes_with_its_last_capability_while_it_is_set)
{
	word_t bits;

	set_up();
	EXPECT_EQ(timer_set(timer, clock_ns() + WHILE), ST_OK);
	EXPECT_EQ(cap_delete(timer), ST_OK);
	clock_sleep_ns(WHILE + 10 * MS);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	tear_down();
}

TEST(timer_bind, refuses)
{
	cptr_t empty = make_slot(), readable = make_slot();

	set_up();
	EXPECT_EQ(cap_copy(readable, notification, RIGHT_READ), ST_OK);
	EXPECT_EQ(timer_bind(timer, readable), ST_ACCESS_DENIED);
	EXPECT_EQ(timer_bind(timer, empty), ST_BAD_HANDLE);
	EXPECT_EQ(timer_bind(timer, timer), ST_WRONG_TYPE);
	EXPECT_EQ(timer_bind(timer, 1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	EXPECT_EQ(timer_bind(empty, notification), ST_BAD_HANDLE);
	EXPECT_EQ(timer_bind(notification, notification), ST_WRONG_TYPE);
	EXPECT_EQ(timer_bind(1 << ROOT_CNODE_BITS, notification), ST_NOT_FOUND);
	drop(readable);
	drop(empty);
	tear_down();
}

TEST(timer_set, refuses_wrong_names_as_does_cancel)
{
	cptr_t empty = make_slot();

	EXPECT_EQ(timer_set(empty, 0), ST_BAD_HANDLE);
	EXPECT_EQ(timer_set(ROOT_SLOT_CNODE, 0), ST_WRONG_TYPE);
	EXPECT_EQ(timer_set(1 << ROOT_CNODE_BITS, 0), ST_NOT_FOUND);
	EXPECT_EQ(timer_cancel(empty), ST_BAD_HANDLE);
	EXPECT_EQ(timer_cancel(ROOT_SLOT_CNODE), ST_WRONG_TYPE);
	EXPECT_EQ(timer_cancel(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	drop(empty);
}

/* Each signals a bit of its own, in an order that has nothing to do with that of setting. */
TEST(timers, come_in_the_order_of_their_deadlines)
{
	enum { COUNT = 64 };
	uint64_t start = clock_ns() + WHILE;
	cptr_t timers, badge = make_slot();
	word_t bits, seen = 0;

	notification = make(OBJECT_NOTIFICATION, 0);
	REQUIRE(objects_create(OBJECT_TIMER, 0, COUNT, &timers) == ST_OK);
	for (unsigned i = 0; i < COUNT; i++) {
		EXPECT_EQ(cap_mint(badge, notification, RIGHT_WRITE, (word_t)1 << i), ST_OK);
		EXPECT_EQ(timer_bind(timers + i, badge), ST_OK);
		EXPECT_EQ(cap_delete(badge), ST_OK);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		unsigned n = i * 37 % COUNT;

		EXPECT_EQ(timer_set(timers + n, start + n * (uint64_t)MS / 4), ST_OK);
	}
	while (seen != UINT64_MAX) {
		EXPECT_EQ(notification_wait(notification, &bits), ST_OK);
		EXPECT_EQ(seen & bits, 0);
		seen |= bits;
		EXPECT_EQ(seen & (seen + 1), 0); /* no gap below the highest */
	}
	EXPECT_EQ(objects_delete(timers, COUNT), ST_OK);
	drop(badge);
	drop(notification);
}

/* Set, moved, withdrawn, expired by the hundred: the heap of timers keeps its order. */
TEST(timers, a_thousand_of_them_all_come)
{
	cptr_t cnode = make(OBJECT_CNODE, 10), untyped = make(OBJECT_UNTYPED, 17);
	cptr_t one = make_slot();
	uint64_t seed = 1, now;
	int set = 0;

	for (word_t i = 0; i < 1000; i += 250)
		EXPECT_EQ(untyped_retype_in(untyped, OBJECT_TIMER, 0, cnode, i, 250), ST_OK);
	now = clock_ns();
	for (int i = 0; i < 3000; i++) {
		word_t n;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		n = (seed >> 33) % 1000;
		EXPECT_EQ(cap_move_at(cap_at(one), cap_in(cnode, 10, n)), ST_OK);
		if (seed >> 60 < 4)
			timer_cancel(one);
		else
			EXPECT_EQ(timer_set(one, now + (seed >> 40 & 0xffffff)), ST_OK);
		EXPECT_EQ(cap_move_at(cap_in(cnode, 10, n), cap_at(one)), ST_OK);
	}
	clock_sleep_until(now + 20 * MS);
	for (word_t n = 0; n < 1000; n++) {
		EXPECT_EQ(cap_move_at(cap_at(one), cap_in(cnode, 10, n)), ST_OK);
		set += timer_cancel(one) == ST_OK;
		EXPECT_EQ(cap_move_at(cap_in(cnode, 10, n), cap_at(one)), ST_OK);
	}
	EXPECT_EQ(set, 0);
	slot_free(one);
	drop(cnode);
	drop(untyped);
}

/* --- waiting with a deadline */

TEST(notification_wait_until, ends_at_the_deadline)
{
	uint64_t deadline = clock_ns() + 5 * MS;
	word_t bits = 1;

	set_up();
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	EXPECT_EQ(notification_wait_until(notification, timer, deadline, &bits), ST_TIMED_OUT);
	EXPECT(clock_ns() >= deadline);
	EXPECT_EQ(bits, 0);
	EXPECT_EQ(notification_wait_until(notification, timer, 0, &bits), ST_TIMED_OUT);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	tear_down();
}

TEST(notification_wait_until, returns_bits_that_came_before)
{
	word_t bits = 0;

	set_up();
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_wait_until(notification, timer, UINT64_MAX, &bits), ST_OK);
	EXPECT_EQ(bits, BIT);
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_wait_until(notification, timer, 0, &bits), ST_OK);
	EXPECT_EQ(bits, BIT);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	tear_down();
}

TEST(notification_wait_until, refuses_wrong_names)
{
	cptr_t empty = make_slot();
	word_t bits;

	set_up();
	EXPECT_EQ(notification_wait_until(notification, empty, 0, &bits), ST_BAD_HANDLE);
	EXPECT_EQ(notification_wait_until(empty, timer, 0, &bits), ST_BAD_HANDLE);
	EXPECT_EQ(notification_wait_until(badged, timer, 0, &bits), ST_ACCESS_DENIED);
	drop(empty);
	tear_down();
}

TEST(ipc_recv_until, ends_at_the_deadline_or_with_bits)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0);
	struct message message = {0};
	struct wait wait;

	set_up();
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_OK);
	wait = (struct wait){notification, timer, clock_ns() + 5 * MS};
	EXPECT_EQ(ipc_recv_until(endpoint, 0, &message, &wait), ST_TIMED_OUT);
	EXPECT(clock_ns() >= wait.deadline);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(ipc_recv_until(endpoint, 0, &message, &wait), ST_OK);
	EXPECT_EQ(message.tag & TAG_NOTIFICATION, TAG_NOTIFICATION);
	EXPECT_EQ(message.badge, BIT);
	EXPECT_EQ(ipc_recv_until(endpoint, 0, &message, &wait), ST_TIMED_OUT);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, 0), ST_OK);
	drop(endpoint);
	tear_down();
}
