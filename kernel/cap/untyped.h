/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Untyped memory: a power-of-two range that objects are cut from, lowest first.
 *
 *	base            watermark       cleared               base + 2^size_bits
 *	 |  objects      | zeros         | whatever was there  |
 *	 +---------------+---------------+---------------------+
 *
 * The range, the watermark and how far it was cleared are in the capability: an Untyped
 * has no memory of its own, and one over device registers touches none. The objects'
 * capabilities are its children in the derivation tree. When the last of them is gone
 * (revoke sees to that) the watermark counts as 0 again: that is all there is to a reset.
 *
 * Memory is cleared when an object is made of it, not before and not twice: an Untyped
 * that is cut from another costs nothing, and what is never used is never cleared. Large
 * objects are cleared a page at a time ahead of the watermark, and the call returns
 * CAP_AGAIN on the way; how far it came is remembered.
 *
 * A copy of an Untyped's capability is a child that covers the same range; its source has
 * no room until it is gone. So no byte is ever in two objects, nor in two Untypeds of
 * which neither is the other's parent.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

enum { UNTYPED_DEVICE = 1 }; /* in struct cap's aux: never cleared, holds no objects */

/* untyped_make: a first Untyped, at boot; base is aligned to its size. */
struct cap untyped_make(paddr_t base, unsigned size_bits, bool device);

/* untyped_base: where its range begins. */
paddr_t untyped_base(const struct cap *cap);

/* untyped_free: how many bytes are left; all of them once it has no children. */
uint64_t untyped_free(const struct slot *untyped);

/* What retype makes: `count` objects into as many empty slots, side by side. */
struct retype {
	word_t type;	  /* enum object */
	word_t size_bits; /* CNode: radix; Untyped: bytes; others 0 */
	word_t count;
	struct slot *slots;
};

/*
 * untyped_retype: make objects.
 *
 *  => WRONG_TYPE: no Untyped's capability. INVALID_ARGS: no such type, or a size that it
 *     cannot have. NOT_SUPPORTED: of this type retype makes none, or none in a device, or
 *     none beyond what references reach. OUT_OF_RANGE: count is 0 or over RETYPE_MAX.
 *     ALREADY_EXISTS: a slot is not empty. NO_MEMORY: no room
 *  => CAP_AGAIN: still clearing; nothing that a program can see has changed
 */
must_check status_t untyped_retype(
	struct slot *untyped, const struct retype *retype, struct work *work);

/*
 * untyped_take: cut `size_bits` off for an object that describes it from elsewhere (a VMO
 * of device registers, a Pool's frames): the caller inserts its capability as a child.
 *
 *  => not cleared. WRONG_TYPE, INVALID_ARGS (size), NO_MEMORY; take_check only looks
 *  => between commit and cap_insert nothing else may happen
 */
must_check status_t untyped_take_check(
	const struct slot *untyped, unsigned size_bits, paddr_t *base_out);
void untyped_take_commit(struct slot *untyped, unsigned size_bits);

/* untyped_lend: cap_copy's: `copy` has the whole range, `untyped` nothing. */
void untyped_lend(struct slot *untyped, struct slot *copy);
