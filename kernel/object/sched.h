/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Who runs: on each CPU the most urgent of its READY threads, those of one priority in turn.
 *
 *	queue[255]
 *	   ...          each a list: the head runs next, who used up its slice goes last
 *	queue[  0]      `filled` has a bit for each that is not empty; cpu->ready_top is the
 *			highest
 *
 * The thread that runs is in no queue, nor is cpu->woken, who ran there before this CPU left
 * the kernel last: see sched_ready. All of it is O(1).
 */
#pragma once

#include "arch/cpu.h"
#include "arch/lock.h"
#include "arch/space.h"

#include "object/thread.h"

enum { PRIORITIES = PRIORITY_MAX + 1, SLICE_US = 5000 };

struct scheduler {
	uint64_t filled[PRIORITIES / 64];
	uint64_t words;	      /* a bit for each of those that is not 0 */
	uint64_t slice_end;   /* in counts; UINT64_MAX while nobody waits for it */
	struct timer *timers; /* the heap's root, */
	uint64_t timer_count; /* and how many are in it */
	struct thread_queue queue[PRIORITIES];
};

/* sched_init: before any thread. */
void sched_init(void);

/* sched_ready: a thread that runs nowhere may run: into its CPU's queue; calls that CPU. */
void sched_ready(struct thread *thread);

/* sched_remove: take a READY thread that is not current out of its queue. */
void sched_remove(struct thread *thread);

/* sched_set_priority: of any thread, whatever it does. */
void sched_set_priority(struct thread *thread, uint8_t priority);

/*
 * sched_set_cpu: run the thread on another CPU from now on; false if the one that it runs on
 * was asked to let go of it: begin the system call anew.
 */
must_check bool sched_set_cpu(struct thread *thread, struct cpu *cpu);

/*
 * sched_spaces_are_left: after VSpaces were revoked, whether no other CPU runs a thread in one
 * that it has no more; those that do were asked to leave: begin the call anew.
 */
must_check bool sched_spaces_are_left(void);

/* sched_yield: this CPU's current goes behind the others of its priority. */
void sched_yield(void);

/* sched_slice_over: this CPU's time slice has ended: its current's, or that of one who left. */
void sched_slice_over(struct cpu *cpu);

/*
 * sched_call: let a CPU do what it was asked (cpu->stop, thread->home, fpu_wanted, a
 * VSpace that goes) and look who is to run: this one before its exit, another at once.
 */
void sched_call(struct cpu *cpu);

/* sched_start: run the first thread; does not return. */
noreturn void sched_start(struct thread *thread);

/* sched_is_root, sched_end: is that the first thread? It is done: switch the machine off. */
bool sched_is_root(const struct thread *thread);
noreturn void sched_end(unsigned status);

/* sched_reschedule: kernel_exit's: choose, and wait while there is nobody to choose. */
void sched_reschedule(struct cpu *cpu);

/* kernel_exit: the last that a trap does: nothing is pending then, and the lock is free. */
static inline void kernel_exit(struct cpu *cpu)
{
	if (unlikely(cpu->resched))
		sched_reschedule(cpu);
	kernel_unlock();
}

/*
 * sched_switch: `next` is this CPU's current from now on (NULL: nobody).
 *
 *  => inline: it is on the path of every message
 */
static inline void sched_switch(struct cpu *cpu, struct thread *next)
{
	struct thread *before = cpu->current;
	uint64_t space;

	if (before)
		before->tls = tls_get();
	cpu->current = next;
	if (next)
		tls_set(next->tls);
	space = next ? thread_space(next) : space_none();
	if (space != cpu->space) {
		cpu->space = space;
		space_set(space);
	}
	fpu_switch(&cpu->fpu_access, cpu->fpu_owner == next);
}
