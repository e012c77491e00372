/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Values that each thread has its own of, and what is done once.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "pthread/thread.h"

struct key {
	int used;
	void (*destructor)(void *);
};

static struct lock lock;
static struct key keys[KEYS];

/* Every thread's own, made with its first value. */
static __thread void **values;

/* A key that is made again must find no values of the one before it: who deletes it sees to it. */
int pthread_key_create(pthread_key_t *key_out, void (*destructor)(void *))
{
	int error = EAGAIN;

	lock_take(&lock);
	for (unsigned key = 0; key < KEYS; key++)
		if (!keys[key].used) {
			keys[key] = (struct key){1, destructor};
			*key_out = key;
			error = 0;
			break;
		}
	lock_release(&lock);
	return error;
}

int pthread_key_delete(pthread_key_t key)
{
	if (key >= KEYS || !keys[key].used)
		return EINVAL;
	lock_take(&lock);
	keys[key] = (struct key){0, NULL};
	lock_release(&lock);
	if (values)
		values[key] = NULL;
	return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (key >= KEYS || !keys[key].used)
		return EINVAL;
	if (!values)
		values = calloc(KEYS, sizeof(*values));
	if (!values)
		return ENOMEM;
	values[key] = (void *)value;
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	return values && key < KEYS ? values[key] : NULL;
}

/* A destructor may set values again: after so many rounds they are left. */
static int destroy_values(void)
{
	int some = 0;

	for (unsigned key = 0; key < KEYS; key++) {
		void *value = values[key];

		values[key] = NULL;
		if (value && keys[key].destructor) {
			keys[key].destructor(value);
			some = 1;
		}
	}
	return some;
}

void pthread_keys_destroy(void)
{
	for (int round = 0; values && round < DESTRUCTOR_ROUNDS && destroy_values();)
		round++;
	free(values);
	values = NULL;
}

enum once { ONCE_NOT, ONCE_NOW, ONCE_NOW_WAITED, ONCE_DONE };

int pthread_once(pthread_once_t *once, void (*function)(void))
{
	uint32_t word = __atomic_load_n(&once->word, __ATOMIC_ACQUIRE);

	while (word != ONCE_DONE) {
		if (word == ONCE_NOT) {
			if (!__atomic_compare_exchange_n(&once->word, &word, ONCE_NOW, 0,
				    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
				continue;
			function();
			if (__atomic_exchange_n(&once->word, ONCE_DONE, __ATOMIC_RELEASE) ==
				ONCE_NOW_WAITED)
				futex_wake(&once->word, UINT_MAX);
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
