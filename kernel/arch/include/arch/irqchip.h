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
	IRQ_IPI = 0,	     /* the SGI by which a CPU calls another */
	IRQ_SPURIOUS = 1023, /* nothing was pending after all */
};

/* irqchip_init: reset the distributor: every line masked, shared ones to this CPU. */
void irqchip_init(void);

/* irqchip_init_cpu: this CPU's interface and its private lines, all masked but the IPI. */
void irqchip_init_cpu(void);

/* irqchip_stop_cpu: no interrupt comes to this CPU any more. */
void irqchip_stop_cpu(void);

void irq_unmask(uint32_t irq);
void irq_mask(uint32_t irq);

/* irq_acknowledge: the most urgent pending interrupt, now active, or IRQ_SPURIOUS. */
uint32_t irq_acknowledge(void);

/* irq_complete: end what irq_acknowledge began. */
void irq_complete(uint32_t irq);

/*
 * irq_send_ipi: raise IRQ_IPI on one CPU.
 *
 *  => what this CPU wrote before is visible to the other when it takes the interrupt
 */
void irq_send_ipi(uint32_t cpu);
