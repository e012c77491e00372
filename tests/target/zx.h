/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What tests of Zircon's interface share: a Pool of their own that pays, and must be as it was
 * when they end; VMOs that are there or end the program; pointers that lead nowhere.
 */
#pragma once

#include <zircon/process.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "libsys/zircon.h"
#include "test.h"

enum { PAGE = 4096, POOL_BITS = 23, MIB = 1 << 20 };

#define RW	 (ZX_VM_PERM_READ | ZX_VM_PERM_WRITE)
#define COW	 ZX_VMO_CLONE_COPY_ON_WRITE
#define FIXED	 ZX_VMO_CLONE_NON_RESIZEABLE
#define UNMAPPED 0x40000000000
#define NOWHERE	 ((void *)(uintptr_t)UNMAPPED)

static cptr_t pool;
static struct pool_info pool_before;

static inline void pool_open(void)
{
	REQUIRE(pool_create(POOL_BITS, &pool) == ST_OK);
	EXPECT_EQ(pool_info(pool, &pool_before), ST_OK);
	zx_set_pool(pool);
}

static inline void pool_close(void)
{
	struct pool_info after = {0};

	EXPECT_EQ(pool_info(pool, &after), ST_OK);
	EXPECT_EQ(after.free, pool_before.free);
	EXPECT_EQ(after.pages, 0);
	EXPECT_EQ(after.tables, 0);
	zx_set_pool(ROOT_SLOT_POOL);
	EXPECT_EQ(pool_delete(pool), ST_OK);
}

/* ZX_TEST: with a Pool of its own. */
#define ZX_TEST(module, sentence) \
	static void module##_##sentence##_body(void); \
	TEST(module, sentence) \
	{ \
		pool_open(); \
		module##_##sentence##_body(); \
		pool_close(); \
	} \
	static void module##_##sentence##_body(void)

static inline zx_handle_t make_vmo(uint64_t size, uint32_t options)
{
	zx_handle_t vmo = ZX_HANDLE_INVALID;

	REQUIRE(zx_vmo_create(size, options, &vmo) == ZX_OK);
	return vmo;
}

static inline zx_handle_t make_clone(
	zx_handle_t of, uint32_t options, uint64_t offset, uint64_t size)
{
	zx_handle_t vmo = ZX_HANDLE_INVALID;

	REQUIRE(zx_vmo_clone(of, options, offset, size, &vmo) == ZX_OK);
	return vmo;
}

static inline zx_handle_t make_child(
	zx_handle_t of, uint32_t options, uint64_t offset, uint64_t size)
{
	zx_handle_t vmo = ZX_HANDLE_INVALID;

	REQUIRE(zx_vmo_create_child(of, options, offset, size, &vmo) == ZX_OK);
	return vmo;
}

static inline void drop(zx_handle_t handle)
{
	EXPECT_EQ(zx_handle_close(handle), ZX_OK);
}

/* A duplicate without some rights. */
static inline zx_handle_t without(zx_handle_t handle, zx_rights_t rights)
{
	zx_info_handle_basic_t basic = {0};
	zx_handle_t weak = ZX_HANDLE_INVALID;

	EXPECT_EQ(zx_object_get_info(
			  handle, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic), NULL, NULL),
		ZX_OK);
	REQUIRE(zx_handle_duplicate(handle, basic.rights & ~rights, &weak) == ZX_OK);
	return weak;
}

static inline zx_rights_t rights_of(zx_handle_t handle)
{
	zx_info_handle_basic_t basic = {0};

	EXPECT_EQ(zx_object_get_info(
			  handle, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic), NULL, NULL),
		ZX_OK);
	return basic.rights;
}

static inline zx_info_vmo_t about(zx_handle_t vmo)
{
	zx_info_vmo_t info = {0};

	EXPECT_EQ(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL), ZX_OK);
	return info;
}

/* A byte of it, by system call. */
static inline int peek(zx_handle_t vmo, uint64_t offset)
{
	uint8_t byte = 0xee;
	zx_status_t st = zx_vmo_read(vmo, &byte, offset, 1);

	return st == ZX_OK ? byte : st;
}

static inline zx_status_t poke(zx_handle_t vmo, uint64_t offset, uint8_t byte)
{
	return zx_vmo_write(vmo, &byte, offset, 1);
}

static inline volatile uint8_t *map_with(zx_handle_t vmo, uint64_t size, zx_vm_option_t options)
{
	zx_vaddr_t at = 0;

	REQUIRE(zx_vmar_map(zx_vmar_root_self(), options, 0, vmo, 0, size, &at) == ZX_OK);
	return (volatile uint8_t *)at;
}

static inline volatile uint8_t *map(zx_handle_t vmo, uint64_t size)
{
	return map_with(vmo, size, RW);
}

static inline void unmap(volatile uint8_t *at, uint64_t size)
{
	EXPECT_EQ(zx_vmar_unmap(zx_vmar_root_self(), (zx_vaddr_t)at, size), ZX_OK);
}

/* What it tells now: nobody waits. */
static inline zx_signals_t signals_of(zx_handle_t vmo)
{
	zx_signals_t signals = 0;

	EXPECT_EQ(zx_object_wait_one(vmo, 0, 0, &signals), ZX_ERR_TIMED_OUT);
	return signals;
}

static inline bool has_no_children(zx_handle_t vmo)
{
	return signals_of(vmo) & ZX_VMO_ZERO_CHILDREN;
}

/* A handle that was closed. */
static inline zx_handle_t stale(void)
{
	zx_handle_t handle = make_vmo(0, 0);

	drop(handle);
	return handle;
}
