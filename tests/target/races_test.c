/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Calls that destroy what they were made with, or meet another one half-way. With one CPU
 * there is nobody to meet: these tests say so and pass.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/syscalls.h"
#include "workers.h"

enum { LONG_MS = 10000 }; /* on a busy host a CPU of the machine may wait for seconds */

static volatile int go, begun, ended;
static volatile uint64_t rounds;
static cptr_t endpoint, object, target;

static void wait_ms(uint64_t ms)
{
	uint64_t until = clock_ns() + ms * MS;

	while (clock_ns() < until)
		;
}

static void set_up(void)
{
	go = begun = ended = 0;
	rounds = 0;
}

static cptr_t start_low(unsigned n, void (*function)(void *), unsigned cpu)
{
	struct worker_options options = {.priority = LOW, .cpu = cpu};

	return worker_make(n, function, NULL, &options);
}

static void count(void *argument)
{
	(void)argument;
	for (;;)
		rounds++;
}

static void configure(void *argument)
{
	(void)argument;
	while (!go)
		;
	begun = 1;
	sys_thread_configure(target, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, 0, 0);
	ended = 1;
	for (;;)
		sys_yield();
}

/* What the target held before leads to the caller's own last capability. */
TEST(races, to_configure_a_thread_may_destroy_the_caller)
{
	cptr_t cnode = make(OBJECT_CNODE, 4), large = make(OBJECT_CNODE, 16), thread;

	if (cpus_online() < 2)
		return drop(cnode), drop(large);
	set_up();
	target = make(OBJECT_THREAD, 0);
	thread = start_low(1, configure, 1);
	REQUIRE(sys_thread_configure(target, cnode, 0, 0, 0) == ST_OK);
	REQUIRE(sys_cap_move(cnode, 0, 4, ROOT_SLOT_CNODE, large, 64) == ST_OK);
	REQUIRE(sys_cap_move(cnode, 5, 4, ROOT_SLOT_CNODE, thread, 64) == ST_OK);
	drop(cnode);
	go = 1;
	for (int i = 0; !begun && i < LONG_MS; i++)
		wait_ms(1);
	wait_ms(50);
	EXPECT(begun && !ended);
	drop(large);
	drop(thread);
	drop(target);
}

static void revoke(void *argument)
{
	(void)argument;
	while (!go)
		;
	begun = 1;
	sys_cap_revoke(ROOT_SLOT_CNODE, object, 64);
	ended = 1;
}

/* A revoke leaves a Zombie in a thread's slot until all else is gone. */
TEST(races, a_thread_is_configured_while_its_cspace_is_revoked)
{
	enum { BATCHES = 60, BATCH = 256 };
	cptr_t keep = make(OBJECT_CNODE, 14), cnode = make_slot(), thread;

	set_up();
	target = make(OBJECT_THREAD, 0);
	object = make(OBJECT_UNTYPED, 20);
	REQUIRE(sys_untyped_retype(object, OBJECT_CNODE, 2, ROOT_SLOT_CNODE, cnode, 1) ==
		ST_OK);
	REQUIRE(sys_thread_configure(target, cnode, 0, 0, 0) == ST_OK);
	for (word_t i = 0; i < BATCHES; i++)
		REQUIRE(sys_untyped_retype(
				object, OBJECT_ENDPOINT, 0, keep, i * BATCH, BATCH) == ST_OK);
	thread = start_low(1, revoke, cpus_online() > 1);
	go = 1;
	if (cpus_online() > 1)
		while (cap_info(cnode) >= 0)
			;
	EXPECT_EQ(sys_thread_configure(target, 0, 0, 0, 0), ST_OK);
	worker_finish(thread);
	EXPECT(ended);
	drop(cnode);
	drop(keep);
	drop(object);
	drop(target);
}

static void receive(void *argument)
{
	struct message message = {0};

	(void)argument;
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_CANCELED);
	ended = 1;
}

static void delete (void *argument)
{
	(void)argument;
	while (!go)
		;
	begun = 1;
	cap_delete(object);
	for (;;)
		sys_yield();
}

