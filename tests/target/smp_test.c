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
		EXPECT_EQ(thread_set_cpu(server, cpu), ST_OK);
		client = start_on(1, call_often, NULL, cpu);
		worker_finish(client);
		EXPECT_EQ(seen_cpu, cpu);
		EXPECT_EQ(state_of(server), THREAD_RECEIVING);
		EXPECT_EQ(thread_set_cpu(server, cpu + 1 == cpus() ? 0 : cpu + 1), ST_OK);
		EXPECT_EQ(thread_set_cpu(server, cpu), ST_OK);
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
		if (thread_set_cpu(self, i % cpus()) != ST_OK ||
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
		threads[i] = start_on(i, spin, NULL, 1);
		EXPECT_EQ(thread_set_priority(threads[i], ROOT_SLOT_THREAD, LOW), ST_OK);
	}
	for (unsigned i = 0; i < 60; i++) {
		EXPECT_EQ(thread_set_cpu(threads[i % 3], i * 5 % cpus()), ST_OK);
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

		EXPECT_EQ(thread_set_cpu(who == 3 ? server : clients[who], cpu), ST_OK);
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
