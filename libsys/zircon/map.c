/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What is mapped in regions: checks in the original's order, then one call of the kernel. */
#include "handle.h"
#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/vspace.h"
#include "region.h"

_Static_assert((unsigned)VSPACE_READ == ZX_VM_PERM_READ &&
		(unsigned)VSPACE_WRITE == ZX_VM_PERM_WRITE &&
		(unsigned)VSPACE_EXECUTE == ZX_VM_PERM_EXECUTE,
	"the kernel's bits are the same");

/* What is to be mapped. */
struct order {
	struct region *region;
	zx_vm_option_t options;
	uint64_t offset; /* in the region */
	cptr_t vmo;
	uint64_t vmo_offset;
	uint64_t size;	    /* in whole pages */
	zx_rights_t rights; /* RIGHTS_RWX that it may ever get */
};

static bool permissions_make_sense(zx_vm_option_t options)
{
	return options & ZX_VM_PERM_READ ||
		!(options & (ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE));
}

/* In the order that the original looks at them. */
static zx_status_t map_check(const struct order *order)
{
	const zx_vm_option_t all = PERMISSIONS | ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE |
		ZX_VM_MAP_RANGE | ZX_VM_REQUIRE_NON_RESIZABLE;
	zx_vm_option_t options = order->options;

	if (!permissions_make_sense(options) || options & CAN_RWX ||
		(options & ZX_VM_MAP_RANGE && options & ZX_VM_SPECIFIC_OVERWRITE))
		return ZX_ERR_INVALID_ARGS;
	if (region_rights(options) & ~order->rights)
		return ZX_ERR_ACCESS_DENIED;
	if (options & ~all || order->vmo_offset % PAGE_SIZE)
		return ZX_ERR_INVALID_ARGS;
	if (order->vmo_offset + order->size < order->vmo_offset ||
		order->offset + order->size < order->offset)
		return ZX_ERR_OUT_OF_RANGE;
	return ZX_OK;
}

static bool is_specific(const struct order *order)
{
	return order->options & (ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE);
}

static status_t map_at(const struct order *order, cptr_t vmo, unsigned more, uintptr_t *at)
{
	uaddr_t address = *at;
	unsigned flags = (order->options & PERMISSIONS) | more;
	status_t st;

	if (order->options & ZX_VM_REQUIRE_NON_RESIZABLE)
		flags |= VSPACE_NOT_RESIZABLE;
	st = vspace_map(ROOT_SLOT_VSPACE, vmo, order->vmo_offset, order->size, flags, &address);
	*at = address;
	return st == ST_ALREADY_EXISTS ? ST_NO_MEMORY : st;
}

/* Where the kernel wants, unless that is a region's. */
static status_t map_anywhere(const struct order *order, cptr_t vmo, uintptr_t *at)
{
	const struct region *region = order->region;
	status_t st;

	if (region == &zircon_region_root) {
		st = map_at(order, vmo, 0, at);
		if (st != ST_OK || !zircon_region_child_in(region, *at, order->size))
			return st;
		(void)vspace_unmap(ROOT_SLOT_VSPACE, *at, order->size);
	}
	st = zircon_region_find_gap(
		region, zircon_region_search_start(region), order->size, order->vmo_offset, at);
	return st == ST_OK ? map_at(order, vmo, VSPACE_FIXED, at) : st;
}

static status_t map_locked(const struct order *order, cptr_t vmo, uintptr_t *at)
{
	bool overwrite = order->options & ZX_VM_SPECIFIC_OVERWRITE;
	zx_status_t st = zircon_region_place_check(
		order->region, is_specific(order), order->offset, order->size, at);

	if (st != ZX_OK)
		return st;
	if (!is_specific(order))
		return map_anywhere(order, vmo, at);
	if (zircon_region_child_in(order->region, *at, order->size))
		return overwrite ? ZX_ERR_INVALID_ARGS : ZX_ERR_NO_MEMORY;
	return map_at(order, vmo, VSPACE_FIXED | (overwrite ? VSPACE_REPLACE : 0), at);
}

