/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/irq.h"

#include "arch/counter.h"
#include "arch/cpu.h"
#include "arch/irqchip.h"
#include "arch/print.h"
#include "arch/timer.h"
#include "arch/trap.h"

#include "object/thread.h"

static uint32_t timer_irq;

/* The two that the one timer serves, as counts; NEVER where there is none. */
#define NEVER UINT64_MAX
static uint64_t alarm_at = NEVER, wake_at = NEVER;
static uint64_t alarms;

void irq_init(uint32_t timer_line)
{
	timer_irq = timer_line;
	irqchip_init();
}

void irq_init_cpu(void)
{
	irqchip_init_cpu();
	timer_init_cpu(timer_irq);
	counter_init_cpu();
}

static void set_timer(void)
{
	uint64_t next = min_u64(alarm_at, wake_at);

	if (next == NEVER)
		timer_clear();
	else
		timer_set_deadline(next);
}

/* The line is level-triggered: a later deadline, or none, silences it before its end. */
static void handle_timer(void)
{
	uint64_t now = timer_now();

	if (now >= alarm_at) {
		alarms++;
		alarm_at = NEVER;
	}
	if (now >= wake_at)
		wake_at = NEVER;
	set_timer();
}

static void handle(uint32_t irq)
{
	this_cpu()->irqs++;
	if (irq == timer_irq) {
		handle_timer();
	} else if (irq == IRQ_IPI) {
		if (panic_in_progress())
			cpu_halt();
	} else {
		irq_mask(irq);
	}
}

void irq_handle_pending(void)
{
	uint32_t irq = irq_acknowledge();

	if (irq == IRQ_SPURIOUS)
		this_cpu()->spurious++;
	for (; irq != IRQ_SPURIOUS; irq = irq_acknowledge()) {
		handle(irq);
		irq_complete(irq);
	}
}

uint64_t irq_alarm(uint64_t count)
{
	alarm_at = count;
	set_timer();
	return alarms;
}

void irq_wake_at(uint64_t count)
{
	wake_at = count;
	set_timer();
}

void trap_irq(void)
{
	irq_handle_pending();
}

void trap_cpu_online(void)
{
	irq_init_cpu();
}

void cpu_idle(void)
{
	for (;;) {
		cpu_wait();
		irq_handle_pending();
	}
}
