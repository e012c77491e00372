/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Kernel messages. Lines begin with "quire: " and end with a newline of their own.
 */
#pragma once

#include "lib/base.h"

/* kprintf: format (lib/format.h) onto the console; a line of at most 256 bytes. */
printf_like(1, 2) void kprintf(const char *text, ...);

/*
 * panic: say why the kernel cannot go on, show how it came there, stop every CPU.
 *
 *  => never the answer to anything a program did
 */
printf_like(1, 2) noreturn void panic(const char *text, ...);

/* stop_other_cpus: for good, those that wait for the kernel lock, too. */
void stop_other_cpus(void);

/* panic_in_progress: has a CPU panicked, or ended it all? The others stop when told. */
extern bool all_stop;

static inline bool panic_in_progress(void)
{
	return __atomic_load_n(&all_stop, __ATOMIC_RELAXED);
}
