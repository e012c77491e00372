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

/*
 * counted_add: one more capability to its object. counted_remove: one less, of which this is
 * a copy. counted_moved: it stands in `slot` from now on. Out of line, and called last where
 * that can be: only some types need them.
 */
void counted_add(struct slot *slot);
void counted_remove(struct counted_object *object, uint64_t data);
void counted_moved(struct slot *slot);

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
