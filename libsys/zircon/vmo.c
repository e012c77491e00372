/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/vmo.h"

#include "handle.h"
#include "libsys/cap.h"

zx_status_t zx_vmo_create(uint64_t size, uint32_t options, zx_handle_t *out)
{
	cptr_t vmo = 0;
	status_t st;

	if (options & ~ZX_VMO_NON_RESIZABLE)
		return ZX_ERR_INVALID_ARGS;
	st = vmo_create(zircon_pool, size, options ? 0 : VMO_OPTION_RESIZABLE, &vmo);
	return zircon_vmo_give(st, vmo, ZX_DEFAULT_VMO_RIGHTS, out);
}

/* What is asked for, in Quire's words. */
struct child {
	unsigned options;  /* of vmo_clone */
	zx_rights_t added; /* to those of the source */
	zx_rights_t taken;
};

static zx_status_t make_child(struct handle *handle, const struct child *child, uint64_t offset,
	uint64_t size, zx_handle_t *out)
{
	zx_rights_t rights = (handle->rights | child->added) & ~child->taken;
	cptr_t vmo = 0, strong;
	status_t st = vmo_clone(handle->cap, child->options, offset, size, zircon_pool, &vmo);

	if (st == ST_OK && !(handle->rights & ZX_RIGHT_GET_PROPERTY))
		(void)sys_vmo_set_name(vmo, 0, 0); /* not to be known by who cannot ask */
	if (st == ST_OK && child->taken & ZX_RIGHT_WRITE) {
		strong = vmo;
		st = zircon_cap_copy_new(strong, zircon_rights_of_capability(rights), &vmo);
		zircon_cap_drop(strong);
	}
	return zircon_vmo_give(st, vmo, rights, out);
}

static zx_status_t clone_options(uint32_t options, struct child *child)
{
	if (!(options & ZX_VMO_CLONE_COPY_ON_WRITE) ||
		options & ~(ZX_VMO_CLONE_COPY_ON_WRITE | ZX_VMO_CLONE_NON_RESIZEABLE))
		return ZX_ERR_INVALID_ARGS;
	*child = (struct child){
		.options = VMO_CHILD_CLONE |
			(options & ZX_VMO_CLONE_NON_RESIZEABLE ? 0 : VMO_OPTION_RESIZABLE),
		.added = ZX_RIGHT_WRITE | ZX_RIGHTS_PROPERTY,
	};
	return ZX_OK;
}

static zx_status_t child_options(uint32_t options, struct child *child)
{
	const uint32_t kinds = ZX_VMO_CHILD_SNAPSHOT | ZX_VMO_CHILD_SLICE |
		ZX_VMO_CHILD_SNAPSHOT_AT_LEAST_ON_WRITE;
	const uint32_t more = ZX_VMO_CHILD_RESIZABLE | ZX_VMO_CHILD_NO_WRITE;
	uint32_t kind = options & kinds;
	bool slice = kind == ZX_VMO_CHILD_SLICE;

	if (options & ~(kinds | more) || __builtin_popcount(kind) != 1 ||
		(options & more) == more || (slice && options & ZX_VMO_CHILD_RESIZABLE))
		return ZX_ERR_INVALID_ARGS;
	*child = (struct child){
		.options = slice		      ? VMO_CHILD_SLICE :
			kind == ZX_VMO_CHILD_SNAPSHOT ? VMO_CHILD_SNAPSHOT :
							VMO_CHILD_CLONE,
		.added = ZX_RIGHTS_PROPERTY,
	};
	if (options & ZX_VMO_CHILD_RESIZABLE)
		child->options |= VMO_OPTION_RESIZABLE;
	if (options & ZX_VMO_CHILD_NO_WRITE) {
		child->taken = ZX_RIGHT_WRITE;
	} else if (!slice) {
		child->added |= ZX_RIGHT_WRITE;
		child->taken = ZX_RIGHT_EXECUTE;
	}
	return ZX_OK;
}

