/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Values that each thread has its own of.
 */
#include <errno.h>
#include <stdlib.h>

#include "pthread/thread.h"

/* Odd while there is a key of that number: each that is made has a generation of its own. */
struct key {
	uint32_t generation;
	void (*destructor)(void *);
};

struct value {
	uint32_t generation; /* of the key that it was set for */
	void *value;
};

static struct lock lock;
static struct key keys[KEYS];

/* Every thread's own, made with its first value. */
static __thread struct value *values;

static uint32_t generation_of(pthread_key_t key)
{
	return key < KEYS ? __atomic_load_n(&keys[key].generation, __ATOMIC_RELAXED) : 0;
}

static int is_made(uint32_t generation)
{
	return generation & 1;
}

/* The lock is held: a key is made, or is no more. Values of the one before it are none of it. */
static void next_generation(pthread_key_t key, void (*destructor)(void *))
{
	keys[key].destructor = destructor;
	__atomic_store_n(&keys[key].generation, keys[key].generation + 1, __ATOMIC_RELAXED);
}

int pthread_key_create(pthread_key_t *key_out, void (*destructor)(void *))
{
	unsigned key = 0;

	lock_take(&lock);
	while (key < KEYS && is_made(keys[key].generation))
		key++;
	if (key < KEYS)
		next_generation(key, destructor);
	lock_release(&lock);
	if (key == KEYS)
		return EAGAIN;
	*key_out = key;
	return 0;
}

int pthread_key_delete(pthread_key_t key)
{
	int error = EINVAL;

	lock_take(&lock);
	if (is_made(generation_of(key))) {
		next_generation(key, NULL);
		error = 0;
	}
	lock_release(&lock);
	return error;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	uint32_t generation = generation_of(key);

	if (!is_made(generation))
		return EINVAL;
	if (!values)
		values = calloc(KEYS, sizeof(*values));
	if (!values)
		return ENOMEM;
	values[key] = (struct value){generation, (void *)value};
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	uint32_t generation = generation_of(key);

	return values && is_made(generation) && values[key].generation == generation ?
		values[key].value :
		NULL;
}

/* Whether there was something to do. */
static int destroy_value(pthread_key_t key)
{
	struct value was = values[key];
	void (*destructor)(void *) = NULL;

	values[key].value = NULL;
	if (!was.value)
		return 0;
	lock_take(&lock);
	if (keys[key].generation == was.generation)
		destructor = keys[key].destructor;
	lock_release(&lock);
	if (!destructor)
		return 0;
	destructor(was.value);
	return 1;
}

/* A destructor may set values again: after so many rounds they are left. */
static int destroy_values(void)
{
	int some = 0;

	for (pthread_key_t key = 0; key < KEYS; key++)
		some |= destroy_value(key);
	return some;
}

void pthread_keys_destroy(void)
{
	for (int round = 0; values && round < DESTRUCTOR_ROUNDS && destroy_values();)
		round++;
	free(values);
	values = NULL;
}
