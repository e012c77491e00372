/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * CPUs: what each of them owns, how the others are started, how one waits.
 */
#pragma once

#include "lib/base.h"

enum { CPU_MAX = 8 };

struct thread;
struct scheduler;

/*
 * One per CPU, found through TPIDR_EL1. Its own CPU alone writes it, with the kernel lock
 * held; others read it under the lock. `online` is read without it while starting.
 */
struct cpu {
	uint64_t stack_top; /* vectors.S knows where these three are */
	uint64_t panic_stack_top;
	/*
	 * What runs after each trap; a thread begins with its struct context. NULL while the
	 * CPU is idle. Nobody else touches the context of a thread that stands here.
	 */
	struct thread *current;
	uint32_t index;
	bool resched;	 /* somebody else may have to run: kernel_exit() looks */
	bool asked;	 /* something was asked of this CPU: see sched_call() */
	bool fpu_wanted; /* another CPU waits for the registers of fpu_owner */
	uint64_t mpidr;	 /* affinity fields of MPIDR_EL1 */
	bool online;
	uint64_t irqs;	      /* interrupts taken */
	uint64_t spurious;    /* acknowledged with nothing pending */
	struct thread *stop;  /* to be stopped if it is still current here */
	struct thread *woken; /* READY, in no queue: runs next, or is put into one */
	struct scheduler *scheduler;
	int64_t ready_top;	  /* the highest priority that waits to run; -1: nobody does */
	struct thread *fpu_owner; /* whose FPU registers this CPU holds; NULL: nobody's */
	uint32_t fpu_access;	  /* FPU_ON: EL0 may use it; FPU_OFF */
	uint64_t space;		  /* TTBR0_EL1: root table and ASID */
	uint64_t irqs_off_max; /* measured builds: the longest stay in the kernel, in cycles */
};

extern struct cpu cpus[CPU_MAX];

/* While there is one CPU alone nothing is locked: true until another is about to start. */
extern bool cpu_alone;

/* Those that the device tree names, this one included; at most CPU_MAX. */
extern uint32_t cpu_count;

/* this_cpu: the CPU that runs this. */
static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__("mrs %0, tpidr_el1" : "=r"(cpu));
	return cpu;
}

/* cpu_id: the affinity fields of this CPU's MPIDR_EL1: how the device tree numbers it. */
uint64_t cpu_id(void);

/* cpu_init_boot: make the running CPU cpus[0]. */
void cpu_init_boot(void);

/*
 * cpu_start_all: start cpus[1] to cpus[cpu_count - 1] and wait until they are idle.
 *
 *  => a CPU that does not come up within its time is reported and left alone; returns
 *     how many CPUs run, this one included
 */
uint32_t cpu_start_all(void);

/* cpu_wait: sleep until an interrupt is pending (interrupts stay masked throughout). */
void cpu_wait(void);

/* cpu_halt: stop this CPU for good. */
noreturn void cpu_halt(void);

/*
 * cpu_release: make a CPU execute `entry`, a physical address, in the state it was in when
 * firmware left it: platform/cpus.c, by PSCI or by the spin table.
 */
bool cpu_release(uint32_t index, uint64_t entry);
