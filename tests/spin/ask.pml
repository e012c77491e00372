/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The simpler half of stop.pml, where all that one thread wants of another that runs is that it
 * stop: then to ask is to stop, and nobody has to be held or let go.
 *
 * Who suspends or destroys a thread that is current on another CPU notes that with the thread,
 * sends the interrupt and begins the call anew. A CPU carries out what its program wants
 * first; on its way out of the kernel it looks whether its current thread is to stop. There
 * is a short way out (a message that blocks the sender) that does not look: the interrupt is
 * still pending then. What was asked of a thread ends when it leaves its CPU by whatever way.
 *
 * Claims: nobody touches registers that a CPU has; every call of a thread that is not stopped
 * ends; and at the end nobody is to stop who was not stopped, since he would be at some later
 * time when nobody wants it any more.
 *
 * run: two N=2 T=2 CALLS=3
 * run: three N=3 T=3 CALLS=1
 * live: three-live N=3 T=3 CALLS=1 FEW
 * FEW: nobody destroys anybody.
 *
 * plant: three BUG_NOT_HELD assertion      who is current elsewhere is touched at once
 * plant: three BUG_STAYS_ASKED assertion   what was asked outlives its asker
 * plant: three-live BUG_NO_LOOK cycle      the way out does not look
 */
#define NONE 7

mtype = { READY, BLOCKED, STOPPED, DEAD, IRQ, SVC, NO_CALL, SUSPEND, DESTROY, WAKE, BLOCK };

byte current[N];
bool pending[N];
mtype state[T];
bool stopping[T];
mtype call[T];
byte target[T];
byte calls[T];
bool written[T]; /* for the claim: changed since a CPU loaded it */

#define BUSY(t) (call[t] != NO_CALL || calls[t] > 0)
#if N == 2
#define CURRENT_ON(t) (current[0] == t -> 0 : (current[1] == t -> 1 : NONE))
#else
#define CURRENT_ON(t) \
	(current[0] == t -> 0 : (current[1] == t -> 1 : (current[2] == t -> 2 : NONE)))
#endif

inline touch(t)
{
	if
	:: t != me -> written[t] = true
	:: else
	fi
}

inline end_call()
{
	call[me] = NO_CALL;
	target[me] = 0
}

inline wake(t)
{
	if
	:: state[t] == BLOCKED || state[t] == STOPPED ->
		touch(t); /* the result */
		state[t] = READY;
		if
		:: t % N != self -> pending[t % N] = true
		:: else
		fi
	:: else
	fi
}

inline stop(t, how)
{
	cpu = CURRENT_ON(t);
	if
	:: state[t] == DEAD -> end_call()
#ifndef BUG_NOT_HELD
	:: state[t] == READY && cpu != NONE && cpu != self ->
		stopping[t] = true;
		pending[cpu] = true
#endif
	:: else ->
		touch(t);
		stopping[t] = false;
		state[t] = how;
		end_call()
	fi;
	cpu = 0
}

inline look()
{
	if
#ifndef BUG_NO_LOOK
	:: me != NONE && state[me] == READY && stopping[me] ->
		stopping[me] = false;
		state[me] = STOPPED
#endif
	:: else
	fi
}

/* One thread a CPU: it runs, or nobody does. */
inline choose()
{
	if
	:: me != NONE && state[me] != READY ->
#ifndef BUG_STAYS_ASKED
		stopping[me] = false;
#endif
		me = NONE
	:: me == NONE && state[self] == READY -> me = self
	:: else
	fi;
	current[self] = me;
	if
	:: me != NONE -> written[me] = false
	:: else
	fi
}

proctype cpu_of(byte self)
{
	byte me, cpu;
	mtype trap;

	me = self;
	goto load;
locked:
	atomic {
		if
		:: trap == SVC && call[me] == BLOCK ->
			end_call();
			state[me] = BLOCKED;
			if
			:: true /* the short way */
			:: look()
			fi
		:: trap == SVC && call[me] == SUSPEND -> stop(target[me], STOPPED); look()
		:: trap == SVC && call[me] == DESTROY -> stop(target[me], DEAD); look()
		:: trap == SVC && call[me] == WAKE -> wake(target[me]); end_call(); look()
		:: trap == IRQ -> look()
		fi;
		trap = 0;
		choose()
	};
load:
	if
	:: me == NONE -> goto idle
	:: me != NONE -> assert(state[me] != DEAD)
	fi;
end_compute:
	if
	:: atomic { pending[self] -> pending[self] = false; trap = IRQ }
	:: atomic { BUSY(me) ->
		if
		:: call[me] == NO_CALL ->
			calls[me]--;
			if
			:: call[me] = SUSPEND
#ifndef FEW
			:: call[me] = DESTROY
#endif
			:: call[me] = WAKE
			:: call[me] = BLOCK
			fi;
			do
			:: target[me] < T - 1 -> target[me]++
			:: break
			od
		:: else
		fi;
		trap = SVC }
	fi;
	assert(state[me] != DEAD && !written[me]); /* stored */
	goto locked;
idle:
end_idle:
	atomic { pending[self] -> pending[self] = false; trap = IRQ };
	goto locked
}

#ifndef NP
proctype end_of_all()
{
	byte n;

end_wait:
	timeout ->
	do
	:: n < T ->
		assert(!stopping[n]);
		assert(state[n] != READY || current[n % N] == n);
		assert(state[n] != READY || !BUSY(n));
		n++
	:: else -> break
	od
}
#endif

init {
	byte n;

	atomic {
		do
		:: n < T -> state[n] = READY; call[n] = NO_CALL; calls[n] = CALLS; n++
		:: else -> break
		od;
		n = 0;
		do
		:: n < N -> current[n] = n; run cpu_of(n); n++
		:: else -> break
		od;
#ifndef NP
		run end_of_all()
#endif
	}
}
