/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the number in x8 to the function, by a switch that the compiler makes from
 * abi/syscalls.def: a number used twice, a function missing or one with other arguments
 * does not build.
 */
#include "arch/trap.h"

#include "syscall/syscall.h"

int64_t trap_syscall(const uint64_t *x)
{
	switch (x[8]) {
#define SYSCALL0(number, name, text) \
	case number: \
		return sys_##name();
#define SYSCALL1(number, name, t0, a0, text) \
	case number: \
		return sys_##name(x[0]);
#define SYSCALL2(number, name, t0, a0, t1, a1, text) \
	case number: \
		return sys_##name(x[0], x[1]);
#include "abi/syscalls.def"
#undef SYSCALL0
#undef SYSCALL1
#undef SYSCALL2
	default:
		return ST_BAD_SYSCALL;
	}
}

int64_t sys_nop(void)
{
	return ST_OK;
}
