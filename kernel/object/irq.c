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

/* The timer's line is level-triggered: silence it before it is completed. */
static void handle(uint32_t irq)
{
	this_cpu()->irqs++;
	if (irq == timer_irq) {
		timer_clear();
		alarms++;
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
	timer_set_deadline(count);
	return alarms;
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
