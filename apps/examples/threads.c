/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads: a sieve of Eratosthenes whose stretches go to whoever is free. Each thread takes the
 * next stretch under a mutex, works on it alone, and says that it has by a condition; the first
 * thread waits for that. New threads go to the CPUs in turn.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { LIMIT = 1000000, STRETCH = 50000, THREADS = 4, STRETCHES = LIMIT / STRETCH };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;

/* Under the mutex. */
static unsigned next_stretch, done_stretches, primes;

/* Every prime factor of a number below LIMIT, or the number itself, is in here. */
static bool is_small_prime(unsigned n)
{
	for (unsigned d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n >= 2;
}

static unsigned count_primes(unsigned from, unsigned to)
{
	char *composite = calloc(1, to - from);
	unsigned count = 0;

	if (!composite)
		abort();
	for (unsigned d = 2; d * d < to; d++) {
		unsigned first = (from + d - 1) / d * d;

		if (!is_small_prime(d))
			continue;
		for (unsigned n = first < d * d ? d * d : first; n < to; n += d)
			composite[n - from] = 1;
	}
	for (unsigned n = from < 2 ? 2 : from; n < to; n++)
		count += !composite[n - from];
	free(composite);
	return count;
}

static void *work(void *argument)
{
	unsigned mine = 0;

	(void)argument;
	pthread_mutex_lock(&mutex);
	while (next_stretch < STRETCHES) {
		unsigned stretch = next_stretch++, count;

		pthread_mutex_unlock(&mutex);
		count = count_primes(stretch * STRETCH, (stretch + 1) * STRETCH);
		mine++;
		pthread_mutex_lock(&mutex);
		primes += count;
		done_stretches++;
		pthread_cond_signal(&progress);
	}
	pthread_mutex_unlock(&mutex);
	return (void *)(size_t)mine;
}

int main(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;

	pthread_mutex_lock(&mutex);
	while (done_stretches < STRETCHES)
		pthread_cond_wait(&progress, &mutex);
	printf("%u primes below %d\n", primes, LIMIT);
	pthread_mutex_unlock(&mutex);

	for (int i = 0; i < THREADS; i++) {
		void *stretches;

		pthread_join(threads[i], &stretches);
		printf("thread %d worked on %zu stretches\n", i, (size_t)stretches);
	}
	return primes == 78498 ? 0 : 1;
}
