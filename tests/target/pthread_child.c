/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* A program of POSIX threads that is copied: each copy makes threads and waits for them. */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "libsys/clock.h"
#include "libsys/startup.h"

enum { GOOD = 7, WRONG = 1, THREADS = 3, ROUNDS = 100, WAIT_NS = 2000000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int counter;

/* Holds the mutex while others want it: they have to sleep. */
static void *count(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		if (i % 50 == 0)
			clock_sleep_ns(1000000);
		pthread_mutex_unlock(&mutex);
	}
	return unused;
}

static int count_together(void)
{
	pthread_t threads[THREADS];

	counter = 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, count, NULL) != 0)
			return 0;
	(void)count(NULL);
	for (int i = 0; i < THREADS; i++)
		if (pthread_join(threads[i], NULL) != 0)
			return 0;
	return counter == (THREADS + 1) * ROUNDS;
}

/* No shorter and not for ever. */
static int wait_a_moment(void)
{
	uint64_t before = clock_ns();
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_nsec += WAIT_NS;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	(void)pthread_cond_timedwait(&condition, &mutex, &time);
	pthread_mutex_unlock(&mutex);
	return clock_ns() - before >= WAIT_NS;
}

int main(void)
{
	if (!count_together())
		return WRONG;
	(void)startup_ready();
	return count_together() && wait_a_moment() ? GOOD : WRONG;
}
