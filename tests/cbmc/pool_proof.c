/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Frames and Pools: one step from any sound state of a Pool of three frames.
 *
 * `any_pool` is not a history but every state that the invariant allows (each frame free,
 * a page or a table with any number of references, the free ones listed in any order, any
 * promise that can be kept). So what holds for one step holds for any number of them:
 *
 *	total = free + used[PAGE] + used[TABLE]     reserved <= free
 *	free frames, and no others, are in the list, each once, and nobody refers to them
 *
 * edit: s/POOLS_MAX = 4096/POOLS_MAX = 2/
 * cbmc: --unwind 5
 */
#include "mm/frame.c"
#include "mm/pool.c"

#include "proof.h"

enum { FRAMES = 3 };

static struct frame table[FRAMES];
static struct pool pool;
static struct pool_range range;

/* in_list: how often the free list holds frame i; -1 when the list is broken. */
static int in_list(uint32_t i)
{
	uint32_t last = FRAME_NONE;
	uint32_t n = pool.free_head;
	int found = 0;

	for (unsigned steps = 0; n != FRAME_NONE; steps++) {
		if (steps == FRAMES || n >= FRAMES || table[n].prev != last)
			return -1;
		found += n == i;
		last = n;
		n = table[n].next;
	}
	return found;
}

static bool frame_is_sound(uint32_t i)
{
	const struct frame *f = &table[i];

	if (f->pool != pool.id || f->state == FRAME_ABSENT || f->state >= FRAME_STATES)
		return false;
	return f->state == FRAME_FREE ? f->refs == 0 && in_list(i) == 1 :
					f->refs > 0 && in_list(i) == 0;
}

static uint64_t count_state(enum frame_state state)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		n += table[i].state == state;
	return n;
}

static void claim_sound(void)
{
	CLAIM(pool.total == FRAMES, "total stays");
	CLAIM(pool.total == pool.free + pool.used[FRAME_PAGE] + pool.used[FRAME_TABLE],
		"total = free + used");
	CLAIM(pool.reserved <= pool.free, "reserved <= free");
	CLAIM(pool.free == count_state(FRAME_FREE), "free counts free frames");
	CLAIM(pool.used[FRAME_PAGE] == count_state(FRAME_PAGE), "used counts pages");
	CLAIM(pool.used[FRAME_TABLE] == count_state(FRAME_TABLE), "used counts tables");
	for (uint32_t i = 0; i < FRAMES; i++)
		CLAIM(frame_is_sound(i), "each frame is free and listed, or referred to");
}

/* A table that begins anywhere in physical memory; RAM at 0 included. */
static void any_table(void)
{
	paddr_t base = nondet_u64();

	ASSUME(is_aligned(base, PAGE_SIZE) &&
		base < PHYSICAL_LIMIT - ((paddr_t)FRAMES << PAGE_BITS));
	frame_table = (struct frame_table){table, base, FRAMES};
}

static void any_pool(void)
{
	uint32_t order[FRAMES] = {0, 1, 2};

	any_table();
	pools[0] = &pool;
	range = (struct pool_range){.count = FRAMES};
	pool = (struct pool){.free_head = FRAME_NONE, .total = FRAMES};
	list_init(&pool.ranges);
	list_append(&pool.ranges, &range.link);
	for (unsigned i = 0; i < FRAMES; i++) {
		unsigned j = any_below(FRAMES);
		uint32_t n = order[i];

		order[i] = order[j];
		order[j] = n;
	}
	for (unsigned i = 0; i < FRAMES; i++) {
		struct frame *f = &table[order[i]];

		*f = (struct frame){.state = (uint8_t)(FRAME_FREE + any_below(3))};
		f->code = nondet_bool();
		if (f->state == FRAME_FREE) {
			f->prev = FRAME_NONE;
			f->next = pool.free_head;
			if (f->next != FRAME_NONE)
				table[f->next].prev = order[i];
			pool.free_head = order[i];
			pool.free++;
		} else {
			f->refs = nondet_u32();
			f->next = nondet_u32();
			f->prev = nondet_u32();
			ASSUME(f->refs > 0);
			pool.used[f->state]++;
		}
	}
	pool.reserved = any_below(FRAMES + 1);
	ASSUME(pool.reserved <= pool.free);
}

/* The states that all other proofs begin with are what they are said to be. */
void prove_any_pool(void)
{
	any_pool();
	claim_sound();
}

