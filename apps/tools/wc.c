/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* wc [FILE]: lines, words and bytes of a file (the archive's are in /boot), or of the input. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	unsigned long lines = 0, words = 0, bytes = 0;
	int c, in_word = 0;

	if (argc > 2) {
		puts("  wc [FILE]");
		return 1;
	}
	if (argc == 2 && !freopen(argv[1], "r", stdin)) {
		printf("  %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	while ((c = getchar()) != EOF) {
		bytes++;
		lines += c == '\n';
		words += !isspace(c) && !in_word;
		in_word = !isspace(c);
	}
	printf("%lu lines, %lu words, %lu bytes\n", lines, words, bytes);
	return 0;
}
