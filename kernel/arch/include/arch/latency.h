/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * How long interrupts are masked: from each entry of the kernel to its exit, or to where an
 * idle CPU takes interrupts. Measured in builds with QUIRE_LATENCY alone (the preset
 * "latency"); in all others nothing of this is there. vectors.S calls enter and leave.
 */
#pragma once

#include "lib/base.h"

/* What is not a system call. */
enum latency_cause {
	LATENCY_FAULT = 128,
	LATENCY_IRQ,
	LATENCY_IDLE,
	LATENCY_CAUSES,
};

struct context;

#ifdef QUIRE_LATENCY
/* latency_enter: interrupts are masked from now on, because of a call, a fault or `cause`. */
void latency_enter(const struct context *context, unsigned cause);

/* latency_leave: they are not any more. */
void latency_leave(void);

/* latency_report: print the longest stay of each cause. */
void latency_report(void);
#else
static inline void latency_enter(const struct context *context, unsigned cause)
{
	(void)context;
	(void)cause;
}

static inline void latency_leave(void)
{
}

static inline void latency_report(void)
{
}
#endif
