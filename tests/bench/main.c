/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What operations cost in instructions: booted under -icount by tools/bench, where the
 * cycle counter counts exactly one for each. A line "bench KEY N" is a figure; figures.json
 * says what each means and what it may be.
 *
 * Each operation is measured a thousand times, between two readings of the counter; the
 * cost of reading it is measured the same way and taken off; the median is the figure.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "libsys/boot.h"
#include "libsys/syscalls.h"
#include "libsys/untyped.h"

uint64_t sample[ROUNDS];
uint64_t reading;

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t median(void)
{
	qsort(sample, ROUNDS, sizeof(sample[0]), by_value);
	return sample[ROUNDS / 2];
}

void report(const char *key, uint64_t instructions)
{
	printf("bench %s %lu\n", key, (unsigned long)instructions);
}

/* A loop whose length is known: does the counter count one for each instruction? */
static void calibrate(void)
{
	uint64_t loop = MEASURE(({
		uint64_t n;

		__asm__ volatile("mov %0, #1000\n1:	sub %0, %0, #1\n\tcbnz %0, 1b"
				 : "=r"(n));
	}));

	report("calibration", loop - reading);
}

/* A timer that signals nothing: its interrupt costs what taking one costs. */
static cptr_t timer;

/*
 * A timer interrupt comes while the program reads the counter over and over: the one step
 * that is longer than the others holds it.
 */
static uint64_t interrupt_step(void)
{
	enum { STEPS = 3000, SOON_NS = 1600 };
	uint64_t last, longest = 0;

	sys_timer_set(timer, clock_ns() + SOON_NS);
	last = counter_cycles();
	for (int i = 0; i < STEPS; i++) {
		uint64_t now = counter_cycles();

		if (now - last > longest)
			longest = now - last;
		last = now;
	}
	return longest;
}

static void measure_interrupt(void)
{
	uint64_t step;

	if (object_create(OBJECT_TIMER, 0, &timer) != ST_OK)
		abort();
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t last = counter_cycles();

		sample[i] = counter_cycles() - last;
	}
	step = median();
	for (int i = 0; i < ROUNDS; i++)
		sample[i] = interrupt_step();
	/* The loop's own instructions are in the longest step too: the shortest shows them. */
	report("irq_entry_exit", median() - step);
	object_delete(timer);
}

int main(void)
{
	if (boot_info()->cpus_online > 1) {
		measure_cpus();
		return 0;
	}
	report("boot_to_root", boot_instructions());
	reading = MEASURE((void)0);
	calibrate();
	report("null_syscall", MEASURE(sys_nop()) - reading);
	measure_interrupt();
	measure_capabilities();
	measure_threads();
	measure_memory();
	measure_processes();
	return 0;
}
