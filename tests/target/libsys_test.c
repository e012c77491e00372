/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What libsys makes of the calls: threads, messages by their inline stubs, slots for all. */
#include <errno.h>
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "libsys/tls.h"
#include "objects.h"

enum { THREADS = 8, STACK_SIZE = 16384, ROUNDS = 10, LABEL = 77 };

static _Alignas(16) char stacks[THREADS][STACK_SIZE];

static struct thread_options options_for(unsigned n)
{
	return (struct thread_options){.stack = stacks[n],
		.stack_size = STACK_SIZE,
		.priority = 100,
		.cpu = n % boot_info()->cpus_online};
}

static cptr_t start(unsigned n, void (*function)(void *), void *argument)
{
	struct thread_options options = options_for(n);
	cptr_t thread = 0;

	REQUIRE(thread_start(function, argument, &options, &thread) == ST_OK);
	return thread;
}

static void finish(cptr_t thread)
{
	EXPECT_EQ(thread_join(thread), ST_OK);
	EXPECT_EQ(thread_delete(thread), ST_OK);
}

/* --- threads */

static __thread int own = 5;

struct seen {
	void *tls;
	struct ipc_buffer *buffer;
	int own;
	uintptr_t stack;
};

static void look_around(void *argument)
{
	struct seen *seen = argument;

	seen->own = own;
	own = 6;
	errno = EDOM;
	seen->tls = tls_get();
	seen->buffer = ipc_buffer();
	seen->stack = (uintptr_t)__builtin_frame_address(0);
}

TEST(thread_start, gives_each_thread_its_own_stack_tls_and_ipc_buffer)
{
	struct seen seen[THREADS] = {{0}};
	cptr_t threads[THREADS];

	errno = 0;
	own = 7;
	for (unsigned n = 0; n < THREADS; n++)
		threads[n] = start(n, look_around, &seen[n]);
	for (unsigned n = 0; n < THREADS; n++)
		finish(threads[n]);
	for (unsigned n = 0; n < THREADS; n++) {
		EXPECT_EQ(seen[n].own, 5);
		EXPECT(seen[n].stack - (uintptr_t)stacks[n] < STACK_SIZE);
		EXPECT((uintptr_t)seen[n].tls > seen[n].stack);
		EXPECT((char *)(seen[n].buffer + 1) <= stacks[n] + STACK_SIZE);
		EXPECT((uintptr_t)seen[n].buffer % IPC_BUFFER_ALIGN == 0);
	}
	EXPECT_EQ(own, 7);
	EXPECT_EQ(errno, 0);
	EXPECT_EQ((uintptr_t)ipc_buffer(), boot_info()->ipc_buffer);
	own = 5;
}

static void nothing(void *argument)
{
	(void)argument;
}

TEST(thread_start, uses_a_stack_of_any_alignment)
{
	for (size_t shift = 1; shift < 32; shift += 3) {
		struct thread_options options = options_for(0);
		cptr_t thread;

		options.stack = stacks[0] + shift;
		options.stack_size -= 2 * shift;
		EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_OK);
		finish(thread);
	}
}

TEST(thread_start, sets_what_its_options_say)
{
	struct thread_options options = options_for(0);
	struct thread_info info;
	cptr_t thread, notification = make(OBJECT_NOTIFICATION, 0);

	options.name = "worker";
	options.priority_max = 120;
	options.cpu = boot_info()->cpus_online - 1;
	options.notification = notification;
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_OK);
	EXPECT_EQ(thread_info(thread, &info), ST_OK);
	EXPECT_TEXT(info.name, "worker");
	EXPECT_EQ(info.priority, 100);
	EXPECT_EQ(info.priority_max, 120);
	EXPECT_EQ(info.cpu, options.cpu);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, notification), ST_ALREADY_BOUND);
	finish(thread);
	drop(notification);
}

TEST(thread_start, refuses_and_leaves_nothing)
{
	struct thread_options options = options_for(0);
	cptr_t thread, readable = make_slot(), notification = make(OBJECT_NOTIFICATION, 0);
	static char long_name[THREAD_NAME_MAX + 1];

	options.stack_size = thread_overhead();
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_INVALID_ARGS);
	options = options_for(0);
	options.cpu = boot_info()->cpus_online;
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_OUT_OF_RANGE);
	options = options_for(0);
	options.priority = PRIORITY_MAX + 1;
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_OUT_OF_RANGE);
	options = options_for(0);
	memset(long_name, 'a', THREAD_NAME_MAX);
	options.name = long_name;
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_OUT_OF_RANGE);
	options = options_for(0);
	EXPECT_EQ(cap_copy(readable, notification, RIGHT_WRITE), ST_OK);
	options.notification = readable;
	EXPECT_EQ(thread_start(nothing, NULL, &options, &thread), ST_ACCESS_DENIED);
	drop(readable);
	drop(notification);
}

