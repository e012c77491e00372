/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program's first instructions: x0 is the bootinfo page, x1 the startup page or 0, sp the
 * stack.
 */

	.section .text.start, "ax"
	.global _start
_start:
	mov	x29, #0
	mov	x30, #0			/* the end of every backtrace */
	b	libsys_start		/* (bootinfo, startup): does not return */

/* Constructors are in .init_array alone: what newlib calls beside them is empty. */
	.global _init, _fini
_init:
_fini:
	ret
