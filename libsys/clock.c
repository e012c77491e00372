/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/clock.h"

#include "libsys/syscalls.h"

#define NS_PER_S UINT64_C(1000000000)

/* Seconds and the rest apart, so that nothing overflows. */
uint64_t clock_ns(void)
{
	uint64_t ticks = clock_ticks(), hz = clock_frequency();

	return ticks / hz * NS_PER_S + ticks % hz * NS_PER_S / hz;
}

void clock_sleep_ns(uint64_t ns)
{
	uint64_t now = clock_ns();

	sys_sleep_until(ns > UINT64_MAX - now ? UINT64_MAX : now + ns);
}

void clock_sleep_until(uint64_t deadline)
{
	sys_sleep_until(deadline);
}
