/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Notifications: a word of bits that signals are gathered in, and who waits for them.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

#include "object/thread.h"

struct notification {
	struct thread_queue queue; /* WAITING */
	struct thread *bound;	   /* gets the bits when it receives from an endpoint */
	uint64_t bits;
	uint32_t signaled; /* since they were taken, be it without bits */
};

_Static_assert(sizeof(struct notification) <= 64, "objects.def");

/* notification_signal: add bits; one that waits gets all of them. */
void notification_signal(struct notification *notification, uint64_t bits);

/* notification_signal_cap: through a capability, which may be none. */
static inline void notification_signal_cap(const struct cap *cap)
{
	if (cap->type == OBJECT_NOTIFICATION)
		notification_signal(cap_object(cap), cap->data);
}

/* notification_take: what came, and it is forgotten; false if nothing did. */
bool notification_take(struct notification *notification, uint64_t *bits_out);

/* notification_wait: make the thread wait for it. */
void notification_wait(struct notification *notification, struct thread *thread);

/* notification_remove: take a WAITING thread out of the queue that it is in. */
void notification_remove(struct thread *thread);

/* notification_bind, _unbind: ALREADY_BOUND, BAD_STATE as thread_bind says. */
must_check status_t notification_bind(struct notification *notification, struct thread *thread);
void notification_unbind(struct thread *thread);

status_t notification_finalise(const struct cap *cap, struct work *work);
