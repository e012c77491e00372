/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A VMO: memory as an object. Its page index is a tree of translation tables in the
 * descriptor format that the MMU walks (tree.h); this header is what the rest of the
 * kernel may do with one.
 *
 * A family shares one coordinate system: page p of a VMO stands at coordinate bias + p,
 * and a clone at page o of its parent has the bias parent.bias + o. So one table serves
 * every member, at whatever offset.
 *
 *	coordinate  0    4    8    12   16
 *	parent      |=================|          bias 0, 14 pages
 *	clone            |=======|               bias 5, 6 pages, sees the parent below `limit`
 *	its clone           |==========|         bias 8
 *
 * Three kinds of children, all counted (VMO_ZERO_CHILDREN is `children == 0`):
 *
 *	clone     follows its parent until it has its own page
 *	snapshot  isolated both ways: limit is 0, it sees nothing of its parent
 *	slice     a window on the very same pages: `source` is the VMO whose tree it uses
 *
 * Every call runs under the kernel lock. Those that return ST_SHOULD_WAIT ran out of
 * vm_work: everything is consistent, call again to go on (docs/vmo-core.md says how, and
 * docs/decisions/0025 how long walks stop). Storage of a struct vmo is the caller's from init
 * to the ST_OK of vmo_close.
 */
#pragma once

#include "lib/list.h"

#include "mm/pool.h"

/* So many slices one VMO has at most: a shrink looks at each. */
enum { VMO_SLICES_MAX = 1024 };

enum vmo_flags {
	VMO_RESIZABLE = 1 << 0,
	VMO_RESERVE = 1 << 1, /* no write can run out of memory */
	VMO_SLICE = 1 << 2,
	VMO_FIXED = 1 << 3, /* contiguous or device memory: pages neither come nor go */
	VMO_CLOSING = 1 << 4,
	VMO_UNBORN = 1 << 5, /* a snapshot being taken, a run or device being filled */
	VMO_PAGED = 1 << 6,  /* a root, see `missing_end` */
};

#define VMO_NO_LIMIT	   UINT64_MAX
#define VMO_MAX_COORDINATE (UINT64_C(1) << (TABLE_BITS * VMO_LEVELS))
#define VMO_MAX_PAGES	   min_u64(VMO_MAX_COORDINATE, UINT64_MAX >> PAGE_BITS)

/*
 * A walk over the descendants that drops what they borrowed in a range, and can stop: at
 * is where to go on. A VMO that goes away moves on the walks that rest on it.
 */
struct vmo_walk {
	bool active;
	bool closed;	    /* it has ended, and nobody borrowed anything in its range since */
	struct vmo *walker; /* whose it is */
	struct vmo *at;
	struct list link; /* in at->resting */
	uint64_t start;	  /* asked for */
	uint64_t end;
	uint64_t reach_start; /* widened by what was dropped on the way down */
	uint64_t reach_end;
	uint64_t next;	  /* the coordinate of `at` to go on from; a goal: how often in vain */
	uint64_t changes; /* a goal: vm_work.changes when it was set */
};

/* A sweep over the mappings of one VMO, which can stop in the same way: see mapping.c. */
enum sweep {
	SWEEP_WRITE, /* take the right to write */
	SWEEP_OUT,   /* take everything */
};

struct vmo_sweep {
	bool active;
	bool closed; /* it has ended, and nothing was entered since */
	enum sweep what;
	struct list *at; /* in the VMO's mappings, or that list itself: at the end */
	uint64_t start;
	uint64_t end;
	uint64_t next; /* the coordinate to go on from in `at` */
};

/*
 * A merge under way, or being prepared. Once `clone` is set, in the clone and in its parent,
 * the clone's pages in [next, end) are the parent's already, but for their entries.
 */
struct vmo_merge {
	struct vmo *clone;
	uint64_t start;
	uint64_t next;
	uint64_t end;
	uint64_t events; /* preparing: vm_work.events when it stopped */
	unsigned tries;	 /* how often others made it begin again: see vm_portion */
};

struct vmo {
	/* The tree: one entry of level `levels` whose block holds every coordinate. */
	pte_t root;
	uint8_t levels;
	uint8_t memory; /* enum pte_memory */
	uint16_t flags;
	uint64_t bias;
	uint64_t pages;
	uint64_t limit;	      /* the parent shows below this coordinate, where it has pages */
	uint64_t missing_end; /* below it what it does not own is missing, not zero */
	uint64_t trim;	      /* the tree still holds content in [end, trim) when trim > end */

	/* Who pays; frames set aside for edges, or for everything under VMO_RESERVE. */
	struct pool *pool;
	uint64_t reserve;
	uint64_t reserve_cap;

	/* The family. `watching` lists clones that hold something borrowed, `idle` the rest. */
	struct vmo *parent;
	struct vmo *source; /* itself, but for slices */
	struct list sibling;
	struct list watching;
	struct list idle;
	struct list slices;
	uint64_t children;
	uint64_t slice_count; /* of all that use this tree */
	bool is_watching;

