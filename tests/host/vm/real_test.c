/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The core with the machine's own radix (512, real descriptors): large, deep and wide
 * families, and what things cost. Costs are counted in calls of the machine (windows into
 * tables, entries written, flushes): equal on every host, and what a walk costs is the
 * tables that it looks into. COST_RUN names a case for callgrind to count instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vm/tree.h"
#include "vm/vspace.h"

#include "bytes.h"
#include "fake.h"
#include "pieces.h"
#include "test.h"

static struct pool pool;
static struct pool_range range;

static void setup(void)
{
	fake_reset();
	vm_init(FAKE_BASE, 1);
	vm_work.left = UINT64_MAX;
	REQUIRE(pool_init(&pool) == ST_OK);
	REQUIRE(pool_add(&pool, &range, FAKE_BASE + ((VMO_LEVELS + 1) << PAGE_BITS),
			FAKE_FRAMES - VMO_LEVELS - 1) == ST_OK);
}

/* close_all: close until done, in portions of 64 steps. */
static void close_vmo(struct vmo *v)
{
	status_t st;

	do {
		vm_work.left = 64;
		st = vmo_close(v);
	} while (st == ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_OK);
}

static void finish(void)
{
	EXPECT_EQ(pool.free, pool.total);
	EXPECT_EQ(pool.reserved, 0);
	EXPECT_EQ(pool_fini(&pool), ST_OK);
}

static void write_page(struct vmo *v, uint64_t page, uint64_t value)
{
	status_t st;

	do {
		vm_work.left = 256;
		st = bytes_write(v, page << PAGE_BITS, &value, sizeof(value));
	} while (st == ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_OK);
}

static uint64_t read_page(struct vmo *v, uint64_t page)
{
	uint64_t value = UINT64_MAX;
	status_t st;

	do {
		vm_work.left = 256;
		st = bytes_read(v, page << PAGE_BITS, &value, sizeof(value));
	} while (st == ST_SHOULD_WAIT);
	vm_work.left = UINT64_MAX;
	EXPECT_EQ(st, ST_OK);
	return value;
}

/* cost_begin, cost: machine calls between them. */
static uint64_t cost_mark;

static void cost_begin(void)
{
	cost_mark = fake.calls;
}

static uint64_t cost(void)
{
	return fake.calls - cost_mark;
}

TEST(real, forty_generations_hold_one_generation)
{
	static struct vmo v[41];

	setup();
	REQUIRE(vmo_init(&v[0], &pool, 256, VMO_RESIZABLE) == ST_OK);
	for (uint64_t p = 0; p < 256; p++)
		write_page(&v[0], p, p);
	for (int i = 1; i <= 40; i++) {
		REQUIRE(vmo_clone(&v[i], &v[i - 1], &pool, 0, 256, VMO_RESIZABLE) == ST_OK);
		for (uint64_t p = 0; p < 256; p++)
			write_page(&v[i], p, p + (uint64_t)i);
		close_vmo(&v[i - 1]);
	}
	EXPECT_EQ(pool.used[FRAME_PAGE], 256);
	EXPECT_EQ(pool.used[FRAME_TABLE], 1);
	EXPECT_EQ(read_page(&v[40], 255), 295);
	close_vmo(&v[40]);
	finish();
}

TEST(real, one_page_clone_of_a_closed_parent_holds_one_page)
{
	static struct vmo v, c;

	setup();
	REQUIRE(vmo_init(&v, &pool, 1024, 0) == ST_OK);
	for (uint64_t p = 0; p < 1024; p++)
		write_page(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, &pool, 777, 1, 0) == ST_OK);
	close_vmo(&v);
	EXPECT_EQ(pool.used[FRAME_PAGE], 1);
	EXPECT_EQ(pool.used[FRAME_TABLE], 0);
	EXPECT_EQ(read_page(&c, 0), 777);
	close_vmo(&c);
	finish();
}

enum { DEEP = 100000 };

static struct vmo *family(size_t count)
{
	struct vmo *v = mmap(NULL, count * sizeof(*v), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	REQUIRE(v != MAP_FAILED);
	return v;
}

/* A chain of DEEP generations; every 16th has a page of its own. */
static struct vmo *chain(void)
{
	struct vmo *v = family(DEEP);

