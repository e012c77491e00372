/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * POSIX threads. Objects of threads are kept for the next ones, so as many as any test has at
 * once are made before the first.
 */
#define _GNU_SOURCE /* names of threads */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "libsys/clock.h"
#include "libsys/pool.h"
#include "libsys/tls.h"
#include "test.h"

enum { MANY = 8, ROUNDS = 500 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static pthread_t start(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, function, argument) == 0);
	return thread;
}

static void *join(pthread_t thread)
{
	void *result = NULL;

	EXPECT_EQ(pthread_join(thread, &result), 0);
	return result;
}

static void *pass_barrier(void *barrier)
{
	pthread_barrier_wait(barrier);
	return NULL;
}

/* MANY threads at once: their objects are made, and kept. */
__attribute__((constructor)) static void make_objects(void)
{
	pthread_barrier_t barrier;
	pthread_t threads[MANY];

	pthread_barrier_init(&barrier, NULL, MANY);
	for (int i = 0; i < MANY; i++)
		threads[i] = start(pass_barrier, &barrier);
	for (int i = 0; i < MANY; i++)
		join(threads[i]);
	pthread_barrier_destroy(&barrier);
}

static void *twice(void *argument)
{
	return (void *)((uintptr_t)argument * 2);
}

static void *leave_early(void *argument)
{
	pthread_exit((void *)((uintptr_t)argument + 1));
}

TEST(pthread, join_gets_the_result)
{
	EXPECT_EQ((uintptr_t)join(start(twice, (void *)21)), 42);
	EXPECT_EQ((uintptr_t)join(start(leave_early, (void *)21)), 22);
	EXPECT_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
}

TEST(pthread, a_hundred_one_after_another_leave_nothing)
{
	struct pool_info before, after;

	join(start(twice, NULL));
	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &before), ST_OK);
	for (uintptr_t i = 0; i < 100; i++)
		EXPECT_EQ((uintptr_t)join(start(twice, (void *)i)), 2 * i);
	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &after), ST_OK);
	EXPECT(after.free + 8 >= before.free);
}

static __thread int own = 7;

static void *change_own(void *argument)
{
	int was = own;

	own = (int)(uintptr_t)argument;
	errno = own;
	sched_yield();
	return (void *)(uintptr_t)(was == 7 && own == (int)(uintptr_t)argument && errno == own);
}

TEST(pthread, each_has_variables_of_its_own)
{
	pthread_t a, b;

	errno = 0;
	a = start(change_own, (void *)1);
	b = start(change_own, (void *)2);
	EXPECT_EQ((uintptr_t)join(a), 1);
	EXPECT_EQ((uintptr_t)join(b), 1);
	EXPECT_EQ(own, 7);
	EXPECT_EQ(errno, 0);
}

static long counter;

static void *count_up(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(argument);
		counter++;
		pthread_mutex_unlock(argument);
	}
	return NULL;
}

static void count_with(pthread_mutex_t *with)
{
	pthread_t threads[4];

	counter = 0;
	for (int i = 0; i < 4; i++)
		threads[i] = start(count_up, with);
	for (int i = 0; i < 4; i++)
		join(threads[i]);
	EXPECT_EQ(counter, 4 * ROUNDS);
}

TEST(mutex, excludes)
{
	count_with(&mutex);
}

static pthread_mutex_t of_type(int type)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t made;

	EXPECT_EQ(pthread_mutexattr_init(&attributes), 0);
	EXPECT_EQ(pthread_mutexattr_settype(&attributes, type), 0);
	EXPECT_EQ(pthread_mutex_init(&made, &attributes), 0);
	EXPECT_EQ(pthread_mutexattr_destroy(&attributes), 0);
	return made;
}

static void *unlock_others(void *argument)
{
	return (void *)(uintptr_t)pthread_mutex_unlock(argument);
}

static void *try_others(void *argument)
{
	return (void *)(uintptr_t)pthread_mutex_trylock(argument);
}

