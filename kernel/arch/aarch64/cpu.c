/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/cpu.h"

#include "arch/hardening.h"
#include "arch/irqchip.h"
#include "arch/kmap.h"
#include "arch/print.h"
#include "arch/timer.h"
#include "arch/trap.h"

#include "asm.h"
#include "boot_map.h"
#include "sysreg.h"

struct cpu cpus[CPU_MAX];
uint32_t cpu_count = 1;
bool cpu_alone = true;

extern char cpu_stacks[], secondary_entry[];

noreturn void cpu_main(struct cpu *cpu);

/*
 * TPIDR first: the vectors find the stacks through it. Then no way is left by which a low
 * address could be translated: not by the identity map, nor by what the TLB kept of it.
 * From here on an SError is the kernel's, and told as such.
 */
static void take_cpu(struct cpu *cpu)
{
	WRITE_SYSREG(tpidr_el1, (uintptr_t)cpu);
	WRITE_SYSREG(ttbr0_el1, image_pa(&empty_table));
	isb();
	__asm__ volatile("tlbi vmalle1" : : : "memory");
	dsb(nsh);
	isb();
	hardening_init_cpu();
	__asm__ volatile("msr daifclr, #4" : : : "memory");
}

static void init_cpu(uint32_t index)
{
	uint64_t stacks = (uintptr_t)cpu_stacks + index * CPU_STACKS_SIZE;

	cpus[index].index = index;
	cpus[index].panic_stack_top = stacks + PAGE_SIZE + PANIC_STACK_SIZE;
	cpus[index].stack_top = stacks + CPU_STACKS_SIZE;
}

uint64_t cpu_id(void)
{
	return READ_SYSREG(mpidr_el1) & MPIDR_AFFINITY;
}

void cpu_init_boot(void)
{
	for (uint32_t i = 0; i < CPU_MAX; i++)
		init_cpu(i);
	cpus[0].mpidr = cpu_id();
	cpus[0].online = true;
	take_cpu(&cpus[0]);
}

void cpu_main(struct cpu *cpu)
{
	take_cpu(cpu);
	trap_cpu_online();
	__atomic_store_n(&cpu->online, true, __ATOMIC_RELEASE);
	cpu_idle();
}

static bool wait_online(const struct cpu *cpu, uint64_t deadline)
{
	while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
		if (timer_now() > deadline)
			return false;
	return true;
}

uint32_t cpu_start_all(void)
{
	uint64_t deadline = timer_now() + timer_frequency();
	bool released[CPU_MAX] = {false};
	uint32_t running = 1;

	cpu_alone = cpu_count == 1;
	dsb(ish); /* cpus[] before a CPU that reads it can start */
	for (uint32_t i = 1; i < cpu_count; i++) {
		released[i] = cpu_release(i, image_pa(secondary_entry));
		if (!released[i])
			kprintf("quire: cpu %u cannot be started\n", i);
	}
	for (uint32_t i = 1; i < cpu_count; i++) {
		if (!released[i])
			continue;
		if (wait_online(&cpus[i], deadline))
			running++;
		else
			kprintf("quire: cpu %u did not come up within a second\n", i);
	}
	return running;
}

void cpu_wait(void)
{
	dsb(sy); /* all is written out before the clock may stop */
	isb();	 /* and no table is walked any more that this CPU has left */
	__asm__ volatile("wfi" : : : "memory");
}

/* With an interrupt pending wfi would return at once, for ever. */
void cpu_halt(void)
{
	irqchip_stop_cpu();
	for (;;)
		cpu_wait();
}
