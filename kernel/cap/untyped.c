/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/untyped.h"

#include "arch/page.h"

#include "cap/place.h"

/*
 * data: the watermark in units of the smallest object, and cleared pages. Both are within
 * 2^38 bytes, the largest Untyped.
 */
enum {
	UNIT_BITS = 4,
	WATERMARK_BITS = 35,
};

/* A range of a page or more can be anywhere in 44 bits: its base is kept in pages. */
static unsigned base_shift(unsigned size_bits)
{
	return size_bits >= PAGE_BITS ? PAGE_BITS : OBJECT_ALIGN_BITS;
}

struct cap untyped_make(paddr_t base, unsigned size_bits, bool device)
{
	ASSERT(is_aligned(base, BIT(size_bits)));
	ASSERT(base >> base_shift(size_bits) <= UINT32_MAX);
	return (struct cap){
		.type = OBJECT_UNTYPED,
		.size_bits = (uint8_t)size_bits,
		.aux = device ? UNTYPED_DEVICE : 0,
		.object = (uint32_t)(base >> base_shift(size_bits)),
	};
}

paddr_t untyped_base(const struct cap *cap)
{
	return (paddr_t)cap->object << base_shift(cap->size_bits);
}

/* Offsets from the base: of the first byte that is free, and of the first not cleared. */
struct progress {
	uint64_t mark, clear;
};

/*
 * Without children all is free; what was cleared ahead counts then only if nothing was made
 * of it since.
 */
static inline struct progress progress(const struct slot *untyped)
{
	uint64_t data = untyped->cap.data;
	uint64_t mark = (data & (BIT(WATERMARK_BITS) - 1)) << UNIT_BITS;
	uint64_t clear = data >> WATERMARK_BITS << PAGE_BITS;

	if (likely(tour_has_children(untyped)))
		return (struct progress){mark, clear};
	return (struct progress){0, mark ? 0 : clear};
}

static void set_progress(struct slot *untyped, uint64_t mark, uint64_t clear)
{
	untyped->cap.data = mark >> UNIT_BITS | clear >> PAGE_BITS << WATERMARK_BITS;
}

uint64_t untyped_free(const struct slot *untyped)
{
	return BIT(untyped->cap.size_bits) - progress(untyped).mark;
}

void untyped_lend(struct slot *untyped, struct slot *copy)
{
	copy->cap.data = 0;
	set_progress(untyped, BIT(untyped->cap.size_bits), 0);
}

/* Where objects would be, as offsets from the base. */
struct cut {
	uint64_t mark, clear; /* as it is: where free bytes begin, and what is not cleared */
	uint64_t start, end;  /* of the objects */
	paddr_t base;	      /* of the Untyped */
	unsigned bits;	      /* of one of them */
};

static status_t cut_check(const struct slot *untyped, uint64_t count, struct cut *cut)
{
	uint64_t size = BIT(untyped->cap.size_bits);
	struct progress at = progress(untyped);

	cut->base = untyped_base(&untyped->cap);
	cut->mark = at.mark;
	cut->clear = at.clear;
	cut->start = align_up(cut->mark, BIT(cut->bits));
	/* Neither sum nor product can overflow: see bits_max and RETYPE_MAX. */
	cut->end = cut->start + (count << cut->bits);
	return cut->end <= size ? ST_OK : ST_NO_MEMORY;
}

static status_t type_check(const struct cap *untyped, const struct retype *retype)
{
	const struct object_info *info;
	unsigned trait = untyped->aux & UNTYPED_DEVICE ? TRAIT_DEVICE : TRAIT_RETYPE;

	if (retype->type == OBJECT_NONE || retype->type >= OBJECT_TYPES)
		return ST_INVALID_ARGS;
	info = &object_info[retype->type];
	if (!(info->traits & trait))
		return ST_NOT_SUPPORTED;
	if (info->bits_min == info->bits_max)
		return retype->size_bits == 0 ? ST_OK : ST_INVALID_ARGS;
	if (retype->size_bits < info->bits_min || retype->size_bits > info->bits_max)
		return ST_INVALID_ARGS;
	return ST_OK;
}

/* How large one object is, in bits of bytes. */
static unsigned object_bits(const struct retype *retype)
{
	const struct object_info *info = &object_info[retype->type];

	if (retype->type == OBJECT_CNODE)
		return (unsigned)retype->size_bits + SLOT_BITS;
	return info->bits_min == info->bits_max ? info->bits_min : (unsigned)retype->size_bits;
}

static status_t slots_check(const struct retype *retype)
{
	if (retype->count == 0 || retype->count > RETYPE_MAX)
		return ST_OUT_OF_RANGE;
	for (word_t i = 0; i < retype->count; i++)
		if (!slot_is_empty(&retype->slots[i]))
			return ST_ALREADY_EXISTS;
	return ST_OK;
}

