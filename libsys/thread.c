/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A thread's memory, within what it was given as a stack:
 *
 *	stack                                                   stack + stack_size
 *	  | stack, downwards <-- sp | TLS block | IPC buffer | up to its alignment |
 */
#include "libsys/thread.h"

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/tls.h"
#include "libsys/untyped.h"
#include "startup_own.h"

enum { STACK_ALIGN = 16, STACK_LEAST = 1024, JOIN_NS = 100000, JOIN_SHARE = 4 };

size_t thread_overhead(void)
{
	return 2 * IPC_BUFFER_ALIGN + tls_size() + tls_alignment() + STACK_ALIGN;
}

void thread_exit(void)
{
	for (;;)
		sys_debug_exit(0);
}

static void first_steps(void (*function)(void *), void *argument, struct ipc_buffer *buffer)
{
	ipc_buffer_own = buffer;
	function(argument);
	thread_exit();
}

static uintptr_t align_down(uintptr_t value, size_t alignment)
{
	return value & ~(uintptr_t)(alignment - 1);
}

/* Everything but who it is: registers, TLS, IPC buffer, authority. */
static status_t prepare(cptr_t thread, void (*function)(void *), void *argument,
	const struct thread_options *options)
{
	uintptr_t end = (uintptr_t)options->stack + options->stack_size;
	uintptr_t buffer = align_down(end - sizeof(struct ipc_buffer), IPC_BUFFER_ALIGN);
	uintptr_t tls = align_down(buffer - tls_size(), tls_alignment());
	struct thread_registers registers = {
		.x = {(uint64_t)function, (uint64_t)argument, buffer},
		.sp = align_down(tls, STACK_ALIGN),
		.pc = (uint64_t)first_steps,
		.tls = (uint64_t)tls_init((void *)tls),
	};
	cptr_t faults = options->fault_endpoint;
	status_t st = thread_write_registers(thread, &registers);

	if (st != ST_OK)
		return st;
	if (!faults && startup_own)
		faults = STARTUP_SLOT_CONTROL;
	return thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, faults, buffer);
}

static status_t set_options(cptr_t thread, const struct thread_options *options)
{
	status_t st = thread_set_priority(thread, ROOT_SLOT_THREAD, options->priority);

	if (st == ST_OK)
		st = thread_set_priority_max(thread, ROOT_SLOT_THREAD, options->priority_max);
	if (st == ST_OK)
		st = thread_set_cpu(thread, ROOT_SLOT_THREAD, options->cpu);
	if (st == ST_OK && options->name)
		st = thread_set_name(thread, options->name);
	if (st == ST_OK && options->notification)
		st = thread_bind(thread, options->notification);
	return st;
}

status_t thread_launch(cptr_t thread, void (*function)(void *), void *argument,
	const struct thread_options *options)
{
	status_t st;

	if (options->stack_size < thread_overhead() + STACK_LEAST)
		return ST_INVALID_ARGS;
	st = prepare(thread, function, argument, options);
	if (st == ST_OK)
		st = set_options(thread, options);
	return st == ST_OK ? thread_resume(thread) : st;
}

status_t thread_start(void (*function)(void *), void *argument,
	const struct thread_options *options, cptr_t *thread_out)
{
	status_t st;

	if (options->stack_size < thread_overhead() + STACK_LEAST)
		return ST_INVALID_ARGS;
	st = object_create(OBJECT_THREAD, 0, thread_out);
	if (st != ST_OK)
		return st;
	st = thread_launch(*thread_out, function, argument, options);
	if (st == ST_OK)
		startup_thread_add(*thread_out);
	else
		(void)object_delete(*thread_out);
	return st;
}

/*
 * Nothing tells of a thread's end by itself: it is looked at again and again. It may be less
 * urgent than this one and wait for the same CPU: however long a look takes while other CPUs are
 * busy in the kernel, too, most of the time is the thread's.
 */
status_t thread_join(cptr_t thread)
{
	struct thread_info info;

	for (;;) {
		uint64_t start = clock_ns();
		status_t st = thread_info(thread, &info);

		if (st != ST_OK || info.state == THREAD_STOPPED)
			return st;
		clock_sleep_ns(JOIN_NS + JOIN_SHARE * (clock_ns() - start));
	}
}

status_t thread_delete(cptr_t thread)
{
	status_t st = object_delete(thread);

	if (st == ST_OK)
		startup_thread_remove(thread);
	return st;
}
