/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * One capability at a time: copies, moves.
 *
 * Each function first finds out whether it may, on copies of the capabilities, then does
 * it. Whoever may name both slots may do all of this: authority over the CNodes is all
 * that is asked (as in seL4), since a copy is never worth more than its source.
 */
#include "cap/place.h"
#include "cap/untyped.h"

void cap_insert(struct slot *parent, struct slot *slot, struct cap cap)
{
	ASSERT(slot_is_empty(slot));
	cap_place(parent, slot, cap);
}

void cap_clear(struct slot *slot)
{
	struct cap cap = slot->cap;

	tour_remove(slot);
	*slot = (struct slot){0};
	if (unlikely(object_is(OBJECTS_COUNTED, cap.type)))
		counted_remove(counted_object(&cap), cap.data);
}

/* Whether a guard is one: no bits beyond its length, and an index left to look up. */
static bool guard_fits(const struct cap *cap, uint64_t guard)
{
	unsigned bits = guard & (BIT(GUARD_BITS_SHIFT) - 1);

	return bits + cap->size_bits <= 64 && guard >> GUARD_BITS_SHIFT >> bits == 0;
}

static status_t move_check(const struct slot *to, const struct slot *source)
{
	if (unlikely(slot_is_empty(source)))
		return ST_BAD_HANDLE;
	if (unlikely(!slot_is_empty(to)))
		return ST_ALREADY_EXISTS;
	return unlikely(source->cap.type == OBJECT_ZOMBIE) ? ST_BAD_STATE : ST_OK;
}

static status_t copy_check(const struct slot *to, const struct slot *source)
{
	status_t st = move_check(to, source);

	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(!object_is(OBJECTS_COPY, source->cap.type)))
		return ST_NOT_SUPPORTED;
	if (source->cap.type == OBJECT_UNTYPED && tour_has_children(source))
		return ST_BAD_STATE;
	return ST_OK;
}

static status_t mint_check(const struct cap *cap, uint64_t data)
{
	if (cap->type == OBJECT_CNODE)
		return guard_fits(cap, data) ? ST_OK : ST_INVALID_ARGS;
	if (data == 0)
		return ST_OK;
	if (!object_is(OBJECTS_BADGE, cap->type))
		return ST_INVALID_ARGS;
	return cap->data == 0 ? ST_OK : ST_BAD_STATE;
}

/* What some types need besides. */
static __attribute__((__noinline__)) void copy_more(struct slot *to, struct slot *source)
{
	if (to->cap.type == OBJECT_UNTYPED)
		untyped_lend(source, to);
	else
		counted_add(to);
}

static void copy_commit(struct slot *to, struct slot *source, uint8_t rights, uint64_t data)
{
	to->cap = source->cap;
	to->cap.rights &= rights;
	to->cap.data = data;
	tour_insert(source, to);
	if (unlikely(object_is(OBJECTS_COUNTED | 1 << OBJECT_UNTYPED, to->cap.type)))
		copy_more(to, source);
}

status_t cap_copy(struct slot *to, struct slot *source, uint8_t rights)
{
	status_t st = copy_check(to, source);

	if (likely(st == ST_OK))
		copy_commit(to, source, rights, source->cap.data);
	return st;
}

status_t cap_mint(struct slot *to, struct slot *source, uint8_t rights, uint64_t data)
{
	status_t st = copy_check(to, source);

	if (likely(st == ST_OK))
		st = mint_check(&source->cap, data);
	if (unlikely(st != ST_OK))
		return st;
	if (data == 0 && source->cap.type != OBJECT_CNODE)
		data = source->cap.data;
	copy_commit(to, source, rights, data);
	return ST_OK;
}

static void move_commit(struct slot *to, struct slot *source)
{
	to->cap = source->cap;
	tour_move(to, source);
	*source = (struct slot){0};
	if (unlikely(object_is(OBJECTS_COUNTED, to->cap.type)))
		counted_moved(to);
}

status_t cap_move(struct slot *to, struct slot *source)
{
	status_t st = move_check(to, source);

	if (likely(st == ST_OK))
		move_commit(to, source);
	return st;
}

static status_t guard_check(const struct cap *cap, uint64_t guard)
{
	return cap->type == OBJECT_CNODE && guard_fits(cap, guard) ? ST_OK : ST_INVALID_ARGS;
}

status_t cap_mutate(struct slot *to, struct slot *source, uint64_t guard)
{
	status_t st = move_check(to, source);

	if (st == ST_OK)
		st = guard_check(&source->cap, guard);
	if (st != ST_OK)
		return st;
	move_commit(to, source);
	to->cap.data = guard;
	return ST_OK;
}

static void exchange(struct slot *a, struct slot *b)
{
	struct cap cap = a->cap;

	tour_swap(a, b);
	a->cap = b->cap;
	b->cap = cap;
}

/* They may be neighbours in one list: both are taken out of theirs first. */
static __attribute__((__noinline__)) void exchange_counted(struct slot *a, struct slot *b)
{
	bool a_counted = object_is(OBJECTS_COUNTED, a->cap.type);
	bool b_counted = object_is(OBJECTS_COUNTED, b->cap.type);

	if (a_counted)
		counted_remove(counted_object(&a->cap), a->cap.data);
	if (b_counted)
		counted_remove(counted_object(&b->cap), b->cap.data);
	exchange(a, b);
	if (b_counted)
		counted_add(a);
	if (a_counted)
		counted_add(b);
}

static void swap_commit(struct slot *a, struct slot *b)
{
	if (unlikely(object_is(OBJECTS_COUNTED, a->cap.type) ||
		    object_is(OBJECTS_COUNTED, b->cap.type)))
		exchange_counted(a, b);
	else
		exchange(a, b);
}

status_t cap_swap(struct slot *a, struct slot *b)
{
	if (slot_is_empty(a) && slot_is_empty(b))
		return ST_BAD_HANDLE;
	if (a->cap.type == OBJECT_ZOMBIE || b->cap.type == OBJECT_ZOMBIE)
		return ST_BAD_STATE;
	cap_exchange(a, b);
	return ST_OK;
}

void cap_exchange(struct slot *a, struct slot *b)
{
	if (a == b)
		return;
	if (slot_is_empty(a))
		move_commit(a, b);
	else if (slot_is_empty(b))
		move_commit(b, a);
	else
		swap_commit(a, b);
}

static status_t rotate_check(const struct rotation *r)
{
	status_t st;

	if (r->pivot == r->source || r->pivot == r->to)
		return ST_INVALID_ARGS;
	if (slot_is_empty(r->pivot) || slot_is_empty(r->source))
		return ST_BAD_HANDLE;
	if (r->pivot->cap.type == OBJECT_ZOMBIE || r->source->cap.type == OBJECT_ZOMBIE)
		return ST_BAD_STATE;
	if (r->to != r->source && !slot_is_empty(r->to))
		return ST_ALREADY_EXISTS;
	st = r->pivot_guard ? guard_check(&r->pivot->cap, r->pivot_guard) : ST_OK;
	if (st == ST_OK && r->source_guard)
		st = guard_check(&r->source->cap, r->source_guard);
	return st;
}

status_t cap_rotate(const struct rotation *r)
{
	status_t st = rotate_check(r);

	if (st != ST_OK)
		return st;
	if (r->to == r->source) {
		swap_commit(r->pivot, r->source);
	} else {
		move_commit(r->to, r->pivot);
		move_commit(r->pivot, r->source);
	}
	if (r->pivot_guard)
		r->to->cap.data = r->pivot_guard;
	if (r->source_guard)
		r->pivot->cap.data = r->source_guard;
	return ST_OK;
}
