/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
	.arch_extension fp
	.arch_extension simd

/* void fpu_enable(void); clobbers x0 */
	.text
	.global fpu_enable
fpu_enable:
	mov	x0, #(3 << 20)		/* CPACR_EL1.FPEN: no trap at EL0 or EL1 */
	msr	cpacr_el1, x0
	isb
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movi	v\n\().2d, #0
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	ret
