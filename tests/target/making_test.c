/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs that take many steps to make: what becomes of one whose maker is stopped, changed or
 * destroyed half-way, or whose Pool goes.
 */
#include "libsys/clock.h"
#include "memory.h"
#include "workers.h"

enum { LARGE_BITS = 27, LARGE = 64 * MIB };

cptr_t pool;
static cptr_t memory, slot;
static volatile int64_t result;

static void make_large(void *unused)
{
	(void)unused;
	result = sys_vmo_create_contiguous(
		pool, LARGE, 0, VMO_CACHE_CACHED, ROOT_SLOT_CNODE, slot);
}

static void open_large(void)
{
	memory = make(OBJECT_UNTYPED, LARGE_BITS);
	pool = make(OBJECT_POOL, 0);
	slot = make_slot();
	result = 12345;
	EXPECT_EQ(pool_add(pool, memory, LARGE_BITS), ST_OK);
	pool_before = info_of(pool);
}

static void close_large(void)
{
	slot_free(slot);
	drop(pool);
	drop(memory);
}

/* A worker that has begun to make it, and was stopped on the way. */
static cptr_t stopped_half_way(void)
{
	cptr_t maker = worker(0, make_large, NULL, LOW);

	for (int i = 0; i < 100000 && info_of(pool).pages == 0; i++)
		clock_sleep_ns(MS / 10);
	EXPECT_EQ(thread_suspend(maker), ST_OK);
	EXPECT(info_of(pool).pages > 0);
	EXPECT_EQ(result, 12345);
	EXPECT_EQ(cap_info(slot), ST_BAD_HANDLE); /* nobody sees anything of it yet */
	return maker;
}

static void expect_all_back(void)
{
	for (int i = 0; i < 10000 && info_of(pool).free != pool_before.free; i++)
		clock_sleep_ns(MS / 10);
	EXPECT_EQ(info_of(pool).free, pool_before.free);
	EXPECT_EQ(info_of(pool).pages, 0);
}

TEST(making, sixty_four_mebibytes_in_a_row)
{
	int64_t pa;

	open_large();
	make_large(NULL);
	REQUIRE(result == ST_OK);
	pa = vmo_lookup(slot, memory, 0);
	EXPECT(pa > 0);
	for (uint64_t at = 0; at < LARGE; at += 3 * MIB + PAGE) {
		EXPECT_EQ(vmo_lookup(slot, memory, at), pa + (int64_t)at);
		EXPECT_EQ(peek(slot, at + 77), 0);
	}
	EXPECT_EQ(about(slot).pages, LARGE / PAGE);
	EXPECT_EQ(vmo_create_contiguous(pool, LARGE, 0, 0, &(cptr_t){0}), ST_NO_MEMORY);
	EXPECT_EQ(cap_delete(slot), ST_OK);
	expect_all_back();
	close_large();
}

TEST(making, goes_on_when_its_maker_does)
{
	cptr_t maker;

	open_large();
	maker = stopped_half_way();
	EXPECT_EQ(thread_resume(maker), ST_OK);
	worker_finish(maker);
	EXPECT_EQ(result, ST_OK);
	EXPECT_EQ(peek(slot, LARGE - 1), 0);
	EXPECT_EQ(cap_delete(slot), ST_OK);
	expect_all_back();
	close_large();
}

TEST(making, ends_with_its_maker)
{
	open_large();
	drop(stopped_half_way());
	expect_all_back();
	close_large();
}

TEST(making, ends_when_its_maker_is_sent_elsewhere)
{
	struct thread_registers registers;
	cptr_t maker;

	open_large();
	maker = stopped_half_way();
	EXPECT_EQ(thread_read_registers(maker, &registers), ST_OK);
	EXPECT_EQ(thread_write_registers(maker, &registers), ST_OK);
	expect_all_back();
	EXPECT_EQ(thread_resume(maker), ST_OK); /* to the same place: it begins again */
	worker_finish(maker);
	EXPECT_EQ(result, ST_OK);
	EXPECT_EQ(cap_delete(slot), ST_OK);
	close_large();
}

TEST(making, ends_with_its_pool)
{
	cptr_t maker;

	open_large();
	maker = stopped_half_way();
	EXPECT_EQ(cap_revoke(memory), ST_OK);
	EXPECT_EQ(info_of(pool).total, 0);
	EXPECT_EQ(thread_resume(maker), ST_OK);
	worker_finish(maker);
	EXPECT_EQ(result, ST_NO_MEMORY);
	close_large();
}

TEST(making, is_refused_when_its_slot_is_taken_meanwhile)
{
	cptr_t maker;

	open_large();
	maker = stopped_half_way();
	EXPECT_EQ(cap_copy(slot, memory, RIGHTS_ALL), ST_BAD_STATE);
	EXPECT_EQ(cap_copy(slot, ROOT_SLOT_VSPACE, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(thread_resume(maker), ST_OK);
	worker_finish(maker);
	EXPECT_EQ(result, ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_delete(slot), ST_OK);
	expect_all_back();
	close_large();
}

TEST(making, finds_a_run_among_pages_that_others_took)
{
	cptr_t other, first = make_slot();
	struct pool_info full;

	open_large();
	REQUIRE(vmo_create(pool, LARGE, 0, &other) == ST_OK);
	for (uint64_t at = 0; at < LARGE; at += 16 * PAGE)
		EXPECT_EQ(poke(other, at, 1), ST_OK);
	full = info_of(pool);
	EXPECT_EQ(sys_vmo_create_contiguous(pool, 16 * MIB, 21, 0, ROOT_SLOT_CNODE, first),
		ST_OK);
	EXPECT_EQ(vmo_lookup(first, memory, 0) % (2 * MIB), 0);
	EXPECT_EQ(info_of(pool).pages, full.pages + 16 * MIB / PAGE);
	drop(first);
	EXPECT_EQ(info_of(pool).free, full.free);
	drop(other);
	close_large();
}
