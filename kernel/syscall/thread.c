/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "abi/ipc.h"

#include "lib/string.h"

#include "arch/nospec.h"
#include "arch/timer.h"
#include "arch/usermap.h"

#include "cap/delete.h"

#include "object/endpoint.h"
#include "object/notification.h"
#include "object/sched.h"
#include "object/user.h"
#include "object/vspace.h"

#include "syscall/invoke.h"

static struct lookup find_thread(cptr_t cptr)
{
	return invoke_find(cptr, OBJECT_THREAD, 0);
}

/* Can this capability stand in that slot of a thread? */
static status_t fits(const struct cap *cap, enum thread_slot which)
{
	static const uint8_t types[THREAD_HELD] = {
		[THREAD_CSPACE] = OBJECT_CNODE,
		[THREAD_VSPACE] = OBJECT_VSPACE,
		[THREAD_FAULT] = OBJECT_ENDPOINT,
	};

	if (cap->type != types[which])
		return ST_WRONG_TYPE;
	if (which != THREAD_FAULT)
		return ST_OK;
	return cap->rights & RIGHT_WRITE && cap->rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY) ?
		ST_OK :
		ST_ACCESS_DENIED;
}

/* The three that a thread is to hold; NULL for none. */
static status_t find_sources(const cptr_t cptrs[THREAD_HELD], struct slot *sources[THREAD_HELD])
{
	for (unsigned i = 0; i < THREAD_HELD; i++) {
		struct lookup lookup;
		status_t st;

		sources[i] = NULL;
		if (cptrs[i] == 0)
			continue;
		lookup = invoke_any(cptrs[i]);
		if (lookup.status != ST_OK)
			return lookup.status;
		st = fits(&lookup.slot->cap, i);
		if (st != ST_OK)
			return st;
		sources[i] = lookup.slot;
	}
	return ST_OK;
}

/*
 * Nothing of what it held before is on its way out any more: of an earlier call to configure
 * it, or a Zombie that a revoke left standing in one of its slots.
 */
static bool is_old(const struct thread *thread, unsigned slot)
{
	uint8_t type = thread->slots[slot].cap.type;

	return type == OBJECT_ZOMBIE || (slot >= THREAD_HELD && type != OBJECT_NONE);
}

static bool is_settled(const struct thread *thread)
{
	for (unsigned i = 0; i < THREAD_SLOTS; i++)
		if (is_old(thread, i))
			return false;
	return true;
}

/* To delete the last capability to something may take a while, and destroy anybody. */
static status_t drop_old(struct thread *thread)
{
	struct work work = {WORK_DEFAULT};

	for (unsigned i = 0; i < THREAD_SLOTS; i++)
		if (is_old(thread, i) && cap_delete(&thread->slots[i], &work) != ST_OK)
			return CAP_AGAIN;
	return ST_OK;
}

/* All three change at once; what was there before waits in the slots behind to be deleted. */
static status_t hold(struct thread *thread, struct slot *sources[THREAD_HELD])
{
	for (unsigned i = 0; i < THREAD_HELD; i++) {
		struct slot *slot = &thread->slots[i];
		status_t st = ST_OK;

		if (!slot_is_empty(slot))
			st = cap_move(slot + THREAD_HELD, slot);
		if (st == ST_OK && sources[i])
			st = cap_copy(slot, sources[i], RIGHTS_ALL);
		CHECK(st == ST_OK);
	}
	if (sources[THREAD_VSPACE])
		thread->space = vspace_of(&sources[THREAD_VSPACE]->cap)->root;
	return drop_old(thread);
}

int64_t sys_thread_configure(
	cptr_t cptr, cptr_t cspace, cptr_t vspace, cptr_t fault_endpoint, uaddr_t ipc_buffer)
{
	const cptr_t cptrs[THREAD_HELD] = {cspace, vspace, fault_endpoint};
	struct slot *sources[THREAD_HELD];
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (!is_aligned(ipc_buffer, IPC_BUFFER_ALIGN) || ipc_buffer >= USER_LIMIT)
		return ST_INVALID_ARGS;
	if (thread->state != THREAD_STOPPED)
		return ST_BAD_STATE;
	if (!is_settled(thread)) {
		(void)drop_old(thread);
		return CALL_AGAIN; /* nothing found before is valid, the caller included */
	}
	st = find_sources(cptrs, sources);
	if (st != ST_OK)
		return st;
	thread->ipc_buffer = ipc_buffer;
	return call_result(hold(thread, sources));
}

