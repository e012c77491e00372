/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Endpoints and reply objects.
 *
 *	sender --> endpoint <-- receiver (with a reply object)
 *	             queue of senders, or of receivers, or empty
 *
 *	caller (CALLING) <--> reply object <-- capability of who is to answer
 *
 * A sender that finds a receiver gives it the message and goes on, or, calling, is bound to
 * the receiver's reply object until the answer. Whichever of them goes, the others are
 * told: CANCELED for who waits in an endpoint or a reply object that goes.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

#include "object/thread.h"

struct endpoint {
	struct thread_queue queue; /* all SENDING or all RECEIVING */
	struct thread *cursor;	   /* who is looked at next for `badge`; NULL: nobody */
	uint64_t badge;		   /* whose messages are being canceled */
};

struct reply {
	struct thread *caller;	 /* CALLING, waits for the answer */
	struct thread *receiver; /* RECEIVING, will bind the next caller here */
	uint8_t can_grant;	 /* not 0: the answer may carry capabilities */
};

_Static_assert(sizeof(struct endpoint) <= 32 && sizeof(struct reply) <= 32, "objects.def");

status_t endpoint_finalise(const struct cap *cap, struct work *work);
status_t reply_finalise(const struct cap *cap, struct work *work);

/* endpoint_remove: take a thread out of the queue of the endpoint that it waits for. */
void endpoint_remove(struct thread *thread);

/* endpoint_cancel: the senders under a badge get CANCELED; ST_OK or CAP_AGAIN. */
must_check status_t endpoint_cancel(
	struct endpoint *endpoint, uint64_t badge, struct work *work);

/*
 * endpoint_send: this CPU's current, whose badge, can_grant and calling are set, sends the
 * message in its context.
 *
 *  => ST_SHOULD_WAIT: not `block`, and nobody receives. ST_PEER_CLOSED: it called, and the
 *     message was received without a reply object
 *  => else it is READY, or waits and is told by who wakes it
 */
status_t endpoint_send(struct endpoint *endpoint, struct thread *sender, bool block);

/* endpoint_receive: this CPU's current receives; `reply`, or NULL, is bound to nobody. */
status_t endpoint_receive(
	struct endpoint *endpoint, struct thread *thread, struct reply *reply, bool block);

/* reply_answer: `from` answers with the message in its context; ST_PEER_CLOSED: to nobody. */
status_t reply_answer(struct reply *reply, struct thread *from);

/*
 * endpoint_send_fault: tell who receives from an endpoint of `thread`'s fault, or which page
 * it asks for (fault_esr and so on are set); false if `cap` is no endpoint's.
 */
bool endpoint_send_fault(struct thread *thread, const struct cap *cap, enum faulted why);

/* reply_unbind: thread CALLING or RECEIVING is bound to no reply object any more. */
void reply_unbind(struct thread *thread);
