/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A process is copied after its long preparation, as often as one likes: fork, made of
 * snapshots by a library.
 *
 * The child sieves for primes, which takes a while, and says that it is ready. The parent
 * takes a snapshot of it for each question; each copy returns from the same startup_ready(), has
 * all the primes, and pays for no page of them. Packed twice: as init and as "snapshot".
 */
#include <stdio.h>
#include <string.h>

#include "libsys/clock.h"
#include "libsys/pool.h"
#include "libsys/process.h"
#include "libsys/startup.h"

enum { LIMIT = 1 << 19, QUESTIONS = 3 };

static char composite[LIMIT];

static void sieve(void)
{
	for (unsigned i = 2; i * i < LIMIT; i++)
		for (unsigned j = i * i; !composite[i] && j < LIMIT; j += i)
			composite[j] = 1;
}

/* In a copy only: how many primes are below a bound? It marks what it counted, for itself. */
static int answer(unsigned bound)
{
	int count = 0;

	for (unsigned i = 2; i < bound; i++)
		if (!composite[i]) {
			count++;
			composite[i] = i < PAGE_SIZE;
		}
	return count;
}

static int child(void)
{
	sieve();
	if (startup_ready() == 0)
		return 0; /* the one that was spawned has nothing else to do */
	return answer(1000);
}

static int ask(struct process *prepared)
{
	static struct process copy;
	struct process_event event;
	struct pool_info used;
	uint64_t before = clock_ns();
	status_t st = process_snapshot(prepared, NULL, &copy);

	if (st != ST_OK)
		return st;
	printf("a copy was made in %lu us, ", (unsigned long)((clock_ns() - before) / 1000));
	st = process_wait(&copy, NULL, &event);
	if (st == ST_OK)
		st = pool_info(copy.pool, &used);
	if (st == ST_OK)
		printf("counted %d primes and has %lu pages of its own\n", event.status,
			(unsigned long)used.pages);
	(void)process_destroy(&copy);
	return st == ST_OK && event.status == 168 ? ST_OK : ST_INTERNAL;
}

static int parent(void)
{
	static struct process prepared;
	struct process_event event;
	status_t st = process_spawn("snapshot", NULL, &prepared);

	if (st == ST_OK)
		st = process_wait(&prepared, NULL, &event);
	for (int i = 0; i < QUESTIONS && st == ST_OK; i++)
		st = ask(&prepared);
	(void)process_destroy(&prepared);
	return st != ST_OK;
}

int main(void)
{
	return startup_page() ? child() : parent();
}
