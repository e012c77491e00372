/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * malloc: what it gives is apart and keeps its content, and what it gets back goes back.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "libsys/heap.h"
#include "libsys/pool.h"
#include "libsys/thread.h"
#include "test.h"

enum { MIB = 1 << 20 };

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return random_state >> 33;
}

static uint64_t pool_pages(void)
{
	struct pool_info info = {0};

	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &info), ST_OK);
	return info.pages;
}

TEST(malloc, zero_bytes_are_something_of_their_own)
{
	void *a = malloc(0), *b = malloc(0);

	EXPECT(a && b && a != b);
	free(a);
	free(b);
	free(NULL);
}

TEST(malloc, is_aligned_and_calloc_clears)
{
	for (size_t size = 1; size < 2000; size += 37) {
		unsigned char *dirty = malloc(size), *clean;

		REQUIRE((uintptr_t)dirty % 16 == 0);
		memset(dirty, 0xff, size);
		free(dirty);
		clean = calloc(1, size);
		for (size_t i = 0; i < size; i++)
			REQUIRE(clean[i] == 0);
		free(clean);
	}
	EXPECT(heap_check());
}

TEST(malloc, what_cannot_be_is_refused_with_errno)
{
	/* Not foreseen by the compiler, who knows that some of these can never be. */
	volatile size_t huge = SIZE_MAX - 8, half = SIZE_MAX / 2 + 2;

	errno = 0;
	EXPECT(malloc(huge) == NULL);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT(calloc(half, 2) == NULL);
	EXPECT(malloc(HEAP_SIZE - 100000) == NULL); /* fits the heap, but not the machine */
	EXPECT(heap_check());
	free(malloc(1));
}

TEST(malloc, aligned_ones_of_every_kind)
{
	void *block = NULL;

	for (size_t alignment = 8; alignment <= MIB; alignment *= 2) {
		REQUIRE(posix_memalign(&block, alignment, 100) == 0);
		EXPECT_EQ((uintptr_t)block % alignment, 0);
		memset(block, 1, 100);
		free(block);
	}
	EXPECT_EQ(posix_memalign(&block, 24, 100), EINVAL);
	EXPECT(memalign(24, 100) == NULL);
	block = valloc(5000);
	EXPECT_EQ((uintptr_t)block % PAGE_SIZE, 0);
	EXPECT(malloc_usable_size(block) >= 5000);
	free(block);
	EXPECT(heap_check());
}

TEST(malloc, realloc_keeps_the_content_in_both_directions)
{
	unsigned char *block = NULL;

	for (size_t size = 1; size < 3 * MIB; size = size * 3 + 1) {
		block = realloc(block, size);
		REQUIRE(block);
		if (size > 1)
			EXPECT_EQ(block[size / 3 / 2], 0x5a);
		memset(block, 0x5a, size);
	}
	for (size_t size = MIB; size > 0; size /= 7) {
		block = realloc(block, size);
		REQUIRE(block);
		EXPECT_EQ(block[size - 1], 0x5a);
	}
	free(block);
	EXPECT(heap_check());
}

/* Each block is filled with its number, and looked at before it goes. */
TEST(malloc, random_blocks_never_overlap)
{
	enum { BLOCKS = 400, ROUNDS = 6000 };
	static struct {
		unsigned char *at;
		size_t size;
	} blocks[BLOCKS];

	random_state = 1;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned i = (unsigned)(next_random() % BLOCKS);
		size_t size = (size_t)next_random() % (round % 97 == 0 ? 700000 : 3000);

		if (blocks[i].size) {
			EXPECT_EQ(blocks[i].at[0], (unsigned char)i);
			EXPECT_EQ(blocks[i].at[blocks[i].size - 1], (unsigned char)i);
		}
		if (round % 3) {
			free(blocks[i].at);
			blocks[i].at = malloc(size);
		} else {
			blocks[i].at = realloc(blocks[i].at, size + 1);
		}
		REQUIRE(blocks[i].at);
		blocks[i].size = size;
		memset(blocks[i].at, (int)i, size);
		if (round % 500 == 0)
			REQUIRE(heap_check());
	}
	for (int i = 0; i < BLOCKS; i++) {
		free(blocks[i].at);
		blocks[i].at = NULL;
		blocks[i].size = 0;
	}
	EXPECT(heap_check());
}

