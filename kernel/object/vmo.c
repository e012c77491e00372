/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/vmo.h"

#include "abi/memory.h"

#include "lib/string.h"

#include "cap/delete.h"
#include "cap/tour.h"

#include "object/endpoint.h"
#include "object/notification.h"
#include "object/thread.h"
#include "object/vspace.h"

enum {
	CLOSE_STEPS = 144,	      /* of the core: entries of tables, most of them */
	WORK_CLOSE = 6 * CLOSE_STEPS, /* what that many cost */
	WORK_VMO = 120,		      /* what closing an empty one costs */
	FEEDS = 6,		      /* of a Pool, at once */
	NEXT_STEPS = 64,	      /* of a Pool's list that are gone at once */
};

static struct list ending = {&ending, &ending};
uint64_t vmos_ending;
static uint64_t ids;

bool vmo_feed(const struct vmo_object *vmo)
{
	bool fed = false;

	for (unsigned i = 0; i < vmo->pools; i++)
		if (vmo->on[i].pool->fresh)
			fed |= pool_feed(vmo->on[i].pool);
	return fed;
}

static bool depends_on(const struct vmo_object *vmo, const struct pool_object *pool)
{
	for (unsigned i = 0; i < vmo->pools; i++)
		if (vmo->on[i].pool == pool)
			return true;
	return false;
}

/* May it be made: how many Pools would it depend on, and is one of them being emptied? */
static status_t pools_check(const struct pool_object *pool, const struct vmo_object *source)
{
	unsigned count = 1;

	if (pool->dying)
		return ST_BAD_STATE;
	for (unsigned i = 0; source && i < source->pools; i++) {
		if (source->on[i].pool->dying)
			return ST_BAD_STATE;
		count += source->on[i].pool != pool;
	}
	return count <= VMO_POOLS_MAX ? ST_OK : ST_NO_RESOURCES;
}

static void depend(struct vmo_object *vmo, struct pool_object *pool)
{
	struct dependence *on = &vmo->on[vmo->pools++];

	*on = (struct dependence){.pool = pool, .vmo = vmo};
	list_append(&pool->held_by, &on->link);
}

static status_t init(struct vmo_object *vmo, struct pool *frames, const struct vmo_request *r)
{
	struct vmo *source = r->source ? &r->source->core : NULL;

	switch (r->kind) {
	case MAKE_PAGED:
		return vmo_init(&vmo->core, frames, r->pages, r->flags);
	case MAKE_RUN:
	case MAKE_DEVICE:
		return vmo->is_begun ? vmo_fill(&vmo->core) :
				       vmo_init_fixed(&vmo->core, frames, r->pages,
					       r->kind == MAKE_RUN ? VMO_ANYWHERE : r->pa,
					       r->offset, r->memory);
	case MAKE_CLONE:
		return vmo_clone(&vmo->core, source, frames, r->offset, r->pages, r->flags);
	case MAKE_SNAPSHOT:
		return vmo_snapshot(&vmo->core, source, frames, r->offset, r->pages, r->flags);
	case MAKE_SLICE:
		return vmo_slice(&vmo->core, source, r->offset, r->pages);
	}
	return ST_INTERNAL;
}

static struct vmo_object *new_object(struct pool_object *pool, const struct vmo_request *r)
{
	struct vmo_object *vmo = slab_alloc(pool, SLAB_VMO);

	if (!vmo)
		return NULL;
	vmo->counted = (struct counted_object){0};
	vmo->state = VMO_LIVE;
	vmo->pools = 0;
	vmo->is_device = r->kind == MAKE_DEVICE;
	vmo->is_begun = vmo->is_fed = false;
	vmo->signals = vmo->cache = 0;
	vmo->asked = r->source;
	vmo->maker = NULL;
	vmo->id = ++ids;
	vmo->signal = vmo->pager = (struct slot){0};
	vmo->usage_at = 0;
	if (r->named)
		vmo->name = r->source->name;
	else
		vmo->name = (struct vmo_name){{0}};
	list_init(&vmo->made);
	list_init(&vmo->ending);
	return vmo;
}

