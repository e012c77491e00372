/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs as objects: the core's struct vmo with what capabilities, Pools and signals need.
 *
 *	capabilities   a list from the object (cap/place.h)
 *	mappings       `made`: those that were made with it. A slice's are its source's in
 *	               the core, but here they hold the slice
 *	Pools          `on`: whose frames it may hold: its own Pool's, which pays for it, and
 *	               those that its ancestors may hold, since it inherits from them
 *
 * It is closed when it has no capability, no mapping and no slice left. That can take a while:
 * then it waits on a list, which whoever began it, the idle loop, or who needs the memory
 * works off (vmos_collect).
 *
 * A snapshot may take several calls. Until the last its object has no capability and is known
 * to its source alone; who asks for the same again goes on with it, anybody else ends it. So
 * may a run or device memory, whose object is known to the thread that makes it until then
 * (thread->making): if that thread asks for another, or is destroyed, it ends.
 */
#pragma once

#include "abi/memory.h"

#include "vm/vmo.h"

#include "object/pool.h"

enum {
	VMO_POOLS_MAX = 4,     /* different Pools among a VMO and its ancestors */
	VM_STEPS = 24,	       /* of the core, between two preemption points */
	VM_STEPS_DEVICE = 192, /* of filling device memory, where one is an entry of a table */
};

enum vmo_state {
	VMO_LIVE,
	VMO_ENDING, /* on the list, or about to be freed */
};

struct thread;

/* In words: few instructions copy it. */
struct vmo_name {
	uint64_t words[VMO_NAME_MAX / 8];
};

struct vmo_object {
	struct counted_object counted;
	uint8_t state;	   /* enum vmo_state */
	uint8_t pools;	   /* of `on` */
	uint8_t signals;   /* of programs: the highest byte of VMO_SIGNALS_USER */
	uint8_t cache;	   /* enum vmo_cache: what was asked for; a slice's is its source's */
	uint8_t is_begun;  /* a run or device memory: the core has it in hand */
	uint8_t is_fed;	   /* it needs more frames than its Pool was fed: all of them */
	uint8_t is_device; /* `core` shows memory that no Pool owns; a slice: its source says */
	const struct vmo_object *asked; /* a snapshot that is being taken: of this one */
	struct thread *maker;		/* whose call makes it, a run or device memory */
	uint64_t id;
	uint64_t usage_at;	/* how far the account was taken, */
	struct vmo_usage usage; /* and what it is so far */
	struct list made;	/* struct mapping_object: made with this VMO */
	struct list ending;
	struct slot signal; /* the notification to tell of signals: that it got one */
	struct slot pager;  /* the endpoint to ask for what is missing */
	struct vmo core;
	struct vmo_name name;
	struct dependence on[VMO_POOLS_MAX]; /* the first: who pays */
};

_Static_assert(sizeof(struct vmo_object) <= SLAB_VMO_BYTES, "a slab's object");
_Static_assert(offsetof(struct vmo_object, signal) % SLOT_BYTES == 0, "slots are aligned");
_Static_assert(offsetof(struct vmo_object, pager) % SLOT_BYTES == 0, "slots are aligned");

static inline struct vmo_object *vmo_of(const struct cap *cap)
{
	return cap_object(cap);
}

static inline struct vmo_object *vmo_of_core(struct vmo *core)
{
	return container_of(core, struct vmo_object, core);
}

/* vmo_source: whose pages it shows: its own, unless it is a slice. */
static inline struct vmo_object *vmo_source(const struct vmo_object *vmo)
{
	return vmo_of_core(vmo->core.source);
}

/* vmo_pays: the Pool that it is charged to. */
static inline struct pool_object *vmo_pays(const struct vmo_object *vmo)
{
	return vmo->on[0].pool;
}

