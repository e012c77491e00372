/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/notification.h"

#include "abi/ipc.h"

#include "object/endpoint.h"
#include "object/sched.h"

bool notification_take(struct notification *notification, uint64_t *bits_out)
{
	if (!notification->signaled)
		return false;
	*bits_out = notification->bits;
	notification->bits = 0;
	notification->signaled = false;
	return true;
}

/* Who waited gets the bits as a message without words. */
static void deliver(struct thread *thread, uint64_t bits)
{
	thread->context.x[1] = TAG_NOTIFICATION;
	thread->context.x[11] = bits;
	thread_wake(thread, ST_OK);
}

void notification_signal(struct notification *notification, uint64_t bits)
{
	struct thread *waiting = notification->queue.head;
	struct thread *bound = notification->bound;

	if (waiting) {
		queue_take_head(&notification->queue);
		deliver(waiting, bits);
	} else if (bound && bound->state == THREAD_RECEIVING) {
		endpoint_remove(bound);
		reply_unbind(bound);
		deliver(bound, bits);
	} else {
		notification->bits |= bits;
		notification->signaled = true;
	}
}

void notification_wait(struct notification *notification, struct thread *thread)
{
	thread->waits_for = notification;
	queue_append(&notification->queue, thread);
	thread_block(thread, THREAD_WAITING);
}

void notification_remove(struct thread *thread)
{
	struct notification *notification = thread->waits_for;

	queue_remove(&notification->queue, thread);
}

status_t notification_bind(struct notification *notification, struct thread *thread)
{
	if (notification->bound || thread->bound)
		return ST_ALREADY_BOUND;
	if (notification->queue.head)
		return ST_BAD_STATE;
	notification->bound = thread;
	thread->bound = notification;
	/* What came before reaches it as well, as soon as it can. */
	if (notification->signaled && thread->state == THREAD_RECEIVING) {
		notification->signaled = false;
		notification_signal(notification, notification->bits);
		notification->bits = 0;
	}
	return ST_OK;
}

void notification_unbind(struct thread *thread)
{
	if (!thread->bound)
		return;
	thread->bound->bound = NULL;
	thread->bound = NULL;
}

status_t notification_finalise(const struct cap *cap, struct work *work)
{
	struct notification *notification = cap_object(cap);

	while (notification->queue.head) {
		thread_cancel(notification->queue.head);
		if (preemption_point(work, WORK_DELETE) && notification->queue.head)
			return CAP_AGAIN;
	}
	if (notification->bound)
		notification_unbind(notification->bound);
	return ST_OK;
}
