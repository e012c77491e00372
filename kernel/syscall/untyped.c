/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/untyped.h"

#include "cap/zombie.h"

#include "invoke.h"

int64_t sys_untyped_retype(
	cptr_t untyped, word_t type, word_t size_bits, cptr_t cnode, word_t first, word_t count)
{
	const struct cap *cspace = caller_cspace();
	struct work work = {WORK_DEFAULT};
	struct retype retype = {
		.type = index_nospec(
			type, OBJECT_TYPES), /* one that is none becomes OBJECT_NONE */
		.size_bits = size_bits,
		.count = count,
	};
	struct lookup from = invoke_find_in(cspace, untyped, OBJECT_UNTYPED, 0), into;
	status_t st;

	if (unlikely(from.status != ST_OK))
		return from.status;
	into = invoke_find_in(cspace, cnode, OBJECT_CNODE, 0);
	if (unlikely(into.status != ST_OK))
		return into.status;
	st = cspace_window(&into.slot->cap, first, count, &retype.slots);
	if (unlikely(st != ST_OK))
		return st;
	return call_result(untyped_retype(from.slot, &retype, &work));
}

int64_t sys_untyped_free(cptr_t untyped)
{
	struct lookup lookup = invoke_find(untyped, OBJECT_UNTYPED, 0);

	if (lookup.status != ST_OK)
		return lookup.status;
	if (zombies_pending()) { /* whose memory counts as free */
		(void)!zombies_collect(&(struct work){WORK_DEFAULT});
		return CALL_AGAIN;
	}
	return (int64_t)untyped_free(lookup.slot);
}
