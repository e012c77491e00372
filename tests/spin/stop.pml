/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads that suspend, destroy, move and read one another on several CPUs.
 *
 * A CPU loads the registers of its current thread after it has let the lock go, and stores
 * them before it takes the lock again: in between they are nobody else's. Who wants to touch
 * a thread that is current elsewhere *asks* for it, sends that CPU an interrupt and begins
 * the system call anew, through user mode. A CPU that enters the kernel with a thread that
 * is asked for does not carry out what the thread wants: it switches to another. What is
 * asked for is not chosen to run until the call that asked is through; a thread that stops
 * or dies while it asks lets go of what it asked for. FPU registers that another CPU still
 * holds are fetched in the same way; those of a thread that dies are forgotten.
 *
 *	user -> save registers -> | lock: asked? else the call; choose | -> load -> user
 *
 * Claims: no registers are stored to or loaded from what was destroyed, nor stored over what
 * was written meanwhile; nobody sees the FPU registers of a thread as long as they are in a
 * CPU; at the end nobody is held, nobody waits for his call, no CPU idles beside a thread
 * that could run; and (live) there is no run in which calls begin anew for ever.
 *
 * MOVES: threads also move between CPUs and use the FPU. T threads make CALLS calls each, on
 * anybody, themselves too, and compute for ever then. ONE_WAY: nobody resumes anybody.
 *
 * run: two N=2 T=2 CALLS=2
 * run: three N=3 T=3 CALLS=1
 * run: fpu N=2 T=3 CALLS=1 MOVES
 * live: three-live N=3 T=3 CALLS=1 ONE_WAY
 * plant: two BUG_NOT_HELD assertion        who is current elsewhere is touched at once
 * plant: two BUG_CALL_FIRST assertion      a CPU looks whether it is asked after the call
 * plant: three BUG_NOT_RELEASED assertion  who dies while it asks holds on
 * plant: fpu BUG_FPU_DEAD assertion        the dead one's FPU registers are stored later
 * plant: fpu BUG_FPU_STAYS assertion       FPU registers are read while a CPU has them
 * plant: three-live BUG_NO_IPI cycle       nobody tells the other CPU
 * plant: three-live BUG_RESUMED cycle      a thread that is asked for runs on
 */
#define NONE 7

mtype = { READY, STOPPED, DEAD, IRQ, SVC, FPU, NO_CALL, SUSPEND, RESUME, DESTROY, MOVE };

byte current[N];  /* thread, or NONE: idle */
bool pending[N];  /* an interrupt */
byte fpu[N];      /* whose FPU registers the CPU has, or NONE */
bool fetch[N];    /* another CPU wants them stored */

mtype state[T];
byte home[T];     /* CPU */
bool asked[T];
byte asking[T];   /* thread that it has asked for, or NONE */
mtype call[T];    /* what it is about, again after a new beginning */
byte target[T];
byte calls[T];    /* left to make */
#ifdef MOVES
bool computed[T]; /* has used the FPU */
#endif

bool written[T];  /* for the claim: changed since a CPU loaded it */

#define CAN_RUN(t)   (state[t] == READY && !asked[t])
#if N == 2
#define CURRENT_ON(t) (current[0] == t -> 0 : (current[1] == t -> 1 : NONE))
#define FPU_ON(t)     (fpu[0] == t -> 0 : (fpu[1] == t -> 1 : NONE))
#else
#define CURRENT_ON(t) (current[0] == t -> 0 : (current[1] == t -> 1 : (current[2] == t -> 2 : NONE)))
#define FPU_ON(t)     NONE
#endif
#define WAITING(t)   (CAN_RUN(t) && home[t] == self && BUSY(t) && CURRENT_ON(t) == NONE)
#define BUSY(t)      (call[t] != NO_CALL || calls[t] > 0)

/* Its CPU has to look: it may be idle. */
inline kick(t)
{
	if
	:: state[t] == READY && home[t] != self && current[home[t]] == NONE ->
		pending[home[t]] = true
	:: else
	fi
}

/* That it be left by `cpu`. */
inline ask(t)
{
	asked[t] = true;
	asking[me] = t
#ifndef BUG_NO_IPI
	; pending[cpu] = true
#endif
}

inline let_go(asker)
{
	if
	:: asking[asker] != NONE ->
		asked[asking[asker]] = false;
		kick(asking[asker]);
		asking[asker] = NONE
	:: else
	fi
}

inline end_call()
{
	let_go(me);
	call[me] = NO_CALL;
	target[me] = 0
}

inline stop(t, how)
{
	state[t] = how;
#ifdef BUG_NOT_RELEASED
	if
	:: t == me -> let_go(t)
	:: else -> asking[t] = NONE
	fi
#else
	let_go(t)
#endif
}

