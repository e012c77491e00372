/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program's address as the kernel's: the walk that the MMU would do, by software (Arm ARM,
 * "VMSAv8-64 translation table format"). In line: messages beyond the registers need it.
 */
#pragma once

#include "arch/kmap.h"
#include "arch/pte.h"

/* One past the highest user address: 48 bits, the reach of TTBR0. */
#define USER_LIMIT (UINT64_C(1) << 48)

/* What a page must be: valid, EL0's, and memory of the kernel's own kind. */
static inline bool page_is_ordinary(uint64_t desc)
{
	const uint64_t kind = PTE_VALID | PTE_EL0;

	return (desc & (kind | PTE_INDEX(7))) == (kind | PTE_INDEX(PTE_NORMAL));
}

/*
 * user_translate: where the kernel sees a byte of a program's memory, up to the page's end.
 *
 *  => `space` is a value for TTBR0_EL1 (arch/space.h)
 *  => NULL if EL0 could not read it (write it) there now, or it is not ordinary RAM: the
 *     kernel never dereferences a user address. A table above a page may take the right to
 *     write for all below it (APTable), as the memory core has it
 */
static inline void *user_translate(uint64_t space, uaddr_t va, bool write)
{
	uint64_t desc = space, all = 0;

	if (unlikely(va >= USER_LIMIT))
		return NULL;
#pragma GCC unroll 4
	for (int shift = PAGE_BITS + 3 * TABLE_BITS; shift >= PAGE_BITS; shift -= TABLE_BITS) {
		const uint64_t *table = pa_to_va(desc & PTE_ADDRESS);

		desc = table[va >> shift & ((1 << TABLE_BITS) - 1)];
		if (unlikely((desc & PTE_VALID) != PTE_VALID))
			return NULL;
		all |= shift > PAGE_BITS ? desc : 0;
	}
	if (unlikely(!page_is_ordinary(desc)))
		return NULL;
	if (unlikely(write && (all & PTE_TABLE_RO || desc & PTE_READ_ONLY)))
		return NULL;
	return (char *)pa_to_va(desc & PTE_ADDRESS) + (va & (PAGE_SIZE - 1));
}
