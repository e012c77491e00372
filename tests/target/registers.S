/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * uint64_t registers_changed_by_nop(void): a pattern in every register, a system call, and
 * how many registers do not hold theirs any more. x0 is the answer, and sp is compared too.
 */
	.altmacro
	.macro	each_general op
	.irp	n, 1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	\op	\n
	.endr
	.endm
	.macro	each_vector op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	\n
	.endr
	.endm

	.macro	set_general n
	mov	x\n, #(\n * 257)
	.endm
	.macro	set_vector n
	mov	x8, #(\n * 263 + 1)
	dup	v\n\().2d, x8
	.endm
	.macro	check_general n
	mov	x8, #(\n * 257)
	cmp	x\n, x8
	cinc	x0, x0, ne
	.endm
	.macro	check_vector n
	mov	x8, #(\n * 263 + 1)
	mov	x1, v\n\().d[0]
	mov	x2, v\n\().d[1]
	cmp	x1, x8
	cinc	x0, x0, ne
	cmp	x2, x8
	cinc	x0, x0, ne
	.endm

	.text
	.global registers_changed_by_nop
registers_changed_by_nop:
	stp	x29, x30, [sp, #-160]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mrs	x0, tpidr_el0
	str	x0, [sp, #-16]!
	mov	x0, sp
	msr	tpidr_el0, x0		/* the kernel keeps it too; put back below */
	each_vector set_vector
	each_general set_general
	mov	x8, #0
	svc	#0
	cmp	x8, #0
	cset	x0, ne
	each_general check_general
	each_vector check_vector
	mrs	x1, tpidr_el0
	mov	x2, sp
	cmp	x1, x2
	cinc	x0, x0, ne
	ldr	x1, [sp], #16
	msr	tpidr_el0, x1
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	ldp	x29, x30, [sp], #160
	ret
