/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "memory.h"

enum { RIGHTS = VSPACE_READ | VSPACE_WRITE | VSPACE_EXECUTE };

_Static_assert((int)MAP_READ == VSPACE_READ && (int)MAP_WRITE == VSPACE_WRITE &&
		(int)MAP_EXECUTE == VSPACE_EXECUTE,
	"the core's rights have the same numbers");

static struct lookup find_vspace(cptr_t cptr)
{
	return invoke_find(cptr, OBJECT_VSPACE, 0);
}

int64_t sys_vspace_create(cptr_t cptr, cptr_t cnode, word_t index)
{
	struct lookup lookup = find_pool(cptr);
	struct vspace_object *space;
	struct pool_object *pool;
	struct slot *slot;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = find_empty(cnode, index, &slot);
	if (st != ST_OK)
		return st;
	pool = pool_of(&lookup.slot->cap);
	st = vspace_make(pool, &space);
	if (st == ST_NO_MEMORY && pool_feed(pool))
		return CALL_AGAIN;
	if (st == ST_OK)
		cap_insert(lookup.slot, slot, cap_make(OBJECT_VSPACE, 0, space));
	return st;
}

/* A range of addresses in pages. */
struct pages {
	uint64_t first, count;
};

static status_t range_of(uaddr_t address, word_t size, struct pages *pages_out)
{
	if (unlikely(!is_aligned(address, PAGE_SIZE) || size == 0))
		return ST_INVALID_ARGS;
	if (unlikely(address > USER_LIMIT || size > USER_LIMIT - address))
		return ST_OUT_OF_RANGE;
	*pages_out =
		(struct pages){address >> PAGE_BITS, align_up(size, PAGE_SIZE) >> PAGE_BITS};
	return ST_OK;
}

static bool rights_make_sense(word_t rights)
{
	return (rights & VSPACE_READ || !rights) &&
		(rights & (VSPACE_WRITE | VSPACE_EXECUTE)) != (VSPACE_WRITE | VSPACE_EXECUTE);
}

static status_t flags_check(word_t flags)
{
	const word_t all = RIGHTS | VSPACE_FIXED | VSPACE_REPLACE | VSPACE_NOT_RESIZABLE;

	if (unlikely(flags & ~all) || unlikely(!rights_make_sense(flags & RIGHTS)))
		return ST_INVALID_ARGS;
	return unlikely((flags & (VSPACE_FIXED | VSPACE_REPLACE)) == VSPACE_REPLACE) ?
		ST_INVALID_ARGS :
		ST_OK;
}

/* What a capability's rights allow a mapping; only cached memory can hold code. */
static unsigned rights_of(const struct cap *cap)
{
	const bool code = vmo_of(cap)->core.source->memory == PTE_NORMAL;

	return (cap->rights & RIGHT_READ ? MAP_READ : 0) |
		(cap->rights & RIGHT_WRITE ? MAP_WRITE : 0) |
		(cap->rights & RIGHT_EXECUTE && code ? MAP_EXECUTE : 0);
}

static status_t rights_check(const struct cap *cap, word_t flags)
{
	if (unlikely(!(cap->rights & RIGHT_MAP)) || unlikely(!(cap->rights & RIGHT_READ)) ||
		unlikely(flags & RIGHTS & ~rights_of(cap)))
		return ST_ACCESS_DENIED;
	if (unlikely(flags & VSPACE_NOT_RESIZABLE) &&
		vmo_of(cap)->core.source->flags & VMO_RESIZABLE)
		return ST_NOT_SUPPORTED;
	return ST_OK;
}

/* Where: as asked, what was there being gone; or where there is room. */
static status_t place(struct vspace_object *space, word_t flags, struct map_order *order)
{
	struct work work = {WORK_DEFAULT};
	struct map_request *r = &order->request;

	if (!(flags & VSPACE_FIXED))
		return vspace_room(
			space, r->pages, order->vmo->core.bias + r->offset, &r->first, &work);
	if (flags & VSPACE_REPLACE)
		return vspace_remove(space, r->first, r->pages, &work);
	return ST_OK;
}

static int64_t map(struct vspace_object *space, word_t flags, struct map_order *order)
{
	status_t st = place(space, flags, order);

	if (likely(st == ST_OK)) {
		vm_begin(VM_STEPS);
		st = vspace_add(space, order);
	}
	if (unlikely(st == ST_NO_MEMORY) && pool_feed(space->pool))
		return CALL_AGAIN;
	if (unlikely(st != ST_OK))
		return call_result(st);
	return (int64_t)(order->request.first << PAGE_BITS);
}