TEST(mutex, a_recursive_one_counts)
{
	pthread_mutex_t recursive = of_type(PTHREAD_MUTEX_RECURSIVE);

	EXPECT_EQ(pthread_mutex_lock(&recursive), 0);
	EXPECT_EQ(pthread_mutex_lock(&recursive), 0);
	EXPECT_EQ(pthread_mutex_unlock(&recursive), 0);
	EXPECT_EQ((uintptr_t)join(start(try_others, &recursive)), EBUSY);
	EXPECT_EQ((uintptr_t)join(start(unlock_others, &recursive)), EPERM);
	EXPECT_EQ(pthread_mutex_unlock(&recursive), 0);
	EXPECT_EQ(pthread_mutex_unlock(&recursive), EPERM);
	count_with(&recursive);
	EXPECT_EQ(pthread_mutex_destroy(&recursive), 0);
}

TEST(mutex, one_that_checks_says_what_is_wrong)
{
	pthread_mutex_t checking = of_type(PTHREAD_MUTEX_ERRORCHECK);

	EXPECT_EQ(pthread_mutex_unlock(&checking), EPERM);
	EXPECT_EQ(pthread_mutex_lock(&checking), 0);
	EXPECT_EQ(pthread_mutex_lock(&checking), EDEADLK);
	EXPECT_EQ(pthread_mutex_destroy(&checking), EBUSY);
	EXPECT_EQ(pthread_mutex_unlock(&checking), 0);
}

static struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += ms * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void *lock_until_soon(void *argument)
{
	struct timespec time = in_ms(CLOCK_REALTIME, 20);

	return (void *)(uintptr_t)pthread_mutex_timedlock(argument, &time);
}

TEST(mutex, waits_no_longer_than_asked)
{
	uint64_t before = clock_ns();

	pthread_mutex_lock(&mutex);
	EXPECT_EQ((uintptr_t)join(start(lock_until_soon, &mutex)), ETIMEDOUT);
	EXPECT(clock_ns() - before >= 20000000);
	pthread_mutex_unlock(&mutex);
	EXPECT_EQ((uintptr_t)join(start(lock_until_soon, &mutex)), 0);
	pthread_mutex_unlock(&mutex);
}

/* A queue of one between two threads. */
static int full, item;

static void *consume(void *argument)
{
	long sum = 0;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (!full)
			pthread_cond_wait(&condition, &mutex);
		sum += item;
		full = 0;
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return (void *)sum;
}

TEST(condition, hands_over_every_item)
{
	pthread_t consumer = start(consume, NULL);

	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (full)
			pthread_cond_wait(&condition, &mutex);
		item = i;
		full = 1;
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
	}
	EXPECT_EQ((long)join(consumer), (long)ROUNDS * (ROUNDS - 1) / 2);
}

TEST(condition, waits_no_longer_than_asked)
{
	struct timespec time = in_ms(CLOCK_REALTIME, 20);
	uint64_t before = clock_ns();
	pthread_condattr_t attributes;
	pthread_cond_t monotonic;

	pthread_mutex_lock(&mutex);
	EXPECT_EQ(pthread_cond_timedwait(&condition, &mutex, &time), ETIMEDOUT);
	EXPECT(clock_ns() - before >= 20000000);
	EXPECT_EQ(pthread_condattr_init(&attributes), 0);
	EXPECT_EQ(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), 0);
	EXPECT_EQ(pthread_cond_init(&monotonic, &attributes), 0);
	time = in_ms(CLOCK_MONOTONIC, 10);
	EXPECT_EQ(pthread_cond_timedwait(&monotonic, &mutex, &time), ETIMEDOUT);
	time.tv_nsec = -1;
	EXPECT_EQ(pthread_cond_timedwait(&monotonic, &mutex, &time), EINVAL);
	EXPECT_EQ(pthread_cond_destroy(&monotonic), 0);
	pthread_mutex_unlock(&mutex);
}

static int waiting, released;

static void *await_release(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&mutex);
	waiting++;
	while (!released)
		pthread_cond_wait(&condition, &mutex);
	waiting--;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

TEST(condition, broadcast_wakes_all)
{
	pthread_t threads[MANY];

	waiting = released = 0;
	for (int i = 0; i < MANY; i++)
		threads[i] = start(await_release, NULL);
	for (int there = 0; there < MANY;) {
		pthread_mutex_lock(&mutex);
		there = waiting;
		pthread_mutex_unlock(&mutex);
		sched_yield();
	}
	pthread_mutex_lock(&mutex);
	released = 1;
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < MANY; i++)
		join(threads[i]);
	EXPECT_EQ(waiting, 0);
}

/* Memory that a condition was in is written as soon as it is destroyed. */
struct passing {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	int waits, told;
};

