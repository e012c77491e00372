/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "model.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static struct node nodes[MODEL_NODES];
static unsigned nodes_end;

#define for_each_node(n) \
	for (struct node *n = nodes; n < nodes + nodes_end; n++) \
		if (n->slot)

void model_reset(void)
{
	memset(nodes, 0, sizeof(nodes));
	nodes_end = 0;
}

static struct node *add(struct slot *slot, struct node *parent)
{
	struct node *n = nodes;

	while (n->slot)
		n++;
	REQUIRE(n < nodes + MODEL_NODES - 1);
	if (n == nodes + nodes_end)
		nodes_end++;
	*n = (struct node){.slot = slot, .parent = parent};
	return n;
}

struct node *model_find(const struct slot *slot)
{
	for_each_node(n) if (n->slot == slot) return n;
	return NULL;
}

unsigned model_count(void)
{
	unsigned count = 0;

	for_each_node(n) count++;
	return count;
}

static bool has_children(const struct node *node)
{
	for_each_node(n) if (n->parent == node) return true;
	return false;
}

static bool is_below(const struct node *n, const struct node *ancestor)
{
	for (n = n->parent; n; n = n->parent)
		if (n == ancestor)
			return true;
	return false;
}

void model_untyped(struct slot *slot, uint64_t base, unsigned bits, bool device)
{
	struct node *n = add(slot, NULL);

	n->type = OBJECT_UNTYPED;
	n->bits = (uint8_t)bits;
	n->base = base;
	n->device = device;
}

static bool guard_is_bad(unsigned radix, uint64_t guard)
{
	unsigned bits = guard % 64;
	uint64_t value = guard / 64;

	return bits + radix > 64 || (bits < 58 && value >= BIT(bits));
}

static bool has_badge(unsigned type)
{
	return type == OBJECT_ENDPOINT || type == OBJECT_NOTIFICATION;
}

static status_t check_two(struct slot *to, struct slot *from)
{
	if (!model_find(from))
		return ST_BAD_HANDLE;
	return model_find(to) ? ST_ALREADY_EXISTS : ST_OK;
}

static status_t check_copy(struct slot *to, struct slot *from)
{
	status_t st = check_two(to, from);
	struct node *n = model_find(from);

	if (st != ST_OK)
		return st;
	return n->type == OBJECT_UNTYPED && has_children(n) ? ST_BAD_STATE : ST_OK;
}

static void do_copy(struct slot *to, struct slot *from, uint8_t rights, uint64_t data)
{
	struct node *source = model_find(from), *n = add(to, source);

	n->type = source->type;
	n->bits = source->bits;
	n->device = source->device;
	n->base = source->base;
	n->rights = source->rights & rights;
	n->data = data;
	if (n->type == OBJECT_UNTYPED)
		source->used = BIT(source->bits);
}

status_t model_copy(struct slot *to, struct slot *from, uint8_t rights)
{
	status_t st = check_copy(to, from);

	if (st == ST_OK)
		do_copy(to, from, rights, model_find(from)->data);
	return st;
}

status_t model_mint(struct slot *to, struct slot *from, uint8_t rights, uint64_t data)
{
	status_t st = check_copy(to, from);
	struct node *n = model_find(from);

	if (st != ST_OK)
		return st;
	if (n->type == OBJECT_CNODE) {
		if (guard_is_bad(n->bits, data))
			return ST_INVALID_ARGS;
	} else if (data && !has_badge(n->type)) {
		return ST_INVALID_ARGS;
	} else if (data && n->data) {
		return ST_BAD_STATE;
	} else if (!data) {
		data = n->data;
	}
	do_copy(to, from, rights, data);
	return ST_OK;
}

status_t model_move(struct slot *to, struct slot *from)
{
	status_t st = check_two(to, from);

	if (st == ST_OK)
		model_find(from)->slot = to;
	return st;
}

status_t model_mutate(struct slot *to, struct slot *from, uint64_t guard)
{
	status_t st = check_two(to, from);
	struct node *n = model_find(from);

	if (st != ST_OK)
		return st;
	if (n->type != OBJECT_CNODE || guard_is_bad(n->bits, guard))
		return ST_INVALID_ARGS;
	n->slot = to;
	n->data = guard;
	return ST_OK;
}

status_t model_swap(struct slot *a, struct slot *b)
{
	struct node *of_a = model_find(a), *of_b = model_find(b);

	if (!of_a && !of_b)
		return ST_BAD_HANDLE;
	if (of_a)
		of_a->slot = b;
	if (of_b)
		of_b->slot = a;
	return ST_OK;
}

status_t model_rotate(const struct rotation *r)
{
	struct node *pivot = model_find(r->pivot), *source = model_find(r->source);

	if (r->pivot == r->source || r->pivot == r->to)
		return ST_INVALID_ARGS;
	if (!pivot || !source)
		return ST_BAD_HANDLE;
	if (r->to != r->source && model_find(r->to))
		return ST_ALREADY_EXISTS;
	if (r->pivot_guard &&
		(pivot->type != OBJECT_CNODE || guard_is_bad(pivot->bits, r->pivot_guard)))
		return ST_INVALID_ARGS;
	if (r->source_guard &&
		(source->type != OBJECT_CNODE || guard_is_bad(source->bits, r->source_guard)))
		return ST_INVALID_ARGS;
	pivot->slot = r->to;
	source->slot = r->pivot;
	if (r->pivot_guard)
		pivot->data = r->pivot_guard;
	if (r->source_guard)
		source->data = r->source_guard;
	return ST_OK;
}

