/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Interrupts: taken from the controller one by one until none is pending.
 */
#pragma once

#include "lib/base.h"

/* irq_init: which interrupt is the timer's. Once, before any CPU's irq_init_cpu. */
void irq_init(uint32_t timer_line);

/* irq_init_cpu: this CPU's controller interface, timer and counters. */
void irq_init_cpu(void);

/* irq_handle_pending: acknowledge, handle and complete what is pending on this CPU. */
void irq_handle_pending(void);

/*
 * irq_alarm: one interrupt when the timer reaches `count`; a new count replaces the old one.
 *
 *  => returns how many alarms have come so far
 */
uint64_t irq_alarm(uint64_t count);

/* irq_wake_at: let cpu_wait() return once the timer has reached `count`. */
void irq_wake_at(uint64_t count);
