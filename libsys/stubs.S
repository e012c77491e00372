/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A stub for each system call: arguments stay where C put them. Those that carry messages are
 * inline (libsys/ipc.h).
 */
#include "abi/syscalls.h"

#define SYSCALL_IPC(number, name, text)
#define SYSCALL(number, name, parameters, arguments) \
	.section .text.sys_##name, "ax"; .global sys_##name; .type sys_##name, %function; \
	sys_##name: mov x8, number; svc 0; ret; .size sys_##name, . - sys_##name;
#include "abi/syscalls.def"

	.section .text.sys_invalid, "ax"
	.global sys_invalid
	.type	sys_invalid, %function
sys_invalid:
	mov	x8, x0
	svc	0
	ret
	.size	sys_invalid, . - sys_invalid
