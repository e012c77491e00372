/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The debug calls: what a program can do before it holds a capability.
 */
#include "abi/syscalls.h"

#include "lib/base.h"

#include "arch/console.h"
#include "arch/usermap.h"

#include "object/irq.h"
#include "object/thread.h"

enum { WRITE_MAX = PAGE_SIZE, CHUNK = 256 };

int64_t sys_debug_write(uaddr_t text, word_t size)
{
	char chunk[CHUNK];

	if (size > WRITE_MAX)
		return ST_OUT_OF_RANGE;
	while (size) {
		size_t some = min_u64(size, sizeof(chunk));
		status_t st = user_read(chunk, text, some);

		if (st != ST_OK)
			return st;
		console_write(chunk, some);
		text += some;
		size -= some;
	}
	return ST_OK;
}

int64_t sys_debug_read(void)
{
	int byte = console_read();

	return byte < 0 ? ST_SHOULD_WAIT : byte;
}

int64_t sys_debug_exit(word_t status)
{
	thread_end((unsigned)status);
}

int64_t sys_debug_sleep_until(word_t count)
{
	thread_sleep_until(count);
	return ST_OK;
}

int64_t sys_debug_alarm(word_t count)
{
	return (int64_t)irq_alarm(count);
}
