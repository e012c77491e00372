/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_TABLE = 1 << 22 };

struct piece {
	uint64_t word[PIECE_BYTES / 8];
};

static unsigned pieces;
static uint64_t states, states_max, table_mask;
static uint32_t *store; /* states_max times `pieces` numbers */
static uint32_t *table; /* index + 1 of a state */

static struct piece *known;
static uint32_t known_count;
static uint32_t *known_table; /* index + 1 of a piece */

static void *get_memory(uint64_t size)
{
	void *memory = calloc(1, size);

	if (!memory) {
		puts("Bail out! out of memory");
		exit(1);
	}
	return memory;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 29;
}

void states_init(unsigned count, uint64_t max)
{
	free(store);
	free(table);
	pieces = count;
	states = 0;
	states_max = max;
	for (table_mask = 1; table_mask < 2 * max; table_mask *= 2)
		;
	table_mask--;
	store = get_memory(max * count * sizeof(*store));
	table = get_memory((table_mask + 1) * sizeof(*table));
	if (known)
		return;
	known = get_memory(PIECE_TABLE / 2 * sizeof(*known));
	known_table = get_memory(PIECE_TABLE * sizeof(*known_table));
}

static uint32_t number_of(const struct piece *piece)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < PIECE_BYTES / 8; i++)
		hash = mix(hash, piece->word[i]);
	for (;; hash++) {
		uint32_t *entry = &known_table[hash % PIECE_TABLE];

		if (*entry && memcmp(&known[*entry - 1], piece, sizeof(*piece)) == 0)
			return *entry - 1;
		if (*entry)
			continue;
		if (known_count == PIECE_TABLE / 2) {
			puts("Bail out! too many different pieces");
			exit(1);
		}
		known[known_count] = *piece;
		*entry = ++known_count;
		return known_count - 1;
	}
}

bool states_add(const void *memory)
{
	uint32_t numbers[PIECES_MAX];
	uint64_t hash = 0;

	for (unsigned i = 0; i < pieces; i++) {
		struct piece piece;

		memcpy(&piece, (const char *)memory + i * PIECE_BYTES, sizeof(piece));
		numbers[i] = number_of(&piece);
		hash = mix(hash, numbers[i]);
	}
	for (;; hash++) {
		uint32_t *entry = &table[hash & table_mask];

		if (*entry &&
			memcmp(store + (uint64_t)(*entry - 1) * pieces, numbers,
				pieces * sizeof(*numbers)) == 0)
			return false;
		if (*entry)
			continue;
		if (states == states_max) {
			puts("Bail out! more states than expected");
			exit(1);
		}
		memcpy(store + states * pieces, numbers, pieces * sizeof(*numbers));
		*entry = (uint32_t)++states;
		return true;
	}
}

void states_get(uint64_t index, void *memory)
{
	for (unsigned i = 0; i < pieces; i++)
		memcpy((char *)memory + i * PIECE_BYTES, &known[store[index * pieces + i]],
			PIECE_BYTES);
}

uint64_t states_count(void)
{
	return states;
}