/* Pages that are there are entered; behind the VMO's end there is nothing to enter. */
static status_t enter_pages(const struct order *order, uintptr_t at)
{
	status_t st;

	if (!(order->options & ZX_VM_MAP_RANGE) || !(order->options & ZX_VM_PERM_READ))
		return ST_OK;
	st = vspace_populate(ROOT_SLOT_VSPACE, at, order->size, VSPACE_READ);
	return st == ST_OUT_OF_RANGE ? ST_OK : st;
}

static status_t map_with(const struct order *order, cptr_t vmo, uintptr_t *at)
{
	status_t st;

	lock_take(&zircon_region_lock);
	st = map_locked(order, vmo, at);
	lock_release(&zircon_region_lock);
	if (st != ST_OK)
		return st;
	st = enter_pages(order, *at);
	if (st != ST_OK)
		(void)vspace_unmap(ROOT_SLOT_VSPACE, *at, order->size);
	return st;
}

/*
 * What the kernel's capability allows more than the two handles do, the mapping must not get
 * later: it is made with a weaker copy, which need not stay.
 */
static status_t map(const struct order *order, uintptr_t *at)
{
	unsigned has = cap_info_rights(cap_info(order->vmo));
	unsigned may = zircon_rights_of_capability(order->rights) | RIGHT_MAP;
	const unsigned rwx = RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE;
	cptr_t weak;
	status_t st;

	if (!(has & rwx & ~may))
		return map_with(order, order->vmo, at);
	st = zircon_cap_copy_new(order->vmo, may, &weak);
	if (st != ST_OK)
		return st;
	st = map_with(order, weak, at);
	zircon_cap_drop(weak);
	return st;
}