/* What the new capabilities' 32-bit references and links can name. */
static status_t reach_check(const struct retype *retype, const struct cut *cut)
{
	paddr_t end = cut->base + cut->end;

	if (likely(end <= SLOT_PA_END))
		return ST_OK;
	if (retype->type == OBJECT_UNTYPED && cut->bits >= PAGE_BITS)
		return ST_OK;
	if (retype->type == OBJECT_CNODE || object_types[retype->type].slots)
		return ST_NOT_SUPPORTED;
	return end <= OBJECT_PA_END ? ST_OK : ST_NOT_SUPPORTED;
}

static status_t retype_check(
	const struct slot *untyped, const struct retype *retype, struct cut *cut)
{
	status_t st;

	if (untyped->cap.type != OBJECT_UNTYPED)
		return ST_WRONG_TYPE;
	st = type_check(&untyped->cap, retype);
	if (st == ST_OK)
		st = slots_check(retype);
	if (st != ST_OK)
		return st;
	cut->bits = object_bits(retype);
	st = cut_check(untyped, retype->count, cut);
	return st == ST_OK ? reach_check(retype, cut) : st;
}

/* Objects are at least 16 bytes and aligned to that; most are no more than a few times
 * it. */
static void clear(const struct cut *cut, uint64_t from, uint64_t to)
{
	uint64_t *word = pa_to_va(cut->base + from);
	const uint64_t *end = pa_to_va(cut->base + to);

	for (; word < end; word += 2) {
		word[0] = 0;
		word[1] = 0;
	}
}

/*
 * Clear up to the end but for the last part of a page, which commit can afford. Progress
 * is noted at each page's end and means all from the watermark on: a gap before an
 * aligned start is cleared too (it is smaller than one object).
 */
static status_t clear_ahead(struct slot *untyped, struct cut *cut, struct work *work)
{
	uint64_t from = max_u64(cut->mark, cut->clear);

	while (unlikely(cut->end > from + PAGE_SIZE)) {
		uint64_t next = align_down(from + PAGE_SIZE, PAGE_SIZE);

		if (is_aligned(from, PAGE_SIZE))
			page_zero(pa_to_va(cut->base + from));
		else
			clear(cut, from, next);
		set_progress(untyped, cut->mark, next);
		cut->clear = from = next;
		if (preemption_point(work, WORK_CLEAR_PAGE))
			return CAP_AGAIN;
	}
	return ST_OK;
}

status_t untyped_take_check(const struct slot *untyped, unsigned size_bits, paddr_t *base_out)
{
	struct cut cut = {.bits = size_bits};
	status_t st;

	if (untyped->cap.type != OBJECT_UNTYPED)
		return ST_WRONG_TYPE;
	if (size_bits < UNIT_BITS || size_bits > object_info[OBJECT_UNTYPED].bits_max)
		return ST_INVALID_ARGS;
	st = cut_check(untyped, 1, &cut);
	if (st == ST_OK)
		*base_out = untyped_base(&untyped->cap) + cut.start;
	return st;
}

void untyped_take_commit(struct slot *untyped, unsigned size_bits)
{
	struct cut cut = {.bits = size_bits};
	status_t st = cut_check(untyped, 1, &cut);

	CHECK(st == ST_OK);
	set_progress(untyped, cut.end, cut.clear);
}

/* The capability to the first of the objects. */
static struct cap first_cap(
	const struct slot *untyped, const struct retype *retype, const struct cut *cut)
{
	paddr_t base = cut->base + cut->start;

	if (retype->type == OBJECT_UNTYPED)
		return untyped_make(base, cut->bits, untyped->cap.aux & UNTYPED_DEVICE);
	return cap_make((enum object)retype->type,
		retype->type == OBJECT_CNODE ? (unsigned)retype->size_bits : cut->bits,
		pa_to_va(base));
}

static void retype_commit(
	struct slot *untyped, const struct retype *retype, const struct cut *cut)
{
	void (*create)(const struct cap *cap) = object_types[retype->type].create;
	struct cap cap = first_cap(untyped, retype, cut);
	unsigned shift =
		retype->type == OBJECT_UNTYPED ? base_shift(cut->bits) : OBJECT_ALIGN_BITS;

	if (retype->type != OBJECT_UNTYPED)
		clear(cut, max_u64(cut->clear, cut->start), cut->end);
	set_progress(untyped, cut->end, cut->clear);
	for (word_t i = 0; i < retype->count; i++) {
		if (create)
			create(&cap);
		cap_place(untyped, &retype->slots[i], cap);
		cap.object += (uint32_t)(BIT(cut->bits) >> shift);
	}
}

status_t untyped_retype(struct slot *untyped, const struct retype *retype, struct work *work)
{
	struct cut cut;
	status_t st = retype_check(untyped, retype, &cut);

	if (st == ST_OK && retype->type != OBJECT_UNTYPED)
		st = clear_ahead(untyped, &cut, work);
	if (st == ST_OK)
		retype_commit(untyped, retype, &cut);
	return st;
}
