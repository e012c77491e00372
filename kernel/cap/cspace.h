/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Finding a slot by its name.
 *
 * A cptr is read from its top bit. Each CNode's capability says how it goes on: a
 * guard, bits that must be these, then `size_bits` bits of index. If bits are left,
 * the slot found holds the capability of the next CNode.
 *
 *	cptr  | guard | index ||  guard  | index |      two levels, 64 bits in all
 *	         = 0     -> slot 3    = 5    -> slot 9
 *
 * Every bit must be used: where seL4 invokes whatever it finds when a capability that
 * is no CNode's comes before the bits end, this is OUT_OF_RANGE, and a slip in an
 * address shows.
 */
#pragma once

#include "arch/nospec.h"

#include "cap/cap.h"

enum { CPTR_BITS = 64 };

/* A look-up's answer; when refused, `slot` is NULL and `bits_left` tells how far it came.
 */
struct lookup {
	struct slot *slot;
	status_t status;
	uint32_t bits_left; /* of cptr, not resolved */
};

/*
 * cspace_find: the slot that the lower `depth` bits of `cptr` name, empty or not.
 *
 *  => WRONG_TYPE: root is no CNode's capability. OUT_OF_RANGE: depth is 0 or more than
 * 64, or the bits do not end at a CNode's border. NOT_FOUND: a guard differs. BAD_HANDLE:
 * the slot where a CNode would be next is empty, or being deleted
 *  => at most 64 rounds (each uses a bit: a CNode has two slots or more)
 */
struct lookup cspace_find(const struct cap *root, word_t cptr, unsigned depth);

/*
 * cspace_find_direct: the same for all 64 bits where one CNode resolves them, as in most
 * CSpaces; false otherwise, or if the guard differs: ask cspace_find. In line, since every
 * call begins with it; an index cannot point beyond the CNode, mispredicted or not, if `root`
 * is a thread's own: it holds nothing but CNodes. Of a capability that a program named the
 * type must choose the index first (index_nospec_if).
 */
static inline bool cspace_find_direct(
	const struct cap *root, word_t cptr, struct slot **slot_out)
{
	uint64_t guard = root->data;
	unsigned radix = root->size_bits;

	if (unlikely(root->type != OBJECT_CNODE))
		return false;
	if (unlikely((guard & (BIT(GUARD_BITS_SHIFT) - 1)) + radix != CPTR_BITS))
		return false;
	if (unlikely(cptr >> radix != guard >> GUARD_BITS_SHIFT))
		return false;
	*slot_out = (struct slot *)cap_object(root) + (cptr & (BIT(radix) - 1));
	return true;
}

/* cspace_find_any: cspace_find_cap's, where there is more than one CNode, or nothing. */
struct lookup cspace_find_any(const struct cap *root, word_t cptr);

/* cspace_find_cap: the slot of a capability by all 64 bits; BAD_HANDLE also if it is empty. */
static inline struct lookup cspace_find_cap(const struct cap *root, word_t cptr)
{
	struct slot *slot;

	if (likely(cspace_find_direct(root, cptr, &slot)) &&
		likely(slot->cap.type != OBJECT_NONE && slot->cap.type != OBJECT_ZOMBIE))
		return (struct lookup){slot, ST_OK, 0};
	return cspace_find_any(root, cptr);
}

/*
 * cspace_window: `count` neighbouring slots of a CNode, from `first`.
 *
 *  => WRONG_TYPE: no CNode's capability. OUT_OF_RANGE: the CNode ends before
 */
must_check static inline status_t cspace_window(
	const struct cap *cnode, word_t first, word_t count, struct slot **slots_out)
{
	word_t slots = BIT(cnode->size_bits);

	if (cnode->type != OBJECT_CNODE)
		return ST_WRONG_TYPE;
	if (first > slots || count > slots - first)
		return ST_OUT_OF_RANGE;
	first = index_nospec_if(first & (slots - 1), cnode->type, OBJECT_CNODE);
	*slots_out = (struct slot *)cap_object(cnode) + first;
	return ST_OK;
}
