/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The tree of a VMO, for the files of vm/ alone.
 *
 *	root (level 2)  --> table --> [ | | ]        an entry of level n covers
 *	                         \--> [ | | ]        2^(n * TABLE_BITS) pages: its block
 *	                         pages of level 0
 *
 * Every entry is one of three:
 *
 *	owned     this VMO's content; one counted reference on the table or page
 *	borrowed  what the parent shows here (or zeros); not counted, never writable
 *	none      not resolved yet
 *
 * "Sole": owned, and nobody else owns the target. Only through sole entries, from the root
 * down, is anything ever writable. Below a borrowed or shared entry the tables belong to
 * somebody else too: a VMO changes such a table never, with one exception (family.c).
 * Pages that nobody counts (the boot archive's, a device's) are sole as long as their entry
 * can be written, as it can from the start. Once it was shared, nobody can tell whether
 * others have the page too: who writes gets a copy.
 *
 * Zeros have a tree of their own: a page, a table of that page, a table of that table. It
 * is borrowed like any other content, so "nothing there" is an entry and not a case.
 */
#pragma once

#include "arch/mmu.h"

#include "vm/vmo.h"

struct vspace;

/* A step of a tight loop over entries: short ones where tables are short too. */
enum { ENTRIES_PER_STEP = TABLE_ENTRIES > 64 ? 2 : 1 };

/* vm_step: whether there is work left, and one step less of it. */
static inline bool vm_step(void)
{
	return vm_work.left && vm_work.left--;
}

/*
 * vm_entries: of `count` entries that a tight loop deals with, how many it may now, one at
 * least; vm_dealt: so many it did.
 */
static inline uint64_t vm_entries(uint64_t count)
{
	return min_u64(count, max_u64(min_u64(vm_work.left, count), 1) * ENTRIES_PER_STEP);
}

static inline void vm_dealt(uint64_t entries)
{
	vm_work.left -= min_u64(vm_work.left, entries / ENTRIES_PER_STEP);
}

/*
 * vm_portion: a long call whose stops do not stand what others do between them gets twice
 * the steps each time that it has to begin again: so it ends.
 */
static inline void vm_portion(unsigned tries)
{
	tries = tries < 32 ? tries : 32;
	vm_work.left = vm_work.left > UINT64_MAX >> tries ? UINT64_MAX : vm_work.left << tries;
}

struct place {
	pte_t *slot;
	pte_t table; /* that the slot stands in; none: it is the root */
	unsigned level;
	bool own;  /* every entry above is owned */
	bool open; /* and writable */
};

/* entry_is_sole: who gets a share takes the right to write from all: it answers first. */
static force_inline bool entry_is_sole(pte_t e, unsigned level)
{
	return pte_is_owned(e) && (pte_can_write(e, level) || frame_is_sole(pte_pa(e, level)));
}

/* descend: into the table behind the entry at `p`. */
static inline void descend(struct place *p, uint64_t c)
{
	p->table = *p->slot;
	p->slot = table_slot(p->table, p->level, c);
	p->level--;
}

/* tree_find: walk towards `c` until an entry is none or `stop` is reached. */
static inline struct place tree_find(struct vmo *v, uint64_t c, unsigned stop)
{
	struct place p = {.slot = &v->root, .level = v->levels, .own = true, .open = true};

	while (p.level > stop && !pte_is_none(*p.slot)) {
		p.own = p.own && pte_is_owned(*p.slot);
		p.open = p.open && pte_can_write(*p.slot, p.level);
		descend(&p, c);
	}
	return p;
}

/* tree_entry: the entry alone, down to the page; or none. */
static inline pte_t tree_entry(const struct vmo *v, uint64_t c)
{
	pte_t e = v->root;

	for (unsigned level = v->levels; level > 0 && !pte_is_none(e); level--)
		e = *table_slot(e, level, c);
	return e;
}

/* tree_own: walk over owned entries alone; `open` then says that they are v's alone. */
static inline struct place tree_own(struct vmo *v, uint64_t c, unsigned stop)
{
	struct place p = {.slot = &v->root, .level = v->levels, .own = true, .open = true};

	while (p.level > stop && pte_is_owned(*p.slot)) {
		p.open = p.open && entry_is_sole(*p.slot, p.level);
		descend(&p, c);
	}
	return p;
}

/*
 * tree_next: the coordinate behind the entry at `p`, and behind those after it in the same table
 * that are owned if it is, not if it is not; up to `end`, or to where steps run out.
 */
