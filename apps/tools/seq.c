/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* seq [FIRST] LAST: numbers, one a line. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	long first = argc > 2 ? atol(argv[1]) : 1, last = argc > 1 ? atol(argv[argc - 1]) : 0;

	for (long i = first; i <= last; i++)
		printf("%ld\n", i);
	return 0;
}