/* --- slots and objects from several CPUs at once */

static int collisions;

static void take_and_give(void *argument)
{
	cptr_t cap, run;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		if (object_create(OBJECT_ENDPOINT, 0, &cap) != ST_OK ||
			cap_info_type(cap_info(cap)) != OBJECT_ENDPOINT ||
			slots_alloc(10, &run) != ST_OK || !is_empty(run) ||
			cap_copy(run, cap, RIGHT_READ) != ST_OK ||
			cap_info_rights(cap_info(run)) != RIGHT_READ ||
			cap_delete(run) != ST_OK || object_delete(cap) != ST_OK)
			__atomic_fetch_add(&collisions, 1, __ATOMIC_RELAXED);
		slots_free(run, 10);
	}
}

/* Who deletes what there is of several objects must not delete what now stands there. */
TEST(object_create, that_fails_says_no_slot)
{
	cptr_t cap = 0;

	EXPECT_EQ(object_create(OBJECT_UNTYPED, 38, &cap), ST_NO_MEMORY);
	EXPECT_EQ(cap, 0);
}

TEST(slots, are_given_once_to_threads_on_all_cpus)
{
	const unsigned count =
		boot_info()->cpus_online < THREADS ? boot_info()->cpus_online : THREADS;
	cptr_t threads[THREADS];

	for (unsigned n = 0; n < count; n++)
		threads[n] = start(n, take_and_give, NULL);
	for (unsigned n = 0; n < count; n++)
		finish(threads[n]);
	EXPECT_EQ(collisions, 0);
}

/* --- messages */

static cptr_t endpoint, reply, badged;

/* Adds the badge to every word, so that each register shows; ends at an empty message. */
static void serve(void *argument)
{
	struct message message = {0};
	status_t st = ipc_recv(endpoint, reply, &message);

	(void)argument;
	while (st == ST_OK && tag_words(message.tag) > 0) {
		unsigned words = tag_words(message.tag);

		for (unsigned i = 0; i < words; i++) {
			word_t *word = i < IPC_REGISTER_WORDS ?
				&message.words[i] :
				&ipc_buffer()->words[i - IPC_REGISTER_WORDS];

			*word += message.badge;
		}
		message.tag = tag_make(tag_label(message.tag) + 1, words, 0);
		st = ipc_reply_recv(endpoint, reply, &message);
	}
	message.tag = tag_make(LABEL, 0, 0);
	ipc_reply(reply, &message);
}

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, 1000), ST_OK);
}

static void tear_down(void)
{
	drop(badged);
	drop(reply);
	drop(endpoint);
}

TEST(ipc_call, carries_words_both_ways_in_registers_and_buffer)
{
	cptr_t server;

	set_up();
	server = start(0, serve, NULL);
	for (unsigned words = 1; words <= IPC_WORDS_MAX; words++) {
		struct message message = {.tag = tag_make(words, words, 0)};

		for (unsigned i = 0; i < IPC_WORDS_MAX; i++)
			*(i < IPC_REGISTER_WORDS ?
					&message.words[i] :
					&ipc_buffer()->words[i - IPC_REGISTER_WORDS]) = i;
		EXPECT_EQ(ipc_call(badged, &message), ST_OK);
		EXPECT_EQ(message.tag, tag_make(words + 1, words, 0));
		for (unsigned i = 0; i < IPC_WORDS_MAX; i++)
			EXPECT_EQ(i < IPC_REGISTER_WORDS ?
					message.words[i] :
					ipc_buffer()->words[i - IPC_REGISTER_WORDS],
				i < words ? i + 1000 : i);
	}
	EXPECT_EQ(ipc_call(badged, &(struct message){0}), ST_OK);
	finish(server);
	tear_down();
}

TEST(ipc_call4, carries_four_words_and_call0_none)
{
	word_t words[4] = {1, 2, 3, 4}, tag;
	cptr_t server;

	set_up();
	server = start(1, serve, NULL);
	EXPECT_EQ(ipc_call4(badged, tag_make(8, 4, 0), words, &tag), ST_OK);
	EXPECT_EQ(tag, tag_make(9, 4, 0));
	for (word_t i = 0; i < 4; i++)
		EXPECT_EQ(words[i], i + 1001);
	EXPECT_EQ(ipc_call0(badged, 0, &tag), ST_OK);
	EXPECT_EQ(tag, tag_make(LABEL, 0, 0));
	finish(server);
	tear_down();
}

