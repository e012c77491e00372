/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static struct test *tests;
static int failures_in_test;
static void (*before_each)(void), (*after_each)(void);

void test_register(struct test *test)
{
	struct test **end = &tests;

	while (*end)
		end = &(*end)->next;
	*end = test;
}

void test_fail(const char *file, int line, const char *what, long long got, long long want)
{
	failures_in_test++;
	printf("# %s:%d: %s: got %lld (0x%llx), want %lld (0x%llx)\n", file, line, what, got,
		(unsigned long long)got, want, (unsigned long long)want);
}

void test_fail_text(const char *file, int line, const char *got, const char *want)
{
	failures_in_test++;
	printf("# %s:%d: got \"%s\", want \"%s\"\n", file, line, got, want);
}

void test_require(bool ok, const char *file, int line, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s:%d: %s\n", file, line, what);
	fflush(stdout);
	abort();
}

void test_list(void)
{
	for (struct test *t = tests; t; t = t->next)
		puts(t->name);
}

static bool is_chosen(const struct test *test, const char *only)
{
	return strstr(test->name, only) != NULL;
}

void test_around_each(void (*before)(void), void (*after)(void))
{
	before_each = before;
	after_each = after;
}

static bool passes(const struct test *test)
{
	failures_in_test = 0;
	if (before_each)
		before_each();
	test->run();
	if (after_each)
		after_each();
	return failures_in_test == 0;
}

int test_run(const char *only)
{
	int count = 0, number = 0, failed = 0;

	for (struct test *t = tests; t; t = t->next)
		count += is_chosen(t, only);
	printf("1..%d\n", count);
	for (struct test *t = tests; t; t = t->next) {
		bool ok;

		if (!is_chosen(t, only))
			continue;
		ok = passes(t);
		failed += !ok;
		printf("%sok %d - %s\n", ok ? "" : "not ", ++number, t->name);
		fflush(stdout);
	}
	if (count == 0)
		printf("Bail out! no test matches '%s' (on the host, --list names them)\n",
			only);
	return failed != 0 || count == 0;
}
