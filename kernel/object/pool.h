/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pools as objects: memory that VMOs and VSpaces are made of, and its way back.
 *
 *	Untyped --- FRAMES ...> Pool <... FRAMES --- another Untyped
 *	               |          |
 *	         the memory     VMOs, VSpaces, Mappings: pages cut into slabs
 *
 * What a Pool is given stays a child of the Untyped that it was cut from: a capability of type
 * FRAMES, which stands in the last page of that memory and in no CSpace. So revoking the
 * Untyped reaches the Pool's memory; and whenever memory of a Pool must go, everything goes
 * that may hold a frame of it (pool_empty). A Pool knows that: each VMO is on the list of its
 * own Pool and of all those that its ancestors had when it was made (vmo.h, `on`).
 *
 * Frames are fed to the free list (mm/pool.h) some at a time, when they are first needed, so
 * that giving a gibibyte takes no longer than giving a page. Protected by the kernel lock.
 */
#pragma once

#include "lib/list.h"

#include "mm/pool.h"

#include "cap/object.h"

enum slab_class {
	SLAB_SMALL, /* Mappings, VSpaces */
	SLAB_VMO,
	SLAB_CLASSES,
};

enum { SLAB_SMALL_BYTES = 192, SLAB_VMO_BYTES = 992 };

struct pool_object {
	struct counted_object counted;
	uint8_t started; /* `frames` is known to the core */
	uint8_t dying;	 /* is being emptied: nothing new is made */
	struct pool frames;
	uint64_t fresh;			 /* frames that were not fed yet */
	struct list slabs[SLAB_CLASSES]; /* pages with room */
	struct list held_by;		 /* struct dependence: what may hold its frames */
	struct list spaces;		 /* struct vspace_object */
	struct list memory;		 /* struct pool_memory */
};

_Static_assert(sizeof(struct pool_object) <= 256, "abi/objects.def");

/* A VMO on a Pool's list, in the order that they were made in. */
struct dependence {
	struct list link; /* pool->held_by */
	struct pool_object *pool;
	struct vmo_object *vmo; /* NULL: a thread's bookmark */
};

/* How far a thread has come in a Pool's list: no VMO before it was made after `id`. */
struct bookmark {
	struct dependence place; /* pool NULL: in no list */
	uint64_t id;
};

static inline struct dependence *dependence_at(struct list *link)
{
	return list_entry(link, struct dependence, link);
}

static inline void bookmark_drop(struct dependence *place)
{
	if (place->pool)
		list_remove(&place->link);
	place->pool = NULL;
}

/* One range that a Pool was given, described in the range's last page. */
struct pool_memory {
	struct slot slot; /* FRAMES, a child of the Untyped */
	struct pool_object *pool;
	struct list link;	 /* pool->memory */
	struct pool_range range; /* what was fed of it */
	uint32_t count;		 /* frames, but for this page */
};

static inline struct pool_object *pool_of(const struct cap *cap)
{
	return cap_object(cap);
}

static inline struct pool_object *pool_of_frames(struct pool *frames)
{
	return container_of(frames, struct pool_object, frames);
}

/*
 * frames_init: the frame table, for RAM at [base, base + size), and what pools need at boot.
 *
 *  => `table` is memory of frames_table_bytes(size), of any content
 */
uint64_t frames_table_bytes(uint64_t size);
void frames_init(void *table, paddr_t base, uint64_t size);

/* frames_ready: before frame_at() is asked about one of them. */
void frames_ready(paddr_t pa, uint64_t size);

/* pool_create: object_types' create. pool_finalise, frames_finalise: their finalise. */
void pool_create(const struct cap *cap);
status_t pool_finalise(const struct cap *cap, struct work *work);
status_t frames_finalise(const struct cap *cap, struct work *work);

/*
 * pool_give: cut 2^size_bits bytes off an Untyped for a Pool.
 *
 *  => ST_INVALID_ARGS (size), ST_NO_MEMORY (no room), ST_NOT_SUPPORTED (a device's, or
 *     beyond the frame table), ST_NO_RESOURCES (too many Pools), ST_BAD_STATE (dying)
 */
must_check status_t pool_give(
	struct pool_object *pool, struct slot *untyped, unsigned size_bits);

/* pool_feed: let up to POOL_FEED more frames be used; false if all are. */
enum { POOL_FEED = 64 };
bool pool_feed(struct pool_object *pool);

/*
 * pool_empty: destroy all that may hold a frame of the Pool.
 *
 *  => ST_OK or CAP_AGAIN; from then on it is `dying`, until its caller is done with it
 */
must_check status_t pool_empty(struct pool_object *pool, struct work *work);

/* slab_alloc: memory for an object, NULL if the Pool has none. Its content is undefined. */
void *slab_alloc(struct pool_object *pool, enum slab_class class);
void slab_free(struct pool_object *pool, void *object);
