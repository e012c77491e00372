/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the cap layer must know of each type of object, and what it asks of the layers
 * above: the one place of the kernel, with arch/trap.h, where a call goes upward.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

/* enum trait: see abi/objects.def. */
enum trait {
	TRAIT_RETYPE = 1 << 0,
	TRAIT_DEVICE = 1 << 1,
	TRAIT_COPY = 1 << 2,
	TRAIT_BADGE = 1 << 3,
	TRAIT_COUNTED = 1 << 4,
};

/* struct object_info: a line of objects.def. */
struct object_info {
	uint8_t bits_min, bits_max;
	uint8_t rights;
	uint8_t traits;
};

extern const struct object_info object_info[OBJECT_TYPES];

/*
 * cap_make: a first capability to a fresh object, with every right of its type.
 *
 *  => `object` is in the direct map, below OBJECT_PA_END
 */
static inline struct cap cap_make(enum object type, unsigned size_bits, const void *object)
{
	return (struct cap){
		.type = (uint8_t)type,
		.rights = object_info[type].rights,
		.size_bits = (uint8_t)size_bits,
		.object = object_ref(object),
	};
}

/* The types with a trait, as a bit each, so that asking is a shift of a constant. */
enum {
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) \
	OBJECT_COPY_##name = (traits)&TRAIT_COPY ? 1 << (number) : 0, \
	OBJECT_BADGE_##name = (traits)&TRAIT_BADGE ? 1 << (number) : 0, \
	OBJECT_COUNTED_##name = (traits)&TRAIT_COUNTED ? 1 << (number) : 0,
#include "abi/objects.def"
#undef OBJECT
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) | OBJECT_COPY_##name
	OBJECTS_COPY = 0
#include "abi/objects.def"
#undef OBJECT
	,
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) | OBJECT_BADGE_##name
	OBJECTS_BADGE = 0
#include "abi/objects.def"
#undef OBJECT
	,
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) \
	| OBJECT_COUNTED_##name
	OBJECTS_COUNTED = 0
#include "abi/objects.def"
#undef OBJECT
};

static inline bool object_is(unsigned types, uint8_t type)
{
	return types >> type & 1;
}

/*
 * What an object of a COUNTED type starts with. Owner: the cap layer, which also keeps `data`
 * of all those capabilities: their neighbours in the list.
 */
struct counted_object {
	uint32_t caps;	/* capabilities to it */
	uint32_t first; /* the opening bracket of one; 0: there is none */
};

/*
 * struct object_type: what a type does at the ends of its life. All may be NULL or 0.
 * The table is const and stands in object/object.c; each call has the kernel lock.
 */
struct object_type {
	/*
	 * Retype: make an object of memory that is all zeros, before any capability to it
	 * exists. NULL where zeros are a valid object. Cannot fail, O(1).
	 */
	void (*create)(const struct cap *cap);

	/*
	 * The last capability is being deleted, and still stands in its slot: bring the
	 * object to rest. Does what `work` allows and returns CAP_AGAIN if some is left:
	 * the object is then valid, its capability can be used and even copied, and the
	 * next call need not come. Deletes no capabilities but by cap_clear, those in
	 * slots of the object itself; a Pool, and what gave it memory, besides delete those
	 * to all that was made of it, whose own finalise deletes none.
	 */
	status_t (*finalise)(const struct cap *cap, struct work *work);

	/*
	 * The last capability is gone: the object's memory is its own to free. NULL for
	 * what retype made: its Untyped has it.
	 */
	void (*release)(const struct cap *cap);

	/*
	 * Capability slots in the object, to be emptied after finalise: where they begin
	 * (aligned to SLOT_BYTES), and how many. A CNode's are counted by its capability.
	 */
	uint16_t slots_offset;
	uint16_t slots;
};

extern const struct object_type object_types[OBJECT_TYPES];
