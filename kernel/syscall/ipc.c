/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls that carry messages (abi/ipc.h), every case. A caller that has to wait keeps its
 * registers as they are: suspended and resumed it begins the call anew.
 */
#include "syscall/ipc.h"

#include "object/endpoint.h"
#include "object/message.h"
#include "object/notification.h"

#include "syscall/invoke.h"

static status_t send(struct thread *thread, bool call, bool block)
{
	const uint64_t *x = thread->context.x;
	struct lookup lookup = invoke_find(x[0], OBJECT_ENDPOINT, RIGHT_WRITE);
	const struct ipc_buffer *buffer;
	const struct cap *cap;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	cap = &lookup.slot->cap;
	if (call && !(cap->rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)))
		return ST_ACCESS_DENIED;
	thread->can_grant = cap->rights & RIGHT_GRANT;
	thread->badge = cap->data;
	thread->calling = call;
	st = message_check(thread, x[1], thread->can_grant, &buffer);
	return st == ST_OK ? endpoint_send(cap_object(cap), thread, block) : st;
}

int64_t ipc_call(struct thread *thread)
{
	return send(thread, true, true);
}

int64_t ipc_send(struct thread *thread)
{
	return send(thread, false, true);
}

int64_t ipc_try_send(struct thread *thread)
{
	return send(thread, false, false);
}

static status_t receive_bits(
	struct notification *notification, struct thread *thread, bool block)
{
	uint64_t bits;

	if (notification_take(notification, &bits)) {
		thread->context.x[1] = TAG_NOTIFICATION;
		thread->context.x[11] = bits;
		return ST_OK;
	}
	if (!block)
		return ST_SHOULD_WAIT;
	notification_wait(notification, thread);
	return ST_OK;
}

/* What a receiver named: who to receive from, and the reply object, or NULL. */
struct receipt {
	const struct cap *from;
	struct reply *reply;
};

/* `answered`: the reply object is about to be free. */
static status_t receipt_check(struct thread *thread, bool answering, struct receipt *receipt)
{
	const uint64_t *x = thread->context.x;
	struct lookup lookup = invoke_any(x[0]);

	if (lookup.status != ST_OK)
		return lookup.status;
	receipt->from = &lookup.slot->cap;
	receipt->reply = NULL;
	if (receipt->from->type != OBJECT_ENDPOINT &&
		(answering || receipt->from->type != OBJECT_NOTIFICATION))
		return ST_WRONG_TYPE;
	if (!(receipt->from->rights & RIGHT_READ))
		return ST_ACCESS_DENIED;
	if (x[11] == 0)
		return ST_OK;
	lookup = invoke_find(x[11], OBJECT_REPLY, 0);
	if (lookup.status != ST_OK)
		return lookup.status;
	receipt->reply = cap_object(&lookup.slot->cap);
	if (receipt->reply->receiver || (receipt->reply->caller && !answering))
		return ST_BAD_STATE;
	return ST_OK;
}

static status_t receive(struct thread *thread, const struct receipt *receipt, bool block)
{
	const struct cap *from = receipt->from;

	if (from->type == OBJECT_NOTIFICATION)
		return receive_bits(cap_object(from), thread, block);
	thread->can_grant = from->rights & RIGHT_GRANT;
	return endpoint_receive(cap_object(from), thread, receipt->reply, block);
}

static status_t check_and_receive(struct thread *thread, bool block)
{
	struct receipt receipt;
	status_t st = receipt_check(thread, false, &receipt);

	return st == ST_OK ? receive(thread, &receipt, block) : st;
}

int64_t ipc_recv(struct thread *thread)
{
	return check_and_receive(thread, true);
}

int64_t ipc_try_recv(struct thread *thread)
{
	return check_and_receive(thread, false);
}

static status_t answer(struct thread *thread, struct reply *reply)
{
	const struct ipc_buffer *buffer;
	status_t st = message_check(thread, thread->context.x[1], reply->can_grant, &buffer);

	return st == ST_OK ? reply_answer(reply, thread) : st;
}

static status_t check_and_answer(struct thread *thread)
{
	struct lookup lookup = invoke_find(thread->context.x[0], OBJECT_REPLY, 0);

	if (lookup.status != ST_OK)
		return lookup.status;
	return answer(thread, cap_object(&lookup.slot->cap));
}

int64_t ipc_reply(struct thread *thread)
{
	return check_and_answer(thread);
}

/* Nobody there to be answered is no reason not to receive. */
static status_t answer_and_receive(struct thread *thread)
{
	struct receipt receipt;
	status_t st = receipt_check(thread, true, &receipt);

	if (st != ST_OK)
		return st;
	if (!receipt.reply)
		return ST_BAD_HANDLE;
	if (receipt.reply->caller) {
		st = answer(thread, receipt.reply);
		if (st != ST_OK)
			return st;
	}
	return receive(thread, &receipt, true);
}

int64_t ipc_reply_recv(struct thread *thread)
{
	return answer_and_receive(thread);
}
