/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * cap_insert in line, for the cap layer's own loops, and the list of all capabilities to an
 * object of a COUNTED type: `data` of each has the next one's opening bracket in its lower
 * half and the previous one's in its upper half.
 */
#pragma once

#include "cap/object.h"
#include "cap/tour.h"

static inline struct counted_object *counted_object(const struct cap *cap)
{
	return cap_object(cap);
}

static inline void counted_set_next(struct slot *slot, link_t next)
{
	slot->cap.data = slot->cap.data >> 32 << 32 | next;
}

static inline void counted_set_prev(struct slot *slot, link_t prev)
{
	slot->cap.data = (slot->cap.data & UINT32_MAX) | (uint64_t)prev << 32;
}

/* counted_add: one more capability to its object. */
static inline void counted_add(struct slot *slot)
{
	struct counted_object *object = counted_object(&slot->cap);

	slot->cap.data = object->first;
	if (object->first)
		counted_set_prev(link_slot(object->first), link_open(slot));
	object->first = link_open(slot);
	object->caps++;
}

/* counted_name: what the neighbours, or the object, hold where they name it. */
static inline void counted_name(struct slot *slot, link_t next_name, link_t prev_name)
{
	link_t next = (link_t)slot->cap.data, prev = (link_t)(slot->cap.data >> 32);

	if (next)
		counted_set_prev(link_slot(next), prev_name);
	if (prev)
		counted_set_next(link_slot(prev), next_name);
	else
		counted_object(&slot->cap)->first = next_name;
}

static inline void counted_remove(struct slot *slot)
{
	counted_name(slot, (link_t)slot->cap.data, (link_t)(slot->cap.data >> 32));
	counted_object(&slot->cap)->caps--;
}

/* counted_moved: it stands in `slot` from now on. */
static inline void counted_moved(struct slot *slot)
{
	counted_name(slot, link_open(slot), link_open(slot));
}

static inline void cap_place(struct slot *parent, struct slot *slot, struct cap cap)
{
	slot->cap = cap;
	if (parent)
		tour_insert(parent, slot);
	else
		tour_insert_root(slot);
	if (unlikely(object_is(OBJECTS_COUNTED, cap.type)))
		counted_add(slot);
}
