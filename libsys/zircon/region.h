/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMARs: which part of the address space may be used through which handle. The kernel knows
 * mappings alone; regions are a tree in this program's memory, under one lock.
 *
 *	root [ a page ..... 2^36 ........................ 2^47 ................. 2^48 )
 *	                      |  the kernel chooses places  |  libsys chooses places  |
 *
 * Places that nobody asked for come from the kernel in the root region, since it knows where
 * tables can be shared; regions without a place, and mappings in regions, get the first gap.
 */
#pragma once

#include <zircon/syscalls.h>

#include "libsys/futex.h"

/* Protected by zircon_region_lock, but for what does not change: base, size, options, koid. */
struct region {
	uintptr_t base;
	size_t size;		/* in bytes */
	zx_vm_option_t options; /* CAN_MAP_... */
	zx_koid_t koid;
	unsigned handles;
	bool alive; /* was not destroyed */
	struct region *parent;
	struct region *children; /* by address */
	struct region *next;	 /* of the parent's children; or of those that are free */
};

extern struct lock zircon_region_lock;
extern struct region zircon_region_root;

enum {
	CAN_RWX = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_EXECUTE,
	PERMISSIONS = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE,
	RIGHTS_RWX = ZX_RIGHT_READ | ZX_RIGHT_WRITE | ZX_RIGHT_EXECUTE,
};

/* region_rights: of handles that permissions, or CAN_MAP options, ask for or give. */
static inline zx_rights_t region_rights(zx_vm_option_t options)
{
	_Static_assert(ZX_VM_CAN_MAP_READ == ZX_VM_PERM_READ << 7 &&
			ZX_VM_CAN_MAP_EXECUTE == ZX_VM_PERM_EXECUTE << 7 &&
			ZX_RIGHT_READ == ZX_VM_PERM_READ << 2 &&
			ZX_RIGHT_EXECUTE == ZX_VM_PERM_EXECUTE << 2,
		"bits in the same order");
	return (options & PERMISSIONS) << 2 | (options & CAN_RWX) >> 7 << 2;
}

static inline uintptr_t region_end(const struct region *region)
{
	return region->base + region->size;
}

/* zircon_region_info: its addresses. */
void zircon_region_info(const struct region *region, zx_info_vmar_t *info);

/* zircon_region_contains: is all of a range in it? */
bool zircon_region_contains(const struct region *region, uintptr_t at, size_t size);

/* The others are called with zircon_region_lock held. */

/* zircon_region_child_in: the first of its children that reaches into a range, or NULL. */
struct region *zircon_region_child_in(const struct region *region, uintptr_t at, size_t size);

/*
 * zircon_region_place_check: may something be there?
 *
 *  => *at_out is the address that is asked for, 0 if none is
 */
zx_status_t zircon_region_place_check(const struct region *region, bool specific,
	uint64_t offset, uint64_t size, uintptr_t *at_out);

/*
 * zircon_region_find_gap: the first from an address on; large ones at `rest` modulo what one table
 * maps. ZX_ERR_NO_MEMORY
 */
zx_status_t zircon_region_find_gap(const struct region *region, uintptr_t from, size_t size,
	uintptr_t rest, uintptr_t *at_out);

/* zircon_region_search_start: where room is looked for first. */
uintptr_t zircon_region_search_start(const struct region *region);

/* zircon_region_end_tree: it and all within are regions no more; nothing is mapped there. */
void zircon_region_end_tree(struct region *region);
