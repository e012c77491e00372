/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The generic timer: a counter that all CPUs share and one deadline per CPU.
 */
#pragma once

#include "lib/base.h"

/* timer_init_cpu: this CPU's deadline off, its interrupt on, the counter readable at EL0. */
void timer_init_cpu(uint32_t irq);

/* timer_frequency: counts per second. */
uint64_t timer_frequency(void);

/* timer_now: the counter, not read ahead of what precedes it in program order. */
uint64_t timer_now(void);

/* timer_set_deadline: interrupt this CPU once the counter has reached `count`. */
void timer_set_deadline(uint64_t count);

/* timer_clear: no deadline; withdraws an interrupt that is pending. */
void timer_clear(void);
