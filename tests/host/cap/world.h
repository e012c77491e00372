/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A small machine for the cap layer: RAM at the fake direct map, a CNode that stands
 * outside all Untypeds (as the root task's does), objects whose ends are recorded, and
 * a walk of everything that holds or should hold.
 *
 *	WORLD_PA                              WORLD_PA + world_bytes
 *	 | the Untypeds of the test | root slots |
 */
#pragma once

#include "cap/cap.h"
#include "cap/cspace.h"
#include "cap/delete.h"
#include "cap/object.h"
#include "cap/tour.h"
#include "cap/untyped.h"
#include "cap/zombie.h"

#define WORLD_PA UINT64_C(0x40000000)

enum {
	WORLD_BYTES_MAX = 64 << 20,
	WALK_SLOTS = 16384,
	WORLD_THREAD_SLOTS = 4,
	WORK_PLENTY = 1 << 30,
};

/* What the types' functions were asked to do. */
struct world_events {
	unsigned created[OBJECT_TYPES];
	unsigned finalised[OBJECT_TYPES];
	unsigned released[OBJECT_TYPES];
};

extern struct world_events events;

/* How many steps the finaliser of an endpoint takes (as with waiting threads). */
extern unsigned world_finalise_steps;

/* How large the machine is now. */
extern unsigned root_radix, root_slots;
extern uint64_t world_bytes;

/*
 * world_reset: 2^10 root slots and a MiB of RAM full of junk; no Zombies.
 * world_reset_to: another size.
 */
void world_reset(void);
void world_reset_to(unsigned radix, uint64_t bytes);

/* root: a slot of the root CNode; root_cap: the capability to it, in no slot. */
struct slot *root(unsigned index);
struct cap root_cap(void);

/* world_untyped: a new tree with an Untyped of 2^size_bits at WORLD_PA + `at`. */
struct slot *world_untyped(unsigned index, uint64_t at, unsigned size_bits);

/* world_make: retype that must succeed: the first of `count` slots from root(index). */
struct slot *world_make(struct slot *untyped, enum object type, unsigned size_bits,
	unsigned index, unsigned count);

/* in: slot `index` of a CNode's or thread's own slots. */
struct slot *in(const struct slot *holder, unsigned index);

/*
 * delete_all, revoke_all: until done; each step has `units` of work, the walk after each.
 * delete_all also does what a delete leaves to whoever has time.
 */
void delete_all(struct slot *slot, int units);
status_t revoke_all(struct slot *slot, int units);

/* parent_of: the slot that this one's capability was derived from; NULL for a root. */
struct slot *parent_of(const struct slot *slot);

/* descends_from: whether `slot` stands between the brackets of `ancestor`. */
bool descends_from(const struct slot *slot, const struct slot *ancestor);

/* walk: check all invariants; the number of capabilities. The test stops at a breach. */
unsigned walk(void);

/* walk_quiet: the same for searches: NULL, or what is wrong. */
const char *walk_quiet(void);

/* Every slot that has a capability, as the last walk found them. */
unsigned walked(struct slot ***slots_out);

/* seeds: xorshift. */
uint32_t random_u32(uint64_t *seed);