/* The source must be a capability that other copies are made of: DUPLICATE. */
static zx_status_t child_of(zx_handle_t value, struct handle **handle_out)
{
	return zircon_handle_get(
		value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_DUPLICATE | ZX_RIGHT_READ, handle_out);
}

zx_status_t zx_vmo_clone(
	zx_handle_t value, uint32_t options, uint64_t offset, uint64_t size, zx_handle_t *out)
{
	struct handle *handle;
	struct child child;
	zx_status_t st = child_of(value, &handle);

	if (st != ZX_OK)
		return st;
	st = clone_options(options, &child);
	if (st == ZX_OK)
		st = make_child(handle, &child, offset, size, out);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_vmo_create_child(
	zx_handle_t value, uint32_t options, uint64_t offset, uint64_t size, zx_handle_t *out)
{
	struct handle *handle;
	struct child child;
	zx_status_t st = child_of(value, &handle);

	if (st != ZX_OK)
		return st;
	st = child_options(options, &child);
	if (st == ZX_OK)
		st = make_child(handle, &child, offset, size, out);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_vmo_read(zx_handle_t value, void *buffer, uint64_t offset, size_t size)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_READ, &handle);

	if (st != ZX_OK)
		return st;
	st = vmo_read(handle->cap, buffer, offset, size);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_vmo_write(zx_handle_t value, const void *buffer, uint64_t offset, size_t size)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_WRITE, &handle);

	if (st != ZX_OK)
		return st;
	st = vmo_write(handle->cap, buffer, offset, size);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_vmo_get_size(zx_handle_t value, uint64_t *size_out)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, 0, &handle);
	int64_t size;

	if (st != ZX_OK)
		return st;
	size = vmo_size(handle->cap);
	zircon_handle_put(handle);
	if (size < 0)
		return (zx_status_t)size;
	if (!zircon_can_write(size_out, sizeof(*size_out)))
		return ZX_ERR_INVALID_ARGS;
	*size_out = (uint64_t)size;
	return ZX_OK;
}

zx_status_t zx_vmo_set_size(zx_handle_t value, uint64_t size)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_WRITE, &handle);

	if (st != ZX_OK)
		return st;
	st = vmo_set_size(handle->cap, size);
	zircon_handle_put(handle);
	return st;
}

/* A zx_paddr_t for each page that the range touches. */
static zx_status_t look_up(
	cptr_t vmo, uint64_t offset, uint64_t size, zx_paddr_t *to, size_t to_size)
{
	uint64_t first = offset / PAGE_SIZE, count;
	int64_t end = vmo_size(vmo);

	if (size == 0)
		return ZX_ERR_INVALID_ARGS;
	if (end < 0 || offset > (uint64_t)end || size > (uint64_t)end - offset)
		return ZX_ERR_OUT_OF_RANGE;
	count = (offset + size - 1) / PAGE_SIZE - first + 1;
	if (to_size / sizeof(*to) < count)
		return ZX_ERR_BUFFER_TOO_SMALL;
	if (!zircon_lookup_authority)
		return ZX_ERR_ACCESS_DENIED;
	if (!zircon_can_write(to, count * sizeof(*to)))
		return ZX_ERR_INVALID_ARGS;
	for (uint64_t i = 0; i < count; i++) {
		int64_t at = vmo_lookup(vmo, zircon_lookup_authority, (first + i) * PAGE_SIZE);

		if (at < 0)
			return (zx_status_t)at;
		to[i] = (zx_paddr_t)at;
	}
	return ZX_OK;
}

/* What an operation needs; ZX_RIGHT_NONE where it is refused whoever asks. */
static zx_rights_t op_rights(uint32_t op)
{
	switch (op) {
	case ZX_VMO_OP_COMMIT:
	case ZX_VMO_OP_DECOMMIT:
	case ZX_VMO_OP_CACHE_INVALIDATE:
		return ZX_RIGHT_WRITE;
	case ZX_VMO_OP_LOOKUP:
	case ZX_VMO_OP_CACHE_SYNC:
	case ZX_VMO_OP_CACHE_CLEAN:
	case ZX_VMO_OP_CACHE_CLEAN_INVALIDATE:
		return ZX_RIGHT_READ;
	default:
		return ZX_RIGHT_NONE;
	}
}

