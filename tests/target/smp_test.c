/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads on several CPUs: messages between all of them, migration, stopping and destroying
 * what runs elsewhere. With one CPU the same happens on that one.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "libsys/timer.h"
#include "workers.h"

enum { ROUNDS = 12, CPUS_MAX = 4 };

static cptr_t endpoint, reply, notification;

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
}

static void tear_down(void)
{
	drop(notification);
	drop(reply);
	drop(endpoint);
}

static unsigned cpus(void)
{
	return cpus_online() < CPUS_MAX ? cpus_online() : CPUS_MAX;
}

static cptr_t start_on(unsigned n, void (*function)(void *), void *argument, unsigned cpu)
{
	struct worker_options options = {.cpu = cpu % cpus()};

	return worker_make(n, function, argument, &options);
}

/* One that computes must not keep the first thread from its CPU. */
static cptr_t start_low(unsigned n, void (*function)(void *), void *argument, unsigned cpu)
{
	struct worker_options options = {.priority = LOW, .cpu = cpu % cpus()};

	return worker_make(n, function, argument, &options);
}

static unsigned random_number(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(*seed >> 33);
}

/* --- messages */

static void serve(void *argument)
{
	struct message message = {0};
	status_t st = ipc_recv(endpoint, reply, &message);

	(void)argument;
	while (st == ST_OK) {
		message.words[0]++;
		message.tag = tag_make(0, 1, 0);
		st = ipc_reply_recv(endpoint, reply, &message);
	}
}

static unsigned wrong;

