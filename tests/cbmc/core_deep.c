/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The core, bounded: from the empty world, CORE_STEPS arbitrary operations out of create,
 * clone, write, decommit and close, on two VMOs of up to two pages; after each, every page
 * that lives shows what the reference (tests/model) says, for all values written. The
 * last operation finds 0 to 3 frames, or all. No mappings: those are the searches'.
 *
 * Merged into one formula, the lists and trees of this core are too much: one arbitrary
 * operation took more than a minute. So the paths are taken one after the other, where
 * only the values are symbols.
 *
 *	frames  0 .. 2   the tree of zeros      3 .. 10   the Pool's
 *
 * edit: s/POOLS_MAX = 4096/POOLS_MAX = 1/
 * cbmc: -DFAKE_LEVELS=2 -DFAKE_TABLE_BITS=1 -DMODEL_VMOS=2 -DMODEL_PAGES=2
 * cbmc: --paths lifo --unwind 14 --no-standard-checks
 */
/* In this order: tree.c has a `take` of its own, like pool.c before it. */
/* clang-format off */
#include "proof.h"

#include "mm/frame.c"
#include "mm/pool.c"

#define take take_from
#include "vm/tree.c"
#include "vm/change.c"
#include "vm/family.c"
#include "vm/own.c"
#include "vm/resolve.c"
#include "vm/create.c"
#include "vm/vmo.c"

#include "model.h"
/* clang-format on */

#ifndef CORE_STEPS
#define CORE_STEPS 3
#endif
enum { FRAMES = 11, FIRST = VMO_LEVELS + 1, VMOS = 2, PAGES = 2, MOST = 3 };
#define BASE UINT64_C(0x40000000)

static struct frame frames[FRAMES];
static pte_t memory[FRAMES][TABLE_ENTRIES];
static struct pool pool;
static struct pool_range range;
static struct vmo vmo[VMOS];
static struct model model;

void *mmu_window(paddr_t pa)
{
	uint64_t number = (pa - BASE) >> PAGE_BITS;

	CHECK(number < FRAMES && is_aligned(pa, PAGE_SIZE));
	return memory[number];
}

void mmu_page_zero(paddr_t page)
{
	pte_t *p = mmu_window(page);

	p[0].raw = p[1].raw = 0;
}

void mmu_page_copy(paddr_t to, paddr_t from)
{
	pte_t *t = mmu_window(to);
	const pte_t *f = mmu_window(from);

	t[0] = f[0];
	t[1] = f[1];
}

void mmu_write(pte_t *slot, pte_t entry)
{
	*slot = entry;
}

void mmu_table_borrow(pte_t *to, const pte_t *from, unsigned level)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		to[i] = pte_is_none(from[i]) ? pte_none() : pte_borrowed(from[i], level);
}

void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages)
{
	(void)asid, (void)va, (void)pages;
}

void mmu_sync_code(paddr_t page)
{
	(void)page;
}

void mmu_sync_uncached(paddr_t page)
{
	(void)page;
}

void mappings_flush(struct vmo *v, uint64_t start, uint64_t end, unsigned cut)
{
	(void)v, (void)start, (void)end, (void)cut;
}

status_t mappings_sweep(struct vmo *v, uint64_t start, uint64_t end, enum sweep what)
{
	(void)v, (void)start, (void)end, (void)what;
	return ST_OK;
}

bool mappings_are_few(const struct vmo *v, uint64_t start, uint64_t end)
{
	(void)v, (void)start, (void)end;
	return true;
}

static void do_write(struct vmo *v, int i, unsigned page)
{
	uint64_t value = nondet_u64();
	paddr_t pa;

	if (vmo_own(v, page, &pa) == ST_OK) {
		((pte_t *)mmu_window(pa))->raw = value;
		model_write(&model, i, (int)page, value);
	}
}

/* Choices are branches, so that on each path the core's addresses are constants. */
static int choose(int n)
{
	for (int i = 0; i < n - 1; i++)
		if (nondet_bool())
			return i;
	return n - 1;
}

static void do_new(int i)
{
	int n = choose(PAGES + 1);

	if (!model.vmo[!i].alive || choose(2)) {
		CLAIM(vmo_init(&vmo[i], &pool, (uint64_t)n, 0) == ST_OK, "a VMO costs nothing");
		model_create(&model, i, n, false);
	} else {
		int at = choose(PAGES);

		if (vmo_clone(&vmo[i], &vmo[!i], &pool, (uint64_t)at, (uint64_t)n, 0) == ST_OK)
			model_clone(&model, i, !i, at, n, false);
	}
}

static void do_old(int i)
{
	int size = model.vmo[i].size;
	int page = size ? choose(size) : 0;
	int op = size ? choose(3) : 0;

	if (op == 0) {
		CLAIM(vmo_close(&vmo[i]) == ST_OK, "closing cannot fail");
		model_close(&model, i);
	} else if (op == 1) {
		do_write(&vmo[i], i, (unsigned)page);
	} else if (vmo_decommit(&vmo[i], (uint64_t)page, 1) == ST_OK) {
		model_decommit(&model, i, page, 1);
	}
}

static void claim_same(int i)
{
	if (!model.vmo[i].alive)
		return;
	for (int page = 0; page < model.vmo[i].size; page++) {
		paddr_t pa;

		CLAIM(vmo_look(&vmo[i], (uint64_t)page, &pa) == ST_OK, "looking cannot fail");
		CLAIM(((pte_t *)mmu_window(pa))->raw == model_read(&model, i, page),
			"a page shows what the reference says");
	}
}

void prove_core(void)
{
	CHECK(frame_init(frames, BASE, FRAMES));
	vm_work.left = UINT64_MAX;
	vm_init(BASE, 1);
	CHECK(pool_init(&pool) == ST_OK);
	CHECK(pool_add(&pool, &range, BASE + (FIRST << PAGE_BITS), FRAMES - FIRST) == ST_OK);
	for (int step = 0; step < CORE_STEPS; step++) {
		int i = step ? choose(VMOS) : 0; /* the first is created: call it 0 */
		uint64_t held = 0;

		if (step == CORE_STEPS - 1 && choose(2))
			held = pool_can_take(&pool) -
				min_u64(pool_can_take(&pool), (uint64_t)choose(MOST + 1));
		CHECK(pool_reserve(&pool, held) == ST_OK);
		if (model.vmo[i].alive)
			do_old(i);
		else
			do_new(i);
		pool_unreserve(&pool, held);
		claim_same(0);
		claim_same(1);
		CLAIM(pool.reserved <= pool.free, "promises can be kept");
	}
	if (!model.vmo[0].alive && !model.vmo[1].alive)
		CLAIM(pool.free == pool.total && !pool.reserved, "nothing leaks");
}
