/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads, and who runs next: for now the one thread of the first program.
 */
#pragma once

#include "arch/trap.h"

enum { THREAD_NAME_MAX = 32 };

enum thread_state {
	THREAD_RUNNING,
	THREAD_SLEEPING, /* until the timer reaches `deadline` */
};

struct thread {
	struct context context; /* first: SP_EL1 points here in user mode */
	enum thread_state state;
	uint64_t deadline; /* timer count */
	char name[THREAD_NAME_MAX];
};

/* thread_start: make `thread` this CPU's and run it; does not return. */
noreturn void thread_start(struct thread *thread);

/* thread_sleep_until: the running thread waits for the timer, unless the time has come. */
void thread_sleep_until(uint64_t count);

/*
 * thread_schedule: the context to resume on this CPU.
 *
 *  => waits for interrupts here while nothing can run
 */
struct context *thread_schedule(void);

/* thread_end: the first program is done: say so and switch the machine off. */
noreturn void thread_end(unsigned status);

