/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "syscall/fastpath.h"

#include "object/endpoint.h"
#include "object/fault.h"
#include "object/message.h"
#include "object/notification.h"
#include "syscall/invoke.h"

/* Would it run next on this CPU, if the current one waited and it did not? */
static inline bool runs_next(const struct cpu *cpu, const struct thread *thread)
{
	return thread->home == cpu && (int32_t)thread->priority >= cpu->scheduler->top;
}

static inline const struct cap *find(const struct thread *thread, word_t cptr)
{
	struct lookup lookup = cspace_find(&thread->slots[THREAD_CSPACE].cap, cptr, CPTR_BITS);

	return likely(lookup.status == ST_OK) ? &lookup.slot->cap : NULL;
}

bool fastpath_call(struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;
	const struct cap *cap = find(thread, x[0]);
	struct endpoint *endpoint;
	struct thread *receiver;
	struct reply *reply;

	if (unlikely(!cap || cap->type != OBJECT_ENDPOINT || !tag_is_short(x[1])))
		return false;
	if (unlikely(!(cap->rights & RIGHT_WRITE) ||
		    !(cap->rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY))))
		return false;
	endpoint = cap_object(cap);
	receiver = endpoint->queue.head;
	if (unlikely(!receiver || receiver->state != THREAD_RECEIVING))
		return false;
	reply = receiver->reply;
	if (unlikely(!reply || !runs_next(cpu, receiver)))
		return false;

	queue_remove(&endpoint->queue, receiver);
	reply->receiver = NULL;
	reply->caller = thread;
	reply->can_grant = receiver->can_grant;
	thread->reply = reply;
	thread->state = THREAD_CALLING;
	receiver->reply = NULL;
	receiver->state = THREAD_READY;
	receiver->context.x[0] = ST_OK;
	receiver->context.x[1] = x[1];
	receiver->context.x[11] = cap->data;
	message_copy(&thread->context, &receiver->context, tag_words(x[1]));
	sched_switch(cpu, receiver);
	return true;
}

/* A faulted thread is answered here, too: its registers are the answer. */
bool fastpath_reply_recv(struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;
	const struct cap *cap = find(thread, x[0]), *reply_cap = find(thread, x[11]);
	struct endpoint *endpoint;
	struct thread *caller;
	struct reply *reply;

	if (unlikely(!cap || cap->type != OBJECT_ENDPOINT || !(cap->rights & RIGHT_READ)))
		return false;
	if (unlikely(!reply_cap || reply_cap->type != OBJECT_REPLY || !tag_is_short(x[1])))
		return false;
	endpoint = cap_object(cap);
	reply = cap_object(reply_cap);
	caller = reply->caller;
	if (unlikely(!caller || !runs_next(cpu, caller)))
		return false;
	if (unlikely(endpoint->queue.head && endpoint->queue.head->state == THREAD_SENDING))
		return false;
	if (unlikely(thread->bound && thread->bound->signaled))
		return false;
	if (unlikely(caller->faulted)) {
		if (!fault_answer(caller, &thread->context))
			return false;
	} else {
		caller->context.x[0] = ST_OK;
		caller->context.x[1] = x[1];
		caller->context.x[11] = 0;
		message_copy(&thread->context, &caller->context, tag_words(x[1]));
	}
	caller->reply = NULL;
	caller->state = THREAD_READY;
	reply->caller = NULL;
	reply->receiver = thread;
	thread->reply = reply;
	thread->waits_for = endpoint;
	thread->can_grant = (cap->rights & RIGHT_GRANT) != 0;
	thread->state = THREAD_RECEIVING;
	queue_append(&endpoint->queue, thread);
	sched_switch(cpu, caller);
	return true;
}
