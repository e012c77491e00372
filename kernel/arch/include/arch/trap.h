/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From user mode into the kernel and back.
 *
 * A thread's registers are saved straight into its struct context: while it runs in user
 * mode SP_EL1 points there, so entry needs no copy and no kernel stack is ever blocked.
 * The upcalls below are one of the two places where a lower rank calls a higher one. What
 * runs after one is this_cpu()->current, be it the same thread or another.
 */
#pragma once

#include "lib/base.h"

struct context {
	uint64_t x[31];
	uint64_t sp;
	uint64_t pc;
	uint64_t pstate;
} aligned(16); /* as a stack pointer must be */

/* What a program did that it may not do: decoded from ESR_EL1 and FAR_EL1. */
struct fault {
	uint64_t address; /* what it touched; of an instruction fault, where it jumped */
	uint64_t esr;
	const char *access; /* "read from", "write to", "fetch from" or "" */
	const char *cause;  /* in words: "not mapped", "no permission", ... */
};

/* fault_has_address: does `address` mean anything? fault_class_name: ESR_EL1.EC in words. */
bool fault_has_address(const struct fault *fault);
const char *fault_class_name(const struct fault *fault);

/* trap_syscall: `x` are the caller's registers; returns what it is to find in x0. */
int64_t trap_syscall(const uint64_t *x);
void trap_irq(void);
void trap_fault(struct context *context, const struct fault *fault);

/* context_init: registers zero, to start in user mode at `pc` with the stack `sp`. */
void context_init(struct context *context, uint64_t pc, uint64_t sp);

/* context_resume: run it; this CPU's kernel stack is empty from then on. */
noreturn void context_resume(struct context *context);

/*
 * A CPU that cpu_start_all started calls these two, in this order: its interrupts are set
 * up, and then it is for the scheduler to use.
 */
void trap_cpu_online(void);
noreturn void cpu_idle(void);
