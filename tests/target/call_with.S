/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * void call_with(uint64_t registers[31]): a system call with x0 to x30 out of an array, which
 * holds what they are afterwards.
 */
	.altmacro
	.macro	each_pair op
	.irp	n, 2,4,6,8,10,12,14,16,18,20,22,24,26,28
	\op	\n, %(\n + 1)
	.endr
	.endm
	.macro	load_pair n, m
	ldp	x\n, x\m, [x0, #(\n * 8)]
	.endm
	.macro	store_pair n, m
	stp	x\n, x\m, [x30, #(\n * 8)]
	.endm

	.text
	.global call_with
	.type call_with, %function
call_with:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x0, [sp, #96]
	each_pair load_pair
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	svc	#0
	str	x30, [sp, #104]
	ldr	x30, [sp, #96]
	stp	x0, x1, [x30]
	each_pair store_pair
	ldr	x0, [sp, #104]
	str	x0, [x30, #240]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
