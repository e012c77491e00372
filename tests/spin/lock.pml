/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The kernel lock (arch/lock.h, aarch64/lock.c), instruction by instruction: tickets, the
 * exclusive monitors, the event register of each CPU. Programs take events by a wfe of
 * their own; a monitor may be lost at any time, as when its line is evicted.
 *
 * Claims: one CPU at most is inside; CPUs come in as they drew their tickets; nobody sleeps
 * on when his turn has come (no state without a way on but the end); who waits while another
 * CPU panics comes to his end. The memory is one that all see alike: what Arm's is, the
 * tests in tests/litmus say.
 *
 * QUIET: programs take no events, and no monitor is lost.
 *
 * Counters count modulo 4 and so wrap around in each run, as the kernel's do at 65,536.
 *
 * run: three N=3 ROUNDS=2
 * run: four N=4 ROUNDS=1 QUIET
 * run: panic N=3 ROUNDS=1 PANIC
 * plant: three BUG_STORE end                the stxr stores without its monitor
 * plant: three BUG_PLAIN_LOOK end           the waiter looks by a load that sets no monitor
 * plant: three BUG_WFE_FIRST end            the waiter sleeps before it looks
 * plant: three BUG_UNFAIR assertion         who comes while the lock is free goes in at once
 * plant: panic BUG_NO_SEV end               a panic sends no event
 * plant: panic BUG_FLAG_ONCE end            the flag is looked at before the wait, not in it
 */
#define WRAP 4

byte next, served;
bool monitor[N];
bool event[N];
bool panicking;

byte inside;                      /* who is in, for the claim alone */
chan order = [N] of { byte };     /* as tickets were drawn */

/* Every other CPU's monitor goes, which is an event to it. */
inline take_monitors(self)
{
	i = 0;
	do
	:: i < N ->
		if
		:: monitor[i] && i != self -> monitor[i] = false; event[i] = true
		:: else
		fi;
		i++
	:: else -> break
	od;
	monitor[self] = false;
	i = 0
}

inline send_event()
{
	i = 0;
	do
	:: i < N -> event[i] = true; i++
	:: else -> break
	od;
	i = 0
}

inline critical(self)
{
	assert(inside == 0);
	inside++;
	order?who;
	assert(who == self);
	who = 0;
#ifdef PANIC
	if
	:: !panicking -> /* it stays inside for ever */
		panicking = true;
#ifndef BUG_NO_SEV
		d_step { send_event() };
#endif
		goto done
	:: true
	fi;
#endif
	inside--
}

inline unlock(self)
{
	mine = served; /* ldrh */
	d_step { served = (mine + 1) % WRAP; take_monitors(self) } /* stlrh */
}

/* At EL0: a wfe takes an event. A sev is to us as a monitor that is lost. */
inline program(self)
{
	if
	:: true
#ifndef QUIET
	:: event[self] = false
#endif
	fi
}

proctype cpu(byte self)
{
	byte ticket, mine, who, i, rounds;

	do
	:: rounds == ROUNDS -> break
	:: else ->
		rounds++;
		program(self);
draw:		true;
		d_step { ticket = next; mine = served; monitor[self] = true }; /* ldaxr */
		if
		:: true
#ifndef QUIET
		:: monitor[self] = false; event[self] = true /* evicted */
#endif
		fi;
		atomic { /* stxr */
			if
#ifndef BUG_STORE
			:: !monitor[self] -> goto draw
			:: else ->
#else
			:: true ->
#endif
				next = (ticket + 1) % WRAP;
				take_monitors(self);
				order!self
			fi
		};
#ifdef BUG_UNFAIR
		if
		:: served == (next + WRAP - 1) % WRAP -> goto in
		:: inside == 0 -> goto in
		:: else
		fi;
#endif
		if
		:: ticket == mine -> goto in
		:: else
		fi;
#ifdef BUG_FLAG_ONCE
		if
		:: panicking -> goto done
		:: else
		fi;
#endif
wait:		true;
#ifdef BUG_WFE_FIRST
		event[self] -> event[self] = false;
#endif
#ifndef BUG_FLAG_ONCE
		if
		:: panicking -> goto done
		:: else
		fi;
#endif
		d_step {
			mine = served;
#ifndef BUG_PLAIN_LOOK
			monitor[self] = true
#endif
		}; /* ldaxrh */
		if
		:: mine == ticket -> goto in
		:: else
		fi;
#ifndef BUG_WFE_FIRST
		event[self] -> event[self] = false; /* wfe */
#endif
		goto wait;
in:		critical(self);
		unlock(self)
	od;
done:	skip
}

init {
	byte n;

	atomic {
		do
		:: n < N -> run cpu(n); n++
		:: else -> break
		od
	}
}
