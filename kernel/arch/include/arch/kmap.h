/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The kernel's own map. Addresses under one GiB from the top belong to the image and its
 * windows; below that all RAM stands in one linear piece (but for the image itself, which
 * has no second name: no writable alias of kernel text exists, and guard pages guard).
 *
 *	0xffff'ff80'0000'0000  DIRECT_BASE   RAM at DIRECT_BASE + physical address, 256 GiB
 *	0xffff'ffff'8000'0000  IMAGE_BASE    the image, a page at a time, each with its rights
 *	                       DTB_WINDOW    the device tree, read-only
 *	                       DEVICE_WINDOW device registers
 */
#pragma once

#include "lib/base.h"

#define DIRECT_BASE   UINT64_C(0xffffff8000000000)
#define DIRECT_SIZE   (UINT64_C(256) << 30)
#define IMAGE_BASE    UINT64_C(0xffffffff80000000)
#define DTB_WINDOW    (IMAGE_BASE + (UINT64_C(2) << 20))
#define DEVICE_WINDOW (IMAGE_BASE + (UINT64_C(6) << 20))

/* pa_to_va: where the kernel sees this byte of RAM (not of its image). */
static inline void *pa_to_va(paddr_t pa)
{
	return (void *)(uintptr_t)(pa + DIRECT_BASE);
}

/* va_to_pa: the physical address behind a name in the direct map (not in the image). */
static inline paddr_t va_to_pa(const void *va)
{
	return (uintptr_t)va - DIRECT_BASE;
}

/* image_pa: the physical address of something in the kernel image; image_range: all of it. */
paddr_t image_pa(const void *symbol);
paddr_t image_start_pa(void);
uint64_t image_size(void);

/*
 * physical_limit: one past the highest physical address of this machine, or of the 44 bits
 * that an Untyped's capability can hold.
 */
paddr_t physical_limit(void);

/*
 * kmap_ram: add a page-aligned range of RAM to the direct map, writable, never executable.
 *
 *  => at boot only; ranges do not overlap; false if the map's tables are used up
 */
must_check bool kmap_ram(paddr_t start, uint64_t size);

/*
 * kmap_device: map device registers (Device-nGnRE, read-write).
 *
 *  => at boot only; returns where `pa` itself stands; panics if the window is full
 */
volatile void *kmap_device(paddr_t pa, uint64_t size);

/*
 * kmap_dtb: map the device tree, read-only, and say where.
 *
 *  => `dtb` is 8-byte aligned and in RAM; nothing else is known of it yet: up to
 *     DTB_SIZE_MAX bytes can be read if its header says that it is so long, else what is
 *     left of its 2 MiB block; `room_out` tells
 */
enum { DTB_SIZE_MAX = 2 << 20 };
const void *kmap_dtb(paddr_t dtb, size_t *room_out);

/* kmap_check: stop unless every kernel mapping is W^X and closed to EL0. */
void kmap_check(void);
