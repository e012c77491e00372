/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mm/pool.h"

static struct pool *pools[POOLS_MAX];

status_t pool_init(struct pool *pool)
{
	for (unsigned id = 0; id < POOLS_MAX; id++) {
		if (pools[id])
			continue;
		*pool = (struct pool){.id = (uint16_t)id, .free_head = FRAME_NONE};
		pools[id] = pool;
		return ST_OK;
	}
	return ST_NO_RESOURCES;
}

status_t pool_fini(struct pool *pool)
{
	if (pool->free != pool->total || pool->reserved)
		return ST_BAD_STATE;
	for (struct pool_range *r = pool->ranges; r; r = r->next)
		for (uint32_t i = 0; i < r->count; i++)
			frame_number(r->first + i)->state = FRAME_ABSENT;
	pools[pool->id] = NULL;
	*pool = (struct pool){.free_head = FRAME_NONE};
	return ST_OK;
}

static void push(struct pool *pool, struct frame *f)
{
	uint32_t number = frame_index(f);

	f->state = FRAME_FREE;
	f->refs = 0;
	f->pool = pool->id;
	f->prev = FRAME_NONE;
	f->next = pool->free_head;
	if (f->next != FRAME_NONE)
		frame_number(f->next)->prev = number;
	pool->free_head = number;
	pool->free++;
}

static void take(struct pool *pool, struct frame *f, enum frame_state kind)
{
	if (f->prev != FRAME_NONE)
		frame_number(f->prev)->next = f->next;
	else
		pool->free_head = f->next;
	if (f->next != FRAME_NONE)
		frame_number(f->next)->prev = f->prev;
	frame_taken(pool, f, kind);
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
	*range = (struct pool_range){.next = pool->ranges, .count = count};
	if (count)
		range->first = frame_index(frame_at(pa));
	pool->ranges = range;
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

/* free_until: the first frame in [first, last) that is not free, `last` if all are. */
static uint64_t free_until(uint64_t first, uint64_t last)
{
	while (first < last && frame_number((uint32_t)first)->state == FRAME_FREE)
		first++;
	return first;
}

status_t pool_take_run(struct pool *pool, uint64_t count, uint64_t alignment, paddr_t *pa_out)
{
	uint64_t base = frame_pa(frame_number(0)) >> PAGE_BITS;

	if (!count || !alignment || (alignment & (alignment - 1)))
		return ST_INVALID_ARGS;
	if (count > pool_can_take(pool))
		return ST_NO_MEMORY;
	for (const struct pool_range *r = pool->ranges; r; r = r->next) {
		uint64_t first = align_up(base + r->first, alignment) - base;

		while (first + count <= (uint64_t)r->first + r->count) {
			uint64_t busy = free_until(first, first + count);

			if (busy < first + count) {
				first = align_up(base + busy + 1, alignment) - base;
				continue;
			}
			for (uint64_t i = 0; i < count; i++)
				take(pool, frame_number((uint32_t)(first + i)), FRAME_PAGE);
			*pa_out = frame_pa(frame_number((uint32_t)first));
			return ST_OK;
		}
	}
	return ST_NO_MEMORY;
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
