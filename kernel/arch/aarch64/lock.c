/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/lock.h"

#include "arch/print.h"

struct lock kernel_tickets;

/*
 * Who panics holds the lock perhaps for ever, sets its flag and then sends an event
 * (stop_others): the flag is looked at before each wfe, so that event cannot be missed. A
 * masked interrupt would not end the wfe. Nothing may touch memory between ldaxrh and wfe:
 * it could cost the monitor without an event.
 */
void kernel_lock_wait(uint32_t ticket)
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
