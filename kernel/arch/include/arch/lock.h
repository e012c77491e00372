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
#include "arch/print.h"

enum { CACHE_LINE = 64 };

struct lock {
	uint32_t tickets;
	uint32_t holder; /* in debug builds: index of the CPU + 1, or 0 */
} aligned(CACHE_LINE);	 /* waiters disturb nobody else's line */

extern struct lock kernel_tickets;

/*
 * kernel_lock_spin: sleep until `ticket` is served; for good if a CPU has panicked.
 *
 * Who panics holds the lock perhaps for ever, sets its flag and then sends an event
 * (stop_others): the flag is looked at before each wfe, so that event cannot be missed. A
 * masked interrupt would not end the wfe. Nothing may touch memory between ldaxrh and wfe:
 * it could cost the monitor without an event.
 */
static inline void kernel_lock_spin(uint32_t ticket)
{
	uint32_t served;

	do {
		if (unlikely(panic_in_progress()))
			cpu_halt();
		__asm__ volatile("ldaxrh	%w0, %1\n"
				 "	cmp	%w0, %w2\n"
				 "	b.eq	1f\n"
				 "	wfe\n"
				 "1:\n"
				 : "=&r"(served)
				 : "Q"(kernel_tickets.tickets), "r"(ticket)
				 : "memory", "cc");
	} while (served != ticket);
}

/* kernel_lock_wait: the same, out of line. */
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
 * kernel_lock_draw: a place in the queue for the lock; true if it is one's turn at once.
 *
 *  => interrupts are masked, and this CPU does not hold the lock yet
 *  => if not: kernel_lock_wait(*ticket) and nothing else comes next
 *
 * The load acquires: its partner is the stlrh of kernel_unlock. What follows may overtake
 * the stxr but not the ldaxr, and between the two no other CPU has drawn a ticket.
 */
static inline bool kernel_lock_draw(uint32_t *ticket)
{
	uint32_t word, others, failed;

	ASSERT(!kernel_lock_is_held());
	if (cpu_alone)
		return true;
	__asm__ volatile(
		"1:	ldaxr	%w0, %3\n"
		"	add	%w1, %w0, #0x10000\n"
		"	stxr	%w2, %w1, %3\n"
		"	cbnz	%w2, 1b\n"
		"	eor	%w1, %w0, %w0, ror #16\n"
		: "=&r"(word), "=&r"(others), "=&r"(failed), "+Q"(kernel_tickets.tickets)
		:
		: "memory");
	*ticket = word >> 16;
	return others == 0;
}

/* kernel_lock_taken: debug builds note whose it is. */
static inline void kernel_lock_taken(void)
{
	if (DEBUG_BUILD)
		__atomic_store_n(
			&kernel_tickets.holder, this_cpu()->index + 1, __ATOMIC_RELAXED);
}

/* kernel_lock: take the lock, after all who came before. */
static inline void kernel_lock(void)
{
	uint32_t ticket;

	if (unlikely(!kernel_lock_draw(&ticket)))
		kernel_lock_wait(ticket);
	kernel_lock_taken();
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
	if (cpu_alone)
		return;
	__asm__ volatile("ldrh	%w0, %1\n"
			 "	add	%w0, %w0, #1\n"
			 "	stlrh	%w0, %1\n"
			 : "=&r"(served), "+Q"(kernel_tickets.tickets)
			 :
			 : "memory");
}
