/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What is made of the lines of syscalls.def: here the prototypes, the same on both sides,
 * and how many there are. Others define SYSCALL(number, name, parameters, arguments) as
 * what they make of a line and include syscalls.def: the parameters are those of the C
 * function, the arguments the same taken from an array x of registers. SYSCALL_IPC(number, name,
 * text) stands for the calls that carry messages: define that as well.
 */
#pragma once

#define SYSCALL0(number, name, text)	     SYSCALL(number, name, (void), ())
#define SYSCALL1(number, name, t0, a0, text) SYSCALL(number, name, (t0 a0), (x[0]))
#define SYSCALL2(number, name, t0, a0, t1, a1, text) \
	SYSCALL(number, name, (t0 a0, t1 a1), (x[0], x[1]))
#define SYSCALL3(number, name, t0, a0, t1, a1, t2, a2, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2), (x[0], x[1], x[2]))
#define SYSCALL4(number, name, t0, a0, t1, a1, t2, a2, t3, a3, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2, t3 a3), (x[0], x[1], x[2], x[3]))
#define SYSCALL5(number, name, t0, a0, t1, a1, t2, a2, t3, a3, t4, a4, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2, t3 a3, t4 a4), \
		(x[0], x[1], x[2], x[3], x[4]))
#define SYSCALL6(number, name, t0, a0, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5), \
		(x[0], x[1], x[2], x[3], x[4], x[5]))

#define SYSCALL7(number, name, t0, a0, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6), \
		(x[0], x[1], x[2], x[3], x[4], x[5], x[6]))
#define SYSCALL8( \
	number, name, t0, a0, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, text) \
	SYSCALL(number, name, (t0 a0, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6, t7 a7), \
		(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]))

#ifndef __ASSEMBLER__
#include "abi/types.h"

#define SYSCALL_IPC(number, name, text)
#define SYSCALL(number, name, parameters, arguments) int64_t sys_##name parameters;
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC

/* The numbers by name, and the first that no call has: they are given without gaps. */
enum syscall {
#define SYSCALL_IPC(number, name, text)		     SYSCALL_##name = (number),
#define SYSCALL(number, name, parameters, arguments) SYSCALL_##name = (number),
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	SYSCALL_COUNT
};
#endif
