/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/vspace.h"

#include "arch/asid.h"
#include "arch/cpu.h"
#include "arch/space.h"

#include "cap/tour.h"

#include "object/sched.h"

/*
 * Where nobody says where, room is looked for from here on, towards higher addresses, and
 * then once from the bottom; the lowest pages stay free to catch null pointers.
 */
#define ROOM_FIRST (UINT64_C(1) << (36 - PAGE_BITS))
#define ROOM_END   (UINT64_C(1) << (47 - PAGE_BITS))

enum {
	WORK_LOOK = 6, /* one Mapping looked at */
	WORK_STEP = 6, /* one step of the core, sweeping */
	WORK_UNMAP = 60,
	SWEEP_STEPS = 96,
};

status_t vspace_make(struct pool_object *pool, struct vspace_object **space_out)
{
	struct vspace_object *space;
	uint16_t asid;
	status_t st;

	if (pool->dying)
		return ST_BAD_STATE;
	if (!asid_take(&asid))
		return ST_NO_RESOURCES;
	space = slab_alloc(pool, SLAB_SMALL);
	st = space ? vspace_init(&space->core, &pool->frames, asid) : ST_NO_MEMORY;
	if (st != ST_OK) {
		asid_give_back(asid);
		if (space)
			slab_free(pool, space);
		return st;
	}
	space->counted = (struct counted_object){0};
	space->pool = pool;
	space->root = space_root(space->core.root, asid);
	space->next = ROOM_FIRST;
	list_append(&pool->spaces, &space->link);
	*space_out = space;
	return ST_OK;
}

/*
 * No CPU translates by it any more: the one that asks from now on, others when they leave the
 * kernel next. A thread whose slot the last capability stands in runs without from now on.
 */
static bool is_left(const struct vspace_object *space, const struct cap *cap)
{
	bool left = true;

	for (uint32_t i = 0; i < cpu_count; i++) {
		struct cpu *cpu = &cpus[i];
		struct thread *thread = cpu->current;

		if (cpu->space != space->root)
			continue;
		if (thread && &thread->slots[THREAD_VSPACE].cap == cap)
			thread->space = space_none();
		if (cpu == this_cpu()) {
			cpu->space = space_none();
			space_set_now(cpu->space);
		} else {
			sched_call(cpu);
			left = false;
		}
	}
	return left;
}

status_t vspace_finalise(const struct cap *cap, struct work *work)
{
	struct vspace_object *space = vspace_of(cap);
	status_t st = ST_OK;

	while (space->core.mappings.top && st == ST_OK) {
		st = mapping_destroy(mapping_of_core(vspace_next(&space->core, 0)), work);
		if (st == ST_OK && preemption_point(work, WORK_LOOK) &&
			space->core.mappings.top)
			st = CAP_AGAIN;
	}
	if (st != ST_OK || !is_left(space, cap))
		return CAP_AGAIN;
	st = vspace_fini(&space->core);
	CHECK(st == ST_OK);
	asid_give_back(space->core.asid);
	return ST_OK;
}

void vspace_release(const struct cap *cap)
{
	struct vspace_object *space = vspace_of(cap);

	list_remove(&space->link);
	slab_free(space->pool, space);
}

/* What cap_delete would do, which calls what calls this. */
status_t vspace_destroy_step(struct vspace_object *space, struct work *work)
{
	struct slot *slot = link_slot(space->counted.first);
	struct cap cap = slot->cap;
	bool last = space->counted.caps == 1;

	if (last && vspace_finalise(&slot->cap, work) != ST_OK)
		return CAP_AGAIN;
	cap_clear(slot);
	if (last)
		vspace_release(&cap);
	return ST_OK;
}

/*
 * sweep: what was entered for a Mapping before its rights changed goes, as far as the work
 * allows; `swept` remembers how far that is. Who faults behind it finds the new rights.
 */
