/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Processes: from the call that makes one to its first instruction of main, which tells by a
 * message what the counter said there.
 */
#include "libsys/process.h"

#include <stdlib.h>

#include "bench.h"
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

void measure_processes(void)
{
	measure_spawn();
}
