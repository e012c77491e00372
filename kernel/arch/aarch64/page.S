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
1:	dc	zva, x0
	add	x0, x0, x2
	cmp	x0, x3
	b.lo	1b
	ret
2:	stp	xzr, xzr, [x0], #16
	cmp	x0, x3
	b.lo	2b
	ret
