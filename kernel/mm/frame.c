/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mm/frame.h"

#include "mm/pool.h"

static struct frame *frames;
static paddr_t frames_base;
static uint64_t frames_count;

bool frame_init(struct frame *table, paddr_t base, uint64_t count)
{
	if (count > FRAMES_MAX)
		return false;
	frames = table;
	frames_base = base;
	frames_count = count;
	for (uint64_t i = 0; i < count; i++)
		table[i] = (struct frame){.state = FRAME_ABSENT};
	return true;
}

struct frame *frame_at(paddr_t pa)
{
	uint64_t number = (pa - frames_base) >> PAGE_BITS;

	return number < frames_count ? &frames[number] : NULL;
}

struct frame *frame_number(uint32_t number)
{
	ASSERT(number < frames_count);
	return &frames[number];
}

uint32_t frame_index(const struct frame *frame)
{
	return (uint32_t)(frame - frames);
}

paddr_t frame_pa(const struct frame *frame)
{
	return frames_base + ((paddr_t)frame_index(frame) << PAGE_BITS);
}

static struct frame *counted(paddr_t pa)
{
	struct frame *f = frame_at(pa);

	return f && f->state >= FRAME_PAGE ? f : NULL;
}

void frame_get(paddr_t pa)
{
	struct frame *f = counted(pa);

	if (f) {
		CHECK(f->refs > 0);
		f->refs++;
	}
}

bool frame_put(paddr_t pa)
{
	struct frame *f = counted(pa);

	if (!f)
		return false;
	CHECK(f->refs > 0);
	if (--f->refs > 0)
		return false;
	pool_give_back(f);
	return true;
}

bool frame_is_sole(paddr_t pa)
{
	const struct frame *f = counted(pa);

	return !f || f->refs == 1;
}
