/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The direct map of a host program: RAM is where world.c asked the host to put it.
 */
#pragma once

#include "lib/base.h"

#define DIRECT_BASE UINT64_C(0x200000000000)

static inline void *pa_to_va(paddr_t pa)
{
	return (void *)(uintptr_t)(pa + DIRECT_BASE);
}

static inline paddr_t va_to_pa(const void *va)
{
	return (uintptr_t)va - DIRECT_BASE;
}
