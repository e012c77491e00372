/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The interrupt controller: contract of rank 2, implemented by platform/gicv2.c.
 *
 * Interrupts are named by the controller's own number: 0-15 sent by a CPU (SGI), 16-31
 * private to a CPU (PPI), from 32 on shared (SPI).
 */
#pragma once

#include "lib/base.h"

enum {
	IRQ_IPI = 0,	 /* the SGI by which a CPU calls another */
	IRQ_SHARED = 32, /* the first SPI */
};

/* irqchip_init: reset the distributor: every line masked, shared ones to this CPU. */
void irqchip_init(void);

/* irqchip_init_cpu: this CPU's interface and its private lines, all masked but the IPI. */
void irqchip_init_cpu(void);

/* irqchip_stop_cpu: no interrupt comes to this CPU any more. */
void irqchip_stop_cpu(void);

/* irqchip_lines: one more than the highest line that this machine can have. */
uint32_t irqchip_lines(void);

/*
 * irq_mask, irq_unmask: whether a line is forwarded to a CPU; the edge of a masked one is
 * kept until it is unmasked. Masking has taken effect when it returns.
 */
void irq_unmask(uint32_t irq);
void irq_mask(uint32_t irq);

/*
 * irq_set_edge: a shared line that is masked is triggered by edges, or by its level; what
 * was pending of it is forgotten. Some lines of some machines cannot be changed.
 */
void irq_set_edge(uint32_t irq, bool edge);

/* irq_route: send a shared line's interrupts to one CPU; until then it is the boot CPU. */
void irq_route(uint32_t irq, uint32_t cpu);

/*
 * irq_acknowledge: take the most urgent pending interrupt; irq_number_of tells which it is,
 * from IRQ_NONE on none at all. irq_complete: it was served; not for none.
 */
enum { IRQ_NONE = 1020 };

uint32_t irq_acknowledge(void);
void irq_complete(uint32_t taken);

static inline uint32_t irq_number_of(uint32_t taken)
{
	return taken & 0x3ff;
}

/*
 * irq_send_ipi: raise IRQ_IPI on one CPU.
 *
 *  => what this CPU wrote before is visible to the other when it takes the interrupt
 */
void irq_send_ipi(uint32_t cpu);
