/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Notifications: statuses, bits, who gets them, and threads that one is bound to. */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "workers.h"

#define BIT ((word_t)1 << 63 | 5)

static cptr_t notification, badged, endpoint, reply, empty;
static uint64_t x[REGISTERS], before[REGISTERS];

static void set_up(void)
{
	notification = make(OBJECT_NOTIFICATION, 0);
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	badged = make_slot();
	empty = make_slot();
	EXPECT_EQ(cap_mint(badged, notification, RIGHT_WRITE, BIT), ST_OK);
}

static void tear_down(void)
{
	drop(empty);
	drop(badged);
	drop(reply);
	drop(endpoint);
	drop(notification);
}

/* A thread that receives from something with a reply object, or 0. */
static cptr_t make_receiver(cptr_t from, cptr_t through, bool bound)
{
	struct worker_options options = {.stopped = true};
	cptr_t thread = worker_make(0, call_in_worker, x, &options);

	fill_call(x, SYSCALL_recv, from, 7, through);
	memcpy(before, x, sizeof(x));
	if (bound)
		EXPECT_EQ(thread_bind(thread, notification), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	return thread;
}

/* The receiver got the bits, and no other register changed. */
static void expect_bits(cptr_t thread, word_t bits)
{
	worker_finish(thread);
	EXPECT_EQ(x[1], TAG_NOTIFICATION);
	EXPECT_EQ(x[11], bits);
	before[1] = x[1];
	before[11] = x[11];
	expect_only_x0(x, before, ST_OK);
}

/* --- signal and wait */

TEST(signal, refuses)
{
	cptr_t reading = make_slot();

	set_up();
	EXPECT_EQ(cap_copy(reading, notification, RIGHT_READ), ST_OK);
	expect_refused(SYSCALL_signal, reading, 0, 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_signal, empty, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_signal, endpoint, 0, 0, ST_WRONG_TYPE);
	expect_refused(SYSCALL_signal, 1 << ROOT_CNODE_BITS, 0, 0, ST_NOT_FOUND);
	expect_refused(SYSCALL_try_recv, notification, 0, 0, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_signal, badged, 1, 2, ST_OK); /* changes x0 alone, too */
	drop(reading);
	tear_down();
}

TEST(signal, gathers_bits_until_they_are_taken)
{
	cptr_t other = make_slot();
	word_t bits = 0;

	set_up();
	EXPECT_EQ(cap_mint(other, notification, RIGHT_WRITE, 10), ST_OK);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_signal(other), ST_OK);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(bits, BIT | 10);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	EXPECT_EQ(notification_signal(notification), ST_OK); /* without a badge: no bits */
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(bits, 0);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	drop(other);
	tear_down();
}

TEST(recv, of_bits_changes_tag_and_badge_alone)
{
	set_up();
	EXPECT_EQ(notification_signal(badged), ST_OK);
	expect_bits(make_receiver(notification, 0, false), BIT); /* they are there */
	cptr_t thread = make_receiver(notification, 0, false);

	EXPECT_EQ(state_of(thread), THREAD_WAITING);
	EXPECT_EQ(notification_signal(badged), ST_OK); /* it waits for them */
	expect_bits(thread, BIT);
	tear_down();
}

static void wait_for_bits(void *argument)
{
	*(status_t *)argument = notification_wait(notification, &(word_t){0});
}

TEST(signal, wakes_one_waiter_at_a_time_in_their_order)
{
	status_t statuses[3] = {1, 1, 1};
	cptr_t threads[3];

	set_up();
	for (unsigned i = 0; i < 3; i++)
		threads[i] = worker(i, wait_for_bits, &statuses[i], HIGH);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT_EQ(notification_signal(badged), ST_OK);
		for (unsigned j = 0; j < 3; j++)
			EXPECT_EQ(statuses[j], j <= i ? ST_OK : 1);
	}
	for (unsigned i = 0; i < 3; i++)
		worker_finish(threads[i]);
	tear_down();
}

TEST(notification, that_goes_cancels_all_who_wait)
{
	status_t statuses[WORKERS];
	cptr_t threads[WORKERS];

	set_up();
	for (unsigned i = 0; i < WORKERS; i++)
		threads[i] = worker(i, wait_for_bits, &statuses[i], HIGH);
	drop(badged);
	EXPECT_EQ(cap_delete(notification), ST_OK);
	for (unsigned i = 0; i < WORKERS; i++) {
		worker_finish(threads[i]);
		EXPECT_EQ(statuses[i], ST_CANCELED);
	}
	badged = make_slot();
	tear_down();
}

TEST(notification, whose_waiter_goes_keeps_the_next_bits)
{
	cptr_t thread;
	word_t bits = 0;

	set_up();
	thread = make_receiver(notification, 0, false);
	drop(thread);
	thread = make_receiver(notification, 0, false);
	EXPECT_EQ(thread_suspend(thread), ST_OK);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(bits, BIT);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_WAITING);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	expect_bits(thread, BIT);
	tear_down();
}

/* --- bound to a thread that receives from an endpoint */

TEST(bound, bits_come_to_a_receiver_that_waits)
{
	cptr_t thread;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	EXPECT_EQ(state_of(thread), THREAD_RECEIVING);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	expect_bits(thread, BIT);
	/* It left the endpoint and its reply object. */
	expect_refused(SYSCALL_try_send, endpoint, 0, 0, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	tear_down();
}

TEST(bound, bits_that_came_before_come_first)
{
	cptr_t thread, sender;
	uint64_t theirs[REGISTERS];

	set_up();
	fill_call(theirs, SYSCALL_send, endpoint, 0, 0);
	sender = worker(1, call_in_worker, theirs, HIGH);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	thread = make_receiver(endpoint, reply, true);
	expect_bits(thread, BIT);
	EXPECT_EQ(state_of(sender), THREAD_SENDING);
	EXPECT_EQ(ipc_try_recv(endpoint, 0, &(struct message){0}), ST_OK);
	worker_finish(sender);
	tear_down();
}

TEST(bound, bits_come_to_a_receiver_that_was_waiting_when_they_were_bound)
{
	cptr_t thread;

	set_up();
	thread = make_receiver(endpoint, reply, false);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_RECEIVING);
	EXPECT_EQ(thread_bind(thread, notification), ST_OK);
	expect_bits(thread, BIT);
	tear_down();
}

TEST(bound, a_message_comes_when_there_are_no_bits)
{
	cptr_t thread;
	word_t bits;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	EXPECT_EQ(ipc_send(endpoint, &(struct message){.tag = tag_make(3, 0, 0)}), ST_OK);
	EXPECT_EQ(x[1], tag_make(3, 0, 0));
	EXPECT_EQ(notification_signal(badged), ST_OK); /* it does not receive now */
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	worker_finish(thread);
	tear_down();
}

/* Answered first, then the bits: reply_recv of a server with a bound notification. */
static void serve_bits(void *argument)
{
	struct message message = {0};

	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	notification_signal(badged);
	message.tag = tag_make(9, 0, 0);
	EXPECT_EQ(ipc_reply_recv(endpoint, reply, &message), ST_OK);
	*(struct message *)argument = message;
}

TEST(bound, reply_recv_answers_and_takes_the_bits)
{
	struct worker_options options = {.stopped = true};
	struct message message = {0}, seen = {0};
	cptr_t thread;

	set_up();
	thread = worker_make(0, serve_bits, &seen, &options);
	EXPECT_EQ(thread_bind(thread, notification), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	EXPECT_EQ(ipc_call(endpoint, &message), ST_OK);
	EXPECT_EQ(message.tag, tag_make(9, 0, 0));
	worker_finish(thread);
	EXPECT_EQ(seen.tag, TAG_NOTIFICATION);
	EXPECT_EQ(seen.badge, BIT);
	tear_down();
}

TEST(bound, waiters_for_the_notification_itself_are_before_the_bound_thread)
{
	status_t status = 1;
	cptr_t thread, waiter;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	waiter = worker(1, wait_for_bits, &status, HIGH);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(status, ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_RECEIVING);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	expect_bits(thread, BIT);
	worker_finish(waiter);
	tear_down();
}

TEST(bound, thread_that_goes_leaves_the_bits)
{
	cptr_t thread;
	word_t bits = 0;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	drop(thread);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(bits, BIT);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_OK); /* free again */
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, 0), ST_OK);
	tear_down();
}

TEST(bound, notification_that_goes_leaves_the_thread_receiving)
{
	cptr_t thread;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	drop(badged);
	EXPECT_EQ(cap_delete(notification), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_RECEIVING);
	EXPECT_EQ(ipc_send(endpoint, &(struct message){0}), ST_OK);
	worker_finish(thread);
	EXPECT_EQ(x[1], 0);
	badged = make_slot();
	tear_down();
}

TEST(bound, unbound_means_that_bits_stay)
{
	cptr_t thread;
	word_t bits;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	EXPECT_EQ(thread_bind(thread, 0), ST_OK);
	EXPECT_EQ(thread_bind(thread, 0), ST_OK);
	EXPECT_EQ(notification_signal(badged), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_RECEIVING);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	drop(thread);
	tear_down();
}

TEST(thread_bind, refuses)
{
	cptr_t other = make(OBJECT_NOTIFICATION, 0), thread, waiter;
	status_t status;

	set_up();
	thread = make_receiver(endpoint, reply, true);
	EXPECT_EQ(thread_bind(thread, other), ST_ALREADY_BOUND);
	EXPECT_EQ(thread_bind(thread, notification), ST_ALREADY_BOUND);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_ALREADY_BOUND);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, badged), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, endpoint), ST_WRONG_TYPE);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, empty), ST_BAD_HANDLE);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, 1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	EXPECT_EQ(thread_bind(endpoint, other), ST_WRONG_TYPE);
	EXPECT_EQ(thread_bind(empty, other), ST_BAD_HANDLE);
	EXPECT_EQ(thread_bind(thread, 0), ST_OK);
	waiter = worker(1, wait_for_bits, &status, HIGH);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_BAD_STATE);
	drop(waiter);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_OK);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, 0), ST_OK);
	drop(thread);
	drop(other);
	tear_down();
}

/* Between CPUs: the receiver waits on another one. */
TEST(bound, bits_cross_cpus)
{
	set_up();
	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		struct worker_options options = {.stopped = true, .cpu = cpu};
		cptr_t thread = worker_make(0, call_in_worker, x, &options);

		fill_call(x, SYSCALL_recv, endpoint, 7, reply);
		memcpy(before, x, sizeof(x));
		EXPECT_EQ(thread_bind(thread, notification), ST_OK);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		await_state(thread, THREAD_RECEIVING);
		EXPECT_EQ(notification_signal(badged), ST_OK);
		expect_bits(thread, BIT);
	}
	tear_down();
}
