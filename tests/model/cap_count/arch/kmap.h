/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The direct map of a machine whose MMU is off: addresses are what they are.
 */
#pragma once

#include "lib/base.h"

typedef uint64_t paddr_t;

#define DIRECT_BASE UINT64_C(0)

static inline void *pa_to_va(paddr_t pa)
{
	return (void *)(uintptr_t)pa;
}

static inline paddr_t va_to_pa(const void *va)
{
	return (uintptr_t)va;
}
