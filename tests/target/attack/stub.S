/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a fuzz thread runs: one call of the script after the other, chosen by a generator in
 * x20. It needs no stack and no register to hold anything, and stores nowhere but into its
 * counters: whatever other fuzz threads do to its registers, it harms nobody.
 */
	.macro	count_index		/* x27: the call's counter, or the last for what is none */
	mov	x27, #63
	cmp	x8, x27
	csel	x27, x8, x27, lo
	.endm

	.text
	.balign	16
	.global	fuzz_stub, fuzz_stub_end
fuzz_stub:
	ldr	x21, =0x5851f42d4c957f2d
	ldr	x22, =0x14057b7ef767814f
	madd	x20, x20, x21, x22
	adrp	x19, fuzz_script
	add	x19, x19, :lo12:fuzz_script
	lsr	x23, x20, #52
	add	x24, x19, x23, lsl #7	/* a line of the script */
	ubfx	x23, x20, #36, #12
	add	x25, x19, x23, lsl #7	/* another */
	tst	x20, #(7 << 30)
	csel	x25, x25, x24, eq	/* whose second half is taken at times */
	tbz	x20, #28, 1f
	fmov	d0, x20
1:	ldp	x0, x1, [x24]
	ldp	x2, x3, [x24, #16]
	ldp	x4, x5, [x25, #32]
	ldp	x6, x7, [x25, #48]
	ldr	x8, [x24, #64]
	ldp	x9, x10, [x24, #72]
	ldr	x11, [x24, #88]
	adrp	x26, fuzz_begun
	add	x26, x26, :lo12:fuzz_begun
	count_index
	ldr	x28, [x26, x27, lsl #3]
	add	x28, x28, #1
	adrp	x26, fuzz_begun
	add	x26, x26, :lo12:fuzz_begun
	count_index
	str	x28, [x26, x27, lsl #3]
	svc	0
	tbnz	x0, #63, fuzz_stub
	adrp	x26, fuzz_done
	add	x26, x26, :lo12:fuzz_done
	count_index
	ldr	x28, [x26, x27, lsl #3]
	add	x28, x28, #1
	adrp	x26, fuzz_done
	add	x26, x26, :lo12:fuzz_done
	count_index
	str	x28, [x26, x27, lsl #3]
	b	fuzz_stub
	.ltorg
fuzz_stub_end:
