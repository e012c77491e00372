/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads: registers, capabilities, and what they wait for.
 *
 *	                    resume                       blocks
 *	  STOPPED  ------------------------->  READY  --------------->  SENDING RECEIVING CALLING
 *	      ^                                 |  ^                    WAITING SLEEPING
 *	      |            suspend              |  |   partner, answer,        |  |
 *	      +---------------------------------+  +-- bits, time, cancel -----+  |
 *	      |                                                                   |
 *	      +------------------------- suspend ---------------------------------+
 *
 * A READY thread is some CPU's `current` or in its CPU's run queue (sched.h), never both.
 * SENDING and RECEIVING ones are in their endpoint's queue, WAITING ones in their
 * notification's; CALLING ones stand in a reply object, or in none if it went away and left
 * a fault unanswered. One that is current on another CPU is not touched: see thread_is_held.
 *
 * Everything here is protected by the kernel lock.
 */
#pragma once

#include "abi/thread.h"

#include "arch/cpu.h"
#include "arch/fpu.h"
#include "arch/trap.h"

#include "cap/cap.h"
#include "cap/work.h"
#include "object/timer.h"

/* Capabilities in a thread. */
enum thread_slot {
	THREAD_CSPACE,
	THREAD_VSPACE,
	THREAD_FAULT, /* the endpoint that its faults go to */
	THREAD_SLOTS,
};

struct endpoint;
struct notification;
struct reply;

struct thread {
	struct context context; /* first: SP_EL1 points here in user mode */
	struct slot slots[THREAD_SLOTS];

	struct thread *next, *prev; /* in the queue that its state says */
	uint8_t state;		    /* enum thread_state */
	uint8_t priority;
	uint8_t priority_max; /* that it is authority for */
	uint8_t faulted;      /* CALLING because of a fault; pc is where it goes on */
	uint8_t calling;      /* SENDING: it wants an answer */
	uint8_t can_grant;    /* SENDING: capabilities may go along */
	uint8_t can_answer;   /* SENDING: a reply object may be bound to it */
	uint8_t stopping;     /* to be STOPPED once its CPU is through with it */
	struct cpu *cpu;      /* the one that it runs on */
	void *waits_for;      /* endpoint, notification */
	struct reply *reply;  /* RECEIVING: to bind the caller to; CALLING: bound to */
	uint64_t badge;	      /* SENDING: of the capability that it used */
	struct notification *bound;
	uint64_t tls; /* TPIDR_EL0 while it is nobody's current */
	uaddr_t ipc_buffer;
	uint64_t fault_address, fault_esr; /* SENDING or CALLING because of a fault */
	struct timer timer;		   /* SLEEPING */
	struct cpu *fpu_cpu;		   /* holds its FPU registers; NULL: `fpu` does */
	struct fpu fpu;
	char name[THREAD_NAME_MAX];
} aligned(32);

_Static_assert(sizeof(struct thread) <= 2048, "abi/objects.def gives a thread 2^11 bytes");
_Static_assert(offsetof(struct thread, slots) % SLOT_BYTES == 0, "slots are aligned");

/* thread_of: the thread of a capability to one. */
static inline struct thread *thread_of(const struct cap *cap)
{
	return cap_object(cap);
}

/* thread_create: object_types' create. thread_finalise: its finalise. */
void thread_create(const struct cap *cap);
status_t thread_finalise(const struct cap *cap, struct work *work);

/*
 * thread_is_held: whether another CPU runs this thread, so that it cannot be touched now.
 *
 *  => if so that CPU has been asked to let go of it: begin the system call anew. Between
 *     this call and then it lets go, since entering the kernel it finds itself asked
 */
bool thread_is_held(struct thread *thread);

/* thread_fpu_is_held: the same for its FPU registers; saved if this CPU has them. */
bool thread_fpu_is_held(struct thread *thread);

/*
 * thread_unblock: end whatever it waits for, without an answer; it is STOPPED then, in no
 * queue and bound to no reply object.
 *
 *  => not held by another CPU
 */
void thread_unblock(struct thread *thread);

/* thread_wake: a thread that thread_unblock or a partner freed gets `status` and is READY. */
void thread_wake(struct thread *thread, status_t status);

/* thread_stop: suspend; thread_resume: let it go on or start. Not held by another CPU. */
void thread_stop(struct thread *thread);
void thread_resume(struct thread *thread);

/* thread_space: TTBR0_EL1 for it: of its VSpace's capability, or that of none. */
uint64_t thread_space(const struct thread *thread);
