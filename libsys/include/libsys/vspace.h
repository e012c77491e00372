/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VSpaces: address spaces, and what is mapped in them.
 *
 * A mapping is derived from the VMO's capability that it was made with: revoking that unmaps,
 * deleting it does not. Pages come when they are touched; what a mapping does not explain goes
 * to the thread's fault endpoint.
 *
 * Addresses, offsets and sizes are in bytes; sizes are rounded up to pages. Of names that are
 * wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE, ST_OUT_OF_RANGE or
 * ST_NOT_FOUND (it leads nowhere). VSpaces know no rights. A refused call has changed nothing.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/memory.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * vspace_create: an empty VSpace, charged to a Pool with its tables and mappings.
 *
 *  space_out  its capability, in a slot of slot_alloc()
 *  returns    ST_OK; ST_NO_MEMORY: the Pool has no room; ST_NO_RESOURCES: no slot, or 65,535
 *             VSpaces (255 on CPUs with few ASIDs); ST_BAD_STATE: the Pool is being emptied
 */
status_t vspace_create(cptr_t pool, cptr_t *space_out);

/*
 * vspace_map: map a range of a VMO (right MAP and READ, and those of the flags).
 *
 *  address_out  in: where, with VSPACE_FIXED. Out: where it is. The kernel chooses an address at
 *               which tables can be shared: the mapping is then ready to use at once
 *  offset       in the VMO, a page's start
 *  size         may reach beyond the VMO's end, where accesses fault
 *  flags        enum vspace_flag; without READ nothing can be accessed, until vspace_protect
 *  returns      ST_OK
 *               ST_ACCESS_DENIED   a right is missing
 *               ST_INVALID_ARGS    unknown flags, WRITE or EXECUTE without READ, WRITE with
 *                                  EXECUTE, REPLACE without FIXED, not aligned, size 0
 *               ST_OUT_OF_RANGE    beyond 2^48, or 64 bits of offset
 *               ST_ALREADY_EXISTS  FIXED without REPLACE, and something is there
 *               ST_NO_MEMORY       no such gap, or the VSpace's Pool has no room
 *               ST_NOT_SUPPORTED   NOT_RESIZABLE, and it is
 */
status_t vspace_map(cptr_t space, cptr_t vmo, uint64_t offset, uint64_t size, unsigned flags,
	uaddr_t *address_out);

/*
 * vspace_protect: change what a range allows: VSPACE_READ, _WRITE, _EXECUTE.
 *
 *  returns  ST_OK
 *           ST_ACCESS_DENIED  more than the capability allowed that it was mapped with
 *           ST_NOT_FOUND      not all of it is mapped
 *           ST_INVALID_ARGS   flags as for vspace_map; not aligned; size 0
 *           ST_OUT_OF_RANGE   beyond 2^48
 *           ST_NO_RESOURCES   more than 256 mappings: change them in parts
 *           ST_NO_MEMORY      no room for the pieces
 */
static inline status_t vspace_protect(
	cptr_t space, uaddr_t address, uint64_t size, unsigned flags)
{
	return (status_t)sys_vspace_protect(space, address, size, flags);
}

/*
 * vspace_unmap: let nothing be mapped in a range; mappings are cut at its ends.
 *
 *  returns  ST_OK, also if nothing was
 *           ST_INVALID_ARGS  not aligned; size 0
 *           ST_OUT_OF_RANGE  beyond 2^48
 *           ST_NO_MEMORY     no room for the pieces
 */
static inline status_t vspace_unmap(cptr_t space, uaddr_t address, uint64_t size)
{
	return (status_t)sys_vspace_unmap(space, address, size);
}

/*
 * vspace_query: what is mapped at an address, or else next behind it.
 *
 *  returns  ST_OK; ST_NOT_FOUND: nothing; ST_INVALID_ARGS: `range` cannot be written
 */
static inline status_t vspace_query(cptr_t space, uaddr_t address, struct vspace_range *range)
{
	return (status_t)sys_vspace_query(space, address, (uaddr_t)range, sizeof(*range));
}

/*
 * vspace_populate: touch each page of a range, as the program itself could.
 *
 *  access   VSPACE_READ, _WRITE or _EXECUTE
 *  returns  ST_OK. Else it may have been done for some first part
 *           ST_NOT_FOUND      nothing is mapped there
 *           ST_ACCESS_DENIED  not for this
 *           ST_OUT_OF_RANGE   beyond the VMO's end or 2^48
 *           ST_INVALID_ARGS   not one access; not aligned; size 0
 *           ST_NO_MEMORY      a Pool has no page
 */
status_t vspace_populate(cptr_t space, uaddr_t address, uint64_t size, unsigned access);

/*
 * vspace_clone: a clone or snapshot of what is mapped at an address, all that this mapping
 * shows and no more, without a capability to the VMO.
 *
 *  options  VMO_CHILD_CLONE or VMO_CHILD_SNAPSHOT, and the options of vmo_clone
 *  pool     pays for the object and for what it writes
 *  vmo_out  its capability, in a slot of slot_alloc(): rights READ, WRITE, MAP, PROPERTY, and
 *           EXECUTE if the mapping's capability had it
 *  returns  ST_OK; ST_NOT_FOUND: nothing is mapped there; ST_INVALID_ARGS: the options;
 *           ST_BAD_STATE, ST_NO_MEMORY, ST_NO_RESOURCES as vmo_clone
 */
status_t vspace_clone(
	cptr_t space, uaddr_t address, unsigned options, cptr_t pool, cptr_t *vmo_out);

#ifdef __cplusplus
}
#endif
