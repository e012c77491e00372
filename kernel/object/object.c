/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What each type of object does at the ends of its life: the table that the cap layer calls
 * upward through (cap/object.h).
 */
#include "cap/object.h"

#include "object/endpoint.h"
#include "object/irq.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/thread.h"
#include "object/timer.h"
#include "object/vmo.h"
#include "object/vspace.h"

const struct object_type object_types[OBJECT_TYPES] = {
	[OBJECT_THREAD] =
		{
			.create = thread_create,
			.finalise = thread_finalise,
			.slots_offset = offsetof(struct thread, slots),
			.slots = THREAD_SLOTS,
		},
	[OBJECT_ENDPOINT] = {.finalise = endpoint_finalise},
	[OBJECT_NOTIFICATION] = {.finalise = notification_finalise},
	[OBJECT_REPLY] = {.finalise = reply_finalise},
	[OBJECT_TIMER] =
		{
			.finalise = timer_finalise,
			.slots_offset = offsetof(struct timer, slot),
			.slots = 1,
		},
	[OBJECT_POOL] = {.create = pool_create, .finalise = pool_finalise},
	[OBJECT_FRAMES] = {.finalise = frames_finalise},
	[OBJECT_VMO] = {.finalise = vmo_finalise, .release = vmo_release},
	[OBJECT_VSPACE] = {.finalise = vspace_finalise, .release = vspace_release},
	[OBJECT_MAPPING] = {.finalise = mapping_finalise, .release = mapping_release},
	[OBJECT_IRQ] =
		{
			.finalise = irq_finalise,
			.slots_offset = offsetof(struct irq_line, slot),
			.slots = 1,
		},
};
