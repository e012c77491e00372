/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "handle.h"

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/vmo.h"
#include "libsys/zircon.h"

enum {
	INDEX_BITS = 12,
	HANDLES = 1 << INDEX_BITS,
	GENERATION_SHIFT = 32, /* of a state */
	GENERATION_BITS = 18,
	VALUE_SHIFT = 2, /* of a value's index */
	VALUE_LOW = 3,
	WORD_BITS = 64,
};

#define OPEN		(UINT64_C(1) << 31)
#define PINS		(OPEN - 1)
#define GENERATION_MASK ((UINT64_C(1) << GENERATION_BITS) - 1)

static struct handle handles[HANDLES];
static uint64_t used[HANDLES / WORD_BITS]; /* a bit for each */
cptr_t zircon_pool = ROOT_SLOT_POOL, zircon_lookup_authority;

void zx_set_pool(cptr_t pool)
{
	zircon_pool = pool;
}

void zx_set_lookup_authority(cptr_t untyped)
{
	zircon_lookup_authority = untyped;
}

zx_koid_t zircon_koid_new(void)
{
	static uint64_t count;

	return UINT64_C(1) << 63 | __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
}

static bool take_bit(uint64_t *word, uint64_t mask)
{
	return !(__atomic_fetch_or(word, mask, __ATOMIC_ACQUIRE) & mask);
}

/* One that is free, or NULL. */
static struct handle *take(void)
{
	for (unsigned i = 0; i < countof(used); i++)
		for (;;) {
			uint64_t unused = ~__atomic_load_n(&used[i], __ATOMIC_RELAXED);
			unsigned bit;

			if (!unused)
				break;
			bit = (unsigned)__builtin_ctzll(unused);
			if (take_bit(&used[i], UINT64_C(1) << bit))
				return &handles[i * WORD_BITS + bit];
		}
	return NULL;
}

static void give_back(const struct handle *handle)
{
	size_t index = (size_t)(handle - handles);

	__atomic_fetch_and(&used[index / WORD_BITS], ~(UINT64_C(1) << index % WORD_BITS),
		__ATOMIC_RELEASE);
}

static zx_handle_t value_of(const struct handle *handle, uint64_t state)
{
	return (zx_handle_t)(state >> GENERATION_SHIFT << (INDEX_BITS + VALUE_SHIFT) |
		(uint64_t)(handle - handles) << VALUE_SHIFT | VALUE_LOW);
}

zx_status_t zircon_handle_make(const struct handle *like, zx_handle_t *value_out)
{
	struct handle *handle = take();
	uint64_t generation;

	if (!handle)
		return ZX_ERR_NO_MEMORY;
	generation = ((handle->state >> GENERATION_SHIFT) + 1) & GENERATION_MASK;
	handle->type = like->type;
	handle->rights = like->rights;
	handle->koid = like->koid;
	handle->cap = like->cap; /* the largest of the union */
	__atomic_store_n(
		&handle->state, generation << GENERATION_SHIFT | OPEN, __ATOMIC_RELEASE);
	*value_out = value_of(handle, generation << GENERATION_SHIFT);
	return ZX_OK;
}

void zircon_object_end(const struct handle *handle)
{
	switch (handle->type) {
	case ZX_OBJ_TYPE_VMO:
		zircon_cap_drop(handle->cap);
		zircon_waiters_look(); /* it may have been its parent's last child */
		break;
	case ZX_OBJ_TYPE_VMAR:
		zircon_region_put(handle->region);
		break;
	case ZX_OBJ_TYPE_RESOURCE:
		zircon_resource_put(handle->resource);
		break;
	default:
		break;
	}
}

zx_status_t zircon_handle_give(const struct handle *like, zx_handle_t *out)
{
	zx_handle_t value;
	zx_status_t st = zircon_handle_make(like, &value);

	if (st != ZX_OK) {
		zircon_object_end(like);
		return st;
	}
	if (!zircon_can_write(out, sizeof(*out))) {
		(void)zircon_handle_close(value);
		return ZX_ERR_INVALID_ARGS;
	}
	*out = value;
	return ZX_OK;
}

