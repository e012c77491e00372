/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Device registers: one access of the width named, never torn, merged or moved.
 */
#pragma once

#include "lib/base.h"

/* An assembly access, so that the compiler can use no writeback or pair form. */
static inline uint32_t read32(volatile void *base, uint32_t reg)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]"
			 : "=r"(value)
			 : "r"((volatile char *)base + reg)
			 : "memory");
	return value;
}

static inline void write32(volatile void *base, uint32_t reg, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]"
			 :
			 : "r"(value), "r"((volatile char *)base + reg)
			 : "memory");
}
