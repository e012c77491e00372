/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the files of pthread share.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "libsys/futex.h"

enum { KEYS = 128, DESTRUCTOR_ROUNDS = 4 };

/* The kernel's objects for a thread. They are kept for the next one. */
struct kit {
	struct kit *next;
	cptr_t thread;
	struct sleeper sleeper;
};

enum thread_word { THREAD_RUNS, THREAD_DETACHED, THREAD_HAS_ENDED };

struct pthread {
	struct pthread *next; /* of those that ended detached */
	struct kit *kit;
	void *(*start)(void *);
	void *argument;
	void *result;
	uint32_t word; /* enum thread_word; joiners wait for it */
	uint32_t canceled;
	int cancel_disabled;
	int policy, priority;
	uintptr_t
		mapping; /* of a stack that was made for it, with its guard; 0: the caller's */
	size_t mapping_size;
	struct _pthread_cleanup_context *cleanup;
	char name[32];
};

/* The calling thread's; NULL in one that thread_start() started. */
extern __thread struct pthread *pthread_own;

/* pthread_clear_up: it said that it has ended; let it stop, and free all that is its. */
void pthread_clear_up(struct pthread *thread);

/* pthread_keys_destroy: at the end of a thread, its values' destructors. */
void pthread_keys_destroy(void);

/* Threads that there are, the first one too. */
extern uint32_t pthread_count;
