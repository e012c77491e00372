/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program did what it may not do. Nobody handles faults yet: it is stopped, and told why.
 */
#include "arch/cpu.h"
#include "arch/print.h"
#include "arch/trap.h"
#include "arch/usermap.h"

#include "object/thread.h"

enum { STATUS_FAULT = 139, BACKTRACE_MAX = 16 };

/* Frame records of the program, as far as they can be read: each higher than the last. */
static void show_callers(uint64_t fp)
{
	uint64_t record[2];

	for (int i = 0; i < BACKTRACE_MAX; i++) {
		if (fp == 0 || user_read(record, fp, sizeof(record)) != ST_OK)
			return;
		if (record[1] == 0)
			return;
		kprintf("  from 0x%lx\n", record[1] - 4);
		if (record[0] <= fp)
			return;
		fp = record[0];
	}
}

void trap_fault(struct context *context, const struct fault *fault)
{
	const struct thread *thread = this_cpu()->current;

	if (fault_has_address(fault))
		kprintf("quire: %s stopped: %s: %s%s0x%016lx: %s\n", thread->name,
			fault_class_name(fault), fault->access, *fault->access ? " " : "",
			fault->address, fault->cause);
	else
		kprintf("quire: %s stopped: %s\n", thread->name, fault->cause);
	kprintf("  pc 0x%lx  lr 0x%lx  sp 0x%lx  esr 0x%lx\n", context->pc, context->x[30],
		context->sp, fault->esr);
	show_callers(context->x[29]);
	thread_end(STATUS_FAULT);
}
