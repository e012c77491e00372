/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Timers: each has one deadline, in nanoseconds of clock_ns(), at which it signals a
 * notification. Rights are not asked for: whoever has the capability may set it.
 *
 * Of a name that is wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE,
 * ST_OUT_OF_RANGE or ST_NOT_FOUND (it leads nowhere).
 */
#pragma once

#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * timer_bind: choose what a timer signals.
 *
 *  notification  right WRITE; its badge are the bits. The timer keeps a copy, derived from this
 *                capability: revoking that unbinds the timer. 0: it signals nothing
 *  returns       ST_OK; a deadline that is set stays
 *                ST_ACCESS_DENIED  the notification's capability lacks WRITE
 */
static inline status_t timer_bind(cptr_t timer, cptr_t notification)
{
	return (status_t)sys_timer_bind(timer, notification);
}

/*
 * timer_set: signal once when the clock reaches a deadline, which replaces an earlier one.
 *
 *  deadline_ns  of clock_ns(); one that has passed signals at once
 *  returns      ST_OK
 */
static inline status_t timer_set(cptr_t timer, uint64_t deadline_ns)
{
	return (status_t)sys_timer_set(timer, deadline_ns);
}

/*
 * timer_cancel: withdraw the deadline.
 *
 *  returns  ST_OK: it will not signal
 *           ST_NOT_FOUND  none was set, or it has come: the signal was or is being made
 */
static inline status_t timer_cancel(cptr_t timer)
{
	return (status_t)sys_timer_cancel(timer);
}

#ifdef __cplusplus
}
#endif
