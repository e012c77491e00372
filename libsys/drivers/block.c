/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/block.h"

static int is_within(const struct block *block, uint64_t sector, size_t count)
{
	return sector <= block->sectors && count <= block->sectors - sector;
}

status_t block_read(struct block *block, uint64_t sector, void *to, size_t count)
{
	if (!is_within(block, sector, count))
		return ST_OUT_OF_RANGE;
	return count ? block->operations->read(block, sector, to, count) : ST_OK;
}

status_t block_write(struct block *block, uint64_t sector, const void *from, size_t count)
{
	if (block->is_read_only)
		return ST_ACCESS_DENIED;
	if (!is_within(block, sector, count))
		return ST_OUT_OF_RANGE;
	return count ? block->operations->write(block, sector, from, count) : ST_OK;
}

status_t block_flush(struct block *block)
{
	return block->operations->flush(block);
}

void block_close(struct block *block)
{
	block->operations->close(block);
}
