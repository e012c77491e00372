/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Time and counters, read without a system call.
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* clock_ticks: the timer's counter; clock_frequency of them make a second. */
static inline uint64_t clock_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

static inline uint64_t clock_frequency(void)
{
	uint64_t hz;

	__asm__("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

/* clock_ns: nanoseconds since the counter was zero; exact for 584 years. */
uint64_t clock_ns(void);

/*
 * clock_sleep_ns: wait for at least that many nanoseconds; other threads run meanwhile.
 * clock_sleep_until: wait until clock_ns() has reached a deadline.
 */
void clock_sleep_ns(uint64_t ns);
void clock_sleep_until(uint64_t deadline);

/*
 * counter_cycles: cycles of this CPU; under QEMU's -icount one per instruction. Only where
 * bootinfo has BOOTINFO_COUNTS_CYCLES: elsewhere reading it stops the program.
 */
static inline uint64_t counter_cycles(void)
{
	uint64_t cycles;

	__asm__ volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(cycles) : : "memory");
	return cycles;
}

#ifdef __cplusplus
}
#endif
