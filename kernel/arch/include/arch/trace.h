/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Every stay in the kernel with its cause and its times, and who ran before and after: in the
 * builds that measure (arch/latency.h) alone; in all others nothing of this is there. What is
 * recorded is read by debug_count: abi/objects.h has the numbers.
 */
#pragma once

#include "abi/types.h"

#include "lib/base.h"

#ifdef QUIRE_LATENCY
/* trace_enter: this CPU is in the kernel, for a call by its number or an enum latency_cause. */
void trace_enter(unsigned cause);

/* trace_leave: it leaves it for its current thread, or to be idle. */
void trace_leave(void);

/* trace_count: what debug_count answers to one of enum debug_trace; else ST_OUT_OF_RANGE. */
int64_t trace_count(word_t what);
#else
static inline int64_t trace_count(word_t what)
{
	(void)what;
	return ST_OUT_OF_RANGE;
}
#endif
