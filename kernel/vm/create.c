/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs made: new ones, contiguous ones, and children of others.
 *
 *	vmo_clone     [ b b b b ]   a window on the parent: nothing is looked at
 *	vmo_snapshot  [ x y x . ]   what parent and ancestors own there is shared
 *	vmo_slice     no tree       the parent's own
 *
 * And what is set aside for them, so that nothing can fail later for want of memory that
 * must not: tables at the edges of a clone (resolve.c), all that a RESERVE clone can take.
 */
#include "vm/tree.h"

enum { RUN_STEPS = 8 }; /* in a search for a run, for one of the core's */

static void object_init(struct vmo *v, struct pool *pool, uint64_t pages, unsigned flags)
{
	*v = (struct vmo){.pool = pool, .pages = pages, .flags = (uint16_t)flags};
	v->memory = PTE_NORMAL;
	v->source = v->walk.walker = v->goal.walker = v;
	list_init(&v->sibling);
	list_init(&v->watching);
	list_init(&v->idle);
	list_init(&v->slices);
	list_init(&v->mappings);
	list_init(&v->resting);
	list_init(&v->walk.link);
	list_init(&v->goal.link);
}

/* whole_frames: every page and every table of a tree of `levels` over [start, end). */
static uint64_t whole_frames(uint64_t start, uint64_t end, unsigned levels)
{
	uint64_t frames = end - start;

	if (end == start)
		return 0;
	for (unsigned l = 1; l <= levels; l++)
		frames += (block_end(end - 1, l) - block_start(start, l)) / block_pages(l);
	return frames;
}

/*
 * vmo_set_aside: make the promise what v needs that ends at `end`: all that it can ever
 * take under VMO_RESERVE, and tables for its edges while it follows somebody.
 *
 *  => ST_NO_MEMORY: more is needed and there is not so much
 */
status_t vmo_set_aside(struct vmo *v, uint64_t end)
{
	unsigned levels = (unsigned)max_u64(v->levels, tree_levels(v->bias, end));
	bool follows = v->parent && v->limit > v->bias;
	uint64_t cap =
		follows && levels ? 3 * (uint64_t)levels - 2 : 0; /* paths below a root */
	uint64_t back;

	if (v->flags & VMO_RESERVE)
		cap += whole_frames(v->bias, end, levels);
	if (cap > v->reserve_cap) {
		status_t st = pool_reserve(v->pool, cap - v->reserve_cap);

		if (st != ST_OK)
			return st;
		v->reserve += cap - v->reserve_cap;
	} else {
		back = min_u64(v->reserve, v->reserve_cap - cap);
		pool_unreserve(v->pool, back);
		v->reserve -= back;
	}
	v->reserve_cap = cap;
	return ST_OK;
}

/* vmo_renew: what a RESERVE clone has used of its promise is promised once more. */
status_t vmo_renew(struct vmo *v)
{
	uint64_t used = v->flags & VMO_RESERVE ? v->reserve_cap - v->reserve : 0;

	if (pool_reserve(v->pool, used) != ST_OK)
		return ST_NO_MEMORY;
	v->renewed = used;
	v->reserve += used;
	return ST_OK;
}

void vmo_unrenew(struct vmo *v)
{
	pool_unreserve(v->pool, v->renewed);
	v->reserve -= v->renewed;
	v->renewed = 0;
}

status_t vmo_init(struct vmo *v, struct pool *pool, uint64_t pages, unsigned flags)
{
	if (pages > VMO_MAX_PAGES)
		return ST_OUT_OF_RANGE;
	object_init(v, pool, pages, flags & VMO_RESIZABLE);
	v->levels = (uint8_t)tree_levels(0, pages);
	return ST_OK;
}

void vmo_set_memory(struct vmo *v, enum pte_memory memory)
{
	unsigned kept = v->flags & ~(unsigned)VMO_UNCACHED;

	CHECK(!(v->flags & VMO_FIXED) && !v->mapping_count && !v->children && !v->parent);
	v->memory = (uint8_t)memory;
	v->flags = (uint16_t)(kept | (memory == PTE_NORMAL ? 0 : VMO_UNCACHED));
}

/* fill_page: the page at coordinate `c`, for good; false: there is no frame for a table. */
static bool fill_page(struct vmo *v, uint64_t c, paddr_t pa)
{
	pte_t *slot = &v->root;
	pte_t page = pte_page(pa, (enum pte_memory)v->memory);

	for (unsigned level = v->levels; level > 0; level--) {
		if (pte_is_none(*slot)) {
			if (!vmo_can_take(v, 1, false))
				return false;
			mmu_write(slot, table_new(v, level, false));
		}
		slot = table_slot(*slot, level, c);
	}
	if (v->memory != PTE_NORMAL)
		page = pte_deny_execute(page, 0);
	mmu_write(slot, pte_allow_write(pte_owned(page), 0));
	return true;
}

