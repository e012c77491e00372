/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "example.h"

#include "libsys/pool.h"

enum { POOL_BITS = 23 };

void example_run(void (*example)(void))
{
	example();
}

void example_run_with_pool(void (*example)(example_cap_t pool))
{
	struct pool_info before, after;
	cptr_t pool;

	REQUIRE(pool_create(POOL_BITS, &pool) == ST_OK);
	REQUIRE(pool_info(pool, &before) == ST_OK);
	example(pool);
	EXPECT_EQ(pool_info(pool, &after), ST_OK);
	EXPECT_EQ(after.free, before.free);
	EXPECT_EQ(after.reserved, 0);
	EXPECT_EQ(pool_delete(pool), ST_OK);
}
