/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Where the kernel begins: EL2 or EL1, MMU off, at any 2 MiB boundary, the device tree's
 * physical address in x0 (the Linux arm64 boot protocol). Ends in kernel_main() at its
 * linked address with MMU and caches on, or for the other CPUs in cpu_main().
 *
 * Until mmu_on has returned, code runs at its physical address: only PC-relative
 * references hold, no stack or memory access is cached, and none may be unaligned.
 */
#include "asm.h"

	.section .head, "ax"
	.global _start
_start:
	b	boot_cpu		/* the header's two code words */
	.word	0
	.quad	0			/* text_offset: none */
	.quad	_image_size		/* memory that the image occupies */
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in RAM */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0

boot_cpu:
	mov	x20, x0			/* the device tree */
	adrp	x1, _start
	tst	x1, #0x1fffff
	b.ne	park			/* not at a 2 MiB boundary: no table could map us */
	bl	count_instructions
	bl	enter_el1
	adrp	x0, _bss_start
	adrp	x1, _end
	bl	discard_cached		/* nothing a loader left may overwrite what follows */
	adrp	x0, _bss_start
	adrp	x1, _bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	adrp	x0, boot_stack_top
	add	sp, x0, #:lo12:boot_stack_top
	mov	x29, #0
	adrp	x0, _start
	bl	boot_map		/* (image): fills the boot tables */
	adrp	x0, _bss_start
	adrp	x1, _end
	bl	discard_cached		/* and no stale line may hide what was written uncached */
	bl	mmu_on
	ldr	x1, =boot_stack_top
	mov	sp, x1
	mov	x0, x20
	mov	x30, #0			/* the end of every backtrace */
	ldr	x1, =kernel_main
	br	x1

/* secondary_entry: the same for a CPU that cpu_release() woke; the tables are there. */
	.global secondary_entry
secondary_entry:
	bl	count_instructions
	bl	enter_el1
	bl	mmu_on
	ldr	x1, =1f
	br	x1
1:	mrs	x0, mpidr_el1		/* which of cpus[] am I? */
	ldr	x1, =0xff00ffffff
	and	x0, x0, x1
	ldr	x2, =cpus
	ldr	x3, =cpu_count
	ldr	w3, [x3]
2:	cbz	w3, park
	ldr	x4, [x2, #CPU_MPIDR]
	cmp	x4, x0
	b.eq	3f
	add	x2, x2, #CPU_SIZE
	sub	w3, w3, #1
	b	2b
3:	msr	tpidr_el1, x2
	ldr	x4, [x2, #CPU_STACK_TOP]
	mov	sp, x4
	mov	x29, #0
	mov	x30, #0
	mov	x0, x2
	ldr	x1, =cpu_main
	br	x1

park:	wfi
	b	park

/*
 * count_instructions: let the cycle counter and event counter 0 (instructions retired)
 * run from here on, so that the first program can tell how long the boot took.
 * Clobbers x9. Usable at EL2 and EL1; the counters are at EL1's disposal (MDCR_EL2).
 */
count_instructions:
	mrs	x9, id_aa64dfr0_el1
	ubfx	x9, x9, #8, #4		/* PMUVer: 0 none, 15 not Arm's */
	sub	x9, x9, #1
	cmp	x9, #14
	b.hs	1f
	mov	x9, #8			/* INST_RETIRED */
	msr	pmevtyper0_el0, x9
	mov	x9, #0x47		/* PMCR: LC, reset both kinds, enable */
	msr	pmcr_el0, x9
	msr	pmccfiltr_el0, xzr	/* count at EL1 and EL0 */
	ldr	x9, =0x80000001
	msr	pmcntenset_el0, x9
	isb
1:	ret

/*
 * enter_el1: continue at EL1 after the caller's bl, every EL1 and EL2 register that
 * matters set, whatever firmware left there. Clobbers x9, x10.
 */
enter_el1:
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.ne	2f
	mov	x9, #(1 << 31)		/* RW: EL1 is AArch64; no trap, no stage 2, no VHE */
	msr	hcr_el2, x9
	isb
	mov	x9, #3			/* EL1 may use the physical counter and timer */
	msr	cnthctl_el2, x9
	msr	cntvoff_el2, xzr
	mov	x9, #0x33ff		/* RES1 alone: no trap of floating point */
	msr	cptr_el2, x9
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x9, midr_el1
	msr	vpidr_el2, x9
	mrs	x9, mpidr_el1
	msr	vmpidr_el2, x9
	mrs	x9, id_aa64dfr0_el1
	ubfx	x9, x9, #8, #4
	sub	x9, x9, #1
	cmp	x9, #14
	mov	x9, #0
	b.hs	1f
	mrs	x9, pmcr_el0
	ubfx	x9, x9, #11, #5		/* HPMN: all event counters belong to EL1 */
1:	msr	mdcr_el2, x9
	ldr	x9, =SCTLR_EL2_OFF
	msr	sctlr_el2, x9
	ldr	x9, =SCTLR_EL1_OFF
	msr	sctlr_el1, x9
	mov	x9, #0x3c5		/* EL1h, D A I F masked */
	msr	spsr_el2, x9
	msr	elr_el2, x30
	eret
	dsb	nsh			/* nothing runs ahead past the eret */
	isb
2:	ldr	x9, =SCTLR_EL1_OFF
	msr	sctlr_el1, x9
	msr	spsel, #1
	msr	daifset, #0xf
	isb
	ret

/*
 * discard_cached: invalidate the lines of [x0, x1) to the point of coherency. Only for
 * memory with nothing worth keeping in a cache. Clobbers x0, x9, x10.
 */
discard_cached:
	dmb	sy			/* uncached stores before it are not ordered otherwise */
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4
	mov	x10, #4
	lsl	x10, x10, x9		/* the smallest data line in bytes */
1:	dc	ivac, x0
	add	x0, x0, x10
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret

/*
 * mmu_on: translation and caches on, with the boot tables. The return address is that of
 * the identity map. Sets every EL1 register that translation and traps depend on.
 * Clobbers x9-x11.
 */
mmu_on:
	ldr	x9, =MAIR_VALUE
	msr	mair_el1, x9
	ldr	x9, =TCR_VALUE
	mrs	x10, id_aa64mmfr0_el1
	and	x11, x10, #0xf		/* PARange -> IPS, at most 48 bits */
	cmp	x11, #5
	b.ls	1f
	mov	x11, #5
1:	bfi	x9, x11, #32, #3
	ubfx	x11, x10, #4, #4	/* ASIDBits: 2 says 16 bits -> AS */
	cmp	x11, #2
	b.ne	2f
	orr	x9, x9, #(1 << 36)
2:	msr	tcr_el1, x9
	adrp	x9, boot_identity
	msr	ttbr0_el1, x9
	adrp	x9, boot_kernel
	msr	ttbr1_el1, x9
	msr	cpacr_el1, xzr		/* floating point: off until a thread runs */
	mov	x9, #MDSCR_TDCC
	msr	mdscr_el1, x9
	msr	amair_el1, xzr
	msr	tpidr_el1, xzr		/* no struct cpu yet: see kernel_died */
	msr	contextidr_el1, xzr
	msr	tpidr_el0, xzr
	msr	tpidrro_el0, xzr
	ldr	x9, =vectors
	msr	vbar_el1, x9
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	ldr	x9, =SCTLR_EL1_ON
	msr	sctlr_el1, x9
	isb
	ret

	.ltorg