/* From now on its Pools know it. */
static void depend_on_all(
	struct vmo_object *vmo, struct pool_object *pool, const struct vmo_object *source)
{
	depend(vmo, pool);
	for (unsigned i = 0; source && i < source->pools; i++)
		if (!depends_on(vmo, source->on[i].pool))
			depend(vmo, source->on[i].pool);
}

/* forget: it holds no frame any more. */
static void forget(struct vmo_object *vmo)
{
	for (unsigned i = 0; i < vmo->pools; i++)
		list_remove(&vmo->on[i].link);
	vmo->pools = 0;
}

uint64_t vmo_children(const struct vmo *core)
{
	return core->children - (core->newborn != NULL);
}

void vmo_check_children(struct vmo *core)
{
	if (vmo_children(core) == 0)
		notification_signal_cap(&vmo_of_core(core)->signal.cap);
}

enum { USER_SHIFT = 24 };

uint32_t vmo_change_signals(struct vmo_object *vmo, uint32_t clear, uint32_t set)
{
	uint8_t before = vmo->signals;

	vmo->signals = (uint8_t)((before & ~(clear >> USER_SHIFT)) | set >> USER_SHIFT);
	if (vmo->signals & ~before)
		notification_signal_cap(&vmo->signal.cap);
	return (uint32_t)vmo->signals << USER_SHIFT |
		(vmo_children(&vmo->core) ? 0 : VMO_SIGNAL_ZERO_CHILDREN);
}

/* May it end: is there a user besides `caps` capabilities? */
static bool is_used(const struct vmo_object *vmo, uint32_t caps)
{
	const struct vmo *core = &vmo->core;

	if (vmo->counted.caps > caps || !list_is_empty(&vmo->made))
		return true;
	/* A slice's own slices move up to its source. */
	return !(core->flags & VMO_SLICE) && !list_is_empty(&core->slices);
}

/* belong: `maker` makes it from now on, NULL: nobody. */
static void belong(struct vmo_object *vmo, struct thread *maker)
{
	if (vmo->maker)
		vmo->maker->making = NULL;
	vmo->maker = maker;
	if (maker)
		maker->making = vmo;
}

static void put_on_list(struct vmo_object *vmo)
{
	belong(vmo, NULL);
	vmo->state = VMO_ENDING;
	list_append(&ending, &vmo->ending);
	vmos_ending++;
}

/* It is closed: nobody's dependence any more, and its parent may have no children now. */
static void closed(struct vmo_object *vmo)
{
	struct vmo *parent = vmo->core.parent;

	forget(vmo);
	if (!parent || vmo->core.flags & VMO_UNBORN)
		return;
	vmo_check_children(parent);
	if (vmo->core.flags & VMO_SLICE) {
		struct vmo_object *held = vmo_of_core(parent);

		if (held->state == VMO_LIVE && !is_used(held, 0))
			put_on_list(held);
	}
}

static void free_vmo(struct vmo_object *vmo)
{
	slab_free(vmo_pays(vmo), vmo);
}

/* A snapshot that nobody will have: it may have waited for its end. */
static void unborn_ended(struct vmo_object *vmo)
{
	if (!list_is_empty(&vmo->ending)) {
		list_remove(&vmo->ending);
		vmos_ending--;
	}
	forget(vmo);
	free_vmo(vmo);
}

/* close: ST_OK, or ST_SHOULD_WAIT when out of steps. */
static status_t close(struct vmo_object *vmo, struct work *work)
{
	uint64_t steps = work_share(work, CLOSE_STEPS);
	struct vmo *newborn = vmo->core.newborn;
	status_t st;

	vm_begin(steps);
	st = vmo_close(&vmo->core);
	work->left -= WORK_VMO + (int32_t)((steps - vm_work.left) * WORK_CLOSE / CLOSE_STEPS);
	if (newborn && !vmo->core.newborn)
		unborn_ended(vmo_of_core(newborn));
	if (st == ST_OK)
		closed(vmo);
	else if (st == ST_NO_MEMORY) /* no step was made: what it needs is set aside */
		CHECK(!"vmo_close needs no memory");
	return st;
}

