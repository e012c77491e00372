/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Who called whom, by the frame pointers that all code for Quire keeps.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * backtrace_take: the addresses that the calling thread's functions return to.
 *
 *  returns  how many: at most `count`, the caller's own first
 */
size_t backtrace_take(uintptr_t *addresses, size_t count);

/*
 * backtrace_print: the same on the console, past stdio, a line each, with names of functions
 * where the program's own file is in the initial archive with its symbols.
 */
void backtrace_print(void);

#ifdef __cplusplus
}
#endif
