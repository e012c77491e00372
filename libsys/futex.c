/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Who waits for which word: a table of queues in the program, by the word's address. A waiter
 * is a struct on its thread's stack.
 *
 *	wait: queue locked { word still the same? -> in the queue }   sleep
 *	wake:           word changed   queue locked { taken out }   signal
 *
 * A word that changes before the waiter is in the queue is seen by it; one that changes later
 * finds it there. Who was taken out always gets its signal, and does not return before: then
 * no signal can come to a later wait, or to a thread that is gone.
 *
 * The queues' locks are held for some ten instructions. Whoever finds one taken spins only
 * shortly and then sleeps: the holder may be a less urgent thread of the same CPU.
 */
#include "libsys/futex.h"

#include "libsys/cap.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/slots.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"

enum { QUEUES = 64, SPINS = 64, NAP_NS = 10000, NAP_MAX_NS = 1000000, WOKEN_BIT = 1 };

struct waiter {
	struct waiter *next, *previous;
	const uint32_t *word;
	cptr_t signal;	/* 0: the thread looks again by itself */
	uint32_t woken; /* taken out of the queue */
};

struct queue {
	uint32_t locked;
	struct waiter *first, *last;
};

__thread struct sleeper *sleeper_own;

static struct queue queues[QUEUES];

static struct queue *queue_of(const uint32_t *word)
{
	uint64_t hash = (uint64_t)word / sizeof(*word) * UINT64_C(0x9e3779b97f4a7c15);

	return &queues[hash >> 58];
}

/* How long to sleep before looking for the `nth` time. */
static uint64_t nap(unsigned nth)
{
	uint64_t ns = (uint64_t)NAP_NS << (nth < 7 ? nth : 7);

	return ns < NAP_MAX_NS ? ns : NAP_MAX_NS;
}

static void queue_lock(struct queue *queue)
{
	for (unsigned tries = 0;; tries++) {
		if (!__atomic_load_n(&queue->locked, __ATOMIC_RELAXED) &&
			!__atomic_exchange_n(&queue->locked, 1, __ATOMIC_ACQUIRE))
			return;
		if (tries < SPINS)
			__asm__ volatile("yield");
		else
			clock_sleep_ns(nap(tries - SPINS));
	}
}

static void queue_unlock(struct queue *queue)
{
	__atomic_store_n(&queue->locked, 0, __ATOMIC_RELEASE);
}

static void put(struct queue *queue, struct waiter *waiter)
{
	waiter->previous = queue->last;
	if (queue->last)
		queue->last->next = waiter;
	else
		queue->first = waiter;
	queue->last = waiter;
}

static void take_out(struct queue *queue, struct waiter *waiter)
{
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		queue->first = waiter->next;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		queue->last = waiter->previous;
}

static int is_woken(const struct waiter *waiter)
{
	return __atomic_load_n(&waiter->woken, __ATOMIC_ACQUIRE) != 0;
}

/* Without a notification: sleep and look. */
static void look_until(const struct waiter *waiter, uint64_t deadline)
{
	for (unsigned nth = 0; !is_woken(waiter) && clock_ns() < deadline; nth++) {
		uint64_t until = clock_ns() + nap(nth);

		clock_sleep_until(until < deadline ? until : deadline);
	}
}

static void await_signal(void)
{
	word_t bits;

	do
		if (notification_wait(sleeper_own->notification, &bits) != ST_OK)
			return; /* it was deleted under us: a caller that looks again may spin */
	while (!bits);
}

/* Sleep until the deadline, or until woken and signaled, which is true. */
static int is_woken_until(const struct waiter *waiter, uint64_t deadline)
{
	word_t bits;

	if (!waiter->signal) {
		look_until(waiter, deadline);
		return is_woken(waiter);
	}
	if (deadline != FUTEX_FOREVER)
		return notification_wait_until(sleeper_own->notification, sleeper_own->timer,
			       deadline, &bits) == ST_OK;
	await_signal();
	return 1;
}

/* After the deadline: not woken, and out of the queue; or woken all the same. */
static status_t give_up(struct queue *queue, struct waiter *waiter)
{
	queue_lock(queue);
	if (!is_woken(waiter)) {
		take_out(queue, waiter);
		queue_unlock(queue);
		return ST_TIMED_OUT;
	}
	queue_unlock(queue);
	if (waiter->signal)
		await_signal();
	return ST_OK;
}

