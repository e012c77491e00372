/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* A stub for each system call: arguments stay where C put them. */
#define STUB(number, name) \
	.section .text.sys_##name, "ax"; .global sys_##name; .type sys_##name, %function; \
	sys_##name: mov x8, number; svc 0; ret; .size sys_##name, . - sys_##name;

#define SYSCALL0(number, name, text) STUB(number, name)
#define SYSCALL1(number, name, t0, a0, text) STUB(number, name)
#define SYSCALL2(number, name, t0, a0, t1, a1, text) STUB(number, name)
#include "abi/syscalls.def"

	.section .text.sys_invalid, "ax"
	.global sys_invalid
	.type	sys_invalid, %function
sys_invalid:
	mov	x8, x0
	svc	0
	ret
	.size	sys_invalid, . - sys_invalid