static status_t sweep(struct mapping_object *mapping, struct work *work)
{
	struct mapping *m = &mapping->core;
	uint64_t end = m->first + m->pages;
	uint64_t steps = work_share(work, SWEEP_STEPS);

	vm_begin(steps);
	mapping->swept = vspace_sweep(
		m->vspace, max_u64(mapping->swept, m->first), end, VSPACE_LEVELS, SWEEP_OUT);
	work->left -= (int32_t)(steps - vm_work.left) * WORK_STEP;
	if (mapping->swept < end)
		return CAP_AGAIN;
	mapping->swept = 0;
	return ST_OK;
}

/* set_rights: they count from now on; sweep() makes them true of what is entered. */
static void set_rights(struct mapping_object *mapping, unsigned rights)
{
	if (mapping->core.rights != rights || !mapping->swept)
		mapping->swept = mapping->core.first;
	mapping->core.rights = rights;
}

/* It is mapped no more, and its VMO has one Mapping less. Its slot is in the tree still. */
static void detach(struct mapping_object *mapping, struct work *work)
{
	struct vmo_object *vmo = mapping->vmo;

	vspace_unmap(&mapping->core);
	list_remove(&mapping->made);
	vmo_let_go(vmo, work);
	work->left -= WORK_UNMAP;
}

status_t mapping_finalise(const struct cap *cap, struct work *work)
{
	struct mapping_object *mapping = cap_object(cap);

	set_rights(mapping, 0); /* no fault brings back what is swept out */
	mapping->rights_max = 0;
	if (sweep(mapping, work) != ST_OK)
		return CAP_AGAIN;
	detach(mapping, work);
	return ST_OK;
}

void mapping_release(const struct cap *cap)
{
	struct mapping_object *mapping = cap_object(cap);

	slab_free(mapping_space(mapping)->pool, mapping);
}

/* What cap_delete would do, which calls what calls this. */
status_t mapping_destroy(struct mapping_object *mapping, struct work *work)
{
	struct cap cap = mapping->slot.cap;

	if (mapping_finalise(&cap, work) != ST_OK)
		return CAP_AGAIN;
	cap_clear(&mapping->slot);
	mapping_release(&cap);
	return ST_OK;
}

static struct mapping_object *mapping_alloc(struct vspace_object *space)
{
	struct mapping_object *mapping = slab_alloc(space->pool, SLAB_SMALL);

	if (mapping)
		mapping->slot = (struct slot){0};
	return mapping;
}

/* Make it known: to the derivation tree, and to its VMO. */
static void introduce(struct mapping_object *mapping, struct slot *parent)
{
	list_append(&mapping->vmo->made, &mapping->made);
	cap_insert(parent, &mapping->slot, cap_make(OBJECT_MAPPING, 0, mapping));
}

status_t vspace_add(struct vspace_object *space, const struct map_order *order)
{
	struct mapping_object *mapping = mapping_alloc(space);
	status_t st;

	if (!mapping)
		return ST_NO_MEMORY;
	st = vspace_map(&space->core, &mapping->core, &order->vmo->core, &order->request);
	if (st != ST_OK) {
		slab_free(space->pool, mapping);
		return st;
	}
	mapping->vmo = order->vmo;
	mapping->swept = 0;
	mapping->rights_max = (uint8_t)order->rights_max;
	introduce(mapping, order->parent);
	return ST_OK;
}

/* The next page from `page` on that is `coordinate` modulo `span`, a power of two. */
static uint64_t congruent(uint64_t page, uint64_t coordinate, uint64_t span)
{
	return page + ((coordinate - page) & (span - 1));
}