/* What a new VMO shall be. */
struct vmo_request {
	enum vmo_kind {
		MAKE_PAGED,
		MAKE_RUN,
		MAKE_DEVICE,
		MAKE_CLONE,
		MAKE_SNAPSHOT,
		MAKE_SLICE,
	} kind;
	unsigned flags; /* enum vmo_flags: RESIZABLE, RESERVE */
	uint64_t pages;
	uint64_t offset;	   /* children: page of the source; RUN: alignment in pages */
	enum pte_memory memory;	   /* RUN, DEVICE */
	uint8_t cache;		   /* and what was asked for */
	paddr_t pa;		   /* DEVICE */
	struct vmo_object *source; /* children */
	struct thread *maker;	   /* RUN, DEVICE: who calls */
	bool named;		   /* children: as their source is */
};

/*
 * vmo_make: a new VMO without capabilities, charged to `pool`.
 *
 *  => what the core says: ST_NO_MEMORY, ST_OUT_OF_RANGE, ST_BAD_STATE, ST_SHOULD_WAIT ...;
 *     ST_BAD_STATE: the Pool is being emptied. ST_NO_RESOURCES: VMO_POOLS_MAX
 *  => the caller gives it a capability or a mapping next
 */
must_check status_t vmo_make(struct pool_object *pool, const struct vmo_request *request,
	struct vmo_object **vmo_out);

/*
 * vmo_pools_within: may `other` hold the frames of every Pool that `vmo` may? Else a merge would
 * leave frames in it that their Pool does not find when it is emptied.
 */
bool vmo_pools_within(const struct vmo_object *vmo, const struct vmo_object *other);

/* vmo_abandon: what a thread's call was making is not wanted any more. */
void vmo_abandon(struct thread *thread);

/* vmo_finalise, vmo_release: object_types'. */
status_t vmo_finalise(const struct cap *cap, struct work *work);
void vmo_release(const struct cap *cap);

/* vmo_let_go: a mapping or slice of it went: it ends if that was the last user. */
void vmo_let_go(struct vmo_object *vmo, struct work *work);

/*
 * vmo_next: of the VMOs that a Pool pays for, the first one made after that of this id.
 *
 *  => ST_NOT_FOUND: there is none. CAP_AGAIN: the bookmark is a little further
 */
must_check status_t vmo_next(struct pool_object *pool, uint64_t after,
	struct bookmark *bookmark, struct vmo_object **vmo_out);

/* vmo_destroy_step: pool_empty's: one of its users less, whoever that is, or CAP_AGAIN. */
must_check status_t vmo_destroy_step(struct dependence *on, struct work *work);

/* vmos_collect: end the VMOs on the list; ST_OK when none is left. vmos_pending: how many. */
must_check status_t vmos_collect(struct work *work);
extern uint64_t vmos_ending;
static inline uint64_t vmos_pending(void)
{
	return vmos_ending;
}

/* vmo_feed: after ST_NO_MEMORY: are there frames that one of its Pools was not fed yet? */
bool vmo_feed(const struct vmo_object *vmo);

/* vmo_set_signal: what to tell of signals; `source` NULL: nothing. CAP_AGAIN. */
must_check status_t vmo_set_signal(
	struct vmo_object *vmo, struct slot *source, struct work *work);

/*
 * vmo_set_pager: whom to ask for pages that are missing; `source` NULL: nobody any more.
 *
 *  => ST_BAD_STATE: it has no pager, and cannot get one: it has or had pages, is a child or
 *     fixed, is mapped, has children or is not CACHED. CAP_AGAIN
 */
must_check status_t vmo_set_pager(
	struct vmo_object *vmo, struct slot *source, struct work *work);

/* vmo_change_signals: clear, then set user signals, and tell of new ones. Returns all it has. */
uint32_t vmo_change_signals(struct vmo_object *vmo, uint32_t clear, uint32_t set);

/* vmo_children: those that somebody has; a snapshot half made is nobody's yet. */
uint64_t vmo_children(const struct vmo *core);

/* vmo_check_children: tell it if there are none. */
void vmo_check_children(struct vmo *core);

/* vm_begin: how many steps the core may take from here on. */
static inline void vm_begin(uint64_t steps)
{
	vm_work.left = steps;
}
