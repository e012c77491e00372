/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Mutexes: struct lock, and for the types that need to know it, who has it and how often.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "libsys/deadline.h"
#include "libsys/futex.h"
#include "libsys/tls.h"

_Static_assert(offsetof(pthread_mutex_t, word) == offsetof(struct lock, word), "");

static struct lock *lock_of(pthread_mutex_t *mutex)
{
	return (struct lock *)&mutex->word;
}

static int knows_owner(const pthread_mutex_t *mutex)
{
	return mutex->type == PTHREAD_MUTEX_RECURSIVE ||
		mutex->type == PTHREAD_MUTEX_ERRORCHECK;
}

static int is_own(const pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == tls_get();
}

static void own(pthread_mutex_t *mutex)
{
	mutex->depth = 1;
	__atomic_store_n(&mutex->owner, tls_get(), __ATOMIC_RELAXED);
}

/* By the thread that has it: once more, or an error. */
static int take_again(pthread_mutex_t *mutex, int error)
{
	if (mutex->type == PTHREAD_MUTEX_ERRORCHECK)
		return error;
	if (mutex->depth == UINT_MAX)
		return EAGAIN;
	mutex->depth++;
	return 0;
}

static int take(pthread_mutex_t *mutex, uint64_t deadline)
{
	if (!knows_owner(mutex))
		return lock_until(lock_of(mutex), deadline) == ST_OK ? 0 : ETIMEDOUT;
	if (is_own(mutex))
		return take_again(mutex, EDEADLK);
	if (lock_until(lock_of(mutex), deadline) != ST_OK)
		return ETIMEDOUT;
	own(mutex);
	return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return take(mutex, FUTEX_FOREVER);
}

int pthread_mutex_clocklock(
	pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict time)
{
	uint64_t deadline;
	int error;

	if (pthread_mutex_trylock(mutex) == 0)
		return 0;
	error = deadline_of(clock, time, &deadline);
	return error ? error : take(mutex, deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *time)
{
	return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, time);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	if (knows_owner(mutex) && is_own(mutex))
		return take_again(mutex, EBUSY);
	if (!lock_try(lock_of(mutex)))
		return EBUSY;
	if (knows_owner(mutex))
		own(mutex);
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (knows_owner(mutex)) {
		if (!is_own(mutex))
			return EPERM;
		if (--mutex->depth > 0)
			return 0;
		__atomic_store_n(&mutex->owner, NULL, __ATOMIC_RELAXED);
	}
	lock_release(lock_of(mutex));
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	*mutex = (pthread_mutex_t){
		.type = attributes ? attributes->type : PTHREAD_MUTEX_DEFAULT};
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->word, __ATOMIC_RELAXED) ? EBUSY : 0;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
	*attributes = (pthread_mutexattr_t){PTHREAD_MUTEX_DEFAULT};
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_DEFAULT)
		return EINVAL;
	attributes->type = type;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attributes, int *type_out)
{
	*type_out = attributes->type;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attributes, int shared)
{
	(void)attributes;
	return shared == PTHREAD_PROCESS_PRIVATE ? 0 : ENOTSUP;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attributes, int *shared_out)
{
	(void)attributes;
	*shared_out = PTHREAD_PROCESS_PRIVATE;
	return 0;
}

/* Spin locks do not spin: there may be fewer CPUs than threads. */
int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	*lock = 0;
	return shared == PTHREAD_PROCESS_PRIVATE ? 0 : ENOTSUP;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	return __atomic_load_n(lock, __ATOMIC_RELAXED) ? EBUSY : 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	lock_take((struct lock *)lock);
	return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return lock_try((struct lock *)lock) ? 0 : EBUSY;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	lock_release((struct lock *)lock);
	return 0;
}
