/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * POSIX threads: their beginning and their end.
 *
 * A thread's stack is a VMO of its own, whose pages come as they are touched and whose lowest
 * ones, the guard, never do. New threads go to the CPUs in turn, with their creator's priority.
 *
 * A thread that ends says so, and then stops; only after that its stack can go. Who joins it
 * waits for both. Of a detached one nobody does: it is put on a list, and the next thread to be
 * made, or to end, clears up.
 *
 * Thread, notification and timer are kept for the next thread: memory that came from an Untyped
 * returns to it only when all that was made of it is gone.
 */
#include <errno.h>
#include <limits.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libsys/boot.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "pthread/thread.h"
#include "startup_own.h"

enum { STACK_SIZE = 256 << 10, GUARD_SIZE = PAGE_SIZE, STACK_LEAST = 4096 };

__thread struct pthread *pthread_own;

uint32_t pthread_count = 1;

static struct pthread first_thread;
static struct lock lock; /* over these: */
static struct kit *kits;
static struct pthread *ended;
static unsigned next_cpu = 1;

static struct kit *make_kit(void)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	if (!kit)
		return NULL;
	if (object_create(OBJECT_THREAD, 0, &kit->thread) == ST_OK) {
		if (sleeper_init(&kit->sleeper) == ST_OK)
			return kit;
		(void)object_delete(kit->thread);
	}
	free(kit);
	return NULL;
}

static struct kit *take_kit(void)
{
	struct kit *kit;

	lock_take(&lock);
	kit = kits;
	if (kit)
		kits = kit->next;
	lock_release(&lock);
	return kit ? kit : make_kit();
}

static void put_kit(struct kit *kit)
{
	lock_take(&lock);
	kit->next = kits;
	kits = kit;
	lock_release(&lock);
}