	struct list mappings;
	uint64_t mapping_count;
	struct vmo_sweep sweep;

	/* Long walks: see family.c, resolve.c and change.c. */
	union {
		struct vmo_merge merge;
		struct pool_run run; /* FIXED: its frames; a device's count is 0 */
	};
	struct vmo_walk walk;
	struct vmo_walk goal;
	struct list resting;
	struct vmo *below;
	uint64_t reached; /* closing: what `adopt_child` has; UNBORN, or a device's: what it has
			     itself, as `memory` says */
	struct vmo *adopt_child; /* UNBORN: up to it promises are made again */
	uint64_t renewed;	 /* promises made again for a snapshot, or a merge under way */
	struct vmo *newborn;	 /* a snapshot of it that is being taken */
	unsigned births;	 /* how often such a one was begun in vain */
	status_t refused;	 /* why this one will not be */
	uint64_t inside; /* walks among the descendants that will come back to this one */
};

/* vm_work: how many steps the call in progress may still take. Set at each entry. */
struct vm_work {
	uint64_t left;
	uint64_t changes; /* of VMOs with children: what was seen through them may be old */
	uint64_t events;  /* changes of trees: what was prepared before may be undone */
	uint64_t secret;  /* of this boot: see lib/treap.h */

	/* ST_MISSING: which page of whom, and what it was wanted for. */
	struct vmo *missing;
	uint64_t missing_page;
	bool missing_write;
	bool missing_user; /* it is a program's buffer */
};
extern struct vm_work vm_work;

/* Beside the refusals: a page that its pager has not supplied yet. Never leaves the kernel. */
enum { ST_MISSING = -1000 };

/*
 * vm_init: take VMO_LEVELS + 1 frames in a row, no Pool's, for the tree of zeros, and a
 * number that no program can guess.
 *
 *  => once, at boot
 */
void vm_init(paddr_t zeros, uint64_t secret);

/*
 * vmo_init: a VMO of `pages` pages of zeros. Costs nothing but the object.
 *
 *  => ST_OUT_OF_RANGE if no tree is that high
 */
must_check status_t vmo_init(struct vmo *v, struct pool *pool, uint64_t pages, unsigned flags);

/*
 * vmo_init_fixed: pages that are there for good: the memory at `pa`, which no Pool owns, or,
 * VMO_ANYWHERE, contiguous frames of the Pool, aligned and zeroed. Tables come from `pool`.
 *
 *  => `alignment`: of a run, in pages
 *  => ST_INVALID_ARGS (no pages; an alignment that is no power of two; `pa` within a page),
 *     ST_OUT_OF_RANGE, ST_NO_MEMORY
 *  => ST_SHOULD_WAIT: nobody names it before vmo_fill says ST_OK. Then, and after
 *     ST_NO_MEMORY from vmo_fill, it may be ended by vmo_close
 */
#define VMO_ANYWHERE UINT64_MAX
must_check status_t vmo_init_fixed(struct vmo *v, struct pool *pool, uint64_t pages, paddr_t pa,
	uint64_t alignment, enum pte_memory memory);

/*
 * vmo_fill: go on with what vmo_init_fixed began.
 *
 *  => not once vmo_close was begun, which is called until ST_OK
 *  => ST_SHOULD_WAIT; ST_NO_MEMORY: no run, or none for a table: called again, it looks again
 */
must_check status_t vmo_fill(struct vmo *v);

/*
 * vmo_clone, vmo_snapshot, vmo_slice: make a child of `pages` pages from page `offset`
 * on.
 *
 *  => `flags`: VMO_RESIZABLE, and VMO_RESERVE for a clone
 *  => clone: O(1), never touches the source. ST_NO_MEMORY if the frames that its edges
 *     may need, or with VMO_RESERVE all that it may ever need, cannot be set aside
 *  => snapshot: O(1) of a VMO that sees no parent, else the private tables of the source
 *     and its ancestors. ST_NO_MEMORY. A snapshot that stopped (ST_SHOULD_WAIT) is called
 *     again with the same arguments, or ended by vmo_close; nobody else names it
 *  => slice: within the source (ST_OUT_OF_RANGE), never resizable, VMO_SLICES_MAX at most
 *     (ST_NO_RESOURCES)
 *  => ST_BAD_STATE for what cannot be cloned: memory that is not Normal write-back
 */
must_check status_t vmo_clone(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags);
must_check status_t vmo_snapshot(struct vmo *v, struct vmo *source, struct pool *pool,
	uint64_t offset, uint64_t pages, unsigned flags);
must_check status_t vmo_slice(
	struct vmo *v, struct vmo *source, uint64_t offset, uint64_t pages);

/*
 * vmo_close: the end. Children take over what they see of it, then its own frames go.
 *
 *  => no mapping and no slice of it is left (the object layer counts them as users)
 *  => needs no memory, cannot fail: ST_OK, or ST_SHOULD_WAIT until all is done
 */
must_check status_t vmo_close(struct vmo *v);

