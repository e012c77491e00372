/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The system calls' own functions, one per line of abi/syscalls.def.
 */
#pragma once

#include "lib/base.h"

#define SYSCALL0(number, name, text)		     int64_t sys_##name(void);
#define SYSCALL1(number, name, t0, a0, text)	     int64_t sys_##name(t0 a0);
#define SYSCALL2(number, name, t0, a0, t1, a1, text) int64_t sys_##name(t0 a0, t1 a1);
#include "abi/syscalls.def"
#undef SYSCALL0
#undef SYSCALL1
#undef SYSCALL2