/* An idle CPU that empties dead objects may wake somebody by it. */
TEST(races, who_is_woken_by_an_idle_cpus_cleaning_runs)
{
	cptr_t waiter, deleter;

	if (cpus_online() < 2)
		return;
	set_up();
	endpoint = make(OBJECT_ENDPOINT, 0);
	object = make(OBJECT_CNODE, 18);
	waiter = worker_make(
		0, receive, NULL, &(struct worker_options){.priority = LOW, .cpu = 1});
	await_state(waiter, THREAD_RECEIVING);
	REQUIRE(sys_cap_move(object, 5, 18, ROOT_SLOT_CNODE, endpoint, 64) == ST_OK);
	deleter = start_low(1, delete, 1);
	go = 1;
	while (cap_info(object) >= 0) /* until the delete has begun */
		;
	EXPECT_EQ(sys_thread_suspend(deleter), ST_OK);
	worker_finish(waiter);
	EXPECT(ended);
	drop(deleter);
	drop(endpoint);
	drop(object);
}

static volatile int64_t where;

static void yield_often(void *argument)
{
	(void)argument;
	for (;;) {
		where = sys_debug_count(DEBUG_CPU);
		sys_yield();
	}
}

TEST(races, a_thread_that_yields_moves_all_the_same)
{
	cptr_t one, other;

	if (cpus_online() < 3)
		return;
	set_up();
	one = start_low(0, yield_often, 1);
	other = start_low(1, yield_often, 1);
	for (int i = 0; i < 40; i++) {
		struct thread_info info;

		EXPECT_EQ(sys_thread_set_cpu(one, ROOT_SLOT_THREAD, i & 1 ? 1 : 2), ST_OK);
		EXPECT_EQ(sys_thread_info(one, (uintptr_t)&info, sizeof(info)), ST_OK);
		EXPECT_EQ(info.cpu, i & 1 ? 1 : 2);
		wait_ms(1);
	}
	EXPECT_EQ(sys_thread_suspend(other), ST_OK);
	EXPECT_EQ(sys_thread_set_cpu(one, ROOT_SLOT_THREAD, 2), ST_OK);
	for (int i = 0; where != 2 && i < LONG_MS; i++)
		wait_ms(1);
	EXPECT_EQ(where, 2);
	drop(one);
	drop(other);
}

/* When revoke returns no CPU translates by it any more. */
TEST(races, who_runs_in_a_vspace_that_is_revoked_stops)
{
	cptr_t space = make_slot(), thread;
	struct thread_info info;
	uint64_t before;

	if (cpus_online() < 2)
		return drop(space);
	set_up();
	thread = start_low(0, count, 1);
	EXPECT_EQ(sys_thread_suspend(thread), ST_OK);
	REQUIRE(cap_copy(space, ROOT_SLOT_VSPACE, RIGHTS_ALL) == ST_OK);
	REQUIRE(sys_thread_info(thread, (uintptr_t)&info, sizeof(info)) == ST_OK);
	REQUIRE(sys_thread_configure(thread, ROOT_SLOT_CNODE, space, 0, info.ipc_buffer) ==
		ST_OK);
	EXPECT_EQ(sys_thread_resume(thread), ST_OK);
	for (int i = 0; rounds == 0 && i < LONG_MS; i++)
		wait_ms(1);
	EXPECT(rounds > 0);
	EXPECT_EQ(sys_cap_revoke(ROOT_SLOT_CNODE, space, 64), ST_OK);
	before = rounds;
	wait_ms(5);
	EXPECT_EQ(rounds, before);
	drop(thread);
	drop(space);
}

/* The partner of a message runs where it belongs, and is found there. */
TEST(races, who_was_moved_while_waiting_is_suspended_while_it_runs)
{
	cptr_t reply = make(OBJECT_REPLY, 0), thread;
	struct message message = {0};
	uint64_t before;

	endpoint = make(OBJECT_ENDPOINT, 0);
	set_up();
	thread = worker_make(0, receive, NULL,
		&(struct worker_options){.priority = LOW, .cpu = cpus_online() > 2 ? 2 : 0});
	await_state(thread, THREAD_RECEIVING);
	EXPECT_EQ(sys_thread_set_cpu(thread, ROOT_SLOT_THREAD, 0), ST_OK);
	EXPECT_EQ(sys_thread_suspend(thread), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	before = rounds;
	wait_ms(2);
	EXPECT_EQ(rounds, before);
	EXPECT_EQ(ipc_try_send(endpoint, &message), ST_SHOULD_WAIT);
	drop(thread);
	drop(endpoint);
	drop(reply);
}
