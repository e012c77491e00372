/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <zircon/syscalls.h>

#include "libsys/clock.h"

zx_time_t zx_clock_get_monotonic(void)
{
	return (zx_time_t)clock_ns();
}

zx_time_t zx_clock_get(zx_clock_t clock_id)
{
	return clock_id == ZX_CLOCK_MONOTONIC ? zx_clock_get_monotonic() : 0;
}

zx_status_t zx_nanosleep(zx_time_t deadline)
{
	clock_sleep_until(deadline < 0 ? 0 : (uint64_t)deadline);
	return ZX_OK;
}

zx_time_t zx_deadline_after(zx_duration_t nanoseconds)
{
	zx_time_t deadline;

	if (!add_overflow(zx_clock_get_monotonic(), nanoseconds, &deadline))
		return deadline;
	return nanoseconds > 0 ? ZX_TIME_INFINITE : ZX_TIME_INFINITE_PAST;
}
