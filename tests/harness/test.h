/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The harness of all tests written in C, on the host and in the booted kernel: a test is a
 * function with a sentence for a name.
 *
 *	TEST(fdt, a_tree_cut_anywhere_is_refused)
 *	{
 *		EXPECT(fdt_check(tree, size - 1) != NULL);
 *	}
 *
 * A program of tests prints TAP. On the host `fdt_test cut` runs only the tests whose name
 * contains "cut" and `fdt_test --list` names them; in the kernel the boot argument only=NAME
 * does. A failed EXPECT is reported and the test goes on; a failed REQUIRE ends the program.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *test);
void test_fail(const char *file, int line, const char *what, long long got, long long want);
void test_fail_text(const char *file, int line, const char *got, const char *want);
void test_require(bool ok, const char *file, int line, const char *what);

/* test_around_each: what every test is between; an EXPECT in it counts as the test's. */
void test_around_each(void (*before)(void), void (*after)(void));

/* test_run: run the tests whose name contains `only`; 0 if there were some and all passed. */
int test_run(const char *only);
void test_list(void);

#define TEST(module, sentence) \
	static void module##_##sentence(void); \
	__attribute__((constructor)) static void register_##module##_##sentence(void) \
	{ \
		static struct test test = {#module "." #sentence, module##_##sentence, 0}; \
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

#define EXPECT_TEXT(got, want) \
	do { \
		const char *got_ = (got), *want_ = (want); \
		if (!got_ || strcmp(got_, want_) != 0) \
			test_fail_text(__FILE__, __LINE__, got_ ? got_ : "(null)", want_); \
	} while (0)

#define REQUIRE(x) test_require((x), __FILE__, __LINE__, #x)
