/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The vector table, and the way out. From user mode everything is saved into the running
 * thread's struct context, where SP_EL1 points meanwhile. The kernel itself runs with
 * interrupts masked and takes no exception: one taken from EL1 is the kernel's death, and
 * is told from the CPU's panic stack, since the stack may be what failed.
 */
#include "asm.h"

	.macro ventry label
	.balign	0x80
	b	\label
	.endm

	.macro vfatal kind
	.balign	0x80
	msr	tpidrro_el0, x0
	mov	x0, #\kind
	b	kernel_died
	.endm

	.section .vectors, "ax"
	.balign	0x800
	.global vectors
vectors:
	vfatal	0		/* EL1 on SP_EL0, synchronous */
	vfatal	1		/* IRQ */
	vfatal	2		/* FIQ */
	vfatal	3		/* SError */
	vfatal	0		/* EL1 on its own stack, synchronous */
	vfatal	1		/* IRQ */
	vfatal	2		/* FIQ */
	vfatal	3		/* SError */
	ventry	user_sync	/* EL0 in AArch64, synchronous */
	ventry	user_irq	/* IRQ */
	vfatal	2		/* FIQ */
	ventry	user_sync	/* SError: ESR_EL1 tells */
	ventry	user_sync	/* EL0 in AArch32: no program can be, ESR_EL1 tells */
	ventry	user_irq
	vfatal	2
	ventry	user_sync
	.balign	0x80

/* Store x4-x29 into the context that sp points at. */
	.macro store_x4_to_x29
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x19, [sp, #16 * 9]
	stp	x20, x21, [sp, #16 * 10]
	stp	x22, x23, [sp, #16 * 11]
	stp	x24, x25, [sp, #16 * 12]
	stp	x26, x27, [sp, #16 * 13]
	stp	x28, x29, [sp, #16 * 14]
	.endm

/*
 * Save the program's registers. Then x0 is its context, x1 this CPU, and the kernel stack is
 * empty.
 */
	.macro save_context
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	store_x4_to_x29
	mrs	x2, sp_el0
	mrs	x3, elr_el1
	mrs	x4, spsr_el1
	stp	x30, x2, [sp, #16 * 15]
	stp	x3, x4, [sp, #16 * 16]
	mov	x0, sp
	mrs	x1, tpidr_el1
	ldr	x2, [x1, #CPU_STACK_TOP]
	mov	sp, x2
	mov	x29, #0
	.endm

/* arch/latency.h: nothing, but in builds that measure. */
	.macro latency_begin cause
#ifdef QUIRE_LATENCY
	mov	x19, x0
	mov	x20, x1
	mov	x1, #\cause
	bl	latency_enter
	mov	x0, x19
	mov	x1, x20
#endif
	.endm

user_irq:
	save_context
	latency_begin LATENCY_CAUSE_IRQ
	bl	trap_irq
	b	resume_current

user_fault_entry:
	bl	user_fault		/* (context, cpu, esr) */
	b	resume_current

user_sync:
	save_context
	latency_begin 0
	mrs	x2, esr_el1
	lsr	x3, x2, #26
	cmp	x3, #0x15		/* SVC from AArch64 */
	b.ne	user_fault_entry
	bl	trap_syscall		/* (context, cpu) */

resume_current:				/* cpu->current: its context comes first in it */
#ifdef QUIRE_LATENCY
	bl	latency_leave
#endif
	mrs	x1, tpidr_el1
	ldr	x0, [x1, #CPU_CURRENT]
/* noreturn void context_resume(struct context *context) */
	.global context_resume
context_resume:
	mov	sp, x0
	ldp	x21, x22, [sp, #16 * 16]
	ldp	x30, x20, [sp, #16 * 15]
	msr	elr_el1, x21
	msr	spsr_el1, x22
	msr	sp_el0, x20
	ldp	x28, x29, [sp, #16 * 14]
	ldp	x26, x27, [sp, #16 * 13]
	ldp	x24, x25, [sp, #16 * 12]
	ldp	x22, x23, [sp, #16 * 11]
	ldp	x20, x21, [sp, #16 * 10]
	ldp	x18, x19, [sp, #16 * 9]
	ldp	x16, x17, [sp, #16 * 8]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x10, x11, [sp, #16 * 5]
	ldp	x8, x9, [sp, #16 * 4]
	ldp	x6, x7, [sp, #16 * 3]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x0, x1, [sp, #16 * 0]
	eret
	dsb	nsh			/* nothing runs ahead past the eret */
	isb

/*
 * kernel_died: x0 is the kind, the real x0 is in TPIDRRO_EL0. What user mode keeps in
 * system registers is overwritten: nobody returns there.
 */
kernel_died:
	msr	tpidr_el0, x1
	mov	x1, sp
	msr	sp_el0, x1
	mrs	x1, tpidr_el1
	cbz	x1, .			/* too early to tell anybody */
	ldr	x1, [x1, #CPU_PANIC_STACK_TOP]
	sub	sp, x1, #CONTEXT_SIZE
	stp	x2, x3, [sp, #16 * 1]
	mrs	x2, tpidrro_el0
	mrs	x3, tpidr_el0
	stp	x2, x3, [sp, #16 * 0]
	store_x4_to_x29
	mrs	x2, sp_el0
	stp	x30, x2, [sp, #16 * 15]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x2, x3, [sp, #16 * 16]
	mov	x1, x0
	mov	x0, sp
	bl	kernel_exception	/* (context, kind) */

/* The stacks: of each CPU a guard page, its panic stack, a guard page, its stack. */
	.section .stacks, "aw", %nobits
	.balign	4096
	.global cpu_stacks, boot_stack_top
cpu_stacks:
	.space	CPU_STACKS_SIZE
boot_stack_top:
	.space	CPU_STACKS_SIZE * 7
