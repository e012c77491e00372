/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Physical memory at boot: a short list of free ranges, from which whole pages are cut
 * until everything that is left is handed to the first program.
 */
#pragma once

#include "lib/fdt.h"

#include "arch/kmap.h"

enum { BOOTMEM_RANGES_MAX = 64 };

/* Sorted by base; ranges are page-aligned, not empty, and do not touch one another. */
struct bootmem {
	struct range range[BOOTMEM_RANGES_MAX];
	uint32_t count;
};

/*
 * bootmem_add: make the whole pages within a range free.
 *
 *  => what is free already stays so; false if the list is full, and nothing has changed
 */
must_check bool bootmem_add(struct bootmem *memory, struct range range);

/*
 * bootmem_remove: make every page that a range touches not free.
 *
 *  => false if the list is full (a range in the middle of another makes two of it), and
 *     nothing has changed
 *  => a range that wraps around reaches to the top of the address space
 */
must_check bool bootmem_remove(struct bootmem *memory, struct range range);

/*
 * bootmem_alloc: take `pages` contiguous pages, from the end of the highest range that has
 * them.
 *
 *  => their content is undefined; false if no range is large enough
 */
must_check bool bootmem_alloc(struct bootmem *memory, uint64_t pages, paddr_t *pa_out);

/* bootmem_alloc_below: the same, all of it below `limit`; false also if the list is full. */
must_check bool bootmem_alloc_below(
	struct bootmem *memory, uint64_t pages, paddr_t limit, paddr_t *pa_out);

/* bootmem_bytes: how much is free. */
uint64_t bootmem_bytes(const struct bootmem *memory);
