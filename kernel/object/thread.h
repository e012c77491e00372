/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads, and who runs next: for now the one thread of the first program.
 */
#pragma once

#include "arch/trap.h"

enum { THREAD_NAME_MAX = 32 };

struct thread {
	struct context context; /* first: SP_EL1 points here in user mode */
	char name[THREAD_NAME_MAX];
};

/* thread_start: make `thread` this CPU's and run it; does not return. */
noreturn void thread_start(struct thread *thread);

/* thread_sleep_until: wait until the timer has reached `count`, taking interrupts. */
void thread_sleep_until(uint64_t count);

/* thread_end: the first program is done: say so and switch the machine off. */
noreturn void thread_end(unsigned status);