zx_status_t zircon_vmo_give(status_t st, cptr_t vmo, zx_rights_t rights, zx_handle_t *out)
{
	struct handle like = {.type = ZX_OBJ_TYPE_VMO, .rights = rights, .cap = vmo};

	if (st == ST_NO_RESOURCES) /* of slots: there is no room for a handle */
		return ZX_ERR_NO_MEMORY;
	return st == ST_OK ? zircon_handle_give(&like, out) : st;
}

static struct handle *of_value(zx_handle_t value)
{
	return &handles[value >> VALUE_SHIFT & (HANDLES - 1)];
}

static bool is_named(const struct handle *handle, uint64_t state, zx_handle_t value)
{
	return state & OPEN && value_of(handle, state & ~(OPEN | PINS)) == value;
}

zx_status_t zircon_handle_get(
	zx_handle_t value, zx_obj_type_t type, zx_rights_t rights, struct handle **out)
{
	struct handle *handle = of_value(value);
	uint64_t state = __atomic_load_n(&handle->state, __ATOMIC_RELAXED);

	do
		if (!is_named(handle, state, value))
			return ZX_ERR_BAD_HANDLE;
	while (!__atomic_compare_exchange_n(
		&handle->state, &state, state + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	*out = handle;
	if (unlikely(type != ZX_OBJ_TYPE_NONE && type != handle->type)) {
		zircon_handle_put(handle);
		return ZX_ERR_WRONG_TYPE;
	}
	if (unlikely(rights & ~handle->rights)) {
		zircon_handle_put(handle);
		return ZX_ERR_ACCESS_DENIED;
	}
	return ZX_OK;
}

static void end(struct handle *handle)
{
	zircon_object_end(handle);
	give_back(handle);
}

void zircon_handle_put(struct handle *handle)
{
	uint64_t state = __atomic_sub_fetch(&handle->state, 1, __ATOMIC_ACQ_REL);

	if (unlikely(!(state & (OPEN | PINS))))
		end(handle);
}

bool zircon_handle_is_open(const struct handle *handle)
{
	return __atomic_load_n(&handle->state, __ATOMIC_ACQUIRE) & OPEN;
}

zx_status_t zircon_handle_close(zx_handle_t value)
{
	struct handle *handle = of_value(value);
	uint64_t state = __atomic_load_n(&handle->state, __ATOMIC_RELAXED);

	do
		if (!is_named(handle, state, value))
			return ZX_ERR_BAD_HANDLE;
	while (!__atomic_compare_exchange_n(&handle->state, &state, state & ~OPEN, true,
		__ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	if (state & PINS)
		zircon_waiters_look(); /* one of them may be waiting with it */
	else
		end(handle);
	return ZX_OK;
}

zx_koid_t zircon_handle_koid(struct handle *handle)
{
	zx_koid_t koid = __atomic_load_n(&handle->koid, __ATOMIC_RELAXED);
	struct vmo_info info;

	if (koid || handle->type != ZX_OBJ_TYPE_VMO || vmo_info(handle->cap, &info) != ST_OK)
		return koid;
	__atomic_store_n(&handle->koid, info.id, __ATOMIC_RELAXED);
	return info.id;
}

status_t zircon_cap_copy_new(cptr_t from, unsigned rights, cptr_t *cap_out)
{
	cptr_t slot = slot_alloc();
	status_t st;

	if (!slot)
		return ST_NO_MEMORY;
	st = cap_copy(slot, from, rights);
	if (st == ST_OK)
		*cap_out = slot;
	else
		slot_free(slot);
	return st;
}

void zircon_cap_drop(cptr_t cap)
{
	(void)cap_delete(cap);
	slot_free(cap);
}

unsigned zircon_rights_of_capability(zx_rights_t rights)
{
	const zx_rights_t property =
		ZX_RIGHT_MAP | ZX_RIGHTS_PROPERTY | ZX_RIGHT_SIGNAL | ZX_RIGHT_WAIT;

	return (rights & ZX_RIGHT_READ ? RIGHT_READ : 0) |
		(rights & ZX_RIGHT_WRITE ? RIGHT_WRITE : 0) |
		(rights & ZX_RIGHT_EXECUTE ? RIGHT_EXECUTE : 0) |
		(rights & ZX_RIGHT_MAP ? RIGHT_MAP : 0) |
		(rights & property ? RIGHT_PROPERTY : 0);
}

void zircon_object_share(const struct handle *handle)
{
	if (handle->type == ZX_OBJ_TYPE_VMAR)
		zircon_region_share(handle->region);
	else if (handle->type == ZX_OBJ_TYPE_RESOURCE)
		zircon_resource_share(handle->resource);
}

/* Another handle to the same, with fewer rights. */
static zx_status_t duplicate(const struct handle *handle, zx_rights_t rights, zx_handle_t *out)
{
	struct handle like = *handle;
	status_t st;

	like.rights = rights;
	if (handle->type != ZX_OBJ_TYPE_VMO) {
		zircon_object_share(&like);
		return zircon_handle_give(&like, out);
	}
	st = zircon_cap_copy_new(handle->cap, zircon_rights_of_capability(rights), &like.cap);
	return st == ST_OK ? zircon_handle_give(&like, out) : st;
}

static zx_status_t duplicate_checked(
	const struct handle *handle, zx_rights_t rights, zx_handle_t *out)
{
	if (rights == ZX_RIGHT_SAME_RIGHTS)
		rights = handle->rights;
	if (rights & ~handle->rights)
		return ZX_ERR_INVALID_ARGS;
	return duplicate(handle, rights, out);
}

zx_status_t zx_handle_duplicate(zx_handle_t value, zx_rights_t rights, zx_handle_t *out)
{
	struct handle *handle;
	zx_status_t st =
		zircon_handle_get(value, ZX_OBJ_TYPE_NONE, ZX_RIGHT_DUPLICATE, &handle);

	if (st != ZX_OK)
		return st;
	st = duplicate_checked(handle, rights, out);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_handle_replace(zx_handle_t value, zx_rights_t rights, zx_handle_t *out)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_NONE, 0, &handle);

	if (st != ZX_OK)
		return st;
	st = zircon_handle_close(value); /* the pin keeps what is behind it */
	if (st == ZX_OK)
		st = duplicate_checked(handle, rights, out);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_handle_close(zx_handle_t value)
{
	return value == ZX_HANDLE_INVALID ? ZX_OK : zircon_handle_close(value);
}

zx_status_t zx_handle_close_many(const zx_handle_t *values, size_t count)
{
	zx_status_t st = ZX_OK;

	if (count > SIZE_MAX / sizeof(*values) ||
		!zircon_can_read(values, count * sizeof(*values)))
		return ZX_ERR_INVALID_ARGS;
	for (size_t i = 0; i < count; i++)
		if (zx_handle_close(values[i]) != ZX_OK)
			st = ZX_ERR_BAD_HANDLE;
	return st;
}

zx_status_t zx_handle_cptr(zx_handle_t value, cptr_t *cptr_out)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_VMO, 0, &handle);

	if (st != ZX_OK)
		return st;
	*cptr_out = handle->cap;
	zircon_handle_put(handle);
	return ZX_OK;
}

/* What a handle may have whose capability has these. */
static zx_rights_t rights_with(unsigned capability)
{
	zx_rights_t rights = ZX_DEFAULT_VMO_RIGHTS;

	if (!(capability & RIGHT_READ))
		rights &= ~ZX_RIGHT_READ;
	if (!(capability & RIGHT_WRITE))
		rights &= ~ZX_RIGHT_WRITE;
	if (!(capability & RIGHT_EXECUTE))
		rights &= ~ZX_RIGHT_EXECUTE;
	if (!(capability & RIGHT_MAP))
		rights &= ~ZX_RIGHT_MAP;
	if (!(capability & RIGHT_PROPERTY))
		rights &= ~(ZX_RIGHT_SET_PROPERTY | ZX_RIGHT_SIGNAL | ZX_RIGHT_WAIT);
	return rights;
}

zx_status_t zx_handle_from_vmo(cptr_t vmo, zx_rights_t rights, zx_handle_t *out)
{
	int64_t info = cap_info(vmo);
	struct handle like = {.type = ZX_OBJ_TYPE_VMO, .cap = vmo};

	if (info < 0)
		return ZX_ERR_BAD_HANDLE;
	if (cap_info_type(info) != OBJECT_VMO)
		return ZX_ERR_WRONG_TYPE;
	like.rights = rights_with(cap_info_rights(info));
	return duplicate_checked(&like, rights, out);
}
