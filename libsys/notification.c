/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/notification.h"

#include "libsys/clock.h"
#include "libsys/timer.h"

/*
 * End a wait that something else ended: withdraw the deadline. If it had come by then, its
 * wake-up, which has no bits, is taken, too, with whatever bits came since.
 */
static void withdraw(cptr_t notification, cptr_t timer, word_t *bits)
{
	word_t more;

	if (timer_cancel(timer) == ST_NOT_FOUND &&
		notification_poll(notification, &more) == ST_OK)
		*bits |= more;
}

status_t notification_wait_until(
	cptr_t notification, cptr_t timer, uint64_t deadline, word_t *bits_out)
{
	status_t st = timer_set(timer, deadline);

	if (st != ST_OK)
		return st;
	for (;;) {
		st = notification_wait(notification, bits_out);
		if (st != ST_OK || *bits_out != 0) {
			withdraw(notification, timer, bits_out);
			return st;
		}
		if (clock_ns() >= deadline) {
			withdraw(notification, timer, bits_out);
			return *bits_out ? ST_OK : ST_TIMED_OUT;
		}
	}
}

static int has_no_bits(status_t st, const struct message *message)
{
	return st == ST_OK && message->tag & TAG_NOTIFICATION && message->badge == 0;
}

status_t ipc_recv_until(
	cptr_t endpoint, cptr_t reply, struct message *message, const struct wait *wait)
{
	status_t st = timer_set(wait->timer, wait->deadline);

	if (st != ST_OK)
		return st;
	do
		st = ipc_recv(endpoint, reply, message);
	while (has_no_bits(st, message) && clock_ns() < wait->deadline);
	if (st != ST_OK || !(message->tag & TAG_NOTIFICATION)) {
		(void)timer_cancel(wait->timer); /* too late: see the header */
		return st;
	}
	withdraw(wait->notification, wait->timer, &message->badge);
	return message->badge ? ST_OK : ST_TIMED_OUT;
}
