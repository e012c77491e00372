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

#include "object/direct.h"
#include "object/fault.h"
#include "object/message.h"
#include "object/notification.h"

#include "syscall/invoke.h"

/* What these ways carry: short messages, all in registers; else any, checked here. */
enum carry { CARRY_SHORT, CARRY_ANY };

static force_inline bool can_carry(enum carry carry, struct message_path *path)
{
	if (carry == CARRY_SHORT)
		return true;
	return message_check(path->from, path->from->context.x[1], path->can_grant,
		       &path->buffer) == ST_OK;
}

/* The message itself, and what the receiver is told of it. */
static force_inline void hand_over(
	enum carry carry, const struct message_path *path, uint64_t badge)
{
	struct context *to = &path->to->context;
	word_t tag = path->from->context.x[1];

	if (carry == CARRY_ANY)
		tag = message_transfer(path);
	else if (tag_words(tag))
		message_copy(&path->from->context, to, tag_words(tag));
	to->x[0] = ST_OK;
	to->x[1] = tag;
	to->x[11] = badge;
}

static force_inline bool fastpath_call(enum carry carry, struct cpu *cpu, struct thread *thread)
{
	struct message_path path = {.from = thread};
	struct endpoint *endpoint;
	struct thread *receiver;
	struct slot *slot;

	if (unlikely(!cspace_find_direct(cspace_of(thread), thread->context.x[0], &slot)))
		return false;
	if (unlikely(slot->cap.type != OBJECT_ENDPOINT || !cap_can_call(slot->cap.rights)))
		return false;
	endpoint = cap_object(&slot->cap);
	receiver = receiver_of(cpu, endpoint);
	if (unlikely(!receiver))
		return false;
	path.to = receiver;
	path.endpoint = endpoint;
	path.can_grant = slot->cap.rights & RIGHT_GRANT;
	if (unlikely(!can_carry(carry, &path)))
		return false;

	bind_caller(endpoint, receiver, thread);
	hand_over(carry, &path, slot->cap.data);
	change_places(cpu, thread, receiver);
	return true;
}

static force_inline void release_caller(struct thread *caller, struct reply *reply)
{
	caller->reply = NULL;
	caller->state = THREAD_READY;
	reply->caller = NULL;
}

static force_inline void await_next(
	struct thread *thread, struct reply *reply, struct endpoint *endpoint)
{
	reply->receiver = thread;
	thread->reply = reply;
	thread->waits_for = endpoint;
	thread->state = THREAD_RECEIVING;
	queue_append(&endpoint->queue, thread);
}

static force_inline bool fastpath_reply_recv(
	enum carry carry, struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;
	const struct cap *cspace = cspace_of(thread);
	struct message_path path = {.from = thread};
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
	if (unlikely(!caller || !runs_next(cpu, caller)))
		return false;
	if (unlikely(head && head->state == THREAD_SENDING))
		return false;
	if (unlikely(thread->bound && thread->bound->signaled))
		return false;
	if (unlikely(caller->faulted && tag_label(x[1]) != FAULT_RESUME))
		return false;
	path.to = caller;
	path.can_grant = reply->can_grant;
	if (unlikely(!can_carry(carry, &path)))
		return false;

	if (unlikely(caller->faulted))
		fault_resume(caller, &thread->context);
	else
		hand_over(carry, &path, 0);
	release_caller(caller, reply);
	thread->can_grant = slot->cap.rights & RIGHT_GRANT;
	await_next(thread, reply, endpoint);
	change_places(cpu, thread, caller);
	return true;
}

/* A signal for which nobody waits stays with the notification. */
static force_inline bool fastpath_signal(struct thread *thread)
{
	uint64_t *x = thread->context.x;
	struct notification *notification;
	struct slot *slot;

	if (unlikely(!cspace_find_direct(cspace_of(thread), x[0], &slot)))
		return false;
	if (unlikely(!cap_allows(&slot->cap, OBJECT_NOTIFICATION, RIGHT_WRITE)))
		return false;
	notification = cap_object(&slot->cap);
	if (notification->queue.head || notification->bound)
		return false;
	notification->bits |= slot->cap.data;
	notification->signaled = true;
	x[0] = ST_OK;
	return true;
}
