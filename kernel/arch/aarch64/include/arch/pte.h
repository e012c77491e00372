/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Stage 1 descriptors as the memory core sees them (Arm ARM, "VMSAv8-64 translation table
 * format"). Levels count from the leaf (arch/mmu.h); Arm's number is 3 - level.
 *
 *          62:61    60        59       58:55     54   53   47:12    11  10  9:8  7:6  4:2    1:0
 *   table  APTable  UXNTable  PXNTable software            address                           11
 *   page                               software  UXN  PXN  address  nG  AF  SH   AP   index  11
 *
 * Bit 55 says "owned": one counted reference stands behind this entry. Everything here is
 * reachable from EL0 only, so that all pages are nG, PXN and readable unless a table above
 * takes that away.
 */
#pragma once

#include "lib/base.h"

typedef struct pte {
	uint64_t raw;
} pte_t;

enum {
	TABLE_BITS = 9,
	VSPACE_LEVELS = 4, /* 48 bits */
	VMO_LEVELS = 6,	   /* 2^54 pages: all that a 64-bit size can ask for */
};

/* What kind of memory a page is: the slots of MAIR_EL1. */
enum pte_memory {
	PTE_DEVICE = 0,	  /* nGnRE */
	PTE_NORMAL = 1,	  /* write-back */
	PTE_UNCACHED = 2, /* Normal, non-cacheable: also write combining */
	PTE_STRONG = 3,	  /* nGnRnE */
};

#define PTE_VALID	UINT64_C(3)
#define PTE_INDEX(type) ((uint64_t)(type) << 2)
#define PTE_EL0		BIT(6)
#define PTE_READ_ONLY	BIT(7)
#define PTE_INNER	(UINT64_C(3) << 8)
#define PTE_ACCESSED	BIT(10)
#define PTE_NOT_GLOBAL	BIT(11)
#define PTE_ADDRESS	UINT64_C(0x0000fffffffff000)
#define PTE_PXN		BIT(53)
#define PTE_UXN		BIT(54)
#define PTE_OWNED	BIT(55)
#define PTE_TABLE_PXN	BIT(59)
#define PTE_TABLE_UXN	BIT(60)
#define PTE_TABLE_RO	BIT(62)

static inline pte_t pte_none(void)
{
	return (pte_t){0};
}

/* pte_page, pte_table: borrowed, read-only, executable; a table hides nothing else. */
static inline pte_t pte_page(paddr_t pa, enum pte_memory type)
{
	return (pte_t){pa | PTE_VALID | PTE_INDEX(type) | PTE_EL0 | PTE_READ_ONLY | PTE_INNER |
		PTE_ACCESSED | PTE_NOT_GLOBAL | PTE_PXN};
}

static inline pte_t pte_table(paddr_t pa, unsigned level)
{
	(void)level;
	return (pte_t){pa | PTE_VALID | PTE_TABLE_RO | PTE_TABLE_PXN};
}

static inline bool pte_is_none(pte_t e)
{
	return e.raw == 0;
}

static inline paddr_t pte_pa(pte_t e, unsigned level)
{
	(void)level;
	return e.raw & PTE_ADDRESS;
}

static inline bool pte_is_owned(pte_t e)
{
	return (e.raw & PTE_OWNED) != 0;
}

static inline pte_t pte_owned(pte_t e)
{
	return (pte_t){e.raw | PTE_OWNED};
}

static inline bool pte_can_write(pte_t e, unsigned level)
{
	return e.raw != 0 && (e.raw & (level ? PTE_TABLE_RO : PTE_READ_ONLY)) == 0;
}

static inline pte_t pte_allow_write(pte_t e, unsigned level)
{
	return (pte_t){e.raw & ~(level ? PTE_TABLE_RO : PTE_READ_ONLY)};
}

static inline pte_t pte_deny_write(pte_t e, unsigned level)
{
	return (pte_t){e.raw | (level ? PTE_TABLE_RO : PTE_READ_ONLY)};
}

static inline pte_t pte_deny_execute(pte_t e, unsigned level)
{
	return (pte_t){e.raw | (level ? PTE_TABLE_UXN : PTE_UXN)};
}

static inline bool pte_can_execute(pte_t e, unsigned level)
{
	return e.raw != 0 && (e.raw & (level ? PTE_TABLE_UXN : PTE_UXN)) == 0;
}

/* pte_is_uncached: of a page; for the tests alone. */
static inline bool pte_is_uncached(pte_t e)
{
	return (e.raw & PTE_INDEX(3)) != PTE_INDEX(PTE_NORMAL);
}

/* pte_borrowed: the same target without the reference and without the right to write. */
static inline pte_t pte_borrowed(pte_t e, unsigned level)
{
	return pte_deny_write((pte_t){e.raw & ~PTE_OWNED}, level);
}
