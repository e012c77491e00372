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
	CAP_ID_SHIFT = 24, /* in what cap_info returns: which VMO */
};

#define CAP_ID_MASK ((UINT64_C(1) << 39) - 1)

/* guard_word: what mint and mutate of a CNode take: the guard's value and its length. */
static inline word_t guard_word(word_t value, unsigned bits)
{
	return value << GUARD_BITS_SHIFT | bits;
}

/* How one slot is named: `depth` bits of an index in a CNode. */
struct cap_place {
	cptr_t cnode;
	word_t index;
	word_t depth;
};

/* What cap_rotate does: pivot's capability to `to`, source's to pivot; guards 0: as they are. */
struct cap_rotation {
	struct cap_place to, pivot, source;
	word_t pivot_guard, source_guard;
};

/* enum irq_trigger: how a device raises its line. */
enum irq_trigger {
	IRQ_LEVEL = 0,
	IRQ_EDGE = 1,
};

/* enum debug_counter: what debug_count tells. */
enum debug_counter {
	DEBUG_IRQS = 0,		/* interrupts that this CPU has taken */
	DEBUG_SPURIOUS = 1,	/* acknowledged with nothing pending, on this CPU */
	DEBUG_IRQS_OFF_MAX = 2, /* latency builds: its longest stay in the kernel, in cycles */
	DEBUG_CPU = 3,		/* the number of this CPU */
	DEBUG_COUNTERS,
};
