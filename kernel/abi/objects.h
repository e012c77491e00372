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

/*
 * enum debug_trace: what debug_count does beside in a build that measures (preset "latency"): each
 * CPU records its stays in the kernel, up to DEBUG_TRACE_RECORDS. Elsewhere OUT_OF_RANGE.
 */
enum debug_trace {
	DEBUG_TRACE_START = 0x10000, /* forget what was recorded, and record */
	DEBUG_TRACE_STOP = 0x10001,
	/*
	 * And on: word `w` of record `r` of CPU `c` at DEBUG_TRACE_WORD + (c * DEBUG_TRACE_RECORDS
	 * + r) * DEBUG_TRACE_WORDS + w; OUT_OF_RANGE where no record is. The words: the time, as
	 * CNTVCT_EL0 tells it; the cause in bits 0 to 15 (a call's number, or 128 for a fault, 129
	 * for an interrupt, 130 for one that came while the CPU was idle), the kind in bits 16 to
	 * 19 and in 32 more bits what tells one thread from another, 0 for none; the first bytes
	 * of the thread's name.
	 */
	DEBUG_TRACE_WORD = 0x1000000,
};

/* enum debug_trace_kind: of a record. */
enum debug_trace_kind {
	DEBUG_TRACE_ENTER = 0, /* into the kernel, for that cause */
	DEBUG_TRACE_LEAVE = 1, /* for that thread to run; none: the CPU is idle */
};

enum { DEBUG_TRACE_RECORDS = 4096, DEBUG_TRACE_WORDS = 4, DEBUG_TRACE_NAME = 16 };