status_t vspace_room(struct vspace_object *space, uint64_t pages, uint64_t coordinate,
	uint64_t *first_out, struct work *work)
{
	uint64_t span = UINT64_C(1) << TABLE_BITS, first;
	const struct mapping *next;
	bool wrapped = space->wrapped || space->next <= ROOM_FIRST;

	space->wrapped = false;

	if (pages >= span)
		span <<= TABLE_BITS;
	for (first = congruent(space->next, coordinate, span);;) {
		if (pages > ROOM_END || first > ROOM_END - pages) {
			if (wrapped)
				return ST_NO_MEMORY;
			wrapped = true;
			first = congruent(ROOM_FIRST, coordinate, span);
		}
		next = vspace_next(&space->core, first);
		if (!next || next->first >= first + pages)
			break;
		first = congruent(next->first + next->pages, coordinate, span);
		if (preemption_point(work, WORK_LOOK)) {
			space->next = first;
			space->wrapped = wrapped;
			return CAP_AGAIN;
		}
	}
	space->next = first + pages;
	*first_out = first;
	return ST_OK;
}

/* cut: the Mapping that holds both this page and the one before becomes two. */
static status_t cut(struct vspace_object *space, uint64_t at)
{
	struct mapping *m = vspace_find(&space->core, at);
	struct mapping_object *mapping, *rest;

	if (!m || m->first == at)
		return ST_OK;
	rest = mapping_alloc(space);
	if (!rest)
		return ST_NO_MEMORY;
	mapping = mapping_of_core(m);
	vspace_cut(m, at, &rest->core);
	rest->vmo = mapping->vmo;
	rest->swept = mapping->swept ? at : 0; /* where a sweep was, both begin anew */
	mapping->swept = mapping->swept ? m->first : 0;
	rest->rights_max = mapping->rights_max;
	introduce(rest, &mapping->slot);
	return ST_OK;
}

static status_t cut_out(struct vspace_object *space, uint64_t first, uint64_t pages)
{
	status_t st = cut(space, first);

	return st == ST_OK ? cut(space, first + pages) : st;
}

status_t vspace_remove(
	struct vspace_object *space, uint64_t first, uint64_t pages, struct work *work)
{
	status_t st = cut_out(space, first, pages);

	while (st == ST_OK) {
		struct mapping *m = vspace_next(&space->core, first);

		if (!m || m->first >= first + pages)
			return ST_OK;
		st = mapping_destroy(mapping_of_core(m), work);
		if (st == ST_OK && preemption_point(work, WORK_LOOK))
			st = CAP_AGAIN;
	}
	return st;
}

static status_t change_check(
	struct vspace_object *space, uint64_t first, uint64_t pages, unsigned rights)
{
	uint64_t end = first + pages;

	for (unsigned i = 0; first < end; i++) {
		const struct mapping *m = vspace_find(&space->core, first);

		if (!m)
			return ST_NOT_FOUND;
		if (rights & ~mapping_of_core(vspace_find(&space->core, first))->rights_max)
			return ST_ACCESS_DENIED;
		if (i == VSPACE_PROTECT_MAX)
			return ST_NO_RESOURCES;
		first = m->first + m->pages;
	}
	return ST_OK;
}

static status_t change(struct mapping_object *mapping, unsigned rights, struct work *work)
{
	if (mapping->core.rights == rights && !mapping->swept)
		return ST_OK;
	set_rights(mapping, rights);
	if (sweep(mapping, work) != ST_OK)
		return CAP_AGAIN;
	return preemption_point(work, WORK_UNMAP) ? CAP_AGAIN : ST_OK;
}

status_t vspace_change(struct vspace_object *space, uint64_t first, uint64_t pages,
	unsigned rights, struct work *work)
{
	uint64_t end = first + pages;
	status_t st = change_check(space, first, pages, rights);

	if (st == ST_OK)
		st = cut_out(space, first, pages);
	while (st == ST_OK && first < end) {
		struct mapping *m = vspace_find(&space->core, first);

		first = m->first + m->pages;
		st = change(mapping_of_core(m), rights, work);
	}
	return st;
}

bool vspace_feed(struct vspace_object *space, uint64_t page)
{
	struct mapping *m = vspace_find(&space->core, page);
	bool fed = space->pool->fresh && pool_feed(space->pool);

	return (m && vmo_feed(mapping_of_core(m)->vmo)) || fed;
}
