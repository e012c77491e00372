/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * How CPUs go to sleep and are fetched. Each has two threads, LOW and HIGH, that block, wake
 * one another on any CPU, or compute for ever. Who wakes one of another CPU makes it
 * runnable under the lock, sees there whether that CPU runs something lower, and if so
 * sends an interrupt, at the latest after it has let the lock go. Who is idle lets the lock
 * go and waits in wfi with interrupts masked: one that is pending ends the wfi and is
 * acknowledged; then the lock is taken and the best runnable thread chosen. There is no
 * bound on how often.
 *
 * Claim: when nothing can happen any more, no CPU sleeps or runs LOW while it has something
 * better to run. What the lock protects is one step here: lock.pml is about the lock.
 *
 * run: three N=3
 * run: four N=4 ONE_LEVEL
 * ONE_LEVEL: only the threads HIGH.
 *
 * plant: three BUG_UNMASKED assertion       interrupts are taken between unlock and wfi
 * plant: three BUG_ACK_LATE assertion       an interrupt is acknowledged after the choice
 * plant: three BUG_IPI_FIRST assertion      it is sent before the thread is runnable
 * plant: three BUG_IDLE_LATE assertion      a CPU says that it is idle after its unlock
 * plant: three BUG_NOT_PREEMPTED assertion  it is sent to idle CPUs only
 */
#define IDLE  0
#define LOW   1
#define HIGH  2
#define T(cpu, level)   ((cpu) * 2 + (level) - 1)

bool runnable[N * 2];
byte running[N];     /* IDLE, LOW, HIGH: what the CPU says that it runs */
bool pending[N];     /* an interrupt */

#define BEST(cpu) (runnable[T(cpu, HIGH)] -> HIGH : (runnable[T(cpu, LOW)] -> LOW : IDLE))

inline choose(self)
{
	mine = BEST(self);
#ifdef BUG_IDLE_LATE
	if
	:: mine != IDLE -> running[self] = mine
	:: else
	fi
#else
	running[self] = mine
#endif
}

#ifdef BUG_NOT_PREEMPTED
#define WANTS(cpu, level) (running[cpu] == IDLE)
#else
#define WANTS(cpu, level) (running[cpu] < level)
#endif

inline whom()
{
	do
	:: to < N - 1 -> to++
	:: break
	od;
	if
	:: level = HIGH
#ifndef ONE_LEVEL
	:: level = LOW
#endif
	fi
}

/* The thread wakes one: of another CPU, or the other one here. */
inline wake(self)
{
#ifdef BUG_IPI_FIRST
	atomic {
		whom();
		if
		:: to != self && WANTS(to, level) -> pending[to] = true
		:: else
		fi
	};
	d_step { runnable[T(to, level)] = true; choose(self); to = 0; level = 0 };
#else
	atomic { /* locked */
		whom();
		runnable[T(to, level)] = true;
		choose(self);
		if
		:: to != self && WANTS(to, level) -> level = 0
		:: else -> to = 0; level = 0; goto program
		fi
	};
	atomic { pending[to] = true; to = 0 }
#endif
}

proctype cpu(byte self)
{
	byte mine, to, level;

	goto enter;
program:
	do
	:: mine == IDLE -> goto idle
	:: mine != IDLE -> wake(self)
	:: mine != IDLE -> d_step { runnable[T(self, mine)] = false; choose(self) } /* blocks */
	:: mine != IDLE -> goto compute
	:: mine != IDLE && pending[self] -> goto interrupt
	od;
compute:
end_compute:
	pending[self];
	goto interrupt;
idle:
#ifdef BUG_IDLE_LATE
	running[self] = IDLE;
#endif
#ifdef BUG_UNMASKED
	if
	:: pending[self] -> pending[self] = false /* the handler finds nothing to return to */
	:: true
	fi;
#endif
end_wfi:
	pending[self];
interrupt:
#ifndef BUG_ACK_LATE
	pending[self] = false;
#endif
enter:	true;
	d_step { choose(self) };
#ifdef BUG_ACK_LATE
	pending[self] = false;
#endif
	goto program
}

proctype end_of_all()
{
	byte n;

end_wait:
	timeout ->
	do
	:: n < N -> assert(running[n] >= BEST(n)); n++
	:: else -> break
	od
}

init {
	byte n;

	atomic {
		runnable[T(0, HIGH)] = true;
		do
		:: n < N -> run cpu(n); n++
		:: else -> break
		od;
		run end_of_all()
	}
}
