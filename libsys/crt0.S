/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program's first instructions: x0 is the bootinfo page, x1 the startup page or 0, sp the
 * stack.
 */
#define BOOTINFO_FLAGS 4 /* start.c checks it */

	.section .text.start, "ax"
	.global _start
_start:
	mov	x29, #0
	mov	x30, #0			/* the end of every backtrace */
	mov	x2, #0
	ldr	w3, [x0, #BOOTINFO_FLAGS]
	tbz	w3, #0, 1f		/* BOOTINFO_COUNTS_INSTRUCTIONS */
	mrs	x2, pmevcntr0_el0	/* before more of our own instructions count */
1:
	b	libsys_start		/* (bootinfo, startup, instructions): does not return */

/* Constructors are in .init_array alone: what newlib calls beside them is empty. */
	.global _init, _fini
_init:
_fini:
	ret
