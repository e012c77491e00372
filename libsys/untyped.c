/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/untyped.h"

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/slots.h"

/* The kernel does the splitting, and keeps count: there is nothing here to lock. */
static status_t retype(enum object type, unsigned size_bits, unsigned count, cptr_t first)
{
	const struct bootinfo *info = boot_info();

	for (uint32_t i = info->untyped_count; i-- > 0;) { /* RAM's stand largest first */
		status_t st;

		if (info->untyped[i].device)
			continue;
		st = untyped_retype(info->untyped_first + i, type, size_bits, first, count);
		if (st != ST_NO_MEMORY && st != ST_BAD_HANDLE)
			return st;
	}
	return ST_NO_MEMORY;
}

status_t objects_create(enum object type, unsigned size_bits, unsigned count, cptr_t *first_out)
{
	cptr_t first;
	status_t st = slots_alloc(count, &first);

	if (st != ST_OK)
		return st;
	st = retype(type, size_bits, count, first);
	if (st == ST_OK)
		*first_out = first;
	else
		slots_free(first, count);
	return st;
}

status_t objects_delete(cptr_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		status_t st = cap_delete(first + i);

		if (st != ST_OK)
			return st;
		slots_free(first + i, 1);
	}
	return ST_OK;
}
