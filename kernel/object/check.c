/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The walk: from each of the first slots around the derivation tree that it stands in, and
 * from each capability on the way to its object. What is deleted is not on the way; what is
 * moved elsewhere still is, by the Untyped that it came from.
 *
 * All loops are bounded: a list that has become a circle is found, too.
 */
#include "object/check.h"

#include "cap/object.h"
#include "cap/tour.h"

#include "object/endpoint.h"
#include "object/notification.h"
#include "object/sched.h"

enum { LOOPS_MAX = 1 << 20 };

static const struct slot *first_slots;
static uint32_t first_count;

void check_init(const struct slot *slots, uint32_t count)
{
	first_slots = slots;
	first_count = count;
}

/* Every thread in a queue waits for `object` in this state; links agree. */
static void check_queue(
	const struct thread_queue *queue, const void *object, enum thread_state state)
{
	const struct thread *before = NULL;
	uint32_t loops = 0;

	for (const struct thread *t = queue->head; t; t = t->next) {
		CHECK(t->prev == before && t->state == state && t->waits_for == object);
		CHECK(++loops < LOOPS_MAX);
		before = t;
	}
	CHECK(queue->tail == before);
}

static void check_endpoint(const struct endpoint *endpoint)
{
	const struct thread *head = endpoint->queue.head;

	if (!head) {
		CHECK(!endpoint->queue.tail && !endpoint->cursor);
		return;
	}
	CHECK(head->state == THREAD_SENDING || head->state == THREAD_RECEIVING);
	check_queue(&endpoint->queue, endpoint, head->state);
}

static void check_notification(const struct notification *notification)
{
	check_queue(&notification->queue, notification, THREAD_WAITING);
	CHECK(!notification->bound || notification->bound->bound == notification);
	CHECK(!notification->signaled || !notification->queue.head);
	CHECK(notification->signaled || notification->bits == 0);
}

static void check_reply(const struct reply *reply)
{
	CHECK(!reply->caller || !reply->receiver);
	if (reply->caller)
		CHECK(reply->caller->state == THREAD_CALLING && reply->caller->reply == reply);
	if (reply->receiver)
		CHECK(reply->receiver->state == THREAD_RECEIVING &&
			reply->receiver->reply == reply);
}

static bool is_queued(const struct thread_queue *queue, const struct thread *thread)
{
	uint32_t loops = 0;

	for (const struct thread *t = queue->head; t; t = t->next) {
		CHECK(++loops < LOOPS_MAX);
		if (t == thread)
			return true;
	}
	return false;
}

static void check_ready(const struct thread *thread)
{
	const struct scheduler *sched = thread->cpu->scheduler;
	bool queued = is_queued(&sched->queue[thread->priority], thread);

	CHECK(queued + (thread->cpu->current == thread) + (thread->cpu->woken == thread) == 1);
}

/* Where it stands is as its state says. */
static void check_thread(const struct thread *thread)
{
	switch (thread->state) {
	case THREAD_STOPPED:
		CHECK(!thread->reply);
		break;
	case THREAD_READY:
		check_ready(thread);
		CHECK(!thread->reply && !thread->faulted);
		break;
	case THREAD_SENDING:
	case THREAD_RECEIVING:
	case THREAD_WAITING: /* endpoint and notification begin with their queue */
		CHECK(is_queued(thread->waits_for, thread));
		break;
	case THREAD_CALLING:
		CHECK(thread->reply && thread->reply->caller == thread);
		break;
	case THREAD_SLEEPING:
		CHECK(thread->timer.armed);
		break;
	default:
		CHECK(!"a state of a thread");
	}
	CHECK(thread->state == THREAD_READY || thread->cpu->current != thread ||
		thread->cpu->resched);
	CHECK(!thread->bound || thread->bound->bound == thread);
	CHECK(!thread->fpu_cpu || thread->fpu_cpu->fpu_owner == thread);
	CHECK(thread->timer.armed == (thread->state == THREAD_SLEEPING));
}

static void check_object(const struct cap *cap)
{
	switch (cap->type) {
	case OBJECT_THREAD:
		check_thread(cap_object(cap));
		break;
	case OBJECT_ENDPOINT:
		check_endpoint(cap_object(cap));
		break;
	case OBJECT_NOTIFICATION:
		check_notification(cap_object(cap));
		break;
	case OBJECT_REPLY:
		check_reply(cap_object(cap));
		break;
	default:
		CHECK(cap->type != OBJECT_NONE &&
			(cap->type < OBJECT_TYPES || cap->type == OBJECT_ZOMBIE));
	}
	if (cap->type < OBJECT_TYPES)
		CHECK((cap->rights & ~object_info[cap->type].rights) == 0);
}

/* Around one tree: what is derived from an Untyped lies in it, unless it is a deeper one. */
static void check_tree(const struct slot *slot)
{
	link_t start = link_open(slot), link = start;
	uint32_t loops = 0;

	CHECK(tour_check(slot, LOOPS_MAX));
	do {
		if (!link_is_close(link))
			check_object(&link_slot(link)->cap);
		link = link_bracket(link)->next;
		CHECK(++loops < LOOPS_MAX);
	} while (link != start);
}

static void check_cpu(const struct cpu *cpu)
{
	const struct scheduler *sched = cpu->scheduler;
	int32_t top = -1;

	for (int32_t p = 0; p < PRIORITIES; p++) {
		const struct thread *before = NULL;

		for (const struct thread *t = sched->queue[p].head; t; t = t->next) {
			CHECK(t->prev == before && t->state == THREAD_READY);
			CHECK(t->cpu == cpu && t->priority == p && cpu->current != t);
			before = t;
		}
		CHECK(sched->queue[p].tail == before);
		CHECK((before != NULL) == (sched->filled[p / 64] >> p % 64 & 1));
		if (before)
			top = p;
	}
	CHECK(cpu->ready_top == top);
	CHECK(!cpu->current || cpu->current->cpu == cpu);
	CHECK(!cpu->fpu_owner || cpu->fpu_owner->fpu_cpu == cpu);
}

void check_all(void)
{
	for (uint32_t i = 0; i < first_count; i++)
		if (!slot_is_empty(&first_slots[i]))
			check_tree(&first_slots[i]);
	for (uint32_t i = 0; i < cpu_count; i++)
		check_cpu(&cpus[i]);
	timers_check();
}