static void serve_4(void *argument)
{
	word_t words[4] = {0}, badge, tag = 0;
	struct message message = {0};

	(void)argument;
	ipc_recv(endpoint, reply, &message);
	memcpy(words, message.words, sizeof(words));
	badge = message.badge;
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 4; j++)
			words[j] = words[j] * 2 + badge;
		tag = tag_make(0, 4, 0);
		ipc_reply_recv4(endpoint, reply, words, &badge, &tag);
	}
	ipc_reply_recv0(endpoint, reply, tag_make(LABEL, 0, 0), &badge, &tag);
	message.tag = tag_make((word_t)badge, 0, 0);
	ipc_reply(reply, &message);
}

TEST(ipc_reply_recv4, answers_and_receives_in_one_step)
{
	word_t words[4] = {1, 2, 3, 4}, tag;
	cptr_t server;

	set_up();
	server = start(0, serve_4, NULL);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipc_call4(badged, tag_make(0, 4, 0), words, &tag), ST_OK);
	for (word_t i = 0; i < 4; i++)
		EXPECT_EQ(words[i], (i + 1) * 8 + 7000);
	EXPECT_EQ(ipc_call0(badged, 0, &tag), ST_OK);
	EXPECT_EQ(tag_label(tag), LABEL);
	EXPECT_EQ(ipc_call0(badged, 0, &tag), ST_OK);
	EXPECT_EQ(tag_label(tag), 1000);
	finish(server);
	tear_down();
}

static void send_three(void *argument)
{
	struct message message = {.tag = tag_make(1, 2, 0), .words = {10, 11}};

	ipc_send(badged, &message);
	message.words[0] = 20;
	ipc_send(badged, &message);
	ipc_buffer()->words[0] = 99;
	ipc_send_cap(0, endpoint, RIGHT_WRITE);
	message.tag = tag_make(2, 9, 1);
	*(status_t *)argument = ipc_send(badged, &message);
}

TEST(ipc_send, waits_for_a_receiver_and_takes_capabilities_along)
{
	struct message message = {.words = {5, 6, 7}};
	status_t status = ST_INTERNAL;
	cptr_t sender, received = make_slot();

	set_up();
	EXPECT_EQ(ipc_try_send(badged, &message), ST_SHOULD_WAIT);
	EXPECT_EQ(ipc_try_recv(endpoint, 0, &message), ST_SHOULD_WAIT);
	sender = start(2, send_three, &status);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(message.tag, tag_make(1, 2, 0));
	EXPECT_EQ(message.badge, 1000);
	EXPECT(message.words[0] == 10 && message.words[1] == 11 && message.words[2] == 7);
	clock_sleep_ns(20000000);
	EXPECT_EQ(ipc_try_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(message.words[0], 20);
	ipc_receive_slots(ROOT_SLOT_CNODE, received, 1);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(tag_caps(message.tag), 1);
	EXPECT_EQ(ipc_buffer()->words[0], 99);
	if (tag_unwrapped(message.tag)) /* it is the endpoint that it came through */
		EXPECT_EQ(ipc_buffer()->caps[0].cptr, 0);
	else
		EXPECT_EQ(cap_info_rights(cap_info(received)), RIGHT_WRITE);
	finish(sender);
	EXPECT_EQ(status, ST_OK);
	ipc_receive_slots(0, 0, 0);
	drop(received);
	tear_down();
}

TEST(ipc_reply, to_nobody_is_refused)
{
	struct message message = {0};

	set_up();
	EXPECT_EQ(ipc_reply(reply, &message), ST_PEER_CLOSED);
	message.tag = tag_make(0, IPC_WORDS_MAX + 1, 0);
	EXPECT_EQ(ipc_send(endpoint, &message), ST_INVALID_ARGS);
	EXPECT_EQ(ipc_send(reply, &message), ST_WRONG_TYPE);
	tear_down();
}

/* --- signals between CPUs */

static cptr_t ping, pong;

static void answer_signals(void *argument)
{
	word_t bits;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		notification_wait(ping, &bits);
		notification_signal(pong);
	}
}

TEST(notification, wakes_a_thread_on_every_cpu)
{
	word_t bits = 0, all = 0;

	ping = make(OBJECT_NOTIFICATION, 0);
	pong = make(OBJECT_NOTIFICATION, 0);
	for (unsigned n = 0; n < boot_info()->cpus_online; n++) {
		cptr_t thread = start(n, answer_signals, NULL);

		for (int i = 0; i < ROUNDS; i++) {
			EXPECT_EQ(notification_signal(ping), ST_OK);
			EXPECT_EQ(notification_wait(pong, &bits), ST_OK);
			all |= bits;
		}
		finish(thread);
	}
	EXPECT_EQ(all, 0);
	EXPECT_EQ(notification_poll(pong, &bits), ST_SHOULD_WAIT);
	EXPECT_EQ(notification_signal(ROOT_SLOT_CNODE), ST_WRONG_TYPE);
	drop(ping);
	drop(pong);
}
