/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The cap layer alone on QEMU's virt, MMU off: a stack, then count_main, then the end. */
	.text
	.global _start
_start:
	ldr	x0, =stack_top
	mov	sp, x0
	bl	count_main

/* noreturn void semihost_exit(void); word_t semihost(word_t call, const void *argument); */
	.global semihost_exit
semihost_exit:
	mov	w0, #0x18
	ldr	x1, =exit_reason
	hlt	#0xf000
	b	.
	.global semihost
semihost:
	hlt	#0xf000
	ret

	.data
	.balign	16
exit_reason:
	.quad	0x20026, 0
	.bss
	.balign	16
	.space	65536
stack_top:
