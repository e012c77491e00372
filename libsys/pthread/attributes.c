/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Attributes of threads, and what can be asked and changed of one that runs.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/thread.h"
#include "pthread/thread.h"

enum { STACK_SIZE = 256 << 10, STACK_LEAST = 16 << 10 };

int pthread_attr_init(pthread_attr_t *attributes)
{
	*attributes = (pthread_attr_t){
		.stack_size = STACK_SIZE,
		.guard_size = PAGE_SIZE,
		.detached = PTHREAD_CREATE_JOINABLE,
		.inherit = PTHREAD_INHERIT_SCHED,
		.policy = SCHED_RR,
		.scope = PTHREAD_SCOPE_SYSTEM,
	};
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_attr_setstack(pthread_attr_t *attributes, void *stack, size_t size)
{
	if (size < STACK_LEAST)
		return EINVAL;
	attributes->stack = stack;
	attributes->stack_size = size;
	return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attributes, void **stack_out, size_t *size_out)
{
	*stack_out = attributes->stack;
	*size_out = attributes->stack_size;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
	if (size < STACK_LEAST)
		return EINVAL;
	attributes->stack_size = size;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attributes, size_t *size_out)
{
	*size_out = attributes->stack_size;
	return 0;
}

int pthread_attr_setstackaddr(pthread_attr_t *attributes, void *stack)
{
	attributes->stack = stack;
	return 0;
}

int pthread_attr_getstackaddr(const pthread_attr_t *attributes, void **stack_out)
{
	*stack_out = attributes->stack;
	return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size)
{
	if (size > SIZE_MAX - PAGE_SIZE)
		return EINVAL;
	attributes->guard_size = (size + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
	return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attributes, size_t *size_out)
{
	*size_out = attributes->guard_size;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state)
{
	if (state != PTHREAD_CREATE_DETACHED && state != PTHREAD_CREATE_JOINABLE)
		return EINVAL;
	attributes->detached = state;
	return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state_out)
{
	*state_out = attributes->detached;
	return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit)
{
	if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
		return EINVAL;
	attributes->inherit = inherit;
	return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *attributes, int *inherit_out)
{
	*inherit_out = attributes->inherit;
	return 0;
}

/* There is one policy: the most urgent thread runs, those that are equal take turns. */
int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy)
{
	if (policy != SCHED_RR && policy != SCHED_OTHER)
		return ENOTSUP;
	attributes->policy = policy;
	return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *attributes, int *policy_out)
{
	*policy_out = attributes->policy;
	return 0;
}

static int is_priority(int priority)
{
	return priority >= 0 && priority <= PRIORITY_MAX;
}

int pthread_attr_setschedparam(pthread_attr_t *attributes, const struct sched_param *parameters)
{
	if (!is_priority(parameters->sched_priority))
		return EINVAL;
	attributes->schedparam = *parameters;
	return 0;
}

int pthread_attr_getschedparam(
	const pthread_attr_t *attributes, struct sched_param *parameters_out)
{
	*parameters_out = attributes->schedparam;
	return 0;
}

int pthread_attr_setscope(pthread_attr_t *attributes, int scope)
{
	if (scope != PTHREAD_SCOPE_SYSTEM)
		return ENOTSUP;
	attributes->scope = scope;
	return 0;
}

int pthread_attr_getscope(const pthread_attr_t *attributes, int *scope_out)
{
	*scope_out = attributes->scope;
	return 0;
}

static cptr_t capability_of(pthread_t thread)
{
	return thread->kit ? thread->kit->thread : ROOT_SLOT_THREAD;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
	status_t st;

	if (!is_priority(priority))
		return EINVAL;
	st = thread_set_priority(capability_of(thread), ROOT_SLOT_THREAD, (unsigned)priority);
	if (st != ST_OK)
		return st == ST_ACCESS_DENIED ? EPERM : ESRCH;
	thread->priority = priority;
	return 0;
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *parameters)
{
	if (policy != SCHED_RR && policy != SCHED_OTHER)
		return ENOTSUP;
	return pthread_setschedprio(thread, parameters->sched_priority);
}

int pthread_getschedparam(pthread_t thread, int *policy_out, struct sched_param *parameters_out)
{
	*policy_out = thread->policy;
	*parameters_out = (struct sched_param){.sched_priority = thread->priority};
	return 0;
}

int sched_get_priority_max(int policy)
{
	(void)policy;
	return PRIORITY_MAX;
}

int sched_get_priority_min(int policy)
{
	(void)policy;
	return 0;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	if (strlen(name) >= THREAD_NAME_MAX)
		return ERANGE;
	return thread_set_name(capability_of(thread), name) == ST_OK ? 0 : ESRCH;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	struct thread_info info;

	if (thread_info(capability_of(thread), &info) != ST_OK)
		return ESRCH;
	return snprintf(name, size, "%s", info.name) < (int)size ? 0 : ERANGE;
}

void pthread_yield(void)
{
	sched_yield();
}

int pthread_setconcurrency(int level)
{
	return level < 0 ? EINVAL : 0;
}

int pthread_getconcurrency(void)
{
	return 0;
}

/* There is no fork. */
int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	(void)prepare;
	(void)parent;
	(void)child;
	return 0;
}
