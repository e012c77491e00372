/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/usermap.h"

#include "arch/space.h"

#include "boot_map.h"
#include "descriptor.h"
#include "sysreg.h"

/* What a page must be: valid, EL0's, and memory of the kernel's own kind. */
static bool is_ordinary(uint64_t desc)
{
	const uint64_t kind = DESC_VALID | DESC_PAGE | DESC_AP_EL0;

	return (desc & (kind | DESC_ATTR(7))) == (kind | DESC_ATTR(MAIR_NORMAL));
}

/*
 * The walk by software. A table above a page may take the right to write for all below it
 * (APTable), as the memory core has it.
 */
bool user_translate(uint64_t space, uaddr_t va, bool write, paddr_t *pa_out)
{
	const uint64_t *table = pa_to_va(desc_address(space));
	uint64_t read_only = 0, desc;

	if (va >= USER_LIMIT)
		return false;
	for (int level = 0; level < 3; level++) {
		desc = table[LEVEL_INDEX(va, level)];
		if (!desc_is_table(desc, level))
			return false;
		read_only |= desc & DESC_TABLE_RO;
		table = pa_to_va(desc_address(desc));
	}
	desc = table[LEVEL_INDEX(va, 3)];
	if (!is_ordinary(desc) || (write && (read_only || desc & DESC_AP_RO)))
		return false;
	*pa_out = desc_address(desc) | (va & (PAGE_SIZE - 1));
	return true;
}

uint64_t space_none(void)
{
	return image_pa(&empty_table);
}