static void *pass(void *argument)
{
	struct passing *p = argument;

	pthread_mutex_lock(&p->mutex);
	p->waits = 1;
	while (!p->told)
		pthread_cond_wait(&p->condition, &p->mutex);
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

TEST(condition, may_go_once_all_are_told)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct passing p = {0};
		pthread_t thread = start(pass, &p);

		while (!p.told) {
			pthread_mutex_lock(&p.mutex);
			if (p.waits) {
				p.told = 1;
				pthread_cond_broadcast(&p.condition);
				pthread_mutex_unlock(&p.mutex);
				EXPECT_EQ(pthread_cond_destroy(&p.condition), 0);
				memset(&p.condition, 0, sizeof(p.condition));
				break;
			}
			pthread_mutex_unlock(&p.mutex);
			sched_yield();
		}
		join(thread);
		EXPECT(p.condition.inside_clock == 0);
	}
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int done_once;

static void do_once(void)
{
	clock_sleep_ns(1000000);
	done_once++;
}

static void *call_once(void *argument)
{
	(void)argument;
	EXPECT_EQ(pthread_once(&once, do_once), 0);
	return (void *)(uintptr_t)done_once;
}

TEST(once, is_once_and_everybody_waits_for_it)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = start(call_once, NULL);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ((uintptr_t)join(threads[i]), 1);
	EXPECT_EQ(done_once, 1);
}

static pthread_key_t key;
static int destroyed;

static void destroy_value(void *value)
{
	__atomic_add_fetch(&destroyed, *(int *)value, __ATOMIC_RELAXED);
	if (--*(int *)value > 0)
		pthread_setspecific(key, value);
}

static void *set_value(void *argument)
{
	EXPECT(pthread_getspecific(key) == NULL);
	EXPECT_EQ(pthread_setspecific(key, argument), 0);
	return pthread_getspecific(key);
}

TEST(keys, values_are_each_threads_own_and_destroyed_with_it)
{
	int values[2] = {1, 2};
	pthread_t a, b;

	destroyed = 0;
	EXPECT_EQ(pthread_key_create(&key, destroy_value), 0);
	a = start(set_value, &values[0]);
	b = start(set_value, &values[1]);
	EXPECT(join(a) == &values[0]);
	EXPECT(join(b) == &values[1]);
	EXPECT_EQ(destroyed, 1 + 2 + 1); /* the second one twice: it was set again */
	EXPECT(pthread_getspecific(key) == NULL);
	EXPECT_EQ(pthread_key_delete(key), 0);
	EXPECT_EQ(pthread_key_delete(key), EINVAL);
	EXPECT_EQ(pthread_setspecific(key, &key), EINVAL);
}

/* Between its two looks the key is made anew. */
static pthread_barrier_t gate;

static void *keep_value(void *argument)
{
	EXPECT_EQ(pthread_setspecific(key, argument), 0);
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	return pthread_getspecific(key);
}

TEST(keys, a_new_one_has_no_value_of_one_before_it)
{
	int value = 1;
	pthread_t thread;

	destroyed = 0;
	pthread_barrier_init(&gate, NULL, 2);
	EXPECT_EQ(pthread_key_create(&key, destroy_value), 0);
	thread = start(keep_value, &value);
	pthread_barrier_wait(&gate);
	EXPECT_EQ(pthread_key_delete(key), 0);
	EXPECT_EQ(pthread_key_create(&key, destroy_value), 0);
	pthread_barrier_wait(&gate);
	EXPECT(join(thread) == NULL);
	EXPECT_EQ(destroyed, 0);
	EXPECT_EQ(pthread_key_delete(key), 0);
	pthread_barrier_destroy(&gate);
}

static int ended_detached;

static void *end_detached(void *argument)
{
	pthread_detach(pthread_self());
	__atomic_add_fetch(&ended_detached, 1, __ATOMIC_RELEASE);
	return argument;
}

TEST(pthread, detached_ones_clear_up_by_themselves)
{
	pthread_attr_t attributes;
	pthread_t thread;

	ended_detached = 0;
	start(end_detached, NULL);
	EXPECT_EQ(pthread_attr_init(&attributes), 0);
	EXPECT_EQ(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED), 0);
	EXPECT_EQ(pthread_create(&thread, &attributes, end_detached, NULL), 0);
	while (__atomic_load_n(&ended_detached, __ATOMIC_ACQUIRE) < 2)
		clock_sleep_ns(100000);
	clock_sleep_ns(5000000);
	join(start(twice, NULL)); /* clears up after them */
	EXPECT_EQ(pthread_attr_destroy(&attributes), 0);
}

