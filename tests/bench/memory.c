/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs, mappings and faults. A fault is one access: what it costs is between two readings of
 * the counter like anything else. What is prepared for an access is not measured.
 */
#include <stdlib.h>

#include "bench.h"
#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/pager.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

#define PAGE UINT64_C(4096)
#define MIB  (UINT64_C(1) << 20)
#define GIB  (UINT64_C(1) << 30)
#define TIB  (UINT64_C(1) << 40)

enum { RW = VSPACE_READ | VSPACE_WRITE, POOL_BITS = 28, BATCH = 1000, CLONES = 1000 };

static cptr_t pool, spare;

static void must(int64_t status)
{
	if (status < 0)
		abort();
}

static cptr_t create(uint64_t size)
{
	cptr_t vmo;

	must(vmo_create(pool, size, 0, &vmo));
	return vmo;
}

static cptr_t child(cptr_t of, unsigned kind, uint64_t size)
{
	cptr_t vmo;

	must(vmo_clone(of, kind, 0, size, pool, &vmo));
	return vmo;
}

static void drop(cptr_t cap)
{
	must(cap_delete(cap));
	slot_free(cap);
}

static volatile uint8_t *map(cptr_t vmo, uint64_t size)
{
	uaddr_t at = 0;

	must(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, size, RW, &at));
	return (volatile uint8_t *)at;
}

static void unmap(volatile uint8_t *at, uint64_t size)
{
	must(vspace_unmap(ROOT_SLOT_VSPACE, (uaddr_t)at, size));
}

static void commit(cptr_t vmo, uint64_t size)
{
	must(vmo_op_range(vmo, VMO_OP_COMMIT, 0, size));
}

/* Write to pages [1, BATCH] or read them, each once. */
static uint64_t each_write(volatile uint8_t *at)
{
	uint64_t i = 0;

	return MEASURE((i++, at[i * PAGE] = 1));
}

static uint64_t each_read(volatile uint8_t *at)
{
	uint64_t i = 0;
	uint8_t sum = 0;

	return MEASURE((i++, sum = (uint8_t)(sum + at[i * PAGE])));
}

static void report_access(const char *key, uint64_t cost)
{
	report(key, cost - reading);
}

/* Two blocks of 2 MiB hold 1,000 pages: all but two writes find their table private. */
static void measure_faults(void)
{
	const uint64_t size = 4 * MIB;
	cptr_t vmo = create(size), clone;
	volatile uint8_t *at = map(vmo, size);

	at[0] = 1;
	report_access("zero_fault", each_write(at));
	unmap(at, size);
	drop(vmo);

	vmo = create(size);
	at = map(vmo, size);
	each_read(at); /* the zero page in all of them */
	report_access("zero_page_write", each_write(at));

	clone = child(vmo, VMO_CHILD_CLONE, size);
	unmap(at, size);
	at = map(clone, size);
	report_access("clone_read", each_read(at));
	report_access("cow_fault", each_write(at));
	unmap(at, size);
	drop(clone);

	/* A snapshot that goes leaves each page with one reference. */
	at = map(vmo, size);
	each_write(at);
	clone = child(vmo, VMO_CHILD_SNAPSHOT, size);
	must(vmo_op_range(vmo, VMO_OP_COMMIT, 0, PAGE)); /* the root's table apart */
	drop(clone);
	report_access("takeover_fault", each_write(at));
	unmap(at, size);
	drop(vmo);
}

/* The first write in a block: 256 blocks, four times over. */
static uint64_t first_in_block(cptr_t vmo, unsigned kind)
{
	enum { BLOCKS = 250 };
	const uint64_t size = 2 * MIB * (BLOCKS + 1);

	for (int i = 0; i < ROUNDS; i += BLOCKS) {
		cptr_t clone = child(vmo, kind, size);
		volatile uint8_t *at = map(clone, size);

		at[2 * MIB * BLOCKS] = 1;
		for (int j = 0; j < BLOCKS; j++) {
			uint64_t before = counter_cycles();

			at[2 * MIB * (unsigned)j] = 1;
			sample[i + j] = counter_cycles() - before;
		}
		unmap(at, size);
		drop(clone);
	}
	return median();
}

/* A page in each 2 MiB is written: more the machine's 1 GiB has no room for. */
static void fill_sparsely(volatile uint8_t *at, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += 2 * MIB)
		at[i] = 1;
}

static uint64_t clone_cost(cptr_t vmo, unsigned kind, uint64_t size, uint64_t *close_out)
{
	static uint64_t close[ROUNDS];
	uint64_t make;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_cycles(), between;

		must(sys_vmo_clone(vmo, kind, 0, size, pool, ROOT_SLOT_CNODE, spare));
		between = counter_cycles();
		must(sys_cap_delete(ROOT_SLOT_CNODE, spare, 64));
		close[i] = counter_cycles() - between;
		sample[i] = between - before;
	}
	make = median();
	for (int i = 0; i < ROUNDS; i++)
		sample[i] = close[i];
	*close_out = median() - reading;
	return make - reading;
}

