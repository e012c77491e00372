/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Types of objects and rights to them, as kernel and programs name them.
 */
#pragma once

#include "abi/types.h"

/*
 * enum right: what a capability allows. A copy has some of its source's rights, never
 * another. Types that know no rights (objects.def) allow everything to whoever holds
 * them.
 */
enum right {
	RIGHT_READ = 1 << 0,	    /* receive, wait; read memory */
	RIGHT_WRITE = 1 << 1,	    /* send, signal; write memory */
	RIGHT_EXECUTE = 1 << 2,	    /* execute memory */
	RIGHT_MAP = 1 << 3,	    /* map memory */
	RIGHT_GRANT = 1 << 4,	    /* send capabilities along with a message */
	RIGHT_GRANT_REPLY = 1 << 5, /* send along the capability to reply */
	RIGHT_PROPERTY = 1 << 6,    /* change size and other properties */
	RIGHTS_ALL = 0xff,
};

/* enum object: the types; 0 is an empty slot. */
enum object {
	OBJECT_NONE = 0,
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) \
	OBJECT_##name = (number),
#include "abi/objects.def"
#undef OBJECT
	OBJECT_TYPES,	    /* one more than the highest */
	OBJECT_ZOMBIE = 31, /* within the kernel: an object being emptied */
};

enum {
	SLOT_BITS = 5,
	SLOT_BYTES = 1 << SLOT_BITS, /* of memory, for each slot of a CNode */
	RETYPE_MAX = 256,	     /* objects in one retype */
	GUARD_BITS_SHIFT = 6,
};

/* guard_word: what mint and mutate of a CNode take: the guard's value and its length. */
static inline word_t guard_word(word_t value, unsigned bits)
{
	return value << GUARD_BITS_SHIFT | bits;
}
