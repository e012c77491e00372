/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs made and their contents changed, page by page and byte by byte.
 *
 * Every change of what a VMO shows in a range goes through three steps: descendants drop
 * what they borrowed there (family.c: may stop, nothing has changed), mappings lose their
 * way in, then the tree changes. Losing content (decommit, shrink):
 *
 *	clone [ x | y | b ]   decommit 1   [ x |   | b ]   asks the parent again at 1
 */
#include "vm/tree.h"

static void object_init(struct vmo *v, struct pool *pool, uint64_t pages, unsigned flags)
{
	*v = (struct vmo){.pool = pool, .pages = pages, .flags = (uint16_t)flags};
	v->memory = PTE_NORMAL;
	v->source = v;
	list_init(&v->sibling);
	list_init(&v->watching);
	list_init(&v->idle);
	list_init(&v->slices);
	list_init(&v->mappings);
	list_init(&v->resting);
	list_init(&v->walk.link);
	list_init(&v->goal.link);
	v->walk.walker = v;
	v->goal.walker = v;
}

/* edge_frames: enough for three paths of private tables below one root. */
static uint64_t edge_frames(unsigned levels)
{
	return levels ? 3 * (uint64_t)levels - 2 : 0;
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
	uint64_t cap = follows ? edge_frames(levels) : 0;
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

status_t vmo_init(struct vmo *v, struct pool *pool, uint64_t pages, unsigned flags)
{
	if (pages > VMO_MAX_PAGES)
		return ST_OUT_OF_RANGE;
	object_init(v, pool, pages, flags & VMO_RESIZABLE);
	v->levels = (uint8_t)tree_levels(0, pages);
	return ST_OK;
}

/* fill_fixed: a tree over `pages` pages from `pa` on, for good. */
static void fill_fixed(struct vmo *v, paddr_t pa)
{
	for (uint64_t c = 0; c < v->pages; c++) {
		pte_t *slot = &v->root;
		pte_t page = pte_page(pa + (c << PAGE_BITS), (enum pte_memory)v->memory);

		for (unsigned level = v->levels; level > 0; level--) {
			if (pte_is_none(*slot))
				mmu_write(slot, table_new(v, level, false));
			slot = table_slot(*slot, level, c);
		}
		if (v->memory != PTE_NORMAL)
			page = pte_deny_execute(page, 0);
		mmu_write(slot, pte_allow_write(pte_owned(page), 0));
	}
}

static status_t fixed_check(
	struct vmo *v, struct pool *pool, uint64_t pages, enum pte_memory memory)
{
	if (!pages)
		return ST_INVALID_ARGS;
	if (pages > VMO_MAX_PAGES)
		return ST_OUT_OF_RANGE;
	object_init(v, pool, pages, VMO_FIXED);
	v->memory = (uint8_t)memory;
	v->levels = (uint8_t)tree_levels(0, pages);
	return ST_OK;
}

status_t vmo_init_run(struct vmo *v, struct pool *pool, uint64_t pages, uint64_t alignment,
	enum pte_memory memory)
{
	status_t st = fixed_check(v, pool, pages, memory);
	paddr_t pa;

	if (st != ST_OK)
		return st;
	if (whole_frames(0, pages, v->levels) > pool_can_take(pool))
		return ST_NO_MEMORY;
	st = pool_take_run(pool, pages, alignment, &pa);
	if (st != ST_OK)
		return st;
	for (uint64_t i = 0; i < pages; i++)
		mmu_page_zero(pa + (i << PAGE_BITS));
	for (uint64_t i = 0; i < pages && memory != PTE_NORMAL; i++)
		mmu_sync_uncached(pa + (i << PAGE_BITS));
	fill_fixed(v, pa);
	return ST_OK;
}

status_t vmo_init_device(
	struct vmo *v, struct pool *pool, uint64_t pages, paddr_t pa, enum pte_memory memory)
{
	status_t st = fixed_check(v, pool, pages, memory);

	if (st != ST_OK)
		return st;
	if (!is_aligned(pa, PAGE_SIZE))
		return ST_INVALID_ARGS;
	if (pa > PHYSICAL_LIMIT || pages > (PHYSICAL_LIMIT - pa) >> PAGE_BITS)
		return ST_OUT_OF_RANGE;
	if (whole_frames(0, pages, v->levels) - pages > pool_can_take(pool))
		return ST_NO_MEMORY;
	fill_fixed(v, pa);
	return ST_OK;
}

/* child_init: a newborn that is nobody's child yet. */
static status_t child_init(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags)
{
	uint64_t bias;
	status_t st;

	if (source->memory != PTE_NORMAL)
		return ST_BAD_STATE;
	st = vmo_settle(source->source);
	if (st == ST_OK && source->source->trim > vmo_end(source->source))
		st = vmo_resize(source->source, source->source->pages); /* was begun */
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
	struct vmo *parent = source->source;
	status_t st = child_init(
		v, source, pool, offset, pages, flags & (VMO_RESIZABLE | VMO_RESERVE));

	if (st != ST_OK)
		return st;
	v->parent = parent;
	v->limit = source->flags & VMO_SLICE ? vmo_end(source) : VMO_NO_LIMIT;
	st = vmo_set_aside(v, vmo_end(v));
	if (st != ST_OK)
		return st;
	vmo_borrow_root(v);
	family_join(v, parent);
	return ST_OK;
}

/* abandon: what a snapshot that found no memory took over goes back, now. */
static status_t abandon(struct vmo *v, status_t why)
{
	uint64_t left = vm_work.left;
	status_t st;

	vm_work.left = UINT64_MAX;
	st = tree_release(v, &v->root, v->levels);
	CHECK(st == ST_OK);
	vm_work.left = left;
	return why;
}

/*
 * snapshot_prepare: from whom v will take over: shrinks that were begun are ended, promises
 * made again for the pages that will be shared.
 */
static status_t snapshot_prepare(struct vmo *v, struct vmo *from, struct vmo **last_out)
{
	const uint64_t limit = v->limit;
	status_t st = ST_OK;

	for (*last_out = from; from && st == ST_OK;) {
		uint64_t used =
			from->flags & VMO_RESERVE ? from->reserve_cap - from->reserve : 0;

		if (from->flags & VMO_FIXED)
			st = ST_BAD_STATE;
		if (st == ST_OK)
			st = vmo_settle(from);
		if (st == ST_OK && from->trim > vmo_end(from))
			st = vmo_resize(from, from->pages);
		if (st == ST_OK)
			st = pool_reserve(from->pool, used);
		if (st == ST_OK) {
			from->reserve += used;
			from->renewed = used;
		}
		*last_out = from;
		v->limit = limit_behind(v, from);
		from = v->limit > v->bias ? from->parent : NULL;
	}
	v->limit = limit;
	return st;
}

/* snapshot_settle: the promises stay, or are taken back from a snapshot that is refused. */
static void snapshot_settle(struct vmo *from, const struct vmo *last, bool refused)
{
	for (;; from = from->parent) {
		if (refused) {
			pool_unreserve(from->pool, from->renewed);
			from->reserve -= from->renewed;
		}
		from->renewed = 0;
		if (from == last)
			return;
	}
}

/*
 * vmo_snapshot: born as a clone, it takes over from each ancestor in turn what that one
 * would leave it if it went, and ends as a child that sees nothing of its parent.
 */
status_t vmo_snapshot(struct vmo *v, struct vmo *source, struct pool *pool, uint64_t offset,
	uint64_t pages, unsigned flags)
{
	struct vmo *parent = source->source;
	struct vmo *from = parent;
	struct vmo *last;
	status_t st = child_init(v, source, pool, offset, pages, flags & VMO_RESIZABLE);

	if (st != ST_OK)
		return st;
	v->limit = source->flags & VMO_SLICE ? vmo_end(source) : VMO_NO_LIMIT;
	st = snapshot_prepare(v, parent, &last);
	if (st != ST_OK) {
		snapshot_settle(parent, last, true);
		return st;
	}
	while (from && st == ST_OK) {
		struct adoption a = {.child = v, .from = from, .snapshot = true};

		a.at = v->bias;
		a.end = min_u64(min_u64(vmo_end(v), v->limit), vmo_end(from));
		st = mappings_sweep(from, 0, UINT64_MAX, SWEEP_WRITE);
		if (st == ST_OK)
			st = family_adopt(&a);
		v->limit = limit_behind(v, from);
		from = v->limit > v->bias ? from->parent : NULL;
	}
	v->limit = 0;
	snapshot_settle(parent, last, st != ST_OK);
	if (st != ST_OK)
		return abandon(v, st);
	family_join(v, parent);
	return ST_OK;
}

status_t vmo_slice(struct vmo *v, struct vmo *source, uint64_t offset, uint64_t pages)
{
	if (offset > source->pages || pages > source->pages - offset)
		return ST_OUT_OF_RANGE;
	object_init(v, source->pool, pages, VMO_SLICE);
	v->memory = source->memory;
	v->bias = source->bias + offset;
	v->source = source->source;
	v->parent = source;
	source->children++;
	list_append(&source->slices, &v->sibling);
	return ST_OK;
}

/* grow_levels: put tables above the root until its block holds `end`. */
static void grow_levels(struct vmo *v, uint64_t end)
{
	unsigned levels = tree_levels(v->bias, end);

	while (v->levels < levels) {
		pte_t old = v->root;
		pte_t table;

		if (!pte_is_none(old)) {
			table = table_new(v, v->levels + 1u, false);
			*table_slot(table, v->levels + 1u, v->bias) = old;
			v->root = table;
		}
		v->levels++;
	}
}

/* mark_ragged: v will have more of these tables than their other owners. */
static void mark_ragged(struct vmo *v)
{
	pte_t e = v->root;

	if (v->pages == 0 ||
		block_start(v->bias, v->levels) != block_start(vmo_end(v), v->levels))
		return;
	for (unsigned level = v->levels; level > 0 && pte_is_owned(e); level--) {
		if (!entry_is_sole(e, level))
			frame_at(pte_pa(e, level))->marks |= FRAME_RAGGED;
		e = *table_slot(e, level, vmo_end(v));
	}
}

static status_t grow(struct vmo *v, uint64_t pages)
{
	unsigned levels = tree_levels(v->bias, v->bias + pages);
	uint64_t tables = levels > v->levels ? levels - v->levels : 0;
	status_t st = family_drop(v, vmo_end(v), v->bias + pages);

	if (st == ST_OK)
		st = mappings_sweep(
			v, block_start(vmo_end(v), v->levels), v->bias + pages, SWEEP_OUT);
	if (st != ST_OK)
		return st;
	st = pool_reserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	st = vmo_set_aside(v, v->bias + pages);
	pool_unreserve(v->pool, tables);
	if (st != ST_OK)
		return st;
	mark_ragged(v);
	grow_levels(v, v->bias + pages);
	v->pages = pages;
	return ST_OK;
}

/* shrink_start: from where on descendants must forget: a borrowed table is let go whole. */
static uint64_t shrink_start(struct vmo *v, uint64_t end)
{
	if (block_start(v->bias, v->levels) != block_start(end, v->levels))
		return end;
	return block_start(end, tree_own(v, end, 0).level);
}

static status_t shrink(struct vmo *v, uint64_t pages)
{
	uint64_t end = v->bias + pages;
	uint64_t start = shrink_start(v, end);
	status_t st;

	list_for_each (link, &v->slices)
		if (vmo_end(list_entry(link, struct vmo, sibling)) > end)
			return ST_BAD_STATE;
	if (pages < v->pages) {
		st = family_drop(v, start, max_u64(v->trim, vmo_end(v)));
		if (st == ST_OK)
			st = mappings_sweep(v, start, max_u64(v->trim, vmo_end(v)), SWEEP_OUT);
		if (st == ST_OK)
			st = tree_cut(v, end, true);
		if (st == ST_OK && v->parent && v->limit > end)
			st = tree_cut(v, v->limit, false); /* as tree_remove will ask */
		if (st != ST_OK)
			return st;
		v->trim = max_u64(v->trim, vmo_end(v));
		v->pages = pages;
	}
	st = tree_remove(v, end, v->trim);
	if (st != ST_OK)
		return st;
	v->trim = 0;
	return vmo_set_aside(v, end); /* less than before */
}

status_t vmo_resize(struct vmo *v, uint64_t pages)
{
	if (!(v->flags & VMO_RESIZABLE))
		return ST_UNAVAILABLE;
	if (pages > min_u64(VMO_MAX_PAGES, VMO_MAX_COORDINATE - v->bias))
		return ST_OUT_OF_RANGE;
	if (vmo_settle(v) != ST_OK)
		return ST_SHOULD_WAIT;
	vm_work.events++;
	if (pages < v->pages || v->trim > vmo_end(v)) {
		status_t st = shrink(v, min_u64(pages, v->pages));

		if (st != ST_OK)
			return st;
	}
	return pages > v->pages ? grow(v, pages) : ST_OK;
}

static status_t range_check(const struct vmo *v, uint64_t at, uint64_t count, uint64_t size)
{
	return at > size || count > size - at ? ST_OUT_OF_RANGE :
		v->memory != PTE_NORMAL	      ? ST_BAD_STATE :
						ST_OK;
}

/* copy_bytes: one page's part of a read or write. */
static status_t copy_bytes(
	struct vmo *v, uint64_t offset, void *to, const void *from, uint64_t size)
{
	uint64_t within = offset & (PAGE_SIZE - 1);
	paddr_t pa;
	status_t st = from ? vmo_own(v, offset >> PAGE_BITS, &pa) :
			     vmo_look(v, offset >> PAGE_BITS, &pa);

	if (st != ST_OK)
		return st;
	if (from) {
		__builtin_memcpy((char *)mmu_window(pa) + within, from, size);
		vmo_wrote(pa);
	} else {
		__builtin_memcpy(to, (char *)mmu_window(pa) + within, size);
	}
	return ST_OK;
}

struct span {
	uint64_t size;
	uint64_t done;
};

static status_t transfer(
	struct vmo *v, uint64_t offset, void *to, const void *from, struct span *span)
{
	status_t st = ST_OK;

	while (span->done < span->size && st == ST_OK) {
		uint64_t at = offset + span->done;
		uint64_t part =
			min_u64(span->size - span->done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));

		st = copy_bytes(v, at, to ? (char *)to + span->done : NULL,
			from ? (const char *)from + span->done : NULL, part);
		if (st == ST_OK)
			span->done += part;
	}
	return st;
}

