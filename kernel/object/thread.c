/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/thread.h"

#include "arch/counter.h"
#include "arch/cpu.h"
#include "arch/fpu.h"
#include "arch/irqchip.h"
#include "arch/power.h"
#include "arch/print.h"
#include "arch/timer.h"
#include "object/irq.h"

void thread_start(struct thread *thread)
{
	fpu_enable();
	this_cpu()->current = thread;
	context_resume(&thread->context);
}

void thread_sleep_until(uint64_t count)
{
	struct thread *thread = this_cpu()->current;

	if (timer_now() >= count)
		return;
	thread->deadline = count;
	thread->state = THREAD_SLEEPING;
}

static void wake_if_due(struct thread *thread)
{
	if (thread->state == THREAD_SLEEPING && timer_now() >= thread->deadline)
		thread->state = THREAD_RUNNING;
}

struct context *thread_schedule(void)
{
	struct thread *thread = this_cpu()->current;

	while (thread->state == THREAD_SLEEPING) {
		timer_set_deadline(thread->deadline);
		cpu_wait();
		irq_handle_pending();
		wake_if_due(thread);
	}
	return &thread->context;
}

void thread_end(unsigned status)
{
	kprintf("quire: root task ended with status %u\n", status & 0xff);
	power_off();
}