/* pool_take: one free frame becomes `kind` with one reference; the promise stays kept. */
void prove_take(void)
{
	enum frame_state kind = nondet_bool() ? FRAME_PAGE : FRAME_TABLE;
	uint32_t watched = any_below(FRAMES);
	struct frame before;
	struct frame *f;

	any_pool();
	ASSUME(pool_can_take(&pool) > 0);
	before = table[watched];
	f = frame_at(pool_take(&pool, kind));
	claim_sound();
	CLAIM(f && f->state == kind && f->refs == 1 && !f->code && !f->next && !f->prev,
		"a taken frame is new");
	CLAIM(implies(f == &table[watched], before.state == FRAME_FREE),
		"only a free frame is taken");
	CLAIM(implies(f != &table[watched],
		      table[watched].refs == before.refs &&
			      table[watched].state == before.state),
		"no other frame changes state");
}

/* frame_get and frame_put: counted; the last put gives the frame back, and says so. */
void prove_references(void)
{
	uint32_t i = any_below(FRAMES);
	uint32_t refs;

	any_pool();
	ASSUME(table[i].state >= FRAME_PAGE);
	refs = table[i].refs;
	if (nondet_bool()) {
		ASSUME(refs < UINT32_MAX); /* frame.h: there is no room for so many */
		frame_get(frame_pa(&table[i]));
		CLAIM(table[i].refs == refs + 1, "get counts one more");
	} else {
		bool last = frame_put(frame_pa(&table[i]));

		CLAIM(last == (refs == 1), "put tells the last reference");
		CLAIM((table[i].state == FRAME_FREE) == last, "the last put frees");
		CLAIM(table[i].refs == refs - 1, "put counts one less");
	}
	claim_sound();
}

/* pool_put: each owned entry's frame has one reference less, as by frame_put; none is left. */
void prove_put(void)
{
	uint32_t i = any_below(FRAMES);
	uint32_t j = any_below(FRAMES);
	uint64_t free;
	uint32_t refs;
	pte_t entry[2];

	any_pool();
	ASSUME(table[i].state == FRAME_PAGE && table[j].state == FRAME_PAGE);
	ASSUME(i != j || table[i].refs > 1);
	refs = table[i].refs;
	free = pool.free;
	entry[0] = pte_owned(pte_page(frame_pa(&table[i]), PTE_NORMAL));
	entry[1] = pte_page(frame_pa(&table[j]), PTE_NORMAL);
	if (nondet_bool())
		entry[1] = pte_owned(entry[1]);
	refs -= 1 + (i == j && pte_is_owned(entry[1]));
	CLAIM(pool_put(&pool, entry, 2, 0) == pool.free - free, "put says how many came back");
	CLAIM(pte_is_none(entry[0]) && pte_is_none(entry[1]), "put leaves no entry");
	CLAIM(table[i].refs == refs, "put counts each owned entry");
	CLAIM((table[i].state == FRAME_FREE) == (refs == 0), "the last put frees");
	claim_sound();
}

/* Addresses that are no RAM of the table: never counted, never freed, never sole. */
void prove_foreign(void)
{
	paddr_t pa = nondet_u64();

	any_table();
	ASSUME(pa < frame_table.base ||
		pa >= frame_table.base + ((paddr_t)FRAMES << PAGE_BITS));
	CLAIM(!frame_at(pa), "no frame stands for it");
	CLAIM(!frame_is_sole(pa), "nobody knows how many own foreign memory");
	frame_get(pa);
	CLAIM(!frame_put(pa), "foreign memory is never given back");
}

/* frame_at and frame_pa are inverse, for every frame and every address in it. */
void prove_address(void)
{
	uint32_t i = any_below(FRAMES);
	uint64_t within = nondet_u64() & (PAGE_SIZE - 1);

	any_table();
	CLAIM(frame_at(frame_pa(&table[i]) + within) == &table[i], "a frame is found again");
}

/* pool_reserve: a promise is made just when it can be kept, for every 64-bit count. */
void prove_reserve(void)
{
	uint64_t count = nondet_u64();
	uint64_t before;
	status_t st;

	any_pool();
	before = pool.reserved;
	st = pool_reserve(&pool, count);
	CLAIM((st == ST_OK) == (count <= pool.free - before), "a promise can be kept");
	CLAIM(pool.reserved == (st == ST_OK ? before + count : before), "a promise counts");
	claim_sound();
	if (st == ST_OK) {
		pool_unreserve(&pool, count);
		CLAIM(pool.reserved == before, "unreserve undoes reserve");
	}
}

