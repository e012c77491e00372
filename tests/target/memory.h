/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What tests of memory share: a Pool of their own, which must be as it was when they end, and
 * VMOs seen through a window of this program's own VSpace.
 */
#pragma once

#include "libsys/pool.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "objects.h"

enum { PAGE = PAGE_SIZE, POOL_BITS = 23, MIB = 1 << 20 };

extern cptr_t pool;
static struct pool_info pool_before;

/* with_pool: run a test with `pool`, then see that nothing of it is in use. */
#define WITH_POOL(module, sentence) \
	static void module##_##sentence##_body(void); \
	TEST(module, sentence) \
	{ \
		pool_open(); \
		module##_##sentence##_body(); \
		pool_close(); \
	} \
	static void module##_##sentence##_body(void)

static inline struct pool_info info_of(cptr_t p)
{
	struct pool_info info = {0};

	EXPECT_EQ(pool_info(p, &info), ST_OK);
	return info;
}

static inline void pool_open(void)
{
	REQUIRE(pool_create(POOL_BITS, &pool) == ST_OK);
	pool_before = info_of(pool);
}

static inline void pool_close(void)
{
	struct pool_info after = info_of(pool);

	EXPECT_EQ(after.free, pool_before.free);
	EXPECT_EQ(after.reserved, 0);
	EXPECT_EQ(after.pages, 0);
	EXPECT_EQ(after.tables, 0);
	EXPECT_EQ(pool_delete(pool), ST_OK);
}

static inline cptr_t make_vmo(uint64_t size, unsigned options)
{
	cptr_t vmo = 0;

	REQUIRE(vmo_create(pool, size, options, &vmo) == ST_OK);
	return vmo;
}

static inline cptr_t make_child(cptr_t of, unsigned options, uint64_t offset, uint64_t size)
{
	cptr_t vmo = 0;

	REQUIRE(vmo_clone(of, options, offset, size, pool, &vmo) == ST_OK);
	return vmo;
}

/* map: all of it, into this program's space; the mapping is charged to the boot Pool. */
static inline volatile uint8_t *map(cptr_t vmo, uint64_t size, unsigned flags)
{
	uaddr_t at = 0;

	REQUIRE(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, size, flags, &at) == ST_OK);
	return (volatile uint8_t *)at;
}

static inline void unmap(volatile uint8_t *at, uint64_t size)
{
	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, (uaddr_t)at, size), ST_OK);
}

/* A byte of it, by system call. */
static inline int peek(cptr_t vmo, uint64_t offset)
{
	uint8_t byte = 0xee;
	status_t st = vmo_read(vmo, &byte, offset, 1);

	return st == ST_OK ? byte : st;
}

static inline status_t poke(cptr_t vmo, uint64_t offset, uint8_t byte)
{
	return vmo_write(vmo, &byte, offset, 1);
}

static inline struct vmo_info about(cptr_t vmo)
{
	struct vmo_info info = {0};

	EXPECT_EQ(vmo_info(vmo, &info), ST_OK);
	return info;
}

/* A copy of a capability with some of its rights. */
static inline cptr_t with_rights(cptr_t cap, unsigned rights)
{
	cptr_t slot = make_slot();

	EXPECT_EQ(cap_copy(slot, cap, rights), ST_OK);
	return slot;
}