/* fixed_take: the frames that it is made of, if it has not all of them yet. */
static status_t fixed_take(struct vmo *v)
{
	status_t st = ST_SHOULD_WAIT;

	while (st == ST_SHOULD_WAIT) {
		for (unsigned i = 0; i < RUN_STEPS && st == ST_SHOULD_WAIT; i++)
			st = pool_run_step(v->pool, &v->run);
		if (st == ST_SHOULD_WAIT && !vm_step())
			break;
	}
	return st;
}

status_t vmo_fill(struct vmo *v)
{
	paddr_t base = v->run.count ? frame_table.base : 0;
	uint64_t frames = whole_frames(0, v->pages, v->levels) - (v->run.count ? 0 : v->pages);
	status_t st = ST_OK;

	if (!v->filled && !v->run.taken && frames > pool_can_take(v->pool))
		return ST_NO_MEMORY;
	if (v->run.count && !v->filled)
		st = fixed_take(v);
	while (st == ST_OK && v->filled < v->pages) {
		paddr_t pa = base + ((v->run.first + v->filled) << PAGE_BITS);

		if (v->run.count)
			mmu_page_zero(pa);
		if (v->run.count && v->memory != PTE_NORMAL)
			mmu_sync_uncached(pa);
		if (!fill_page(v, v->filled, pa))
			return ST_NO_MEMORY;
		if (++v->filled < v->pages && !vm_step())
			st = ST_SHOULD_WAIT;
	}
	if (st == ST_OK)
		v->flags &= (uint16_t)~VMO_UNBORN;
	return st;
}

static status_t fixed_init(
	struct vmo *v, struct pool *pool, uint64_t pages, enum pte_memory memory)
{
	if (!pages)
		return ST_INVALID_ARGS;
	if (pages > VMO_MAX_PAGES)
		return ST_OUT_OF_RANGE;
	object_init(v, pool, pages, VMO_FIXED | VMO_UNBORN);
	v->memory = (uint8_t)memory;
	v->levels = (uint8_t)tree_levels(0, pages);
	return ST_OK;
}

status_t vmo_init_run(struct vmo *v, struct pool *pool, uint64_t pages, uint64_t alignment,
	enum pte_memory memory)
{
	status_t st = fixed_init(v, pool, pages, memory);

	if (!alignment || (alignment & (alignment - 1)))
		return ST_INVALID_ARGS;
	if (st != ST_OK)
		return st;
	v->run.count = (uint32_t)min_u64(pages, UINT32_MAX); /* no Pool has so many */
	v->run.alignment = alignment;
	return vmo_fill(v);
}

status_t vmo_init_device(
	struct vmo *v, struct pool *pool, uint64_t pages, paddr_t pa, enum pte_memory memory)
{
	status_t st = fixed_init(v, pool, pages, memory);

	if (!is_aligned(pa, PAGE_SIZE))
		return ST_INVALID_ARGS;
	if (pages && (pa > PHYSICAL_LIMIT || pages > (PHYSICAL_LIMIT - pa) >> PAGE_BITS))
		return ST_OUT_OF_RANGE;
	if (st != ST_OK)
		return st;
	v->run.first = pa >> PAGE_BITS;
	return vmo_fill(v);
}

/* window_end: below which coordinate a child of `source` may see the tree. */
static uint64_t window_end(const struct vmo *source)
{
	return source->flags & VMO_SLICE ? vmo_end(source) : VMO_NO_LIMIT;
}

/* child_init: a newborn that is nobody's child yet. */
static status_t child_init(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags)
{
	uint64_t bias;
	status_t st;

	if (source->memory != PTE_NORMAL)
		return ST_BAD_STATE;
	st = vmo_finish(source->source);
	if (st != ST_OK)
		return st;
	if (__builtin_add_overflow(source->bias, offset, &bias) || bias > VMO_MAX_COORDINATE ||
		pages > min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - bias))
		return ST_OUT_OF_RANGE;
	object_init(v, pool, pages, flags);
	v->bias = bias;
	v->levels = (uint8_t)tree_levels(bias, bias + pages);
	return ST_OK;
}

status_t vmo_clone(struct vmo *v, struct vmo *source, struct pool *pool, uint64_t offset,
	uint64_t pages, unsigned flags)
{
	status_t st = child_init(
		v, source, pool, offset, pages, flags & (VMO_RESIZABLE | VMO_RESERVE));

	if (st != ST_OK)
		return st;
	v->parent = source->source;
	v->limit = window_end(source);
	st = vmo_set_aside(v, v->bias + pages);
	if (st != ST_OK)
		return st;
	vmo_borrow_root(v);
	family_join(v, source->source);
	return ST_OK;
}

/* run_end: pages of a run that stand in no entry yet go back. */
static status_t run_end(struct vmo *v)
{
	while (v->run.taken > v->filled && pool_run_drop(&v->run))
		if (!vm_step())
			return ST_SHOULD_WAIT;
	return ST_OK;
}

