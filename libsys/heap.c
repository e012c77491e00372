/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/heap.h"

#include "libsys/pool.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

enum { GROW_BITS_MIN = 24, GROW_BITS_MAX = 38 };

static cptr_t vmo;
static char *heap;

/* The capability stays: it is what decommits. */
char *heap_open(void)
{
	uaddr_t at = 0;

	if (heap)
		return heap;
	if (!vmo && vmo_create(ROOT_SLOT_POOL, HEAP_SIZE, 0, &vmo) != ST_OK)
		return NULL;
	if (vspace_map(ROOT_SLOT_VSPACE, vmo, 0, HEAP_SIZE, VSPACE_READ | VSPACE_WRITE, &at) ==
		ST_OK)
		heap = (char *)at;
	return heap;
}

/* More memory for the Pool: so much at least, or if there is, GROW_BITS_MIN. */
static int grow_pool(uint64_t size)
{
	unsigned least = 64 - (unsigned)__builtin_clzll(size | PAGE_SIZE);
	unsigned bits = least > GROW_BITS_MIN ? least : GROW_BITS_MIN;

	for (; bits >= least && bits <= GROW_BITS_MAX; bits--)
		if (pool_grow(ROOT_SLOT_POOL, bits) == ST_OK)
			return 1;
	return 0;
}

status_t heap_commit(char *from, char *to)
{
	uint64_t offset = (uint64_t)(from - heap), size = (uint64_t)(to - from);
	status_t st = ST_OK;

	if (size == 0)
		return ST_OK;
	do
		st = vmo_op_range(vmo, VMO_OP_COMMIT, offset, size);
	while (st == ST_NO_MEMORY && grow_pool(size));
	if (st != ST_OK)
		heap_release(from, to);
	return st;
}

void heap_release(char *from, char *to)
{
	if (from < to)
		(void)vmo_op_range(
			vmo, VMO_OP_DECOMMIT, (uint64_t)(from - heap), (uint64_t)(to - from));
}
