/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/untyped.h"

#include "memory.h"

int64_t sys_pool_add(cptr_t cptr, cptr_t untyped, word_t size_bits)
{
	struct lookup lookup = find_pool(cptr), from;

	if (lookup.status != ST_OK)
		return lookup.status;
	from = invoke_find(untyped, OBJECT_UNTYPED, 0);
	if (from.status != ST_OK)
		return from.status;
	if (size_bits > object_info[OBJECT_UNTYPED].bits_max)
		return ST_INVALID_ARGS;
	return pool_give(pool_of(&lookup.slot->cap), from.slot, (unsigned)size_bits);
}

int64_t sys_pool_info(cptr_t cptr, uaddr_t to, word_t size)
{
	struct lookup lookup = find_pool(cptr);
	const struct pool_object *pool;
	struct pool_info info;

	if (lookup.status != ST_OK)
		return lookup.status;
	pool = pool_of(&lookup.slot->cap);
	info = (struct pool_info){
		.total = pool->frames.total + pool->fresh,
		.free = pool->frames.free + pool->fresh,
		.reserved = pool->frames.reserved,
		.pages = pool->frames.used[FRAME_PAGE],
		.tables = pool->frames.used[FRAME_TABLE],
	};
	return copy_out(to, size, &info, sizeof(info));
}
