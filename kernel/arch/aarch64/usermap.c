/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/usermap.h"

#include "lib/string.h"

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

void user_activate(paddr_t root, uint16_t asid)
{
	dsb(ishst);
	WRITE_SYSREG(ttbr0_el1, root | (uint64_t)asid << 48);
	isb();
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

/* The physical address of a user address as EL0 itself would get to read it, or false. */
static bool translate(uaddr_t va, paddr_t *pa_out)
{
	uint64_t par;

	if (va >= USER_LIMIT)
		return false;
	__asm__ volatile("at s1e0r, %0" : : "r"(va));
	isb();
	par = READ_SYSREG(par_el1);
	if (par & PAR_F)
		return false;
	*pa_out = desc_address(par) | (va & (PAGE_SIZE - 1));
	return true;
}

static size_t within_page(uaddr_t va, size_t size)
{
	return min_u64(size, PAGE_SIZE - (va & (PAGE_SIZE - 1)));
}

status_t user_read(void *to, uaddr_t from, size_t size)
{
	for (char *at = to; size;) {
		size_t some = within_page(from, size);
		paddr_t pa;

		if (!translate(from, &pa))
			return ST_INVALID_ARGS;
		memcpy(at, pa_to_va(pa), some);
		at += some;
		from += some;
		size -= some;
	}
	return ST_OK;
}