/* unborn_end: what a newborn under way took, or took over, goes back. */
status_t unborn_end(struct vmo *v)
{
	struct vmo *p = v->parent;
	status_t st = v->flags & VMO_FIXED ? run_end(v) : ST_OK;

	if (st == ST_OK)
		st = tree_release(v, &v->root, v->levels);
	if (v->flags & VMO_FIXED)
		return st;

	v->merge.events = 0; /* whoever goes on begins again */
	if (p && st == ST_OK) {
		p->newborn = NULL;
		p->children--;
		v->parent = NULL;
	}
	return st;
}

/* snapshot_begin: the newborn is known to its parent, so that both can end it. */
static status_t snapshot_begin(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags)
{
	struct vmo *p = source->source;
	status_t st = child_init(v, source, pool, offset, pages, flags & VMO_RESIZABLE);

	if (st != ST_OK)
		return st;
	v->flags |= VMO_UNBORN;
	v->parent = p;
	v->limit = window_end(source);
	v->below = p;
	v->adopt_next = v->bias;
	p->newborn = v;
	p->children++;
	return ST_OK;
}

/* snapshot_of: take over what `from` would leave v if it went. */
static status_t snapshot_of(struct vmo *v, struct vmo *from)
{
	struct adoption a = {.child = v, .from = from, .snapshot = true, .at = v->adopt_next};
	status_t st = from->flags & (VMO_FIXED | VMO_PAGED) ? ST_BAD_STATE : vmo_finish(from);

	if (st == ST_OK)
		st = mappings_sweep(from, 0, UINT64_MAX, SWEEP_WRITE);
	if (st == ST_OK) {
		a.end = min_u64(min_u64(vmo_end(v), v->limit), vmo_end(from));
		st = family_adopt(&a);
		v->adopt_next = a.at;
	}
	return st;
}

/* snapshot_renew: promises for pages that are shared now are made again, or none is. */
static status_t snapshot_renew(struct vmo *v, struct vmo *from)
{
	struct vmo *first = from;

	while (from && vmo_renew(from) == ST_OK) {
		v->limit = limit_behind(v, from);
		from = v->limit > v->bias ? from->parent : NULL;
	}
	for (; from && first != from; first = first->parent)
		vmo_unrenew(first);
	return from ? ST_NO_MEMORY : ST_OK;
}

/*
 * vmo_snapshot: it takes over from each ancestor in turn what that one would leave it if it
 * went, and ends as a child that sees nothing of its parent.
 *
 * It may stop on the way. Whatever changes a tree until it goes on makes it begin again,
 * with twice the steps: so what it shows is of one instant, its last.
 */
status_t vmo_snapshot(struct vmo *v, struct vmo *source, struct pool *pool, uint64_t offset,
	uint64_t pages, unsigned flags)
{
	struct vmo *p = source->source;
	status_t why = p->newborn == v ? v->refused : ST_OK;
	status_t st = ST_OK;

	vm_portion(p->births);
	if (p->newborn && (p->newborn != v || why || v->merge.events != vm_work.events)) {
		if (unborn_end(p->newborn) != ST_OK)
			return ST_SHOULD_WAIT;
		if (why != ST_OK)
			return why;
		p->births++;
	}
	if (!p->newborn)
		st = snapshot_begin(v, source, pool, offset, pages, flags);
	if (st != ST_OK)
		return st;
	while (v->below && st == ST_OK) {
		struct vmo *from = v->below;

		st = snapshot_of(v, from);
		if (st != ST_OK)
			break;
		v->limit = limit_behind(v, from);
		v->below = v->limit > v->bias ? from->parent : NULL;
		v->adopt_next = v->bias;
		if (v->below && !vm_step())
			st = ST_SHOULD_WAIT;
	}
	if (st == ST_OK) {
		v->limit = window_end(source);
		st = snapshot_renew(v, p);
	}
	v->merge.events = vm_work.events;
	if (st == ST_SHOULD_WAIT)
		return st;
	p->births = 0;
	if (st != ST_OK) {
		v->refused = st;
		return unborn_end(v) == ST_OK ? st : ST_SHOULD_WAIT;
	}
	v->flags &= (uint16_t)~VMO_UNBORN;
	v->limit = 0;
	p->newborn = NULL;
	p->children--;
	family_join(v, p);
	return ST_OK;
}

status_t vmo_slice(struct vmo *v, struct vmo *source, uint64_t offset, uint64_t pages)
{
	if (offset > source->pages || pages > source->pages - offset)
		return ST_OUT_OF_RANGE;
	if (source->source->slice_count == VMO_SLICES_MAX)
		return ST_NO_RESOURCES;
	object_init(v, source->pool, pages, VMO_SLICE);
	v->memory = source->memory;
	v->bias = source->bias + offset;
	v->source = source->source;
	v->parent = source;
	source->children++;
	source->source->slice_count++;
	list_append(&source->slices, &v->sibling);
	return ST_OK;
}
