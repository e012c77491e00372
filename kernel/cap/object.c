/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/place.h"

const struct object_info object_info[OBJECT_TYPES] = {
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) \
	[OBJECT_##name] = {bits_min, bits_max, rights, traits},
#include "abi/objects.def"
#undef OBJECT
};

static void counted_set_next(struct slot *slot, link_t next)
{
	slot->cap.data = slot->cap.data >> 32 << 32 | next;
}

static void counted_set_prev(struct slot *slot, link_t prev)
{
	slot->cap.data = (slot->cap.data & UINT32_MAX) | (uint64_t)prev << 32;
}

void counted_add(struct slot *slot)
{
	struct counted_object *object = counted_object(&slot->cap);

	slot->cap.data = object->first;
	if (object->first)
		counted_set_prev(link_slot(object->first), link_open(slot));
	object->first = link_open(slot);
	object->caps++;
}

/* name: what the neighbours, or the object, hold where they name one of them. */
static void name(
	struct counted_object *object, uint64_t data, link_t next_name, link_t prev_name)
{
	link_t next = (link_t)data, prev = (link_t)(data >> 32);

	if (next)
		counted_set_prev(link_slot(next), prev_name);
	if (prev)
		counted_set_next(link_slot(prev), next_name);
	else
		object->first = next_name;
}

void counted_remove(struct counted_object *object, uint64_t data)
{
	name(object, data, (link_t)data, (link_t)(data >> 32));
	object->caps--;
}

void counted_moved(struct slot *slot)
{
	name(counted_object(&slot->cap), slot->cap.data, link_open(slot), link_open(slot));
}