static void measure_clones(void)
{
	uint64_t close;
	cptr_t vmo = create(GIB);
	volatile uint8_t *at = map(vmo, GIB);

	fill_sparsely(at, GIB);
	report("clone_4k", clone_cost(vmo, VMO_CHILD_CLONE, PAGE, &close));
	report("clone_1g", clone_cost(vmo, VMO_CHILD_CLONE, GIB, &close));
	report("clone_close", close);
	report("snapshot_1g", clone_cost(vmo, VMO_CHILD_SNAPSHOT, GIB, &close));
	fill_sparsely(at, GIB);
	report_access("cow_first_in_block", first_in_block(vmo, VMO_CHILD_CLONE));
	report_access("snapshot_first_in_block", first_in_block(vmo, VMO_CHILD_SNAPSHOT));
	unmap(at, GIB);
	drop(vmo);
	vmo = create(TIB);
	at = map(vmo, TIB);
	for (uint64_t i = 0; i < TIB; i += 64 * GIB)
		at[i] = 1;
	report("clone_1t", clone_cost(vmo, VMO_CHILD_CLONE, TIB, &close));
	unmap(at, TIB);
	drop(vmo);
}

static void measure_vmos(void)
{
	static uint64_t close[ROUNDS];
	static uint64_t buffer[512] __attribute__((aligned(4096)));
	cptr_t vmo;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_cycles(), between;

		must(sys_vmo_create(pool, PAGE, 0, ROOT_SLOT_CNODE, spare));
		between = counter_cycles();
		must(sys_cap_delete(ROOT_SLOT_CNODE, spare, 64));
		close[i] = counter_cycles() - between;
		sample[i] = between - before;
	}
	report("vmo_create", median() - reading);
	for (int i = 0; i < ROUNDS; i++)
		sample[i] = close[i];
	report("vmo_close", median() - reading);
	vmo = create(PAGE);
	commit(vmo, PAGE);
	buffer[0] = 1;
	report("vmo_read_8b", MEASURE(sys_vmo_read(vmo, (uaddr_t)buffer, 0, 8)) - reading);
	report("vmo_write_8b", MEASURE(sys_vmo_write(vmo, (uaddr_t)buffer, 0, 8)) - reading);
	report("vmo_read_4k", MEASURE(sys_vmo_read(vmo, (uaddr_t)buffer, 0, PAGE)) - reading);
	report("vmo_write_4k", MEASURE(sys_vmo_write(vmo, (uaddr_t)buffer, 0, PAGE)) - reading);
	drop(vmo);
}

static uint64_t cycles_of(void (*what)(cptr_t vmo, uint64_t size), cptr_t vmo, uint64_t size)
{
	uint64_t before = counter_cycles();

	what(vmo, size);
	return counter_cycles() - before - reading;
}

static void decommit(cptr_t vmo, uint64_t size)
{
	must(vmo_op_range(vmo, VMO_OP_DECOMMIT, 0, size));
}

static void close_it(cptr_t vmo, uint64_t size)
{
	(void)size;
	must(cap_delete(vmo));
}

static void measure_pages(void)
{
	const uint64_t pages = 1024, size = pages * PAGE;
	cptr_t vmo = create(size), clone;

	commit(vmo, size);
	decommit(vmo, size);
	report("commit_per_page", cycles_of(commit, vmo, size) / pages);
	report("decommit_per_page", cycles_of(decommit, vmo, size) / pages);
	commit(vmo, size);
	report("close_per_page", cycles_of(close_it, vmo, size) / pages);
	slot_free(vmo);
	vmo = create(size);
	commit(vmo, size);
	clone = child(vmo, VMO_CHILD_CLONE, size);
	for (uint64_t at = 0; at < size; at += 2 * PAGE)
		must(vmo_op_range(clone, VMO_OP_COMMIT, at, PAGE));
	report("close_parent_per_page", cycles_of(close_it, vmo, size) / pages);
	slot_free(vmo);
	drop(clone);
}

