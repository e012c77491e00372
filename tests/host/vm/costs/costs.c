/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the core's operations cost in instructions, for callgrind: each COST dumps the
 * count of one call under a name; costs.py runs this, reads the dumps and judges them.
 *
 * The machine is nothing: a window is an addition, a flush returns, and the copying of a
 * page is counted in pages (by costs.py as "+1 page"), not in the host's instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "vm/tree.h"
#include "vm/vspace.h"

#include "pieces.h"

enum { FRAMES = 16384, CHAIN = 1000 };

unsigned char costs_memory[FRAMES << PAGE_BITS] aligned(PAGE_SIZE);
static struct frame frames[FRAMES];
static struct pool pool;
static struct pool_range range;
static unsigned pages_moved, entries_written, flushes;

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	abort();
}

void mmu_page_zero(paddr_t page)
{
	CALLGRIND_TOGGLE_COLLECT;
	pages_moved++;
	memset(mmu_window(page), 0, PAGE_SIZE);
	CALLGRIND_TOGGLE_COLLECT;
}

void mmu_page_copy(paddr_t to, paddr_t from)
{
	CALLGRIND_TOGGLE_COLLECT;
	pages_moved++;
	memcpy(mmu_window(to), mmu_window(from), PAGE_SIZE);
	CALLGRIND_TOGGLE_COLLECT;
}

void mmu_write(pte_t *slot, pte_t entry)
{
	entries_written++;
	*slot = entry;
}

void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages)
{
	(void)asid;
	(void)va;
	(void)pages;
	flushes++;
}

void mmu_table_borrow(pte_t *to, const pte_t *from, unsigned level)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		to[i] = pte_is_none(from[i]) ? from[i] : pte_borrowed(from[i], level);
}

void mmu_sync_code(paddr_t page)
{
	(void)page;
}

void mmu_sync_uncached(paddr_t page)
{
	(void)page;
}

/* COST: the instructions of one call. Outside of it callgrind collects nothing. */
#define COST(name, call) \
	do { \
		pages_moved = entries_written = flushes = 0; \
		CALLGRIND_ZERO_STATS; \
		CALLGRIND_TOGGLE_COLLECT; \
		call; \
		CALLGRIND_TOGGLE_COLLECT; \
		CALLGRIND_DUMP_STATS_AT(name); \
		printf("%s|%u|%u|%u\n", name, pages_moved, entries_written, flushes); \
	} while (0)

#define COST_OK(name, call) \
	do { \
		status_t st_; \
		COST(name, st_ = (call)); \
		CHECK(st_ == ST_OK); \
	} while (0)

#define OK(call) CHECK((call) == ST_OK)

static void setup(void)
{
	memset(frames, 0, sizeof(frames));
	CHECK(frame_init(frames, COSTS_BASE, FRAMES));
	vm_init(COSTS_BASE, 1);
	vm_work.left = UINT64_MAX;
	OK(pool_init(&pool));
	OK(pool_add(&pool, &range, COSTS_BASE + ((VMO_LEVELS + 1) << PAGE_BITS),
		FRAMES - VMO_LEVELS - 1));
}

static void finish(void)
{
	CHECK(pool.free == pool.total && pool.reserved == 0);
	OK(pool_fini(&pool));
}

static void put(struct vmo *v, uint64_t page)
{
	paddr_t pa;

	OK(vmo_own(v, page, &pa));
}

static void look(struct vmo *v, uint64_t page)
{
	paddr_t pa;

	OK(vmo_look(v, page, &pa));
}

