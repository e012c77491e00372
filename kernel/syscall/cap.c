/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls on capability slots: both slots are looked up, then cap/ does it or refuses.
 */
#include "cap/delete.h"

#include "object/sched.h"
#include "object/user.h"
#include "object/vmo.h"

#include "invoke.h"

/* Two slots by their names; a status if one of the names is wrong. */
struct slot_pair {
	struct slot *to, *source;
	status_t status;
};

static inline struct slot_pair find_pair(struct cap_place to, struct cap_place source)
{
	struct lookup from = invoke_slot(source.cnode, source.index, source.depth);
	struct lookup into;

	if (unlikely(from.status != ST_OK))
		return (struct slot_pair){.status = from.status};
	into = invoke_slot(to.cnode, to.index, to.depth);
	return (struct slot_pair){into.slot, from.slot, into.status};
}

int64_t sys_cap_copy(cptr_t to_cnode, word_t to_index, word_t to_depth, cptr_t cnode,
	word_t index, word_t depth, word_t rights)
{
	struct slot_pair pair = find_pair((struct cap_place){to_cnode, to_index, to_depth},
		(struct cap_place){cnode, index, depth});

	if (unlikely(pair.status != ST_OK))
		return pair.status;
	if (unlikely(rights > RIGHTS_ALL))
		return ST_INVALID_ARGS;
	return cap_copy(pair.to, pair.source, (uint8_t)rights);
}

int64_t sys_cap_mint(cptr_t to_cnode, word_t to_index, word_t to_depth, cptr_t cnode,
	word_t index, word_t depth, word_t rights, word_t data)
{
	struct slot_pair pair = find_pair((struct cap_place){to_cnode, to_index, to_depth},
		(struct cap_place){cnode, index, depth});

	if (unlikely(pair.status != ST_OK))
		return pair.status;
	if (unlikely(rights > RIGHTS_ALL))
		return ST_INVALID_ARGS;
	return cap_mint(pair.to, pair.source, (uint8_t)rights, data);
}

int64_t sys_cap_move(cptr_t to_cnode, word_t to_index, word_t to_depth, cptr_t cnode,
	word_t index, word_t depth)
{
	struct slot_pair pair = find_pair((struct cap_place){to_cnode, to_index, to_depth},
		(struct cap_place){cnode, index, depth});

	if (unlikely(pair.status != ST_OK))
		return pair.status;
	return cap_move(pair.to, pair.source);
}

int64_t sys_cap_mutate(cptr_t to_cnode, word_t to_index, word_t to_depth, cptr_t cnode,
	word_t index, word_t depth, word_t guard)
{
	struct slot_pair pair = find_pair((struct cap_place){to_cnode, to_index, to_depth},
		(struct cap_place){cnode, index, depth});

	if (unlikely(pair.status != ST_OK))
		return pair.status;
	return cap_mutate(pair.to, pair.source, guard);
}

int64_t sys_cap_swap(cptr_t a_cnode, word_t a_index, word_t a_depth, cptr_t b_cnode,
	word_t b_index, word_t b_depth)
{
	struct slot_pair pair = find_pair((struct cap_place){a_cnode, a_index, a_depth},
		(struct cap_place){b_cnode, b_index, b_depth});

	if (unlikely(pair.status != ST_OK))
		return pair.status;
	return cap_swap(pair.to, pair.source);
}

int64_t sys_cap_rotate(uaddr_t rotation)
{
	struct cap_rotation names;
	struct slot_pair pair;
	struct lookup source;
	status_t st = user_read(caller(), &names, rotation, sizeof(names));

	if (st != ST_OK)
		return call_result(st);
	pair = find_pair(names.to, names.pivot);
	if (pair.status != ST_OK)
		return pair.status;
	source = invoke_slot(names.source.cnode, names.source.index, names.source.depth);
	if (source.status != ST_OK)
		return source.status;
	return cap_rotate(&(struct rotation){.to = pair.to,
		.pivot = pair.source,
		.source = source.slot,
		.pivot_guard = names.pivot_guard,
		.source_guard = names.source_guard});
}

/* VMOs whose last user was just deleted may still have to be ended. */
static int64_t delete_result(status_t st, bool ending, struct work *work)
{
	if (likely(st == ST_OK) && unlikely(ending))
		st = vmos_collect(work);
	return call_result(st);
}

/* Who finds the slot empty may have begun this call before: it ends what there is to end. */
int64_t sys_cap_delete(cptr_t cnode, word_t index, word_t depth)
{
	struct work work = {WORK_DEFAULT};
	struct lookup lookup = invoke_slot(cnode, index, depth);
	uint64_t before = vmos_pending();
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	if (unlikely(slot_is_empty(lookup.slot)))
		before = 0;
	st = cap_delete(lookup.slot, &work);
	return delete_result(st, vmos_pending() > before, &work);
}

/* If nobody else holds a Pool, what is left in it can be nobody's but the caller's. */
static status_t revoke_pool(struct slot *slot, struct work *work)
{
	struct pool_object *pool = pool_of(&slot->cap);
	status_t st;

	if (pool->counted.caps > 1)
		return ST_OK;
	st = pool_empty(pool, work);
	if (st == ST_OK)
		pool->dying = false;
	return st;
}

int64_t sys_cap_revoke(cptr_t cnode, word_t index, word_t depth)
{
	struct work work = {WORK_DEFAULT};
	struct lookup lookup = invoke_slot(cnode, index, depth);
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	st = cap_revoke(lookup.slot, &work);
	if (st == ST_OK && lookup.slot->cap.type == OBJECT_POOL)
		st = revoke_pool(lookup.slot, &work);
	/* With capabilities to VSpaces go the translations by them, wherever they are in use. */
	if (st == ST_OK && !sched_spaces_are_left())
		return CALL_AGAIN;
	return delete_result(st, vmos_pending() > 0, &work);
}

/* Which VMO: as much of its number as there is room for. */
static int64_t id_of(const struct cap *cap)
{
	return cap->type == OBJECT_VMO ? (int64_t)(vmo_of(cap)->id & CAP_ID_MASK) : 0;
}

int64_t sys_cap_info(cptr_t cap)
{
	struct lookup lookup = invoke_any(cap);

	if (lookup.status != ST_OK)
		return lookup.status;
	return lookup.slot->cap.type | lookup.slot->cap.rights << 8 |
		lookup.slot->cap.size_bits << 16 | id_of(&lookup.slot->cap) << CAP_ID_SHIFT;
}
