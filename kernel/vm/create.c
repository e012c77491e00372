/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs made: new ones, contiguous ones, and children of others.
 *
 * A new VMO is its object and nothing more: its root is none, and shows zeros when it is
 * asked. A contiguous one, and a device's, are filled before anyone may name them, a page a
 * step: their pages then stay where they are.
 *
 * Clone. Nothing of the parent is looked at but one entry: if the clone may borrow all of
 * it, the newborn starts with it; else its root is none. Either way the cost is one.
 *
 *	before   A root --> [ x | y |   ]
 *	after    A root --> [ x | y |   ]     x, y: one reference each, A's, still writable
 *	                    ^
 *	         B root - - '                 borrowed: what A changes, B sees
 *
 * Snapshot. It takes over what the source owns (family.c): the highest entries that lie in
 * its window whole, so that both own one table, and neither may write below it. Who writes
 * first makes a copy (own.c); then the pages are what they share.
 *
 *	before   A root --> [ x | y |   ]
 *	after    A root --> [ x | y |   ]     the table has two references, and lost the right
 *	                    ^                 to write: so have x and y, which have one each
 *	         S root ----'
 *
 * If the source follows a parent, the snapshot takes over from that one too what the source
 * does not have, and so on: at its end it sees no parent.
 *
 *	         A [ a | b | c ]             A [ a | b | c ]      a, c: owned by A and S
 *	         B [   | y |   ]             B [   | y |   ]      y: owned by B and S
 *	                                     S [ a | y | c ]
 *
 * Slice. It has no tree: its pages are those of the one that it is a window on, and it
 * stands in that one's coordinates.
 *
 *	before   A root --> [ x | y | z ]
 *	after    A root --> [ x | y | z ]     S.source = A, S.bias = A.bias + 1: page 0 of S is
 *	                     S: |=======|     page 1 of A, for whoever reads or writes
 *
 * And what is set aside for them, so that nothing can fail later for want of memory that
 * must not: tables at the edges of a clone (resolve.c), all that a RESERVE clone can take.
 */
#include "vm/tree.h"

enum { RUN_STEPS = 8 }; /* in a search for a run, for one of the core's */

/* object_init: what all have in common. ST_OUT_OF_RANGE: no tree is that high. */
static force_inline status_t object_init(
	struct vmo *v, struct pool *pool, uint64_t bias, uint64_t pages, unsigned flags)
{
	if (bias > VMO_MAX_COORDINATE ||
		pages > min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - bias))
		return ST_OUT_OF_RANGE;
	*v = (struct vmo){.pool = pool, .bias = bias, .pages = pages, .flags = (uint16_t)flags};
	v->levels = (uint8_t)tree_levels(bias, bias + pages);
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
	return ST_OK;
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
 * take under VMO_RESERVE, else tables for its edges while it follows somebody. One that grows
 * has its edge elsewhere: tables that it took before count no more.
 *
 *  => ST_NO_MEMORY: more is needed and there is not so much
 */
status_t vmo_set_aside(struct vmo *v, uint64_t end)
{
	uint64_t had = v->reserve_cap, cap = 0, levels = v->levels;

	if (end > vmo_end(v)) {
		levels = max_u64(levels, tree_levels(v->bias, end));
		had = v->flags & VMO_RESERVE ? had : v->reserve;
	}
	if (v->flags & VMO_RESERVE)
		cap = whole_frames(v->bias, end, (unsigned)levels);
	else if (v->limit > v->bias && levels)
		cap = 2 * levels - 1; /* two paths below a root */
	if (cap > had) {
		if (pool_reserve(v->pool, cap - had) != ST_OK)
			return ST_NO_MEMORY;
		v->reserve += cap - had;
	} else {
		uint64_t back = min_u64(v->reserve, v->reserve_cap - cap);

		pool_unreserve(v->pool, back);
		v->reserve -= back;
	}
	v->reserve_cap = cap;
	return ST_OK;
}