static status_t end_unborn(struct vmo_object *vmo, struct work *work)
{
	status_t st = close(vmo, work);

	if (st == ST_OK)
		unborn_ended(vmo);
	return st;
}

static struct vmo_object *newborn_of(const struct vmo_object *source)
{
	struct vmo *newborn = source->core.source->newborn;

	return newborn ? vmo_of_core(newborn) : NULL;
}

/* Is that the very one that is asked for? */
static bool is_asked_for(const struct vmo_object *newborn, const struct pool_object *pool,
	const struct vmo_request *r)
{
	const unsigned kept = VMO_RESIZABLE | VMO_RESERVE;
	const struct vmo *core = &newborn->core;

	if (newborn->asked != r->source || newborn->state != VMO_LIVE ||
		vmo_pays(newborn) != pool || core->pages != r->pages)
		return false;
	if (r->kind == MAKE_SNAPSHOT)
		return core->bias == r->source->core.bias + r->offset &&
			(core->flags & kept) == r->flags;
	if (core->memory != r->memory || newborn->is_device != (r->kind == MAKE_DEVICE))
		return false;
	return newborn->is_device ? core->run.first == r->pa >> PAGE_BITS :
				    core->run.alignment == r->offset;
}

/*
 * begin: the object that the request goes on with, or a new one.
 *
 *  => a snapshot that somebody else asked for makes room; it gets more steps when it is asked
 *     for again, so that one of the two ends some time
 */
static status_t begin(
	struct pool_object *pool, const struct vmo_request *r, struct vmo_object **vmo_out)
{
	struct vmo_object *newborn = r->kind == MAKE_SNAPSHOT ? newborn_of(r->source) :
		r->maker				      ? r->maker->making :
								NULL;
	struct work work = {WORK_CLOSE};

	if (newborn && is_asked_for(newborn, pool, r)) {
		*vmo_out = newborn;
		return ST_OK;
	}
	if (newborn && r->maker)
		put_on_list(newborn);
	else if (newborn) {
		if (end_unborn(newborn, &work) != ST_OK)
			return ST_SHOULD_WAIT;
		r->source->core.source->births++;
	}
	*vmo_out = new_object(pool, r);
	return *vmo_out ? ST_OK : ST_NO_MEMORY;
}

static bool feed_some(struct pool_object *pool)
{
	bool fed = false;

	for (unsigned i = 0; i < FEEDS && pool_feed(pool); i++)
		fed = true;
	return fed;
}

/*
 * fix: a run or device memory, a step further. Where no run is found its Pool is fed all that
 * it was given and looked through once more; where there is none then, what it has goes back
 * before that is said.
 */
static status_t fix(
	struct vmo_object *vmo, struct pool_object *pool, const struct vmo_request *r)
{
	struct work work = {WORK_CLOSE};
	status_t st = vmo->is_begun ? vmo->core.refused : ST_OK;

	vmo->cache = r->cache;
	if (vmo->is_fed && feed_some(pool))
		return ST_SHOULD_WAIT;
	vmo->is_fed = false;
	if (r->kind == MAKE_DEVICE)
		frames_ready(r->pa + (vmo->is_begun ? vmo->core.reached << PAGE_BITS : 0),
			min_u64(r->pages, VM_STEPS_DEVICE) << PAGE_BITS);
	if (st == ST_OK)
		st = init(vmo, &pool->frames, r);
	vmo->is_begun |= st == ST_SHOULD_WAIT || st == ST_NO_MEMORY;
	if (st == ST_NO_MEMORY && vmo->core.refused == ST_OK) {
		vmo->is_fed = vmo->core.pages < pool_can_take(&pool->frames);
		if (feed_some(pool))
			return ST_SHOULD_WAIT;
	}
	if (st == ST_OK || st == ST_SHOULD_WAIT || !vmo->is_begun)
		return st;
	vmo->core.refused = st;
	return close(vmo, &work) == ST_OK ? st : ST_SHOULD_WAIT;
}

