/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
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

	if (strcmp(only, "--list") != 0)
		return test_run(only);
	test_list();
	return 0;
}