status_t vmo_read(struct vmo *v, uint64_t offset, void *to, uint64_t size, uint64_t *done_out)
{
	struct span span = {.size = size};
	status_t st = range_check(v, offset, size, v->pages << PAGE_BITS);

	if (st == ST_OK)
		st = transfer(v, offset, to, NULL, &span);
	*done_out = span.done;
	return st;
}

status_t vmo_write(
	struct vmo *v, uint64_t offset, const void *from, uint64_t size, uint64_t *done_out)
{
	struct span span = {.size = size};
	status_t st = range_check(v, offset, size, v->pages << PAGE_BITS);

	if (st == ST_OK)
		st = transfer(v, offset, NULL, from, &span);
	*done_out = span.done;
	return st;
}

status_t vmo_commit(struct vmo *v, uint64_t page, uint64_t count, uint64_t *done_out)
{
	status_t st = range_check(v, page, count, v->pages);
	paddr_t pa;

	*done_out = 0;
	while (st == ST_OK && *done_out < count) {
		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		st = vmo_own(v, page + *done_out, &pa);
		if (st == ST_OK)
			++*done_out;
	}
	return st;
}

status_t vmo_zero(struct vmo *v, uint64_t page, uint64_t count, uint64_t *done_out)
{
	status_t st = range_check(v, page, count, v->pages);
	struct vmo *s = v->source;
	paddr_t pa;

	*done_out = 0;
	while (st == ST_OK && *done_out < count) {
		uint64_t at = page + *done_out;

		if (*done_out && !vm_step())
			return ST_SHOULD_WAIT;
		if (s->flags & VMO_FIXED || vmo_sees(s, v->bias + at)) {
			st = vmo_own(v, at, &pa);
			if (st == ST_OK) {
				mmu_page_zero(pa);
				vmo_wrote(pa);
			}
		} else {
			st = vmo_decommit(v, at, 1);
		}
		if (st == ST_OK)
			++*done_out;
	}
	return st;
}

status_t vmo_decommit(struct vmo *v, uint64_t page, uint64_t count)
{
	struct vmo *s = v->source;
	status_t st = range_check(v, page, count, v->pages);
	uint64_t start = v->bias + page;

	if (st != ST_OK || count == 0)
		return st;
	if (s->flags & VMO_FIXED)
		return ST_NOT_SUPPORTED;
	st = vmo_settle(s);
	if (st == ST_OK)
		st = family_drop(s, start, start + count);
	if (st == ST_OK)
		st = mappings_sweep(s, start, start + count, SWEEP_OUT);
	return st == ST_OK ? tree_remove(s, start, start + count) : st;
}
