/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * newlib's locks (its <sys/lock.h>): of each stream, of the list of streams, of the
 * environment and so on.
 */
#include <stdlib.h>
#include <sys/lock.h>

#include "libsys/futex.h"
#include "libsys/tls.h"

struct __lock {
	struct lock lock;
	unsigned depth;
	void *owner;
};

/* Those that newlib names; that of malloc is not used by ours. */
struct __lock __lock___sfp_recursive_mutex, __lock___atexit_recursive_mutex,
	__lock___at_quick_exit_mutex, __lock___malloc_recursive_mutex,
	__lock___env_recursive_mutex, __lock___tz_mutex, __lock___dd_hash_mutex,
	__lock___arc4random_mutex;

/* For a stream that finds no memory for its lock: shared, which is slow but right. */
static struct __lock shared;

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof(**lock));
	if (!*lock)
		*lock = &shared;
}

void __retarget_lock_init(_LOCK_T *lock)
{
	__retarget_lock_init_recursive(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	if (lock != &shared)
		free(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
	__retarget_lock_close_recursive(lock);
}

/* Only the owner can find itself there. */
static int is_own(_LOCK_T lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == tls_get();
}

static void own(_LOCK_T lock)
{
	__atomic_store_n(&lock->owner, tls_get(), __ATOMIC_RELAXED);
	lock->depth = 1;
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	if (is_own(lock)) {
		lock->depth++;
		return;
	}
	lock_take(&lock->lock);
	own(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	if (is_own(lock)) {
		lock->depth++;
		return 1;
	}
	if (!lock_try(&lock->lock))
		return 0;
	own(lock);
	return 1;
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	if (--lock->depth > 0)
		return;
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
	lock_release(&lock->lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	lock_take(&lock->lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
	return lock_try(&lock->lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
	lock_release(&lock->lock);
}
