/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/irq.h"

#include "arch/counter.h"
#include "arch/cpu.h"
#include "arch/irqchip.h"
#include "arch/nospec.h"
#include "arch/print.h"
#include "arch/timer.h"

#include "cap/object.h"
#include "cap/zombie.h"

#include "object/check.h"
#include "object/notification.h"
#include "object/sched.h"
#include "object/timer.h"

static uint32_t timer_irq;
static struct irq_line *lines; /* of the shared interrupts, from IRQ_SHARED on, */
static uint32_t lines_end;     /* to this one */

void irq_init(uint32_t timer_line)
{
	timer_irq = timer_line;
	irqchip_init();
	lines_end = irqchip_lines();
}

void irq_init_cpu(void)
{
	irqchip_init_cpu();
	timer_init_cpu(timer_irq);
	counter_init_cpu();
}

uint32_t irq_lines_end(void)
{
	return lines_end;
}

uint64_t irq_table_bytes(void)
{
	return (lines_end - IRQ_SHARED) * sizeof(struct irq_line);
}

void irq_table_init(void *memory)
{
	lines = memory;
}

static uint32_t irq_number(const struct irq_line *line)
{
	return (uint32_t)(line - lines) + IRQ_SHARED;
}

struct cap irq_control_cap(void)
{
	return (struct cap){.type = OBJECT_IRQ_CONTROL};
}

static struct irq_line *find_line(word_t irq)
{
	if (irq < IRQ_SHARED || irq >= lines_end)
		return NULL;
	return &lines[index_nospec(irq - IRQ_SHARED, lines_end - IRQ_SHARED)];
}

/*
 * A Zombie of the line, if there is one, is on the list, or in front of it an object whose
 * slots hold it: with the list empty the line is free.
 */
static status_t close(struct irq_line *line, struct work *work)
{
	status_t st = zombies_collect(work);

	if (st != ST_OK)
		return st;
	ASSERT(slot_is_empty(&line->slot));
	line->state = LINE_FREE;
	return ST_OK;
}

status_t irq_claim(
	struct slot *control, struct slot *to, word_t irq, word_t trigger, struct work *work)
{
	struct irq_line *line = find_line(irq);

	if (!line)
		return ST_OUT_OF_RANGE;
	if (trigger != IRQ_LEVEL && trigger != IRQ_EDGE)
		return ST_INVALID_ARGS;
	if (!slot_is_empty(to))
		return ST_ALREADY_EXISTS;
	if (line->state == LINE_CLAIMED)
		return ST_ALREADY_BOUND;
	if (line->state == LINE_CLOSING) {
		(void)close(line, work);
		return CAP_AGAIN; /* `control` and `to` may have gone with what was collected */
	}
	line->state = LINE_CLAIMED;
	line->trigger = (uint8_t)trigger;
	irq_set_edge((uint32_t)irq, trigger == IRQ_EDGE);
	cap_insert(control, to, cap_make(OBJECT_IRQ, 0, line));
	to->cap.data = irq;
	return ST_OK;
}

/*
 * A masked line is only not forwarded: an edge that comes meanwhile is latched as pending,
 * and the interrupt is taken again when it is unmasked (IHI 0048, "Interrupt Clear-Enable
 * Registers": disabling "does not prevent the interrupt from changing state"). So no edge is
 * lost between the interrupt and its irq_ack; two become one. A level that is still raised
 * then interrupts again, as it must.
 */
void irq_enable(const struct irq_line *line)
{
	irq_unmask(irq_number(line));
}

void irq_disable(const struct irq_line *line)
{
	irq_mask(irq_number(line));
}

void irq_route_here(const struct irq_line *line)
{
	irq_route(irq_number(line), this_cpu()->index);
}

status_t irq_finalise(const struct cap *cap, struct work *work)
{
	struct irq_line *line = irq_of(cap);

	(void)work;
	irq_disable(line);
	line->state = LINE_CLOSING;
	return ST_OK;
}

/* Masked until irq_ack; for good, if nobody is there to acknowledge it. */
static void handle_line(struct cpu *cpu, uint32_t irq)
{
	struct irq_line *line = lines ? find_line(irq) : NULL;

	irq_mask(irq);
	if (!line || !irq_is_bound(line)) {
		cpu->spurious++;
		return;
	}
	line->count++;
	notification_signal_cap(&line->slot.cap);
}

static never_inline void handle_other(struct cpu *cpu, uint32_t irq)
{
	if (irq != IRQ_IPI)
		return handle_line(cpu, irq);
	if (panic_in_progress())
		cpu_halt();
	cpu->resched = true;
}

static force_inline void handle_pending(struct cpu *cpu)
{
	uint32_t taken = irq_acknowledge();
	uint32_t irq = irq_number_of(taken);

	if (unlikely(irq >= IRQ_NONE)) {
		cpu->spurious += cpu->current != NULL; /* who is idle only looks */
		return;
	}
	cpu->irqs++;
	if (likely(irq == timer_irq))
		timers_expire(cpu);
	else
		handle_other(cpu, irq);
	irq_complete(taken);
}

void irq_handle_pending(void)
{
	handle_pending(this_cpu());
}

void trap_irq(struct context *context, struct cpu *cpu)
{
	(void)context;
	kernel_lock();
	handle_pending(cpu);
	if (DEBUG_BUILD)
		check_all();
	kernel_exit(cpu);
}
