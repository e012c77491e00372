/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the files of syscall/ share: from the words of a call to what they name.
 *
 * A handler runs with the kernel lock held, for the thread caller(). It returns a status or
 * a value, or CALL_AGAIN: the call is then begun anew from its arguments, after interrupts
 * were taken; whatever it did so far is in the objects.
 */
#pragma once

#include "abi/syscalls.h"

#include "arch/cpu.h"

#include "cap/cspace.h"
#include "cap/object.h"
#include "cap/work.h"

#include "object/thread.h"

#define CALL_AGAIN INT64_MIN

static inline struct thread *caller(void)
{
	return this_cpu()->current;
}

/* call_result: of a function that may return CAP_AGAIN. */
static inline int64_t call_result(status_t status)
{
	return unlikely(status == CAP_AGAIN) ? CALL_AGAIN : status;
}

static inline const struct cap *cspace_of(const struct thread *thread)
{
	return &thread->slots[THREAD_CSPACE].cap;
}

static inline const struct cap *caller_cspace(void)
{
	return cspace_of(caller());
}

/* invoke_any: the slot of a capability of any type. */
static inline struct lookup invoke_any(cptr_t cptr)
{
	return cspace_find_cap(caller_cspace(), cptr);
}

/*
 * invoke_find: the slot of a capability of one type with all of `rights`.
 *
 *  => WRONG_TYPE, ACCESS_DENIED, or what cspace_find_cap says; never a Zombie
 */
static inline struct lookup invoke_find_in(
	const struct cap *cspace, cptr_t cptr, enum object type, unsigned rights)
{
	struct lookup lookup = cspace_find_cap(cspace, cptr);

	if (unlikely(lookup.status != ST_OK))
		return lookup;
	if (unlikely(lookup.slot->cap.type != type))
		return (struct lookup){NULL, ST_WRONG_TYPE, 0};
	if (unlikely(rights & ~lookup.slot->cap.rights))
		return (struct lookup){NULL, ST_ACCESS_DENIED, 0};
	return lookup;
}

static inline struct lookup invoke_find(cptr_t cptr, enum object type, unsigned rights)
{
	return invoke_find_in(caller_cspace(), cptr, type, rights);
}

/* invoke_slot: a slot, empty or not, by CNode, index and depth. */
static inline struct lookup invoke_slot(cptr_t cnode, word_t index, word_t depth)
{
	struct lookup lookup = invoke_find(cnode, OBJECT_CNODE, 0);

	if (unlikely(lookup.status != ST_OK))
		return lookup;
	index = index_nospec_if(index, lookup.slot->cap.type, OBJECT_CNODE);
	if (likely(depth == CPTR_BITS)) {
		struct slot *slot;

		if (likely(cspace_find_direct(&lookup.slot->cap, index, &slot)))
			return (struct lookup){slot, ST_OK, 0};
	}
	if (unlikely(depth > CPTR_BITS))
		return (struct lookup){NULL, ST_OUT_OF_RANGE, 0};
	return cspace_find(&lookup.slot->cap, index, (unsigned)depth);
}
