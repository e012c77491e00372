/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Untyped memory, and the objects that are made from it.
 *
 * An Untyped is cut from its lower end. What was cut off is free again once everything that
 * was made from the Untyped is gone; cap_revoke sees to that.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/objects.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * untyped_retype: make objects; their capabilities have all rights of their type.
 *
 *  untyped    the memory; a device Untyped gives Untypeds alone
 *  type       of all of them
 *  size_bits  of each: an Untyped's bytes (4 to 38), a CNode's slots (1 to 26) as powers of
 *             two; 0 for the others
 *  first      the first of `count` neighbouring slots of this program's CSpace, all empty
 *  count      1 to RETYPE_MAX
 *  returns    ST_OK
 *             ST_BAD_HANDLE, ST_WRONG_TYPE  `untyped` names nothing, or none
 *             ST_INVALID_ARGS    no such type; a size that it cannot have
 *             ST_NOT_SUPPORTED   not made by retype, or not of this memory
 *             ST_OUT_OF_RANGE    count, or slots beyond the CNode's end
 *             ST_ALREADY_EXISTS  a slot is not empty
 *             ST_NO_MEMORY       the Untyped has no room; a copy of it has it
 */
static inline status_t untyped_retype(
	cptr_t untyped, enum object type, unsigned size_bits, cptr_t first, unsigned count)
{
	return (status_t)sys_untyped_retype(
		untyped, type, size_bits, ROOT_SLOT_CNODE, first, count);
}

/* untyped_retype_in: the same into another CNode, from its slot `first` on. */
static inline status_t untyped_retype_in(cptr_t untyped, enum object type, unsigned size_bits,
	cptr_t cnode, word_t first, unsigned count)
{
	return (status_t)sys_untyped_retype(untyped, type, size_bits, cnode, first, count);
}

/*
 * untyped_free: how many bytes have not been cut off, of which alignment may cost some.
 *
 *  returns  the bytes; ST_BAD_HANDLE, ST_WRONG_TYPE: `untyped` names nothing, or none
 */
static inline int64_t untyped_free(cptr_t untyped)
{
	return sys_untyped_free(untyped);
}

/*
 * objects_create: make objects of the first program's RAM, in slots of slots_alloc(): from the
 * smallest of bootinfo's Untypeds that has room. Any thread may, at any time.
 *
 *  first_out  the first one's capability, the others are next to it; written if all is well
 *  returns    ST_OK; ST_NO_RESOURCES: no slots; ST_NO_MEMORY: no room in any Untyped;
 *             others as untyped_retype
 *
 * Memory comes back when all that was made from the same Untyped is gone. Who needs objects
 * that come and go makes an Untyped of his own this way, and revokes it.
 */
status_t objects_create(
	enum object type, unsigned size_bits, unsigned count, cptr_t *first_out);

/* object_create: the same for one. */
static inline status_t object_create(enum object type, unsigned size_bits, cptr_t *cap_out)
{
	return objects_create(type, size_bits, 1, cap_out);
}

/*
 * objects_delete, object_delete: delete the capabilities and give back their slots.
 *
 *  returns  ST_OK, or what cap_delete says to the first that it refuses
 */
status_t objects_delete(cptr_t first, unsigned count);

static inline status_t object_delete(cptr_t cap)
{
	return objects_delete(cap, 1);
}

#ifdef __cplusplus
}
#endif
