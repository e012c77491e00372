/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The system calls as C functions: one for each line of abi/syscalls.def, which says what
 * each does, needs and returns (docs/calls.md shows them). There are SYSCALL_COUNT.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#include "abi/syscalls.h"

/*
 * sys_invalid: a system call by any number, for tests.
 *
 *  number  what goes into x8
 *  returns what the kernel put into x0: ST_BAD_SYSCALL if no call has that number
 */
int64_t sys_invalid(word_t number);

/*
 * status_name: the name of a status, "NO_MEMORY" for one.
 *
 *  returns "unknown status" for a number that is none
 */
const char *status_name(int64_t status);

/* status_text: what a status means, in a sentence; "unknown status" for a number that is none. */
const char *status_text(int64_t status);

#ifdef __cplusplus
}
#endif
