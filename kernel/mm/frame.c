/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mm/frame.h"

#include "mm/pool.h"

struct frame_table frame_table;

bool frame_init(struct frame *table, paddr_t base, uint64_t count)
{
	if (count > FRAMES_MAX)
		return false;
	frame_table = (struct frame_table){table, base, count};
	for (uint64_t i = 0; i < count; i++)
		table[i] = (struct frame){.state = FRAME_ABSENT};
	return true;
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
