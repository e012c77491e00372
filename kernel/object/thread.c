/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/thread.h"

#include "arch/cpu.h"
#include "arch/fpu.h"
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

/* Nothing else can run yet: the CPU waits here, on its own kernel stack. */
void thread_sleep_until(uint64_t count)
{
	while (timer_now() < count) {
		irq_wake_at(count);
		cpu_wait();
		irq_handle_pending();
	}
}

void thread_end(unsigned status)
{
	kprintf("quire: root task ended with status %u\n", status & 0xff);
	power_off();
}
