/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What the kernel does with the device tree that it is handed. */
#include <libfdt.h>
#include <stdlib.h>

#include "lib/fdt.h"

#include "board.h"
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Most mutations change the size: say so in the header, or nearly all would end there. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max);
	if (seed % 8 != 0 && size >= sizeof(struct fdt_header))
		fdt_set_totalsize(data, (uint32_t)size);
	return size;
}

static void expect_ranges(const struct range *ranges, uint32_t count, uint32_t max)
{
	fuzz_expect(count <= max, "no more ranges than there is room for");
	for (uint32_t i = 0; i < count; i++) {
		fuzz_expect(ranges[i].size > 0, "ranges are not empty");
		fuzz_expect(ranges[i].base + ranges[i].size >= ranges[i].base,
			"ranges do not wrap around");
	}
}

static void expect_board(const struct board *board)
{
	expect_ranges(board->memory, board->memory_count, BOARD_MEMORY_MAX);
	expect_ranges(board->reserved, board->reserved_count, BOARD_RESERVED_MAX);
	expect_ranges(board->unmapped, board->unmapped_count, BOARD_RESERVED_MAX);
	fuzz_expect(board->cpu_count <= BOARD_CPU_MAX, "no more CPUs than there is room for");
	fuzz_expect(memchr(board->name, 0, sizeof(board->name)) != NULL, "the name ends");
	fuzz_expect(memchr(board->arguments, 0, sizeof(board->arguments)) != NULL,
		"the arguments end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *tree = fuzz_copy(data, size);
	struct board board;

	if (!fdt_check(tree, size)) {
		board_parse(tree, &board);
		expect_board(&board);
	}
	free(tree);
	return 0;
}
