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

/* panic_in_progress: has a CPU panicked? The others stop when they are told. */
extern bool panicking;

static inline bool panic_in_progress(void)
{
	return __atomic_load_n(&panicking, __ATOMIC_RELAXED);
}
