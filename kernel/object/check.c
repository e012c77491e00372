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
#include "object/vspace.h"

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

/* All capabilities to it are on its list, and no others. */
static void check_counted(const struct counted_object *object, const struct cap *cap)
{
	uint32_t count = 0;
	link_t before = 0;

	for (link_t link = object->first; link; link = (link_t)link_slot(link)->cap.data) {
		const struct cap *other = &link_slot(link)->cap;

		CHECK(cap_is_same(other, cap) && other->data >> 32 == before);
		before = link;
		count++;
	}
	CHECK(count == object->caps);
}

static void check_pool(const struct pool_object *pool)
{
	const struct pool *frames = &pool->frames;
	uint64_t fed = 0, given = 0;

	list_for_each (link, &pool->memory) {
		const struct pool_memory *memory = list_entry(link, struct pool_memory, link);

		CHECK(memory->pool == pool && memory->slot.cap.type == OBJECT_FRAMES);
		fed += memory->range.count;
		given += memory->count;
	}
	CHECK(fed == frames->total && given == fed + pool->fresh);
	CHECK(frames->total ==
		frames->free + frames->used[FRAME_PAGE] + frames->used[FRAME_TABLE]);
	CHECK(frames->reserved <= frames->free);
	list_for_each (link, &pool->held_by)
		CHECK(dependence_at(link)->pool == pool);
}

static void check_vmo(struct vmo_object *vmo)
{
	uint64_t mappings = 0;

	CHECK(vmo->state == VMO_LIVE && vmo->pools > 0 && vmo->pools <= VMO_POOLS_MAX);
	CHECK(vmo->core.pool == &vmo_pays(vmo)->frames);
	for (unsigned i = 0; i < vmo->pools; i++)
		CHECK(vmo->on[i].vmo == vmo && !list_is_empty(&vmo->on[i].link));
	list_for_each (link, &vmo->made) {
		CHECK(mapping_at(link)->vmo == vmo);
		mappings++;
	}
	CHECK(mappings <= vmo->core.source->mapping_count);
	CHECK(slot_is_empty(&vmo->signal) || vmo->signal.cap.type == OBJECT_NOTIFICATION);
	CHECK(slot_is_empty(&vmo->pager) ||
		(vmo->pager.cap.type == OBJECT_ENDPOINT && vmo->core.flags & VMO_PAGED));
}

static void check_vspace(struct vspace_object *space)
{
	CHECK(space->root == space_root(space->core.root, space->core.asid));
	CHECK(space->core.pool == &space->pool->frames);
}

/* It stands where its VSpace finds it, and shows its VMO's source. */
static void check_mapping(struct mapping_object *mapping)
{
	struct mapping *m = &mapping->core;

	CHECK(vspace_next(m->vspace, m->first) == m && m->pages > 0);
	CHECK(m->vmo == mapping->vmo->core.source);
	CHECK((m->rights & ~mapping->rights_max) == 0);
	CHECK(mapping->vmo->state == VMO_LIVE);
}

static void check_memory(const struct cap *cap)
{
	switch (cap->type) {
	case OBJECT_POOL:
		check_pool(pool_of(cap));
		break;
	case OBJECT_VMO:
		check_vmo(vmo_of(cap));
		break;
	case OBJECT_VSPACE:
		check_vspace(vspace_of(cap));
		break;
	case OBJECT_MAPPING:
		check_mapping(cap_object(cap));
		break;
	default:
		break;
	}
	if (object_is(OBJECTS_COUNTED, cap->type))
		check_counted(cap_object(cap), cap);
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
		check_memory(cap);
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
