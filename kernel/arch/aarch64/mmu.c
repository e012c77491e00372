/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The memory core's contract on the real machine (arch/mmu.h). Frames are seen through the
 * direct map; maintenance is broadcast to the inner shareable domain.
 */
#include "arch/mmu.h"

#include "arch/kmap.h"

/* Ranges longer than this are flushed by dropping the whole space: cheaper than asking. */
enum { FLUSH_PAGES_MAX = 64 };

/* DC ZVA writes whole blocks of zeros; 64 bytes each on every core that we run on. */
void mmu_page_zero(paddr_t page)
{
	char *p = pa_to_va(page);

	for (unsigned i = 0; i < PAGE_SIZE; i += 64)
		__asm__ volatile("dc zva, %0" : : "r"(p + i) : "memory");
}

void mmu_page_copy(paddr_t to, paddr_t from)
{
	uint64_t *t = pa_to_va(to);
	const uint64_t *f = pa_to_va(from);

	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*t); i += 8) {
		uint64_t a = f[i], b = f[i + 1], c = f[i + 2], d = f[i + 3];
		uint64_t g = f[i + 4], h = f[i + 5], j = f[i + 6], k = f[i + 7];

		t[i] = a;
		t[i + 1] = b;
		t[i + 2] = c;
		t[i + 3] = d;
		t[i + 4] = g;
		t[i + 5] = h;
		t[i + 6] = j;
		t[i + 7] = k;
	}
}

/*
 * mmu_write: the store is single-copy atomic; the DSB makes what it points at, and then
 * itself, visible to table walkers before anyone relies on it (Arm ARM, "Ordering and
 * completion of translation table walks"). The ISB is that of the return to EL0.
 */
void mmu_write(pte_t *slot, pte_t entry)
{
	__asm__ volatile("dsb ishst" : : : "memory");
	*(volatile uint64_t *)&slot->raw = entry.raw;
	__asm__ volatile("dsb ishst" : : : "memory");
}

void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages)
{
	uint64_t space = (uint64_t)asid << 48;

	__asm__ volatile("dsb ishst" : : : "memory");
	if (pages > FLUSH_PAGES_MAX) {
		__asm__ volatile("tlbi aside1is, %0" : : "r"(space) : "memory");
	} else {
		for (uint64_t page = va >> PAGE_BITS; pages > 0; pages--, page++)
			__asm__ volatile("tlbi vae1is, %0"
					 : : "r"(space | (page & (BIT(44) - 1))) : "memory");
	}
	__asm__ volatile("dsb ish" : : : "memory");
}
