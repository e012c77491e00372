/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What is switched with a thread besides its struct context: the translation root, the TLS
 * register and access to the FPU. Each takes effect at the next return to user mode, which
 * synchronizes; the kernel itself depends on none of them.
 */
#pragma once

#include "lib/base.h"

/* space_root: what a table's address and an ASID are in TTBR0_EL1. */
static inline uint64_t space_root(paddr_t root, uint16_t asid)
{
	return root | (uint64_t)asid << 48;
}

static inline void space_set(uint64_t space)
{
	__asm__ volatile("msr ttbr0_el1, %0" : : "r"(space) : "memory");
}

/* space_set_now: the CPU translates by no other from here on. */
static inline void space_set_now(uint64_t space)
{
	space_set(space);
	__asm__ volatile("isb" : : : "memory");
}

/* space_none: the root with nothing in it, for threads that have no VSpace. */
uint64_t space_none(void);

static inline uint64_t tls_get(void)
{
	uint64_t tls;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tls));
	return tls;
}

static inline void tls_set(uint64_t tls)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(tls));
}
