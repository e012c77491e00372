/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Handles: this program's names for objects, with rights. What the files of zircon/ share.
 *
 *	value	[ generation 18 | index 12 | 1 1 ]	the lowest bits tell it from a pointer
 *	state	[ generation | open | pins ]		one word, changed by atomic operations
 *
 * A call pins the handle that it works with. Closing takes the name away at once; what is
 * behind it goes with the last pin, so that no call ever works with another object in its
 * place. Nobody waits for anybody: any thread may be preempted anywhere.
 */
#pragma once

#include <zircon/syscalls.h>

#include "abi/types.h"

struct region;
struct resource;

/* One handle. What stands beside `state` does not change while it is pinned. */
struct handle {
	uint64_t state;
	uint32_t type; /* zx_obj_type_t */
	zx_rights_t rights;
	zx_koid_t koid; /* of a VMO: 0 until somebody asked */
	union {
		cptr_t cap; /* a VMO's capability; a BTI's Pool */
		struct region *region;
		struct resource *resource;
	};
};

/*
 * zircon_handle_make: a handle to what is in `like` (type, rights, koid, object).
 *
 *  => *value_out is this layer's own memory
 *  => ZX_ERR_NO_MEMORY: then the object stays the caller's
 */
zx_status_t zircon_handle_make(const struct handle *like, zx_handle_t *value_out);

/*
 * zircon_handle_give: the same, into memory of the program's.
 *
 *  => the object goes if this fails. ZX_ERR_INVALID_ARGS: `out` cannot be written
 */
zx_status_t zircon_handle_give(const struct handle *like, zx_handle_t *out);

/*
 * zircon_handle_get: pin a handle that has a type (ZX_OBJ_TYPE_NONE: any) and rights.
 *
 *  => ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE, ZX_ERR_ACCESS_DENIED, looked for in this order
 */
zx_status_t zircon_handle_get(
	zx_handle_t value, zx_obj_type_t type, zx_rights_t rights, struct handle **out);

/* zircon_handle_put: unpin it. */
void zircon_handle_put(struct handle *handle);

/* zircon_handle_is_open: is a pinned handle's name still there? */
bool zircon_handle_is_open(const struct handle *handle);

/* zircon_handle_close: take the name away. ZX_ERR_BAD_HANDLE */
zx_status_t zircon_handle_close(zx_handle_t value);

/* zircon_handle_koid: the number of a pinned handle's object. */
zx_koid_t zircon_handle_koid(struct handle *handle);

/* zircon_rights_of_capability: those of the kernel's (enum right) that go with a VMO's handle. */
unsigned zircon_rights_of_capability(zx_rights_t rights);

/*
 * zircon_vmo_give: zircon_handle_give for a VMO's capability; what libsys said before, if
 * it is no ST_OK.
 */
zx_status_t zircon_vmo_give(status_t st, cptr_t vmo, zx_rights_t rights, zx_handle_t *out);

/* zircon_object_share: one more handle to what is no VMO. */
void zircon_object_share(const struct handle *handle);

/* zircon_object_end: the last use of a handle's object is over. */
void zircon_object_end(const struct handle *handle);

/* ..._share, ..._put: a handle to it came, or went. */
void zircon_region_share(struct region *region);
void zircon_region_put(struct region *region);
void zircon_resource_share(struct resource *resource);
void zircon_resource_put(struct resource *resource);

/*
 * zircon_cap_copy_new: a copy in a slot of slot_alloc(). ST_NO_MEMORY: there is none.
 * zircon_cap_drop: end it.
 */
status_t zircon_cap_copy_new(cptr_t from, unsigned rights, cptr_t *cap_out);
void zircon_cap_drop(cptr_t cap);

/* zircon_waiters_look: those who wait look again, if there are any: something may have changed. */
void zircon_waiters_look(void);

/* zircon_koid_new: a number for what the kernel does not know. */
zx_koid_t zircon_koid_new(void);

/* zircon_pool: who pays. zircon_lookup_authority: an Untyped, or 0. */
extern cptr_t zircon_pool, zircon_lookup_authority;

/* zircon_can_read, zircon_can_write: may the program's own accesses be made to all of it? */
bool zircon_can_read(const void *from, size_t size);
bool zircon_can_write(const void *to, size_t size);
