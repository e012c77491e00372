/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Messages between CPUs. Under -icount the emulator runs one CPU at a time, and its clock
 * counts the instructions of all of them, one a nanosecond: a round trip's nanoseconds are
 * what the CPUs execute for it together. On a machine, where they run at the same time, it
 * takes less; what waiting for an interrupt and for the other's cache costs is not in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "libsys/boot.h"
#include "libsys/ipc.h"
#include "libsys/syscalls.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"

enum { STACK_SIZE = 16384, THREADS_MAX = 4, CALLS = 1000 };

static cptr_t endpoint, reply;
static volatile unsigned done;
static char stacks[THREADS_MAX][STACK_SIZE];

static void must(int64_t status)
{
	if (status < 0)
		abort();
}

static cptr_t start_on(unsigned cpu, void (*function)(void *))
{
	struct thread_options options = {.stack = stacks[cpu],
		.stack_size = STACK_SIZE,
		.priority = PRIORITY_MAX - 1,
		.cpu = cpu};
	cptr_t thread;

	must(thread_start(function, NULL, &options, &thread));
	return thread;
}

static void serve(void *argument)
{
	word_t tag, badge;

	(void)argument;
	must(ipc_recv(endpoint, reply, &(struct message){0}));
	for (;;)
		ipc_reply_recv0(endpoint, reply, 0, &badge, &tag);
}

static void call(void *argument)
{
	word_t tag;

	(void)argument;
	for (int i = 0; i < CALLS; i++)
		ipc_call0(endpoint, 0, &tag);
	__atomic_fetch_add(&done, 1, __ATOMIC_RELAXED);
}

static uint64_t nanoseconds_of_calls(void)
{
	uint64_t before = clock_ns();

	call(NULL);
	return (clock_ns() - before) / CALLS;
}

/* One client and one server on different CPUs, the others asleep. */
static void measure_pair(void)
{
	cptr_t server = start_on(1, serve);

	call(NULL);
	printf("bench-cpus ipc_rt_0w_other_cpu %lu\n", (unsigned long)nanoseconds_of_calls());
	must(thread_delete(server));
}

/* A client on each of the other CPUs, one server: what each round trip costs all of them. */
static void measure_all(void)
{
	unsigned clients = boot_info()->cpus_online - 1;
	cptr_t server = start_on(0, serve), threads[THREADS_MAX];
	uint64_t before;

	clock_sleep_ns(1000000);
	done = 0;
	before = clock_ns();
	for (unsigned i = 1; i <= clients; i++)
		threads[i] = start_on(i, call);
	while (done != clients)
		clock_sleep_ns(100000);
	printf("bench-cpus ipc_rt_0w_three_cpus_call_one %lu\n",
		(unsigned long)((clock_ns() - before) / CALLS / clients));
	for (unsigned i = 1; i <= clients; i++)
		must(thread_delete(threads[i]));
	must(thread_delete(server));
}

void measure_cpus(void)
{
	must(object_create(OBJECT_ENDPOINT, 0, &endpoint));
	must(object_create(OBJECT_REPLY, 0, &reply));
	measure_pair();
	measure_all();
}
