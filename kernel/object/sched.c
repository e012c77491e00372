/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Choosing who runs. A CPU decides for itself, on its way out of the kernel, when `resched`
 * says that something changed; another CPU that changed something sends it an interrupt so
 * that there is such a way out. See docs/kernel.md, "Several CPUs".
 */
#include "object/sched.h"

#include "arch/irqchip.h"
#include "arch/latency.h"
#include "arch/power.h"
#include "arch/print.h"
#include "arch/timer.h"

#include "cap/zombie.h"

#include "object/direct.h"
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

static inline void mark_filled(struct cpu *cpu, unsigned priority)
{
	struct scheduler *sched = cpu->scheduler;

	sched->filled[priority / 64] |= BIT(priority % 64);
	sched->words |= BIT(priority / 64);
	if ((int64_t)priority > cpu->ready_top)
		cpu->ready_top = priority;
}

static void mark_empty(struct cpu *cpu, unsigned priority)
{
	struct scheduler *sched = cpu->scheduler;
	unsigned word;

	sched->filled[priority / 64] &= ~BIT(priority % 64);
	if (sched->filled[priority / 64] == 0)
		sched->words &= ~BIT(priority / 64);
	word = 63 - (unsigned)__builtin_clzll(sched->words | 1);
	cpu->ready_top = sched->words == 0 ?
		-1 :
		(int64_t)(word * 64 + 63 - (unsigned)__builtin_clzll(sched->filled[word]));
}

static void put_last(struct cpu *cpu, struct thread *thread)
{
	queue_append(&cpu->scheduler->queue[thread->priority], thread);
	mark_filled(cpu, thread->priority);
}

static inline void put_first(struct cpu *cpu, struct thread *thread)
{
	queue_prepend(&cpu->scheduler->queue[thread->priority], thread);
	mark_filled(cpu, thread->priority);
}

static void take(struct cpu *cpu, struct thread *thread)
{
	struct thread_queue *queue = &cpu->scheduler->queue[thread->priority];

	if (cpu->woken == thread) {
		cpu->woken = NULL;
		return;
	}
	queue_remove(queue, thread);
	if (!queue->head)
		mark_empty(cpu, thread->priority);
}

static void look_again(struct cpu *cpu)
{
	cpu->resched = true;
	if (cpu != this_cpu())
		irq_send_ipi(cpu->index);
}

void sched_call(struct cpu *cpu)
{
	cpu->asked = true;
	look_again(cpu);
}

/* As urgent as the one that runs is reason enough to look: the time slice begins. */
static never_inline void ready_in_queue(struct cpu *cpu, struct thread *thread)
{
	put_last(cpu, thread);
	if (!cpu->current || thread->priority >= cpu->current->priority)
		look_again(cpu);
}

/*
 * The most urgent of all that wait on this CPU is to run next, most likely: it need not go
 * through the queue. That is settled before this CPU leaves the kernel.
 */
