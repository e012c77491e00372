/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the calls on Pools, VMOs and VSpaces share.
 */
#pragma once

#include "abi/memory.h"

#include "arch/usermap.h"

#include "object/user.h"
#include "object/vspace.h"

#include "syscall/invoke.h"

static inline struct lookup find_pool(cptr_t cptr)
{
	return invoke_find(cptr, OBJECT_POOL, 0);
}

static force_inline struct lookup find_vmo(cptr_t cptr, unsigned rights)
{
	return invoke_find(cptr, OBJECT_VMO, rights);
}

/* find_empty: where the capability to a new object goes. ST_ALREADY_EXISTS. */
static inline status_t find_empty(cptr_t cnode, word_t index, struct slot **slot_out)
{
	struct lookup into = invoke_find(cnode, OBJECT_CNODE, 0);
	status_t st = into.status;

	if (likely(st == ST_OK))
		st = cspace_window(&into.slot->cap, index, 1, slot_out);
	if (likely(st == ST_OK) && unlikely(!slot_is_empty(*slot_out)))
		st = ST_ALREADY_EXISTS;
	return st;
}

/* pages_of: a size in whole pages. ST_OUT_OF_RANGE */
static inline status_t pages_of(word_t size, uint64_t *pages_out)
{
	*pages_out = (size >> PAGE_BITS) + ((size & (PAGE_SIZE - 1)) != 0);
	return size <= VMO_SIZE_MAX ? ST_OK : ST_OUT_OF_RANGE;
}

/* memory_result: what the core said: out of steps, or of frames while its Pools have others. */
static inline status_t memory_result(const struct vmo_object *vmo, status_t st)
{
	if (unlikely(st == ST_SHOULD_WAIT) || (unlikely(st == ST_NO_MEMORY) && vmo_feed(vmo)))
		return CAP_AGAIN;
	return st;
}

/* copy_out: a struct that tells something; the size is the program's idea of it. */
static inline int64_t copy_out(uaddr_t to, word_t size, const void *from, size_t from_size)
{
	if (size != from_size)
		return ST_INVALID_ARGS;
	return call_result(user_write(caller(), to, from, from_size));
}
