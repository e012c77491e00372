/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/fault.h"

#include "arch/access.h"
#include "arch/print.h"

#include "object/check.h"
#include "object/direct.h"
#include "object/user.h"
#include "object/vspace.h"

enum { STATUS_FAULT = 139, BACKTRACE_MAX = 16 };

static bool is_syscall(const struct thread *thread)
{
	return thread->fault_esr & FAULT_IS_SYSCALL;
}

never_inline word_t fault_message(const struct thread *thread, struct context *to)
{
	const struct context *context = &thread->context;
	uint32_t label = is_syscall(thread) ? FAULT_SYSCALL : fault_label(thread->fault_esr);

	if (thread->faulted == FAULTED_ASKS) {
		to->x[2 + PAGE_WORD_OFFSET] = thread->fault_address;
		to->x[2 + PAGE_WORD_WRITE] = thread->fault_esr;
		return tag_make(PAGE_MISSING, PAGE_WORDS, 0);
	}
	to->x[2 + FAULT_WORD_PC] = context->pc;
	to->x[2 + FAULT_WORD_ADDRESS] = thread->fault_address;
	to->x[2 + FAULT_WORD_ESR] = thread->fault_esr & ~FAULT_IS_SYSCALL;
	to->x[2 + FAULT_WORD_SP] = context->sp;
	to->x[2 + FAULT_WORD_X0] = context->x[0];
	to->x[2 + FAULT_WORD_LR] = context->x[30];
	return tag_make(label, FAULT_WORDS, 0);
}

bool fault_answer(struct thread *thread, const struct context *handler)
{
	thread->state = THREAD_STOPPED;
	if (tag_label(handler->x[1]) == FAULT_RESUME) {
		fault_resume(thread, handler);
		return true;
	}
	thread->refused = thread->faulted == FAULTED_ASKS;
	thread->faulted = FAULTED_NOT;
	return thread->refused;
}

/*
 * What a thread asks for stands in it from now on; of whom. A refusal counts once, then it is
 * NULL: who looks for the page later asks again.
 */
static const struct cap *wants_page(struct thread *thread)
{
	uint64_t offset = vm_work.missing_page << PAGE_BITS;
	bool refused = thread->refused && thread->fault_address == offset;

	thread->refused = false;
	if (refused)
		return NULL;
	thread->fault_address = offset;
	thread->fault_esr = vm_work.missing_write;
	return &vmo_of_core(vm_work.missing)->pager.cap;
}

bool page_ask(struct thread *thread)
{
	const struct cap *pager = wants_page(thread);

	return pager && endpoint_send_fault(thread, pager, FAULTED_ASKS);
}

void page_refuse(struct thread *thread)
{
	thread->faulted = FAULTED_NOT;
	thread->refused = true;
	if (this_cpu()->current != thread)
		sched_ready(thread);
}

/* Frame records of the program, as far as they can be read: each higher than the last. */
static void show_callers(const struct thread *thread)
{
	uint64_t fp = thread->context.x[29], record[2];

	for (int i = 0; i < BACKTRACE_MAX; i++) {
		if (fp == 0 || user_read(thread, record, fp, sizeof(record)) != ST_OK)
			return;
		if (record[1] == 0)
			return;
		kprintf("  from 0x%lx\n", record[1] - 4);
		if (record[0] <= fp)
			return;
		fp = record[0];
	}
}

static void describe(const struct thread *thread)
{
	const struct context *context = &thread->context;
	const char *name = *thread->name ? thread->name : "a thread";
	struct fault_text text = fault_describe(thread->fault_esr, thread->fault_address);

	if (fault_has_address(thread->fault_esr))
		kprintf("quire: %s stopped: %s: %s%s0x%016lx: %s\n", name, text.name,
			text.access, *text.access ? " " : "", thread->fault_address,
			text.cause);
	else
		kprintf("quire: %s stopped: %s\n", name, text.cause);
	kprintf("  pc 0x%lx  lr 0x%lx  sp 0x%lx  esr 0x%lx\n", context->pc, context->x[30],
		context->sp, thread->fault_esr);
}

/* Nobody to tell but people. */
static void fault_unhandled(struct thread *thread)
{
	describe(thread);
	if (sched_is_root(thread)) {
		show_callers(thread);
		sched_end(STATUS_FAULT);
	}
	CHECK(thread_stop(thread));
}

