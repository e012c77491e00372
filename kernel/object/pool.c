/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/pool.h"

#include "arch/page.h"

#include "cap/untyped.h"

#include "object/vmo.h"
#include "object/vspace.h"

enum {
	GIVE_BITS_MIN = PAGE_BITS + 1, /* a page, and one that describes it */
	FRAMES_OF_PAGE = PAGE_SIZE / sizeof(struct frame),
	WORK_FRAMES = 64, /* frames that are taken back in one step */
	READY_WORDS = FRAMES_MAX / FRAMES_OF_PAGE / 64,
};

/*
 * The frame table is cleared, which makes its frames ABSENT, a page at a time when a frame
 * in it is first used: of most RAM nobody ever asks at boot.
 */
static uint64_t ready[READY_WORDS];

uint64_t frames_table_bytes(uint64_t size)
{
	return align_up((size >> PAGE_BITS) * sizeof(struct frame), PAGE_SIZE);
}

void frames_init(void *table, paddr_t base, uint64_t size)
{
	_Static_assert(FRAME_ABSENT == 0, "a cleared table is one of absent frames");
	frame_table = (struct frame_table){table, base, size >> PAGE_BITS};
}

void frames_ready(paddr_t pa, uint64_t size)
{
	uint64_t end = min_u64(pa + size, frame_table.base + (frame_table.count << PAGE_BITS));
	uint64_t first, last;

	pa = max_u64(pa, frame_table.base);
	if (pa >= end)
		return;
	first = (pa - frame_table.base) / PAGE_SIZE / FRAMES_OF_PAGE;
	last = (end - 1 - frame_table.base) / PAGE_SIZE / FRAMES_OF_PAGE;
	for (uint64_t i = first; i <= last; i++) {
		if (ready[i / 64] >> i % 64 & 1)
			continue;
		page_zero((char *)frame_table.frames + i * PAGE_SIZE);
		ready[i / 64] |= BIT(i % 64);
	}
}

void pool_create(const struct cap *cap)
{
	struct pool_object *pool = pool_of(cap);

	for (unsigned i = 0; i < SLAB_CLASSES; i++)
		list_init(&pool->slabs[i]);
	list_init(&pool->held_by);
	list_init(&pool->spaces);
	list_init(&pool->memory);
}

static status_t give_check(const struct pool_object *pool, const struct slot *untyped,
	unsigned size_bits, paddr_t *base_out)
{
	paddr_t table_end = frame_table.base + (frame_table.count << PAGE_BITS);
	status_t st;

	if (size_bits < GIVE_BITS_MIN)
		return ST_INVALID_ARGS;
	if (pool->dying)
		return ST_BAD_STATE;
	st = untyped_take_check(untyped, size_bits, base_out);
	if (st != ST_OK)
		return st;
	return untyped->cap.aux & UNTYPED_DEVICE || *base_out < frame_table.base ||
			*base_out + BIT(size_bits) > table_end ?
		ST_NOT_SUPPORTED :
		ST_OK;
}

status_t pool_give(struct pool_object *pool, struct slot *untyped, unsigned size_bits)
{
	struct pool_memory *memory;
	paddr_t base;
	status_t st = give_check(pool, untyped, size_bits, &base);

	if (st == ST_OK && !pool->started)
		st = pool_init(&pool->frames);
	if (st != ST_OK)
		return st;
	pool->started = true;
	untyped_take_commit(untyped, size_bits);
	frames_ready(base + BIT(size_bits) - PAGE_SIZE, PAGE_SIZE);
	memory = pa_to_va(base + BIT(size_bits) - PAGE_SIZE);
	*memory = (struct pool_memory){
		.pool = pool,
		.count = (uint32_t)(BIT(size_bits - PAGE_BITS) - 1),
	};
	memory->range.first = frame_index(frame_at(base));
	list_insert_after(&pool->memory, &memory->link); /* full ones are last */
	pool->fresh += memory->count;
	cap_insert(untyped, &memory->slot, cap_make(OBJECT_FRAMES, 0, memory));
	return ST_OK;
}

static struct pool_memory *memory_at(struct list *link)
{
	return list_entry(link, struct pool_memory, link);
}

/* What is fed of one range is one range for the core, too: runs are looked for in it. */
static void feed_from(struct pool_object *pool, struct pool_memory *memory)
{
	uint32_t first = memory->range.first + memory->range.count;
	uint32_t some = (uint32_t)min_u64(POOL_FEED, memory->count - memory->range.count);
	struct pool_range more;
	paddr_t pa = frame_table.base + ((paddr_t)first << PAGE_BITS);
	status_t st;

	frames_ready(pa, (uint64_t)some << PAGE_BITS);
	if (memory->range.count == 0) {
		st = pool_add(&pool->frames, &memory->range, pa, some);
	} else {
		st = pool_add(&pool->frames, &more, pa, some);
		pool_forget(&more);
		memory->range.count += some;
	}
	CHECK(st == ST_OK);
	pool->fresh -= some;
}

bool pool_feed(struct pool_object *pool)
{
	if (pool->fresh == 0)
		return false;
	list_for_each (link, &pool->memory) {
		struct pool_memory *memory = memory_at(link);

		if (memory->range.count == memory->count)
			continue;
		feed_from(pool, memory);
		if (memory->range.count == memory->count) { /* not to be found again */
			list_remove(link);
			list_append(&pool->memory, link);
		}
		return true;
	}
	CHECK(!"fresh frames are in some range");
	return false;
}

