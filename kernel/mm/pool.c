/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pools: frames in and out.
 *
 * Free frames are a list through the frame table, linked both ways so that a run of frames in
 * a row can be taken out of its middle:
 *
 *	free_head --> 7 <--> 3 <--> 4        take       3 <--> 4        7: PAGE, refs 1
 *	free_head --> 3 <--> 4               put 7      7 <--> 3 <--> 4
 *
 * Who lets go of many entries at once (a table's pages) has them put in one sweep, in which
 * the list's head is kept in a register (pool_put).
 *
 * A run is taken a frame a step, as others may take or give back frames at each stop. Where
 * it finds one that is not free it gives back what it took, and goes on behind that one:
 *
 *	frames    . X . . . . X      X: not free; a run of 4, aligned to 2
 *	          =                  frame 0 is taken, 1 is not free: 0 goes back
 *	              |=====|        frame 2 is aligned, 2 to 5 are free: take them
 */
#include "mm/pool.h"

static struct pool *pools[POOLS_MAX];

status_t pool_init(struct pool *pool)
{
	for (unsigned id = 0; id < POOLS_MAX; id++) {
		if (pools[id])
			continue;
		*pool = (struct pool){.id = (uint16_t)id, .free_head = FRAME_NONE};
		list_init(&pool->ranges);
		pools[id] = pool;
		return ST_OK;
	}
	return ST_NO_RESOURCES;
}

status_t pool_fini(struct pool *pool)
{
	if (pool->free != pool->total || pool->reserved)
		return ST_BAD_STATE;
	list_for_each (link, &pool->ranges) {
		const struct pool_range *r = list_entry(link, struct pool_range, link);

		for (uint32_t i = 0; i < r->count; i++)
			frame_number(r->first + i)->state = FRAME_ABSENT;
	}
	pools[pool->id] = NULL;
	*pool = (struct pool){.free_head = FRAME_NONE};
	return ST_OK;
}

static void push(struct pool *pool, struct frame *f)
{
	uint32_t number = frame_index(f);

	*f = (struct frame){.pool = pool->id,
		.state = FRAME_FREE,
		.next = pool->free_head,
		.prev = FRAME_NONE};
	if (f->next != FRAME_NONE)
		frame_number(f->next)->prev = number;
	pool->free_head = number;
	pool->free++;
}

status_t pool_add(struct pool *pool, struct pool_range *range, paddr_t pa, uint32_t count)
{
	if (!is_aligned(pa, PAGE_SIZE))
		return ST_INVALID_ARGS;
	for (uint64_t i = 0; i < count; i++) {
		const struct frame *f = frame_at(pa + (i << PAGE_BITS));

		if (!f || f->state != FRAME_ABSENT)
			return ST_INVALID_ARGS;
	}
	*range = (struct pool_range){.count = count};
	range->first = (uint32_t)((pa - frame_table.base) >> PAGE_BITS);
	list_insert_after(&pool->ranges, &range->link);
	for (uint32_t i = count; i-- > 0;)
		push(pool, frame_number(range->first + i));
	pool->total += count;
	return ST_OK;
}

status_t pool_reserve(struct pool *pool, uint64_t count)
{
	if (count > pool_can_take(pool))
		return ST_NO_MEMORY;
	pool->reserved += count;
	return ST_OK;
}

void pool_unreserve(struct pool *pool, uint64_t count)
{
	CHECK(count <= pool->reserved);
	pool->reserved -= count;
}

/* look_from: the next place to look at: the first aligned one from `number` on. */
static void look_from(struct pool_run *run, uint64_t number)
{
	uint64_t base = frame_table.base >> PAGE_BITS;

	run->first = align_up(base + number, run->alignment) - base;
	run->lost = 0;
}

bool pool_run_drop(struct pool_run *run)
{
	if (!run->taken)
		return false;
	run->taken--;
	return frame_put(frame_pa(frame_number((uint32_t)(run->first + run->taken))));
}

status_t pool_run_step(struct pool *pool, struct pool_run *run)
{
	const struct pool_range *range = run->range;
	const struct list *next = range ? range->link.next : pool->ranges.next;
	struct frame *f;

	if (run->lost) {
		if (!pool_run_drop(run))
			look_from(run, run->first + run->lost);
	} else if (!range || run->first + run->count > (uint64_t)range->first + range->count) {
		run->range = next == &pool->ranges ? NULL :
						     list_entry(next, struct pool_range, link);
		if (!run->range)
			return ST_NO_MEMORY;
		look_from(run, run->range->first);
	} else {
		f = frame_number((uint32_t)(run->first + run->taken));
		if (f->state != FRAME_FREE) {
			run->lost = run->taken + 1;
			return ST_SHOULD_WAIT;
		}
		if (!pool_can_take(pool))
			return ST_NO_MEMORY;
		frame_take(pool, f, f->prev, FRAME_PAGE);
		run->taken++;
	}
	return run->taken == run->count ? ST_OK : ST_SHOULD_WAIT;
}

bool frame_put(paddr_t pa)
{
	struct frame *f = frame_counted(pa);
	struct pool *pool;

	if (!f)
		return false;
	CHECK(f->refs > 0);
	if (--f->refs > 0)
		return false;
	pool = pools[f->pool];
	CHECK(pool && pool->used[f->state] > 0);
	pool->used[f->state]--;
	push(pool, f);
	return true;
}

/* The common frame, the Pool's own and with one owner left, is put at the list's head here. */
uint64_t pool_put(struct pool *pool, pte_t *entry, uint64_t count, unsigned level)
{
	const enum frame_state kind = level ? FRAME_TABLE : FRAME_PAGE;
	const struct frame_table t = frame_table;
	struct frame given = {.pool = pool->id, .state = FRAME_FREE, .prev = FRAME_NONE};
	uint64_t back = 0;

	given.next = pool->free_head;
	for (pte_t *end = entry + count; entry < end; entry++) {
		const pte_t e = *entry;
		uint64_t number;
		struct frame *f;

		*entry = pte_none();
		if (!pte_is_owned(e))
			continue;
		number = (pte_pa(e, level) - t.base) >> PAGE_BITS;
		f = &t.frames[number];
		if (number >= t.count || f->refs != 1 || f->pool != given.pool) {
			frame_put(pte_pa(e, level)); /* never to this list */
			continue;
		}
		CHECK(f->state == kind);
		*f = given;
		if (given.next != FRAME_NONE)
			t.frames[given.next].prev = (uint32_t)number;
		given.next = (uint32_t)number;
		back++;
	}
	pool->free_head = given.next;
	pool->free += back;
	pool->used[kind] -= back;
	return back;
}
