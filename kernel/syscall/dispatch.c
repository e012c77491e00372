/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the number in x8 to the function, by a switch that the compiler makes from
 * abi/syscalls.def: a number used twice or left out, a function missing or one with other
 * arguments does not build.
 */
#include "abi/syscalls.h"

#include "arch/trap.h"

#include "object/check.h"
#include "object/fault.h"
#include "object/sched.h"
#include "syscall/fastpath.h"
#include "syscall/invoke.h"
#include "syscall/ipc.h"

#define SYSCALL_IPC(number, name, text) \
	_Static_assert((number) < SYSCALL_COUNT, #name ": the numbers have a gap");
#define SYSCALL(number, name, parameters, arguments) \
	_Static_assert((number) < SYSCALL_COUNT, #name ": the numbers have a gap");
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC

/* The handler's result; `thread` may not exist any more when it is known. */
static void finish(struct cpu *cpu, struct thread *thread, int64_t result)
{
	if (unlikely(cpu->current != thread))
		return;
	if (unlikely(result == CALL_AGAIN))
		context_restart(&thread->context);
	else if (likely(thread->state == THREAD_READY))
		thread->context.x[0] = (uint64_t)result;
}

static void dispatch(struct cpu *cpu, struct thread *thread)
{
	const uint64_t *x = thread->context.x;

	switch (x[8]) {
#define SYSCALL_IPC(number, name, text) \
	case number: \
		ipc_##name(thread); \
		break;
#define SYSCALL(number, name, parameters, arguments) \
	case number: \
		finish(cpu, thread, sys_##name arguments); \
		break;
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	default:
		if (!fault_unknown_syscall(thread))
			finish(cpu, thread, ST_BAD_SYSCALL);
	}
}

void trap_syscall(struct context *context)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread = container_of(context, struct thread, context);
	uint64_t number = context->x[8];

	if (number == SYSCALL_nop) {
		context->x[0] = ST_OK;
		return;
	}
	kernel_lock();
	if (number == SYSCALL_call && fastpath_call(cpu, thread))
		return kernel_unlock();
	if (number == SYSCALL_reply_recv && fastpath_reply_recv(cpu, thread))
		return kernel_unlock();
	dispatch(cpu, thread);
	if (DEBUG_BUILD)
		check_all();
	kernel_exit(cpu);
}

int64_t sys_nop(void)
{
	return ST_OK;
}
