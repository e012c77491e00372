/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs of memory that is what it is: pages in a row, and devices' registers.
 *
 * A resource is a device's Untyped, cut in halves down to the block that a VMO is asked for.
 * The halves stay: a tree of pieces, each an Untyped.
 *
 *	[            untyped             ]
 *	[     left     ][     right      ]
 *	                [ left  ][ right ] <- one VMO, or none
 *
 * A VMO is made of a whole piece. Where fewer pages are asked for it is a slice of that, which
 * keeps it. A piece that no VMO is made of any more is free for another one.
 */
#include "handle.h"
#include "libsys/cap.h"
#include "libsys/futex.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/zircon.h"

enum { PIECES = 128, RESOURCES = 16 };

struct piece {
	cptr_t untyped;
	struct piece *half[2]; /* by address; or [0] the next free one */
};

struct resource {
	struct piece whole;
	uint64_t base;
	unsigned size_bits;
	unsigned handles; /* 0: nobody's */
};

static struct lock lock; /* of all that follows */
static struct piece pieces[PIECES], *unused;
static struct resource resources[RESOURCES];

__attribute__((constructor)) static void init(void)
{
	for (unsigned i = PIECES; i-- > 0;) {
		pieces[i].half[0] = unused;
		unused = &pieces[i];
	}
}

zx_status_t zx_bti_create_for_pool(cptr_t pool, zx_handle_t *out)
{
	struct handle like = {.type = ZX_OBJ_TYPE_BTI,
		.rights = ZX_DEFAULT_BTI_RIGHTS,
		.koid = zircon_koid_new(),
		.cap = pool};

	return zircon_handle_give(&like, out);
}

zx_status_t zx_vmo_create_contiguous(
	zx_handle_t bti, size_t size, uint32_t alignment_log2, zx_handle_t *out)
{
	struct handle *handle;
	cptr_t vmo = 0;
	zx_status_t st = zircon_handle_get(bti, ZX_OBJ_TYPE_BTI, ZX_RIGHT_MAP, &handle);

	if (st != ZX_OK)
		return st;
	st = vmo_create_contiguous(handle->cap, size, alignment_log2, VMO_CACHE_CACHED, &vmo);
	zircon_handle_put(handle);
	return zircon_vmo_give(st, vmo, ZX_DEFAULT_VMO_RIGHTS, out);
}

static struct resource *take_resource(void)
{
	for (unsigned i = 0; i < RESOURCES; i++)
		if (!resources[i].handles)
			return &resources[i];
	return NULL;
}

zx_status_t zx_resource_create_for_untyped(
	cptr_t untyped, uint64_t base, unsigned size_bits, zx_handle_t *out)
{
	struct handle like = {.type = ZX_OBJ_TYPE_RESOURCE,
		.rights = ZX_DEFAULT_RESOURCE_RIGHTS,
		.koid = zircon_koid_new()};

	lock_take(&lock);
	like.resource = take_resource();
	if (like.resource)
		*like.resource = (struct resource){
			.whole.untyped = untyped,
			.base = base,
			.size_bits = size_bits,
			.handles = 1,
		};
	lock_release(&lock);
	return like.resource ? zircon_handle_give(&like, out) : ZX_ERR_NO_MEMORY;
}

void zircon_resource_share(struct resource *resource)
{
	lock_take(&lock);
	resource->handles++;
	lock_release(&lock);
}

/* The halves of a piece go; VMOs that are made of them have their memory still. */
static void forget_halves(struct piece *top)
{
	struct piece *at = top, *half;

	while ((half = top->half[0]) || (half = top->half[1])) {
		for (at = top; half; half = at->half[0] ? at->half[0] : at->half[1]) {
			if (!half->half[0] && !half->half[1])
				break;
			at = half;
		}
		at->half[at->half[0] != half] = NULL;
		zircon_cap_drop(half->untyped);
		half->half[0] = unused;
		unused = half;
	}
}