int64_t sys_vspace_map(
	cptr_t vspace, cptr_t vmo, uaddr_t address, word_t offset, word_t size, word_t flags)
{
	struct lookup lookup = find_vspace(vspace), source;
	struct map_order order = {0};
	struct pages pages;
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	source = find_vmo(vmo, 0);
	if (unlikely(source.status != ST_OK))
		return source.status;
	st = flags_check(flags);
	if (likely(st == ST_OK))
		st = range_of(flags & VSPACE_FIXED ? address : 0, size, &pages);
	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(!is_aligned(offset, PAGE_SIZE)))
		return ST_INVALID_ARGS;
	st = rights_check(&source.slot->cap, flags);
	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(offset + size < offset))
		return ST_OUT_OF_RANGE;
	order.request = (struct map_request){
		pages.first, pages.count, offset >> PAGE_BITS, flags & RIGHTS};
	order.vmo = vmo_of(&source.slot->cap);
	order.parent = source.slot;
	order.rights_max = rights_of(&source.slot->cap);
	return map(vspace_of(&lookup.slot->cap), flags, &order);
}

int64_t sys_vspace_protect(cptr_t cptr, uaddr_t address, word_t size, word_t flags)
{
	struct lookup lookup = find_vspace(cptr);
	struct work work = {WORK_DEFAULT};
	struct vspace_object *space;
	struct pages pages;
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	st = range_of(address, size, &pages);
	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(flags & ~(word_t)RIGHTS) || unlikely(!rights_make_sense(flags)))
		return ST_INVALID_ARGS;
	space = vspace_of(&lookup.slot->cap);
	st = vspace_change(space, pages.first, pages.count, (unsigned)flags, &work);
	if (unlikely(st == ST_NO_MEMORY) && pool_feed(space->pool))
		return CALL_AGAIN;
	return call_result(st);
}

int64_t sys_vspace_unmap(cptr_t cptr, uaddr_t address, word_t size)
{
	struct lookup lookup = find_vspace(cptr);
	struct work work = {WORK_DEFAULT};
	struct vspace_object *space;
	struct pages pages;
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	st = range_of(address, size, &pages);
	if (unlikely(st != ST_OK))
		return st;
	space = vspace_of(&lookup.slot->cap);
	st = vspace_remove(space, pages.first, pages.count, &work);
	if (unlikely(st == ST_NO_MEMORY) && pool_feed(space->pool))
		return CALL_AGAIN;
	if (st == ST_OK && vmos_pending()) /* that of a VMO was the last of its users */
		st = vmos_collect(&work);
	return call_result(st);
}

int64_t sys_vspace_query(cptr_t cptr, uaddr_t address, uaddr_t to, word_t size)
{
	struct lookup lookup = find_vspace(cptr);
	const struct mapping_object *mapping;
	struct vspace_range range;
	struct mapping *m;

	if (lookup.status != ST_OK)
		return lookup.status;
	m = vspace_next(&vspace_of(&lookup.slot->cap)->core, address >> PAGE_BITS);
	if (!m)
		return ST_NOT_FOUND;
	mapping = mapping_of_core(m);
	range = (struct vspace_range){
		.address = m->first << PAGE_BITS,
		.size = m->pages << PAGE_BITS,
		.offset = (m->coordinate - mapping->vmo->core.bias) << PAGE_BITS,
		.vmo = mapping->vmo->id,
		.rights = m->rights,
		.rights_max = mapping->rights_max,
	};
	return copy_out(to, size, &range, sizeof(range));
}

enum { STEPS_OF_PAGE = 2 }; /* what entering one costs at least */

int64_t sys_vspace_populate(cptr_t cptr, uaddr_t address, word_t size, word_t flags)
{
	struct lookup lookup = find_vspace(cptr);
	struct vspace_object *space;
	struct pages pages;
	uint64_t done = 0, spent = 0;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = range_of(address, size, &pages);
	if (st != ST_OK)
		return st;
	if (flags != VSPACE_READ && flags != VSPACE_WRITE && flags != VSPACE_EXECUTE)
		return ST_INVALID_ARGS;
	space = vspace_of(&lookup.slot->cap);
	while (st == ST_OK && done < pages.count && spent < VM_STEPS) {
		st = vspace_resolve(space, address + (done << PAGE_BITS), (unsigned)flags);
		spent += VM_STEPS - vm_work.left + STEPS_OF_PAGE;
		if (st == ST_OK)
			done++;
	}
	if (done)
		return (int64_t)min_u64(size, done << PAGE_BITS);
	return st == ST_SHOULD_WAIT ? CALL_AGAIN : st;
}
