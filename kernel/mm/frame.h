/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The frame table: sixteen bytes for each frame of RAM, the kernel's only fixed cost.
 *
 *	          frame_give            pool_take
 *	ABSENT ------------> FREE ------------------> PAGE   or   TABLE   (refs = 1)
 *	       <------------      <------------------
 *	          frame_reclaim         the last frame_put
 *
 * refs counts the owned entries that point at the frame, and roots. It cannot overflow: an
 * entry is eight bytes of a table, a root is part of an object far larger, and FRAMES_MAX
 * frames have no room for 2^32 of them (frame_init refuses more).
 */
#pragma once

#include "lib/base.h"

#include "arch/pte.h"

enum frame_state {
	FRAME_ABSENT, /* no Pool's: the kernel's, a device's, another object's */
	FRAME_FREE,
	FRAME_PAGE,
	FRAME_TABLE,
	FRAME_STATES,
};

enum { FRAME_NONE = UINT32_MAX };

/* 2^32 / (512 entries + room for roots): 32 GiB of RAM. */
#define FRAMES_MAX (UINT64_C(1) << 23)

struct frame {
	uint32_t refs;
	uint16_t pool; /* which Pool pays; see pool.h */
	uint8_t state; /* enum frame_state */
	bool code;     /* PAGE: fetched as it is read; TABLE: all its pages are */
	uint32_t next; /* FREE: neighbours in the Pool's list; TABLE: entries in use */
	uint32_t prev; /* FREE: the other neighbour; TABLE: the next that a sweep emptied */
};

_Static_assert(sizeof(struct frame) == 16, "the frame table must stay under half a per cent");

/*
 * frame_init: use `table`, with room for `count` frames from physical address `base`.
 *
 *  => once, at boot; false if there are more frames than reference counts can bear
 */
must_check bool frame_init(struct frame *table, paddr_t base, uint64_t count);

/* The table; constant after frame_init. */
struct frame_table {
	struct frame *frames;
	paddr_t base;
	uint64_t count;
};
extern struct frame_table frame_table;

/* frame_at: the frame at `pa`, NULL if that is not RAM of the table. */
static inline struct frame *frame_at(paddr_t pa)
{
	uint64_t number = (pa - frame_table.base) >> PAGE_BITS;

	return number < frame_table.count ? &frame_table.frames[number] : NULL;
}

static inline struct frame *frame_number(uint32_t number)
{
	ASSERT(number < frame_table.count);
	return &frame_table.frames[number];
}

static inline uint32_t frame_index(const struct frame *frame)
{
	return (uint32_t)(frame - frame_table.frames);
}

static inline paddr_t frame_pa(const struct frame *frame)
{
	return frame_table.base + ((paddr_t)frame_index(frame) << PAGE_BITS);
}

/* frame_is_sole: exactly one entry owns it. Of memory that no Pool counts nobody knows: never. */
static inline bool frame_is_sole(paddr_t pa)
{
	uint64_t number = (pa - frame_table.base) >> PAGE_BITS;

	return number < frame_table.count && frame_table.frames[number].refs == 1;
}

/* frame_counted: the same if some Pool's page or table is there. */
static inline struct frame *frame_counted(paddr_t pa)
{
	struct frame *f = frame_at(pa);

	return f && f->state >= FRAME_PAGE ? f : NULL;
}

/* frame_get: one more owner. Memory outside the table is not counted. */
void frame_get(paddr_t pa);

/* frame_put (pool.c): one owner less; the last one gives the frame back to its Pool: then true. */
bool frame_put(paddr_t pa);
