/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Held against a model that is too simple to be wrong: one bool for each of a few pages,
 * which stand at the bottom, in the middle or just below the top of the address space.
 */
#include "bootmem.h"
#include "input.h"
#include "test.h"

enum { PAGES = 200 };

/* The last page of all is never free: its end has no address. */
#define LAST_PAGE (UINT64_MAX - PAGE_SIZE + 1)

struct model {
	uint64_t base;
	bool free[PAGES];
};

static struct range pages(uint64_t first, uint64_t count)
{
	return (struct range){first * PAGE_SIZE, count * PAGE_SIZE};
}

static void model_add(struct model *model, struct range range)
{
	for (uint64_t p = 0; p < PAGES; p++) {
		uint64_t start = model->base + p * PAGE_SIZE;

		if (start >= range.base && range.size >= PAGE_SIZE &&
			start - range.base <= range.size - PAGE_SIZE)
			model->free[p] = true;
	}
}

static void model_remove(struct model *model, struct range range)
{
	for (uint64_t p = 0; p < PAGES && range.size; p++) {
		uint64_t start = model->base + p * PAGE_SIZE;

		if (start + (PAGE_SIZE - 1) >= range.base &&
			(start <= range.base || start - range.base < range.size))
			model->free[p] = false;
	}
}

/* The first page of the run of free pages that ends behind page `end`. */
static uint64_t run_start(const struct model *model, uint64_t end)
{
	while (end > 0 && model->free[end - 1])
		end--;
	return end;
}

static uint64_t model_runs(const struct model *model)
{
	uint64_t runs = 0;

	for (uint64_t p = 0; p < PAGES; p++)
		runs += model->free[p] && (p == 0 || !model->free[p - 1]);
	return runs;
}

static bool model_alloc(struct model *model, uint64_t count, paddr_t *pa_out)
{
	for (uint64_t end = PAGES; end > 0; end--) {
		if (!model->free[end - 1] || (end < PAGES && model->free[end]) ||
			end - run_start(model, end) < count)
			continue;
		for (uint64_t p = end - count; p < end; p++)
			model->free[p] = false;
		*pa_out = model->base + (end - count) * PAGE_SIZE;
		return true;
	}
	return false;
}

/* The list is in order, whole pages, nowhere touching, and says what the model says. */
static void expect_same(const struct bootmem *memory, const struct model *model)
{
	uint64_t bytes = 0, at = 0;

	EXPECT_EQ(memory->count, model_runs(model));
	for (uint64_t p = 0; p < PAGES; p++) {
		if (!model->free[p])
			continue;
		bytes += PAGE_SIZE;
		if (p > 0 && model->free[p - 1])
			continue;
		REQUIRE(at < memory->count);
		EXPECT_EQ(memory->range[at].base, model->base + p * PAGE_SIZE);
		at++;
	}
	EXPECT_EQ(bootmem_bytes(memory), bytes);
	for (uint32_t i = 0; i < memory->count; i++)
		EXPECT(memory->range[i].size > 0 &&
			is_aligned(memory->range[i].size, PAGE_SIZE));
}

static bool is_unchanged(const struct bootmem *now, const struct bootmem *before)
{
	return now->count == before->count &&
		memcmp(now->range, before->range, before->count * sizeof(now->range[0])) == 0;
}

/* A range about the model's pages, aligned or not, mostly short. */
static struct range random_range(const struct model *model, uint64_t *state)
{
	uint64_t r = input_random(state);
	uint64_t first = r % PAGES;
	uint64_t count = (r >> 16) % ((r >> 8) % 8 ? 4 : PAGES);
	uint64_t shift = r >> 32 & 1 ? (r >> 40) % PAGE_SIZE : 0;
	struct range range = {model->base + first * PAGE_SIZE + shift, count * PAGE_SIZE};

	if (r >> 33 & 1)
		range.size += (r >> 52) % PAGE_SIZE;
	if (first + count >= PAGES) /* stay within the model */
		range.size = model->base + PAGES * UINT64_C(4096) - range.base;
	return range;
}

static void step(struct bootmem *memory, struct model *model, uint64_t *state)
{
	const struct bootmem before = *memory;
	struct model after = *model;
	struct range range = random_range(model, state);
	uint64_t what = input_random(state) % 16, count = 1 + input_random(state) % 3;
	paddr_t pa = 1, want = 1;
	bool done;

	if (what < 7) {
		done = bootmem_add(memory, range);
		model_add(&after, range);
	} else if (what < 14) {
		done = bootmem_remove(memory, range);
		model_remove(&after, range);
	} else {
		EXPECT_EQ(bootmem_alloc(memory, count, &pa), model_alloc(&after, count, &want));
		EXPECT_EQ(pa, want);
		done = true;
	}
	EXPECT_EQ(done, model_runs(&after) <= BOOTMEM_RANGES_MAX);
	if (done)
		*model = after;
	else
		EXPECT(is_unchanged(memory, &before));
	expect_same(memory, model);
}

