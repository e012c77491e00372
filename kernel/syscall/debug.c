/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The debug calls: the boot console, the end, the kernel's counters.
 */
#include "syscall/debug.h"

#include "abi/objects.h"

#include "arch/console.h"
#include "arch/trace.h"

#include "object/sched.h"
#include "object/user.h"

#include "syscall/invoke.h"

enum { CHUNK = 256 };

static bool allowed = true;

void debug_calls_allow(bool allow)
{
	allowed = allow;
}

/* What the console has room for: nobody waits for a slow line with the kernel lock. */
int64_t sys_debug_write(uaddr_t text, word_t size)
{
	char chunk[CHUNK];
	size_t some = min_u64(size, sizeof(chunk));
	status_t st;

	if (!allowed)
		return ST_ACCESS_DENIED;
	st = user_read(caller(), chunk, text, some);
	if (st != ST_OK)
		return call_result(st);
	some = console_write_some(chunk, some);
	return some || size == 0 ? (int64_t)some : ST_SHOULD_WAIT;
}

int64_t sys_debug_read(void)
{
	int byte;

	if (!allowed)
		return ST_ACCESS_DENIED;
	byte = console_read();
	return byte < 0 ? ST_SHOULD_WAIT : byte;
}

int64_t sys_debug_exit(word_t status)
{
	struct thread *thread = caller();

	if (sched_is_root(thread))
		sched_end((unsigned)status);
	return thread_stop(thread) ? ST_OK : CALL_AGAIN;
}

int64_t sys_debug_count(word_t what)
{
	const struct cpu *cpu = this_cpu();

	if (!allowed)
		return ST_ACCESS_DENIED;
	switch (what) {
	case DEBUG_IRQS:
		return (int64_t)cpu->irqs;
	case DEBUG_SPURIOUS:
		return (int64_t)cpu->spurious;
	case DEBUG_IRQS_OFF_MAX:
		return (int64_t)cpu->irqs_off_max;
	case DEBUG_CPU:
		return cpu->index;
	default:
		return trace_count(what);
	}
}
