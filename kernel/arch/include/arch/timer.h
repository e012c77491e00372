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
static inline uint64_t timer_now(void)
{
	uint64_t count;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
	return count;
}

/* timer_set_deadline: interrupt this CPU once the counter has reached `count`. */
static inline void timer_set_deadline(uint64_t count)
{
	/* CNTV_CTL_EL0: ENABLE */
	__asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
			 :
			 : "r"(count), "r"(UINT64_C(1)));
}

/* timer_clear: no deadline; withdraws an interrupt that is pending. */
static inline void timer_clear(void)
{
	/* CNTV_CTL_EL0: IMASK */
	__asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" : : "r"(UINT64_C(2)));
}
