/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* seq [FIRST] LAST: numbers, one a line. */
#include <stdio.h>
#include <stdlib.h>

static long number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end != text && !*end)
		return value;
	printf("  %s is not a whole number\n", text);
	exit(1);
}

int main(int argc, char **argv)
{
	long first, last;

	if (argc < 2 || argc > 3) {
		puts("  seq [FIRST] LAST");
		return 1;
	}
	first = argc == 3 ? number(argv[1]) : 1;
	last = number(argv[argc - 1]);
	for (long i = first; i <= last; i++)
		printf("%ld\n", i);
	return 0;
}