/* Where the slots of an object stand, if it has any. */
static bool stands_in(const struct slot *slot, const struct node *object)
{
	uint64_t pa = va_to_pa(slot);

	if (object->type == OBJECT_CNODE)
		return pa >= object->base && pa < object->base + 32 * BIT(object->bits);
	return object->type == OBJECT_THREAD && pa >= object->base && pa < object->base + 2048;
}

static void drop(struct node *node)
{
	struct node gone = *node;

	for_each_node(n) if (n->parent == node) n->parent = gone.parent;
	node->slot = NULL;
	for_each_node(
		n) if (n->type == gone.type && n->base == gone.base) return; /* not the last */
	for_each_node(n) if (stands_in(n->slot, &gone)) drop(n);
}

status_t model_delete(struct slot *slot)
{
	struct node *n = model_find(slot);

	if (n)
		drop(n);
	return ST_OK;
}

status_t model_revoke(struct slot *slot)
{
	static bool doomed[MODEL_NODES];
	struct node *node = model_find(slot);

	if (!node)
		return ST_BAD_HANDLE;
	memset(doomed, 0, sizeof(doomed));
	for_each_node(n) doomed[n - nodes] = is_below(n, node);
	for_each_node(n) if (doomed[n - nodes]) drop(n);
	return ST_OK;
}

static bool is_retyped(unsigned type)
{
	return type <= OBJECT_POOL;
}

static unsigned size_of(const struct retype *retype)
{
	static const uint8_t fixed[] = {[OBJECT_THREAD] = 11,
		[OBJECT_ENDPOINT] = 5,
		[OBJECT_NOTIFICATION] = 6,
		[OBJECT_REPLY] = 5,
		[OBJECT_TIMER] = 6,
		[OBJECT_POOL] = 8};

	if (retype->type == OBJECT_CNODE)
		return (unsigned)retype->size_bits + 5;
	if (retype->type == OBJECT_UNTYPED)
		return (unsigned)retype->size_bits;
	return fixed[retype->type];
}

static status_t check_retype(const struct node *untyped, const struct retype *retype)
{
	if (!untyped || untyped->type != OBJECT_UNTYPED)
		return ST_WRONG_TYPE;
	if (retype->type == 0 || retype->type > OBJECT_IRQ)
		return ST_INVALID_ARGS;
	if (!is_retyped((unsigned)retype->type) ||
		(untyped->device && retype->type != OBJECT_UNTYPED))
		return ST_NOT_SUPPORTED;
	if (retype->type == OBJECT_UNTYPED) {
		if (retype->size_bits < 4 || retype->size_bits > 38)
			return ST_INVALID_ARGS;
	} else if (retype->type == OBJECT_CNODE) {
		if (retype->size_bits < 1 || retype->size_bits > 26)
			return ST_INVALID_ARGS;
	} else if (retype->size_bits) {
		return ST_INVALID_ARGS;
	}
	if (retype->count < 1 || retype->count > 256)
		return ST_OUT_OF_RANGE;
	for (unsigned i = 0; i < retype->count; i++)
		if (model_find(retype->slots + i))
			return ST_ALREADY_EXISTS;
	return ST_OK;
}

status_t model_retype(struct slot *slot, const struct retype *retype)
{
	struct node *untyped = model_find(slot);
	status_t st = check_retype(untyped, retype);
	uint64_t used, size;

	if (st != ST_OK)
		return st;
	size = BIT(size_of(retype));
	used = has_children(untyped) ? untyped->used : 0;
	used = (used + size - 1) / size * size;
	if (used + retype->count * size > BIT(untyped->bits))
		return ST_NO_MEMORY;
	for (unsigned i = 0; i < retype->count; i++) {
		struct node *n = add(retype->slots + i, untyped);

		n->type = (uint8_t)retype->type;
		n->rights = object_info[n->type].rights;
		n->bits = (uint8_t)(n->type == OBJECT_CNODE ? retype->size_bits :
							      size_of(retype));
		n->device = untyped->device;
		n->base = untyped->base + used + i * size;
	}
	untyped->used = used + retype->count * size;
	return ST_OK;
}

static bool agrees(const struct slot *slot, const struct node *n)
{
	const struct cap *cap = &slot->cap;
	const struct slot *parent = parent_of(slot);

	if (!n || cap->type != n->type || cap->rights != n->rights ||
		cap->size_bits != n->bits || parent != (n->parent ? n->parent->slot : NULL))
		return false;
	if (cap->type == OBJECT_UNTYPED)
		return untyped_base(cap) == n->base && cap->aux == n->device &&
			BIT(n->bits) - untyped_free(slot) == (has_children(n) ? n->used : 0);
	/* What capabilities to counted objects have there is their list: walk.c. */
	return va_to_pa(cap_object(cap)) == n->base &&
		(object_is(OBJECTS_COUNTED, cap->type) || cap->data == n->data);
}

bool model_agrees(void)
{
	struct slot **slots;
	unsigned count = walked(&slots);

	if (count != model_count())
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!agrees(slots[i], model_find(slots[i])))
			return false;
	return true;
}