/* vmo_resize: ST_UNAVAILABLE, ST_NO_MEMORY, ST_OUT_OF_RANGE, ST_BAD_STATE below a slice. */
must_check status_t vmo_resize(struct vmo *v, uint64_t pages);

/*
 * vmo_page: the frame that page `page` shows now, for reading (vmo_look) or for writing
 * (vmo_own, which gives the VMO its own page first).
 *
 *  => ST_OUT_OF_RANGE, ST_NO_MEMORY, ST_SHOULD_WAIT
 */
must_check status_t vmo_look(struct vmo *v, uint64_t page, paddr_t *pa_out);
must_check status_t vmo_own(struct vmo *v, uint64_t page, paddr_t *pa_out);

/* vmo_wrote: the kernel changed a page that vmo_own gave it: code is fetched anew. */
void vmo_wrote(paddr_t page);

/*
 * vmo_commit: each page is the VMO's own; or, with `zero`, shows zeros, by a page of its own
 * where that needs one. `*done_out` of them are done, also on failure; call again for the
 * rest. vmo_decommit: none is.
 *
 *  => ST_OUT_OF_RANGE, ST_BAD_STATE (not Normal memory), ST_NO_MEMORY, ST_SHOULD_WAIT;
 *     decommit: ST_NOT_SUPPORTED (pages that are there for good)
 */
must_check status_t vmo_commit(
	struct vmo *v, uint64_t page, uint64_t count, bool zero, uint64_t *done_out);
must_check status_t vmo_decommit(struct vmo *v, uint64_t page, uint64_t count);

/*
 * vmo_diff: the first page at or after `page` that this VMO owns.
 *
 *  => ST_NOT_FOUND if there is none; the cost is that of the tables passed over
 *  => ST_SHOULD_WAIT: none before `*page_out`: go on from there
 */
must_check status_t vmo_diff(struct vmo *v, uint64_t page, uint64_t *page_out);

/*
 * vmo_merge: the clone's own pages that its parent can see become the parent's, at once.
 *
 *  => afterwards the clone sees them through its parent; pages beyond the parent's end
 *     stay the clone's
 *  => atomic: up to one instant nobody sees a change, from then on everybody; who uses
 *     either VMO before all entries are moved helps with that
 *  => ST_BAD_STATE if it follows no parent, one that is being closed or of another Pool;
 *     ST_NO_MEMORY: nothing has changed
 */
must_check status_t vmo_merge(struct vmo *v);

/*
 * vmo_set_paged: what v has no page for is missing from now on, and not zero, below a
 * coordinate. Whoever looks, also through children, gets ST_MISSING until vmo_supply was called.
 *
 *  => it has neither parent nor children nor mappings, and was never touched (`root` is none)
 *  => when it goes, what its children saw missing through it stays missing in them
 */
static inline void vmo_set_paged(struct vmo *v, uint64_t end)
{
	v->flags |= VMO_PAGED;
	v->missing_end = end;
}

/*
 * vmo_supply: pages that are missing in `v` are made of what `from` shows.
 *
 *  => pages that `from` alone owns, of the same Pool, change hands, others are copied; what is
 *     not missing stays as it is, in both
 *  => `*done_out` pages are done, also on failure; call again for the rest
 *  => ST_NO_MEMORY, ST_SHOULD_WAIT; ST_MISSING: in `from`, too; ST_BAD_STATE: `from` follows
 *     a parent, or is the same
 *  => the ranges are in both, and hold a page
 */
must_check status_t vmo_supply(struct vmo *v, uint64_t page, uint64_t count, struct vmo *from,
	uint64_t from_page, uint64_t *done_out);

/* What a VMO holds: [0] its alone, [1] shared with snapshots, siblings. */
struct vmo_usage {
	uint64_t pages[2];
	uint64_t tables[2];
	uint64_t borrowed; /* entries, of any level */
	uint64_t reserved;
};

/*
 * vmo_usage: the account.
 *
 *  => `*at` is 0 at first; ST_SHOULD_WAIT: call again with both as they were left
 *  => what changes between two calls is counted as it was found, if at all
 */
must_check status_t vmo_usage(const struct vmo *v, uint64_t *at, struct vmo_usage *usage);

/*
 * vmo_set_memory: as what its pages are mapped from now on.
 *
 *  => it has no mapping, no parent, no child but slices, and no page of its own unless it is a
 *     device's, which is neither made PTE_NORMAL nor was
 *  => a device's entries are changed by who looks for a page through a mapping, all of them
 *     before the first is entered
 */
static inline void vmo_set_memory(struct vmo *v, enum pte_memory memory)
{
	CHECK(!v->mapping_count && v->children == v->slice_count && !v->parent);
	v->memory = (uint8_t)memory;
	v->reached = 0;
	v->sweep.active = v->flags & VMO_FIXED;
	v->sweep.at = &v->mappings;
}

static inline uint64_t vmo_end(const struct vmo *v)
{
	return v->bias + v->pages;
}
