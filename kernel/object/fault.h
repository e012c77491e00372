/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Faults of threads as messages: to the endpoint in THREAD_FAULT goes what happened, and the
 * answer says whether the thread goes on. See abi/ipc.h, enum fault_label.
 */
#pragma once

#include "abi/ipc.h"

#include "object/thread.h"

/* fault_message: the words of a faulted thread's message; returns its tag. */
word_t fault_message(const struct thread *thread, struct context *to);

/*
 * fault_answer: a faulted thread, free of its reply object, gets the handler's answer.
 *
 *  => it is STOPPED; true if it is to go on
 */
bool fault_answer(struct thread *thread, const struct context *handler);

/* fault_resume: the same of an answer that lets it go on; its state is the caller's to set. */
static inline void fault_resume(struct thread *thread, const struct context *handler)
{
	word_t words = tag_words(handler->x[1]);

	if (unlikely(words > 0) && thread->faulted == FAULTED) {
		thread->context.pc = handler->x[2];
		if (words > 1)
			thread->context.x[0] = handler->x[3];
	}
	thread->faulted = FAULTED_NOT;
}

/*
 * page_ask: ask the pager for the page that this CPU's current found missing last.
 *
 *  => false: there is none, or it has said no. Else it waits, or may look again at once
 */
bool page_ask(struct thread *thread);

/* page_refuse: what it asked for will not come: it goes on, to find that out. */
void page_refuse(struct thread *thread);

/*
 * fault_unknown_syscall: this CPU's current called by a number
 * that no call has, in x8; false: it has nobody to tell.
 */
bool fault_unknown_syscall(struct thread *thread);

/* In fault_esr beside such a number: no value of ESR_EL1 has this bit. */
#define FAULT_IS_SYSCALL BIT(63)
