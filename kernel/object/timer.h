/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Timers: each CPU has a heap of those set on it, earliest first.
 *
 * The heap is a complete binary tree of the timers themselves: the place of the n-th is read
 * off the bits of n, so setting, withdrawing and expiry take O(log n) steps and no memory.
 */
#pragma once

#include "cap/cap.h"

struct cpu;

struct timer {
	struct slot slot;	      /* a TIMER object: the notification that it signals */
	uint64_t deadline;	      /* in counts of the clock */
	uint32_t parent, left, right; /* object_ref; 0: none. The root's parent is 0 */
	uint16_t cpu;		      /* whose heap */
	uint8_t armed;
	uint8_t of_thread; /* within a thread: wakes it */
};

_Static_assert(sizeof(struct timer) <= 64, "abi/objects.def gives a timer 2^6 bytes");

/* timer_arm: expire at `count` of the clock, on this CPU; one that is armed is moved. */
void timer_arm(struct timer *timer, uint64_t count);

/* What taking one out of thousands costs, in units of cap/work.h. */
enum { WORK_DISARM = 100 };

/* timer_disarm: withdraw; nothing if it is not armed. */
void timer_disarm(struct timer *timer);

/* timer_finalise: object_types' finalise. */
struct work;
status_t timer_finalise(const struct cap *cap, struct work *work);

/* timers_expire: of this CPU, the timers that are due, then program the next deadline. */
void timers_expire(struct cpu *cpu);

/* timers_program: this CPU's deadline is the earliest of its heap and the time slice's end. */
void timers_program(void);

/* timers_check: stop unless all heaps are heaps; for debug builds. */
void timers_check(void);

/* clock_count: nanoseconds as counts of the clock, rounded up; UINT64_MAX if beyond. */
uint64_t clock_count(uint64_t ns);

/* clock_init: how counts and nanoseconds relate. Once. */
void clock_init(void);
