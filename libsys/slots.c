/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/slots.h"

#include "libsys/boot.h"
#include "startup_own.h"

enum { SLOTS_MAX = 1 << ROOT_CNODE_BITS, BITS = 64, WORDS = SLOTS_MAX / BITS };

/* A spawned program's map stands where its parent sees it. */
static uint64_t own[WORDS];
static uint64_t *used = own;
static cptr_t slots = SLOTS_MAX;

/* Before other constructors, which may want slots. */
__attribute__((constructor(101))) static void init(void)
{
	if (startup_own) {
		used = startup_own->slots_used;
		slots = (cptr_t)1 << startup_own->cnode_bits;
	}
	for (cptr_t slot = 0; slot < boot_info()->slots_free; slot++)
		used[slot / BITS] |= UINT64_C(1) << slot % BITS;
}

/* `count` ones from bit `first` on, as far as they are in word `word` of the map. */
static uint64_t mask_in(unsigned word, cptr_t first, unsigned count)
{
	cptr_t start = (cptr_t)word * BITS, end = first + count;
	cptr_t low = first > start ? first - start : 0;
	cptr_t high = end < start + BITS ? end - start : BITS;

	if (low >= BITS || end <= start)
		return 0;
	return (high == BITS ? 0 : ~UINT64_C(0) << high) ^ ~UINT64_C(0) << low;
}

static int take_bits(unsigned word, uint64_t mask)
{
	uint64_t before = __atomic_load_n(&used[word], __ATOMIC_RELAXED);

	do
		if (before & mask)
			return 0;
	while (!__atomic_compare_exchange_n(
		&used[word], &before, before | mask, 1, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return 1;
}

void slots_free(cptr_t first, unsigned count)
{
	unsigned last = count ? (unsigned)((first + count - 1) / BITS) : 0;

	for (unsigned word = (unsigned)(first / BITS); count && word <= last; word++)
		__atomic_fetch_and(&used[word], ~mask_in(word, first, count), __ATOMIC_RELEASE);
}

/* All or none: what was taken is given back where another thread was faster. */
static int take(cptr_t first, unsigned count)
{
	unsigned last = (unsigned)((first + count - 1) / BITS);

	for (unsigned word = (unsigned)(first / BITS); word <= last; word++)
		if (!take_bits(word, mask_in(word, first, count))) {
			unsigned taken =
				word * BITS > first ? (unsigned)(word * BITS - first) : 0;

			slots_free(first, taken);
			return 0;
		}
	return 1;
}

/* The first slot from `slot` on that is free, or their number. */
static cptr_t next_free(cptr_t slot)
{
	for (; slot < slots; slot = (slot / BITS + 1) * BITS) {
		uint64_t word =
			~__atomic_load_n(&used[slot / BITS], __ATOMIC_RELAXED) >> slot % BITS;

		if (word)
			return slot + (cptr_t)__builtin_ctzll(word);
	}
	return slots;
}

static int is_used(cptr_t slot)
{
	return __atomic_load_n(&used[slot / BITS], __ATOMIC_RELAXED) >> slot % BITS & 1;
}

/* The first slot from `slot` on that is used, or `end`. */
static cptr_t next_used(cptr_t slot, cptr_t end)
{
	while (slot < end && !is_used(slot))
		slot++;
	return slot;
}

status_t slots_alloc(unsigned count, cptr_t *first_out)
{
	cptr_t slot = 0;

	if (count == 0 || count > SLOTS_ALLOC_MAX)
		return ST_OUT_OF_RANGE;
	while ((slot = next_free(slot)) + count <= slots) {
		cptr_t end = next_used(slot, slot + count);

		if (end < slot + count) {
			slot = end;
		} else if (take(slot, count)) {
			*first_out = slot;
			return ST_OK;
		}
	}
	return ST_NO_RESOURCES;
}

cptr_t slot_alloc(void)
{
	cptr_t slot = 0;

	while ((slot = next_free(slot)) < slots)
		if (take_bits((unsigned)(slot / BITS), UINT64_C(1) << slot % BITS))
			return slot;
	return 0;
}

void slot_free(cptr_t slot)
{
	uint64_t bit = UINT64_C(1) << slot % BITS;

	if (slot)
		__atomic_fetch_and(&used[slot / BITS], ~bit, __ATOMIC_RELEASE);
}
