/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "bootmem.h"

static uint64_t end_of(struct range range)
{
	return range.base + range.size;
}

static void delete_at(struct bootmem *memory, uint32_t at)
{
	memory->count--;
	for (; at < memory->count; at++)
		memory->range[at] = memory->range[at + 1];
}

static bool insert_at(struct bootmem *memory, uint32_t at, struct range range)
{
	if (memory->count == BOOTMEM_RANGES_MAX)
		return false;
	for (uint32_t i = memory->count; i > at; i--)
		memory->range[i] = memory->range[i - 1];
	memory->range[at] = range;
	memory->count++;
	return true;
}

/* Pages wholly inside the range; the end of the address space itself is given up. */
static struct range inner_pages(struct range range)
{
	uint64_t base = align_up(range.base, PAGE_SIZE);
	uint64_t end = align_down(end_of(range), PAGE_SIZE);

	if (base < range.base || end <= base)
		return (struct range){0};
	return (struct range){base, end - base};
}

static struct range touched_pages(struct range range)
{
	const uint64_t last_page = align_down(UINT64_MAX, PAGE_SIZE);
	uint64_t base = align_down(range.base, PAGE_SIZE);
	uint64_t end = end_of(range);

	if (range.size == 0)
		return (struct range){0};
	if (end < range.base || end > last_page) /* the last page is never free */
		end = last_page;
	end = align_up(end, PAGE_SIZE);
	return (struct range){base, end - base};
}

bool bootmem_add(struct bootmem *memory, struct range range)
{
	uint32_t at = 0;

	range = inner_pages(range);
	if (range.size == 0)
		return true;
	while (at < memory->count && end_of(memory->range[at]) < range.base)
		at++;
	/* Swallow every range that touches or overlaps. */
	while (at < memory->count && memory->range[at].base <= end_of(range)) {
		uint64_t base = min_u64(range.base, memory->range[at].base);
		uint64_t end = max_u64(end_of(range), end_of(memory->range[at]));

		range = (struct range){base, end - base};
		delete_at(memory, at);
	}
	return insert_at(memory, at, range);
}

bool bootmem_remove(struct bootmem *memory, struct range range)
{
	uint32_t at = 0;

	range = touched_pages(range);
	while (at < memory->count) {
		struct range *have = &memory->range[at];
		uint64_t have_end = end_of(*have);

		if (range.size == 0 || have_end <= range.base || have->base >= end_of(range)) {
			at++;
		} else if (have->base < range.base && have_end > end_of(range)) {
			struct range rest = {end_of(range), have_end - end_of(range)};

			if (!insert_at(memory, at + 1, rest))
				return false;
			have->size = range.base - have->base;
			return true;
		} else if (have->base < range.base) {
			have->size = range.base - have->base;
		} else if (have_end > end_of(range)) {
			*have = (struct range){end_of(range), have_end - end_of(range)};
		} else {
			delete_at(memory, at);
		}
	}
	return true;
}

bool bootmem_alloc(struct bootmem *memory, uint64_t pages, paddr_t *pa_out)
{
	return bootmem_alloc_below(memory, pages, UINT64_MAX, pa_out);
}

bool bootmem_alloc_below(struct bootmem *memory, uint64_t pages, paddr_t limit, paddr_t *pa_out)
{
	for (uint32_t i = memory->count; i-- > 0;) {
		const struct range *have = &memory->range[i];
		uint64_t end = min_u64(end_of(*have), align_down(limit, PAGE_SIZE));
		struct range block;

		if (end <= have->base || (end - have->base) / PAGE_SIZE < pages)
			continue;
		block = (struct range){end - pages * PAGE_SIZE, pages * PAGE_SIZE};
		if (!bootmem_remove(memory, block))
			return false;
		*pa_out = block.base;
		return true;
	}
	return false;
}

uint64_t bootmem_bytes(const struct bootmem *memory)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < memory->count; i++)
		bytes += memory->range[i].size;
	return bytes;
}
