/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the number in x8 to the function, by a switch that the compiler makes from
 * abi/syscalls.def: a number used twice or left out, a function missing or one with other
 * arguments does not build.
 */
#include "abi/syscalls.h"

#include "arch/nospec.h"
#include "arch/trap.h"

#include "vm/vmo.h"

#include "cap/zombie.h"

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

static never_inline int64_t unknown(struct thread *thread)
{
	fault_unknown_syscall(thread);
	return ST_BAD_SYSCALL;
}

static int64_t call(struct thread *thread)
{
	const uint64_t *x = thread->context.x;

	if (unlikely(x[8] >= SYSCALL_COUNT))
		return unknown(thread);
	/* So no table is read beyond its end by a CPU that runs ahead of the check either. */
	switch (index_nospec(x[8], SYSCALL_COUNT)) {
#define SYSCALL_IPC(number, name, text) \
	case number: \
		return ipc_##name(thread);
#define SYSCALL(number, name, parameters, arguments) \
	case number: \
		return sys_##name arguments;
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	default:
		__builtin_unreachable();
	}
}

static force_inline bool fast(
	enum carry carry, struct cpu *cpu, struct thread *thread, uint64_t number)
{
	if (number == SYSCALL_call)
		return fastpath_call(carry, cpu, thread);
	if (number == SYSCALL_reply_recv)
		return fastpath_reply_recv(carry, cpu, thread);
	if (number == SYSCALL_signal)
		return fastpath_signal(thread);
	return false;
}

/* Another CPU wants the caller stopped: that comes first, so that of two one remains. */
static never_inline int64_t stop_first(struct cpu *cpu)
{
	sched_call(cpu);
	return CALL_AGAIN;
}

/*
 * A refusal that may be due to objects on their way out: they go first, then the call is begun
 * anew. What deleted them did not wait for all of them.
 */
static bool is_due_to_the_dead(uint64_t number, int64_t result)
{
	if (!zombies_pending())
		return false;
	return result == ST_NO_MEMORY ||
		(result == ST_BAD_STATE &&
			(number == SYSCALL_cap_copy || number == SYSCALL_cap_mint));
}

/* The call is to be begun anew, or was refused. */
static never_inline void not_done(const struct cpu *cpu, struct thread *thread, int64_t result)
{
	struct work work = {WORK_DEFAULT};

	if (unlikely(result == ST_MISSING))
		result = page_ask(thread)    ? CALL_AGAIN :
			vm_work.missing_user ? ST_INVALID_ARGS :
					       ST_PEER_CLOSED;
	if (unlikely(is_due_to_the_dead(thread->context.x[8], result))) {
		(void)!zombies_collect(&work);
		result = CALL_AGAIN;
	}
	if (unlikely(cpu->current != thread)) /* it was among them */
		return;
	if (result == CALL_AGAIN)
		context_restart(&thread->context);
	else if (likely(thread->state == THREAD_READY))
		thread->context.x[0] = (uint64_t)result;
}

/* A look at a slot changes nothing, and the tests have one at each slot before and after each. */
static void check_after(uint64_t number)
{
	if (DEBUG_BUILD && number != SYSCALL_cap_info)
		check_all();
}

/*
 * Who waits now, or did and was answered since, has its result from elsewhere; who destroyed
 * itself needs none.
 */
static never_inline void dispatch(struct cpu *cpu, struct thread *thread)
{
	const uint64_t number = DEBUG_BUILD ? thread->context.x[8] : 0;
	int64_t result = unlikely(cpu->stop == thread) ? stop_first(cpu) : call(thread);

	if (likely(cpu->current == thread)) {
		if (unlikely(result < 0))
			not_done(cpu, thread, result);
		else if (likely(thread->state == THREAD_READY))
			thread->context.x[0] = (uint64_t)result;
	}
	check_after(number);
	kernel_exit(cpu);
}

static never_inline void carry_long(struct cpu *cpu, struct thread *thread, uint64_t number)
{
	if (!fast(CARRY_ANY, cpu, thread, number))
		return dispatch(cpu, thread);
	if (DEBUG_BUILD)
		check_all();
	kernel_unlock();
}

/* Laid out so that the compiler needs no stack for the fast ways. */
void trap_syscall(struct context *context, struct cpu *cpu)
{
	struct thread *thread = container_of(context, struct thread, context);
	uint64_t number = context->x[8];
	uint32_t ticket;

	if (number == SYSCALL_nop) {
		context->x[0] = ST_OK;
		return;
	}
	if (unlikely(!kernel_lock_draw(&ticket)))
		kernel_lock_spin(ticket);
	kernel_lock_taken();
	if (number <= SYSCALL_reply_recv && unlikely(!tag_is_short(context->x[1])))
		return carry_long(cpu, thread, number);
	if (fast(CARRY_SHORT, cpu, thread, number)) {
		if (DEBUG_BUILD)
			check_all();
		return kernel_unlock();
	}
	dispatch(cpu, thread);
}

int64_t sys_nop(void)
{
	return ST_OK;
}