status_t vmo_make(struct pool_object *pool, const struct vmo_request *request,
	struct vmo_object **vmo_out)
{
	const struct vmo_object *source = request->source;
	struct vmo_object *vmo;
	status_t st = pools_check(pool, source);

	if (st == ST_OK)
		st = begin(pool, request, &vmo);
	if (st != ST_OK)
		return st;
	st = request->maker ? fix(vmo, pool, request) : init(vmo, &pool->frames, request);
	if (unlikely(st == ST_SHOULD_WAIT) &&
		(request->maker ||
			(request->kind == MAKE_SNAPSHOT && newborn_of(source) == vmo))) {
		if (!vmo->pools)
			depend_on_all(vmo, pool, source);
		belong(vmo, request->maker);
		return st;
	}
	belong(vmo, NULL);
	if (unlikely(st != ST_OK)) {
		forget(vmo);
		slab_free(pool, vmo);
		return st;
	}
	if (likely(!vmo->pools))
		depend_on_all(vmo, pool, source);
	*vmo_out = vmo;
	return ST_OK;
}

bool vmo_pools_within(const struct vmo_object *vmo, const struct vmo_object *other)
{
	for (unsigned i = 0; i < vmo->pools; i++) {
		unsigned at = 0;

		while (at < other->pools && other->on[at].pool != vmo->on[i].pool)
			at++;
		if (at == other->pools)
			return false;
	}
	return true;
}

void vmo_abandon(struct thread *thread)
{
	if (unlikely(thread->making))
		put_on_list(thread->making);
}

/* What it is to may be gone with this capability: that has no slots, so it goes at once. */
static status_t drop(struct slot *slot, struct work *work)
{
	status_t st = ST_OK;

	if (slot_is_empty(slot))
		return ST_OK;
	if (cap_is_last(slot))
		st = slot->cap.type == OBJECT_ENDPOINT ?
			endpoint_finalise(&slot->cap, work) :
			notification_finalise(&slot->cap, work);
	if (st == ST_OK)
		cap_clear(slot);
	return st;
}

status_t vmo_set_signal(struct vmo_object *vmo, struct slot *source, struct work *work)
{
	status_t st = drop(&vmo->signal, work);

	if (st != ST_OK || !source)
		return st;
	st = cap_copy(&vmo->signal, source, RIGHT_WRITE);
	if (st == ST_OK)
		vmo_check_children(&vmo->core);
	return st;
}

/* Nothing of what it shows was ever looked at. */
static bool is_untouched(const struct vmo *core)
{
	return !(core->flags & (VMO_FIXED | VMO_SLICE)) && core->memory == PTE_NORMAL &&
		!core->parent && !core->children && !core->mapping_count &&
		pte_is_none(core->root);
}

seldom status_t vmo_set_pager(struct vmo_object *vmo, struct slot *source, struct work *work)
{
	struct vmo *core = &vmo->core;
	status_t st;

	if (!(core->flags & VMO_PAGED) && (!source || !is_untouched(core)))
		return ST_BAD_STATE;
	st = drop(&vmo->pager, work);
	if (st == ST_OK && source)
		st = cap_copy(&vmo->pager, source, RIGHTS_ALL);
	if (st == ST_OK && !(core->flags & VMO_PAGED))
		vmo_set_paged(core, VMO_NO_LIMIT);
	return st;
}

/* begin_end: no user is left but `caps` capabilities that are on their way out. */
static bool begin_end(struct vmo_object *vmo, struct work *work)
{
	vmo->state = VMO_ENDING;
	if (close(vmo, work) == ST_OK)
		return true;
	put_on_list(vmo);
	return false;
}