/* Congruent, every block with a page: ready to use means that no access faults. */
static void measure_maps(void)
{
	static uint64_t unmaps[ROUNDS];
	cptr_t vmo = create(GIB);
	volatile uint8_t *at = map(vmo, GIB);
	uaddr_t address = (uaddr_t)at;

	fill_sparsely(at, GIB);
	unmap(at, GIB);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_cycles(), between;

		must(sys_vspace_map(ROOT_SLOT_VSPACE, vmo, address, 0, GIB, RW | VSPACE_FIXED));
		between = counter_cycles();
		must(sys_vspace_unmap(ROOT_SLOT_VSPACE, address, GIB));
		unmaps[i] = counter_cycles() - between;
		sample[i] = between - before;
	}
	report("map_1g", median() - reading);
	for (int i = 0; i < ROUNDS; i++)
		sample[i] = unmaps[i];
	report("unmap_1g", median() - reading);
	drop(vmo);
	vmo = create(256 * MIB);
	must(sys_vspace_map(ROOT_SLOT_VSPACE, vmo, address, 0, 256 * MIB, RW | VSPACE_FIXED));
	fill_sparsely(at, 256 * MIB);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_cycles();

		must(sys_vspace_protect(ROOT_SLOT_VSPACE, address, 256 * MIB, VSPACE_READ));
		sample[i] = counter_cycles() - before;
		must(sys_vspace_protect(ROOT_SLOT_VSPACE, address, 256 * MIB, RW));
		at[0] = 1;
	}
	report("protect_256m", median() - reading);
	unmap(at, 256 * MIB);
	drop(vmo);
}

static cptr_t chain[CLONES + 1];

static void measure_generation(unsigned generation, const char *key)
{
	cptr_t clone = child(chain[generation - 1], VMO_CHILD_CLONE, 4 * MIB);
	volatile uint8_t *at = map(clone, 4 * MIB);

	at[0] = 1;
	report_access(key, each_write(at));
	unmap(at, 4 * MIB);
	drop(clone);
}

static void measure_generations(void)
{
	chain[0] = create(4 * MIB);
	commit(chain[0], 4 * MIB);
	for (unsigned i = 1; i < CLONES; i++)
		chain[i] = child(chain[i - 1], VMO_CHILD_CLONE, 4 * MIB);
	measure_generation(1, "cow_fault_gen1");
	measure_generation(100, "cow_fault_gen100");
	measure_generation(1000, "cow_fault_gen1000");
	for (unsigned i = CLONES; i-- > 0;)
		drop(chain[i]);
}

static void measure_families(void)
{
	const uint64_t size = 4 * MIB;
	cptr_t vmo = create(size), clone;
	volatile uint8_t *at;
	uint64_t before;

	for (unsigned i = 0; i < CLONES; i++)
		chain[i] = child(vmo, VMO_CHILD_CLONE, size);
	at = map(vmo, size);
	at[0] = 1;
	report_access("parent_fault_1000_clones", each_write(at));
	unmap(at, size);
	for (unsigned i = 0; i < CLONES; i++)
		drop(chain[i]);
	commit(vmo, size);
	clone = child(vmo, VMO_CHILD_CLONE, size);
	at = map(clone, size);
	each_write(at);
	before = counter_cycles();
	must(vmo_merge(clone, vmo));
	report("merge_per_page", (counter_cycles() - before - reading) / BATCH);
	unmap(at, size);
	drop(clone);
	drop(vmo);
}

static cptr_t paged, prepared, requests, answers;

/* A pager as short as can be: its pages are ready, and change hands. */
static void bring_pages(void *argument)
{
	struct message message = {0};

	(void)argument;
	must(ipc_recv(requests, answers, &message));
	for (;;) {
		uint64_t at = message.words[PAGE_WORD_OFFSET];

		must(vmo_supply(paged, at, PAGE, prepared, at));
		message.tag = page_supplied();
		ipc_reply_recv(requests, answers, &message);
	}
}

static void measure_pager(void)
{
	static _Alignas(16) char stack[8192];
	const uint64_t size = 4 * MIB;
	struct thread_options options = {
		.stack = stack, .stack_size = sizeof(stack), .priority = PRIORITY_MAX};
	volatile uint8_t *at;
	cptr_t thread;

	must(object_create(OBJECT_ENDPOINT, 0, &requests));
	must(object_create(OBJECT_REPLY, 0, &answers));
	paged = create(size);
	must(vmo_set_pager(paged, requests));
	prepared = create(size);
	commit(prepared, size);
	must(thread_start(bring_pages, NULL, &options, &thread));
	at = map(paged, size);
	at[0] = 1;
	report_access("pager_fault", each_write(at));
	unmap(at, size);
	must(thread_suspend(thread));
	must(thread_delete(thread));
	drop(prepared);
	drop(paged);
	must(object_delete(answers));
	must(object_delete(requests));
}

void measure_memory(void)
{
	must(pool_create(POOL_BITS, &pool));
	spare = slot_alloc();
	measure_vmos();
	measure_pages();
	measure_faults();
	measure_pager();
	measure_clones();
	measure_maps();
	measure_generations();
	measure_families();
	must(pool_delete(pool));
}