static void *use_stack(void *argument)
{
	char large[400 << 10];

	memset(large, 1, sizeof(large));
	__asm__ volatile("" : : "r"(large) : "memory");
	return argument;
}

TEST(pthread, stack_and_name_are_as_asked)
{
	pthread_attr_t attributes;
	char name[32];
	pthread_t thread;
	size_t size;

	pthread_attr_init(&attributes);
	EXPECT_EQ(pthread_attr_setstacksize(&attributes, 100), EINVAL);
	EXPECT_EQ(pthread_attr_setstacksize(&attributes, 512 << 10), 0);
	EXPECT_EQ(pthread_attr_getstacksize(&attributes, &size), 0);
	EXPECT_EQ(size, 512 << 10);
	EXPECT_EQ(pthread_create(&thread, &attributes, use_stack, &name), 0);
	EXPECT_EQ(pthread_setname_np(thread, "painter"), 0);
	EXPECT_EQ(pthread_getname_np(thread, name, sizeof(name)), 0);
	EXPECT_TEXT(name, "painter");
	EXPECT(join(thread) == &name);
	pthread_attr_setstacksize(&attributes, (size_t)1 << 50);
	EXPECT_EQ(pthread_create(&thread, &attributes, use_stack, NULL), EAGAIN);
}

TEST(pthread, priority_is_inherited_or_as_asked)
{
	struct sched_param parameters = {.sched_priority = 17};
	pthread_attr_t attributes;
	pthread_t thread;
	int policy;

	pthread_attr_init(&attributes);
	EXPECT_EQ(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED), 0);
	EXPECT_EQ(pthread_attr_setschedparam(&attributes, &parameters), 0);
	EXPECT_EQ(pthread_create(&thread, &attributes, twice, NULL), 0);
	parameters.sched_priority = 0;
	EXPECT_EQ(pthread_getschedparam(thread, &policy, &parameters), 0);
	EXPECT_EQ(parameters.sched_priority, 17);
	join(thread);
	parameters.sched_priority = 999;
	EXPECT_EQ(pthread_attr_setschedparam(&attributes, &parameters), EINVAL);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int shared_value, readers_at_once;

static void *read_often(void *argument)
{
	(void)argument;
	for (int i = 0; i < 100; i++) {
		pthread_rwlock_rdlock(&rwlock);
		if (__atomic_load_n(&shared_value, __ATOMIC_RELAXED) % 2)
			readers_at_once = -1000000; /* a writer was in the middle */
		pthread_rwlock_unlock(&rwlock);
	}
	return NULL;
}

static void *write_often(void *argument)
{
	(void)argument;
	for (int i = 0; i < 40; i++) {
		pthread_rwlock_wrlock(&rwlock);
		__atomic_add_fetch(&shared_value, 1, __ATOMIC_RELAXED);
		sched_yield();
		__atomic_add_fetch(&shared_value, 1, __ATOMIC_RELAXED);
		pthread_rwlock_unlock(&rwlock);
	}
	return NULL;
}

TEST(rwlock, writers_are_alone_and_readers_are_not)
{
	pthread_t threads[4];

	shared_value = readers_at_once = 0;
	for (int i = 0; i < 4; i++)
		threads[i] = start(i % 2 ? write_often : read_often, NULL);
	for (int i = 0; i < 4; i++)
		join(threads[i]);
	EXPECT_EQ(shared_value, 160);
	EXPECT_EQ(readers_at_once, 0);
	EXPECT_EQ(pthread_rwlock_rdlock(&rwlock), 0);
	EXPECT_EQ(pthread_rwlock_tryrdlock(&rwlock), 0);
	EXPECT_EQ(pthread_rwlock_trywrlock(&rwlock), EBUSY);
	EXPECT_EQ(pthread_rwlock_unlock(&rwlock), 0);
	EXPECT_EQ(pthread_rwlock_unlock(&rwlock), 0);
	EXPECT_EQ(pthread_rwlock_unlock(&rwlock), EPERM);
}

static pthread_barrier_t barrier;
static int arrived;

