/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Locks of readers and writers, and semaphores. A lock's `turn` changes with each release; it
 * is read before the lock is tried, so that none is missed. Writers go first.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>

#include "libsys/deadline.h"
#include "libsys/futex.h"

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Try again whenever there is news. */
static int await(pthread_rwlock_t *lock, int (*try)(pthread_rwlock_t *), uint64_t deadline)
{
	for (;;) {
		uint32_t before = load(&lock->turn);

		if (try(lock))
			return 0;
		if (futex_wait(&lock->turn, before, deadline) == ST_TIMED_OUT)
			return ETIMEDOUT;
	}
}

static void news(uint32_t *turn)
{
	__atomic_fetch_add(turn, 1, __ATOMIC_RELEASE);
	futex_wake(turn, UINT_MAX);
}

static int try_read(pthread_rwlock_t *lock)
{
	uint32_t word = load(&lock->word);

	while (!(word & PTHREAD_RWLOCK_WRITER_) && load(&lock->waiting) == 0)
		if (__atomic_compare_exchange_n(&lock->word, &word, word + 1, 0,
			    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			return 1;
	return 0;
}

static int try_write(pthread_rwlock_t *lock)
{
	uint32_t word = 0;

	return __atomic_compare_exchange_n(&lock->word, &word, PTHREAD_RWLOCK_WRITER_, 0,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static int write_until(pthread_rwlock_t *lock, uint64_t deadline)
{
	int error;

	if (try_write(lock))
		return 0;
	__atomic_fetch_add(&lock->waiting, 1, __ATOMIC_SEQ_CST);
	error = await(lock, try_write, deadline);
	__atomic_fetch_sub(&lock->waiting, 1, __ATOMIC_SEQ_CST);
	if (error)
		news(&lock->turn); /* readers stayed behind it */
	return error;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return await(lock, try_read, FUTEX_FOREVER);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return try_read(lock) ? 0 : EBUSY;
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return write_until(lock, FUTEX_FOREVER);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return try_write(lock) ? 0 : EBUSY;
}

int pthread_rwlock_clockrdlock(
	pthread_rwlock_t *restrict lock, clockid_t clock, const struct timespec *restrict time)
{
	uint64_t deadline;
	int error = deadline_of(clock, time, &deadline);

	return error ? error : await(lock, try_read, deadline);
}

int pthread_rwlock_clockwrlock(
	pthread_rwlock_t *restrict lock, clockid_t clock, const struct timespec *restrict time)
{
	uint64_t deadline;
	int error = deadline_of(clock, time, &deadline);

	return error ? error : write_until(lock, deadline);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *time)
{
	return pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, time);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *time)
{
	return pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, time);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	uint32_t word = load(&lock->word);

	if (word == 0)
		return EPERM;
	if (word & PTHREAD_RWLOCK_WRITER_)
		__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
	else if (__atomic_sub_fetch(&lock->word, 1, __ATOMIC_RELEASE) > 0)
		return 0;
	news(&lock->turn);
	return 0;
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	(void)attributes;
	*lock = (pthread_rwlock_t){0};
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	return load(&lock->word) ? EBUSY : 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes)
{
	*attributes = (pthread_rwlockattr_t){0};
	return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes)
{
	(void)attributes;
	return 0;
}

static int fail(int error)
{
	errno = error;
	return error ? -1 : 0;
}

static int try_down(sem_t *semaphore)
{
	uint32_t value = load(&semaphore->value);

	while (value > 0)
		if (__atomic_compare_exchange_n(&semaphore->value, &value, value - 1, 0,
			    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			return 1;
	return 0;
}

/* The value is the word that waiters wait for: while it is 0. */
static int down_until(sem_t *semaphore, uint64_t deadline)
{
	while (!try_down(semaphore))
		if (futex_wait(&semaphore->value, 0, deadline) == ST_TIMED_OUT)
			return ETIMEDOUT;
	return 0;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (value > SEM_VALUE_MAX)
		return fail(EINVAL);
	*semaphore = (sem_t){.value = value};
	return shared ? fail(ENOSYS) : 0;
}

int sem_destroy(sem_t *semaphore)
{
	(void)semaphore;
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	return down_until(semaphore, FUTEX_FOREVER);
}

int sem_trywait(sem_t *semaphore)
{
	return try_down(semaphore) ? 0 : fail(EAGAIN);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time)
{
	uint64_t deadline;
	int error;

	if (try_down(semaphore))
		return 0;
	error = deadline_of(CLOCK_REALTIME, time, &deadline);
	if (!error)
		error = down_until(semaphore, deadline);
	return error ? fail(error) : 0;
}

int sem_post(sem_t *semaphore)
{
	uint32_t value = load(&semaphore->value);

	do
		if (value == SEM_VALUE_MAX)
			return fail(EOVERFLOW);
	while (!__atomic_compare_exchange_n(
		&semaphore->value, &value, value + 1, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	futex_wake(&semaphore->value, 1);
	return 0;
}

int sem_getvalue(sem_t *restrict semaphore, int *restrict value_out)
{
	*value_out = (int)load(&semaphore->value);
	return 0;
}