TEST(bootmem, does_what_the_model_does)
{
	static const uint64_t bases[] = {
		0, UINT64_C(0x40000000), LAST_PAGE - PAGES * UINT64_C(4096)};

	for (uint64_t seed = 0; seed < 60; seed++) {
		struct bootmem memory = {0};
		struct model model = {.base = bases[seed % ARRAY_SIZE(bases)]};
		uint64_t state = seed;

		for (int i = 0; i < 400; i++)
			step(&memory, &model, &state);
	}
}

/* Every second page, until there is no room in the list. */
static struct bootmem full_list(void)
{
	struct bootmem memory = {0};

	for (uint64_t i = 0; i < BOOTMEM_RANGES_MAX; i++)
		EXPECT(bootmem_add(&memory, pages(10 + 4 * i, 3)));
	EXPECT_EQ(memory.count, BOOTMEM_RANGES_MAX);
	return memory;
}

TEST(bootmem, a_full_list_refuses_and_changes_nothing)
{
	struct bootmem memory = full_list();
	const struct bootmem before = memory;

	EXPECT(!bootmem_add(&memory, pages(1, 1)));
	EXPECT(is_unchanged(&memory, &before));
	EXPECT(!bootmem_add(&memory, pages(1000, 1)));
	EXPECT(is_unchanged(&memory, &before));
	EXPECT(!bootmem_remove(&memory, pages(11, 1)));
	EXPECT(is_unchanged(&memory, &before));
}

TEST(bootmem, a_full_list_still_joins_shortens_and_gives)
{
	struct bootmem memory = full_list();
	paddr_t pa;

	EXPECT(bootmem_add(&memory, pages(13, 1)));
	EXPECT_EQ(memory.count, BOOTMEM_RANGES_MAX - 1);
	memory = full_list();
	EXPECT(bootmem_add(&memory, pages(9, 1)));
	EXPECT(bootmem_remove(&memory, pages(12, 1)));
	EXPECT(bootmem_remove(&memory, pages(12, 20)));
	memory = full_list();
	EXPECT(bootmem_alloc(&memory, 1, &pa));
	EXPECT(bootmem_add(&memory, pages(0, 2000)));
	EXPECT_EQ(memory.count, 1);
}

TEST(bootmem, adds_only_whole_pages)
{
	struct bootmem memory = {0};

	EXPECT(bootmem_add(&memory, (struct range){0x1001, 0x1ffe}));
	EXPECT_EQ(memory.count, 0);
	EXPECT(bootmem_add(&memory, (struct range){0x1001, 0x1fff}));
	EXPECT_EQ(memory.range[0].base, 0x2000);
	EXPECT_EQ(memory.range[0].size, 0x1000);
	EXPECT(bootmem_add(&memory, (struct range){0x9000, 0}));
	EXPECT_EQ(memory.count, 1);
}

TEST(bootmem, removes_every_page_touched)
{
	struct bootmem memory = {0};

	EXPECT(bootmem_add(&memory, pages(1, 8)));
	EXPECT(bootmem_remove(&memory, (struct range){0x3fff, 2}));
	EXPECT_EQ(memory.count, 2);
	EXPECT_EQ(memory.range[0].size, 0x2000);
	EXPECT_EQ(memory.range[1].base, 0x5000);
	EXPECT(bootmem_remove(&memory, (struct range){0x6123, 0}));
	EXPECT_EQ(bootmem_bytes(&memory), 0x6000);
}

TEST(bootmem, adds_nothing_of_a_range_that_wraps_around)
{
	struct bootmem memory = {0};

	EXPECT(bootmem_add(&memory, (struct range){LAST_PAGE, PAGE_SIZE}));
	EXPECT(bootmem_add(&memory, (struct range){LAST_PAGE + 1, PAGE_SIZE}));
	EXPECT(bootmem_add(&memory, (struct range){0x5800, UINT64_MAX - 0x100}));
	EXPECT(bootmem_add(&memory, (struct range){UINT64_MAX, UINT64_MAX}));
	EXPECT_EQ(memory.count, 0);
}

TEST(bootmem, adds_everything_but_the_last_page)
{
	struct bootmem memory = {0};

	EXPECT(bootmem_add(&memory, (struct range){0, UINT64_MAX}));
	EXPECT_EQ(memory.count, 1);
	EXPECT_EQ(bootmem_bytes(&memory), LAST_PAGE);
}

