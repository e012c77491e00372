/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What is done once. A function that an exception of C++ leaves has not been done: the next
 * one, who may be waiting, does it. This file is compiled so that exceptions can pass.
 */
#include <limits.h>
#include <pthread.h>

#include "libsys/futex.h"

enum once { ONCE_NOT, ONCE_NOW, ONCE_NOW_WAITED, ONCE_DONE };

struct attempt {
	pthread_once_t *once;
	uint32_t word; /* what it comes to */
};

static void end(struct attempt *attempt)
{
	uint32_t *word = &attempt->once->word;

	if (__atomic_exchange_n(word, attempt->word, __ATOMIC_RELEASE) == ONCE_NOW_WAITED)
		futex_wake(word, UINT_MAX);
}

static void perform(pthread_once_t *once, void (*function)(void))
{
	struct attempt attempt __attribute__((cleanup(end))) = {once, ONCE_NOT};

	function();
	attempt.word = ONCE_DONE;
}

int pthread_once(pthread_once_t *once, void (*function)(void))
{
	uint32_t word = __atomic_load_n(&once->word, __ATOMIC_ACQUIRE);

	while (word != ONCE_DONE) {
		if (word == ONCE_NOT) {
			if (!__atomic_compare_exchange_n(&once->word, &word, ONCE_NOW, 0,
				    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
				continue;
			perform(once, function);
			return 0;
		}
		if (word == ONCE_NOW &&
			!__atomic_compare_exchange_n(&once->word, &word, ONCE_NOW_WAITED, 0,
				__ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			continue;
		(void)futex_wait(&once->word, ONCE_NOW_WAITED, FUTEX_FOREVER);
		word = __atomic_load_n(&once->word, __ATOMIC_ACQUIRE);
	}
	return 0;
}
