/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The short way of a call and of an answer: where the partner waits on this CPU, nobody more
 * urgent does, and all of the message is in registers, the two change places at once.
 *
 * Both do the call of the same name whole, and switch; or change nothing and return false:
 * then it goes the long way (ipc.c, endpoint.c), which ends the same. They are in line and
 * call nothing, so that the compiler saves no registers for them.
 */
#pragma once

#include "object/endpoint.h"
#include "object/message.h"
#include "object/notification.h"
#include "object/sched.h"
#include "syscall/invoke.h"

/* What all capabilities of a type with certain rights have in common, in their first word. */
static inline bool cap_allows(const struct cap *cap, enum object type, unsigned rights)
{
	_Static_assert(offsetof(struct cap, type) == 0 && offsetof(struct cap, rights) == 1, "");
	uint32_t wanted = (uint32_t)type | (uint32_t)rights << 8, word;

	__builtin_memcpy(&word, cap, sizeof(word));
	return (word & (0xff | (uint32_t)rights << 8)) == wanted;
}

/* To call is to send, and to let who receives answer. */
static inline bool cap_can_call(uint8_t rights)
{
	return (rights & RIGHT_WRITE) && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

/* Would it run next on this CPU, if the current one waited and it did not? */
static inline bool runs_next(const struct cpu *cpu, const struct thread *thread)
{
	return thread->home == cpu && thread->priority >= cpu->ready_top &&
		likely(thread->slots[THREAD_VSPACE].cap.type == OBJECT_VSPACE);
}

/* The two change places: sched_switch where both are there. */
static inline void change_places(struct cpu *cpu, struct thread *from, struct thread *to)
{
	uint64_t space = to->space;

	from->tls = tls_get();
	tls_set(to->tls);
	cpu->current = to;
	if (space != cpu->space) {
		cpu->space = space;
		space_set(space);
	}
	fpu_switch(&cpu->fpu_access, cpu->fpu_owner == to);
}

/* The message itself: registers, and what the receiver is told of it. */
static inline void hand_over(struct thread *from, struct thread *to, uint64_t badge)
{
	uint64_t tag = from->context.x[1];

	if (tag_words(tag))
		message_copy(&from->context, &to->context, tag_words(tag));
	to->context.x[0] = ST_OK;
	to->context.x[1] = tag;
	to->context.x[11] = badge;
	to->state = THREAD_READY;
	to->reply = NULL;
}

static inline bool fastpath_call(struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;
	struct endpoint *endpoint;
	struct thread *receiver;
	struct reply *reply;
	struct slot *slot;

	if (unlikely(!cspace_find_direct(cspace_of(thread), x[0], &slot)))
		return false;
	if (unlikely(slot->cap.type != OBJECT_ENDPOINT || !cap_can_call(slot->cap.rights)))
		return false;
	endpoint = cap_object(&slot->cap);
	receiver = endpoint->queue.head;
	if (unlikely(!receiver || receiver->state != THREAD_RECEIVING || !tag_is_short(x[1])))
		return false;
	reply = receiver->reply;
	if (unlikely(!reply || !runs_next(cpu, receiver)))
		return false;

	queue_take_head(&endpoint->queue);
	reply->receiver = NULL;
	reply->caller = thread;
	reply->can_grant = receiver->can_grant;
	thread->reply = reply;
	thread->state = THREAD_CALLING;
	hand_over(thread, receiver, slot->cap.data);
	change_places(cpu, thread, receiver);
	return true;
}

static inline bool fastpath_reply_recv(struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;
	const struct cap *cspace = cspace_of(thread);
	struct endpoint *endpoint;
	struct thread *caller, *head;
	struct slot *slot, *reply_slot;
	struct reply *reply;

	if (unlikely(!cspace_find_direct(cspace, x[0], &slot)) ||
		unlikely(!cspace_find_direct(cspace, x[11], &reply_slot)))
		return false;
	if (unlikely(!cap_allows(&slot->cap, OBJECT_ENDPOINT, RIGHT_READ)))
		return false;
	if (unlikely(reply_slot->cap.type != OBJECT_REPLY))
		return false;
	endpoint = cap_object(&slot->cap);
	reply = cap_object(&reply_slot->cap);
	caller = reply->caller;
	head = endpoint->queue.head;
	if (unlikely(!caller || caller->faulted || !runs_next(cpu, caller)))
		return false;
	if (unlikely((head && head->state == THREAD_SENDING) || !tag_is_short(x[1])))
		return false;
	if (unlikely(thread->bound && thread->bound->signaled))
		return false;

	reply->caller = NULL;
	reply->receiver = thread;
	thread->reply = reply;
	thread->waits_for = endpoint;
	thread->can_grant = slot->cap.rights & RIGHT_GRANT;
	thread->state = THREAD_RECEIVING;
	queue_append(&endpoint->queue, thread);
	hand_over(thread, caller, 0);
	change_places(cpu, thread, caller);
	return true;
}
