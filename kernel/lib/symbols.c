/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/symbols.h"

/* Sorted by address. Weak: the first link of the kernel and the host tests have none. */
struct symbol {
	uint32_t offset; /* from symbol_base */
	uint32_t name;	 /* index into symbol_names */
};

extern const uint32_t symbol_count __attribute__((weak));
extern const struct symbol symbol_table[] __attribute__((weak));
extern const char symbol_names[] __attribute__((weak));
extern const uint64_t symbol_base __attribute__((weak));

const char *symbol_find(uint64_t address, uint64_t *offset_out)
{
	uint32_t low = 0, high;

	if (!&symbol_count || address < symbol_base)
		return NULL;
	/* The last symbol marks the end of the text. */
	high = symbol_count - 1;
	if (address - symbol_base >= symbol_table[high].offset)
		return NULL;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (symbol_table[middle].offset <= address - symbol_base)
			low = middle;
		else
			high = middle;
	}
	*offset_out = address - symbol_base - symbol_table[low].offset;
	return symbol_names + symbol_table[low].name;
}