/*
 * vmo_renew: what a RESERVE clone has used of its promise is promised once more; and tables
 * that others can share: of an edge where the clone saw more once.
 */
status_t vmo_renew(struct vmo *v)
{
	bool shares = v->flags & VMO_RESERVE || v->limit < vmo_end(v);
	uint64_t used = shares ? v->reserve_cap - v->reserve : 0;

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
	return object_init(v, pool, 0, pages, flags & VMO_RESIZABLE);
}

status_t vmo_fill(struct vmo *v)
{
	paddr_t base = v->run.count ? frame_table.base : 0;
	uint64_t frames = whole_frames(0, v->pages, v->levels) - (v->run.count ? 0 : v->pages);
	status_t st;

	if (pte_is_none(v->root) && !v->run.taken && frames > pool_can_take(v->pool))
		return ST_NO_MEMORY;
	for (unsigned i = 1; v->run.taken < v->run.count && !v->reached; i++) {
		if (pool_run_step(v->pool, &v->run) == ST_NO_MEMORY)
			return ST_NO_MEMORY;
		if (i % RUN_STEPS == 0 && !vm_step())
			return ST_SHOULD_WAIT;
	}
	while (v->reached < v->pages) {
		paddr_t pa = base + ((v->run.first + v->reached) << PAGE_BITS);

		if (v->run.count)
			mmu_page_zero(pa);
		if (v->run.count && v->memory != PTE_NORMAL)
			mmu_sync_uncached(pa);
		st = own_tables(v, v->reached, 1);
		if (st != ST_OK)
			return st;
		mmu_write(tree_find(v, v->reached, 0).slot, page_entry(v->memory, pa));
		if (++v->reached < v->pages && !vm_step())
			return ST_SHOULD_WAIT;
	}
	v->flags &= (uint16_t)~VMO_UNBORN;
	v->run = (struct pool_run){.first = v->run.first}; /* and no merge */
	return ST_OK;
}

status_t vmo_init_fixed(struct vmo *v, struct pool *pool, uint64_t pages, paddr_t pa,
	uint64_t alignment, enum pte_memory memory)
{
	const bool run = pa == VMO_ANYWHERE;

	if (!pages ||
		(run ? !alignment || (alignment & (alignment - 1)) :
		       !is_aligned(pa, PAGE_SIZE)))
		return ST_INVALID_ARGS;
	if ((!run && (pa > PHYSICAL_LIMIT || pages > (PHYSICAL_LIMIT - pa) >> PAGE_BITS)) ||
		object_init(v, pool, 0, pages, VMO_FIXED | VMO_UNBORN) != ST_OK)
		return ST_OUT_OF_RANGE;
	v->run = (struct pool_run){.first = pa >> PAGE_BITS, .alignment = alignment};
	if (run)
		v->run.count = (uint32_t)min_u64(pages, UINT32_MAX); /* no Pool has so many */
	v->memory = (uint8_t)memory;
	return vmo_fill(v);
}

/* window_end: below which coordinate a child of `source` may see the tree. */
static uint64_t window_end(const struct vmo *source)
{
	return source->flags & VMO_SLICE ? vmo_end(source) : VMO_NO_LIMIT;
}

/* child_init: a newborn that its parent does not know yet. */
static force_inline status_t child_init(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags)
{
	uint64_t bias;

	if (source->memory != PTE_NORMAL)
		return ST_BAD_STATE;
	if (__builtin_add_overflow(source->bias, offset, &bias) ||
		object_init(v, pool, bias, pages, flags) != ST_OK)
		return ST_OUT_OF_RANGE;
	v->parent = source->source;
	v->limit = window_end(source);
	return ST_OK;
}

