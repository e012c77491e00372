/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/usermap.h"

#include "lib/string.h"

#include "arch/space.h"

#include "boot_map.h"
#include "descriptor.h"
#include "sysreg.h"

/* What one look at a user address found. */
struct place {
	uint64_t *desc; /* the entry where the walk ended */
	int level;	/* its level: 3, or that of a missing table */
};

static struct place walk(paddr_t root, uaddr_t va)
{
	uint64_t *table = pa_to_va(root);

	for (int level = 0;; level++) {
		uint64_t *desc = &table[LEVEL_INDEX(va, level)];

		if (level == 3 || !desc_is_table(*desc, level))
			return (struct place){desc, level};
		table = pa_to_va(desc_address(*desc));
	}
}

/* PXN always: the kernel never executes what a program can reach. */
static uint64_t user_descriptor(paddr_t pa, unsigned rights)
{
	uint64_t desc =
		pa | DESC_NORMAL | DESC_AP_EL0 | DESC_NG | DESC_PXN | DESC_VALID | DESC_PAGE;

	if (!(rights & USER_WRITE))
		desc |= DESC_AP_RO;
	if (!(rights & USER_EXECUTE))
		desc |= DESC_UXN;
	return desc;
}

bool user_map(paddr_t root, uaddr_t va, paddr_t pa, unsigned rights)
{
	struct place place = walk(root, va);

	if (place.level < 3)
		return false;
	CHECK(*place.desc == 0 && va < USER_LIMIT);
	*place.desc = user_descriptor(pa, rights);
	dsb(ishst);
	return true;
}

void user_add_table(paddr_t root, uaddr_t va, paddr_t table)
{
	struct place place = walk(root, va);

	CHECK(place.level < 3 && *place.desc == 0);
	dsb(ishst); /* the zeros of the table before the way to it */
	*place.desc = table | DESC_VALID | DESC_TABLE;
}

void user_make_executable(const void *page)
{
	uint64_t ctr = READ_SYSREG(ctr_el0);
	uint64_t start = (uintptr_t)page;

	for (uint64_t at = start; at < start + PAGE_SIZE; at += CTR_DMINLINE(ctr))
		__asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
	dsb(ish);
	/* All of it, not by address: a VIPT cache may hold the page under another address. */
	__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

uint64_t space_none(void)
{
	return image_pa(&empty_table);
}