/* Who is told waits on this CPU, and is urgent enough: what endpoint_send_fault does. */
static force_inline bool deliver(
	struct cpu *cpu, struct thread *thread, const struct cap *cap, enum faulted why)
{
	struct endpoint *endpoint;
	struct thread *receiver;

	if (cap->type != OBJECT_ENDPOINT)
		return false;
	endpoint = cap_object(cap);
	receiver = receiver_of(cpu, endpoint);
	if (!receiver)
		return false;
	thread->faulted = (uint8_t)why;
	bind_caller(endpoint, receiver, thread);
	receiver->context.x[0] = ST_OK;
	receiver->context.x[1] = fault_message(thread, &receiver->context);
	receiver->context.x[11] = cap->data;
	change_places(cpu, thread, receiver);
	return true;
}

static never_inline void report_slowly(struct cpu *cpu, struct thread *thread)
{
	if (!endpoint_send_fault(thread, &thread->slots[THREAD_FAULT].cap, FAULTED))
		fault_unhandled(thread);
	kernel_exit(cpu);
}

_Static_assert((int)MAP_READ == USER_READ && (int)MAP_WRITE == USER_WRITE &&
		(int)MAP_EXECUTE == USER_EXECUTE,
	"fault_access tells them in one's numbers as in the other's");

static force_inline void delivered(void)
{
	if (DEBUG_BUILD)
		check_all();
	kernel_unlock();
}

/* To the handler, at once or in its turn, or to people; the lock is let go. */
static force_inline void tell(
	struct thread *thread, struct cpu *cpu, uint64_t esr, uint64_t address)
{
	thread->fault_esr = esr;
	thread->fault_address = address;
	if (!deliver(cpu, thread, &thread->slots[THREAD_FAULT].cap, FAULTED))
		return report_slowly(cpu, thread);
	delivered();
}

/* Does a Mapping explain it? ST_OK, ST_SHOULD_WAIT: then the program may try again. */
static force_inline status_t resolve(const struct thread *thread, uint64_t far, unsigned access)
{
	const struct cap *cap = &thread->slots[THREAD_VSPACE].cap;

	if (unlikely(cap->type != OBJECT_VSPACE))
		return ST_NOT_FOUND;
	return vspace_resolve(vspace_of(cap), far, access);
}

/* No Mapping explains it, or its page is missing: to the pager, or like any other. */
static never_inline void page_fault_told(
	struct thread *thread, struct cpu *cpu, uint64_t esr, uint64_t far, bool missing)
{
	const struct cap *cap = missing ? wants_page(thread) : NULL;
	enum faulted why = FAULTED_ASKS;

	if (!cap || cap->type != OBJECT_ENDPOINT) {
		thread->fault_esr = esr;
		thread->fault_address = far;
		cap = &thread->slots[THREAD_FAULT].cap;
		why = FAULTED;
	}
	if (deliver(cpu, thread, cap, why))
		return delivered();
	if (why == FAULTED)
		return report_slowly(cpu, thread);
	(void)endpoint_send_fault(thread, cap, why);
	kernel_exit(cpu);
}

static never_inline void page_fault(
	struct thread *thread, struct cpu *cpu, uint64_t esr, uint64_t far, unsigned access)
{
	status_t st = resolve(thread, far, access);

	if (likely(st == ST_OK) || st == ST_SHOULD_WAIT)
		return kernel_exit(cpu);
	if (st == ST_MISSING) /* told here: a status that is kept costs each fault a register */
		return page_fault_told(thread, cpu, esr, far, true);
	page_fault_told(thread, cpu, esr, far, false);
}

/* Laid out so that the short way needs no stack. */
void trap_fault(struct context *context, struct cpu *cpu, uint64_t esr, uint64_t far)
{
	struct thread *thread = container_of(context, struct thread, context);
	unsigned access = fault_access(esr, far);
	uint32_t ticket;

	if (unlikely(!kernel_lock_draw(&ticket)))
		kernel_lock_spin(ticket);
	kernel_lock_taken();
	if (access)
		return page_fault(thread, cpu, esr, far, access);
	tell(thread, cpu, esr, fault_has_address(esr) ? far : 0);
}

bool fault_unknown_syscall(struct thread *thread)
{
	thread->fault_esr = FAULT_IS_SYSCALL | thread->context.x[8];
	thread->fault_address = 0;
	return endpoint_send_fault(thread, &thread->slots[THREAD_FAULT].cap, FAULTED);
}
