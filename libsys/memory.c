/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pools, VMOs and VSpaces: slots for what is made, and calls that do a part made again for the
 * rest.
 */
#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/pager.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

/* The slot becomes the caller's with what was made, else it goes back. */
static status_t made(int64_t st, cptr_t slot, cptr_t *out)
{
	if (st == ST_OK)
		*out = slot;
	else
		slot_free(slot);
	return (status_t)st;
}

status_t pool_grow(cptr_t pool, unsigned size_bits)
{
	const struct bootinfo *info = boot_info();
	status_t st = ST_NO_MEMORY;

	for (uint32_t i = info->untyped_count; i-- > 0;) {
		if (info->untyped[i].device)
			continue;
		st = pool_add(pool, info->untyped_first + i, size_bits);
		if (st != ST_NO_MEMORY && st != ST_BAD_HANDLE)
			return st;
	}
	return st;
}

status_t pool_create(unsigned size_bits, cptr_t *pool_out)
{
	status_t st = object_create(OBJECT_POOL, 0, pool_out);

	if (st != ST_OK)
		return st;
	st = pool_grow(*pool_out, size_bits);
	if (st != ST_OK)
		(void)object_delete(*pool_out);
	return st;
}

status_t pool_delete(cptr_t pool)
{
	return object_delete(pool);
}

status_t vmo_create(cptr_t pool, uint64_t size, unsigned options, cptr_t *vmo_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(sys_vmo_create(pool, size, options, ROOT_SLOT_CNODE, slot), slot, vmo_out);
}

status_t vmo_create_contiguous(
	cptr_t pool, uint64_t size, unsigned align_bits, enum vmo_cache cache, cptr_t *vmo_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(
		sys_vmo_create_contiguous(pool, size, align_bits, cache, ROOT_SLOT_CNODE, slot),
		slot, vmo_out);
}

status_t vmo_create_physical(
	cptr_t pool, cptr_t untyped, unsigned size_bits, enum vmo_cache cache, cptr_t *vmo_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(
		sys_vmo_create_physical(pool, untyped, size_bits, cache, ROOT_SLOT_CNODE, slot),
		slot, vmo_out);
}

status_t vmo_clone(cptr_t vmo, unsigned options, uint64_t offset, uint64_t size, cptr_t pool,
	cptr_t *vmo_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(sys_vmo_clone(vmo, options, offset, size, pool, ROOT_SLOT_CNODE, slot),
		slot, vmo_out);
}

status_t vmo_read(cptr_t vmo, void *to, uint64_t offset, uint64_t size)
{
	uaddr_t at = (uaddr_t)to;

	for (;;) {
		int64_t some = sys_vmo_read(vmo, at, offset, size);

		if (some < 0 || (uint64_t)some == size)
			return some < 0 ? (status_t)some : ST_OK;
		at += (uint64_t)some;
		offset += (uint64_t)some;
		size -= (uint64_t)some;
	}
}

status_t vmo_write(cptr_t vmo, const void *from, uint64_t offset, uint64_t size)
{
	uaddr_t at = (uaddr_t)from;

	for (;;) {
		int64_t some = sys_vmo_write(vmo, at, offset, size);

		if (some < 0 || (uint64_t)some == size)
			return some < 0 ? (status_t)some : ST_OK;
		at += (uint64_t)some;
		offset += (uint64_t)some;
		size -= (uint64_t)some;
	}
}

status_t vmo_op_range(cptr_t vmo, enum vmo_op op, uint64_t offset, uint64_t size)
{
	for (;;) {
		int64_t some = sys_vmo_op_range(vmo, op, offset, size);

		if (some < 0 || (uint64_t)some == size)
			return some < 0 ? (status_t)some : ST_OK;
		offset += (uint64_t)some;
		size -= (uint64_t)some;
	}
}

status_t vmo_supply(
	cptr_t vmo, uint64_t offset, uint64_t size, cptr_t source, uint64_t source_offset)
{
	for (;;) {
		int64_t some = sys_vmo_supply(vmo, offset, size, source, source_offset);

		if (some < 0 || (uint64_t)some == size)
			return some < 0 ? (status_t)some : ST_OK;
		offset += (uint64_t)some;
		source_offset += (uint64_t)some;
		size -= (uint64_t)some;
	}
}

int64_t vmo_diff(cptr_t vmo, uint64_t offset)
{
	int64_t at = (int64_t)offset;

	do
		at = sys_vmo_diff(vmo, (word_t)at & ~(word_t)VMO_DIFF_AGAIN);
	while (at >= 0 && at & VMO_DIFF_AGAIN);
	return at;
}

status_t vspace_create(cptr_t pool, cptr_t *space_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(sys_vspace_create(pool, ROOT_SLOT_CNODE, slot), slot, space_out);
}

status_t vspace_map(cptr_t space, cptr_t vmo, uint64_t offset, uint64_t size, unsigned flags,
	uaddr_t *address_out)
{
	int64_t at = sys_vspace_map(space, vmo, *address_out, offset, size, flags);

	if (at < 0)
		return (status_t)at;
	*address_out = (uaddr_t)at;
	return ST_OK;
}

status_t vspace_clone(
	cptr_t space, uaddr_t address, unsigned options, cptr_t pool, cptr_t *vmo_out)
{
	cptr_t slot = slot_alloc();

	if (!slot)
		return ST_NO_RESOURCES;
	return made(sys_vspace_clone(space, address, options, pool, ROOT_SLOT_CNODE, slot),
		slot, vmo_out);
}

status_t vspace_populate(cptr_t space, uaddr_t address, uint64_t size, unsigned access)
{
	for (;;) {
		int64_t some = sys_vspace_populate(space, address, size, access);

		if (some < 0 || (uint64_t)some == size)
			return some < 0 ? (status_t)some : ST_OK;
		address += (uint64_t)some;
		size -= (uint64_t)some;
	}
}
