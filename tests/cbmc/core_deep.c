/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The core, bounded: from the empty world, CORE_STEPS arbitrary operations out of create,
 * clone, write, decommit and close, on two VMOs of up to two pages; after each, every page
 * that lives shows what the reference (tests/model) says. How many frames an operation
 * finds is arbitrary too. No mappings: those are the searches'.
 *
 *	frames  0 .. 2   the tree of zeros      3 .. 10   the Pool's
 *
 * edit: s/POOLS_MAX = 4096/POOLS_MAX = 1/
 * cbmc: --cadical -DFAKE_LEVELS=2 -DFAKE_TABLE_BITS=1 -DMODEL_VMOS=2 -DMODEL_PAGES=2
 * cbmc: --unwind 4 --unwindset frame_init.0:12,pool_add.0:9,pool_add.1:9
 * cbmc: --max-field-sensitivity-array-size 0 --no-standard-checks
 */
#include "mm/frame.c"
#include "mm/pool.c"

#include "proof.h"

#define take take_from
#include "vm/change.c"
#include "vm/family.c"
#include "vm/own.c"
#include "vm/resolve.c"
#include "vm/tree.c"
#include "vm/vmo.c"

#include "model.h"

#ifndef CORE_STEPS
#define CORE_STEPS 3
#endif
enum { FRAMES = 11, FIRST = VMO_LEVELS + 1, VMOS = 2, PAGES = 2 };
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

void mappings_flush(struct vmo *v, uint64_t start, uint64_t end, unsigned cut)
{
	(void)v, (void)start, (void)end, (void)cut;
}

void mappings_cut(struct vmo *v, uint64_t start, uint64_t end)
{
	(void)v, (void)start, (void)end;
}

void mappings_deny(struct vmo *v)
{
	(void)v;
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

static void do_one(int i)
{
	struct vmo *v = &vmo[i];
	const struct model_vmo *x = &model.vmo[i];
	unsigned op = any_below(5);
	unsigned a = any_below(PAGES);
	unsigned n = any_below(PAGES + 1);

	if (op == 0 && !x->alive) {
		if (vmo_init(v, &pool, n, 0) == ST_OK)
			model_create(&model, i, (int)n, false);
	} else if (op == 1 && !x->alive && model.vmo[!i].alive) {
		if (vmo_clone(v, &vmo[!i], &pool, a, n, 0) == ST_OK)
			model_clone(&model, i, !i, (int)a, (int)n, false);
	} else if (op == 2 && x->alive && a < (unsigned)x->size) {
		do_write(v, i, a);
	} else if (op == 3 && x->alive && a < (unsigned)x->size) {
		if (vmo_decommit(v, a, 1) == ST_OK)
			model_decommit(&model, i, (int)a, 1);
	} else if (op == 4 && x->alive) {
		CLAIM(vmo_close(v) == ST_OK, "closing cannot fail");
		model_close(&model, i);
	}
}

static void claim_same(int i)
{
	unsigned page = any_below(PAGES);
	paddr_t pa;

	if (!model.vmo[i].alive || (int)page >= model.vmo[i].size)
		return;
	CLAIM(vmo_look(&vmo[i], page, &pa) == ST_OK, "looking cannot fail");
	CLAIM(((pte_t *)mmu_window(pa))->raw == model_read(&model, i, (int)page),
		"a page shows what the reference says");
}

void prove_core(void)
{
	CHECK(frame_init(frames, BASE, FRAMES));
	vm_work.left = UINT64_MAX;
	vm_init(BASE);
	CHECK(pool_init(&pool) == ST_OK);
	CHECK(pool_add(&pool, &range, BASE + (FIRST << PAGE_BITS), FRAMES - FIRST) == ST_OK);
	for (int step = 0; step < CORE_STEPS; step++) {
		uint64_t held = any_below(FRAMES);

		ASSUME(held <= pool_can_take(&pool));
		CHECK(pool_reserve(&pool, held) == ST_OK);
		if (nondet_bool()) /* each with constant addresses */
			do_one(0);
		else
			do_one(1);
		pool_unreserve(&pool, held);
		claim_same(0);
		claim_same(1);
		CLAIM(pool.reserved <= pool.free, "promises can be kept");
	}
	if (!model.vmo[0].alive && !model.vmo[1].alive)
		CLAIM(pool.free == pool.total && !pool.reserved, "nothing leaks");
}