/* What a run is between two steps: what it took is its own, and where it may be. */
static bool run_is_sound(const struct pool_run *run)
{
	uint64_t base = frame_table.base >> PAGE_BITS;

	if (run->range != &range)
		return !run->range && !run->taken && !run->lost;
	if (run->taken > run->count || !is_aligned(base + run->first, run->alignment))
		return false;
	if ((run->taken || run->lost) && run->first + run->count > FRAMES)
		return false;
	if (run->lost && (run->lost > run->count || run->taken >= run->lost))
		return false;
	for (uint32_t i = 0; i < run->taken; i++)
		if (table[run->first + i].state != FRAME_PAGE ||
			table[run->first + i].refs != 1)
			return false;
	return true;
}

static bool is_taken(const struct pool_run *run, uint32_t i)
{
	return i >= run->first && i < run->first + run->taken;
}

/* pool_run_step: from wherever a run is; when it says so, all of it is there. */
void prove_take_run(void)
{
	struct pool_run run = {.alignment = nondet_u64(), .first = nondet_u64()};
	uint32_t i = any_below(FRAMES);
	bool mine;
	uint8_t before;
	status_t st;

	any_pool();
	run.range = nondet_bool() ? &range : NULL;
	run.count = nondet_u32();
	run.taken = nondet_u32();
	run.lost = nondet_u32();
	ASSUME(run.count && run.count <= FRAMES && (run.taken < run.count || run.lost));
	ASSUME(run.alignment && !(run.alignment & (run.alignment - 1)));
	ASSUME(run.first <= UINT64_C(1) << 63 && run_is_sound(&run));
	mine = run.taken && is_taken(&run, i);
	before = table[i].state;
	st = pool_run_step(&pool, &run);
	claim_sound();
	CLAIM(run_is_sound(&run), "a run is sound");
	if (run.taken && is_taken(&run, i))
		CLAIM(mine || before == FRAME_FREE, "a run takes what was free");
	else
		CLAIM(table[i].state == (mine ? FRAME_FREE : before), "and nothing else");
	if (st == ST_OK)
		CLAIM(run.taken == run.count && run.first + run.count <= FRAMES,
			"a run is whole");
}

/* pool_add: all of it or nothing, whatever address and count; no frame twice. */
void prove_add(void)
{
	paddr_t pa = nondet_u64();
	uint32_t count = nondet_u32();
	uint32_t i = any_below(FRAMES);
	uint8_t before;
	status_t st;

	any_table();
	CHECK(pool_init(&pool) == ST_OK);
	for (unsigned n = 0; n < FRAMES; n++)
		table[n] = (struct frame){.state = nondet_bool() ? FRAME_ABSENT : FRAME_PAGE};
	before = table[i].state;
	st = pool_add(&pool, &range, pa, count);
	CLAIM(pool.total == (st == ST_OK ? count : 0) && pool.free == pool.total,
		"what is added is free");
	if (st == ST_OK && i - ((pa - frame_table.base) >> PAGE_BITS) < count)
		CLAIM(before == FRAME_ABSENT && table[i].state == FRAME_FREE,
			"only absent frames are added");
	else
		CLAIM(table[i].state == before, "no other frame changes");
	if (st == ST_OK)
		CLAIM(count <= FRAMES, "no more than there are");
}

/* pool_fini: refused while anything is out or promised, else all is absent again. */
void prove_fini(void)
{
	uint32_t i = any_below(FRAMES);
	bool busy;
	status_t st;

	any_pool();
	busy = pool.free != FRAMES || pool.reserved;
	st = pool_fini(&pool);
	CLAIM((st == ST_OK) == !busy, "given up just when nothing is out");
	CLAIM(implies(st == ST_OK, table[i].state == FRAME_ABSENT && !pools[0]),
		"given up: nobody's");
}

/* frame_init: more frames than a reference count can bear are refused. */
void prove_frame_init(void)
{
	uint64_t count = nondet_u64();

	ASSUME(count <= FRAMES || count > FRAMES_MAX);
	CLAIM(frame_init(table, 0, count) == (count <= FRAMES_MAX), "too many are refused");
	CLAIM((FRAMES_MAX << PAGE_BITS) / 8 <= UINT64_C(1) << 32,
		"RAM has no room for 2^32 entries");
}