TEST(malloc, grows_to_many_mebibytes_and_gives_them_back)
{
	enum { BLOCKS = 24 };
	static char *blocks[BLOCKS];
	uint64_t before = pool_pages();

	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(MIB);
		REQUIRE(blocks[i]);
		memset(blocks[i], i, MIB);
	}
	EXPECT(pool_pages() >= before + BLOCKS * (MIB / PAGE_SIZE));
	for (int i = 0; i < BLOCKS; i += 2) /* every other one, so that none can join */
		free(blocks[i]);
	EXPECT(pool_pages() <= before + BLOCKS / 2 * (MIB / PAGE_SIZE) + 3 * BLOCKS);
	for (int i = 1; i < BLOCKS; i += 2) {
		EXPECT_EQ(blocks[i][MIB - 1], i);
		free(blocks[i]);
	}
	EXPECT(pool_pages() <= before + 64);
	EXPECT(heap_check());
}

TEST(malloc, small_blocks_go_back_together)
{
	enum { BLOCKS = 20000, SIZE = 100 };
	static char *blocks[BLOCKS];
	uint64_t before = pool_pages();

	for (int i = 0; i < BLOCKS; i++)
		REQUIRE((blocks[i] = malloc(SIZE)));
	EXPECT(pool_pages() >= before + BLOCKS * SIZE / PAGE_SIZE);
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[(i * 7919) % BLOCKS]); /* prime to it */
	EXPECT(pool_pages() <= before + 128);
	EXPECT(heap_check());
}

TEST(malloc, mallinfo_adds_up)
{
	struct mallinfo before = mallinfo(), after;
	void *volatile block = malloc(10000); /* the compiler would do without it */

	after = mallinfo();
	EXPECT(after.uordblks >= before.uordblks + 10000);
	EXPECT_EQ(after.uordblks + after.fordblks, after.arena);
	free(block);
	EXPECT_EQ(mallinfo().uordblks, before.uordblks);
}

enum { THREADS = 3, STACK = 32768 };
static _Alignas(16) char stacks[THREADS][STACK];
static volatile int bad;

/* Blocks of its own pattern, as others do the same. */
static void churn(void *argument)
{
	unsigned char pattern = (unsigned char)(uintptr_t)argument;
	unsigned char *kept[16] = {0};

	for (unsigned round = 0; round < 1500; round++) {
		unsigned i = (round * 7 + pattern) % 16;
		size_t size = 1 + (round * 131 + pattern * 17U) % 2000;

		if (kept[i] && *kept[i] != pattern)
			bad = 1;
		free(kept[i]);
		kept[i] = malloc(size);
		if (kept[i])
			memset(kept[i], pattern, size);
		else
			bad = 1;
	}
	for (int i = 0; i < 16; i++)
		free(kept[i]);
}

TEST(malloc, threads_do_not_disturb_one_another)
{
	cptr_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		struct thread_options options = {.name = "churn",
			.stack = stacks[i],
			.stack_size = STACK,
			.priority = 255,
			.cpu = (i + 1) % boot_info()->cpus_online};

		REQUIRE(thread_start(churn, (void *)(uintptr_t)(i + 1), &options,
				&threads[i]) == ST_OK);
	}
	churn((void *)(uintptr_t)99);
	for (unsigned i = 0; i < THREADS; i++) {
		EXPECT_EQ(thread_join(threads[i]), ST_OK);
		EXPECT_EQ(thread_delete(threads[i]), ST_OK);
	}
	EXPECT_EQ(bad, 0);
	EXPECT(heap_check());
}