static void general_get(const struct thread *thread, struct thread_registers *to)
{
	memcpy(to->x, thread->context.x, sizeof(to->x));
	to->sp = thread->context.sp;
	to->pc = thread->context.pc;
	to->pstate = context_flags(&thread->context);
	to->tls = thread->tls;
}

static void general_set(struct thread *thread, const struct thread_registers *from)
{
	memcpy(thread->context.x, from->x, sizeof(from->x));
	thread->context.sp = from->sp;
	thread->context.pc = from->pc;
	context_set_flags(&thread->context, from->pstate);
	thread->tls = from->tls;
}

static bool set_is_known(word_t set, word_t size)
{
	return (set == REGISTERS_GENERAL && size == sizeof(struct thread_registers)) ||
		(set == REGISTERS_FPU && size == sizeof(struct thread_fpu));
}

static status_t read_fpu(struct thread *thread, uaddr_t to)
{
	struct thread_fpu fpu = {.fpsr = thread->fpu.fpsr, .fpcr = thread->fpu.fpcr};

	_Static_assert(sizeof(fpu.v) == sizeof(thread->fpu.v), "the same registers");
	memcpy(fpu.v, thread->fpu.v, sizeof(fpu.v));
	return user_write(caller(), to, &fpu, sizeof(fpu));
}

static status_t read_general(const struct thread *thread, uaddr_t to)
{
	struct thread_registers general;

	general_get(thread, &general);
	return user_write(caller(), to, &general, sizeof(general));
}

int64_t sys_thread_read(cptr_t cptr, word_t set, uaddr_t registers, word_t size)
{
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (!set_is_known(set, size))
		return ST_INVALID_ARGS;
	if (thread->state == THREAD_READY)
		return ST_BAD_STATE;
	if (set == REGISTERS_GENERAL)
		return call_result(read_general(thread, registers));
	return thread_fpu_settle(thread) ? call_result(read_fpu(thread, registers)) :
					   CALL_AGAIN;
}

static status_t write_fpu(struct thread *thread, uaddr_t from)
{
	struct thread_fpu fpu;
	status_t st = user_read(caller(), &fpu, from, sizeof(fpu));

	if (st != ST_OK)
		return st;
	memcpy(thread->fpu.v, fpu.v, sizeof(fpu.v));
	thread->fpu.fpsr = fpu.fpsr;
	thread->fpu.fpcr = fpu.fpcr;
	return ST_OK;
}

static status_t write_general(struct thread *thread, uaddr_t from)
{
	struct thread_registers general;
	status_t st = user_read(caller(), &general, from, sizeof(general));

	if (st == ST_OK)
		general_set(thread, &general);
	return st;
}

int64_t sys_thread_write(cptr_t cptr, word_t set, uaddr_t registers, word_t size)
{
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (!set_is_known(set, size))
		return ST_INVALID_ARGS;
	if (thread->state != THREAD_STOPPED &&
		!(thread->faulted && thread->state != THREAD_READY))
		return ST_BAD_STATE;
	if (set == REGISTERS_GENERAL) {
		vmo_abandon(thread); /* it may go on elsewhere */
		return call_result(write_general(thread, registers));
	}
	return thread_fpu_settle(thread) ? call_result(write_fpu(thread, registers)) :
					   CALL_AGAIN;
}

int64_t sys_thread_resume(cptr_t cptr)
{
	struct lookup lookup = find_thread(cptr);

	if (lookup.status == ST_OK)
		thread_resume(thread_of(&lookup.slot->cap));
	return lookup.status;
}

/* One that stops itself finds OK when it goes on. */
int64_t sys_thread_suspend(cptr_t cptr)
{
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (thread == caller())
		thread->context.x[0] = ST_OK;
	return thread_stop(thread) ? ST_OK : CALL_AGAIN;
}

/* May the thread `authority` give this priority? */
static status_t priority_check(cptr_t authority, word_t priority)
{
	struct lookup lookup = find_thread(authority);

	if (lookup.status != ST_OK)
		return lookup.status;
	if (priority > PRIORITY_MAX)
		return ST_OUT_OF_RANGE;
	return priority <= thread_of(&lookup.slot->cap)->priority_max ? ST_OK :
									ST_ACCESS_DENIED;
}

