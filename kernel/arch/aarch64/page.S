/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* void page_zero(void *page); clobbers x0-x3. DC ZVA may be prohibited (DCZID_EL0.DZP). */
	.text
	.global page_zero
page_zero:
	mrs	x1, dczid_el0
	add	x3, x0, #4096
	tbnz	x1, #4, 2f
	mov	x2, #4
	lsl	x2, x2, x1		/* bytes that one DC ZVA zeroes; DZP is 0 */
	cmp	x2, #64
	b.ne	1f
3:
	.rept	8
	dc	zva, x0
	add	x0, x0, #64
	.endr
	cmp	x0, x3
	b.lo	3b
	ret
	dsb	nsh			/* nothing runs ahead past it */
	isb
1:	dc	zva, x0
	add	x0, x0, x2
	cmp	x0, x3
	b.lo	1b
	ret
	dsb	nsh			/* nothing runs ahead past it */
	isb
2:	stp	xzr, xzr, [x0], #16
	cmp	x0, x3
	b.lo	2b
	ret
	dsb	nsh			/* nothing runs ahead past it */
	isb

/* void page_copy(void *to, const void *from); clobbers x0-x10 */
	.global page_copy
page_copy:
	add	x2, x0, #4096
1:
	.irp	at, 0, 1, 2, 3
	ldp	x3, x4, [x1, #(\at * 128)]
	ldp	x5, x6, [x1, #(\at * 128 + 16)]
	ldp	x7, x8, [x1, #(\at * 128 + 32)]
	ldp	x9, x10, [x1, #(\at * 128 + 48)]
	stp	x3, x4, [x0, #(\at * 128)]
	stp	x5, x6, [x0, #(\at * 128 + 16)]
	stp	x7, x8, [x0, #(\at * 128 + 32)]
	stp	x9, x10, [x0, #(\at * 128 + 48)]
	ldp	x3, x4, [x1, #(\at * 128 + 64)]
	ldp	x5, x6, [x1, #(\at * 128 + 80)]
	ldp	x7, x8, [x1, #(\at * 128 + 96)]
	ldp	x9, x10, [x1, #(\at * 128 + 112)]
	stp	x3, x4, [x0, #(\at * 128 + 64)]
	stp	x5, x6, [x0, #(\at * 128 + 80)]
	stp	x7, x8, [x0, #(\at * 128 + 96)]
	stp	x9, x10, [x0, #(\at * 128 + 112)]
	.endr
	add	x1, x1, #512
	add	x0, x0, #512
	cmp	x0, x2
	b.lo	1b
	ret
	dsb	nsh			/* nothing runs ahead past it */
	isb

/*
 * void page_copy_entries(void *to, const void *from, uint64_t clear, uint64_t add): eight words
 * that are 0 are passed over; clobbers x0-x14
 */
	.global page_copy_entries
page_copy_entries:
	add	x4, x0, #4096
1:	ldp	x5, x6, [x1], #64
	ldp	x7, x8, [x1, #-48]
	ldp	x9, x10, [x1, #-32]
	ldp	x11, x12, [x1, #-16]
	orr	x13, x5, x12
	cbnz	x13, 2f
	.irp	word, x6, x7, x8, x9, x10, x11
	orr	x13, x13, \word
	.endr
	cbz	x13, 3f
2:
	.irp	word, x5, x6, x7, x8, x9, x10, x11, x12
	bic	\word, \word, x2
	and	x14, \word, #1
	madd	\word, x14, x3, \word
	.endr
3:	stp	x5, x6, [x0], #64
	stp	x7, x8, [x0, #-48]
	stp	x9, x10, [x0, #-32]
	stp	x11, x12, [x0, #-16]
	cmp	x0, x4
	b.lo	1b
	ret
	dsb	nsh			/* nothing runs ahead past it */
	isb