static inline uint64_t tree_next(struct place p, uint64_t c, uint64_t end)
{
	const uint64_t step = block_pages(p.level);
	uint64_t count = 1, most;

	c = block_start(c, p.level);
	if (c + step >= end || pte_is_none(p.table))
		return c + step;
	end = min_u64(end, block_end(c, p.level + 1));
	most = vm_entries((end - c) >> (p.level * TABLE_BITS));
	while (count < most && pte_is_owned(p.slot[count]) == pte_is_owned(*p.slot))
		count++;
	vm_dealt(count);
	return c + count * step;
}

/* tree_levels: the height of the smallest tree whose block holds [start, end). */
static inline unsigned tree_levels(uint64_t start, uint64_t end)
{
	uint64_t last = end > start ? end - 1 : start;
	unsigned level = 0;

	while (block_start(start, level) != block_start(last, level))
		level++;
	return level;
}

/* see_end: below it v sees its parent; without one the limit is 0. */
static inline uint64_t see_end(const struct vmo *v)
{
	return min_u64(vmo_end(v), v->limit);
}

static inline bool vmo_sees(const struct vmo *v, uint64_t c)
{
	return c < see_end(v) && c < vmo_end(v->parent);
}

/* page_entry: the owned, writable entry for a page of a VMO whose memory is that. */
static force_inline pte_t page_entry(unsigned memory, paddr_t pa)
{
	pte_t e = pte_page(pa, (enum pte_memory)memory);

	return pte_allow_write(pte_owned(memory == PTE_NORMAL ? e : pte_deny_execute(e, 0)), 0);
}

/* zero_entry: the borrowed entry of `level` that shows zeros; is_zero asks for it, or none. */
extern paddr_t zero_base;
pte_t zero_entry(unsigned level);
static inline bool entry_is_zero(pte_t e, unsigned level)
{
	return pte_is_none(e) || pte_pa(e, level) == zero_base + ((paddr_t)level << PAGE_BITS);
}

/*
 * The cheap account of a VMO: what it may take, taking it, and letting go of what `count`
 * entries own; they become none, and frames that come back refill what is set aside. A table
 * at an edge may use what is set aside, under VMO_RESERVE everything may.
 */
static inline bool vmo_can_take(const struct vmo *v, uint64_t count, bool edge)
{
	return count <=
		pool_can_take(v->pool) + (edge || v->flags & VMO_RESERVE ? v->reserve : 0);
}
static inline paddr_t vmo_take(struct vmo *v, enum frame_state kind, bool edge)
{
	if ((edge || v->flags & VMO_RESERVE) && v->reserve) {
		v->reserve--;
		pool_unreserve(v->pool, 1);
	}
	return pool_take(v->pool, kind);
}
void vmo_put(struct vmo *v, pte_t *entry, uint64_t count, unsigned level);
must_check status_t vmo_set_aside(struct vmo *v, uint64_t end);
must_check status_t vmo_renew(struct vmo *v);
void vmo_unrenew(struct vmo *v);

/*
 * Code. A page that is executed is marked in the frame table, and so is a table that some
 * space links for execution: then what is entered in it is made fit to be fetched first. False:
 * it was so already.
 */
bool code_sync(paddr_t page);

/* place_is_code: what is stored there may be fetched at once. */
static force_inline bool place_is_code(struct place p)
{
	const struct frame *table =
		p.level || pte_is_none(p.table) ? NULL : frame_at(pte_pa(p.table, 1));

	return table && table->code;
}

/* entry_publish: store an entry where a walker may find it at once; is its table code's? */
static force_inline void entry_publish(pte_t *slot, pte_t e, bool code)
{
	if (code)
		code_sync(pte_pa(e, 0));
	mmu_write(slot, e);
}

/* table_new: an owned, writable entry for an empty table. Nothing else points at it. */
pte_t table_new(struct vmo *v, unsigned level, bool edge);

/*
 * table_copy: an owned, writable entry for a table of v's own that shows what `old` shows.
 *
 *  => a borrowed table's entries are borrowed; a shared one's owned entries are shared, so
 *     that both sides lose the right to write to them
 */
pte_t table_copy(struct vmo *v, pte_t old, unsigned level);

/* tree_release: empty what is below `slot`; ST_SHOULD_WAIT when out of work. */
status_t tree_release(struct vmo *v, pte_t *slot, unsigned level);

/* tree_cut: no table of v on both sides of `c` is shared, or with `drop` borrowed. */
must_check status_t tree_cut(struct vmo *v, uint64_t c, bool drop);

/*
 * tree_remove: take v's own entries in [start, end) out; shared tables are cut at its ends.
 *
 *  => nothing outside v holds anything borrowed there, no mapping reaches it
 *  => it is not empty
 *  => ST_NO_MEMORY before any change
 */
must_check status_t tree_remove(struct vmo *v, uint64_t start, uint64_t end);

/* resolve.c */
status_t resolve_family(struct vmo *v, uint64_t c, bool firmly, pte_t *entry_out);
status_t vmo_edge(struct vmo *v);
void vmo_borrow_root(struct vmo *v);

/* vmo_misses: what v has no page for at `c` is missing: a pager's to supply. */
static inline bool vmo_misses(const struct vmo *v, uint64_t c)
{
	return c < v->missing_end;
}

/* create.c */
status_t unborn_end(struct vmo *v);

/* change.c */
status_t merge_go_on(struct vmo *clone);

/* vmo_settle: a merge that has happened is ended before anyone looks. */
static inline status_t vmo_settle(struct vmo *v)
{
	return v->merge.clone ? merge_go_on(v->merge.clone) : ST_OK;
}

/*
 * vmo_resolve: the page entry that v shows at `c`, which is inside v.
 *
 *  => ST_NO_MEMORY: the entry is right, but v does not remember it: read, do not map.
 *     `firmly`: who could not gets tables of its own; there is no frame for such a table
 *  => ST_SHOULD_WAIT, ST_MISSING
 */
static inline status_t vmo_resolve(struct vmo *v, uint64_t c, bool firmly, pte_t *entry_out)
{
	if (vmo_settle(v) != ST_OK)
		return ST_SHOULD_WAIT;
	*entry_out = tree_entry(v, c);
	return pte_is_none(*entry_out) ? resolve_family(v, c, firmly, entry_out) : ST_OK;
}

/* vmo_finish: and a shrink that was begun. */
static inline status_t vmo_finish(struct vmo *v)
{
	status_t st = vmo_settle(v);

	return st == ST_OK && v->trim > vmo_end(v) ? vmo_resize(v, v->pages) : st;
}

/* own.c */
struct owned {
	const struct vspace *only; /* the one that has a way to it, a link to v's table, */
	uint64_t page;		   /* at this page; NULL: not known */
	paddr_t pa;
	bool is_new;   /* and no TLB holds anything for it */
	bool is_shown; /* at `page` already */
};
status_t own_coordinate(struct vmo *v, uint64_t c, struct owned *page_out);
status_t own_tables(struct vmo *v, uint64_t c, unsigned level);
status_t own_slowly(
	struct vmo *v, uint64_t c, struct place p, pte_t shown, struct owned *page_out);

/* family.c */
void family_join(struct vmo *v, struct vmo *parent);
void family_watch(struct vmo *v);
status_t family_walk(struct vmo *v, uint64_t start, uint64_t end);
status_t family_go_on(struct vmo *v);
void walk_rest(struct vmo_walk *w, struct vmo *at);

/*
 * family_drop: no descendant of v holds anything borrowed, and no mapping of one anything
 * at all that came from there, in [start, end).
 *
 *  => ST_SHOULD_WAIT: call again. Whoever comes first finishes a walk that was begun
 */
static inline status_t family_drop(struct vmo *v, uint64_t start, uint64_t end)
{
	vm_work.changes += v->children > 0;
	if (list_is_empty(&v->watching) && !v->walk.active)
		return ST_OK;
	return family_walk(v, start, end);
}

status_t family_adopt(struct vmo *child, struct vmo *from, uint64_t *at);
void adoption_again(struct vmo *v);

/* limit_behind: below which coordinate a child of v sees what is behind v. */
static inline uint64_t limit_behind(const struct vmo *child, const struct vmo *v)
{
	return min_u64(see_end(child), see_end(v));
}

/*
 * mapping.c: what mappings of v hold of [start, end).
 *
 * mappings_sweep: no way into the range is left, or none to write.
 *
 *  => ST_SHOULD_WAIT: call again. Faults help to finish a sweep that was begun
 *
 * mappings_flush: entries up to level `cut` go, and all that TLBs hold; at once, so it is
 * for what mappings_are_few says.
 */
status_t mappings_sweep(struct vmo *v, uint64_t start, uint64_t end, enum sweep what);
status_t mappings_go_on(struct vmo *v);
void mappings_flush(struct vmo *v, uint64_t start, uint64_t end, unsigned cut);

bool mappings_are_few(const struct vmo *v, uint64_t start, uint64_t end);

/* vmo_hide: nobody else holds anything of what v shows in [start, end), so that it may change. */
static inline status_t vmo_hide(struct vmo *v, uint64_t start, uint64_t end)
{
	status_t st = vmo_settle(v);

	if (st == ST_OK)
		st = family_drop(v, start, end);
	return st == ST_OK ? mappings_sweep(v, start, end, SWEEP_OUT) : st;
}
