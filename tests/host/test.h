/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The host tests' harness: a test is a function with a sentence for a name.
 *
 *	TEST(fdt, refuses_a_truncated_tree)
 *	{
 *		EXPECT_EQ(fdt_open(...), ST_INVALID_ARGS);
 *	}
 *
 * A test program links its *_test.c with main.c. It prints TAP; `prog NAME` runs only the
 * tests whose name contains NAME, `prog --list` names them. A failed EXPECT is reported
 * and the test goes on; a failed REQUIRE ends the program, as does a failed ASSERT or
 * CHECK of the code under test, unless it is expected with EXPECT_ASSERT.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *test);
void test_fail(const char *file, int line, const char *what, long long got, long long want);
void test_require(bool ok, const char *file, int line, const char *what);

/* Armed while an EXPECT_ASSERT runs; assert_fail() jumps back through it. */
extern jmp_buf *test_assert_trap;

#define TEST(module, sentence) \
	static void module##_##sentence(void); \
	__attribute__((constructor)) static void register_##module##_##sentence(void) \
	{ \
		static struct test test = { \
			#module "." #sentence, module##_##sentence, 0}; \
		test_register(&test); \
	} \
	static void module##_##sentence(void)

#define EXPECT(x) \
	do { \
		if (!(x)) \
			test_fail(__FILE__, __LINE__, #x, 0, 1); \
	} while (0)

#define EXPECT_EQ(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) \
			test_fail(__FILE__, __LINE__, #got " == " #want, got_, want_); \
	} while (0)

#define REQUIRE(x) test_require((x), __FILE__, __LINE__, #x)

#define EXPECT_ASSERT(statement) \
	do { \
		jmp_buf trap_; \
		test_assert_trap = &trap_; \
		if (setjmp(trap_) == 0) { \
			statement; \
			test_fail(__FILE__, __LINE__, "asserts: " #statement, 0, 1); \
		} \
		test_assert_trap = 0; \
	} while (0)
