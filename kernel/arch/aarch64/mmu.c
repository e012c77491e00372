/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the memory core asks of the machine (arch/mmu.h).
 */
#include "arch/mmu.h"

#include "arch/page.h"

#include "sysreg.h"

/* Beyond this many pages the whole address space is flushed: one instruction, not many. */
enum { FLUSH_PAGES_MAX = 64 };

void mmu_page_zero(paddr_t page)
{
	page_zero(mmu_window(page));
}

void mmu_page_copy(paddr_t to, paddr_t from)
{
	page_copy(mmu_window(to), mmu_window(from));
}

void mmu_table_borrow(pte_t *to, const pte_t *from, unsigned level)
{
	uint64_t read_only = level ? PTE_TABLE_RO : PTE_READ_ONLY;

	page_copy_entries(to, from, PTE_OWNED | read_only, read_only);
}

/*
 * One store, so that a walker sees the old entry or the new one. The barrier before it lets
 * nobody find the entry and not yet what it points at. None follows: where the entry was
 * none, a walk that misses it takes a fault, finds it there and tries again; where it was
 * not, mmu_flush begins with a barrier.
 */
void mmu_write(pte_t *slot, pte_t entry)
{
	dmb(ishst);
	*(volatile uint64_t *)&slot->raw = entry.raw;
}

static void flush_page(uint16_t asid, uaddr_t va)
{
	uint64_t operand = (uint64_t)asid << 48 | (va >> PAGE_BITS & (BIT(44) - 1));

	__asm__ volatile("tlbi vae1is, %0" : : "r"(operand) : "memory");
}

/* By address all levels go, not the last alone: the walk to the page may have changed. */
void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages)
{
	dsb(ishst);
	if (pages <= FLUSH_PAGES_MAX)
		for (uint64_t i = 0; i < pages; i++)
			flush_page(asid, va + (i << PAGE_BITS));
	else
		__asm__ volatile("tlbi aside1is, %0" : : "r"((uint64_t)asid << 48) : "memory");
	dsb(ish);
	isb();
}

/*
 * "Maintenance of instruction caches": clean the data to the point of unification, then
 * invalidate. All of the instruction cache, since a cache that is indexed by virtual
 * address may hold the page under names that nobody knows here.
 */
void mmu_sync_code(paddr_t page)
{
	uint64_t ctr = READ_SYSREG(ctr_el0);
	char *from = mmu_window(page);

	if (!(ctr & CTR_IDC))
		for (char *line = from; line < from + PAGE_SIZE; line += CTR_DMINLINE(ctr))
			__asm__ volatile("dc cvau, %0" : : "r"(line) : "memory");
	dsb(ish);
	if (!(ctr & CTR_DIC))
		__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

void mmu_sync_uncached(paddr_t page)
{
	uint64_t step = CTR_DMINLINE(READ_SYSREG(ctr_el0));
	char *from = mmu_window(page);

	for (char *line = from; line < from + PAGE_SIZE; line += step)
		__asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
	dsb(sy);
}