/* All but the first four pages, and what remains of it without `range`. */
static uint64_t left_after(struct range range)
{
	struct bootmem memory = {0};

	EXPECT(bootmem_add(&memory, (struct range){0x4000, LAST_PAGE - 0x4000}));
	EXPECT(bootmem_remove(&memory, range));
	return bootmem_bytes(&memory);
}

TEST(bootmem, removes_up_to_the_top_what_wraps_around)
{
	EXPECT_EQ(left_after((struct range){0, UINT64_MAX}), 0);
	EXPECT_EQ(left_after((struct range){1, UINT64_MAX}), 0);
	EXPECT_EQ(left_after((struct range){0x5000, UINT64_MAX - 0x5000 + 1}), 0x1000);
	EXPECT_EQ(left_after((struct range){0x5000, UINT64_MAX}), 0x1000);
	EXPECT_EQ(left_after((struct range){0x5800, UINT64_MAX - 0x100}), 0x1000);
	EXPECT_EQ(left_after((struct range){UINT64_MAX, 1}), LAST_PAGE - 0x4000);
	EXPECT_EQ(left_after((struct range){LAST_PAGE - 1, 1}), LAST_PAGE - 0x5000);
}

TEST(bootmem, gives_from_the_end_of_the_highest_range_that_is_long_enough)
{
	struct bootmem memory = {0};
	paddr_t pa;

	EXPECT(bootmem_add(&memory, pages(1, 4)));
	EXPECT(bootmem_add(&memory, pages(10, 2)));
	EXPECT(bootmem_alloc(&memory, 1, &pa) && pa == 0xb000);
	EXPECT(bootmem_alloc(&memory, 3, &pa) && pa == 0x2000);
	EXPECT(bootmem_alloc(&memory, 1, &pa) && pa == 0xa000);
	EXPECT_EQ(memory.count, 1);
	EXPECT(!bootmem_alloc(&memory, 2, &pa));
	EXPECT(bootmem_alloc(&memory, 1, &pa) && pa == 0x1000);
	EXPECT(!bootmem_alloc(&memory, 1, &pa));
}

TEST(bootmem, does_not_give_more_than_the_address_space_has)
{
	static const uint64_t counts[] = {
		UINT64_C(1) << 52, (UINT64_C(1) << 52) + 1, UINT64_MAX, UINT64_MAX / PAGE_SIZE};
	struct bootmem memory = {0};
	paddr_t pa;

	EXPECT(bootmem_add(&memory, pages(1, 4)));
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		EXPECT(!bootmem_alloc(&memory, counts[i], &pa));
	EXPECT_EQ(bootmem_bytes(&memory), 0x4000);
}

TEST(bootmem, alloc_below_a_limit_cuts_a_range_in_two)
{
	struct bootmem memory = {0};
	paddr_t pa = 0;

	EXPECT(bootmem_add(&memory, pages(1, 2)) && bootmem_add(&memory, pages(10, 10)));
	EXPECT(bootmem_alloc_below(&memory, 3, 15 * PAGE_SIZE, &pa) && pa == 0xc000);
	EXPECT_EQ(memory.count, 3);
	EXPECT_EQ(bootmem_bytes(&memory), 9 * PAGE_SIZE);
	EXPECT(bootmem_alloc_below(&memory, 2, 12 * PAGE_SIZE + 1, &pa) && pa == 0xa000);
	EXPECT(bootmem_alloc_below(&memory, 1, 12 * PAGE_SIZE, &pa) && pa == 0x2000);
	EXPECT(!bootmem_alloc_below(&memory, 2, 12 * PAGE_SIZE, &pa));
	EXPECT(!bootmem_alloc_below(&memory, 1, PAGE_SIZE, &pa));
	EXPECT(!bootmem_alloc_below(&memory, UINT64_MAX, UINT64_MAX, &pa));
	EXPECT_EQ(pa, 0x2000);
}

TEST(bootmem, alloc_below_a_limit_fails_when_the_list_is_full)
{
	struct bootmem memory = {0};
	paddr_t pa = 0;

	for (uint64_t i = 0; i < BOOTMEM_RANGES_MAX; i++)
		EXPECT(bootmem_add(&memory, pages(1 + 4 * i, 3)));
	EXPECT(!bootmem_alloc_below(&memory, 1, (4 * BOOTMEM_RANGES_MAX - 1) * PAGE_SIZE, &pa));
	EXPECT_EQ(bootmem_bytes(&memory), 3 * BOOTMEM_RANGES_MAX * PAGE_SIZE);
	EXPECT(bootmem_alloc_below(&memory, 1, 4 * BOOTMEM_RANGES_MAX * PAGE_SIZE, &pa));
}
