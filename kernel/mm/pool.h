/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A Pool: frames that somebody pays for, handed out as pages and tables in O(1).
 *
 * Its frames lie in ranges (one for each Untyped it was given); the free ones form a list
 * through the frame table. A reservation is a promise of frames, not frames: as many stay
 * free as are reserved. total = free + used[PAGE] + used[TABLE], reserved <= free.
 */
#pragma once

#include "lib/list.h"

#include "mm/frame.h"

enum { POOLS_MAX = 4096 };

/* One range of a Pool; its storage is the caller's, next to the Untyped that it came from. */
struct pool_range {
	struct list link; /* in pool->ranges */
	uint32_t first;	  /* frame number */
	uint32_t count;
};

struct pool {
	uint16_t id;
	uint32_t free_head;
	struct list ranges;
	uint64_t total;
	uint64_t free;
	uint64_t reserved;
	uint64_t used[FRAME_STATES]; /* by enum frame_state: PAGE, TABLE */
};

/*
 * pool_init: an empty Pool in the caller's storage.
 *
 *  => ST_NO_RESOURCES if POOLS_MAX Pools exist
 */
must_check status_t pool_init(struct pool *pool);

/*
 * pool_fini: give every range up.
 *
 *  => ST_BAD_STATE while a frame is in use or reserved; the ranges are the caller's again
 */
must_check status_t pool_fini(struct pool *pool);

/*
 * pool_add: grow by `count` frames from `pa`.
 *
 *  => ST_INVALID_ARGS if one of them is not RAM or is some Pool's already
 */
must_check status_t pool_add(
	struct pool *pool, struct pool_range *range, paddr_t pa, uint32_t count);

/* pool_can_take: how many frames may be taken before a promise would be broken. */
static inline uint64_t pool_can_take(const struct pool *pool)
{
	return pool->free - pool->reserved;
}

/* pool_reserve: promise `count` frames, ST_NO_MEMORY if there are not so many. */
must_check status_t pool_reserve(struct pool *pool, uint64_t count);
void pool_unreserve(struct pool *pool, uint64_t count);

/* frame_take: a frame behind `prev` in the Pool's list (FRAME_NONE: its head) is used. */
static force_inline void frame_take(
	struct pool *pool, struct frame *f, uint32_t prev, enum frame_state kind)
{
	CHECK(f->state == FRAME_FREE && f->refs == 0);
	*(prev == FRAME_NONE ? &pool->free_head : &frame_number(prev)->next) = f->next;
	if (f->next != FRAME_NONE)
		frame_number(f->next)->prev = prev;
	*f = (struct frame){.refs = 1, .pool = pool->id, .state = (uint8_t)kind};
	pool->free--;
	pool->used[kind]++;
}

/*
 * pool_take: a frame in state `kind` (FRAME_PAGE or FRAME_TABLE) with one reference.
 *
 *  => cannot fail: the caller has seen pool_can_take(), or gives up a promise first
 *  => its content is what it was: zero or copy before anyone sees it
 */
static inline paddr_t pool_take(struct pool *pool, enum frame_state kind)
{
	uint32_t number = pool->free_head;
	struct frame *f = frame_number(number);

	CHECK(pool->free > pool->reserved);
	frame_take(pool, f, FRAME_NONE, kind);
	return frame_table.base + ((paddr_t)number << PAGE_BITS);
}

/* pool_forget: the range is no Pool's any more; its frames are the caller's care. */
static inline void pool_forget(struct pool_range *range)
{
	list_remove(&range->link);
}

/*
 * Frames in a row, being taken. Each step is a frame taken, found gone or given back, so
 * whoever looks may stop anywhere; what is `taken` is his as pages.
 */
struct pool_run {
	const struct pool_range
		*range;	    /* where it is looked for; NULL: not begun, or nowhere */
	uint64_t first;	    /* frame number of the place in question */
	uint64_t alignment; /* in frames, a power of two */
	uint32_t count;
	uint32_t taken;
	uint32_t lost; /* not 0: so many on one is not free, and what was taken goes back */
};

/*
 * pool_run_step: a step towards a run.
 *
 *  => ST_OK: all of it is taken. ST_SHOULD_WAIT: not yet
 *  => ST_NO_MEMORY: there is none, or promises need it; what is taken the caller gives back.
 *     Another step begins anew
 */
must_check status_t pool_run_step(struct pool *pool, struct pool_run *run);

/* pool_run_drop: give one of its pages back; false: there was none. */
bool pool_run_drop(struct pool_run *run);

/*
 * pool_put: frame_put for each of `count` entries of `level` that is owned. Most of them, by
 * what is said of `pool` and of their level, go in few instructions.
 *
 *  => the entries become none; how many frames came back to `pool` is returned
 */
uint64_t pool_put(struct pool *pool, pte_t *entry, uint64_t count, unsigned level);
