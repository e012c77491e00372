/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base.h"

#include "test.h"

static struct test *tests;
static int failures_in_test;

jmp_buf *test_assert_trap;

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

void test_require(bool ok, const char *file, int line, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s:%d: %s\n", file, line, what);
	fflush(stdout);
	abort();
}

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	if (test_assert_trap)
		longjmp(*test_assert_trap, 1);
	test_require(false, file, line, condition);
	abort();
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "";
	bool list = strcmp(only, "--list") == 0;
	int number = 0, failed = 0;

	for (struct test *t = tests; t; t = t->next) {
		if (list) {
			puts(t->name);
			continue;
		}
		if (!strstr(t->name, only))
			continue;
		failures_in_test = 0;
		t->run();
		failed += failures_in_test != 0;
		printf("%sok %d - %s\n", failures_in_test ? "not " : "", ++number, t->name);
	}
	if (list)
		return 0;
	printf("1..%d\n", number);
	if (number == 0)
		fprintf(stderr, "no test matches '%s': try --list\n", only);
	return failed != 0 || number == 0;
}
