/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VSpaces and Mappings as objects. A VSpace and its Mappings are charged to the VSpace's Pool.
 *
 * A Mapping stands in no CSpace: its capability is in the object, a child of the VMO's
 * capability that it was made with. So deleting that one leaves the Mapping, and revoking it,
 * or anything it was derived from, unmaps. What a cut leaves over is a child of the piece that
 * it was cut from.
 *
 * A thread holds TTBR0_EL1 of its VSpace beside the capability (thread_space).
 */
#pragma once

#include "abi/memory.h"

#include "vm/vspace.h"

#include "object/pool.h"
#include "object/vmo.h"

struct vspace_object {
	struct counted_object counted;
	struct list link; /* pool->spaces */
	struct pool_object *pool;
	uint64_t root; /* TTBR0_EL1 */
	uint64_t next; /* page from which room is looked for */
	bool wrapped;  /* a look that goes on in another call has begun again at the start */
	struct vspace core;
};

struct mapping_object {
	struct slot slot; /* MAPPING */
	struct mapping core;
	struct list made; /* vmo->made */
	struct vmo_object *vmo;
	uint64_t swept;	    /* entries before this page are as its rights say; 0: all are */
	uint8_t rights_max; /* enum map_rights: of the capability that it was made with */
};

_Static_assert(sizeof(struct vspace_object) <= SLAB_SMALL_BYTES &&
		sizeof(struct mapping_object) <= SLAB_SMALL_BYTES,
	"a slab's objects");

static inline struct vspace_object *vspace_of(const struct cap *cap)
{
	return cap_object(cap);
}

static inline struct mapping_object *mapping_at(struct list *made)
{
	return list_entry(made, struct mapping_object, made);
}

static inline struct mapping_object *mapping_of_core(struct mapping *core)
{
	return container_of(core, struct mapping_object, core);
}

static inline struct vspace_object *mapping_space(const struct mapping_object *mapping)
{
	return container_of(mapping->core.vspace, struct vspace_object, core);
}

/*
 * vspace_make: an empty VSpace without capabilities.
 *
 *  => ST_NO_MEMORY, ST_BAD_STATE (the Pool is being emptied), ST_NO_RESOURCES (no ASID)
 */
must_check status_t vspace_make(struct pool_object *pool, struct vspace_object **space_out);

/* vspace_finalise, vspace_release, mapping_finalise, mapping_release: object_types'. */
status_t vspace_finalise(const struct cap *cap, struct work *work);
void vspace_release(const struct cap *cap);
status_t mapping_finalise(const struct cap *cap, struct work *work);
void mapping_release(const struct cap *cap);

/*
 * vspace_add: map a range of a VMO, derived from `parent`.
 *
 *  => as vspace_map says, and ST_NO_MEMORY
 */
struct map_order {
	struct map_request request;
	struct vmo_object *vmo;
	struct slot *parent; /* the VMO's capability */
	unsigned rights_max; /* enum map_rights */
};
must_check status_t vspace_add(struct vspace_object *space, const struct map_order *order);

/*
 * vspace_room: where `pages` pages are free whose numbers are `coordinate` modulo the largest
 * table that such a range can fill.
 *
 *  => ST_NO_MEMORY: nowhere; CAP_AGAIN
 */
must_check status_t vspace_room(struct vspace_object *space, uint64_t pages,
	uint64_t coordinate, uint64_t *first_out, struct work *work);

/* vspace_remove: nothing is mapped in the range any more. ST_NO_MEMORY, CAP_AGAIN. */
must_check status_t vspace_remove(
	struct vspace_object *space, uint64_t first, uint64_t pages, struct work *work);

/*
 * vspace_change: other rights for all pages of a range.
 *
 *  => ST_NOT_FOUND: not all of it is mapped. ST_ACCESS_DENIED: beyond what a Mapping's
 *     capability allowed. ST_NO_RESOURCES: more than VSPACE_PROTECT_MAX Mappings. Then nothing has
 *     changed. ST_NO_MEMORY, CAP_AGAIN
 */
must_check status_t vspace_change(struct vspace_object *space, uint64_t first, uint64_t pages,
	unsigned rights, struct work *work);

/* mapping_destroy: unmap it whole, at once or with CAP_AGAIN. */
must_check status_t mapping_destroy(struct mapping_object *mapping, struct work *work);

/* vspace_destroy_step: pool_empty's: one capability to it less, or CAP_AGAIN. */
must_check status_t vspace_destroy_step(struct vspace_object *space, struct work *work);

/* vspace_feed: are there frames that the Pools concerned with a page were not fed yet? */
bool vspace_feed(struct vspace_object *space, uint64_t page);

/*
 * vspace_resolve: make an access possible that a Mapping explains.
 *
 *  => ST_OK, or ST_SHOULD_WAIT: try it again. Others: no Mapping explains it, or what it
 *     needs is not there
 *  => in line: it is on the way of every fault
 */
must_check static inline status_t vspace_resolve(
	struct vspace_object *space, uaddr_t va, unsigned access)
{
	status_t st;

	vm_begin(VM_STEPS);
	st = vspace_fault(&space->core, va >> PAGE_BITS, access);
	if (unlikely(st == ST_NO_MEMORY) && vspace_feed(space, va >> PAGE_BITS))
		st = ST_SHOULD_WAIT;
	return st;
}