_Static_assert(VMO_OP_COMMIT == ZX_VMO_OP_COMMIT && VMO_OP_DECOMMIT == ZX_VMO_OP_DECOMMIT &&
		VMO_OP_CACHE_SYNC == ZX_VMO_OP_CACHE_SYNC &&
		VMO_OP_CACHE_CLEAN_INVALIDATE == ZX_VMO_OP_CACHE_CLEAN_INVALIDATE,
	"operations have the same numbers, but that LOOKUP's is ZERO's");

zx_status_t zx_vmo_op_range(zx_handle_t value, uint32_t op, uint64_t offset, uint64_t size,
	void *buffer, size_t buffer_size)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, 0, &handle);

	if (st != ZX_OK)
		return st;
	if (op == ZX_VMO_OP_LOCK || op == ZX_VMO_OP_UNLOCK)
		st = ZX_ERR_NOT_SUPPORTED;
	else if (op_rights(op) == ZX_RIGHT_NONE)
		st = ZX_ERR_INVALID_ARGS;
	else if (op_rights(op) & ~handle->rights)
		st = ZX_ERR_ACCESS_DENIED;
	else if (op == ZX_VMO_OP_LOOKUP)
		st = look_up(handle->cap, offset, size, buffer, buffer_size);
	else
		st = vmo_op_range(handle->cap, (enum vmo_op)op, offset, size);
	zircon_handle_put(handle);
	return st;
}

_Static_assert(VMO_CACHE_UNCACHED == ZX_CACHE_POLICY_UNCACHED &&
		VMO_CACHE_UNCACHED_DEVICE == ZX_CACHE_POLICY_UNCACHED_DEVICE &&
		VMO_CACHE_WRITE_COMBINING == ZX_CACHE_POLICY_WRITE_COMBINING,
	"policies have the same numbers");

zx_status_t zx_vmo_set_cache_policy(zx_handle_t value, uint32_t policy)
{
	struct handle *handle;
	zx_status_t st;

	if (policy & ~ZX_CACHE_POLICY_MASK)
		return ZX_ERR_INVALID_ARGS;
	st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, ZX_RIGHT_MAP, &handle);
	if (st != ZX_OK)
		return st;
	st = vmo_set_cache(handle->cap, (enum vmo_cache)policy);
	zircon_handle_put(handle);
	return st;
}

/* Has the capability the right still, which nothing gives back? */
static zx_status_t make_executable(struct handle *handle, zx_handle_t *out)
{
	struct handle like = {.type = ZX_OBJ_TYPE_VMO,
		.rights = handle->rights | ZX_RIGHT_EXECUTE,
		.koid = handle->koid};
	status_t st;

	if (!(cap_info_rights(cap_info(handle->cap)) & RIGHT_EXECUTE))
		return ZX_ERR_ACCESS_DENIED;
	st = zircon_cap_copy_new(handle->cap, RIGHTS_ALL, &like.cap);
	return st == ST_OK ? zircon_handle_give(&like, out) : st;
}

zx_status_t zx_vmo_replace_as_executable(zx_handle_t value, zx_handle_t vmex, zx_handle_t *out)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_NONE, 0, &handle);

	if (st != ZX_OK)
		return st;
	st = zircon_handle_close(value); /* the pin keeps what is behind it */
	if (st == ZX_OK && vmex != ZX_HANDLE_INVALID)
		st = ZX_ERR_WRONG_TYPE;
	if (st == ZX_OK && handle->type != ZX_OBJ_TYPE_VMO)
		st = ZX_ERR_BAD_HANDLE;
	if (st == ZX_OK)
		st = make_executable(handle, out);
	zircon_handle_put(handle);
	return st;
}
