/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Constants that assembly shares with C: offsets.c checks those that mirror C structures.
 */
#pragma once

/* SCTLR: the bits that are 1 on ARMv8.0 plus, when on, what Quire uses. */
#define SCTLR_EL2_OFF 0x30c50830 /* RES1 */
#define SCTLR_EL1_OFF 0x30d00800 /* RES1 */
/*
 * M C SA SA0 I, and for EL0: DZE (dc zva), UCT (read CTR), nTWI and nTWE (wfi and wfe are
 * not trapped), UCI (cache maintenance by address). WXN: what is writable is never
 * executed, whatever a table says. No A: programs may access unaligned.
 */
#define SCTLR_EL1_ON  (SCTLR_EL1_OFF | 0x040dd01d)

#define MDSCR_TDCC (1 << 12) /* EL0 may not use the debug channel */

/* 0 Device-nGnRE, 1 Normal write-back, 2 Normal non-cacheable, 3 Device-nGnRnE */
#define MAIR_VALUE 0x000000000044ff04

/*
 * T0SZ 16 (48 bits of user addresses), T1SZ 25 (39 of the kernel's), 4 KiB granules,
 * walks inner shareable and write-back; IPS and AS are added from ID_AA64MMFR0_EL1.
 */
#define TCR_VALUE (16 | 25 << 16 | 0x3500 | 0x35000000 | 2 << 30)

#define CPU_STACK_TOP	    0
#define CPU_PANIC_STACK_TOP 8
#define CPU_CURRENT	    16
#define CPU_MPIDR	    32
#define CPU_SIZE	    128

#define LATENCY_CAUSE_IRQ 129 /* LATENCY_IRQ */

#define CONTEXT_SP   248
#define CONTEXT_PC   256
#define CONTEXT_SIZE 272

#define STACK_SIZE	 8192
#define PANIC_STACK_SIZE 4096
/* guard page, panic stack, guard page, stack */
#define CPU_STACKS_SIZE	 (4096 + PANIC_STACK_SIZE + 4096 + STACK_SIZE)
