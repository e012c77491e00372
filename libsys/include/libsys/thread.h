/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads. thread_start() does all that an ordinary one needs; the calls below it are what it
 * is made of. A capability to a thread is all authority over it; no rights are asked for.
 *
 * Of a name that is wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE,
 * ST_OUT_OF_RANGE or ST_NOT_FOUND (it leads nowhere). A refused call has changed nothing.
 */
#pragma once

#include <stddef.h>

#include "abi/syscalls.h"
#include "abi/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a thread is to be started; what is 0 is left at what is said here. */
struct thread_options {
	const char *name;  /* NULL: none */
	void *stack;	   /* its lowest byte; the thread's until it has ended */
	size_t stack_size; /* in bytes; TLS and IPC buffer are taken from it (thread_overhead) */
	unsigned priority;     /* 0: the least urgent. At most the caller's own maximum */
	unsigned priority_max; /* that it may give to others */
	unsigned cpu;
	cptr_t fault_endpoint; /* 0: the program's parent is told; where there is none a fault
				  stops it, and the kernel says why */
	cptr_t notification;   /* to be bound to it; 0: none */
};

/* thread_overhead: how much of its stack's memory a thread never sees as stack, at most. */
size_t thread_overhead(void);

/*
 * thread_start: make a thread in this program's CSpace and VSpace, and let it run
 * `function(argument)`. It ends when that returns, or by thread_exit().
 *
 *  thread_out  its capability, in a slot of slots_alloc(): thread_delete() it in the end
 *  returns     ST_OK
 *              ST_INVALID_ARGS   the stack has no room beyond thread_overhead()
 *              ST_NO_MEMORY, ST_NO_RESOURCES  no memory, no slot for it
 *              ST_OUT_OF_RANGE   no such CPU or priority, or the name is too long
 *              ST_ACCESS_DENIED  the priority is above the caller's maximum, or the fault
 *                                endpoint lacks rights
 *
 * POSIX threads (<pthread.h>) have stacks of their own making, can be joined without looking
 * again and again, and share newlib without further thought. These here may use it, too.
 */
status_t thread_start(void (*function)(void *argument), void *argument,
	const struct thread_options *options, cptr_t *thread_out);

/*
 * thread_launch: the same for a thread that there is and that is stopped.
 *
 *  returns  as thread_start; ST_BAD_STATE: it is not stopped. Where it fails the thread stays
 *           stopped
 */
status_t thread_launch(cptr_t thread, void (*function)(void *argument), void *argument,
	const struct thread_options *options);

/* thread_exit: end the calling thread; the first program's first one: the machine. */
void thread_exit(void) __attribute__((noreturn));

/* thread_is_first: is the calling thread the one that runs main()? */
int thread_is_first(void);

/*
 * thread_join: wait until a thread is stopped: has ended, or was suspended.
 *
 *  returns  ST_OK, or what thread_info says
 */
status_t thread_join(cptr_t thread);

/* thread_delete: delete the capability of thread_start() and give back its slot. */
status_t thread_delete(cptr_t thread);

/*
 * thread_configure: what a stopped thread works with.
 *
 *  cspace          a CNode, whose guard counts; 0: none
 *  vspace          0: none
 *  fault_endpoint  rights WRITE, and GRANT or GRANT_REPLY: who is told of its faults; 0: nobody
 *  ipc_buffer      address in its VSpace, aligned to IPC_BUFFER_ALIGN; 0: none
 *  returns         ST_OK: the thread holds copies, children of these capabilities
 *                  ST_BAD_STATE      it is not stopped
 *                  ST_ACCESS_DENIED  the endpoint lacks a right
 *                  ST_INVALID_ARGS   the address is not aligned, or not a program's
 */
static inline status_t thread_configure(
	cptr_t thread, cptr_t cspace, cptr_t vspace, cptr_t fault_endpoint, uaddr_t ipc_buffer)
{
	return (status_t)sys_thread_configure(
		thread, cspace, vspace, fault_endpoint, ipc_buffer);
}

/*
 * thread_read_registers, thread_read_fpu: what a thread that does not run would go on with.
 *
 *  returns  ST_OK
 *           ST_BAD_STATE     it is ready to run: suspend it first
 *           ST_INVALID_ARGS  the memory cannot be written
 */
static inline status_t thread_read_registers(cptr_t thread, struct thread_registers *out)
{
	return (status_t)sys_thread_read(thread, REGISTERS_GENERAL, (uaddr_t)out, sizeof(*out));
}

