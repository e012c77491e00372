/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Clean-up handlers, and cancellation where the thread asks for it: pthread_testcancel(). A
 * wait is not broken off.
 */
#include <errno.h>

#include "pthread/thread.h"

void _pthread_cleanup_push(
	struct _pthread_cleanup_context *context, void (*routine)(void *), void *argument)
{
	context->_routine = routine;
	context->_arg = argument;
	context->_previous = pthread_own ? pthread_own->cleanup : NULL;
	if (pthread_own)
		pthread_own->cleanup = context;
}

void _pthread_cleanup_pop(struct _pthread_cleanup_context *context, int execute)
{
	if (pthread_own)
		pthread_own->cleanup = context->_previous;
	if (execute)
		context->_routine(context->_arg);
}

int pthread_cancel(pthread_t thread)
{
	__atomic_store_n(&thread->canceled, 1, __ATOMIC_RELEASE);
	return 0;
}

void pthread_testcancel(void)
{
	struct pthread *self = pthread_own;

	if (!self || self->cancel_disabled ||
		!__atomic_load_n(&self->canceled, __ATOMIC_ACQUIRE))
		return;
	self->cancel_disabled = 1;
	pthread_exit(PTHREAD_CANCELED);
}

int pthread_setcancelstate(int state, int *before_out)
{
	struct pthread *self = pthread_own;

	if ((state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) || !self)
		return EINVAL;
	if (before_out)
		*before_out =
			self->cancel_disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
	self->cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
	return 0;
}

int pthread_setcanceltype(int type, int *before_out)
{
	if (before_out)
		*before_out = PTHREAD_CANCEL_DEFERRED;
	return type == PTHREAD_CANCEL_DEFERRED ? 0 : ENOTSUP;
}
