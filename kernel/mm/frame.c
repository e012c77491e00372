/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "mm/frame.h"

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

void frame_get(paddr_t pa)
{
	struct frame *f = frame_counted(pa);

	if (f) {
		CHECK(f->refs > 0);
		f->refs++;
	}
}