static int map_stack(struct pthread *thread, size_t size, size_t guard)
{
	uaddr_t at = 0;
	cptr_t vmo;
	status_t st;

	size = (size + guard + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
	if (vmo_create(ROOT_SLOT_POOL, size, 0, &vmo) != ST_OK)
		return EAGAIN;
	st = vspace_map(ROOT_SLOT_VSPACE, vmo, 0, size, VSPACE_READ | VSPACE_WRITE, &at);
	(void)object_delete(vmo); /* the mapping keeps it */
	if (st == ST_OK && guard)
		st = vspace_protect(ROOT_SLOT_VSPACE, at, guard, 0);
	if (st != ST_OK) {
		if (at)
			(void)vspace_unmap(ROOT_SLOT_VSPACE, at, size);
		return EAGAIN;
	}
	thread->mapping = at;
	thread->mapping_size = size;
	return 0;
}

static void destroy(struct pthread *thread)
{
	if (thread->mapping)
		(void)vspace_unmap(ROOT_SLOT_VSPACE, thread->mapping, thread->mapping_size);
	if (thread->kit)
		put_kit(thread->kit);
	free(thread);
}

void pthread_clear_up(struct pthread *thread)
{
	(void)thread_join(thread->kit->thread);
	destroy(thread);
}

static void clear_up_detached(void)
{
	struct pthread *list, *next;

	lock_take(&lock);
	list = ended;
	ended = NULL;
	lock_release(&lock);
	for (; list; list = next) {
		next = list->next;
		pthread_clear_up(list);
	}
}

static void drop_kit(struct kit *kit)
{
	(void)object_delete(kit->thread);
	sleeper_fini(&kit->sleeper);
	free(kit);
}

/* A copy has no threads of ours but the first, whose objects do not belong together yet. */
static unsigned begin_copy(unsigned generation)
{
	struct kit *kit;

	if (sleeper_own)
		sleeper_renew(sleeper_own);
	clear_up_detached();
	while ((kit = kits)) {
		kits = kit->next;
		drop_kit(kit);
	}
	return generation;
}

/* The first thread waits as the others do. */
__attribute__((constructor(102))) static void init(void)
{
	static struct sleeper sleeper;
	struct thread_info info;

	startup_copied = begin_copy;
	first_thread.policy = SCHED_RR;
	if (thread_info(ROOT_SLOT_THREAD, &info) == ST_OK)
		first_thread.priority = (int)info.priority;
	pthread_own = &first_thread;
	if (sleeper_init(&sleeper) == ST_OK)
		sleeper_own = &sleeper;
}

static void begin(void *argument)
{
	struct pthread *self = argument;

	pthread_own = self;
	sleeper_own = &self->kit->sleeper;
	pthread_exit(self->start(self->argument));
}

static unsigned choose_cpu(void)
{
	return __atomic_fetch_add(&next_cpu, 1, __ATOMIC_RELAXED) % boot_info()->cpus_online;
}

static int launch(struct pthread *thread, const pthread_attr_t *attributes)
{
	static const struct thread_fpu fpu;
	struct thread_options options = {
		.name = "pthread",
		.stack = attributes->stack,
		.stack_size = attributes->stack_size,
		.priority = (unsigned)thread->priority,
		.priority_max = (unsigned)thread->priority,
		.cpu = choose_cpu(),
	};
	status_t st;

	if (thread->mapping) {
		options.stack = (void *)(thread->mapping + attributes->guard_size);
		options.stack_size = thread->mapping_size - attributes->guard_size;
	}
	st = thread_write_fpu(thread->kit->thread, &fpu);
	if (st == ST_OK)
		st = thread_launch(thread->kit->thread, begin, thread, &options);
	if (st == ST_ACCESS_DENIED)
		return EPERM;
	return st == ST_OK ? 0 : st == ST_INVALID_ARGS ? EINVAL : EAGAIN;
}

static void set_scheduling(struct pthread *thread, const pthread_attr_t *attributes)
{
	const struct pthread *self = pthread_own ? pthread_own : &first_thread;

	thread->policy = SCHED_RR;
	thread->priority = attributes->inherit == PTHREAD_EXPLICIT_SCHED ?
		attributes->schedparam.sched_priority :
		self->priority;
}

static int create(struct pthread *thread, const pthread_attr_t *attributes)
{
	size_t guard = attributes->guard_size;
	int error = 0;

	set_scheduling(thread, attributes);
	if (attributes->detached == PTHREAD_CREATE_DETACHED)
		thread->word = THREAD_DETACHED;
	thread->kit = take_kit();
	if (!thread->kit)
		return EAGAIN;
	if (!attributes->stack)
		error = map_stack(thread, attributes->stack_size, guard);
	if (error)
		return error;
	__atomic_fetch_add(&pthread_count, 1, __ATOMIC_RELAXED);
	error = launch(thread, attributes);
	if (error)
		__atomic_fetch_sub(&pthread_count, 1, __ATOMIC_RELAXED);
	return error;
}

int pthread_create(pthread_t *thread_out, const pthread_attr_t *attributes,
	void *(*start)(void *), void *argument)
{
	struct pthread *thread = calloc(1, sizeof(*thread));
	pthread_attr_t usual;
	int error;

	if (!thread)
		return EAGAIN;
	clear_up_detached();
	pthread_attr_init(&usual);
	thread->start = start;
	thread->argument = argument;
	*thread_out = thread; /* before it runs: it may look */
	error = create(thread, attributes ? attributes : &usual);
	if (error)
		destroy(thread);
	return error;
}

/* The last thread's end is the program's: the first one waits for it, and may be joined before. */
static void count_down(void)
{
	__atomic_fetch_sub(&pthread_count, 1, __ATOMIC_RELEASE);
	futex_wake(&pthread_count, UINT_MAX);
}

static void __attribute__((noreturn)) end_first(void)
{
	uint32_t count;

	__atomic_store_n(&first_thread.word, THREAD_HAS_ENDED, __ATOMIC_RELEASE);
	futex_wake(&first_thread.word, UINT_MAX);
	while ((count = __atomic_load_n(&pthread_count, __ATOMIC_ACQUIRE)) > 1)
		(void)futex_wait(&pthread_count, count, FUTEX_FOREVER);
	exit(0);
}

static void run_cleanup(struct pthread *self)
{
	while (self->cleanup) {
		struct _pthread_cleanup_context *context = self->cleanup;

		self->cleanup = context->_previous;
		context->_routine(context->_arg);
	}
}

void pthread_exit(void *result)
{
	struct pthread *self = pthread_own;

	if (!self)
		thread_exit();
	run_cleanup(self);
	pthread_keys_destroy();
	_reclaim_reent(_REENT);
	self->result = result;
	if (self == &first_thread)
		end_first();
	clear_up_detached();
	count_down();
	if (__atomic_exchange_n(&self->word, THREAD_HAS_ENDED, __ATOMIC_ACQ_REL) ==
		THREAD_DETACHED) {
		lock_take(&lock);
		self->next = ended;
		ended = self;
		lock_release(&lock);
	} else {
		futex_wake(&self->word, UINT_MAX);
	}
	thread_exit();
}

int pthread_join(pthread_t thread, void **result_out)
{
	if (thread == pthread_own)
		return EDEADLK;
	if (__atomic_load_n(&thread->word, __ATOMIC_RELAXED) == THREAD_DETACHED)
		return EINVAL;
	while (__atomic_load_n(&thread->word, __ATOMIC_ACQUIRE) != THREAD_HAS_ENDED)
		(void)futex_wait(&thread->word, THREAD_RUNS, FUTEX_FOREVER);
	if (result_out)
		*result_out = thread->result;
	if (thread != &first_thread)
		pthread_clear_up(thread);
	return 0;
}

int pthread_detach(pthread_t thread)
{
	uint32_t word = THREAD_RUNS;

	if (thread == &first_thread)
		return 0;
	if (__atomic_compare_exchange_n(&thread->word, &word, THREAD_DETACHED, 0,
		    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return 0;
	if (word == THREAD_DETACHED)
		return EINVAL;
	pthread_clear_up(thread);
	return 0;
}

pthread_t pthread_self(void)
{
	return pthread_own;
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}