static void clones(void)
{
	static const struct {
		const char *clone, *snapshot;
		uint64_t pages;
	} size[] = {{"clone, 1 page", "snapshot, 1 page", 1},
		{"clone, 512 pages", "snapshot, 512 pages", 512},
		{"clone, 2^27 pages", "snapshot, 2^27 pages", UINT64_C(1) << 27},
		{"clone, 2^52 - 1 pages", "snapshot, 2^52 - 1 pages", UINT64_MAX >> 12}};
	static struct vmo v, c, s;

	setup();
	for (unsigned i = 0; i < ARRAY_SIZE(size); i++) {
		OK(vmo_init(&v, &pool, size[i].pages, 0));
		put(&v, 0);
		COST_OK(size[i].clone, vmo_clone(&c, &v, &pool, 0, size[i].pages, 0));
		COST_OK(size[i].snapshot, vmo_snapshot(&s, &v, &pool, 0, size[i].pages, 0));
		OK(vmo_close(&s));
		OK(vmo_close(&c));
		OK(vmo_close(&v));
	}
	/* Of one VMO with a thousand pages there: a small window or all of it. */
	OK(vmo_init(&v, &pool, UINT64_C(1) << 27, 0));
	for (uint64_t p = 0; p < 1000; p++)
		put(&v, p * 100);
	COST_OK("clone, 1 page of many", vmo_clone(&c, &v, &pool, 0, 1, 0));
	OK(vmo_close(&c));
	COST_OK("clone, all of many", vmo_clone(&c, &v, &pool, 0, UINT64_C(1) << 27, 0));
	OK(vmo_close(&c));
	OK(vmo_close(&v));
	finish();
}

static void looks(void)
{
	static struct vmo v[CHAIN + 1];
	paddr_t pa;

	setup();
	OK(vmo_init(&v[0], &pool, 2048, 0));
	put(&v[0], 7);
	for (int i = 1; i <= CHAIN; i++)
		OK(vmo_clone(&v[i], &v[i - 1], &pool, 0, 2048, 0));
	look(&v[1], 7);
	COST_OK("look-up, own page", vmo_look(&v[0], 7, &pa));
	COST_OK("look-up through 1", vmo_look(&v[1], 7, &pa));
	COST_OK("look-up through 1,000, the first", vmo_look(&v[CHAIN], 7, &pa));
	COST_OK("look-up through 1,000", vmo_look(&v[CHAIN], 7, &pa));
	for (int i = 0; i <= CHAIN; i++)
		OK(vmo_close(&v[i]));

	/* Nothing is there when they are born: the first look climbs all the way. */
	OK(vmo_init(&v[0], &pool, 2048, 0));
	for (int i = 1; i <= CHAIN; i++)
		OK(vmo_clone(&v[i], &v[i - 1], &pool, 0, 2048, 0));
	put(&v[0], 7);
	COST_OK("look-up, unresolved, through 1,000", vmo_look(&v[CHAIN], 7, &pa));
	COST_OK("look-up, unresolved, again", vmo_look(&v[CHAIN], 7, &pa));
	for (int i = 0; i <= CHAIN; i++)
		OK(vmo_close(&v[i]));
	finish();
}

/* A parent's first touch of a page: before, with clones that only looked, and with one
 * that has a private table there. */
static void touches(void)
{
	static struct vmo v, c[CHAIN];
	paddr_t pa;

	setup();
	OK(vmo_init(&v, &pool, 4096, 0));
	put(&v, 0);
	COST_OK("first touch, 0 clones", vmo_own(&v, 1, &pa));
	COST_OK("write again", vmo_own(&v, 1, &pa));
	COST_OK("first touch, new table", vmo_own(&v, 3000, &pa));
	for (int i = 0; i < CHAIN; i++) {
		OK(vmo_clone(&c[i], &v, &pool, 0, 4096, 0));
		look(&c[i], 0);
	}
	COST_OK("first touch, 1,000 clones", vmo_own(&v, 2, &pa));
	COST_OK("first touch, 1,000 clones, again", vmo_own(&v, 4, &pa));
	COST_OK("COW, first in its table", vmo_own(&c[5], 0, &pa));
	COST_OK("COW", vmo_own(&c[5], 2, &pa));
	COST_OK("first touch, 1 of 1,000 diverged", vmo_own(&v, 8, &pa));
	for (int i = 0; i < CHAIN; i++)
		OK(vmo_close(&c[i]));
	OK(vmo_close(&v));
	finish();
}

/* The middle of parent, middle, child goes: the middle has `own` tables of its own, the
 * child `private` ones, the parent `above`; `before` generations lie above the parent. */
