/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/thread.h"

#include "cap/work.h"

#include "object/endpoint.h"
#include "object/fault.h"
#include "object/notification.h"
#include "object/sched.h"
#include "object/vmo.h"

void thread_create(const struct cap *cap)
{
	struct thread *thread = thread_of(cap);

	context_set_flags(&thread->context, 0); /* all else is zero */
	thread->cpu = thread->home = this_cpu();
	thread->timer.of_thread = true;
}

/* Take it out of whatever queue it is in and off its reply object. */
static void unblock(struct thread *thread)
{
	switch (thread->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING:
		endpoint_remove(thread);
		reply_unbind(thread);
		break;
	case THREAD_CALLING:
		reply_unbind(thread);
		break;
	case THREAD_WAITING:
		notification_remove(thread);
		break;
	case THREAD_SLEEPING:
		timer_disarm(&thread->timer);
		break;
	case THREAD_READY:
		if (thread->cpu->current != thread)
			sched_remove(thread);
		break;
	default:
		break;
	}
}

static bool waits_in_call(const struct thread *thread)
{
	return thread->state > THREAD_READY && !thread->faulted;
}

bool thread_stop(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_READY && thread->cpu->current == thread) {
		if (thread->cpu != cpu) {
			thread->cpu->stop = thread;
			sched_call(thread->cpu);
			return false;
		}
		cpu->resched = true;
	}
	if (waits_in_call(thread))
		context_restart(&thread->context);
	unblock(thread);
	thread->faulted = FAULTED_NOT;
	thread->state = THREAD_STOPPED;
	return true;
}

void thread_resume(struct thread *thread)
{
	if (thread->state == THREAD_STOPPED)
		sched_ready(thread);
}

bool thread_fpu_settle(struct thread *thread)
{
	struct cpu *cpu = thread->fpu_cpu;

	if (!cpu)
		return true;
	cpu->fpu_wanted = true;
	sched_call(cpu);
	return false;
}

void thread_block(struct thread *thread, enum thread_state state)
{
	thread->state = (uint8_t)state;
	this_cpu()->resched = true;
}

void thread_cancel(struct thread *thread)
{
	const bool received = thread->state == THREAD_CALLING;

	unblock(thread);
	if (thread->faulted == FAULTED_ASKS) {
		page_refuse(thread);
		thread->refused = !received; /* else the next pager may have it */
	} else if (thread->faulted) {
		thread->faulted = FAULTED_NOT;
		thread->state = THREAD_STOPPED;
	} else {
		thread_wake(thread, ST_CANCELED);
	}
}

/* Its registers die with it, wherever they are. */
status_t thread_finalise(const struct cap *cap, struct work *work)
{
	struct thread *thread = thread_of(cap);
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_SLEEPING)
		work->left -= WORK_DISARM;
	if (!thread_stop(thread))
		return CAP_AGAIN;
	notification_unbind(thread);
	vmo_abandon(thread);
	bookmark_drop(&thread->bookmark.place);
	if (thread->fpu_cpu) {
		thread->fpu_cpu->fpu_owner = NULL;
		thread->fpu_cpu = NULL;
	}
	if (thread->cpu->stop == thread)
		thread->cpu->stop = NULL;
	if (cpu->current == thread)
		sched_switch(cpu, NULL);
	return ST_OK;
}

const char *trap_thread_name(const struct thread *thread)
{
	return thread->name;
}
