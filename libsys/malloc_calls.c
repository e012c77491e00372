/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The standard names of memory, and newlib's own for the same: all of them stand in one file,
 * so that no part of newlib's malloc is ever linked.
 */
#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/heap.h"

enum { MALLOC_ALIGN = 16 };

void *malloc(size_t bytes)
{
	return heap_take(MALLOC_ALIGN, bytes);
}

void free(void *memory)
{
	heap_drop(memory);
}

void *calloc(size_t count, size_t bytes)
{
	size_t all;
	void *memory;

	if (__builtin_mul_overflow(count, bytes, &all))
		all = SIZE_MAX;
	memory = heap_take(MALLOC_ALIGN, all);
	return memory ? memset(memory, 0, all) : NULL;
}

/* Of size 0 it stays an allocation, as malloc(0) is one. */
void *realloc(void *memory, size_t bytes)
{
	return memory ? heap_resize(memory, bytes) : heap_take(MALLOC_ALIGN, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
	if (alignment == 0 || (alignment & (alignment - 1))) {
		errno = EINVAL;
		return NULL;
	}
	return heap_take(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return memalign(alignment, bytes);
}

int posix_memalign(void **memory_out, size_t alignment, size_t bytes)
{
	void *memory;

	if (alignment % sizeof(void *) || alignment == 0 || (alignment & (alignment - 1)))
		return EINVAL;
	memory = heap_take(alignment, bytes);
	if (!memory)
		return ENOMEM;
	*memory_out = memory;
	return 0;
}

void *valloc(size_t bytes)
{
	return heap_take(PAGE_SIZE, bytes);
}

void *pvalloc(size_t bytes)
{
	size_t pages = (bytes + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);

	return heap_take(PAGE_SIZE, pages < bytes ? SIZE_MAX : pages);
}

size_t malloc_usable_size(void *memory)
{
	return heap_size(memory);
}

/* What is large goes back by itself. */
int malloc_trim(size_t kept)
{
	(void)kept;
	return 0;
}

int mallopt(int parameter, int value)
{
	(void)parameter;
	(void)value;
	return 0;
}

struct mallinfo mallinfo(void)
{
	struct heap_info info;

	heap_info(&info);
	return (struct mallinfo){
		.arena = info.pages * PAGE_SIZE,
		.uordblks = info.used,
		.fordblks = info.pages * PAGE_SIZE - info.used,
	};
}

void malloc_stats(void)
{
	struct heap_info info;

	heap_info(&info);
	fprintf(stderr, "%zu pages, of which %zu bytes in %zu blocks are in use\n", info.pages,
		info.used, info.blocks);
}

/* newlib calls these with its state, which has no part in it. */
void *_malloc_r(struct _reent *reent, size_t bytes)
{
	(void)reent;
	return malloc(bytes);
}

void _free_r(struct _reent *reent, void *memory)
{
	(void)reent;
	free(memory);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t bytes)
{
	(void)reent;
	return calloc(count, bytes);
}

void *_realloc_r(struct _reent *reent, void *memory, size_t bytes)
{
	(void)reent;
	return realloc(memory, bytes);
}

void *_memalign_r(struct _reent *reent, size_t alignment, size_t bytes)
{
	(void)reent;
	return memalign(alignment, bytes);
}

size_t _malloc_usable_size_r(struct _reent *reent, void *memory)
{
	(void)reent;
	return malloc_usable_size(memory);
}