status_t futex_wait(const uint32_t *word, uint32_t value, uint64_t deadline)
{
	struct queue *queue = queue_of(word);
	struct waiter waiter = {.word = word, .signal = sleeper_own ? sleeper_own->signal : 0};

	queue_lock(queue);
	if (__atomic_load_n(word, __ATOMIC_RELAXED) != value) {
		queue_unlock(queue);
		return ST_SHOULD_WAIT;
	}
	put(queue, &waiter);
	queue_unlock(queue);
	return is_woken_until(&waiter, deadline) ? ST_OK : give_up(queue, &waiter);
}

/* The one that waits longest for a word, out of the queue; *signal_out wakes it. */
static int take_waiter(const uint32_t *word, cptr_t *signal_out)
{
	struct queue *queue = queue_of(word);
	struct waiter *waiter;

	queue_lock(queue);
	for (waiter = queue->first; waiter && waiter->word != word;)
		waiter = waiter->next;
	if (waiter) {
		take_out(queue, waiter);
		*signal_out = waiter->signal;
		__atomic_store_n(&waiter->woken, 1, __ATOMIC_RELEASE); /* its last use */
	}
	queue_unlock(queue);
	return waiter != 0;
}

unsigned futex_wake(const uint32_t *word, unsigned count)
{
	unsigned woken = 0;
	cptr_t signal;

	for (; woken < count && take_waiter(word, &signal); woken++)
		if (signal)
			(void)notification_signal(signal);
	return woken;
}

status_t lock_wait(struct lock *lock, uint64_t deadline)
{
	for (unsigned spin = 0; spin < SPINS; spin++) {
		if (lock_try(lock))
			return ST_OK;
		__asm__ volatile("yield");
	}
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		if (futex_wait(&lock->word, 2, deadline) == ST_TIMED_OUT)
			return ST_TIMED_OUT;
	return ST_OK;
}

void lock_wake(struct lock *lock)
{
	(void)futex_wake(&lock->word, 1);
}

/* A timer, and a notification with a second capability, as cap_mint makes one. */
static status_t make_objects(struct sleeper *sleeper)
{
	status_t st = object_create(OBJECT_NOTIFICATION, 0, &sleeper->notification);

	if (st == ST_OK)
		st = object_create(OBJECT_TIMER, 0, &sleeper->timer);
	if (st == ST_OK)
		st = timer_bind(sleeper->timer, sleeper->notification);
	if (st != ST_OK)
		return st;
	sleeper->signal = slot_alloc();
	if (!sleeper->signal)
		return ST_NO_RESOURCES;
	st = cap_mint(sleeper->signal, sleeper->notification, RIGHT_WRITE, WOKEN_BIT);
	if (st != ST_OK) {
		slot_free(sleeper->signal);
		sleeper->signal = 0;
	}
	return st;
}

status_t sleeper_init(struct sleeper *sleeper)
{
	status_t st;

	*sleeper = (struct sleeper){0};
	st = make_objects(sleeper);
	if (st != ST_OK)
		sleeper_fini(sleeper);
	return st;
}

/* The timer may be bound, if that is the copy's second life. */
void sleeper_renew(struct sleeper *sleeper)
{
	word_t bits;

	(void)timer_bind(sleeper->timer, sleeper->notification);
	(void)timer_cancel(sleeper->timer);
	(void)notification_poll(sleeper->notification, &bits);
	(void)cap_delete(sleeper->signal);
	if (cap_mint(sleeper->signal, sleeper->notification, RIGHT_WRITE, WOKEN_BIT) == ST_OK)
		return;
	slot_free(sleeper->signal);
	sleeper->signal = 0;
}

void sleeper_fini(struct sleeper *sleeper)
{
	if (sleeper->signal)
		(void)object_delete(sleeper->signal);
	if (sleeper->timer)
		(void)object_delete(sleeper->timer);
	if (sleeper->notification)
		(void)object_delete(sleeper->notification);
	*sleeper = (struct sleeper){0};
}