static void call_often(void *argument)
{
	(void)argument;
	for (word_t i = 0; i < ROUNDS; i++) {
		struct message message = {.tag = tag_make(0, 1, 0), .words = {i}};

		if (ipc_call(endpoint, &message) != ST_OK || message.words[0] != i + 1)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
}

TEST(messages, between_each_two_cpus)
{
	wrong = 0;
	for (unsigned from = 0; from < cpus(); from++)
		for (unsigned to = 0; to < cpus(); to++) {
			cptr_t server, client;

			set_up();
			server = start_on(0, serve, NULL, to);
			client = start_on(1, call_often, NULL, from);
			worker_finish(client);
			drop(server);
			tear_down();
		}
	EXPECT_EQ(wrong, 0);
}

TEST(messages, of_clients_on_all_cpus_to_one_server)
{
	cptr_t server, clients[2 * CPUS_MAX];

	wrong = 0;
	set_up();
	server = start_on(0, serve, NULL, 1);
	for (unsigned i = 0; i < 2 * CPUS_MAX; i++)
		clients[i] = start_on(i + 1, call_often, NULL, i);
	for (unsigned i = 0; i < 2 * CPUS_MAX; i++)
		worker_finish(clients[i]);
	drop(server);
	EXPECT_EQ(wrong, 0);
	tear_down();
}

/* --- migration */

static unsigned seen_cpu;

static void tell_cpu(void *argument)
{
	struct message message = {0};

	(void)argument;
	for (;;) {
		seen_cpu = (unsigned)sys_debug_count(DEBUG_CPU);
		message.tag = 0;
		if (ipc_reply_recv(endpoint, reply, &message) != ST_OK)
			return;
	}
}

/* It waits on one CPU, is moved, and then called from there: straight, past the queues. */
TEST(set_cpu, of_a_thread_that_waits_lets_it_be_called_there)
{
	set_up();
	for (unsigned cpu = 0; cpu < cpus(); cpu++) {
		cptr_t server = start_on(0, tell_cpu, NULL, cpu + 1), client;

		await_state(server, THREAD_RECEIVING);
		EXPECT_EQ(thread_set_cpu(server, ROOT_SLOT_THREAD, cpu), ST_OK);
		client = start_on(1, call_often, NULL, cpu);
		worker_finish(client);
		EXPECT_EQ(seen_cpu, cpu);
		EXPECT_EQ(state_of(server), THREAD_RECEIVING);
		EXPECT_EQ(thread_set_cpu(
				  server, ROOT_SLOT_THREAD, cpu + 1 == cpus() ? 0 : cpu + 1),
			ST_OK);
		EXPECT_EQ(thread_set_cpu(server, ROOT_SLOT_THREAD, cpu), ST_OK);
		EXPECT_EQ(ipc_call(endpoint, &(struct message){0}), ST_OK);
		EXPECT_EQ(thread_suspend(server), ST_OK);
		EXPECT_EQ(state_of(server), THREAD_STOPPED);
		drop(server);
	}
	tear_down();
}

static void wander(void *argument)
{
	struct thread_info info;
	cptr_t self = (cptr_t)(uintptr_t)argument;

	for (unsigned i = 0; i < 4 * CPUS_MAX; i++) {
		if (thread_set_cpu(self, ROOT_SLOT_THREAD, i % cpus()) != ST_OK ||
			sys_debug_count(DEBUG_CPU) != i % cpus() ||
			thread_info(self, &info) != ST_OK || info.cpu != i % cpus())
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
}

TEST(set_cpu, of_the_calling_thread_moves_it_at_once)
{
	struct worker_options options = {.stopped = true};
	struct thread_registers registers;
	cptr_t thread = worker_make(0, wander, NULL, &options);

	wrong = 0;
	EXPECT_EQ(thread_read_registers(thread, &registers), ST_OK);
	registers.x[1] = thread;
	EXPECT_EQ(thread_write_registers(thread, &registers), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	worker_finish(thread);
	EXPECT_EQ(wrong, 0);
}

static volatile bool flag;

static void spin(void *argument)
{
	(void)argument;
	while (!flag)
		;
}

TEST(set_cpu, moves_a_thread_that_runs_and_one_that_waits_its_turn)
{
	struct thread_info info;
	cptr_t threads[3];

	flag = false;
	for (unsigned i = 0; i < 3; i++) {
		threads[i] = start_low(i, spin, NULL, 1);
	}
	for (unsigned i = 0; i < 60; i++) {
		EXPECT_EQ(thread_set_cpu(threads[i % 3], ROOT_SLOT_THREAD, i * 5 % cpus()),
			ST_OK);
		EXPECT_EQ(thread_info(threads[i % 3], &info), ST_OK);
		EXPECT_EQ(info.cpu, i * 5 % cpus());
		EXPECT_EQ(info.state, THREAD_READY);
		if (i % 8 == 0)
			clock_sleep_ns(MS);
	}
	flag = true;
	for (unsigned i = 0; i < 3; i++)
		worker_finish(threads[i]);
}

/* Server and clients are moved about while messages fly. */
TEST(set_cpu, loses_no_message_under_load)
{
	cptr_t server, clients[3];
	uint64_t seed = 1;
	bool running = true;

	wrong = 0;
	set_up();
	server = start_on(0, serve, NULL, 0);
	for (unsigned i = 0; i < 3; i++)
		clients[i] = start_on(i + 1, call_often, NULL, i);
	while (running) {
		unsigned cpu = random_number(&seed) % cpus(), who = random_number(&seed) % 4;

		EXPECT_EQ(
			thread_set_cpu(who == 3 ? server : clients[who], ROOT_SLOT_THREAD, cpu),
			ST_OK);
		running = false;
		for (unsigned i = 0; i < 3; i++)
			running |= state_of(clients[i]) != THREAD_STOPPED;
		if (random_number(&seed) % 4 == 0)
			clock_sleep_ns(100000);
	}
	for (unsigned i = 0; i < 3; i++)
		worker_finish(clients[i]);
	drop(server);
	EXPECT_EQ(wrong, 0);
	tear_down();
}

/* --- stopping and destroying */

static void spin_and_call(void *argument)
{
	(void)argument;
	while (!flag)
		sys_signal(notification);
}

TEST(suspend, of_what_runs_on_another_cpu_has_stopped_it)
{
	struct thread_registers a, b;
	uint64_t seed = 5;

	set_up();
	flag = false;
	for (unsigned cpu = 0; cpu < cpus(); cpu++) {
		cptr_t thread = start_low(0, cpu & 1 ? spin : spin_and_call, NULL, cpu);
		for (unsigned i = 0; i < 10; i++) {
			clock_sleep_ns(random_number(&seed) % MS);
			EXPECT_EQ(thread_suspend(thread), ST_OK);
			EXPECT_EQ(state_of(thread), THREAD_STOPPED);
			EXPECT_EQ(thread_read_registers(thread, &a), ST_OK);
			EXPECT_EQ(thread_read_registers(thread, &b), ST_OK);
			EXPECT_EQ(memcmp(&a, &b, sizeof(a)), 0);
			EXPECT_EQ(thread_resume(thread), ST_OK);
		}
		drop(thread);
	}
	tear_down();
}

TEST(destroy, what_runs_computing_or_in_calls_on_another_cpu)
{
	set_up();
	flag = false;
	for (unsigned i = 0; i < 4 * cpus(); i++) {
		cptr_t thread = start_low(0, i & 1 ? spin : spin_and_call, NULL, i);
		if (i & 2)
			clock_sleep_ns(300000);
		drop(thread);
	}
	tear_down();
}

/* Those who talk to each other across CPUs are destroyed in the midst of it. */
TEST(destroy, one_end_of_a_conversation_between_cpus)
{
	uint64_t seed = 11;

	for (unsigned i = 0; i < 12; i++) {
		cptr_t server, client;

		set_up();
		server = start_on(0, serve, NULL, i);
		client = start_on(1, call_often, NULL, i / 4);
		clock_sleep_ns(random_number(&seed) % (2 * MS));
		if (i % 3 == 0) {
			drop(server);
			drop(reply); /* the client gets CANCELED, or waits for ever */
			drop(client);
		} else if (i % 3 == 1) {
			drop(client);
			EXPECT_EQ(ipc_call(endpoint, &(struct message){0}), ST_OK);
			drop(server);
			drop(reply);
		} else {
			drop(endpoint);
			worker_finish(server);
			drop(reply); /* the last call may have been received */
			worker_finish(client);
			endpoint = make(OBJECT_ENDPOINT, 0);
		}
		reply = make(OBJECT_REPLY, 0);
		tear_down();
	}
}

/* Two that stop each other at the same time: at least one is, and nobody hangs. */
static cptr_t opponents[2];

static void stop_opponent(void *argument)
{
	cptr_t other = opponents[(uintptr_t)argument];

	while (!flag)
		;
	thread_suspend(other);
}

TEST(suspend, of_each_other_at_the_same_time)
{
	for (unsigned i = 0; i < 20; i++) {
		struct worker_options options = {.priority = LOW, .stopped = true};

		flag = false;
		for (uintptr_t n = 0; n < 2; n++) {
			options.cpu = (i + (unsigned)n) % cpus();
			opponents[n] = worker_make(
				(unsigned)n, stop_opponent, (void *)(1 - n), &options);
		}
		EXPECT_EQ(thread_resume(opponents[0]), ST_OK);
		EXPECT_EQ(thread_resume(opponents[1]), ST_OK);
		clock_sleep_ns(MS);
		flag = true;
		await_state(opponents[0], THREAD_STOPPED);
		await_state(opponents[1], THREAD_STOPPED);
		drop(opponents[0]);
		drop(opponents[1]);
	}
}

/* Whose call came second is stopped before it, so that one of them remains. */
static void delete_opponent(void *argument)
{
	cptr_t other = opponents[(uintptr_t)argument];

	while (!flag)
		;
	cap_delete(other);
}

TEST(destroy, each_other_at_the_same_time)
{
	for (unsigned i = 0; i < 20; i++) {
		struct worker_options options = {.priority = LOW, .stopped = true};

		flag = false;
		for (uintptr_t n = 0; n < 2; n++) {
			options.cpu = (i + (unsigned)n) % cpus();
			opponents[n] = worker_make(
				(unsigned)n, delete_opponent, (void *)(1 - n), &options);
		}
		EXPECT_EQ(thread_resume(opponents[0]), ST_OK);
		EXPECT_EQ(thread_resume(opponents[1]), ST_OK);
		clock_sleep_ns(MS);
		flag = true;
		for (int n = 0; n < 100 && !is_empty(opponents[0]) && !is_empty(opponents[1]);
			n++)
			clock_sleep_ns(MS);
		EXPECT(is_empty(opponents[0]) || is_empty(opponents[1]));
		clock_sleep_ns(MS);
		drop(opponents[0]);
		drop(opponents[1]);
	}
}

/* A thread's CSpace goes while it calls by it: the calls are refused, and it goes on. */
static volatile status_t last_status;

static void signal_in_own_cspace(void *argument)
{
	(void)argument;
	do
		last_status = notification_signal(3);
	while (last_status == ST_OK);
}

TEST(cspace, of_a_running_thread_is_revoked)
{
	for (unsigned cpu = 0; cpu < cpus(); cpu++) {
		cptr_t cnode = make(OBJECT_CNODE, 4), guarded = make_slot(), thread;
		struct worker_options options = {
			.cpu = cpu, .priority = LOW, .cspace = guarded};

		set_up();
		EXPECT_EQ(cap_mint(guarded, cnode, RIGHTS_ALL, guard_word(0, 60)), ST_OK);
		EXPECT_EQ(cap_copy_at(cap_in(cnode, 4, 3), cap_at(notification), RIGHTS_ALL),
			ST_OK);
		last_status = ST_OK;
		thread = worker_make(0, signal_in_own_cspace, NULL, &options);
		clock_sleep_ns(MS);
		EXPECT_EQ(cap_revoke(cnode), ST_OK);
		worker_finish(thread);
		EXPECT(last_status != ST_OK);
		drop(guarded);
		drop(cnode);
		tear_down();
	}
}

/* --- signals and timers from all CPUs */

enum { SIGNALS = 20 };
static cptr_t bits[CPUS_MAX];

/* Each sets a bit and waits until it was taken: none may be lost. */
static volatile unsigned taken[CPUS_MAX];

static void signal_often(void *argument)
{
	unsigned n = (unsigned)(uintptr_t)argument;

	for (unsigned i = 1; i <= SIGNALS; i++) {
		sys_signal(bits[n]);
		while (taken[n] != i)
			sys_sleep_until(clock_ns() + 20000);
	}
}

TEST(signal, from_all_cpus_is_never_lost)
{
	cptr_t threads[CPUS_MAX];
	unsigned left = cpus();

	set_up();
	for (unsigned n = 0; n < cpus(); n++) {
		bits[n] = make_slot();
		taken[n] = 0;
		EXPECT_EQ(cap_mint(bits[n], notification, RIGHT_WRITE, (word_t)1 << n), ST_OK);
	}
	for (uintptr_t n = 0; n < cpus(); n++) {
		threads[n] = start_low((unsigned)n, signal_often, (void *)n, (unsigned)n);
	}
	while (left) {
		word_t came = 0;

		EXPECT_EQ(notification_wait(notification, &came), ST_OK);
		for (unsigned n = 0; n < cpus(); n++)
			if (came >> n & 1 && ++taken[n] == SIGNALS)
				left--;
	}
	for (unsigned n = 0; n < cpus(); n++) {
		worker_finish(threads[n]);
		drop(bits[n]);
	}
	tear_down();
}

static void set_timers(void *argument)
{
	unsigned n = (unsigned)(uintptr_t)argument;
	cptr_t signals = make(OBJECT_NOTIFICATION, 0), timer = make(OBJECT_TIMER, 0);

	if (timer_bind(timer, signals) != ST_OK)
		wrong++;
	for (unsigned i = 0; i < 6; i++) {
		uint64_t deadline = clock_ns() + 100000 * (n + 1) + 7777 * i;
		word_t came;

		if (timer_set(timer, deadline) != ST_OK ||
			notification_wait(signals, &came) != ST_OK || clock_ns() < deadline ||
			sys_sleep_until(deadline + 50000) != ST_OK ||
			clock_ns() < deadline + 50000 || timer_cancel(timer) != ST_NOT_FOUND)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	drop(timer);
	drop(signals);
}

TEST(timers, on_all_cpus)
{
	cptr_t threads[2 * CPUS_MAX];

	wrong = 0;
	for (uintptr_t n = 0; n < 2 * cpus(); n++)
		threads[n] = start_on((unsigned)n, set_timers, (void *)n, (unsigned)n);
	for (unsigned n = 0; n < 2 * cpus(); n++)
		worker_finish(threads[n]);
	EXPECT_EQ(wrong, 0);
}

/* --- memory from all CPUs */

static void retype_and_revoke(void *argument)
{
	cptr_t untyped = (cptr_t)(uintptr_t)argument, first;

	if (slots_alloc(8, &first) != ST_OK)
		return;
	for (unsigned i = 0; i < 6; i++) {
		static const enum object types[] = {OBJECT_ENDPOINT, OBJECT_NOTIFICATION,
			OBJECT_THREAD, OBJECT_TIMER, OBJECT_REPLY};

		if (untyped_retype(untyped, types[i % 5], 0, first, 4) != ST_OK ||
			untyped_retype(untyped, OBJECT_CNODE, 4, first + 4, 2) != ST_OK ||
			cap_copy(first + 6, first, RIGHTS_ALL) != ST_OK ||
			cap_copy_at(cap_in(first + 4, 4, 3), cap_at(first + 5), 0) != ST_OK ||
			cap_revoke(untyped) != ST_OK || !is_empty(first) ||
			!is_empty(first + 6))
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	slots_free(first, 8);
}

TEST(retype, and_revoke_on_all_cpus_at_once)
{
	cptr_t threads[CPUS_MAX], untypeds[CPUS_MAX];

	wrong = 0;
	for (unsigned n = 0; n < cpus(); n++) {
		untypeds[n] = make(OBJECT_UNTYPED, 14);
		threads[n] = start_on(n, retype_and_revoke, (void *)untypeds[n], n);
	}
	for (unsigned n = 0; n < cpus(); n++) {
		worker_finish(threads[n]);
		drop(untypeds[n]);
	}
	EXPECT_EQ(wrong, 0);
}

/* All revoke the same, while others copy it. */
static void copy_and_revoke(void *argument)
{
	cptr_t slot = make_slot();

	(void)argument;
	for (unsigned i = 0; i < 8; i++) {
		status_t st = cap_copy(slot, endpoint, RIGHTS_ALL);

		if (st != ST_OK || (i % 4 == 0 && cap_revoke(endpoint) != ST_OK) ||
			cap_delete(slot) != ST_OK)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	slot_free(slot);
}

TEST(revoke, of_one_capability_by_all_cpus)
{
	cptr_t threads[CPUS_MAX];

	wrong = 0;
	set_up();
	for (unsigned n = 0; n < cpus(); n++)
		threads[n] = start_on(n, copy_and_revoke, NULL, n);
	for (unsigned n = 0; n < cpus(); n++)
		worker_finish(threads[n]);
	EXPECT_EQ(wrong, 0);
	tear_down();
}