static void middle(const char *name, uint64_t own, uint64_t private, uint64_t above, int before)
{
	static struct vmo v[CHAIN + 1], m, c;
	uint64_t pages = UINT64_C(1) << 27;

	setup();
	OK(vmo_init(&v[0], &pool, pages, 0));
	for (int i = 1; i <= before; i++)
		OK(vmo_clone(&v[i], &v[i - 1], &pool, 0, pages, 0));
	for (uint64_t t = 0; t < above; t++)
		put(&v[before], t * 512 + 1);
	OK(vmo_clone(&m, &v[before], &pool, 0, pages, 0));
	for (uint64_t t = 0; t < own; t++)
		put(&m, t * 512 + 2);
	OK(vmo_clone(&c, &m, &pool, 0, pages, 0));
	look(&c, 0);
	for (uint64_t t = 0; t < private; t++)
		put(&c, t * 512 + 3);
	COST_OK(name, vmo_close(&m));
	OK(vmo_close(&c));
	for (int i = before; i >= 0; i--)
		OK(vmo_close(&v[i]));
	finish();
}

static void closes(void)
{
	static struct vmo v;

	middle("close the middle, it owns nothing", 0, 0, 1, 0);
	middle("close the middle, parent of 1,000 tables", 0, 0, 1000, 0);
	middle("close the middle, 1 generation above", 0, 0, 1, 1);
	middle("close the middle, 1,000 generations above", 0, 0, 1, CHAIN);
	middle("close the middle, 1 own table", 1, 0, 1, 0);
	middle("close the middle, 1 own table, parent of 1,000", 1, 0, 1000, 0);
	middle("close the middle, 100 own tables", 100, 0, 1, 0);
	middle("close the middle, 1 private table", 1, 1, 1, 0);
	middle("close the middle, 10 private tables", 10, 10, 10, 0);
	middle("close the middle, 100 private tables", 100, 100, 100, 0);
	middle("close the middle, 10 private and 100 own", 100, 10, 100, 0);
	setup();
	OK(vmo_init(&v, &pool, 512, 0));
	COST_OK("close, empty", vmo_close(&v));
	OK(vmo_init(&v, &pool, 512, 0));
	put(&v, 1);
	COST_OK("close, 1 page", vmo_close(&v));
	OK(vmo_init(&v, &pool, 512, 0));
	for (uint64_t p = 0; p < 512; p++)
		put(&v, p);
	COST_OK("close, 512 pages", vmo_close(&v));
	finish();
}

static void spaces(void)
{
	static struct vmo v, c;
	static struct vspace s;
	static struct mapping m, n, spare[2];
	struct map_request r = {1 << 18, 512, 0, MAP_READ | MAP_WRITE};
	bool gone;

	setup();
	OK(vspace_init(&s, &pool, 1));
	OK(vmo_init(&v, &pool, 1 << 18, 0));
	for (uint64_t p = 0; p < 512; p++)
		put(&v, p);
	OK(vmo_clone(&c, &v, &pool, 0, 1 << 18, 0));
	look(&c, 0);
	COST_OK("map, 512 pages", vspace_map(&s, &m, &c, &r));
	COST_OK("fault, read", vspace_fault(&s, r.first + 3, MAP_READ));
	COST_OK("fault, COW, first in its table", vspace_fault(&s, r.first + 1, MAP_WRITE));
	COST_OK("fault, COW, second", vspace_fault(&s, r.first + 2, MAP_WRITE));
	COST_OK("fault, COW", vspace_fault(&s, r.first + 4, MAP_WRITE));
	COST_OK("fault, spurious", vspace_fault(&s, r.first + 4, MAP_WRITE));
	COST("protect, 512 pages", CHECK(protect_part(&m, r.first, 512, MAP_READ, spare) == 0));
	COST("unmap, 512 pages", CHECK(unmap_part(&m, r.first, 512, spare, &gone) == 0));
	r = (struct map_request){1 << 18, 1 << 18, 0, MAP_READ | MAP_WRITE};
	COST_OK("map, 2^18 pages", vspace_map(&s, &n, &c, &r));
	COST("protect, 2^18 pages",
		CHECK(protect_part(&n, r.first, 1 << 18, MAP_READ, spare) == 0));
	COST("unmap, 2^18 pages", CHECK(unmap_part(&n, r.first, 1 << 18, spare, &gone) == 0));
	OK(vmo_close(&v));
	OK(vmo_close(&c));
	OK(vspace_fini(&s));
	finish();
}

int main(void)
{
	COST("nothing", );
	clones();
	looks();
	touches();
	closes();
	spaces();
	return 0;
}
