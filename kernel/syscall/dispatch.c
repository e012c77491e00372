/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the number in x8 to the function, by a switch that the compiler makes from
 * abi/syscalls.def: a number used twice or left out, a function missing or one with other
 * arguments does not build.
 */
#include "abi/syscalls.h"

#include "arch/trap.h"

#define SYSCALL(number, name, parameters, arguments) \
	_Static_assert((number) < SYSCALL_COUNT, #name ": the numbers have a gap");
#include "abi/syscalls.def"
#undef SYSCALL

int64_t trap_syscall(const uint64_t *x)
{
	switch (x[8]) {
#define SYSCALL(number, name, parameters, arguments) \
	case number: \
		return sys_##name arguments;
#include "abi/syscalls.def"
#undef SYSCALL
	default:
		return ST_BAD_SYSCALL;
	}
}

int64_t sys_nop(void)
{
	return ST_OK;
}
