/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The host's descriptors: another encoding for each level, so that code which peeks at
 * bits, or confuses levels, does not survive a test. Small tables keep whole families
 * within reach of an exhaustive search.
 *
 *	63:16 frame number   15:8 0xa0 + level   7 memory type 1:0 in 7:6   3 execute  2
 * write  1 owned
 *
 * with every bit below 16 inverted at odd levels.
 */
#pragma once

#include "lib/base.h"

typedef struct pte {
	uint64_t raw;
} pte_t;

#ifndef FAKE_TABLE_BITS
#define FAKE_TABLE_BITS 2
#endif
#ifndef FAKE_LEVELS
#define FAKE_LEVELS 3
#endif

enum {
	TABLE_BITS = FAKE_TABLE_BITS,
	VSPACE_LEVELS = FAKE_LEVELS,
	VMO_LEVELS = FAKE_LEVELS,
};

enum pte_memory { PTE_DEVICE, PTE_NORMAL, PTE_UNCACHED, PTE_STRONG };

enum { FAKE_OWNED = 2, FAKE_WRITE = 4, FAKE_EXECUTE = 8 };

static inline uint64_t fake_bits(pte_t e, unsigned level)
{
	return level & 1 ? e.raw ^ 0xffff : e.raw;
}

static inline pte_t fake_pte(uint64_t bits, unsigned level)
{
	return (pte_t){level & 1 ? bits ^ 0xffff : bits};
}

static inline pte_t pte_none(void)
{
	return (pte_t){0};
}

static inline bool pte_is_none(pte_t e)
{
	return e.raw == 0;
}

static inline uint64_t fake_checked(pte_t e, unsigned level)
{
	uint64_t bits = fake_bits(e, level);

	CHECK((bits >> 8 & 0xff) == 0xa0 + level); /* an entry of another level */
	return bits;
}

static inline pte_t pte_page(paddr_t pa, enum pte_memory type)
{
	return fake_pte(
		(pa >> PAGE_BITS) << 16 | 0xa000 | (uint64_t)type << 6 | FAKE_EXECUTE, 0);
}

static inline bool pte_is_uncached(pte_t e)
{
	return (e.raw >> 6 & 3) != PTE_NORMAL;
}

static inline pte_t pte_table(paddr_t pa, unsigned level)
{
	return fake_pte((pa >> PAGE_BITS) << 16 | (0xa0 + level) << 8 | FAKE_EXECUTE, level);
}

static inline paddr_t pte_pa(pte_t e, unsigned level)
{
	return fake_checked(e, level) >> 16 << PAGE_BITS;
}

/* The one question that is asked without a level: bit 1 means the same at all of them. */
static inline bool pte_is_owned(pte_t e)
{
	return ((e.raw ^ (e.raw >> 8 & 0x80 ? 0 : 0xffff)) & FAKE_OWNED) != 0 && e.raw != 0;
}

static inline pte_t pte_owned(pte_t e)
{
	return e.raw >> 8 & 0x80 ? (pte_t){e.raw | FAKE_OWNED} :
				   (pte_t){e.raw & ~(uint64_t)FAKE_OWNED};
}

static inline bool pte_can_write(pte_t e, unsigned level)
{
	return !pte_is_none(e) && (fake_checked(e, level) & FAKE_WRITE) != 0;
}

static inline pte_t pte_allow_write(pte_t e, unsigned level)
{
	return fake_pte(fake_checked(e, level) | FAKE_WRITE, level);
}

static inline pte_t pte_deny_write(pte_t e, unsigned level)
{
	return fake_pte(fake_checked(e, level) & ~(uint64_t)FAKE_WRITE, level);
}

static inline pte_t pte_deny_execute(pte_t e, unsigned level)
{
	return fake_pte(fake_checked(e, level) & ~(uint64_t)FAKE_EXECUTE, level);
}

static inline bool pte_can_execute(pte_t e, unsigned level)
{
	return !pte_is_none(e) && (fake_checked(e, level) & FAKE_EXECUTE) != 0;
}

static inline pte_t pte_borrowed(pte_t e, unsigned level)
{
	return fake_pte(fake_checked(e, level) & ~(uint64_t)(FAKE_WRITE | FAKE_OWNED), level);
}
