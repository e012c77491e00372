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

#include "abi/ipc.h"

#include "lib/base.h"

struct context {
	uint64_t x[31];
	uint64_t sp;
	uint64_t pc;
	uint64_t pstate;
} aligned(16); /* as a stack pointer must be */

struct cpu;
struct thread;

/*
 * The upcalls. trap_syscall: the call's number and arguments are in the context, where the
 * answer goes. trap_fault: what the program did is in ESR_EL1's and FAR_EL1's values.
 * trap_fpu: it used the FPU while it was not allowed to.
 */
void trap_syscall(struct context *context, struct cpu *cpu);
void trap_irq(struct context *context, struct cpu *cpu);
void trap_fault(struct context *context, struct cpu *cpu, uint64_t esr, uint64_t far);
void trap_fpu(void);

/* For builds that trace: the thread's name, which is there as long as the thread. */
const char *trap_thread_name(const struct thread *thread);

/* By ESR_EL1.EC: enum fault_label, and whether FAR_EL1 holds an address. */
enum { FAULT_HAS_ADDRESS = 0x80 };
extern const uint8_t fault_classes[64];

static inline uint8_t fault_class(uint64_t esr)
{
	return fault_classes[esr >> 26 & 63];
}

/* fault_has_address: does FAR_EL1 mean anything? ESR_EL1.FnV of an abort says that not. */
static inline bool fault_has_address(uint64_t esr)
{
	return fault_class(esr) & FAULT_HAS_ADDRESS && !(esr & BIT(10));
}

/* fault_label: what kind of fault that is; enum fault_label. */
static inline uint32_t fault_label(uint64_t esr)
{
	uint32_t label = fault_class(esr) & ~(uint32_t)FAULT_HAS_ADDRESS;

	/* An abort's fault status code: alignment */
	return label == FAULT_PAGE && (esr & 0x3f) == 0x21 ? FAULT_ALIGNMENT : label;
}

/* A fault in words, for people. */
struct fault_text {
	const char *name;   /* "data abort", "undefined instruction", ... */
	const char *access; /* "read from", "write to", "fetch from" or "" */
	const char *cause;  /* "not mapped", "no permission", ... */
};

struct fault_text fault_describe(uint64_t esr, uint64_t far);

/* context_flags: N, Z, C and V in their places. */
uint64_t context_flags(const struct context *context);

/* context_set_flags: N, Z, C and V out of a PSTATE; all else stays what user mode needs. */
void context_set_flags(struct context *context, uint64_t pstate);

/* context_init: registers zero, to start in user mode at `pc` with the stack `sp`. */
void context_init(struct context *context, uint64_t pc, uint64_t sp);

/* context_restart: a system call that was begun is begun anew when the context is resumed. */
static inline void context_restart(struct context *context)
{
	context->pc -= 4;
}

/* context_resume: run it; this CPU's kernel stack is empty from then on. */
noreturn void context_resume(struct context *context);

/*
 * A CPU that cpu_start_all started calls these two, in this order: its interrupts are set
 * up, and then it is for the scheduler to use.
 */
void trap_cpu_online(void);
noreturn void cpu_idle(void);