void zircon_resource_put(struct resource *resource)
{
	lock_take(&lock);
	if (--resource->handles == 0)
		forget_halves(&resource->whole);
	lock_release(&lock);
}

static struct piece *take_piece(cptr_t untyped)
{
	struct piece *piece = unused;

	unused = piece->half[0];
	*piece = (struct piece){.untyped = untyped};
	return piece;
}

/* Cut a piece of 2^bits bytes in halves, if that was not done. */
static zx_status_t halve(struct piece *piece, unsigned bits)
{
	cptr_t first;
	status_t st;

	if (piece->half[0])
		return ZX_OK;
	if (!unused || !unused->half[0])
		return ZX_ERR_NO_RESOURCES;
	st = slots_alloc(2, &first);
	if (st == ST_OK) {
		st = untyped_retype(piece->untyped, OBJECT_UNTYPED, bits - 1, first, 2);
		if (st != ST_OK)
			slots_free(first, 2);
	}
	if (st != ST_OK)
		return st;
	piece->half[0] = take_piece(first);
	piece->half[1] = take_piece(first + 1);
	return ZX_OK;
}

/* The smallest block that has all of a range of it. */
static unsigned block_bits(uint64_t offset, uint64_t size)
{
	unsigned bits = PAGE_BITS;

	while (offset >> bits != (offset + size - 1) >> bits)
		bits++;
	return bits;
}

static zx_status_t find_piece(
	struct resource *resource, uint64_t offset, unsigned bits, cptr_t *untyped_out)
{
	struct piece *piece = &resource->whole;
	zx_status_t st = ZX_OK;

	for (unsigned at = resource->size_bits; at > bits && st == ZX_OK; at--) {
		st = halve(piece, at);
		if (st == ZX_OK)
			piece = piece->half[offset >> (at - 1) & 1];
	}
	*untyped_out = piece->untyped;
	return st;
}

/* Of a VMO of a block the pages that were asked for. */
static status_t slice(cptr_t *vmo, uint64_t offset, uint64_t size)
{
	cptr_t whole = *vmo;
	status_t st = vmo_clone(whole, VMO_CHILD_SLICE, offset, size, zircon_pool, vmo);

	zircon_cap_drop(whole);
	return st;
}

static status_t make_physical(
	struct resource *resource, uint64_t offset, uint64_t size, cptr_t *vmo_out)
{
	unsigned bits = block_bits(offset, size);
	cptr_t untyped;
	status_t st;

	lock_take(&lock);
	st = find_piece(resource, offset, bits, &untyped);
	if (st == ST_OK)
		st = vmo_create_physical(
			zircon_pool, untyped, bits, VMO_CACHE_UNCACHED_DEVICE, vmo_out);
	lock_release(&lock);
	if (st == ST_OK && size < UINT64_C(1) << bits)
		st = slice(vmo_out, offset & ((UINT64_C(1) << bits) - 1), size);
	return st;
}

zx_status_t zx_vmo_create_physical(
	zx_handle_t value, zx_paddr_t paddr, size_t size, zx_handle_t *out)
{
	uint64_t rounded = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1), offset, end;
	struct resource *resource;
	struct handle *handle;
	cptr_t vmo = 0;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_RESOURCE, 0, &handle);

	if (st != ZX_OK)
		return st;
	resource = handle->resource;
	offset = paddr - resource->base;
	end = UINT64_C(1) << resource->size_bits;
	if (paddr % PAGE_SIZE || size == 0 || rounded < size)
		st = ZX_ERR_INVALID_ARGS;
	else if (paddr < resource->base || offset > end || rounded > end - offset)
		st = ZX_ERR_ACCESS_DENIED;
	else
		st = make_physical(resource, offset, rounded, &vmo);
	zircon_handle_put(handle);
	return vmo ? zircon_vmo_give(st, vmo, ZX_DEFAULT_VMO_RIGHTS, out) : st;
}