status_t vmo_clone(struct vmo *v, struct vmo *source, struct pool *pool, uint64_t offset,
	uint64_t pages, unsigned flags)
{
	status_t st = vmo_finish(source->source);

	if (st == ST_OK)
		st = child_init(
			v, source, pool, offset, pages, flags & (VMO_RESIZABLE | VMO_RESERVE));
	if (st == ST_OK)
		st = vmo_set_aside(v, v->bias + pages);
	if (st != ST_OK)
		return st;
	vmo_borrow_root(v);
	family_join(v, source->source);
	return ST_OK;
}

/* unborn_end: what a newborn under way took, or took over, goes back. */
status_t unborn_end(struct vmo *v)
{
	struct vmo *p = v->parent;
	bool fixed = v->flags & VMO_FIXED;
	status_t st;

	while (fixed && v->run.taken > v->reached && pool_run_drop(&v->run))
		if (!vm_step())
			return ST_SHOULD_WAIT;
	st = tree_release(v, &v->root, v->levels);
	if (fixed)
		return st;
	v->merge.events = 0; /* whoever goes on begins again */
	if (p && st == ST_OK) {
		p->newborn = NULL;
		p->children--;
		v->parent = NULL;
	}
	return st;
}

/* snapshot_of: take over what the ancestor `below` would leave v if it went; on to the next. */
static status_t snapshot_of(struct vmo *v)
{
	struct vmo *from = v->below;
	status_t st = from->flags & (VMO_FIXED | VMO_PAGED) ? ST_BAD_STATE : vmo_finish(from);

	if (st == ST_OK && v->adopt_child == from) {
		st = vmo_renew(from);
		v->adopt_child = st == ST_OK ? from->parent : from;
	}
	if (st == ST_OK)
		st = mappings_sweep(from, 0, UINT64_MAX, SWEEP_WRITE);
	if (st == ST_OK)
		st = family_adopt(v, from, &v->reached);
	if (st != ST_OK)
		return st;
	v->limit = limit_behind(v, from);
	v->below = v->limit > v->bias ? from->parent : NULL;
	v->reached = v->bias;
	return v->below && !vm_step() ? ST_SHOULD_WAIT : ST_OK;
}

/*
 * vmo_snapshot: it takes over from each ancestor in turn what that one would leave it if it
 * went, and ends as a child that sees nothing of its parent. Promises for what will be shared
 * are made again before, so far up to `adopt_child`: those who made them may write meanwhile.
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
	if (!p->newborn) {
		st = child_init(
			v, source, pool, offset, pages, (flags & VMO_RESIZABLE) | VMO_UNBORN);
		if (st != ST_OK)
			return st;
		v->is_watching = true; /* as it is on no list, no walk comes */
		v->below = v->adopt_child = p;
		v->reached = v->bias;
		p->newborn = v; /* both can end it */
		p->children++;
	}
	while (v->below && st == ST_OK)
		st = snapshot_of(v);
	v->merge.events = vm_work.events;
	if (st == ST_SHOULD_WAIT)
		return st;
	p->births = 0;
	if (st != ST_OK) { /* what was promised nobody has used, or it would have begun again */
		for (struct vmo *x = p; x != v->adopt_child; x = x->parent)
			vmo_unrenew(x);
		v->refused = st;
		return unborn_end(v) == ST_OK ? st : ST_SHOULD_WAIT;
	}
	v->flags &= (uint16_t)~VMO_UNBORN;
	v->adopt_child = NULL;
	v->limit = 0;
	p->newborn = NULL;
	p->children--;
	family_join(v, p);
	return ST_OK;
}

status_t vmo_slice(struct vmo *v, struct vmo *source, uint64_t offset, uint64_t pages)
{
	if (offset > source->pages || pages > source->pages - offset ||
		object_init(v, source->pool, source->bias + offset, pages, VMO_SLICE) != ST_OK)
		return ST_OUT_OF_RANGE;
	if (source->source->slice_count == VMO_SLICES_MAX)
		return ST_NO_RESOURCES;
	v->memory = source->memory;
	v->source = source->source;
	v->parent = source;
	source->children++;
	source->source->slice_count++;
	list_append(&source->slices, &v->sibling);
	return ST_OK;
}