static inline status_t thread_read_fpu(cptr_t thread, struct thread_fpu *out)
{
	return (status_t)sys_thread_read(thread, REGISTERS_FPU, (uaddr_t)out, sizeof(*out));
}

/*
 * thread_write_registers, thread_write_fpu: set them; of pstate only N, Z, C and V count.
 *
 *  returns  ST_OK
 *           ST_BAD_STATE     it is neither stopped nor waits for the answer to a fault
 *           ST_INVALID_ARGS  the memory cannot be read
 */
static inline status_t thread_write_registers(
	cptr_t thread, const struct thread_registers *registers)
{
	return (status_t)sys_thread_write(
		thread, REGISTERS_GENERAL, (uaddr_t)registers, sizeof(*registers));
}

static inline status_t thread_write_fpu(cptr_t thread, const struct thread_fpu *fpu)
{
	return (status_t)sys_thread_write(thread, REGISTERS_FPU, (uaddr_t)fpu, sizeof(*fpu));
}

/*
 * thread_resume: let a stopped thread go on, or start. One that was suspended while it waited
 * in a call begins the call anew. ST_OK, also if it was not stopped.
 */
static inline status_t thread_resume(cptr_t thread)
{
	return (status_t)sys_thread_resume(thread);
}

/*
 * thread_suspend: stop a thread, whatever it does; when this returns it does not run. If it
 * has a call open it will not get the answer. ST_OK, also if it was stopped.
 */
static inline status_t thread_suspend(cptr_t thread)
{
	return (status_t)sys_thread_suspend(thread);
}

/*
 * thread_set_priority, thread_set_priority_max: how urgent a thread is, and the most that may
 * be given with it as authority.
 *
 *  authority  the thread whose maximum allows it
 *  priority   0 to PRIORITY_MAX
 *  returns    ST_OK
 *             ST_OUT_OF_RANGE   more than PRIORITY_MAX
 *             ST_ACCESS_DENIED  more than the authority's maximum
 */
static inline status_t thread_set_priority(cptr_t thread, cptr_t authority, unsigned priority)
{
	return (status_t)sys_thread_set_priority(thread, authority, priority);
}

static inline status_t thread_set_priority_max(
	cptr_t thread, cptr_t authority, unsigned priority)
{
	return (status_t)sys_thread_set_priority_max(thread, authority, priority);
}

/*
 * thread_set_cpu: choose the CPU that a thread runs on.
 *
 *  authority  a thread whose maximum is the thread's priority or more: on another CPU it comes
 *             before other threads, as with another priority
 *  cpu        0 up to bootinfo's cpus_online - 1
 *  returns    ST_OK
 *             ST_OUT_OF_RANGE   there is none of that number
 *             ST_ACCESS_DENIED  the thread's priority is more than the authority's maximum
 */
static inline status_t thread_set_cpu(cptr_t thread, cptr_t authority, unsigned cpu)
{
	return (status_t)sys_thread_set_cpu(thread, authority, cpu);
}

/* thread_set_tls: TPIDR_EL0 of a stopped thread (libsys/tls.h); ST_BAD_STATE: not stopped. */
static inline status_t thread_set_tls(cptr_t thread, void *tls)
{
	return (status_t)sys_thread_set_tls(thread, (word_t)tls);
}

/*
 * thread_bind: when this thread receives from an endpoint it gets the notification's bits,
 * too, with TAG_NOTIFICATION.
 *
 *  notification  right READ; 0: unbind
 *  returns       ST_OK
 *                ST_ALREADY_BOUND  the thread has one, or the notification has a thread
 *                ST_BAD_STATE      threads wait for the notification
 *                ST_ACCESS_DENIED  no right READ
 */
static inline status_t thread_bind(cptr_t thread, cptr_t notification)
{
	return (status_t)sys_thread_bind(thread, notification);
}

/*
 * thread_set_name: for people and debuggers.
 *
 *  returns  ST_OK
 *           ST_OUT_OF_RANGE  more than THREAD_NAME_MAX - 1 bytes
 *           ST_INVALID_ARGS  the name cannot be read
 */
static inline status_t thread_set_name(cptr_t thread, const char *name)
{
	return (status_t)sys_thread_set_name(thread, (uaddr_t)name, __builtin_strlen(name));
}

/* thread_info: state, priorities, CPU and name; ST_INVALID_ARGS: `out` cannot be written. */
static inline status_t thread_info(cptr_t thread, struct thread_info *out)
{
	return (status_t)sys_thread_info(thread, (uaddr_t)out, sizeof(*out));
}

#ifdef __cplusplus
}
#endif