inline forget_fpu(t)
{
	cpu = FPU_ON(t);
	if
#ifndef BUG_FPU_DEAD
	:: cpu != NONE -> fpu[cpu] = NONE
#endif
	:: else
	fi
}

inline perform(t)
{
	if
	:: t != me -> written[t] = true
	:: else
	fi;
	if
	:: call[me] == SUSPEND -> stop(t, STOPPED); end_call()
	:: call[me] == DESTROY -> forget_fpu(t); stop(t, DEAD); end_call()
	:: call[me] == MOVE ->
		if
		:: fpu[self] == t -> fpu[self] = NONE
		:: else
		fi;
		assert(FPU_ON(t) == NONE); /* they are read */
		home[t] = self;
		end_call()
	fi
}

inline do_call(t)
{
	cpu = CURRENT_ON(t);
	if
	:: state[t] == DEAD -> end_call()
	:: else ->
		if
		:: call[me] == RESUME && state[t] == STOPPED ->
			state[t] = READY;
			kick(t);
			end_call()
		:: call[me] == RESUME && state[t] == READY -> end_call()
#ifndef BUG_NOT_HELD
		:: call[me] != RESUME && cpu != NONE && cpu != self -> ask(t)
#endif
#ifndef BUG_FPU_STAYS
		:: call[me] == MOVE && cpu == NONE && FPU_ON(t) != NONE && FPU_ON(t) != self ->
			cpu = FPU_ON(t);
			fetch[cpu] = true;
			ask(t)
#endif
		:: else -> perform(t)
		fi
	fi;
	cpu = 0
}

inline store_fpu()
{
	if
	:: fpu[self] != NONE -> assert(state[fpu[self]] != DEAD); fpu[self] = NONE
	:: else
	fi
}

/* Keep to the current thread if it may run, else another of this CPU's. */
inline choose()
{
	if
#ifdef BUG_RESUMED
	:: me != NONE && state[me] == READY && home[me] == self
#else
	:: me != NONE && CAN_RUN(me) && home[me] == self
#endif
	:: else ->
		me = 0;
		do
		:: me == T -> me = NONE; break
		:: else ->
			if
			:: CAN_RUN(me) && home[me] == self && CURRENT_ON(me) == NONE -> break
			:: CAN_RUN(me) && home[me] == self && CURRENT_ON(me) == self -> break
			:: else -> me++
			fi
		od
	fi;
	current[self] = me;
	if
	:: me != NONE -> written[me] = false
	:: else
	fi
}

/* A program that only computes is not alone for ever: the time slice ends. */
inline next_with_work()
{
	cpu = 0;
	do
	:: cpu == T -> break
	:: cpu < T && WAITING(cpu) ->
		me = cpu;
		break
	:: else -> cpu++
	od;
	cpu = 0
}

inline pick_call()
{
	calls[me]--;
	if
	:: call[me] = SUSPEND
#ifndef ONE_WAY
	:: call[me] = RESUME
#endif
	:: call[me] = DESTROY
#ifdef MOVES
	:: call[me] = MOVE
#endif
	fi;
	do
	:: target[me] < T - 1 -> target[me]++
	:: break
	od
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
#ifdef BUG_CALL_FIRST
		:: me != NONE && state[me] != READY
#else
		:: me != NONE && (asked[me] || state[me] != READY)
#endif
		:: else ->
			if
			:: trap == SVC -> do_call(target[me])
#ifdef MOVES
			:: trap == FPU && fpu[self] != me ->
				store_fpu();
				assert(FPU_ON(me) == NONE);
				fpu[self] = me
#endif
			:: trap == IRQ && me != NONE && !BUSY(me) -> next_with_work()
			:: else
			fi
		fi;
		if
		:: fetch[self] -> store_fpu(); fetch[self] = false
		:: else
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
		:: call[me] == NO_CALL -> pick_call()
		:: else
		fi;
		trap = SVC }
#ifdef MOVES
	:: atomic { !computed[me] -> computed[me] = true; trap = FPU }
	:: atomic { !BUSY(me) && WAITING(0) -> trap = IRQ }
	:: atomic { !BUSY(me) && WAITING(1) -> trap = IRQ }
	:: atomic { !BUSY(me) && WAITING(2) -> trap = IRQ }
#endif
	fi;
save:
	assert(state[me] != DEAD && !written[me]);
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
		assert(!asked[n]);
		assert(state[n] != READY || current[home[n]] != NONE);
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
		:: n < T ->
			state[n] = READY;
			home[n] = n % N;
			asking[n] = NONE;
			call[n] = NO_CALL;
			calls[n] = CALLS;
			n++
		:: else -> break
		od;
		n = 0;
		do
		:: n < N -> current[n] = n; fpu[n] = NONE; run cpu_of(n); n++
		:: else -> break
		od;
#ifndef NP
		run end_of_all()
#endif
	}
}
