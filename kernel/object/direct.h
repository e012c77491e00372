/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the short ways share: from one thread straight to another, past the queues. In line:
 * each instruction here is in every message.
 */
#pragma once

#include "object/endpoint.h"
#include "object/sched.h"

/* What all capabilities of a type with certain rights have in common, in their first word. */
static force_inline bool cap_allows(const struct cap *cap, enum object type, unsigned rights)
{
	_Static_assert(
		offsetof(struct cap, type) == 0 && offsetof(struct cap, rights) == 1, "");
	uint32_t wanted = (uint32_t)type | (uint32_t)rights << 8, word;

	__builtin_memcpy(&word, cap, sizeof(word));
	return (word & (0xff | (uint32_t)rights << 8)) == wanted;
}

/* To call is to send, and to let who receives answer. */
static force_inline bool cap_can_call(uint8_t rights)
{
	return (rights & RIGHT_WRITE) && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

/*
 * Is nobody who waits to run on this CPU more urgent? Equals share it by time slices, which
 * begin the long way: with one running already the next may come the short way.
 */
static force_inline bool is_most_urgent(const struct cpu *cpu, const struct thread *thread)
{
	if (likely(thread->priority > cpu->ready_top))
		return true;
	return thread->priority == cpu->ready_top && cpu->scheduler->slice_end != UINT64_MAX;
}

/* Would it run next on this CPU, if the current one waited and it did not? */
static force_inline bool runs_next(const struct cpu *cpu, const struct thread *thread)
{
	return thread->cpu == cpu && is_most_urgent(cpu, thread) &&
		likely(thread->slots[THREAD_VSPACE].cap.type == OBJECT_VSPACE);
}

/* The two change places: sched_switch where both are there. */
static force_inline void change_places(struct cpu *cpu, struct thread *from, struct thread *to)
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

/*
 * receiver_of: who would get a call on this endpoint at once and answer it, or NULL.
 */
static force_inline struct thread *receiver_of(
	const struct cpu *cpu, const struct endpoint *endpoint)
{
	struct thread *receiver = endpoint->queue.head;

	if (unlikely(!receiver || receiver->state != THREAD_RECEIVING || !receiver->reply ||
		    !runs_next(cpu, receiver)))
		return NULL;
	return receiver;
}

/* The receiver leaves the endpoint, and the caller waits in its reply object. */
static force_inline void bind_caller(
	struct endpoint *endpoint, struct thread *receiver, struct thread *caller)
{
	struct reply *reply = receiver->reply;

	queue_take_head(&endpoint->queue);
	reply->receiver = NULL;
	reply->caller = caller;
	reply->can_grant = receiver->can_grant;
	caller->reply = reply;
	caller->state = THREAD_CALLING;
	receiver->reply = NULL;
	receiver->state = THREAD_READY;
}
