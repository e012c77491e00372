/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Choosing who runs. A CPU decides for itself, on its way out of the kernel, when `resched`
 * says that something changed; another CPU that changed something sends it an interrupt so
 * that there is such a way out. See docs/kernel.md, "Several CPUs".
 */
#include "object/sched.h"

#include "arch/irqchip.h"
#include "arch/power.h"
#include "arch/print.h"
#include "arch/timer.h"

#include "cap/zombie.h"
#include "object/irq.h"
#include "object/vmo.h"

static struct scheduler schedulers[CPU_MAX];
static const struct thread *root;

void sched_init(void)
{
	for (unsigned i = 0; i < CPU_MAX; i++) {
		cpus[i].ready_top = -1;
		schedulers[i].slice_end = UINT64_MAX;
		cpus[i].scheduler = &schedulers[i];
		cpus[i].space = space_none();
	}
}

static void mark_filled(struct cpu *cpu, unsigned priority)
{
	cpu->scheduler->filled[priority / 64] |= BIT(priority % 64);
	if ((int64_t)priority > cpu->ready_top)
		cpu->ready_top = priority;
}

static void mark_empty(struct cpu *cpu, unsigned priority)
{
	struct scheduler *sched = cpu->scheduler;
	int word = PRIORITIES / 64 - 1;

	sched->filled[priority / 64] &= ~BIT(priority % 64);
	while (word >= 0 && sched->filled[word] == 0)
		word--;
	cpu->ready_top = word < 0 ? -1 : word * 64 + 63 - __builtin_clzll(sched->filled[word]);
}

static void put_last(struct cpu *cpu, struct thread *thread)
{
	queue_append(&cpu->scheduler->queue[thread->priority], thread);
	mark_filled(cpu, thread->priority);
}

static void put_first(struct cpu *cpu, struct thread *thread)
{
	queue_prepend(&cpu->scheduler->queue[thread->priority], thread);
	mark_filled(cpu, thread->priority);
}

static void take(struct cpu *cpu, struct thread *thread)
{
	struct thread_queue *queue = &cpu->scheduler->queue[thread->priority];

	queue_remove(queue, thread);
	if (!queue->head)
		mark_empty(cpu, thread->priority);
}

void sched_call(struct cpu *cpu)
{
	cpu->resched = true;
	if (cpu != this_cpu())
		irq_send_ipi(cpu->index);
}

/* As urgent as the one that runs is reason enough to look: the time slice begins. */
void sched_ready(struct thread *thread)
{
	struct cpu *cpu = thread->home;

	thread->cpu = cpu;
	thread->state = THREAD_READY;
	put_last(cpu, thread);
	if (!cpu->current || thread->priority >= cpu->current->priority)
		sched_call(cpu);
}

void sched_remove(struct thread *thread)
{
	take(thread->cpu, thread);
}

void sched_set_priority(struct thread *thread, uint8_t priority)
{
	bool queued = thread->state == THREAD_READY && thread->cpu->current != thread;

	if (queued)
		take(thread->cpu, thread);
	thread->priority = priority;
	if (queued)
		put_last(thread->cpu, thread);
	if (thread->state == THREAD_READY)
		sched_call(thread->cpu);
}

void sched_set_home(struct thread *thread, struct cpu *cpu)
{
	bool running = thread->cpu->current == thread;

	thread->home = cpu;
	if (thread->state != THREAD_READY || thread->cpu == cpu)
		return;
	if (running) {
		sched_call(thread->cpu); /* it moves in obey() */
	} else {
		take(thread->cpu, thread);
		sched_ready(thread);
	}
}

void sched_yield(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread = cpu->current;
	struct thread *next;

	if (cpu->ready_top < thread->priority)
		return;
	next = cpu->scheduler->queue[cpu->ready_top].head;
	put_last(cpu, thread);
	take(cpu, next);
	sched_switch(cpu, next);
}

void sched_tick(uint64_t now)
{
	struct cpu *cpu = this_cpu();
	struct scheduler *sched = cpu->scheduler;

	if (now < sched->slice_end)
		return;
	sched->slice_end = UINT64_MAX;
	if (!cpu->current)
		return;
	if (cpu->current->state == THREAD_READY)
		sched_yield();
	cpu->resched = true;
}

