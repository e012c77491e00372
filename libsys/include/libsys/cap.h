/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Capability slots: copy, move, delete, revoke.
 *
 * The short forms name slots of this program's own CSpace by their cptr (its CNode stands in
 * ROOT_SLOT_CNODE, as the first program's does); the forms with _at take any slot of any
 * CNode that it can name. No right on a CNode is needed beyond naming it.
 *
 * Copies are children of their source, whatever it is itself: cap_revoke of a capability
 * deletes its copies, the copies of those, and whatever else was made by means of them.
 *
 * Wrong names are refused alike by all: ST_BAD_HANDLE (no capability, or none to a CNode on
 * the way), ST_WRONG_TYPE (`cnode` is none), ST_OUT_OF_RANGE (depth is 0, more than 64 or
 * does not end at a CNode's border), ST_NOT_FOUND (a guard differs). A refused call has
 * changed nothing.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/objects.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/* cap_at: a slot of this program's CSpace. */
static inline struct cap_place cap_at(cptr_t slot)
{
	struct cap_place place = {ROOT_SLOT_CNODE, slot, 64};

	return place;
}

/* cap_in: a slot of a CNode that has 2^radix of them and whose capability has no guard. */
static inline struct cap_place cap_in(cptr_t cnode, unsigned radix, word_t index)
{
	struct cap_place place = {cnode, index, radix};

	return place;
}

/*
 * cap_copy: put a copy into an empty slot.
 *
 *  rights   what the copy may have of the source's (enum right); RIGHTS_ALL: all of them
 *  returns  ST_OK
 *           ST_BAD_HANDLE      nothing to copy
 *           ST_ALREADY_EXISTS  the slot is not empty
 *           ST_NOT_SUPPORTED   of this type there are no copies (IRQ control, mapping)
 *           ST_BAD_STATE       an Untyped that objects were made from; being deleted
 *           ST_INVALID_ARGS    bits that are no rights
 */
static inline status_t cap_copy_at(struct cap_place to, struct cap_place source, word_t rights)
{
	return (status_t)sys_cap_copy(
		to.cnode, to.index, to.depth, source.cnode, source.index, source.depth, rights);
}

static inline status_t cap_copy(cptr_t to, cptr_t source, word_t rights)
{
	return cap_copy_at(cap_at(to), cap_at(source), rights);
}

/*
 * cap_mint: the same, with a badge or a guard.
 *
 *  data     endpoint, notification: the badge, 0: the source's own; CNode: guard_word() of the
 *           copy's guard
 *  returns  as cap_copy, and
 *           ST_BAD_STATE     the source has a badge already
 *           ST_INVALID_ARGS  its type has neither; the guard does not fit
 */
static inline status_t cap_mint_at(
	struct cap_place to, struct cap_place source, word_t rights, word_t data)
{
	return (status_t)sys_cap_mint(to.cnode, to.index, to.depth, source.cnode, source.index,
		source.depth, rights, data);
}

static inline status_t cap_mint(cptr_t to, cptr_t source, word_t rights, word_t data)
{
	return cap_mint_at(cap_at(to), cap_at(source), rights, data);
}

/*
 * cap_move: to an empty slot; what it was derived from, and what from it, stays.
 *
 *  returns  ST_OK; ST_BAD_HANDLE, ST_ALREADY_EXISTS as cap_copy; ST_BAD_STATE: being deleted
 */
static inline status_t cap_move_at(struct cap_place to, struct cap_place source)
{
	return (status_t)sys_cap_move(
		to.cnode, to.index, to.depth, source.cnode, source.index, source.depth);
}

static inline status_t cap_move(cptr_t to, cptr_t source)
{
	return cap_move_at(cap_at(to), cap_at(source));
}

/*
 * cap_mutate: move a CNode's capability and give it another guard (guard_word()).
 *
 *  returns  as cap_move, and ST_INVALID_ARGS: no CNode's, or the guard does not fit
 */
static inline status_t cap_mutate_at(struct cap_place to, struct cap_place source, word_t guard)
{
	return (status_t)sys_cap_mutate(
		to.cnode, to.index, to.depth, source.cnode, source.index, source.depth, guard);
}

static inline status_t cap_mutate(cptr_t to, cptr_t source, word_t guard)
{
	return cap_mutate_at(cap_at(to), cap_at(source), guard);
}

/*
 * cap_swap: exchange two slots; one may be empty.
 *
 *  returns  ST_OK; ST_BAD_HANDLE: both are empty; ST_BAD_STATE: one is being deleted
 */
static inline status_t cap_swap_at(struct cap_place a, struct cap_place b)
{
	return (status_t)sys_cap_swap(a.cnode, a.index, a.depth, b.cnode, b.index, b.depth);
}

static inline status_t cap_swap(cptr_t a, cptr_t b)
{
	return cap_swap_at(cap_at(a), cap_at(b));
}

/*
 * cap_rotate: the pivot's capability to `to` and the source's to the pivot, in one step, so
 * that a CSpace is never without its root. `to` may be the source: they are exchanged.
 *
 *  returns  ST_OK
 *           ST_INVALID_ARGS    it cannot be read; the pivot is one of the others; a guard that
 *                              is not 0 does not fit, or its capability is no CNode's
 *           ST_BAD_HANDLE      pivot or source is empty
 *           ST_ALREADY_EXISTS  `to` is not
 *           ST_BAD_STATE       one is being deleted
 */
static inline status_t cap_rotate(const struct cap_rotation *rotation)
{
	return (status_t)sys_cap_rotate((uaddr_t)rotation);
}

/*
 * cap_delete: empty a slot. With an object's last capability goes the object, and who waits
 * for it gets ST_CANCELED; what was derived from the capability stays.
 *
 *  returns  ST_OK, also if the slot was empty
 */
static inline status_t cap_delete_at(struct cap_place place)
{
	return (status_t)sys_cap_delete(place.cnode, place.index, place.depth);
}

static inline status_t cap_delete(cptr_t slot)
{
	return cap_delete_at(cap_at(slot));
}

/*
 * cap_revoke: delete everything that was derived from a capability, wherever it is; of an
 * Untyped's, all objects that were made from it.
 *
 *  returns  ST_OK; ST_BAD_HANDLE: the slot is empty, or went with what was revoked
 */
static inline status_t cap_revoke_at(struct cap_place place)
{
	return (status_t)sys_cap_revoke(place.cnode, place.index, place.depth);
}

static inline status_t cap_revoke(cptr_t slot)
{
	return cap_revoke_at(cap_at(slot));
}

/*
 * cap_info: what a capability is.
 *
 *  returns  a value for the four below, or ST_BAD_HANDLE and the other statuses of names
 */
static inline int64_t cap_info(cptr_t cap)
{
	return sys_cap_info(cap);
}

static inline enum object cap_info_type(int64_t info)
{
	return (enum object)(info & 0xff);
}

static inline unsigned cap_info_rights(int64_t info)
{
	return info >> 8 & 0xff;
}

/* cap_info_size: of an Untyped bits of bytes, of a CNode bits of slots. */
static inline unsigned cap_info_size(int64_t info)
{
	return info >> 16 & 0xff;
}

/* cap_info_vmo: of a VMO the low 39 bits of its number (struct vmo_info's id). */
static inline uint64_t cap_info_vmo(int64_t info)
{
	return (uint64_t)info >> CAP_ID_SHIFT;
}

#ifdef __cplusplus
}
#endif
