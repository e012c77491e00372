/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the memory core asks of the machine: see frames, publish descriptors, forget
 * translations. The descriptors themselves are arch/pte.h.
 *
 * Levels count from the leaf: an entry of level 0 is a page, an entry of level 1 points
 * at a table of pages (Arm's level 3 table), and so on up. An entry of level n covers
 * 2^(n * TABLE_BITS) pages.
 *
 * The rules that callers keep and the host's fake enforces:
 *
 *  - Break before make. A valid entry that a walker may have seen is changed to another
 *    output only by writing none, flushing every space that could reach it, and writing
 *    the new one. Rights alone may change in place.
 *  - Less is flushed, more need not be: taking rights away or an entry out is followed by
 *    a flush before anything relies on it. Where rights grow, a stale entry costs at most
 *    one more fault, whose handler flushes the page. Where an entry was none, no TLB holds
 *    it: nothing is flushed, a walk that is too early faults once more.
 *  - A frame is given back only after the flush that makes it unreachable.
 *  - A page that the kernel wrote through its window becomes executable, by an entry or a
 *    link to its table, only after mmu_sync_code.
 *  - A page changes between cached names and others only through mmu_sync_uncached: the
 *    kernel's window on it is cached always.
 */
#pragma once

#include "lib/base.h"

#include "arch/pte.h"
#include "arch/window.h" /* void *mmu_window(paddr_t): where the kernel sees a frame */

enum { TABLE_ENTRIES = 1 << TABLE_BITS };

static inline uint64_t block_pages(unsigned level)
{
	return UINT64_C(1) << (TABLE_BITS * level);
}

static inline uint64_t block_start(uint64_t c, unsigned level)
{
	return align_down(c, block_pages(level));
}

static inline uint64_t block_end(uint64_t c, unsigned level)
{
	return block_start(c, level) + block_pages(level);
}

/* table_slot: where, in the table behind `e` of level `level`, the coordinate stands. */
static inline pte_t *table_slot(pte_t e, unsigned level, uint64_t c)
{
	pte_t *table = mmu_window(pte_pa(e, level));

	return &table[c >> (TABLE_BITS * (level - 1)) & (TABLE_ENTRIES - 1)];
}

void mmu_page_zero(paddr_t page);
void mmu_page_copy(paddr_t to, paddr_t from);

/* mmu_table_borrow: the entries of `from`, of `level`, as pte_borrowed makes them; none is none. */
void mmu_table_borrow(pte_t *to, const pte_t *from, unsigned level);

/* mmu_write: store an entry so that walkers see whole values, in program order. */
void mmu_write(pte_t *slot, pte_t entry);

/*
 * mmu_flush: forget what any CPU holds for `pages` pages from `va` in the space `asid`:
 * leaves and the walk to them. Complete when it returns.
 */
void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages);

/* mmu_sync_code: every CPU fetches from this page what was written to it before. */
void mmu_sync_code(paddr_t page);

/* mmu_sync_uncached: write back and forget what caches hold of this page, down to memory. */
void mmu_sync_uncached(paddr_t page);
