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
 * notification's; CALLING ones stand in a reply object. The context of a thread that is
 * current on another CPU is not touched: that CPU is asked to let go of it (thread_stop).
 *
 * Everything here is protected by the kernel lock.
 */
#pragma once

#include "abi/thread.h"

#include "arch/cpu.h"
#include "arch/fpu.h"
#include "arch/space.h"
#include "arch/trap.h"

#include "cap/cap.h"
#include "cap/work.h"

#include "object/pool.h"
#include "object/timer.h"

/* Capabilities in a thread. */
enum thread_slot {
	THREAD_CSPACE,
	THREAD_VSPACE,
	THREAD_FAULT, /* the endpoint that its faults go to */
	THREAD_HELD,  /* how many those are */
	/* Of each, what was there before, on its way out. */
	THREAD_SLOTS = 2 * THREAD_HELD,
};

enum faulted {
	FAULTED_NOT,
	FAULTED,
	FAULTED_ASKS, /* for a page: fault_address is its offset, fault_esr whether to write */
};

struct endpoint;
struct notification;
struct reply;
struct vmo_object;

struct thread {
	struct context context; /* first: SP_EL1 points here in user mode */
	struct slot slots[THREAD_SLOTS];

	struct thread *next, *prev; /* in the queue that its state says */
	uint8_t state;		    /* enum thread_state */
	uint8_t priority;
	uint8_t priority_max; /* that it is authority for */
	uint8_t faulted; /* enum faulted: CALLING because of a fault; pc is where it goes on */
	uint8_t refused; /* the page that it asked for will not come */
	uint8_t calling; /* SENDING: it wants an answer */
	uint8_t can_grant; /* SENDING: capabilities may go along; RECEIVING: may be answered */
	struct cpu *cpu;   /* that it runs on: in whose queue it is, or whose current */
	struct cpu *home;  /* the same, or, of a current, the one that it is to go to */
	void *waits_for;   /* endpoint, notification */
	struct reply *reply; /* RECEIVING: to bind the caller to; CALLING: bound to */
	uint64_t badge;	     /* SENDING: of the capability that it used */
	struct notification *bound;
	struct vmo_object *making; /* by its call, which stopped on the way (vmo.h) */
	uint64_t tls;		   /* TPIDR_EL0 while it is nobody's current */
	uint64_t space;		   /* TTBR0_EL1 while there is a capability in THREAD_VSPACE */
	uaddr_t ipc_buffer;
	uint64_t fault_address, fault_esr; /* SENDING or CALLING because of a fault */
	struct timer timer;		   /* SLEEPING */
	uint64_t slice_end;		   /* of the last time slice that began for it */
	struct bookmark bookmark;	   /* in a Pool's list: vmo_next */
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
 * thread_stop: suspend; false if another CPU runs it, which was asked to stop it: begin the
 * system call anew.
 */
must_check bool thread_stop(struct thread *thread);

/* thread_resume: let a STOPPED thread go on, or start; nothing if it is not. */
void thread_resume(struct thread *thread);

/*
 * thread_fpu_settle: have its FPU registers in `fpu`; false if another CPU still holds them,
 * which was asked to give them back: begin anew.
 */
must_check bool thread_fpu_settle(struct thread *thread);

/* thread_block: this CPU's current waits from now on; who runs next is seen at the exit. */
void thread_block(struct thread *thread, enum thread_state state);

/* thread_wake: a blocked thread that is in no queue any more finds `status` and is READY. */
void sched_ready(struct thread *thread);
static inline void thread_wake(struct thread *thread, status_t status)
{
	thread->context.x[0] = (uint64_t)(int64_t)status;
	sched_ready(thread);
}

/* thread_cancel: what a blocked thread waits for goes: CANCELED; a fault stays unanswered. */
void thread_cancel(struct thread *thread);

/* thread_space: TTBR0_EL1 for it: of its VSpace's capability, or that of none. */
static inline uint64_t thread_space(const struct thread *thread)
{
	const struct cap *cap = &thread->slots[THREAD_VSPACE].cap;

	return likely(cap->type == OBJECT_VSPACE) ? thread->space : space_none();
}

/* The queues that threads stand in: first in, first out, taken out anywhere. */
struct thread_queue {
	struct thread *head, *tail;
};

static inline void queue_append(struct thread_queue *queue, struct thread *thread)
{
	thread->next = NULL;
	thread->prev = queue->tail;
	if (queue->tail)
		queue->tail->next = thread;
	else
		queue->head = thread;
	queue->tail = thread;
}

static inline void queue_prepend(struct thread_queue *queue, struct thread *thread)
{
	thread->prev = NULL;
	thread->next = queue->head;
	if (queue->head)
		queue->head->prev = thread;
	else
		queue->tail = thread;
	queue->head = thread;
}

/* queue_take_head: remove the first; there is one. */
static inline void queue_take_head(struct thread_queue *queue)
{
	struct thread *next = queue->head->next;

	queue->head = next;
	if (next)
		next->prev = NULL;
	else
		queue->tail = NULL;
}

static inline void queue_remove(struct thread_queue *queue, struct thread *thread)
{
	if (thread->prev)
		thread->prev->next = thread->next;
	else
		queue->head = thread->next;
	if (thread->next)
		thread->next->prev = thread->prev;
	else
		queue->tail = thread->prev;
}
