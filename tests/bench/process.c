/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Processes: from the call that makes one to its first instruction of main, which tells by a
 * message what the counter said there.
 */
#include "libsys/process.h"

#include <stdlib.h>

#include "bench.h"
#include "libsys/pool.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"

enum { PROCESSES = 21 };

static struct process process;

static void must(status_t status)
{
	if (status != ST_OK)
		abort();
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t middle(uint64_t *costs, unsigned count)
{
	qsort(costs, count, sizeof(*costs), by_value);
	return costs[count / 2] - reading;
}

static void measure_spawn(void)
{
	static uint64_t spawn[PROCESSES], destroy[PROCESSES];
	cptr_t memory, clock;
	struct process_cap cap;
	struct process_options options = {.caps = &cap, .caps_count = 1};
	struct message message = {0};

	must(object_create(OBJECT_UNTYPED, PROCESS_MEMORY_BITS, &memory));
	must(object_create(OBJECT_ENDPOINT, 0, &clock));
	cap = (struct process_cap){"clock", clock, RIGHT_WRITE, 0};
	options.untyped = memory;
	for (int i = 0; i < PROCESSES; i++) {
		uint64_t before = counter_cycles();

		must(process_spawn("spawned", &options, &process));
		must(ipc_recv(clock, 0, &message));
		spawn[i] = message.words[0] - before;
		before = counter_cycles();
		must(process_destroy(&process));
		destroy[i] = counter_cycles() - before;
	}
	report("spawn", middle(spawn, PROCESSES));
	report("process_destroy", middle(destroy, PROCESSES));
	must(object_delete(clock));
	must(object_delete(memory));
}

/* What the copy or the clone says of its first instruction behind startup_ready(). */
static uint64_t began(cptr_t clock)
{
	struct message message = {0};

	must(ipc_recv(clock, 0, &message));
	return message.words[0];
}

static void spawn_with(const char *argument, cptr_t clock, cptr_t wait)
{
	const char *arguments[] = {"spawned", argument, NULL};
	const struct process_cap caps[] = {
		{"clock", clock, RIGHT_WRITE, 0}, {"wait", wait, RIGHT_READ, 0}};
	const struct process_options options = {
		.arguments = arguments, .caps = caps, .caps_count = 2};

	must(process_spawn("spawned", &options, &process));
}

static void wait_ready(struct process *of)
{
	struct process_event event;

	must(process_wait(of, NULL, &event));
	if (event.state != PROCESS_WAITS)
		abort();
}

/* The second of two: the first one of a source gives it pages of its own for its data. */
static void measure_snapshot(cptr_t clock, cptr_t wait)
{
	static struct process copy;
	cptr_t large, more;
	uint64_t before, cost = 0;

	must(object_create(OBJECT_UNTYPED, 28, &large));
	must(object_create(OBJECT_UNTYPED, 23, &more));
	spawn_with("fill", clock, wait);
	must(pool_add(process.pool, large, 28));
	must(pool_add(process.pool, more, 23));
	wait_ready(&process);
	for (int i = 0; i < 2; i++) {
		before = counter_cycles();
		must(process_snapshot(&process, NULL, &copy));
		cost = began(clock) - before - reading;
		must(process_destroy(&copy));
	}
	report("process_snapshot_256m", cost);
	must(process_destroy(&process));
	must(object_delete(more));
	must(object_delete(large));
}

static void measure_restart(const char *pages, const char *key, cptr_t clock, cptr_t wait)
{
	static uint64_t cost[PROCESSES];
	static struct process clone;
	struct thread_info info;

	spawn_with(pages, clock, wait);
	wait_ready(&process);
	must(process_clone(&process, NULL, &clone));
	(void)began(clock);
	for (int i = 0; i < PROCESSES; i++) {
		uint64_t before;

		do
			must(thread_info(clone.thread, &info));
		while (info.state != THREAD_RECEIVING && (clock_sleep_ns(100000), 1));
		before = counter_cycles();
		must(process_restart(&clone));
		cost[i] = began(clock) - before;
	}
	report(key, middle(cost, PROCESSES));
	must(process_destroy(&clone));
	must(process_destroy(&process));
}

void measure_processes(void)
{
	cptr_t clock, wait;

	measure_spawn();
	must(object_create(OBJECT_ENDPOINT, 0, &clock));
	must(object_create(OBJECT_ENDPOINT, 0, &wait));
	measure_snapshot(clock, wait);
	measure_restart("1", "service_restart_1", clock, wait);
	measure_restart("100", "service_restart_100", clock, wait);
	must(object_delete(clock));
	must(object_delete(wait));
}
