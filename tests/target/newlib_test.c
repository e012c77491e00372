/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* newlib in a program: what a C programmer takes for granted. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "libsys/device_tree.h"
#include "libsys/tls.h"
#include "test.h"

TEST(newlib, printf_formats_floating_point)
{
	char text[80];

	snprintf(text, sizeof(text), "%.3f %g %e %a", 3.14159, 1e100, -0.00012, 1.0);
	EXPECT_TEXT(text, "3.142 1e+100 -1.200000e-04 0x1p+0");
	snprintf(text, sizeof(text), "%Lf", 2.5L);
	EXPECT_TEXT(text, "2.500000");
}

TEST(newlib, printf_formats_every_size_of_integer)
{
	char text[80];

	snprintf(text, sizeof(text), "%hhd %hd %d %ld %lld %zu %p", (signed char)-1, (short)-2,
		-3, -4L, -5LL, (size_t)6, (void *)0x1000);
	EXPECT_TEXT(text, "-1 -2 -3 -4 -5 6 0x1000");
}

/* No seed of the loader's: no entropy. The test newlib.seed has one. */
TEST(newlib, entropy_is_the_loaders_or_none)
{
	unsigned char one[256] = {0}, other[256] = {0};

	errno = 0;
	EXPECT_EQ(getentropy(one, 257), -1);
	EXPECT_EQ(errno, EIO);
	if (!tree_bytes(tree_find("/chosen"), "rng-seed", NULL)) {
		EXPECT_EQ(getentropy(one, 1), -1);
		EXPECT_EQ(errno, ENOSYS);
		return;
	}
	EXPECT_EQ(getentropy(one, sizeof(one)), 0);
	EXPECT_EQ(getentropy(other, sizeof(other)), 0);
	for (unsigned at = 0; at < sizeof(one); at += 8) {
		EXPECT(memcmp(one + at, other + at, 8) != 0);
		EXPECT(at == 0 || memcmp(one + at, one, 8) != 0);
	}
	memset(other, 0, sizeof(other));
	EXPECT_EQ(getentropy(other, 65), 0);
	EXPECT(other[65] == 0 && other[255] == 0);
	EXPECT(arc4random() != arc4random() || arc4random() != arc4random());
}

TEST(newlib, reads_numbers_back)
{
	double d;
	int i;

	EXPECT_EQ(sscanf("42 2.25", "%d %lf", &i, &d), 2);
	EXPECT_EQ(i, 42);
	EXPECT(d == 2.25);
	EXPECT(strtod("0x1.8p1", NULL) == 3.0);
}

TEST(newlib, malloc_gives_memory_and_takes_it_back)
{
	enum { ROUNDS = 200, BLOCK = 4000 };

	/* Together far more than the heap: it must come back. */
	for (int round = 0; round < ROUNDS; round++) {
		char *a = malloc(BLOCK), *b = calloc(BLOCK, 4);

		REQUIRE(a && b);
		memset(a, round, BLOCK);
		for (int i = 0; i < 4 * BLOCK; i++)
			REQUIRE(b[i] == 0);
		a = realloc(a, 5 * BLOCK);
		REQUIRE(a && a[BLOCK - 1] == (char)round);
		free(b);
		free(a);
	}
}

TEST(newlib, malloc_of_too_much_fails_and_says_why)
{
	errno = 0;
	EXPECT(malloc((size_t)1 << 40) == NULL);
	EXPECT_EQ(errno, ENOMEM);
	free(malloc(100));
}

TEST(newlib, aligned_alloc_aligns)
{
	void *block = aligned_alloc(4096, 4096);

	REQUIRE(block);
	EXPECT_EQ((uintptr_t)block % 4096, 0);
	free(block);
}

static int by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

TEST(newlib, qsort_sorts_and_bsearch_finds)
{
	enum { COUNT = 1000 };
	static int numbers[COUNT];
	int wanted = 777;

	for (int i = 0; i < COUNT; i++)
		numbers[i] = (i * 7919) % COUNT; /* a permutation: 7919 is prime to 1000 */
	qsort(numbers, COUNT, sizeof(numbers[0]), by_value);
	for (int i = 0; i < COUNT; i++)
		REQUIRE(numbers[i] == i);
	EXPECT(bsearch(&wanted, numbers, COUNT, sizeof(numbers[0]), by_value) == &numbers[777]);
}

static jmp_buf checkpoint;

static void jump_from_below(int depth);
static void (*volatile next_frame)(int) = jump_from_below; /* opaque: every frame is made */

static void jump_from_below(int depth)
{
	if (depth == 0)
		longjmp(checkpoint, 23);
	next_frame(depth - 1);
	__asm__ volatile(""); /* not a tail call */
}

TEST(newlib, longjmp_returns_from_any_depth_with_registers_kept)
{
	volatile double kept = 1.5;
	int came_by = setjmp(checkpoint);

	if (came_by == 0)
		jump_from_below(50);
	EXPECT_EQ(came_by, 23);
	EXPECT(kept == 1.5);
}

static __thread int counter = 7;
static __thread long untouched;

struct seen {
	int errno_;
	int counter;
	long untouched;
};

/* Apart from the caller, since the compiler may keep TPIDR_EL0 over a whole function. */
static __attribute__((noinline)) struct seen exchange(int errno_, int count)
{
	struct seen seen = {errno, counter, untouched};

	errno = errno_;
	counter = count;
	return seen;
}

/*
 * Two threads' worth of thread-local storage, used in turn: errno and every __thread
 * variable follow TPIDR_EL0.
 */
TEST(newlib, errno_is_each_threads_own)
{
	void *mine = tls_get();
	void *block = aligned_alloc(tls_alignment(), (tls_size() + 63) & ~(size_t)63);
	struct seen fresh, back;

	REQUIRE(block);
	exchange(ENOENT, 8);
	tls_set(tls_init(block));
	fresh = exchange(EBADF, 9);
	tls_set(mine);
	back = exchange(0, 7);
	EXPECT_EQ(fresh.errno_, 0);
	EXPECT_EQ(fresh.counter, 7);
	EXPECT_EQ(fresh.untouched, 0);
	EXPECT_EQ(back.errno_, ENOENT);
	EXPECT_EQ(back.counter, 8);
	free(block);
}

TEST(newlib, calls_that_fail_set_errno)
{
	char byte = 0;

	errno = 0;
	EXPECT(fopen("/nothing", "r") == NULL);
	EXPECT_EQ(errno, ENOENT);
	EXPECT_EQ(write(17, &byte, 1), -1);
	EXPECT_EQ(errno, EBADF);
	EXPECT_EQ(lseek(STDOUT_FILENO, 0, SEEK_SET), -1);
	EXPECT_EQ(errno, ESPIPE);
	EXPECT_EQ(isatty(STDOUT_FILENO), 1);
}

TEST(newlib, mathematics)
{
	EXPECT(fabs(sin(1.0) * sin(1.0) + cos(1.0) * cos(1.0) - 1.0) < 1e-15);
	EXPECT(sqrt(2.0) * sqrt(2.0) - 2.0 < 1e-15);
	EXPECT(isinf(exp(1000.0)));
	EXPECT(pow(2.0, 10.0) == 1024.0);
}

TEST(newlib, time_passes)
{
	struct timeval before, after;
	clock_t start = clock();

	gettimeofday(&before, NULL);
	do
		gettimeofday(&after, NULL);
	while (after.tv_sec == before.tv_sec && after.tv_usec < before.tv_usec + 100);
	EXPECT(clock() >= start);
}
