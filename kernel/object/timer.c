/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The heap of a CPU's timers.
 *
 *	          1
 *	       /     \          No timer is due before its parent. The n-th place is found from
 *	     2         3        the root by the bits of n below its highest: 0 left, 1 right.
 *	    / \       /
 *	   4   5     6
 *
 * Timers move by exchanging places with their parent, links and all: they are the nodes.
 */
#include "object/timer.h"

#include "arch/timer.h"

#include "object/notification.h"
#include "object/sched.h"

#define NS_PER_S UINT64_C(1000000000)

/* In one interrupt: each may have a dozen levels to go down. */
enum { EXPIRE_MAX = 8 };

static uint64_t frequency;

void clock_init(void)
{
	frequency = timer_frequency();
}

uint64_t clock_count(uint64_t ns)
{
	unsigned __int128 counts = (unsigned __int128)(ns / NS_PER_S) * frequency +
		(ns % NS_PER_S * frequency + NS_PER_S - 1) / NS_PER_S;

	return counts > UINT64_MAX ? UINT64_MAX : (uint64_t)counts;
}

static struct timer *timer_at(uint32_t ref)
{
	return ref ? pa_to_va((paddr_t)ref << OBJECT_ALIGN_BITS) : NULL;
}

static struct scheduler *owner(const struct timer *timer)
{
	return cpus[timer->cpu].scheduler;
}

/* Make `child` (or nobody, 0) what stands at one side of `parent`; 0: the root. */
static void link_root(struct scheduler *sched, uint32_t child)
{
	sched->timers = timer_at(child);
	if (child)
		timer_at(child)->parent = 0;
}

static void link_left(struct timer *parent, uint32_t child)
{
	parent->left = child;
	if (child)
		timer_at(child)->parent = object_ref(parent);
}

static void link_right(struct timer *parent, uint32_t child)
{
	parent->right = child;
	if (child)
		timer_at(child)->parent = object_ref(parent);
}

/* Let `now` stand where `before` stood below its parent. */
static void relink(struct scheduler *sched, const struct timer *before, uint32_t now)
{
	struct timer *parent = timer_at(before->parent);

	if (!parent)
		link_root(sched, now);
	else if (parent->left == object_ref(before))
		link_left(parent, now);
	else
		link_right(parent, now);
}

/* Exchange a timer and its parent. */
static void raise(struct scheduler *sched, struct timer *timer)
{
	struct timer *parent = timer_at(timer->parent);
	uint32_t left = timer->left, right = timer->right, self = object_ref(timer);

	relink(sched, parent, self);
	if (parent->left == self) {
		link_right(timer, parent->right);
		link_left(timer, object_ref(parent));
	} else {
		link_left(timer, parent->left);
		link_right(timer, object_ref(parent));
	}
	link_left(parent, left);
	link_right(parent, right);
}

static void sift_up(struct scheduler *sched, struct timer *timer)
{
	while (timer->parent && timer->deadline < timer_at(timer->parent)->deadline)
		raise(sched, timer);
}

static void sift_down(struct scheduler *sched, const struct timer *timer)
{
	for (;;) {
		struct timer *left = timer_at(timer->left), *right = timer_at(timer->right);
		struct timer *least = right && right->deadline < left->deadline ? right : left;

		if (!least || timer->deadline <= least->deadline)
			return;
		raise(sched, least);
	}
}

/* The timer at the n-th place, n being 1 for the root. */
static struct timer *at_place(const struct scheduler *sched, uint64_t n)
{
	struct timer *timer = sched->timers;

	for (int bit = 62 - __builtin_clzll(n); bit >= 0; bit--)
		timer = timer_at(n >> bit & 1 ? timer->right : timer->left);
	return timer;
}

static void insert(struct scheduler *sched, struct timer *timer)
{
	uint64_t n = ++sched->timer_count;

	timer->left = timer->right = 0;
	if (n == 1)
		link_root(sched, object_ref(timer));
	else if (n & 1)
		link_right(at_place(sched, n / 2), object_ref(timer));
	else
		link_left(at_place(sched, n / 2), object_ref(timer));
	sift_up(sched, timer);
}

/* The last one takes the place of the one that goes. */
static never_inline void remove_among(struct scheduler *sched, struct timer *timer)
{
	struct timer *last = at_place(sched, sched->timer_count--);

	relink(sched, last, 0);
	if (last == timer)
		return;
	relink(sched, timer, object_ref(last));
	link_left(last, timer->left);
	link_right(last, timer->right);
	sift_up(sched, last);
	sift_down(sched, last);
}

static inline void remove(struct scheduler *sched, struct timer *timer)
{
	if (sched->timer_count > 1)
		return remove_among(sched, timer);
	sched->timer_count = 0;
	sched->timers = NULL;
}

static void program(const struct scheduler *sched)
{
	uint64_t next = sched->slice_end;

	if (sched->timers && sched->timers->deadline < next)
		next = sched->timers->deadline;
	if (next == UINT64_MAX)
		timer_clear();
	else
		timer_set_deadline(next);
}

void timers_program(void)
{
	program(this_cpu()->scheduler);
}

void timer_arm(struct timer *timer, uint64_t count)
{
	struct cpu *cpu = this_cpu();

	timer_disarm(timer);
	timer->cpu = (uint16_t)cpu->index;
	timer->deadline = count;
	timer->armed = true;
	insert(cpu->scheduler, timer);
	if (cpu->scheduler->timers == timer)
		timers_program();
}

/* Another CPU may be interrupted for nothing then; it programs its next deadline. */
void timer_disarm(struct timer *timer)
{
	if (!timer->armed)
		return;
	timer->armed = false;
	remove(owner(timer), timer);
}

static void expire(struct timer *timer)
{
	timer->armed = false;
	if (timer->of_thread)
		thread_wake(container_of(timer, struct thread, timer), ST_OK);
	else
		notification_signal_cap(&timer->slot.cap);
}

/* What is left when many are due at once interrupts again: the deadline has passed. */
void timers_expire(struct cpu *cpu)
{
	struct scheduler *sched = cpu->scheduler;
	uint64_t now = timer_now();

	for (int left = EXPIRE_MAX; left > 0; left--) {
		struct timer *timer = sched->timers;

		if (!timer || timer->deadline > now)
			break;
		remove(sched, timer);
		expire(timer);
	}
	if (unlikely(now >= sched->slice_end))
		sched_slice_over(cpu);
	program(sched);
}

status_t timer_finalise(const struct cap *cap, struct work *work)
{
	struct timer *timer = cap_object(cap);

	work->left -= timer->armed ? WORK_DISARM : 0;
	timer_disarm(timer);
	return ST_OK;
}

static void check_heap(const struct scheduler *sched)
{
	for (uint64_t n = 1; n <= sched->timer_count; n++) {
		const struct timer *timer = at_place(sched, n);
		const struct timer *parent = timer_at(timer->parent);

		CHECK(timer->armed && owner(timer) == sched);
		CHECK(!timer->left == (2 * n > sched->timer_count));
		CHECK(!timer->right == (2 * n + 1 > sched->timer_count));
		CHECK(n == 1 ? !parent :
			       parent == at_place(sched, n / 2) &&
					parent->deadline <= timer->deadline);
	}
	CHECK(sched->timer_count > 0 || !sched->timers);
}

void timers_check(void)
{
	for (uint32_t i = 0; i < cpu_count; i++)
		check_heap(cpus[i].scheduler);
}
