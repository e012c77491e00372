/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Waiting for a word of this program's memory to change, and the lock that is made of it. All
 * of it is in the program: only who really waits, or wakes somebody, enters the kernel.
 *
 * A thread with a struct sleeper waits on its notification. Others (the first one in a
 * program without pthreads, those of thread_start()) look again after ever longer sleeps of up
 * to a millisecond.
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FUTEX_FOREVER UINT64_MAX

/* A thread's own: what wakes it. */
struct sleeper {
	cptr_t notification;
	cptr_t signal; /* the same with a badge: for who wakes */
	cptr_t timer;
};

/* The calling thread's; NULL: it has none. */
extern __thread struct sleeper *sleeper_own;

/*
 * sleeper_init: make the objects; sleeper_fini: delete them, once nobody can wake it any more.
 *
 *  returns  ST_OK; ST_NO_RESOURCES: no slots; ST_NO_MEMORY: no memory
 */
status_t sleeper_init(struct sleeper *sleeper);
void sleeper_fini(struct sleeper *sleeper);

/*
 * sleeper_renew: in a copy of the program (libsys/process.h), where each slot has an object of
 * its own: make them belong together again.
 */
void sleeper_renew(struct sleeper *sleeper);

/*
 * futex_wait: wait while a word holds a value.
 *
 *  deadline  of clock_ns(), or FUTEX_FOREVER
 *  returns   ST_OK           woken; look at the word again
 *            ST_SHOULD_WAIT  it holds something else
 *            ST_TIMED_OUT    the clock has reached the deadline
 */
status_t futex_wait(const uint32_t *word, uint32_t value, uint64_t deadline);

/*
 * futex_wake: wake those that wait for a word, the longest waiting first. To be called after
 * the word was changed.
 *
 *  count    at most so many
 *  returns  how many there were
 */
unsigned futex_wake(const uint32_t *word, unsigned count);

/* struct lock: zeros are a free one. It is not recursive and keeps no order. */
struct lock {
	uint32_t word; /* 0 free, 1 taken, 2 taken and perhaps waited for */
};

/* What the calls below do when there is something to wait for, or somebody to wake. */
status_t lock_wait(struct lock *lock, uint64_t deadline);
void lock_wake(struct lock *lock);

/* lock_try: take it if it is free; returns whether it was. */
static inline int lock_try(struct lock *lock)
{
	uint32_t free = 0;

	return __atomic_compare_exchange_n(
		&lock->word, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* lock_until: take it; ST_TIMED_OUT: the clock has reached the deadline. */
static inline status_t lock_until(struct lock *lock, uint64_t deadline)
{
	return lock_try(lock) ? ST_OK : lock_wait(lock, deadline);
}

static inline void lock_take(struct lock *lock)
{
	(void)lock_until(lock, FUTEX_FOREVER);
}

/* lock_release: by any thread; the lock may be gone once another has taken it. */
static inline void lock_release(struct lock *lock)
{
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		lock_wake(lock);
}

#ifdef __cplusplus
}
#endif
