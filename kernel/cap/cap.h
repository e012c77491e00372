/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Capabilities, the slots that hold them, and what can be done to both in one step.
 *
 * A slot is 32 bytes, two to a cache line:
 *
 *	 0  opening bracket   prev, next   }  its place in the derivation tree (tour.h)
 *	 8  closing bracket   prev, next   }
 *	16  type, rights, size_bits, aux, object
 *	24  data
 *
 * An empty slot is all zeros. What size_bits, aux and data mean depends on the type:
 *
 *	Untyped     size in bytes; UNTYPED_DEVICE; watermark and cleared pages (untyped.h)
 *	CNode       radix; -; guard (abi/objects.h, guard_word)
 *	badged      size; -; badge, 0 while there is none
 *	COUNTED     size; theirs; the list of them (place.h)
 *	Zombie      radix; type of the object; slots left and the next Zombie (zombie.h)
 *	others      size; theirs; theirs
 *
 * Functions here either refuse and have changed nothing, or have done all. They need no
 * memory and take the same time whatever the size of the tree. The kernel lock is held.
 */
#pragma once

#include "abi/objects.h"

#include "lib/base.h"

#include "arch/kmap.h"

/* A bracket's name: its byte offset in the direct map / 8. Bit 0 tells a closing one. */
typedef uint32_t link_t;

struct bracket {
	link_t prev;
	link_t next;
};

struct cap {
	uint8_t type; /* enum object */
	uint8_t rights;
	uint8_t size_bits;
	uint8_t aux;
	uint32_t object; /* cap_object, untyped_base */
	uint64_t data;
};

struct slot {
	struct bracket open;
	struct bracket close;
	struct cap cap;
} aligned(SLOT_BYTES);

_Static_assert(sizeof(struct slot) == SLOT_BYTES, "a CNode's size is counted in it");

enum {
	OBJECT_ALIGN_BITS = 4,
	LINK_ALIGN_BITS = 3,
};

/* What 32-bit references reach: objects, and objects with slots in them. */
#define OBJECT_PA_END (UINT64_C(1) << (32 + OBJECT_ALIGN_BITS))
#define SLOT_PA_END   (UINT64_C(1) << (32 + LINK_ALIGN_BITS))

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->cap.type == OBJECT_NONE;
}

/* cap_object: the object of a capability that is neither an Untyped's nor a number's. */
static inline void *cap_object(const struct cap *cap)
{
	return pa_to_va((paddr_t)cap->object << OBJECT_ALIGN_BITS);
}

/* object_ref: the reference to an object for struct cap. */
static inline uint32_t object_ref(const void *object)
{
	return (uint32_t)(va_to_pa(object) >> OBJECT_ALIGN_BITS);
}

/* cap_is_same: two capabilities to one object (rights, badges, guards aside). */
static inline bool cap_is_same(const struct cap *a, const struct cap *b)
{
	return a->object == b->object && a->type == b->type;
}

/*
 * cap_insert: put a first capability into an empty slot, as a child of `parent`, or as
 * the root of a tree of its own (parent NULL: at boot).
 *
 *  => cannot fail; an object of a COUNTED type counts it
 */
void cap_insert(struct slot *parent, struct slot *slot, struct cap cap);

/*
 * cap_copy: put a copy of `source`, with no rights but those in `rights`, into the empty
 * slot `to`, as its child.
 *
 *  => BAD_HANDLE: source is empty. ALREADY_EXISTS: `to` is not. NOT_SUPPORTED: of this
 * type there are no copies. BAD_STATE: an Untyped that objects were made from, or a
 *     capability that is being deleted
 *  => the copy of an Untyped is an Untyped of the same range; its source has no room
 * until the copy is gone
 */
must_check status_t cap_copy(struct slot *to, struct slot *source, uint8_t rights);

/*
 * cap_mint: the same, with a badge or a guard.
 *
 *  => data: a badge (0 keeps what the source has), a CNode's guard_word (0: no guard)
 *  => besides: BAD_STATE: it has a badge already. INVALID_ARGS: the type has no badge and
 *     no guard, or the guard does not fit
 */
must_check status_t cap_mint(
	struct slot *to, struct slot *source, uint8_t rights, uint64_t data);

/*
 * cap_move: the capability changes slots, and keeps its place in the tree.
 *
 *  => BAD_HANDLE, ALREADY_EXISTS, BAD_STATE as for copy
 */
must_check status_t cap_move(struct slot *to, struct slot *source);

/* cap_mutate: move a CNode's capability and give it another guard; INVALID_ARGS as mint.
 */
must_check status_t cap_mutate(struct slot *to, struct slot *source, uint64_t guard);

/* cap_swap: exchange two capabilities; BAD_HANDLE if both slots are empty, BAD_STATE. */
must_check status_t cap_swap(struct slot *a, struct slot *b);

/*
 * cap_rotate: pivot's capability to `to` and source's to pivot, each with a new guard if
 * it is a CNode's and the word is not 0; in one step, so that a CSpace is never without
 * either.
 *
 *  => `to` may be source: they are exchanged; pivot is neither: INVALID_ARGS
 *  => BAD_HANDLE: pivot or source is empty; others as for mutate
 */
struct rotation {
	struct slot *to, *pivot, *source;
	uint64_t pivot_guard, source_guard;
};
must_check status_t cap_rotate(const struct rotation *rotation);

/*
 * cap_exchange: swap without questions, for slots that no program can name (zombie.c);
 * either may be empty.
 */
void cap_exchange(struct slot *a, struct slot *b);

/* cap_clear: take a capability that is nobody's last out of the tree; its slot is empty.
 */
void cap_clear(struct slot *slot);
