/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * FPU registers to memory and back. Both let the kernel itself use the FPU from then on;
 * their caller says with fpu_allow() what is to hold at EL0.
 */
	.arch_extension fp
	.arch_extension simd

	.macro kernel_may
	mov	x1, #(3 << 20)		/* CPACR_EL1.FPEN: no trap at EL0 or EL1 */
	msr	cpacr_el1, x1
	isb
	.endm

	.macro all_pairs do
	\do	q0, q1, [x0, #32 * 0]
	\do	q2, q3, [x0, #32 * 1]
	\do	q4, q5, [x0, #32 * 2]
	\do	q6, q7, [x0, #32 * 3]
	\do	q8, q9, [x0, #32 * 4]
	\do	q10, q11, [x0, #32 * 5]
	\do	q12, q13, [x0, #32 * 6]
	\do	q14, q15, [x0, #32 * 7]
	\do	q16, q17, [x0, #32 * 8]
	\do	q18, q19, [x0, #32 * 9]
	\do	q20, q21, [x0, #32 * 10]
	\do	q22, q23, [x0, #32 * 11]
	\do	q24, q25, [x0, #32 * 12]
	\do	q26, q27, [x0, #32 * 13]
	\do	q28, q29, [x0, #32 * 14]
	\do	q30, q31, [x0, #32 * 15]
	.endm

/* void fpu_save(struct fpu *fpu); clobbers x1, x2 */
	.text
	.global fpu_save
fpu_save:
	kernel_may
	all_pairs stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	str	w1, [x0, #512]
	str	w2, [x0, #516]
	ret
	dsb	nsh
	isb

/* void fpu_load(const struct fpu *fpu); clobbers x1, x2 */
	.global fpu_load
fpu_load:
	kernel_may
	all_pairs ldp
	ldr	w1, [x0, #512]
	ldr	w2, [x0, #516]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
	dsb	nsh
	isb
