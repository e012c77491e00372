/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The slow way of messages: every case. The two that matter most have a way of their own in
 * syscall/fastpath.c, which does the same for them.
 */
#include "object/endpoint.h"

#include "object/fault.h"
#include "object/message.h"
#include "object/notification.h"
#include "object/sched.h"

static struct thread *first(const struct endpoint *endpoint, enum thread_state state)
{
	struct thread *thread = endpoint->queue.head;

	return thread && thread->state == state ? thread : NULL;
}

static void leave(struct endpoint *endpoint, struct thread *thread)
{
	if (endpoint->cursor == thread)
		endpoint->cursor = thread->next;
	queue_remove(&endpoint->queue, thread);
}

void endpoint_remove(struct thread *thread)
{
	leave(thread->waits_for, thread);
}

void reply_unbind(struct thread *thread)
{
	struct reply *reply = thread->reply;

	if (!reply)
		return;
	reply->caller = NULL;
	reply->receiver = NULL;
	thread->reply = NULL;
}

/* Who calls waits for the answer from now on; without a reply object there will be none. */
static status_t await_answer(struct thread *caller, struct reply *reply, uint8_t can_grant)
{
	bool current = this_cpu()->current == caller;

	if (reply) {
		reply->caller = caller;
		reply->can_grant = can_grant;
		caller->reply = reply;
		caller->state = THREAD_CALLING;
	} else if (caller->faulted == FAULTED_ASKS) {
		page_refuse(caller);
	} else if (caller->faulted) {
		caller->faulted = FAULTED_NOT;
		caller->state = THREAD_STOPPED;
	} else if (!current) {
		thread_wake(caller, ST_PEER_CLOSED);
	}
	if (current)
		this_cpu()->resched = true;
	return ST_PEER_CLOSED;
}

/* Both have met, and are in no queue: the message goes over. */
static status_t meet(
	struct thread *sender, struct thread *receiver, const struct endpoint *endpoint)
{
	const struct message_path path = {sender, receiver,
		sender->faulted ? NULL : message_buffer(sender), endpoint, sender->can_grant};
	struct reply *reply = receiver->reply;

	reply_unbind(receiver);
	receiver->context.x[1] = sender->faulted ? fault_message(sender, &receiver->context) :
						   message_transfer(&path);
	receiver->context.x[11] = sender->badge;
	if (sender->calling)
		return await_answer(sender, reply, receiver->can_grant);
	return ST_OK;
}

status_t endpoint_send(struct endpoint *endpoint, struct thread *sender, bool block)
{
	struct thread *receiver = first(endpoint, THREAD_RECEIVING);
	status_t st;

	if (receiver) {
		leave(endpoint, receiver);
		st = meet(sender, receiver, endpoint);
		thread_wake(receiver, ST_OK);
		return st;
	}
	if (!block)
		return ST_SHOULD_WAIT;
	sender->waits_for = endpoint;
	sender->reply = NULL;
	queue_append(&endpoint->queue, sender);
	thread_block(sender, THREAD_SENDING);
	return ST_OK;
}

static bool take_bound(struct thread *thread)
{
	uint64_t bits;

	if (!thread->bound || !notification_take(thread->bound, &bits))
		return false;
	thread->context.x[1] = TAG_NOTIFICATION;
	thread->context.x[11] = bits;
	return true;
}

status_t endpoint_receive(
	struct endpoint *endpoint, struct thread *thread, struct reply *reply, bool block)
{
	struct thread *sender = first(endpoint, THREAD_SENDING);

	if (take_bound(thread))
		return ST_OK;
	if (!sender && !block)
		return ST_SHOULD_WAIT;
	if (reply) {
		reply->receiver = thread;
		thread->reply = reply;
	}
	if (!sender) {
		thread->waits_for = endpoint;
		queue_append(&endpoint->queue, thread);
		thread_block(thread, THREAD_RECEIVING);
		return ST_OK;
	}
	leave(endpoint, sender);
	meet(sender, thread, endpoint);
	if (!sender->calling)
		thread_wake(sender, ST_OK);
	return ST_OK;
}

status_t reply_answer(struct reply *reply, struct thread *from)
{
	struct thread *caller = reply->caller;
	struct message_path path;

	if (!caller)
		return ST_PEER_CLOSED;
	reply_unbind(caller);
	if (caller->faulted) {
		if (fault_answer(caller, &from->context))
			sched_ready(caller);
		return ST_OK;
	}
	path = (struct message_path){
		from, caller, message_buffer(from), NULL, reply->can_grant};
	caller->context.x[1] = message_transfer(&path);
	caller->context.x[11] = 0;
	thread_wake(caller, ST_OK);
	return ST_OK;
}

bool endpoint_send_fault(struct thread *thread, const struct cap *cap, enum faulted why)
{
	if (cap->type != OBJECT_ENDPOINT)
		return false;
	thread->faulted = (uint8_t)why;
	thread->calling = true;
	thread->can_grant = false;
	thread->badge = cap->data;
	endpoint_send(cap_object(cap), thread, true);
	return true;
}

/* Senders before the cursor were looked at by an earlier part of the same call. */
status_t endpoint_cancel(struct endpoint *endpoint, uint64_t badge, struct work *work)
{
	if (!endpoint->cursor || endpoint->badge != badge)
		endpoint->cursor = first(endpoint, THREAD_SENDING);
	endpoint->badge = badge;
	while (endpoint->cursor) {
		struct thread *thread = endpoint->cursor;

		bool meant = thread->badge == badge;

		if (meant)
			thread_cancel(thread);
		else
			endpoint->cursor = thread->next;
		if (preemption_point(work, meant ? WORK_DELETE : WORK_EMPTY_SLOT) &&
			endpoint->cursor)
			return CAP_AGAIN;
	}
	return ST_OK;
}

status_t endpoint_finalise(const struct cap *cap, struct work *work)
{
	struct endpoint *endpoint = cap_object(cap);

	while (endpoint->queue.head) {
		thread_cancel(endpoint->queue.head);
		if (preemption_point(work, WORK_DELETE) && endpoint->queue.head)
			return CAP_AGAIN;
	}
	return ST_OK;
}

status_t reply_finalise(const struct cap *cap, struct work *work)
{
	struct reply *reply = cap_object(cap);

	(void)work;
	if (reply->caller)
		thread_cancel(reply->caller);
	if (reply->receiver)
		thread_cancel(reply->receiver);
	return ST_OK;
}
