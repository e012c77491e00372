/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The kernel lock: one for all that CPUs share. C takes it at each trap and lets it go just
 * before the return to user mode or the sleep of an idle CPU; interrupts stay masked while
 * it is held or waited for.
 *
 * It is fair: who comes draws a ticket, and tickets are served in order. Both counters
 * share one word, so that drawing and looking are one load and one store:
 *
 *       31            16 15             0
 *      |  next to draw  |  now served    |     free when the halves are equal
 *
 * Only who holds the lock writes the lower half. The halves wrap around by themselves.
 */
#pragma once

#include "lib/base.h"

#include "arch/cpu.h"

enum { CACHE_LINE = 64 };

struct lock {
	uint32_t tickets;
	uint32_t holder; /* in debug builds: index of the CPU + 1, or 0 */
} aligned(CACHE_LINE);	 /* waiters disturb nobody else's line */

extern struct lock kernel_tickets;

/* kernel_lock_wait: sleep until `ticket` is served; for good if a CPU has panicked. */
void kernel_lock_wait(uint32_t ticket);

/*
 * kernel_lock_is_held: by this CPU?
 *
 *  => for assertions only: a release build does not know, and says yes
 */
static inline bool kernel_lock_is_held(void)
{
	return !DEBUG_BUILD ||
		__atomic_load_n(&kernel_tickets.holder, __ATOMIC_RELAXED) ==
		this_cpu()->index + 1;
}

/*
 * kernel_lock: take the lock, after all who came before.
 *
 *  => interrupts are masked, and this CPU does not hold it yet
 *
 * The load acquires: its partner is the stlrh of kernel_unlock. What follows may overtake
 * the stxr but not the ldaxr, and between the two no other CPU has drawn a ticket.
 */
static inline void kernel_lock(void)
{
	uint32_t ticket, others, failed;

	ASSERT(!kernel_lock_is_held());
	__asm__ volatile(
		"1:	ldaxr	%w0, %3\n"
		"	add	%w1, %w0, #0x10000\n"
		"	stxr	%w2, %w1, %3\n"
		"	cbnz	%w2, 1b\n"
		"	eor	%w1, %w0, %w0, ror #16\n"
		: "=&r"(ticket), "=&r"(others), "=&r"(failed), "+Q"(kernel_tickets.tickets)
		:
		: "memory");
	if (unlikely(others))
		kernel_lock_wait(ticket >> 16);
	if (DEBUG_BUILD)
		__atomic_store_n(
			&kernel_tickets.holder, this_cpu()->index + 1, __ATOMIC_RELAXED);
}

/*
 * kernel_unlock: let the next one in.
 *
 * The store releases: its partners are the loads with acquire in kernel_lock and
 * kernel_lock_wait. It also takes the waiters' exclusive monitors, which is the event that
 * ends their wfe.
 */
static inline void kernel_unlock(void)
{
	uint32_t served;

	ASSERT(kernel_lock_is_held());
	if (DEBUG_BUILD)
		__atomic_store_n(&kernel_tickets.holder, 0, __ATOMIC_RELAXED);
	__asm__ volatile("ldrh	%w0, %1\n"
			 "	add	%w0, %w0, #1\n"
			 "	stlrh	%w0, %1\n"
			 : "=&r"(served), "+Q"(kernel_tickets.tickets)
			 :
			 : "memory");
}
