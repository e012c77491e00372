/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base.h"

void *fuzz_copy(const uint8_t *data, size_t size)
{
	void *copy = malloc(size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

void fuzz_read(const void *data, uint64_t size)
{
	static volatile uint8_t sink;
	const uint8_t *bytes = data;

	for (uint64_t i = 0; i < size; i++)
		sink = bytes[i];
}

void fuzz_expect(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: does not hold: %s\n", what);
	abort();
}

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	abort();
}
