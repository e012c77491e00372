/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mutex.h"

#include "libsys/clock.h"

enum { SLEEP_NS = 20000 };

void mutex_lock(struct mutex *mutex)
{
	while (__atomic_exchange_n(&mutex->held, 1, __ATOMIC_ACQUIRE))
		clock_sleep_ns(SLEEP_NS);
}

void mutex_unlock(struct mutex *mutex)
{
	__atomic_store_n(&mutex->held, 0, __ATOMIC_RELEASE);
}
