/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

void *input_copy(const void *data, size_t size)
{
	void *copy = malloc(size);

	REQUIRE(copy || size == 0);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

void *input_file(const char *path, size_t *size_out)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (!file)
		perror(path);
	REQUIRE(file);
	REQUIRE(fseek(file, 0, SEEK_END) == 0);
	size = ftell(file);
	REQUIRE(size >= 0 && fseek(file, 0, SEEK_SET) == 0);
	data = malloc((size_t)size);
	REQUIRE(fread(data, 1, (size_t)size, file) == (size_t)size);
	REQUIRE(fclose(file) == 0);
	*size_out = (size_t)size;
	return data;
}

/* splitmix64 */
uint64_t input_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void input_mutate(uint8_t *data, size_t size, size_t head, uint64_t *state)
{
	static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 'f', '0'};
	uint64_t count = 1 + input_random(state) % 4;

	while (count--) {
		uint64_t r = input_random(state);
		size_t within = r % 8 ? head : size;
		uint8_t *at = &data[(r >> 8) % (within < size ? within : size)];

		if (r >> 3 & 1)
			*at ^= (uint8_t)(1u << (r >> 4 & 7));
		else
			*at = edges[(r >> 4) % sizeof(edges)];
	}
}
