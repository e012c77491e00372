/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * cap_insert in line, for the cap layer's own loops.
 */
#pragma once

#include "cap/object.h"
#include "cap/tour.h"

static inline struct counted_object *counted_object(const struct cap *cap)
{
	return cap_object(cap);
}

static inline void cap_place(struct slot *parent, struct slot *slot, struct cap cap)
{
	slot->cap = cap;
	if (parent)
		tour_insert(parent, slot);
	else
		tour_insert_root(slot);
	if (unlikely(object_is(OBJECTS_COUNTED, cap.type)))
		counted_object(&cap)->caps++;
}
