/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/latency.h"

#include "abi/syscalls.h"

#include "arch/cpu.h"
#include "arch/print.h"
#include "arch/trace.h"
#include "arch/trap.h"

#include "sysreg.h"

#ifdef QUIRE_LATENCY

enum { EC_SHIFT = 26, EC_SVC64 = 0x15 };

_Static_assert((int)SYSCALL_COUNT <= (int)LATENCY_FAULT, "calls come first");

/* One for each CPU: no lock is held. */
static struct stay {
	uint64_t since;
	uint64_t longest[LATENCY_CAUSES];
	unsigned cause;
} stays[CPU_MAX];

static unsigned cause_of(const struct context *context)
{
	if (READ_SYSREG(esr_el1) >> EC_SHIFT != EC_SVC64)
		return LATENCY_FAULT;
	return context->x[8] < SYSCALL_COUNT ? (unsigned)context->x[8] : LATENCY_FAULT;
}

void latency_enter(const struct context *context, unsigned cause)
{
	struct stay *stay = &stays[this_cpu()->index];

	stay->cause = cause ? cause : cause_of(context);
	trace_enter(stay->cause);
	stay->since = READ_SYSREG(pmccntr_el0);
}

void latency_leave(void)
{
	struct cpu *cpu = this_cpu();
	struct stay *stay = &stays[cpu->index];
	uint64_t cycles = READ_SYSREG(pmccntr_el0) - stay->since;

	if (cycles > stay->longest[stay->cause])
		stay->longest[stay->cause] = cycles;
	if (cycles > cpu->irqs_off_max)
		cpu->irqs_off_max = cycles;
	trace_leave();
}

static const char *const names[LATENCY_CAUSES] = {
#define SYSCALL_IPC(number, name, text)		     [number] = #name,
#define SYSCALL(number, name, parameters, arguments) [number] = #name,
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	[LATENCY_FAULT] = "(fault)",
	[LATENCY_IRQ] = "(interrupt)",
	[LATENCY_IDLE] = "(idle)",
};

void latency_report(void)
{
	for (unsigned cause = 0; cause < LATENCY_CAUSES; cause++) {
		uint64_t longest = 0;

		for (uint32_t i = 0; i < cpu_count; i++)
			longest = max_u64(longest, stays[i].longest[cause]);
		if (longest)
			kprintf("quire: irqs off %lu %s\n", longest, names[cause]);
	}
}

#endif
