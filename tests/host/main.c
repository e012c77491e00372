/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base.h"

#include "host_test.h"

jmp_buf *test_assert_trap;

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

	if (strcmp(only, "--list") == 0) {
		test_list();
		return 0;
	}
	if (*only != '-')
		return test_run(only);
	printf("%s [NAME]: run the tests, or those whose name contains NAME\n"
	       "%s --list: say which there are\n",
		argv[0], argv[0]);
	return strcmp(only, "--help") == 0 || strcmp(only, "-h") == 0 ? 0 : 2;
}
