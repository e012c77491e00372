/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Floating point and SIMD: the kernel itself never uses them.
 */
#pragma once

#include "lib/base.h"

struct fpu {
	struct {
		uint64_t low, high;
	} v[32];
	uint32_t fpsr;
	uint32_t fpcr;
} aligned(16);

/* fpu_allow: whether EL0 on this CPU may use them, from the next return to it on. */
static inline void fpu_allow(bool on)
{
	/* CPACR_EL1.FPEN: 3 no trap; 0 trap at EL0 and EL1 */
	__asm__ volatile("msr cpacr_el1, %0" : : "r"(on ? UINT64_C(3) << 20 : 0));
}

/* fpu_save, fpu_load: all registers of this CPU, while they are allowed and synchronized. */
void fpu_save(struct fpu *fpu);
void fpu_load(const struct fpu *fpu);
