/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Stage 1 descriptors, 4 KiB granule (Arm ARM, "VMSAv8-64 translation table format").
 *
 * Arm counts levels from the root: 0 (512 GiB an entry) to 3 (pages).
 */
#pragma once

#include "lib/base.h"

enum {
	TABLE_ENTRIES = 512,
	LEVEL_BITS = 9,
};

#define LEVEL_SHIFT(level)     (PAGE_BITS + LEVEL_BITS * (3 - (level)))
#define LEVEL_SIZE(level)      (UINT64_C(1) << LEVEL_SHIFT(level))
#define LEVEL_INDEX(va, level) (((va) >> LEVEL_SHIFT(level)) & (TABLE_ENTRIES - 1))

#define DESC_VALID    BIT(0)
#define DESC_TABLE    BIT(1) /* levels 0-2: points at a table */
#define DESC_PAGE     BIT(1) /* level 3: a page */
#define DESC_ATTR(i)  ((uint64_t)(i) << 2)
#define DESC_AP_EL0   BIT(6)
#define DESC_AP_RO    BIT(7)
#define DESC_SH_INNER (UINT64_C(3) << 8)
#define DESC_AF	      BIT(10)
#define DESC_NG	      BIT(11)
#define DESC_PXN      BIT(53)
#define DESC_UXN      BIT(54)
#define DESC_ADDRESS  UINT64_C(0x0000fffffffff000)

/* Slots of MAIR_EL1: head.S sets them in this order. */
enum {
	MAIR_DEVICE_NGNRE = 0,
	MAIR_NORMAL = 1, /* write-back, read and write allocate */
	MAIR_NORMAL_NC = 2,
	MAIR_DEVICE_NGNRNE = 3,
};

#define DESC_NORMAL (DESC_ATTR(MAIR_NORMAL) | DESC_SH_INNER | DESC_AF)
#define DESC_DEVICE (DESC_ATTR(MAIR_DEVICE_NGNRE) | DESC_AF | DESC_PXN | DESC_UXN)

/* The kernel's four kinds of memory: no fifth is writable and executable. */
#define DESC_KERNEL_TEXT   (DESC_NORMAL | DESC_AP_RO | DESC_UXN)
#define DESC_KERNEL_RODATA (DESC_NORMAL | DESC_AP_RO | DESC_UXN | DESC_PXN)
#define DESC_KERNEL_DATA   (DESC_NORMAL | DESC_UXN | DESC_PXN)

static inline bool desc_is_table(uint64_t desc, int level)
{
	return level < 3 && (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

static inline uint64_t desc_address(uint64_t desc)
{
	return desc & DESC_ADDRESS;
}
