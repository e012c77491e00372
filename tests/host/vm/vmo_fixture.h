/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What the tests of VMOs share: a few VMOs and short words for what is done to them. */
#pragma once

/* What the random operations do not reach: slices, reserves, fixed memory, refusals. */
#include "vm/tree.h"
#include "vm/vspace.h"

#include "bytes.h"
#include "test.h"
#include "world.h"

static struct pool *pool = &world.pool;
static struct vmo v, c, s, t;

static __attribute__((unused)) void put(struct vmo *vmo, uint64_t page, uint64_t value)
{
	EXPECT_EQ(bytes_write(vmo, page << PAGE_BITS, &value, sizeof(value)), ST_OK);
}

static __attribute__((unused)) uint64_t get(struct vmo *vmo, uint64_t page)
{
	uint64_t value = 12345;

	EXPECT_EQ(bytes_read(vmo, page << PAGE_BITS, &value, sizeof(value)), ST_OK);
	return value;
}

/* everything is given back: nothing invisible is kept */
static __attribute__((unused)) void finish(void)
{
	EXPECT_EQ(pool->used[FRAME_PAGE], 0);
	EXPECT_EQ(pool->used[FRAME_TABLE], WORLD_SPACES);
	EXPECT_EQ(pool->reserved, 0);
	for (int i = 0; i < WORLD_SPACES; i++)
		EXPECT_EQ(vspace_fini(&world.space[i]), ST_OK);
	EXPECT_EQ(pool_fini(pool), ST_OK);
}

/* starve: nothing is left that was not promised */
static __attribute__((unused)) uint64_t starve(void)
{
	uint64_t held = pool_can_take(pool);

	REQUIRE(pool_reserve(pool, held) == ST_OK);
	return held;
}