static uint64_t whole_pages(uint64_t size)
{
	return (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static zx_status_t map_and_tell(struct order *order, uint64_t len, zx_vaddr_t *address_out)
{
	uintptr_t at = 0;
	zx_status_t st;

	order->size = whole_pages(len);
	st = map_check(order);
	if (st == ZX_OK && order->size < len)
		st = ZX_ERR_OUT_OF_RANGE;
	if (st == ZX_OK)
		st = map(order, &at);
	if (st != ZX_OK)
		return st;
	if (zircon_can_write(address_out, sizeof(*address_out))) {
		*address_out = at;
		return ZX_OK;
	}
	(void)vspace_unmap(ROOT_SLOT_VSPACE, at, order->size);
	return ZX_ERR_INVALID_ARGS;
}

zx_status_t zx_vmar_map(zx_handle_t value, zx_vm_option_t options, uint64_t vmar_offset,
	zx_handle_t vmo_value, uint64_t vmo_offset, uint64_t len, zx_vaddr_t *mapped_addr)
{
	struct handle *vmar, *vmo;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMAR, 0, &vmar);

	if (st != ZX_OK)
		return st;
	st = zircon_handle_get(vmo_value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_MAP, &vmo);
	if (st == ZX_OK) {
		struct order order = {
			.region = vmar->region,
			.options = options,
			.offset = vmar_offset,
			.vmo = vmo->cap,
			.vmo_offset = vmo_offset,
			.rights = vmar->rights & vmo->rights & RIGHTS_RWX,
		};

		st = map_and_tell(&order, len, mapped_addr);
		zircon_handle_put(vmo);
		zircon_waiters_look(); /* what was overwritten may have kept a clone */
	}
	zircon_handle_put(vmar);
	return st;
}

/* A range of a region that is to be changed. */
static zx_status_t range_check(const struct region *region, uintptr_t at, uint64_t size)
{
	if (!region->alive)
		return ZX_ERR_BAD_STATE;
	return zircon_region_contains(region, at, size) ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

/* May all regions that reach into the range go? */
static bool may_end_children(const struct region *region, uintptr_t at, size_t size)
{
	const struct region *child = zircon_region_child_in(region, at, size);

	for (; child && child->base < at + size; child = child->next)
		if (child->base < at || region_end(child) > at + size)
			return false;
	return true;
}

static zx_status_t unmap_locked(struct region *region, uintptr_t at, size_t size)
{
	zx_status_t st = range_check(region, at, size);
	struct region *child;

	if (st == ZX_OK && !may_end_children(region, at, size))
		st = ZX_ERR_INVALID_ARGS;
	if (st == ZX_OK)
		st = vspace_unmap(ROOT_SLOT_VSPACE, at, size);
	while (st == ZX_OK && (child = zircon_region_child_in(region, at, size)))
		zircon_region_end_tree(child);
	return st;
}

zx_status_t zx_vmar_unmap(zx_handle_t value, zx_vaddr_t addr, uint64_t len)
{
	uint64_t size = whole_pages(len);
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMAR, 0, &handle);

	if (st != ZX_OK)
		return st;
	if (addr % PAGE_SIZE || size == 0) {
		st = ZX_ERR_INVALID_ARGS;
	} else {
		lock_take(&zircon_region_lock);
		st = unmap_locked(handle->region, addr, size);
		lock_release(&zircon_region_lock);
		zircon_waiters_look(); /* a mapping may have kept a clone */
	}
	zircon_handle_put(handle);
	return st;
}

/* Is all of it mapped, and may it get these? Where the first VSPACE_PROTECT_MAX end. */
static status_t protect_check(
	uintptr_t at, uintptr_t end, zx_vm_option_t permissions, uintptr_t *part_out)
{
	struct vspace_range range;
	unsigned count = 0;

	*part_out = end;
	for (; at < end; at = range.address + range.size) {
		if (vspace_query(ROOT_SLOT_VSPACE, at, &range) != ST_OK || range.address > at)
			return ST_NOT_FOUND;
		if (permissions & ~range.rights_max)
			return ST_ACCESS_DENIED;
		if (++count == VSPACE_PROTECT_MAX && range.address + range.size < end)
			*part_out = range.address + range.size;
	}
	return ST_OK;
}

/* More mappings than the kernel changes at once: all are looked at before one is changed. */
static status_t protect_in_parts(uintptr_t at, uintptr_t end, zx_vm_option_t permissions)
{
	uintptr_t part;
	status_t st = ST_OK;

	for (; at < end && st == ST_OK; at = part) {
		st = protect_check(at, end, permissions, &part);
		if (st == ST_OK)
			st = vspace_protect(ROOT_SLOT_VSPACE, at, part - at, permissions);
	}
	return st;
}

static zx_status_t protect_locked(
	const struct region *region, zx_vm_option_t permissions, uintptr_t at, size_t size)
{
	zx_status_t st = range_check(region, at, size);

	if (st == ZX_OK && zircon_region_child_in(region, at, size))
		st = ZX_ERR_INVALID_ARGS;
	if (st == ZX_OK)
		st = vspace_protect(ROOT_SLOT_VSPACE, at, size, permissions);
	return st == ST_NO_RESOURCES ? protect_in_parts(at, at + size, permissions) : st;
}

zx_status_t zx_vmar_protect(
	zx_handle_t value, zx_vm_option_t options, zx_vaddr_t addr, uint64_t len)
{
	zx_rights_t rights = region_rights(options & PERMISSIONS);
	uint64_t size = whole_pages(len);
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMAR, rights, &handle);

	if (st != ZX_OK)
		return st;
	if (!permissions_make_sense(options) || options & ~(zx_vm_option_t)PERMISSIONS ||
		addr % PAGE_SIZE || size == 0) {
		st = ZX_ERR_INVALID_ARGS;
	} else {
		lock_take(&zircon_region_lock);
		st = protect_locked(handle->region, options, addr, size);
		lock_release(&zircon_region_lock);
	}
	zircon_handle_put(handle);
	return st;
}