/* The FPU registers that this CPU holds go back to their thread. */
static void return_fpu(struct cpu *cpu)
{
	cpu->fpu_wanted = false;
	if (!cpu->fpu_owner)
		return;
	fpu_save(&cpu->fpu_owner->fpu);
	cpu->fpu_owner->fpu_cpu = NULL;
	cpu->fpu_owner = NULL;
	fpu_allow(cpu->fpu_access = FPU_OFF);
}

/* What others asked of the thread that runs here: to stop, or to move to another CPU. */
static void obey(struct cpu *cpu)
{
	struct thread *thread = cpu->current;

	if (thread->stopping) {
		thread->stopping = false;
		if (!thread_stop(thread))
			CHECK(!"a CPU can stop its own thread");
	}
	if (thread->home != cpu && thread->state == THREAD_READY) {
		if (cpu->fpu_owner == thread)
			return_fpu(cpu);
		sched_switch(cpu, NULL);
		sched_ready(thread);
	}
}

static void choose(struct cpu *cpu)
{
	struct thread *current = cpu->current;
	struct thread *next = NULL;

	if (current && current->state == THREAD_READY) {
		if (cpu->ready_top <= current->priority)
			return;
		put_first(cpu, current);
	}
	if (cpu->ready_top >= 0) {
		next = cpu->scheduler->queue[cpu->ready_top].head;
		take(cpu, next);
	}
	sched_switch(cpu, next);
}

/* A VSpace may be gone, or go, that this CPU still translates by. */
static void refresh_space(struct cpu *cpu)
{
	uint64_t space = cpu->current ? thread_space(cpu->current) : space_none();

	if (space != cpu->space) {
		cpu->space = space;
		space_set(space);
	}
}

/* Nobody to run: clean up what dead objects are left, else sleep until an interrupt. */
static void idle(struct cpu *cpu)
{
	struct work work = {WORK_DEFAULT};

	refresh_space(cpu);
	if ((!zombies_pending() || zombies_collect(&work) == ST_OK) &&
		(!vmos_pending() || vmos_collect(&work) == ST_OK)) {
		kernel_unlock();
		cpu_wait();
		kernel_lock();
	} else {
		kernel_unlock(); /* others may want it */
		kernel_lock();
	}
	irq_handle_pending();
}

/* Where two are equally urgent the one that runs has a time slice. */
static void start_slice(struct cpu *cpu)
{
	struct scheduler *sched = cpu->scheduler;

	if (cpu->ready_top < cpu->current->priority || sched->slice_end != UINT64_MAX)
		return;
	sched->slice_end = timer_now() + clock_count(SLICE_US * 1000);
	timers_program();
}

void sched_reschedule(struct cpu *cpu)
{
	for (;;) {
		cpu->resched = false;
		if (cpu->fpu_wanted)
			return_fpu(cpu);
		if (cpu->current)
			obey(cpu);
		choose(cpu);
		if (cpu->current)
			break;
		idle(cpu);
	}
	refresh_space(cpu);
	start_slice(cpu);
}

void sched_start(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	fpu_allow(FPU_OFF);
	root = thread;
	thread->state = THREAD_READY;
	kernel_lock();
	sched_switch(cpu, thread);
	kernel_unlock();
	context_resume(&thread->context);
}

bool sched_is_root(const struct thread *thread)
{
	return thread == root;
}

void sched_end(unsigned status)
{
	kprintf("quire: root task ended with status %u\n", status & 0xff);
	power_off();
}

void trap_irq(void)
{
	struct cpu *cpu = this_cpu();

	kernel_lock();
	irq_handle_pending();
	kernel_exit(cpu);
}

void trap_cpu_online(void)
{
	fpu_allow(FPU_OFF);
	irq_init_cpu();
}

void cpu_idle(void)
{
	struct cpu *cpu = this_cpu();

	kernel_lock();
	cpu->resched = true;
	sched_reschedule(cpu);
	kernel_unlock();
	context_resume(&cpu->current->context);
}

void trap_fpu(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread = cpu->current;

	kernel_lock();
	if (thread->fpu_cpu && thread->fpu_cpu != cpu) {
		/* It tries again until that CPU has given them back. */
		thread->fpu_cpu->fpu_wanted = true;
		sched_call(thread->fpu_cpu);
	} else {
		if (cpu->fpu_owner && cpu->fpu_owner != thread)
			return_fpu(cpu);
		if (cpu->fpu_owner != thread)
			fpu_load(&thread->fpu);
		cpu->fpu_owner = thread;
		thread->fpu_cpu = cpu;
		fpu_allow(cpu->fpu_access = FPU_ON);
	}
	kernel_exit(cpu);
}
