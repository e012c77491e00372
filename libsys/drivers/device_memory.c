/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Who has which part of the device Untypeds. Retype hands out an Untyped from its beginning;
 * to reach a page in its middle it is split into halves until a half is the block wanted:
 *
 *	bootinfo's Untyped    [                        SPLIT                         ]
 *	                      [          WHOLE          ][          SPLIT            ]
 *	                                                 [    WHOLE    ][   TAKEN    ]  a VMO
 *
 * Halves that are both WHOLE again are deleted, and the Untyped above them is as before.
 */
#include "libsys/boot.h"
#include "libsys/drivers/device.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"

enum { BLOCKS = 512, NONE = 0 };

enum state { FREE, WHOLE, SPLIT, TAKEN };

static struct block {
	uint64_t base;
	cptr_t untyped;
	cptr_t vmo;	/* TAKEN */
	uint16_t above; /* the block that this is a half of; NONE: bootinfo's own */
	uint16_t half;	/* SPLIT: the lower one; the upper one is next to it */
	uint8_t bits;
	uint8_t state;
	uint8_t cache;
	uint32_t users;
} blocks[BLOCKS]; /* the first stands for none */

/* Neighbouring entries; NONE if there are not so many. */
static unsigned take_entries(unsigned count)
{
	for (unsigned i = 1; i + count <= BLOCKS; i++) {
		unsigned free = 0;

		while (free < count && blocks[i + free].state == FREE)
			free++;
		if (free == count)
			return i;
	}
	return NONE;
}

static int holds(const struct block *block, uint64_t at)
{
	return at >= block->base && (at - block->base) >> block->bits == 0;
}

/* The entry of bootinfo's Untyped that an address is in. */
static unsigned find_root(uint64_t at)
{
	const struct bootinfo *info = boot_info();

	for (unsigned i = 1; i < BLOCKS; i++)
		if (blocks[i].state != FREE && blocks[i].above == NONE && holds(&blocks[i], at))
			return i;
	for (uint32_t i = 0; i < info->untyped_count; i++) {
		const struct bootinfo_untyped *untyped = &info->untyped[i];
		struct block root = {.base = untyped->base,
			.untyped = info->untyped_first + i,
			.bits = (uint8_t)untyped->size_bits,
			.state = WHOLE};
		unsigned entry = take_entries(1);

		if (!untyped->device || !holds(&root, at))
			continue;
		if (entry != NONE)
			blocks[entry] = root;
		return entry;
	}
	return NONE;
}

static status_t split(struct block *block)
{
	unsigned half = take_entries(2), bits = block->bits - 1u;
	cptr_t first;
	status_t st;

	if (half == NONE)
		return ST_NO_RESOURCES;
	st = slots_alloc(2, &first);
	if (st != ST_OK)
		return st;
	st = untyped_retype(block->untyped, OBJECT_UNTYPED, bits, first, 2);
	if (st != ST_OK) {
		slots_free(first, 2);
		return st;
	}
	for (unsigned i = 0; i < 2; i++)
		blocks[half + i] = (struct block){.base = block->base + ((uint64_t)i << bits),
			.untyped = first + i,
			.above = (uint16_t)(block - blocks),
			.bits = (uint8_t)bits,
			.state = WHOLE};
	block->state = SPLIT;
	block->half = (uint16_t)half;
	return ST_OK;
}

/* Undo splits, upwards from a block that has become WHOLE. */
static void join(struct block *block)
{
	while (block->above != NONE) {
		struct block *above = &blocks[block->above];
		struct block *half = &blocks[above->half];

		if (half[0].state != WHOLE || half[1].state != WHOLE)
			return;
		(void)objects_delete(half[0].untyped, 2);
		half[0].state = half[1].state = FREE;
		above->state = WHOLE;
		block = above;
	}
	block->state = FREE; /* bootinfo has it */
}

/* The smallest block around a range. */
static unsigned block_bits(struct tree_range range)
{
	unsigned bits = 12;

	while (bits < 63 && (range.base + range.size - 1) >> bits != range.base >> bits)
		bits++;
	return bits;
}

/* The block of that size, or the TAKEN one that it is in. */
static status_t find_block(struct tree_range range, unsigned bits, struct block **block_out)
{
	unsigned at = find_root(range.base);
	status_t st = ST_OK;

	*block_out = &blocks[at];
	if (at == NONE || bits > blocks[at].bits)
		return ST_NOT_SUPPORTED;
	while (blocks[at].bits > bits && blocks[at].state != TAKEN) {
		if (blocks[at].state == WHOLE)
			st = split(&blocks[at]);
		if (st != ST_OK)
			return st;
		at = blocks[at].half;
		at += !holds(&blocks[at], range.base);
		*block_out = &blocks[at];
	}
	return ST_OK;
}

static status_t take(struct block *block, enum vmo_cache cache)
{
	status_t st;

	if (block->state == SPLIT || (block->state == TAKEN && block->cache != cache))
		return ST_ALREADY_BOUND;
	if (block->state == TAKEN)
		return ST_OK;
	st = vmo_create_physical(
		ROOT_SLOT_POOL, block->untyped, block->bits, cache, &block->vmo);
	if (st != ST_OK)
		return st;
	block->state = TAKEN;
	block->cache = (uint8_t)cache;
	block->users = 0;
	return ST_OK;
}

status_t device_memory_take(
	struct tree_range range, enum vmo_cache cache, cptr_t *vmo_out, uint64_t *offset_out)
{
	struct block *block;
	status_t st;

	if (range.size == 0 || range.base + range.size < range.base)
		return ST_INVALID_ARGS;
	st = find_block(range, block_bits(range), &block);
	if (st == ST_OK)
		st = take(block, cache);
	if (st == ST_OK) {
		block->users++;
		*vmo_out = block->vmo;
		*offset_out = range.base - block->base;
	} else if (block->state == WHOLE) {
		join(block);
	}
	return st;
}

void device_memory_give_back(cptr_t vmo)
{
	for (unsigned i = 1; i < BLOCKS; i++) {
		if (blocks[i].state != TAKEN || blocks[i].vmo != vmo)
			continue;
		if (--blocks[i].users == 0) {
			(void)object_delete(vmo);
			blocks[i].state = WHOLE;
			join(&blocks[i]);
		}
		return;
	}
}
