/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/cspace.h"

static struct lookup found(struct slot *slot)
{
	return (struct lookup){slot, ST_OK, 0};
}

static struct lookup refused(status_t status, unsigned bits_left)
{
	return (struct lookup){NULL, status, bits_left};
}

static bool is_gone(const struct cap *cap)
{
	return cap->type == OBJECT_NONE || cap->type == OBJECT_ZOMBIE;
}

/* `key` holds the bits that are left at its top: no index can point beyond its CNode. */
struct lookup cspace_find(const struct cap *root, word_t cptr, unsigned depth)
{
	const struct cap *node = root;
	unsigned left = depth;
	word_t key;

	if (unlikely(node->type != OBJECT_CNODE))
		return refused(ST_WRONG_TYPE, left);
	if (unlikely(depth - 1 >= CPTR_BITS))
		return refused(ST_OUT_OF_RANGE, left);
	key = cptr << (CPTR_BITS - depth);
	for (;;) {
		unsigned guard_bits = node->data & (BIT(GUARD_BITS_SHIFT) - 1);
		unsigned radix = node->size_bits;
		struct slot *slot;

		if (unlikely(guard_bits + radix > left))
			return refused(ST_OUT_OF_RANGE, left);
		if (unlikely(key >> 1 >> (CPTR_BITS - 1 - guard_bits) !=
			    node->data >> GUARD_BITS_SHIFT))
			return refused(ST_NOT_FOUND, left);
		key <<= guard_bits;
		slot = (struct slot *)cap_object(node) + (key >> (CPTR_BITS - radix));
		left -= guard_bits + radix;
		if (likely(left == 0))
			return found(slot);
		key <<= radix;
		node = &slot->cap;
		if (unlikely(node->type != OBJECT_CNODE))
			return refused(is_gone(node) ? ST_BAD_HANDLE : ST_OUT_OF_RANGE, left);
		key = index_nospec_if(key, node->type, OBJECT_CNODE);
	}
}

struct lookup cspace_find_any(const struct cap *root, word_t cptr)
{
	struct lookup lookup = cspace_find(root, cptr, CPTR_BITS);

	if (likely(lookup.status == ST_OK) && unlikely(is_gone(&lookup.slot->cap)))
		return refused(ST_BAD_HANDLE, 0);
	return lookup;
}
