/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "region.h"

#include <stdlib.h>
#include <zircon/process.h>

#include "handle.h"
#include "libsys/boot.h"
#include "libsys/vspace.h"

#define ROOT_END     (UINT64_C(1) << 48)
#define CHOICE_START (UINT64_C(1) << 47)

enum {
	REGIONS = 256,
	BLOCK = 512 * PAGE_SIZE, /* what a table maps, which a mapping may share with its VMO */
};

struct lock zircon_region_lock;
static struct region regions[REGIONS], *unused;
struct region zircon_region_root = {
	.base = PAGE_SIZE,
	.size = ROOT_END - PAGE_SIZE,
	.options = CAN_RWX | ZX_VM_CAN_MAP_SPECIFIC,
	.alive = true,
	.handles = 1,
};
static zx_handle_t root_handle;

/* After slots.c's. */
__attribute__((constructor(102))) static void init(void)
{
	struct handle like = {.type = ZX_OBJ_TYPE_VMAR,
		.rights = ZX_DEFAULT_VMAR_RIGHTS | RIGHTS_RWX,
		.region = &zircon_region_root};

	for (unsigned i = REGIONS; i-- > 0;) {
		regions[i].next = unused;
		unused = &regions[i];
	}
	zircon_region_root.koid = like.koid = zircon_koid_new();
	if (zircon_handle_make(&like, &root_handle) != ZX_OK)
		abort();
}

zx_handle_t zx_vmar_root_self(void)
{
	return root_handle;
}

void zircon_region_info(const struct region *region, zx_info_vmar_t *info)
{
	*info = (zx_info_vmar_t){region->base, region->size};
}

void zircon_region_share(struct region *region)
{
	lock_take(&zircon_region_lock);
	region->handles++;
	lock_release(&zircon_region_lock);
}

/* A region that was destroyed and has no handle left is free for another. */
static void free_unused(struct region *region)
{
	if (region->alive || region->handles || region == &zircon_region_root)
		return;
	region->next = unused;
	unused = region;
}

void zircon_region_put(struct region *region)
{
	lock_take(&zircon_region_lock);
	region->handles--;
	free_unused(region);
	lock_release(&zircon_region_lock);
}

bool zircon_region_contains(const struct region *region, uintptr_t at, size_t size)
{
	return at >= region->base && at <= region_end(region) &&
		size <= region_end(region) - at;
}

struct region *zircon_region_child_in(const struct region *region, uintptr_t at, size_t size)
{
	struct region *child = region->children;

	while (child && region_end(child) <= at)
		child = child->next;
	return child && child->base < at + size ? child : NULL;
}

/* Where what is mapped first in a range ends; 0: nothing is. */
static uintptr_t mapped_until(uintptr_t at, size_t size)
{
	struct vspace_range range;

	if (vspace_query(ROOT_SLOT_VSPACE, at, &range) != ST_OK || range.address >= at + size)
		return 0;
	return range.address + range.size;
}

/* Where the first thing in a range ends, region or mapping; 0: there is nothing. */
static uintptr_t occupied_until(const struct region *region, uintptr_t at, size_t size)
{
	const struct region *child = zircon_region_child_in(region, at, size);

	return child ? region_end(child) : mapped_until(at, size);
}

/* The first address from `at` on that is `rest` modulo a power of two. */
static uintptr_t align_at(uintptr_t at, uintptr_t rest, uintptr_t alignment)
{
	return at + ((rest - at) & (alignment - 1));
}

static zx_status_t find_aligned(const struct region *region, uintptr_t at, size_t size,
	const uintptr_t at_rest[2], uintptr_t *at_out)
{
	uintptr_t rest = at_rest[0], alignment = at_rest[1], next;

	for (at = align_at(at, rest, alignment); zircon_region_contains(region, at, size);
		at = align_at(next, rest, alignment)) {
		next = occupied_until(region, at, size);
		if (!next) {
			*at_out = at;
			return ZX_OK;
		}
	}
	return ZX_ERR_NO_MEMORY;
}

zx_status_t zircon_region_find_gap(const struct region *region, uintptr_t from, size_t size,
	uintptr_t rest, uintptr_t *at_out)
{
	const uintptr_t block[] = {rest, BLOCK}, page[] = {0, PAGE_SIZE};

	if (size >= BLOCK && find_aligned(region, from, size, block, at_out) == ZX_OK)
		return ZX_OK;
	return find_aligned(region, from, size, page, at_out);
}

uintptr_t zircon_region_search_start(const struct region *region)
{
	return region == &zircon_region_root ? CHOICE_START : region->base;
}

/* --- regions in regions */

static void add_child(struct region *parent, struct region *child)
{
	struct region **at = &parent->children;

	while (*at && (*at)->base < child->base)
		at = &(*at)->next;
	child->next = *at;
	*at = child;
}

static void remove_child(struct region *child)
{
	struct region **at = &child->parent->children;

	while (*at != child)
		at = &(*at)->next;
	*at = child->next;
}

void zircon_region_end_tree(struct region *region)
{
	struct region *at = region, *parent;

	for (;;) {
		while (at->children)
			at = at->children;
		parent = at->parent;
		if (parent)
			remove_child(at);
		at->alive = false;
		if (at == region)
			break;
		free_unused(at);
		at = parent;
	}
	free_unused(region);
}

