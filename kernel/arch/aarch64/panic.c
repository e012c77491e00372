/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The end: what the kernel says when it cannot go on.
 */
#include "panic.h"

#include "lib/format.h"
#include "lib/string.h"
#include "lib/symbols.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/irqchip.h"
#include "arch/print.h"

#include "asm.h"
#include "fault.h"
#include "sysreg.h"

enum { BACKTRACE_MAX = 24 };

void kprintf(const char *text, ...)
{
	char line[256];
	va_list args;

	va_start(args, text);
	console_write(line, format_v(line, sizeof(line), text, args));
	va_end(args);
}

/* Of the CPUs that panic, one tells; one that panics while it tells is not the first. */
static bool panicking;
bool all_stop;

static bool first_to_panic(void)
{
	return !__atomic_exchange_n(&panicking, true, __ATOMIC_ACQ_REL);
}

/* Some may sleep in kernel_lock_wait, where no interrupt reaches them: the event does. */
void stop_other_cpus(void)
{
	__atomic_store_n(&all_stop, true, __ATOMIC_RELAXED);
	dsb(ish); /* the flag before event and interrupts; partner: panic_in_progress */
	__asm__ volatile("sev" : : : "memory");
	for (uint32_t i = 0; i < cpu_count; i++)
		if (i != this_cpu()->index &&
			__atomic_load_n(&cpus[i].online, __ATOMIC_ACQUIRE))
			irq_send_ipi(i);
}

static void show_address(const char *what, uint64_t address)
{
	uint64_t offset;
	const char *name = symbol_find(address, &offset);

	if (name)
		kprintf("  %s 0x%016lx %s+0x%lx\n", what, address, name, offset);
	else
		kprintf("  %s 0x%016lx\n", what, address);
}

/* A frame pointer is followed only while it stays on this CPU's two stacks. */
static bool on_stack(uint64_t fp)
{
	struct cpu *cpu = this_cpu();

	if (!is_aligned(fp, 8))
		return false;
	return (fp >= cpu->stack_top - STACK_SIZE && fp <= cpu->stack_top - 16) ||
		(fp >= cpu->panic_stack_top - PANIC_STACK_SIZE &&
			fp <= cpu->panic_stack_top - 16);
}

static void backtrace(uint64_t fp)
{
	for (int i = 0; i < BACKTRACE_MAX && on_stack(fp); i++) {
		const uint64_t *record = (const uint64_t *)fp;

		if (record[1] == 0)
			return;
		show_address("from", record[1] - 4); /* the call, not what follows it */
		fp = record[0];
	}
}

static noreturn void end_of_panic(uint64_t fp)
{
	backtrace(fp);
	kprintf("quire: stopped\n");
	console_flush();
	cpu_halt();
}

void panic(const char *text, ...)
{
	char line[256];
	va_list args;

	if (!first_to_panic())
		cpu_halt();
	stop_other_cpus();
	va_start(args, text);
	format_v(line, sizeof(line), text, args);
	va_end(args);
	kprintf("quire: panic: ");
	console_write(line, strlen(line));
	kprintf("\n");
	end_of_panic((uintptr_t)__builtin_frame_address(0));
}

void assert_fail(const char *file, int line, const char *condition)
{
	panic("%s:%d: %s does not hold", file, line, condition);
}

static void show_registers(const struct context *context)
{
	for (int i = 0; i < 30; i += 2)
		kprintf("  x%-2d %016lx   x%-2d %016lx\n", i, context->x[i], i + 1,
			context->x[i + 1]);
	kprintf("  x30 %016lx   sp  %016lx\n", context->x[30], context->sp);
}

void kernel_exception(struct context *context, uint64_t kind)
{
	static const char *const kinds[] = {
		"synchronous exception", "interrupt", "fast interrupt", "SError"};
	uint64_t esr = READ_SYSREG(esr_el1);
	uint64_t far = READ_SYSREG(far_el1);
	struct fault_text fault = fault_describe(esr, far);

	if (!first_to_panic())
		cpu_halt();
	stop_other_cpus();
	kprintf("quire: panic: %s in the kernel on cpu %u: %s\n", kinds[kind & 3],
		this_cpu()->index, fault.name);
	if (fault_has_address(esr))
		kprintf("  %s 0x%016lx: %s\n", fault.access, far, fault.cause);
	kprintf("  esr 0x%08lx  pstate 0x%08lx\n", esr, context->pstate);
	show_registers(context);
	show_address("at  ", context->pc);
	show_address("lr  ", context->x[30]);
	end_of_panic(context->x[29]);
}
