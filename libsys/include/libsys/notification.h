/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Notifications: a word of bits that signals gather and one waiter takes, all at once. Each
 * signaling capability's badge says which bits it sets.
 */
#pragma once

#include "libsys/ipc.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * notification_signal: add the capability's badge to the bits and wake who waits for them.
 *
 *  notification  right WRITE. One without a badge wakes, and adds nothing
 *  returns       ST_OK; ST_ACCESS_DENIED without the right, or what is wrong with the name
 */
static inline status_t notification_signal(cptr_t notification)
{
	return (status_t)sys_signal(notification);
}

/* Either of the two receiving calls; what a message brings is lost. */
IPC_INLINE status_t notification_take(word_t number, cptr_t notification, word_t *bits_out)
{
	register word_t x8 __asm__("x8") = number;
	register word_t x0 __asm__("x0") = notification;
	register word_t x11 __asm__("x11") = 0;

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x11)
			 : "r"(x8)
			 : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x9", "x10", "memory");
	*bits_out = x11;
	return (status_t)x0;
}

/*
 * notification_wait: wait until there was a signal, and take the bits.
 *
 *  notification  right READ
 *  bits_out      all that were set since they were last taken; 0 if only capabilities without
 *                a badge signaled
 *  returns       ST_OK
 *                ST_CANCELED       the notification went away
 *                ST_ACCESS_DENIED  no right READ, or what is wrong with the name
 */
static inline status_t notification_wait(cptr_t notification, word_t *bits_out)
{
	return notification_take(SYSCALL_recv, notification, bits_out);
}

/* notification_poll: the same if there was a signal; else ST_SHOULD_WAIT. */
static inline status_t notification_poll(cptr_t notification, word_t *bits_out)
{
	return notification_take(SYSCALL_try_recv, notification, bits_out);
}

/*
 * notification_wait_until: wait for bits, but not beyond a deadline.
 *
 *  notification  right READ
 *  timer         bound to it by a capability without a badge (timer_bind), and used for
 *                nothing else; afterwards it is not set
 *  deadline      of clock_ns()
 *  returns       ST_OK: there are bits. Signals without bits do not end the wait
 *                ST_TIMED_OUT  the clock has reached the deadline, and there are none
 *                others as notification_wait, and what is wrong with the timer's name
 */
status_t notification_wait_until(
	cptr_t notification, cptr_t timer, uint64_t deadline, word_t *bits_out);

/* struct wait: until when to receive, and what wakes a receiver then. */
struct wait {
	cptr_t notification; /* bound to the thread (thread_bind); right READ */
	cptr_t timer;	     /* bound to the notification by a capability without a badge */
	uint64_t deadline;   /* of clock_ns() */
};

/*
 * ipc_recv_until: ipc_recv, but not beyond a deadline.
 *
 *  returns  ST_TIMED_OUT: the clock has reached the deadline, and nothing came. Bits of the
 *           notification come as with ipc_recv: with TAG_NOTIFICATION
 *           others as ipc_recv, and what is wrong with the names in `wait`
 *
 * If a message and the deadline come together, the message is returned, and the next receiving
 * call may find TAG_NOTIFICATION without bits: this one passes over that.
 */
status_t ipc_recv_until(
	cptr_t endpoint, cptr_t reply, struct message *message, const struct wait *wait);

#ifdef __cplusplus
}
#endif