	REQUIRE(vmo_init(&v[0], &pool, 1, 0) == ST_OK);
	write_page(&v[0], 0, 1);
	for (uint64_t i = 1; i < DEEP; i++) {
		REQUIRE(vmo_clone(&v[i], &v[i - 1], &pool, 0, 1, 0) == ST_OK);
		if (i % 16 == 0)
			write_page(&v[i], 0, i);
	}
	return v;
}

TEST(real, a_hundred_thousand_generations_close_from_the_root)
{
	struct vmo *v;

	setup();
	v = chain();
	EXPECT_EQ(read_page(&v[DEEP - 1], 0), (DEEP - 1) / 16 * 16);
	for (int i = 0; i < DEEP; i++)
		close_vmo(&v[i]);
	finish();
	munmap(v, DEEP * sizeof(*v));
}

TEST(real, a_hundred_thousand_generations_close_from_the_leaf_and_the_middle)
{
	struct vmo *v;

	setup();
	v = chain();
	for (int i = DEEP / 2; i < DEEP / 2 + 1000; i++)
		close_vmo(&v[i]);
	EXPECT_EQ(read_page(&v[DEEP - 1], 0), (DEEP - 1) / 16 * 16);
	for (int i = DEEP - 1; i >= DEEP / 2 + 1000; i--)
		close_vmo(&v[i]);
	for (int i = DEEP / 2 - 1; i >= 0; i--)
		close_vmo(&v[i]);
	finish();
	munmap(v, DEEP * sizeof(*v));
}

/* Nothing is cached when the root is written last: one look climbs all the way, in parts.
 */
TEST(real, a_look_through_an_unresolved_chain_goes_on_where_it_stopped)
{
	enum { GENERATIONS = 5000 };
	struct vmo *v = family(GENERATIONS);

	setup();
	REQUIRE(vmo_init(&v[0], &pool, 600, 0) == ST_OK);
	for (int i = 1; i < GENERATIONS; i++)
		REQUIRE(vmo_clone(&v[i], &v[i - 1], &pool, 0, 600, 0) == ST_OK);
	write_page(&v[0], 3, 42);
	EXPECT_EQ(read_page(&v[GENERATIONS - 1], 3), 42);
	cost_begin();
	EXPECT_EQ(read_page(&v[GENERATIONS - 1], 3), 42);
	EXPECT(cost() < 8);
	write_page(&v[0], 3, 43);
	EXPECT_EQ(read_page(&v[GENERATIONS - 1], 3), 43);
	write_page(&v[2500], 3, 44);
	EXPECT_EQ(read_page(&v[GENERATIONS - 1], 3), 44);
	EXPECT_EQ(read_page(&v[2499], 3), 43);
	for (int i = GENERATIONS - 1; i >= 0; i--)
		close_vmo(&v[(i + 1234) % GENERATIONS]);
	finish();
	munmap(v, GENERATIONS * sizeof(*v));
}

TEST(real, a_hundred_thousand_siblings_see_one_write_and_outlive_their_parent)
{
	struct vmo *v = family(DEEP);

	setup();
	REQUIRE(vmo_init(&v[0], &pool, 4, 0) == ST_OK);
	write_page(&v[0], 1, 1);
	for (int i = 1; i < DEEP; i++)
		REQUIRE(vmo_clone(&v[i], &v[0], &pool, 1, 1, 0) == ST_OK);
	EXPECT_EQ(read_page(&v[99], 0), 1);
	write_page(&v[0], 1, 2);
	EXPECT_EQ(read_page(&v[DEEP - 1], 0), 2);
	write_page(&v[5], 0, 3);
	close_vmo(&v[0]);
	EXPECT_EQ(pool.used[FRAME_PAGE], 2);
	EXPECT_EQ(read_page(&v[DEEP - 1], 0), 2);
	for (int i = 1; i < DEEP; i++)
		close_vmo(&v[i]);
	finish();
	munmap(v, DEEP * sizeof(*v));
}

TEST(real, a_clone_costs_the_same_whatever_its_size)
{
	static const uint64_t size[] = {1, 512, 100000, UINT64_C(1) << 27, UINT64_C(1) << 40};
	uint64_t most = 0;

	setup();
	for (unsigned i = 0; i < ARRAY_SIZE(size); i++) {
		static struct vmo v, c, s;

		REQUIRE(vmo_init(&v, &pool, size[i], 0) == ST_OK);
		write_page(&v, 0, 1);
		cost_begin();
		REQUIRE(vmo_clone(&c, &v, &pool, 0, size[i], 0) == ST_OK);
		most = max_u64(most, cost());
		cost_begin();
		REQUIRE(vmo_snapshot(&s, &v, &pool, 0, size[i], 0) == ST_OK);
		most = max_u64(most, cost());
		EXPECT_EQ(read_page(&s, 0), 1);
		close_vmo(&s);
		close_vmo(&c);
		close_vmo(&v);
	}
	EXPECT(most <= 4);
	finish();
}

/* 2^64 bytes are 2^52 pages; a VMO has one page less, so that its size can be told. */
TEST(real, offsets_reach_the_last_page_and_sizes_no_further)
{
	static struct vmo v, c, d, s;
	const uint64_t last = VMO_MAX_PAGES - 1;
	paddr_t pa;

	setup();
	EXPECT_EQ(vmo_init(&v, &pool, VMO_MAX_PAGES + 1, 0), ST_OUT_OF_RANGE);
	REQUIRE(vmo_init(&v, &pool, VMO_MAX_PAGES, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_resize(&v, VMO_MAX_PAGES + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_own(&v, last, &pa), ST_OK);
	*(uint64_t *)mmu_window(pa) = 54;
	EXPECT_EQ(vmo_own(&v, 0, &pa), ST_OK);
	EXPECT_EQ(vmo_clone(&c, &v, &pool, VMO_MAX_COORDINATE, 1, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_clone(&c, &v, &pool, UINT64_MAX, 1, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_clone(&c, &v, &pool, 1, UINT64_MAX, 0), ST_OUT_OF_RANGE);
	REQUIRE(vmo_clone(&c, &v, &pool, last - 1, 2, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_clone(&d, &c, &pool, UINT64_MAX, 1, 0), ST_OUT_OF_RANGE);
	REQUIRE(vmo_clone(&d, &c, &pool, 1, 1, VMO_RESIZABLE) == ST_OK);
	EXPECT_EQ(vmo_resize(&d, VMO_MAX_PAGES + 1), ST_OUT_OF_RANGE);
	REQUIRE(vmo_snapshot(&s, &c, &pool, 1, 1, 0) == ST_OK);
	EXPECT_EQ(vmo_slice(&s, &v, UINT64_MAX, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(read_page(&d, 0), 54);
	EXPECT_EQ(vmo_own(&d, 0, &pa), ST_OK);
	*(uint64_t *)mmu_window(pa) = 55;
	EXPECT_EQ(vmo_merge(&d), ST_OK);
	EXPECT_EQ(read_page(&c, 1), 55);
	EXPECT_EQ(vmo_look(&v, last, &pa), ST_OK);
	EXPECT_EQ(*(uint64_t *)mmu_window(pa), 54);
	EXPECT_EQ(vmo_resize(&v, 1), ST_OK);
	EXPECT_EQ(vmo_resize(&c, 1), ST_OK);
	EXPECT_EQ(read_page(&c, 0), 0);
	EXPECT_EQ(read_page(&d, 0), 0);
	EXPECT_EQ(read_page(&s, 0), 54);
	close_vmo(&v);
	close_vmo(&c);
	close_vmo(&d);
	close_vmo(&s);
	finish();
}

TEST(real, a_look_costs_what_one_generation_costs)
{
	static struct vmo v[1001];
	uint64_t first;

	setup();
	REQUIRE(vmo_init(&v[0], &pool, 2048, 0) == ST_OK);
	write_page(&v[0], 7, 1);
	for (int i = 1; i <= 1000; i++)
		REQUIRE(vmo_clone(&v[i], &v[i - 1], &pool, 0, 2048, 0) == ST_OK);
	read_page(&v[0], 7);
	read_page(&v[1000], 7);
	cost_begin();
	read_page(&v[0], 7);
	first = cost();
	cost_begin();
	read_page(&v[1000], 7);
	EXPECT_EQ(cost(), first);
	for (int i = 0; i <= 1000; i++)
		close_vmo(&v[i]);
	finish();
}

TEST(real, a_parents_first_touch_does_not_visit_undiverged_clones)
{
	static struct vmo v, c[1000];
	uint64_t alone;

	setup();
	REQUIRE(vmo_init(&v, &pool, 4096, 0) == ST_OK);
	write_page(&v, 0, 1);
	cost_begin();
	write_page(&v, 1, 1);
	alone = cost();
	for (int i = 0; i < 1000; i++) {
		REQUIRE(vmo_clone(&c[i], &v, &pool, 0, 4096, 0) == ST_OK);
		read_page(&c[i], 0);
	}
	cost_begin();
	write_page(&v, 2, 1);
	EXPECT_EQ(cost(), alone);
	for (int i = 0; i < 1000; i++)
		close_vmo(&c[i]);
	close_vmo(&v);
	finish();
}

TEST(real, closing_the_middle_costs_its_own_tables)
{
	static struct vmo v, m, c;
	uint64_t small, large;

	setup();
	for (int pages = 0; pages < 2; pages++) {
		REQUIRE(vmo_init(&v, &pool, 1 << 18, 0) == ST_OK);
		for (uint64_t p = 0; p < (pages ? 4096 : 1); p += 8)
			write_page(&v, p, p);
		REQUIRE(vmo_clone(&m, &v, &pool, 0, 1 << 18, 0) == ST_OK);
		write_page(&m, 5, 5);
		REQUIRE(vmo_clone(&c, &m, &pool, 0, 1 << 18, 0) == ST_OK);
		EXPECT_EQ(read_page(&c, 5), 5);
		cost_begin();
		close_vmo(&m);
		*(pages ? &large : &small) = cost();
		EXPECT_EQ(read_page(&c, 5), 5);
		close_vmo(&c);
		close_vmo(&v);
	}
	EXPECT_EQ(large, small);
	finish();
}

/* A table is linked for execution when all of its pages are fit to be fetched, not before. */
TEST(real, a_table_of_code_is_linked_when_all_of_it_is_fit)
{
	enum { CODE_PAGES = 40, FIRST = 1 << 18 };
	static struct vmo v;
	static struct vspace s;
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	unsigned tries = 0;
	bool gone;

	setup();
	REQUIRE(vspace_init(&s, &pool, 1) == ST_OK);
	REQUIRE(vmo_init(&v, &pool, 512, 0) == ST_OK);
	for (uint64_t p = 0; p < CODE_PAGES; p++)
		write_page(&v, p, p);
	REQUIRE(vspace_map(&s, &m, &v,
			&(struct map_request){FIRST, 512, 0, MAP_READ | MAP_EXECUTE}) == ST_OK);
	do {
		EXPECT_EQ(vspace_fault(&s, FIRST + tries, MAP_EXECUTE), ST_OK);
		for (uint64_t p = 0; p < CODE_PAGES; p++)
			if (fake_walk(s.root, 1, FIRST + p, &line))
				EXPECT(line.execute && frame_at(line.pa)->code);
		tries++;
	} while (!fake_walk(s.root, 1, FIRST + CODE_PAGES - 1, &line) && tries < CODE_PAGES);
	EXPECT(tries > 1 &&
		tries < CODE_PAGES / 2); /* a few at each look, but not one by one */
	EXPECT_EQ(unmap_part(&m, FIRST, 512, spare, &gone), 0);
	EXPECT(gone);
	close_vmo(&v);
	EXPECT_EQ(vspace_fini(&s), ST_OK);
	finish();
}

TEST(real, a_mapping_links_and_the_machine_reads_at_once)
{
	static struct vmo v, c;
	static struct vspace s;
	static struct mapping m;
	struct mapping spare[2];
	struct fake_line line;
	bool gone;

	setup();
	REQUIRE(vspace_init(&s, &pool, 1) == ST_OK);
	REQUIRE(vmo_init(&v, &pool, 1 << 18, 0) == ST_OK);
	for (uint64_t p = 0; p < 2048; p += 64)
		write_page(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, &pool, 0, 1 << 18, 0) == ST_OK);
	REQUIRE(vspace_map(&s, &m, &c,
			&(struct map_request){1 << 18, 1 << 18, 0, MAP_READ | MAP_WRITE}) ==
		ST_OK);
	for (uint64_t p = 0; p < 2048; p += 64) {
		REQUIRE(fake_walk(s.root, 1, (1 << 18) + p, &line));
		EXPECT(!line.write && !line.execute);
		EXPECT_EQ(*(uint64_t *)mmu_window(line.pa), p);
	}
	EXPECT(!fake_walk(s.root, 1, (1 << 18) + 1, &line));
	EXPECT_EQ(vspace_fault(&s, (1 << 18) + 64, MAP_WRITE), ST_OK);
	REQUIRE(fake_walk(s.root, 1, (1 << 18) + 64, &line) && line.write);
	EXPECT_EQ(unmap_part(&m, 1 << 18, 1 << 18, spare, &gone), 0);
	EXPECT(gone);
	close_vmo(&v);
	close_vmo(&c);
	EXPECT_EQ(vspace_fini(&s), ST_OK);
	finish();
}

TEST(real, pages_end_where_the_vmo_does)
{
	static struct vmo v;
	uint64_t done, value = 1;

	setup();
	REQUIRE(vmo_init(&v, &pool, 4, 0) == ST_OK);
	for (uint64_t p = 0; p < 3; p++)
		write_page(&v, p, p + 7);
	EXPECT_EQ(read_page(&v, 2), 9);
	EXPECT_EQ(bytes_read(&v, 4 * PAGE_SIZE, &value, 8), ST_OUT_OF_RANGE);
	EXPECT_EQ(bytes_write(&v, 4 * PAGE_SIZE, &value, 8), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_commit(&v, 1, UINT64_MAX, false, &done), ST_OUT_OF_RANGE);
	EXPECT_EQ(done, 0);
	EXPECT_EQ(pool_reserve(&pool, pool_can_take(&pool)), ST_OK);
	EXPECT_EQ(vmo_commit(&v, 0, 4, true, &done), ST_OK);
	EXPECT_EQ(done, 4);
	pool_unreserve(&pool, pool.reserved);
	EXPECT_EQ(read_page(&v, 1), 0);
	close_vmo(&v);
	finish();
}

TEST(real, a_fault_that_copies_is_short)
{
	static struct vmo v, c;
	static struct vspace s;
	static struct mapping m;
	struct mapping spare[2];
	bool gone;

	setup();
	REQUIRE(vspace_init(&s, &pool, 1) == ST_OK);
	REQUIRE(vmo_init(&v, &pool, 512, 0) == ST_OK);
	for (uint64_t p = 0; p < 512; p++)
		write_page(&v, p, p);
	REQUIRE(vmo_clone(&c, &v, &pool, 0, 512, 0) == ST_OK);
	REQUIRE(vspace_map(&s, &m, &c,
			&(struct map_request){512, 512, 0, MAP_READ | MAP_WRITE}) == ST_OK);
	for (uint64_t p = 0; p < 512; p++) {
		cost_begin();
		EXPECT_EQ(vspace_fault(&s, 512 + p, MAP_WRITE), ST_OK);
		if (p > 1)
			EXPECT(cost() <= 32);
	}
	EXPECT_EQ(unmap_part(&m, 512, 512, spare, &gone), 0);
	close_vmo(&c);
	close_vmo(&v);
	EXPECT_EQ(vspace_fini(&s), ST_OK);
	finish();
}

/* The height of the treap is that of a random tree, whatever the addresses are. */
TEST(real, a_thousand_mappings_are_found_in_few_steps)
{
	static struct vmo v;
	static struct vspace s;
	static struct mapping m[1000], spare[2];
	bool gone;
	unsigned height = 0;

	setup();
	REQUIRE(vspace_init(&s, &pool, 1) == ST_OK);
	REQUIRE(vmo_init(&v, &pool, 1, 0) == ST_OK);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++)
		REQUIRE(vspace_map(&s, &m[i], &v,
				&(struct map_request){i * 3, 2, 0, MAP_READ}) == ST_OK);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++) {
		unsigned steps = 0;

		for (const struct treap_node *n = s.mappings.top; n != &m[i].place; steps++)
			n = m[i].first < n->key ? n->left : n->right;
		height = steps > height ? steps : height;
		EXPECT(vspace_find(&s, i * 3 + 1) == &m[i]);
		EXPECT(vspace_find(&s, i * 3 + 2) == NULL);
	}
	EXPECT(height >= 9 && height < 40);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++)
		EXPECT_EQ(unmap_part(&m[i], i * 3, 2, spare, &gone), 0);
	close_vmo(&v);
	EXPECT_EQ(vspace_fini(&s), ST_OK);
	finish();
}

/* Entries that are none are passed over faster than others, but not for nothing. */
TEST(real, a_release_counts_the_nones_that_it_passes_over)
{
	static struct vmo v;
	const uint64_t steps = 10000;

	setup();
	REQUIRE(vmo_init(&v, &pool, TABLE_ENTRIES * TABLE_ENTRIES, 0) == ST_OK);
	write_page(&v, 0, 1);
	vm_work.left = steps;
	EXPECT_EQ(vmo_close(&v), ST_OK);
	EXPECT(steps - vm_work.left >= (TABLE_ENTRIES + TABLE_ENTRIES / 8) / 2 - 1);
	vm_work.left = UINT64_MAX;
	finish();
}

TEST(real, a_merge_moves_as_many_pages_as_it_has_steps_for)
{
	static struct vmo v, c;
	unsigned stops = 0, moving = 0;

	setup();
	REQUIRE(vmo_init(&v, &pool, TABLE_ENTRIES, 0) == ST_OK);
	REQUIRE(vmo_clone(&c, &v, &pool, 0, TABLE_ENTRIES, 0) == ST_OK);
	for (uint64_t p = 0; p < TABLE_ENTRIES; p++)
		write_page(&c, p, p);
	vm_work.left = 16;
	for (; vmo_merge(&c) == ST_SHOULD_WAIT; vm_work.left = 16) {
		REQUIRE(++stops < 1000);
		moving += c.merge.clone != NULL;
	}
	vm_work.left = UINT64_MAX;
	EXPECT(moving >= TABLE_ENTRIES / (2 * 16) - 1);
	EXPECT_EQ(read_page(&v, TABLE_ENTRIES - 1), TABLE_ENTRIES - 1);
	close_vmo(&c);
	close_vmo(&v);
	finish();
}

/* What is flushed at once, without a stop: 128 entries of one block, in eight mappings. */
TEST(real, few_mappings_are_as_few_as_one_step_can_flush)
{
	static struct vmo v;
	static struct vspace s;
	static struct mapping m[9];
	struct mapping spare[2];
	bool gone;

	setup();
	REQUIRE(vspace_init(&s, &pool, 1) == ST_OK);
	REQUIRE(vmo_init(&v, &pool, 2 * TABLE_ENTRIES, 0) == ST_OK);
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++) { /* where no table can be linked */
		uint64_t pages = i ? 1 : 128;

		REQUIRE(vspace_map(&s, &m[i], &v,
				&(struct map_request){1 + i * 200, pages,
					i < 2 ? i : TABLE_ENTRIES, MAP_READ}) == ST_OK);
		EXPECT_EQ(vspace_fault(&s, 1 + i * 200, MAP_READ), ST_OK);
		EXPECT(mappings_are_few(&v, TABLE_ENTRIES - 1, TABLE_ENTRIES) == (i < 8));
		EXPECT(mappings_are_few(&v, 0, TABLE_ENTRIES) == (i < 1));
		EXPECT(mappings_are_few(&v, 1, TABLE_ENTRIES) == (i < 8));
		EXPECT(!mappings_are_few(&v, TABLE_ENTRIES - 1, TABLE_ENTRIES + 1));
	}
	for (uint64_t i = 0; i < ARRAY_SIZE(m); i++)
		EXPECT_EQ(unmap_part(&m[i], 1 + i * 200, i ? 1 : 128, spare, &gone), 0);
	close_vmo(&v);
	EXPECT_EQ(vspace_fini(&s), ST_OK);
	finish();
}