status_t vmo_finalise(const struct cap *cap, struct work *work)
{
	struct vmo_object *vmo = vmo_of(cap);

	if (drop(&vmo->signal, work) != ST_OK || drop(&vmo->pager, work) != ST_OK)
		return CAP_AGAIN;
	if (!is_used(vmo, 1))
		begin_end(vmo, work);
	return ST_OK;
}

/* With its last capability: what is closed already. */
void vmo_release(const struct cap *cap)
{
	struct vmo_object *vmo = vmo_of(cap);

	if (vmo->state == VMO_ENDING && list_is_empty(&vmo->ending))
		free_vmo(vmo);
}

void vmo_let_go(struct vmo_object *vmo, struct work *work)
{
	if (vmo->state == VMO_LIVE && !is_used(vmo, 0) && begin_end(vmo, work))
		free_vmo(vmo);
}

status_t vmos_collect(struct work *work)
{
	while (!list_is_empty(&ending)) {
		struct vmo_object *vmo = list_entry(ending.next, struct vmo_object, ending);

		if (work->left <= 0)
			return CAP_AGAIN;
		if (close(vmo, work) == ST_OK) {
			list_remove(&vmo->ending);
			vmos_ending--;
			free_vmo(vmo);
		}
	}
	return ST_OK;
}

/* Is it what is looked for: charged to that Pool, alive, and not named before? */
static bool is_next(const struct dependence *at, uint64_t after)
{
	const struct vmo_object *vmo = at->vmo;

	return vmo && vmo->id > after && vmo_pays(vmo) == at->pool && vmo->state == VMO_LIVE &&
		!(vmo->core.flags & VMO_UNBORN);
}

static void begin_at_first(struct pool_object *pool, struct bookmark *bookmark)
{
	bookmark_drop(&bookmark->place);
	bookmark->place.pool = pool;
	bookmark->id = 0;
	list_insert_after(&pool->held_by, &bookmark->place.link);
}

status_t vmo_next(struct pool_object *pool, uint64_t after, struct bookmark *bookmark,
	struct vmo_object **vmo_out)
{
	struct list *link = &bookmark->place.link;

	if (bookmark->place.pool != pool || after < bookmark->id)
		begin_at_first(pool, bookmark);
	for (unsigned steps = NEXT_STEPS; link->next != &pool->held_by; steps--) {
		struct dependence *at = dependence_at(link->next);

		if (is_next(at, after)) {
			*vmo_out = at->vmo;
			return ST_OK;
		}
		if (steps == 0)
			return CAP_AGAIN;
		if (at->vmo)
			bookmark->id = min_u64(at->vmo->id, after);
		list_remove(link);
		list_insert_after(&at->link, link);
	}
	return ST_NOT_FOUND;
}

/* What cap_delete would do, which calls what calls this. */
static status_t delete_cap(struct vmo_object *vmo, struct slot *slot, struct work *work)
{
	struct cap cap = slot->cap;
	bool last = vmo->counted.caps == 1;

	if (last && vmo_finalise(&slot->cap, work) != ST_OK)
		return CAP_AGAIN;
	cap_clear(slot);
	if (last)
		vmo_release(&cap);
	return ST_OK;
}

status_t vmo_destroy_step(struct dependence *on, struct work *work)
{
	struct vmo_object *vmo = on->vmo;

	if (!vmo) {
		bookmark_drop(on);
		return ST_OK;
	}
	if (vmo->state == VMO_ENDING)
		return vmos_collect(work);
	if (vmo->core.flags & VMO_UNBORN) {
		put_on_list(vmo);
		return ST_OK;
	}
	if (vmo->counted.first)
		return delete_cap(vmo, link_slot(vmo->counted.first), work);
	if (!list_is_empty(&vmo->made))
		return mapping_destroy(mapping_at(vmo->made.next), work);
	/* Its slices hold it; they are on the same list, and it goes with the last of them. */
	list_remove(&on->link);
	list_append(&on->pool->held_by, &on->link);
	return ST_OK;
}