int64_t sys_thread_set_priority(cptr_t cptr, cptr_t authority, word_t priority)
{
	struct lookup lookup = find_thread(cptr);
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = priority_check(authority, priority);
	if (st == ST_OK)
		sched_set_priority(thread_of(&lookup.slot->cap), (uint8_t)priority);
	return st;
}

int64_t sys_thread_set_priority_max(cptr_t cptr, cptr_t authority, word_t priority)
{
	struct lookup lookup = find_thread(cptr);
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = priority_check(authority, priority);
	if (st == ST_OK)
		thread_of(&lookup.slot->cap)->priority_max = (uint8_t)priority;
	return st;
}

/* A thread comes before whoever has a lower priority there: as if it were given its own. */
int64_t sys_thread_set_cpu(cptr_t cptr, cptr_t authority, word_t number)
{
	struct lookup lookup = find_thread(cptr);
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = priority_check(authority, thread_of(&lookup.slot->cap)->priority);
	if (st != ST_OK)
		return st;
	if (number >= cpu_count)
		return ST_OUT_OF_RANGE;
	number = index_nospec(number, cpu_count);
	if (!__atomic_load_n(&cpus[number].online, __ATOMIC_ACQUIRE))
		return ST_OUT_OF_RANGE;
	return sched_set_cpu(thread_of(&lookup.slot->cap), &cpus[number]) ? ST_OK : CALL_AGAIN;
}

int64_t sys_thread_set_tls(cptr_t cptr, word_t tls)
{
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (thread->state != THREAD_STOPPED)
		return ST_BAD_STATE;
	thread->tls = tls;
	return ST_OK;
}

int64_t sys_thread_bind(cptr_t cptr, cptr_t notification)
{
	struct lookup lookup = find_thread(cptr);
	struct thread *thread;

	if (lookup.status != ST_OK)
		return lookup.status;
	thread = thread_of(&lookup.slot->cap);
	if (notification == 0) {
		notification_unbind(thread);
		return ST_OK;
	}
	lookup = invoke_find(notification, OBJECT_NOTIFICATION, RIGHT_READ);
	if (lookup.status != ST_OK)
		return lookup.status;
	return notification_bind(cap_object(&lookup.slot->cap), thread);
}

int64_t sys_thread_set_name(cptr_t cptr, uaddr_t name, word_t size)
{
	struct lookup lookup = find_thread(cptr);
	char text[THREAD_NAME_MAX] = "";
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (size >= THREAD_NAME_MAX)
		return ST_OUT_OF_RANGE;
	st = user_read(caller(), text, name, size);
	if (st != ST_OK)
		return call_result(st);
	for (word_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	memcpy(thread_of(&lookup.slot->cap)->name, text, sizeof(text));
	return ST_OK;
}

int64_t sys_thread_info(cptr_t cptr, uaddr_t to, word_t size)
{
	struct lookup lookup = find_thread(cptr);
	const struct thread *thread;
	struct thread_info info;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (size != sizeof(info))
		return ST_INVALID_ARGS;
	thread = thread_of(&lookup.slot->cap);
	info = (struct thread_info){
		.state = thread->state,
		.priority = thread->priority,
		.priority_max = thread->priority_max,
		.cpu = thread->cpu->index,
		.ipc_buffer = thread->ipc_buffer,
	};
	if (thread->cpu == this_cpu() || thread->cpu->current != thread)
		info.pc = thread->context.pc;
	memcpy(info.name, thread->name, sizeof(info.name));
	return call_result(user_write(caller(), to, &info, sizeof(info)));
}

int64_t sys_sleep_until(word_t deadline)
{
	struct thread *thread = caller();
	uint64_t count = clock_count(deadline);

	if (timer_now() >= count)
		return ST_OK;
	timer_arm(&thread->timer, count);
	thread_block(thread, THREAD_SLEEPING);
	return ST_OK;
}

int64_t sys_endpoint_cancel(cptr_t cptr)
{
	struct lookup lookup = invoke_find(cptr, OBJECT_ENDPOINT, RIGHT_READ | RIGHT_WRITE);
	struct work work = {WORK_DEFAULT};
	const struct cap *cap;

	if (lookup.status != ST_OK)
		return lookup.status;
	cap = &lookup.slot->cap;
	if (cap->data == 0)
		return ST_INVALID_ARGS;
	return call_result(endpoint_cancel(cap_object(cap), cap->data, &work));
}