void sched_ready(struct thread *thread)
{
	struct cpu *cpu = thread->cpu;

	thread->state = THREAD_READY;
	if (likely(cpu == this_cpu() && !cpu->woken && thread->priority > cpu->ready_top &&
		    (!cpu->current || thread->priority > cpu->current->priority))) {
		cpu->woken = thread;
		cpu->resched = true;
		return;
	}
	ready_in_queue(cpu, thread);
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

/* A thread that waits runs there when it is woken, be it the short way. */
bool sched_set_cpu(struct thread *thread, struct cpu *cpu)
{
	struct cpu *from = thread->cpu;

	thread->home = cpu;
	if (from == cpu)
		return true;
	if (from->current == thread) {
		sched_call(from); /* it moves in obey() */
		return from == this_cpu();
	}
	if (thread->state == THREAD_READY)
		take(from, thread);
	thread->cpu = cpu;
	if (thread->state == THREAD_READY)
		sched_ready(thread);
	return true;
}

void sched_yield(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread = cpu->current;
	struct thread *next;

	if (cpu->ready_top < thread->priority)
		return;
	/* cpu->woken, if there is somebody, comes before: seen to on the way out. */
	next = cpu->scheduler->queue[cpu->ready_top].head;
	put_last(cpu, thread);
	take(cpu, next);
	sched_switch(cpu, next);
}

/* Who runs when a slice ends that began for another has had no slice: its own begins. */
void sched_slice_over(struct cpu *cpu)
{
	struct thread *thread = cpu->current;
	uint64_t ended = cpu->scheduler->slice_end;

	cpu->scheduler->slice_end = UINT64_MAX;
	if (!thread)
		return;
	if (thread->state == THREAD_READY && thread->slice_end == ended)
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

/* A VSpace may be gone, or go, that this CPU still translates by. */
static void refresh_space(struct cpu *cpu)
{
	uint64_t space = cpu->current ? thread_space(cpu->current) : space_none();

	if (space != cpu->space) {
		cpu->space = space;
		space_set_now(space); /* who waits for this gives root and ASID to others */
	}
}

/* What others asked of this CPU or of its thread: to stop it, to move it to another CPU. */
static void obey(struct cpu *cpu)
{
	struct thread *thread = cpu->current;

	cpu->asked = false;
	if (cpu->fpu_wanted)
		return_fpu(cpu);
	if (thread && cpu->stop == thread && !thread_stop(thread))
		CHECK(!"a CPU can stop its own thread");
	/* One that has left this CPU meanwhile, or is gone, was not meant to be stopped here. */
	cpu->stop = NULL;
	if (thread && thread->home != cpu && thread->state == THREAD_READY) {
		if (cpu->fpu_owner == thread)
			return_fpu(cpu);
		sched_switch(cpu, NULL);
		thread->cpu = thread->home;
		sched_ready(thread);
	}
	refresh_space(cpu);
}

/* Who runs next, out of the queues or on its way into them; NULL: nobody. */
static struct thread *take_first(struct cpu *cpu)
{
	struct thread *next = cpu->woken;

	if (!next && cpu->ready_top >= 0)
		next = cpu->scheduler->queue[cpu->ready_top].head;
	if (next)
		take(cpu, next);
	return next;
}

static void choose(struct cpu *cpu)
{
	struct thread *current = cpu->current, *woken = cpu->woken;

	/* What was urgent when it came may not be any more; of its equals it came first. */
	if (woken && woken->priority <= cpu->ready_top) {
		cpu->woken = NULL;
		put_first(cpu, woken);
	}
	if (current && current->state == THREAD_READY) {
		int64_t best = cpu->woken ? cpu->woken->priority : cpu->ready_top;

		if (best <= current->priority)
			return;
		put_first(cpu, current);
	}
	sched_switch(cpu, take_first(cpu));
}

/*
 * Nobody to run: clean up what dead objects are left, else sleep until an interrupt. What is
 * cleaned up may wake somebody here, so no sleep follows it.
 */
static void idle(struct cpu *cpu)
{
	struct work work = {WORK_DEFAULT};

	if (zombies_pending() || vmos_pending()) {
		if (zombies_collect(&work) == ST_OK)
			(void)!vmos_collect(&work);
		kernel_unlock(); /* others may want it */
		latency_leave();
	} else {
		ASSERT(!cpu->woken && cpu->ready_top < 0);
		kernel_unlock();
		latency_leave();
		cpu_wait();
	}
	latency_enter(NULL, LATENCY_IDLE);
	kernel_lock();
	irq_handle_pending();
}

bool sched_spaces_are_left(void)
{
	bool left = true;

	for (uint32_t i = 0; i < cpu_count; i++) {
		struct cpu *cpu = &cpus[i];

		if (!cpu->current || cpu->space == thread_space(cpu->current))
			continue;
		sched_call(cpu);
		left = left && cpu == this_cpu();
	}
	return left;
}

/* Where two are equally urgent the one that runs has a time slice. */
static void start_slice(struct cpu *cpu)
{
	struct scheduler *sched = cpu->scheduler;

	if (cpu->ready_top < cpu->current->priority || sched->slice_end != UINT64_MAX)
		return;
	sched->slice_end = timer_now() + clock_count(SLICE_US * 1000);
	cpu->current->slice_end = sched->slice_end;
	timers_program();
}

/* Somebody was woken who is more urgent than all others here: no more is to be settled. */
static force_inline bool preempt(struct cpu *cpu)
{
	struct thread *woken = cpu->woken, *current = cpu->current;

	if (!woken || cpu->asked || !current || current->state != THREAD_READY ||
		woken->priority <= current->priority || !runs_next(cpu, woken))
		return false;
	cpu->resched = false;
	cpu->woken = NULL;
	put_first(cpu, current);
	change_places(cpu, current, woken);
	return true;
}

static never_inline void reschedule(struct cpu *cpu)
{
	for (;;) {
		cpu->resched = false;
		if (unlikely(cpu->asked))
			obey(cpu);
		choose(cpu);
		if (likely(cpu->current))
			break;
		idle(cpu);
	}
	start_slice(cpu);
}

void sched_reschedule(struct cpu *cpu)
{
	if (unlikely(!preempt(cpu)))
		reschedule(cpu);
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
	stop_other_cpus(); /* who spins for the lock that is held here keeps a host from us */
	latency_report();
	kprintf("quire: root task ended with status %u\n", status & 0xff);
	power_off();
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
	latency_leave();
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
