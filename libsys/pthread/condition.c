/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Conditions and barriers. Their `turn` changes when there is news; it is read before the mutex
 * is left: news that comes in between is never missed. Who waits looks at it once more on the
 * way to sleep, maybe after it was told; so who destroys a condition waits until all are out.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "libsys/clock.h"
#include "libsys/deadline.h"
#include "libsys/futex.h"

enum { LEAVE_NS = 10000, LEAVE_DOUBLED_MAX = 7, CLOCK_MASK = 0xff, ONE_INSIDE = 0x100 };

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Ever longer: who is on the way out may be less urgent, and of the same CPU. */
static void let_leave(unsigned nth)
{
	clock_sleep_ns(
		(uint64_t)LEAVE_NS << (nth < LEAVE_DOUBLED_MAX ? nth : LEAVE_DOUBLED_MAX));
}

static int wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline)
{
	uint32_t turn = load(&condition->turn);
	status_t st;
	int error;

	__atomic_fetch_add(&condition->inside_clock, ONE_INSIDE, __ATOMIC_RELAXED);
	error = pthread_mutex_unlock(mutex);
	st = error ? ST_OK : futex_wait(&condition->turn, turn, deadline);
	__atomic_fetch_sub(&condition->inside_clock, ONE_INSIDE, __ATOMIC_RELEASE);
	if (error)
		return error;
	error = pthread_mutex_lock(mutex);
	return error ? error : st == ST_TIMED_OUT ? ETIMEDOUT : 0;
}

static void tell(pthread_cond_t *condition, unsigned count)
{
	__atomic_fetch_add(&condition->turn, 1, __ATOMIC_RELEASE);
	futex_wake(&condition->turn, count);
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	pthread_testcancel();
	return wait(condition, mutex, FUTEX_FOREVER);
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
	clockid_t clock, const struct timespec *restrict time)
{
	uint64_t deadline;
	int error = deadline_of(clock, time, &deadline);

	pthread_testcancel();
	return error ? error : wait(condition, mutex, deadline);
}

int pthread_cond_timedwait(
	pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *time)
{
	clockid_t clock = (clockid_t)(load(&condition->inside_clock) & CLOCK_MASK);

	return pthread_cond_clockwait(condition, mutex, clock ? clock : CLOCK_REALTIME, time);
}

int pthread_cond_signal(pthread_cond_t *condition)
{
	tell(condition, 1);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	tell(condition, UINT_MAX);
	return 0;
}

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
	*condition =
		(pthread_cond_t){.inside_clock = attributes ? (uint32_t)attributes->clock : 0};
	return 0;
}

/* Those that were told are on their way out. */
int pthread_cond_destroy(pthread_cond_t *condition)
{
	for (unsigned nth = 0; load(&condition->inside_clock) >= ONE_INSIDE; nth++)
		let_leave(nth);
	return 0;
}

int pthread_condattr_init(pthread_condattr_t *attributes)
{
	*attributes = (pthread_condattr_t){0};
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attributes->clock = (int)clock;
	return 0;
}

int pthread_condattr_getclock(
	const pthread_condattr_t *restrict attributes, clockid_t *restrict clock_out)
{
	*clock_out = attributes->clock ? (clockid_t)attributes->clock : CLOCK_REALTIME;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attributes, int shared)
{
	(void)attributes;
	return shared == PTHREAD_PROCESS_PRIVATE ? 0 : ENOTSUP;
}

int pthread_condattr_getpshared(const pthread_condattr_t *attributes, int *shared_out)
{
	(void)attributes;
	*shared_out = PTHREAD_PROCESS_PRIVATE;
	return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attributes)
{
	*attributes = (pthread_barrierattr_t){0};
	return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_barrier_init(
	pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes, unsigned count)
{
	(void)attributes;
	if (count == 0)
		return EINVAL;
	*barrier = (pthread_barrier_t){.count = count};
	return 0;
}

/* Those that were let through may be on their way out: they are waited for. */
int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	for (unsigned nth = 0;; nth++) {
		unsigned waiting, inside;

		pthread_mutex_lock(&barrier->mutex);
		waiting = barrier->waiting;
		inside = barrier->inside;
		pthread_mutex_unlock(&barrier->mutex);
		if (waiting)
			return EBUSY;
		if (!inside)
			return 0;
		let_leave(nth);
	}
}

static void leave(pthread_barrier_t *barrier)
{
	pthread_mutex_lock(&barrier->mutex);
	barrier->inside--;
	pthread_mutex_unlock(&barrier->mutex);
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	uint32_t turn;

	pthread_mutex_lock(&barrier->mutex);
	turn = barrier->turn;
	if (++barrier->waiting == barrier->count) {
		barrier->waiting = 0;
		__atomic_store_n(&barrier->turn, turn + 1, __ATOMIC_RELEASE);
		futex_wake(&barrier->turn, UINT_MAX);
		pthread_mutex_unlock(&barrier->mutex);
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	barrier->inside++;
	pthread_mutex_unlock(&barrier->mutex);
	while (load(&barrier->turn) == turn)
		(void)futex_wait(&barrier->turn, turn, FUTEX_FOREVER);
	leave(barrier);
	return 0;
}
