/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pools: the memory that VMOs and VSpaces are made of, and who pays for it.
 *
 * A Pool is given Untypeds, whole or in part, and grows by each. Everything that is made of
 * it is charged to it, to the page. Deleting its last capability, or revoking one that is the
 * only one, destroys all that was made of it, and all that may hold one of its pages (clones
 * that other Pools pay for), whoever holds those: then the memory is the Untypeds' again.
 * Revoking an Untyped that was given does the same.
 *
 * Of names that are wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE,
 * ST_OUT_OF_RANGE or ST_NOT_FOUND (it leads nowhere). Pools know no rights.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/memory.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * pool_create: a new Pool with 2^size_bits bytes of the first program's RAM.
 *
 *  size_bits  13 or more
 *  pool_out   its capability, in a slot of slot_alloc()
 *  returns    ST_OK; ST_NO_RESOURCES: no slot, or too many Pools; ST_NO_MEMORY: no Untyped has
 *             room; others as pool_add
 */
status_t pool_create(unsigned size_bits, cptr_t *pool_out);

/*
 * pool_grow: give a Pool 2^size_bits bytes more of the first program's RAM, from the smallest of
 * bootinfo's Untypeds that has room.
 *
 *  returns  ST_OK; ST_NO_MEMORY: no Untyped has room; others as pool_add
 */
status_t pool_grow(cptr_t pool, unsigned size_bits);

/* pool_delete: destroy it with all that was made of it, and give the slot back. ST_OK */
status_t pool_delete(cptr_t pool);

/*
 * pool_add: give a Pool 2^size_bits bytes of an Untyped. One page of them describes the rest.
 *
 *  returns  ST_OK
 *           ST_INVALID_ARGS   size_bits is less than 13 or more than 38
 *           ST_NO_MEMORY      the Untyped has no room
 *           ST_NOT_SUPPORTED  it is a device's, or beyond what Pools can have (32 GiB)
 *           ST_NO_RESOURCES   4,096 Pools have memory already
 *           ST_BAD_STATE      the Pool is being emptied
 */
static inline status_t pool_add(cptr_t pool, cptr_t untyped, unsigned size_bits)
{
	return (status_t)sys_pool_add(pool, untyped, size_bits);
}

/*
 * pool_info: how much it has, in pages.
 *
 *  returns  ST_OK; ST_INVALID_ARGS: `info` cannot be written
 */
static inline status_t pool_info(cptr_t pool, struct pool_info *info)
{
	return (status_t)sys_pool_info(pool, (uaddr_t)info, sizeof(*info));
}

/*
 * pool_vmo: about the next VMO that the Pool pays for, in the order that they were made in,
 * whoever holds them. Who has the Pool may know; it gives no access to the VMO.
 *
 *  after    the id of the one before; 0: the first
 *  info     all that vmo_info tells, but rights, which are 0
 *  returns  ST_OK
 *           ST_NOT_FOUND     no other was made after that one
 *           ST_INVALID_ARGS  `info` cannot be written
 */
static inline status_t pool_vmo(cptr_t pool, uint64_t after, struct vmo_info *info)
{
	return (status_t)sys_pool_vmo(pool, after, (uaddr_t)info, sizeof(*info));
}

#ifdef __cplusplus
}
#endif