static void *meet(void *argument)
{
	long first = 0;

	(void)argument;
	for (int i = 1; i <= 50; i++) {
		__atomic_add_fetch(&arrived, 1, __ATOMIC_RELAXED);
		first += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
		if (__atomic_load_n(&arrived, __ATOMIC_RELAXED) < 3 * i)
			first = 1000;
		pthread_barrier_wait(&barrier);
	}
	return (void *)first;
}

TEST(barrier, lets_none_through_before_all_are_there)
{
	pthread_t threads[3];
	long first = 0;

	arrived = 0;
	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 3), 0);
	for (int i = 0; i < 3; i++)
		threads[i] = start(meet, NULL);
	for (int i = 0; i < 3; i++)
		first += (long)join(threads[i]);
	EXPECT_EQ(first, 50);
	EXPECT_EQ(pthread_barrier_destroy(&barrier), 0);
}

static sem_t items, places;

static void *take_items(void *argument)
{
	(void)argument;
	for (int i = 0; i < 200; i++) {
		sem_wait(&items);
		sem_post(&places);
	}
	return NULL;
}

TEST(semaphore, counts)
{
	struct timespec time = in_ms(CLOCK_REALTIME, 10);
	pthread_t taker;
	int value;

	EXPECT_EQ(sem_init(&items, 0, 0), 0);
	EXPECT_EQ(sem_init(&places, 0, 3), 0);
	EXPECT_EQ(sem_trywait(&items), -1);
	EXPECT_EQ(errno, EAGAIN);
	EXPECT_EQ(sem_timedwait(&items, &time), -1);
	EXPECT_EQ(errno, ETIMEDOUT);
	taker = start(take_items, NULL);
	for (int i = 0; i < 200; i++) {
		sem_wait(&places);
		sem_post(&items);
	}
	join(taker);
	EXPECT_EQ(sem_getvalue(&places, &value), 0);
	EXPECT_EQ(value, 3);
}

static void note(void *argument)
{
	*(int *)argument += 1;
}

static void *canceled_here(void *argument)
{
	pthread_cleanup_push(note, argument);
	for (;;) {
		pthread_testcancel();
		sched_yield();
	}
	pthread_cleanup_pop(0);
	return NULL;
}

TEST(pthread, cancellation_runs_what_was_pushed)
{
	int notes = 0;
	pthread_t thread = start(canceled_here, &notes);

	EXPECT_EQ(pthread_cancel(thread), 0);
	EXPECT(join(thread) == PTHREAD_CANCELED);
	EXPECT_EQ(notes, 1);
}

static void *print_and_allocate(void *argument)
{
	char text[40];

	for (int i = 0; i < 300; i++) {
		char *block = malloc((size_t)i * 5 + 1);

		snprintf(text, sizeof(text), "%d %.3f", i, i / 7.0);
		if (!block || strtod(strchr(text, ' '), NULL) > i)
			return NULL;
		free(block);
	}
	return argument;
}

TEST(pthread, newlib_is_everybodys)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = start(print_and_allocate, &threads);
	for (int i = 0; i < 4; i++)
		EXPECT(join(threads[i]) == &threads);
}

TEST(time, clocks_go_and_sleeps_last)
{
	struct timespec before, after, pause = {.tv_nsec = 3000000}, bad = {.tv_nsec = -1};

	EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &before), 0);
	EXPECT_EQ(nanosleep(&pause, NULL), 0);
	EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &after), 0);
	EXPECT((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >=
		3000000);
	EXPECT_EQ(nanosleep(&bad, NULL), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(clock_gettime((clockid_t)77, &after), -1);
}

TEST(time, of_day_can_be_set)
{
	struct timespec then = {.tv_sec = 1795824000}; /* 2026-11-28 */
	struct tm tm;
	char text[32];
	time_t now;

	EXPECT_EQ(clock_settime(CLOCK_REALTIME, &then), 0);
	now = time(NULL);
	EXPECT(now >= then.tv_sec && now < then.tv_sec + 100);
	EXPECT(gmtime_r(&now, &tm) == &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	EXPECT_TEXT(text, "2026-11-28");
	EXPECT_EQ(clock_settime(CLOCK_MONOTONIC, &then), -1);
	then.tv_sec = INT64_MAX; /* in nanoseconds no number */
	EXPECT_EQ(clock_settime(CLOCK_REALTIME, &then), -1);
	EXPECT(time(NULL) - now < 100);
}