/* One VMO less, or one step towards it: its capabilities, its mappings, then itself. */
static status_t empty_step(struct pool_object *pool, struct work *work)
{
	if (!list_is_empty(&pool->held_by))
		return vmo_destroy_step(dependence_at(pool->held_by.next), work);
	return vspace_destroy_step(
		list_entry(pool->spaces.next, struct vspace_object, link), work);
}

status_t pool_empty(struct pool_object *pool, struct work *work)
{
	pool->dying = true;
	while (!list_is_empty(&pool->held_by) || !list_is_empty(&pool->spaces)) {
		status_t st = empty_step(pool, work);

		if (st != ST_OK || preemption_point(work, WORK_DELETE))
			return CAP_AGAIN;
	}
	return ST_OK;
}

/* Take a frame that is free off the list, and out of the Pool. */
static void give_up_frame(struct pool *frames, struct frame *f)
{
	if (f->prev != FRAME_NONE)
		frame_number(f->prev)->next = f->next;
	else
		frames->free_head = f->next;
	if (f->next != FRAME_NONE)
		frame_number(f->next)->prev = f->prev;
	CHECK(f->state == FRAME_FREE);
	*f = (struct frame){.state = FRAME_ABSENT};
	frames->free--;
	frames->total--;
}

/* give_up: the memory leaves its Pool, which is empty. */
static status_t give_up(struct pool_memory *memory, struct work *work)
{
	struct pool_object *pool = memory->pool;
	struct pool_range *range = &memory->range;

	pool->fresh -= memory->count - range->count;
	memory->count = range->count;
	while (range->count) {
		uint32_t last = range->first + --range->count;

		memory->count--;
		give_up_frame(&pool->frames, frame_number(last));
		if (range->count == 0) /* an empty Pool's frames are all on its free list */
			pool_forget(range);
		if (last % WORK_FRAMES == 0 && preemption_point(work, WORK_FRAMES * 2))
			return CAP_AGAIN;
	}
	list_remove(&memory->link);
	return ST_OK;
}

status_t frames_finalise(const struct cap *cap, struct work *work)
{
	struct pool_memory *memory = cap_object(cap);
	status_t st = pool_empty(memory->pool, work);

	if (st == ST_OK)
		st = give_up(memory, work);
	if (st == ST_OK)
		memory->pool->dying = false;
	return st;
}

status_t pool_finalise(const struct cap *cap, struct work *work)
{
	struct pool_object *pool = pool_of(cap);
	status_t st = pool_empty(pool, work);

	while (st == ST_OK && !list_is_empty(&pool->memory)) {
		struct pool_memory *memory = memory_at(pool->memory.next);

		st = give_up(memory, work);
		if (st == ST_OK)
			cap_clear(&memory->slot);
		if (st == ST_OK && preemption_point(work, WORK_DELETE))
			st = CAP_AGAIN;
	}
	if (st == ST_OK && pool->started) {
		st = pool_fini(&pool->frames);
		CHECK(st == ST_OK);
		pool->started = false;
	}
	return st;
}

/*
 * Slabs: a page of the Pool cut into objects of one size. Those with room are on a list;
 * one without any object goes back.
 */
struct slab {
	struct list link;
	uint32_t used; /* a bit for each object */
	uint32_t class;
	uint64_t reserved;
};

static const struct {
	uint32_t bytes;
	uint32_t all; /* `used` when it is full */
} slab_info[SLAB_CLASSES] = {
#define SLAB(size) \
	{ \
		size, (1u << (PAGE_SIZE - sizeof(struct slab)) / (size)) - 1 \
	}
	[SLAB_SMALL] = SLAB(SLAB_SMALL_BYTES),
	[SLAB_VMO] = SLAB(SLAB_VMO_BYTES),
#undef SLAB
};

_Static_assert((PAGE_SIZE - sizeof(struct slab)) / SLAB_SMALL_BYTES < 32, "a bit for each");
_Static_assert(sizeof(struct slab) % SLOT_BYTES == 0 && SLAB_SMALL_BYTES % SLOT_BYTES == 0 &&
		SLAB_VMO_BYTES % SLOT_BYTES == 0,
	"slots in objects are aligned");

static struct slab *slab_new(struct pool_object *pool, enum slab_class class)
{
	struct slab *slab;

	if (!pool_can_take(&pool->frames))
		return NULL;
	slab = pa_to_va(pool_take(&pool->frames, FRAME_TABLE));
	slab->used = 0;
	slab->class = class;
	list_append(&pool->slabs[class], &slab->link);
	return slab;
}

void *slab_alloc(struct pool_object *pool, enum slab_class class)
{
	struct list *head = &pool->slabs[class];
	struct slab *slab;
	unsigned n;

	if (list_is_empty(head)) {
		slab = slab_new(pool, class);
		if (!slab)
			return NULL;
	} else {
		slab = list_entry(head->next, struct slab, link);
	}
	n = (unsigned)__builtin_ctz(~slab->used);
	slab->used |= 1u << n;
	if (slab->used == slab_info[class].all)
		list_remove(&slab->link);
	return (char *)(slab + 1) + n * slab_info[class].bytes;
}

void slab_free(struct pool_object *pool, void *object)
{
	struct slab *slab = (void *)align_down((uintptr_t)object, PAGE_SIZE);
	uint64_t offset = (uintptr_t)object - (uintptr_t)(slab + 1);

	if (slab->used == slab_info[slab->class].all)
		list_append(&pool->slabs[slab->class], &slab->link);
	slab->used &= ~(1u << offset / slab_info[slab->class].bytes);
	if (slab->used)
		return;
	list_remove(&slab->link);
	frame_put(va_to_pa(slab));
}
