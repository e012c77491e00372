/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What malloc() takes its memory from: one VMO of HEAP_SIZE bytes, mapped when it is first
 * needed, of whose pages only those exist that malloc() asked for. The program's Pool pays.
 */
#pragma once

#include <stddef.h>

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HEAP_SIZE (UINT64_C(1) << 36)

/*
 * heap_open: the heap, at the first call made.
 *
 *  returns  its first byte; NULL: the Pool has no room for it
 */
char *heap_open(void);

/*
 * heap_commit: have pages, of zeros where there was none. The first program's Pool gets more
 * memory if it is at its end.
 *
 *  returns  ST_OK; ST_NO_MEMORY: there is no more, and nothing has changed
 */
status_t heap_commit(char *from, char *to);

/* heap_release: give pages back to the Pool; what was in them is lost. */
void heap_release(char *from, char *to);

/*
 * heap_take, heap_drop, heap_resize, heap_size: what malloc() and its kin are made of.
 *
 *  alignment  a power of two
 *  memory     of heap_take or heap_resize; heap_drop, heap_size: or NULL
 *  returns    NULL: there is no memory, errno is ENOMEM, and nothing has changed
 */
void *heap_take(size_t alignment, size_t bytes);
void heap_drop(void *memory);
void *heap_resize(void *memory, size_t bytes);
size_t heap_size(void *memory);

struct heap_info {
	size_t pages;  /* that there are, in use or not */
	size_t used;   /* bytes, with headers */
	size_t blocks; /* in use */
};

void heap_info(struct heap_info *info);

/* heap_check: is everything about the heap as it should be? Walks all of it. */
int heap_check(void);

#ifdef __cplusplus
}
#endif
