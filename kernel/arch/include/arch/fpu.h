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

/* CPACR_EL1.FPEN: no trap, or trap at EL0 and EL1. */
enum { FPU_ON = 3 << 20, FPU_OFF = 0 };

/* fpu_allow: whether EL0 on this CPU may use them, from the next return to it on. */
static inline void fpu_allow(uint32_t access)
{
	__asm__ volatile("msr cpacr_el1, %0" : : "r"((uint64_t)access));
}

/* fpu_switch: the same where `*access` says how it is now. */
static inline void fpu_switch(uint32_t *access, bool on)
{
	uint32_t wanted = on ? FPU_ON : FPU_OFF;

	if (*access != wanted) {
		*access = wanted;
		fpu_allow(wanted);
	}
}

/* fpu_save, fpu_load: all registers of this CPU, while they are allowed and synchronized. */
void fpu_save(struct fpu *fpu);
void fpu_load(const struct fpu *fpu);
