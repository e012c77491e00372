/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Device registers and the order of what a driver and its device do.
 *
 * Registers are mapped as Device memory: accesses to one device stay in their order. Memory
 * that a device reads or writes itself is another matter, and needs the barriers below:
 *
 *	fill the buffer, write its descriptor
 *	dma_wmb()                         all of that is there before
 *	mmio_write32(registers, DOORBELL, 1)
 *	...
 *	while (!mmio_read32(registers, DONE))
 *		;
 *	dma_rmb()                         what follows is read after that
 *	read the buffer
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mmio_read32, mmio_write32: one access, never torn, merged or repeated; `reg` in bytes. */
static inline uint32_t mmio_read32(volatile void *registers, uint32_t reg)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]"
			 : "=r"(value)
			 : "r"((volatile char *)registers + reg)
			 : "memory");
	return value;
}

static inline void mmio_write32(volatile void *registers, uint32_t reg, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]"
			 :
			 : "r"(value), "r"((volatile char *)registers + reg)
			 : "memory");
}

/* dma_wmb: what was written to memory is there before the device is told. */
static inline void dma_wmb(void)
{
	__asm__ volatile("dsb st" : : : "memory");
}

/* dma_rmb: memory is read after what told that the device is done. */
static inline void dma_rmb(void)
{
	__asm__ volatile("dsb ld" : : : "memory");
}

/* dma_mb: both, and writes before reads. */
static inline void dma_mb(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

#ifdef __cplusplus
}
#endif
