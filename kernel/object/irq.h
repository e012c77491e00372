/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Interrupts: taken from the controller one by one until none is pending. The timer's and the
 * IPI are the kernel's own; shared lines are capabilities.
 *
 *	             claim                 bind             the interrupt comes
 *	 LINE_FREE  ------->  LINE_CLAIMED ------> unmasked ------------------> masked, signaled
 *	     ^                     |                  ^                            |
 *	     |   Zombie gone       | last capability  +------- ack, bind ----------+
 *	     +---- LINE_CLOSING <--+
 *
 * A line holds a copy of the notification's capability in a slot, which stands in memory of
 * the boot's: nothing of this is ever freed. The kernel lock protects all of it.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

enum irq_state {
	LINE_FREE,
	LINE_CLAIMED,
	LINE_CLOSING, /* its Zombie, or what the line signaled, may still have to be emptied */
};

struct irq_line {
	struct slot slot; /* the notification that it signals */
	uint64_t count;	  /* interrupts that were signaled */
	uint8_t state;	  /* enum irq_state */
	uint8_t trigger;  /* enum irq_trigger */
} aligned(64);

/* irq_init: which interrupt is the timer's. Once, before any CPU's irq_init_cpu. */
void irq_init(uint32_t timer_line);

/* irq_init_cpu: this CPU's controller interface, timer and counters. */
void irq_init_cpu(void);

/* irq_lines_end: one more than the highest line that programs can have; 32: there are none. */
uint32_t irq_lines_end(void);

/* irq_table_bytes: how much memory the lines need; irq_table_init: here it is, all zeros. */
uint64_t irq_table_bytes(void);
void irq_table_init(void *memory);

/* irq_control_cap: the authority to claim lines. */
struct cap irq_control_cap(void);

/*
 * irq_handle_pending: acknowledge, handle and complete one interrupt of this CPU; another one
 * that is pending interrupts again at once.
 */
void irq_handle_pending(void);

/*
 * irq_claim: make the capability to a line, as a child of the control capability.
 *
 *  => OUT_OF_RANGE: not a shared line of this machine. ALREADY_BOUND: claimed.
 *     INVALID_ARGS: no such trigger. ALREADY_EXISTS: `to` is not empty
 *  => CAP_AGAIN: what was claimed before is being cleaned up
 */
must_check status_t irq_claim(
	struct slot *control, struct slot *to, word_t line, word_t trigger, struct work *work);

/* irq_of: the line of a capability to one. */
static inline struct irq_line *irq_of(const struct cap *cap)
{
	return cap_object(cap);
}

/* irq_enable, irq_disable: let the interrupt come, once; do not. */
void irq_enable(const struct irq_line *line);
void irq_disable(const struct irq_line *line);

/* irq_route_here: it comes to this CPU from now on. */
void irq_route_here(const struct irq_line *line);

/* irq_is_bound: whether it signals something. */
static inline bool irq_is_bound(const struct irq_line *line)
{
	return line->slot.cap.type == OBJECT_NOTIFICATION;
}

/* irq_finalise: object_types' finalise. */
status_t irq_finalise(const struct cap *cap, struct work *work);
