/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The calls of pagers: who is asked for what a VMO misses, and supplying it. */
#include "object/direct.h"

#include "memory.h"

enum { SUPPLY_STEPS = 16 }; /* of the core: pages that are copied, if they must be */

static struct lookup find_pager(cptr_t cptr)
{
	struct lookup lookup = {NULL, ST_OK, 0};

	if (cptr)
		lookup = invoke_find(cptr, OBJECT_ENDPOINT, RIGHT_WRITE);
	if (lookup.slot && !cap_can_call(lookup.slot->cap.rights))
		lookup.status = ST_ACCESS_DENIED;
	return lookup;
}

int64_t sys_vmo_set_pager(cptr_t cptr, cptr_t endpoint)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_PROPERTY);
	struct lookup pager = find_pager(endpoint);
	struct work work = {WORK_DEFAULT};

	if (lookup.status != ST_OK)
		return lookup.status;
	if (pager.status != ST_OK)
		return pager.status;
	return call_result(vmo_set_pager(vmo_of(&lookup.slot->cap), pager.slot, &work));
}

static bool is_within(const struct vmo *core, word_t offset, word_t size)
{
	uint64_t end = core->pages << PAGE_BITS;

	return offset <= end && size <= end - offset;
}

int64_t sys_vmo_supply(
	cptr_t cptr, word_t offset, word_t size, cptr_t source_cptr, word_t source_offset)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_WRITE), source;
	struct vmo_object *vmo, *from;
	uint64_t done = 0;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	source = find_vmo(source_cptr, RIGHT_READ | RIGHT_WRITE);
	if (source.status != ST_OK)
		return source.status;
	vmo = vmo_of(&lookup.slot->cap);
	from = vmo_of(&source.slot->cap);
	if (!is_aligned(offset | size | source_offset, PAGE_SIZE))
		return ST_INVALID_ARGS;
	if (!is_within(&vmo->core, offset, size) ||
		!is_within(&from->core, source_offset, size))
		return ST_OUT_OF_RANGE;
	if (!(vmo->core.source->flags & VMO_PAGED) || from->core.memory != PTE_NORMAL)
		return ST_BAD_STATE;
	if (size == 0)
		return 0;
	vm_begin(SUPPLY_STEPS);
	st = vmo_supply(&vmo->core, offset >> PAGE_BITS, size >> PAGE_BITS, &from->core,
		source_offset >> PAGE_BITS, &done);
	if (done)
		return (int64_t)(done << PAGE_BITS);
	if (st == ST_MISSING) /* its own pager is not asked */
		return ST_PEER_CLOSED;
	st = memory_result(vmo, st);
	return call_result(st == ST_NO_MEMORY ? memory_result(from, st) : st);
}