zx_status_t zircon_region_place_check(const struct region *region, bool specific,
	uint64_t offset, uint64_t size, uintptr_t *at_out)
{
	if (!region->alive)
		return ZX_ERR_BAD_STATE;
	if (size == 0 || (!specific && offset != 0))
		return ZX_ERR_INVALID_ARGS;
	if (specific && !(region->options & ZX_VM_CAN_MAP_SPECIFIC))
		return ZX_ERR_ACCESS_DENIED;
	if (offset >= region->size || size > region->size - offset)
		return ZX_ERR_INVALID_ARGS;
	*at_out = specific ? region->base + offset : 0;
	return *at_out % PAGE_SIZE ? ZX_ERR_INVALID_ARGS : ZX_OK;
}

static zx_status_t place_region(
	const struct region *parent, uint64_t size, bool specific, uintptr_t *at)
{
	zx_status_t st;

	if (specific)
		return occupied_until(parent, *at, size) ? ZX_ERR_NO_MEMORY : ZX_OK;
	st = zircon_region_find_gap(parent, zircon_region_search_start(parent), size, 0, at);
	return st == ZX_OK ? st : zircon_region_find_gap(parent, parent->base, size, 0, at);
}

static zx_status_t allocate_locked(struct region *parent, zx_vm_option_t options,
	uint64_t offset, uint64_t size, struct region **region_out)
{
	bool specific = options & ZX_VM_SPECIFIC;
	struct region *region = unused;
	uintptr_t at;
	zx_status_t st;

	if (parent->alive && size && options & CAN_RWX & ~parent->options)
		return ZX_ERR_ACCESS_DENIED;
	st = zircon_region_place_check(parent, specific, offset, size, &at);
	if (st == ZX_OK)
		st = place_region(parent, size, specific, &at);
	if (st == ZX_OK && !region)
		st = ZX_ERR_NO_MEMORY;
	if (st != ZX_OK)
		return st;
	unused = region->next;
	*region = (struct region){
		.base = at,
		.size = size,
		.options = options & (CAN_RWX | ZX_VM_CAN_MAP_SPECIFIC),
		.koid = zircon_koid_new(),
		.handles = 1,
		.alive = true,
		.parent = parent,
	};
	add_child(parent, region);
	*region_out = region;
	return ZX_OK;
}

static zx_status_t destroy_locked(struct region *region)
{
	status_t st;

	if (!region->alive)
		return ZX_ERR_BAD_STATE;
	st = vspace_unmap(ROOT_SLOT_VSPACE, region->base, region->size);
	if (st != ST_OK)
		return st;
	zircon_region_end_tree(region);
	return ZX_OK;
}

static zx_status_t destroy(struct region *region)
{
	zx_status_t st;

	lock_take(&zircon_region_lock);
	st = destroy_locked(region);
	lock_release(&zircon_region_lock);
	zircon_waiters_look(); /* a mapping may have kept a clone */
	return st;
}

static zx_status_t allocate(struct region *parent, zx_vm_option_t options, uint64_t offset,
	uint64_t size, struct region **region_out)
{
	const zx_vm_option_t all =
		CAN_RWX | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_SPECIFIC | ZX_VM_COMPACT;
	zx_status_t st;

	if (options & ~all || size % PAGE_SIZE)
		return ZX_ERR_INVALID_ARGS;
	lock_take(&zircon_region_lock);
	st = allocate_locked(parent, options, offset, size, region_out);
	lock_release(&zircon_region_lock);
	return st;
}

/* Its handle, and its address. The region is destroyed if this fails. */
static zx_status_t give_region(
	struct region *region, zx_handle_t *handle_out, zx_vaddr_t *address_out)
{
	struct handle like = {.type = ZX_OBJ_TYPE_VMAR,
		.rights = ZX_DEFAULT_VMAR_RIGHTS | region_rights(region->options),
		.koid = region->koid,
		.region = region};
	uintptr_t base = region->base;
	zx_status_t st = ZX_ERR_INVALID_ARGS;

	if (zircon_can_write(handle_out, sizeof(*handle_out)) &&
		zircon_can_write(address_out, sizeof(*address_out)))
		st = zircon_handle_make(&like, handle_out);
	if (st == ZX_OK) {
		*address_out = base;
		return st;
	}
	(void)destroy(region);
	zircon_region_put(region);
	return st;
}

zx_status_t zx_vmar_allocate(zx_handle_t parent_vmar, zx_vm_option_t options, uint64_t offset,
	uint64_t size, zx_handle_t *child_vmar, zx_vaddr_t *child_addr)
{
	zx_rights_t rights = region_rights(options & CAN_RWX);
	struct region *region;
	struct handle *handle;
	zx_status_t st = zircon_handle_get(parent_vmar, ZX_OBJ_TYPE_VMAR, rights, &handle);

	if (st != ZX_OK)
		return st;
	st = allocate(handle->region, options, offset, size, &region);
	zircon_handle_put(handle);
	return st == ZX_OK ? give_region(region, child_vmar, child_addr) : st;
}

zx_status_t zx_vmar_destroy(zx_handle_t value)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMAR, 0, &handle);

	if (st != ZX_OK)
		return st;
	st = destroy(handle->region);
	zircon_handle_put(handle);
	return st;
}
