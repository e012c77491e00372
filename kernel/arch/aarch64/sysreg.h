/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * System registers and barriers, by Arm's names: only those in use.
 *
 * A WRITE_SYSREG takes effect at the next context synchronisation: the caller writes the
 * isb() where it matters.
 */
#pragma once

#include "lib/base.h"

#define READ_SYSREG(name) \
	({ \
		uint64_t value_; \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_; \
	})

#define WRITE_SYSREG(name, value) \
	__asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

#define isb()	 __asm__ volatile("isb" : : : "memory")
#define dsb(set) __asm__ volatile("dsb " #set : : : "memory")
#define dmb(set) __asm__ volatile("dmb " #set : : : "memory")

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

#define CNTV_CTL_ENABLE	 BIT(0)
#define CNTV_CTL_IMASK	 BIT(1)
#define CNTKCTL_EL0VCTEN BIT(1) /* EL0 may read CNTVCT_EL0 */

#define TCR_AS	   BIT(36) /* ASIDs have 16 bits */
#define SCTLR_SPAN BIT(23) /* exceptions to EL1 leave PSTATE.PAN as it was */

#define PAR_F BIT(0) /* the translation failed */

/* The smallest data cache line in bytes. */
#define CTR_DMINLINE(ctr) (4u << (((ctr) >> 16) & 0xf))
#define CTR_IDC		  BIT(28) /* instructions need no cleaning of data to PoU */
#define CTR_DIC		  BIT(29) /* nor invalidation */

#define SPSR_NZCV (UINT64_C(15) << 28)
#define SPSR_EL0T UINT64_C(0x40) /* EL0, AArch64; FIQ masked: nobody here handles one */
