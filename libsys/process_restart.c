/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A clone begun anew where its golden process waits.
 *
 *	what it made objects of    revoked: its new threads, endpoints and the like are gone
 *	what it made VMOs of       revoked: its new VMOs are gone, and where they were mapped
 *	what it wrote              decommitted, mapped or not: the golden process shows again
 *	what it mapped, in place of something too, or unmapped or protected  as it was
 *	slots that it took or gave back  as they were
 *	objects of its own from before   timers not set and not bound, notifications without bits
 *	registers                  the golden process's
 *
 * Each takes as long as there is something to undo.
 */
#include <string.h>

#include "libsys/cap.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "process_own.h"

enum { BITS = 64 };
#define ID_MASK (UINT64_MAX >> CAP_ID_SHIFT) /* what cap_info_vmo tells of an id */

/* Revoke what was lent, with all that was made by means of it, and lend it again. */
static status_t lend_again(struct process *process, cptr_t cap, cptr_t slot)
{
	struct cap_place place = process_slot(process, slot);
	status_t st = cap_revoke(cap);

	if (st == ST_OK)
		st = cap_copy_at(place, cap_at(cap), RIGHTS_ALL);
	if (st != ST_ALREADY_EXISTS)
		return st;
	st = cap_delete_at(place); /* something else was put there */
	return st == ST_OK ? cap_copy_at(place, cap_at(cap), RIGHTS_ALL) : st;
}

static int is_as_made(const struct process_mapping *mapping, const struct vspace_range *range)
{
	return mapping->address == range->address && mapping->size == range->size &&
		mapping->flags == range->rights && mapping->offset == range->offset &&
		mapping->id == (range->vmo & ID_MASK);
}

/* Are all mappings as they were made, and none more? */
static int all_are_as_made(const struct process *process)
{
	const struct process_mapping *next = process->mapping;
	const struct process_mapping *end = next + process->mapping_count;
	struct vspace_range range;
	uaddr_t at = 0;

	for (; vspace_query(process->vspace, at, &range) == ST_OK; next++) {
		if (next == end || !is_as_made(next, &range))
			return 0;
		at = range.address + range.size;
	}
	return next == end;
}

/* Where it mapped or unmapped something all is mapped again. */
static status_t map_as_made(struct process *process)
{
	const uint64_t all = (UINT64_C(1) << 48) - PAGE_SIZE;
	status_t st;

	if (all_are_as_made(process))
		return ST_OK;
	st = vspace_unmap(process->vspace, PAGE_SIZE, all);
	for (unsigned i = 0; i < process->mapping_count && st == ST_OK; i++) {
		const struct process_mapping *mapping = &process->mapping[i];
		uaddr_t at = mapping->address;

		st = vspace_map(process->vspace, mapping->vmo, mapping->offset, mapping->size,
			mapping->flags | VSPACE_FIXED, &at);
	}
	return st;
}

enum { FEW_PAGES = 8, SMALL_PAGES = 32, MANY_PAGES = 512 };

/*
 * From one page that was written to the next. What is near it is likely to be written as well,
 * the more so the more was: it goes along in one call.
 */
static status_t drop_changes(cptr_t vmo, uint64_t size)
{
	uint64_t near = FEW_PAGES * PAGE_SIZE;
	int64_t at = 0;

	while ((uint64_t)at < size && (at = vmo_diff(vmo, (uint64_t)at)) >= 0) {
		uint64_t some = size - (uint64_t)at < near ? size - (uint64_t)at : near;
		status_t st = vmo_op_range(vmo, VMO_OP_DECOMMIT, (uint64_t)at, some);

		if (st != ST_OK)
			return st;
		at += (int64_t)some;
		near = near < MANY_PAGES * PAGE_SIZE ? 4 * near : near;
	}
	return at == ST_NOT_FOUND || at >= 0 ? ST_OK : (status_t)at;
}

static status_t drop_writes(struct process *process)
{
	status_t st = ST_OK;

	for (unsigned i = 0; i < process->mapping_count && st == ST_OK; i++) {
		const struct process_mapping *mapping = &process->mapping[i];

		if (mapping->is_shared || !(mapping->flags & VSPACE_WRITE))
			continue;
		if (mapping->size <= SMALL_PAGES * PAGE_SIZE)
			st = vmo_op_range(mapping->vmo, VMO_OP_DECOMMIT, 0, mapping->size);
		else
			st = drop_changes(mapping->vmo, mapping->size);
	}
	return st;
}

/* Which slots its page calls used, as far as its CNode has slots. */
static status_t read_used(struct process *process, uint64_t *used)
{
	return process_read(process, PROCESS_STARTUP + offsetof(struct startup, slots_used),
		used, (1u << process->cnode_bits) / 8);
}

/* Those that it used and the golden process's page, which is its own again, calls free. */
static status_t empty_slots(struct process *process, const uint64_t *before)
{
	uint64_t now[STARTUP_SLOT_WORDS];
	status_t st = read_used(process->golden, now);

	for (unsigned word = 0; st == ST_OK && word < (1u << process->cnode_bits) / BITS;
		word++) {
		uint64_t extra = before[word] & ~now[word];

		for (; extra && st == ST_OK; extra &= extra - 1) {
			cptr_t slot = (cptr_t)word * BITS + (cptr_t)__builtin_ctzll(extra);

			st = cap_delete_at(process_slot(process, slot));
		}
	}
	return st;
}

/* Is it the clone of what the golden process has in that slot? */
static int is_own_vmo(struct process *process, cptr_t vmo, cptr_t slot)
{
	struct process *golden = process->golden;
	struct vmo_info info;
	int is_own;

	if (cap_copy_at(cap_at(golden->lent), process_slot(golden, slot), RIGHTS_ALL) != ST_OK)
		return 0;
	is_own = vmo_info(vmo, &info) == ST_OK &&
		(info.parent & ID_MASK) == cap_info_vmo(cap_info(golden->lent));
	(void)cap_delete(golden->lent);
	return is_own;
}

/* A timer, a notification or a VMO that need not be mapped, as it was made with the clone. */
static void calm(struct process *process, cptr_t cap, cptr_t slot)
{
	word_t bits;

	switch (cap_info_type(cap_info(cap))) {
	case OBJECT_TIMER:
		(void)timer_cancel(cap);
		(void)timer_bind(cap, 0);
		break;
	case OBJECT_NOTIFICATION:
		(void)notification_poll(cap, &bits);
		break;
	default:
		if (is_own_vmo(process, cap, slot))
			(void)drop_changes(cap, (uint64_t)vmo_size(cap));
	}
}

/* All objects of a type that the golden process has in the same slots. */
static void calm_all(struct process *process, enum object type, const uint64_t *used)
{
	for (cptr_t slot = process->slots_free; slot < (cptr_t)1 << process->cnode_bits;
		slot++) {
		int64_t info;

		if (!(used[slot / BITS] >> slot % BITS & 1) ||
			cap_copy_at(cap_at(process->lent), process_slot(process, slot),
				RIGHTS_ALL) != ST_OK)
			continue;
		info = cap_info(process->lent);
		if (info >= 0 && cap_info_type(info) == type)
			calm(process, process->lent, slot);
		(void)cap_delete(process->lent);
	}
}

/* A timer that still goes off would tell a notification: timers first. */
static status_t calm_objects(struct process *process)
{
	uint64_t used[STARTUP_SLOT_WORDS];
	status_t st;

	if (!process->has_objects)
		return ST_OK;
	st = read_used(process->golden, used);
	if (st != ST_OK)
		return st;
	calm_all(process, OBJECT_TIMER, used);
	calm_all(process, OBJECT_NOTIFICATION, used);
	calm_all(process, OBJECT_VMO, used);
	st = thread_bind(process->thread, 0);
	for (unsigned i = 0; i < process->thread_count && st == ST_OK; i++)
		st = thread_bind(process->threads[i], 0);
	return st;
}

/* What it was given by name, if it threw that away. */
static void give_names_again(struct process *process)
{
	for (cptr_t slot = STARTUP_SLOT_CAPS; slot < process->slots_free; slot++)
		(void)cap_copy_at(process_slot(process, slot),
			process_slot(process->golden, slot), RIGHTS_ALL);
}

static status_t set_registers(struct process *process)
{
	struct process *golden = process->golden;
	status_t st =
		process_write_registers(process->thread, &golden->ready, process->generation);

	for (unsigned i = 0; i < process->thread_count && st == ST_OK; i++) {
		struct cap_place place = process_slot(process, process->thread_slots[i]);

		st = cap_copy_at(cap_at(golden->lent),
			process_slot(golden, process->thread_slots[i]), RIGHTS_ALL);
		if (st == ST_OK)
			st = process_copy_registers(process->threads[i], golden->lent, NULL);
		(void)cap_delete(golden->lent);
		(void)cap_copy_at(place, cap_at(process->threads[i]), RIGHTS_ALL);
	}
	return st;
}

/* A fault of the life before may wait to be received: it went with its sender's suspension. */
status_t process_restart(struct process *process)
{
	uint64_t before[STARTUP_SLOT_WORDS];
	status_t st;

	if (!process->golden || process->state == PROCESS_NONE)
		return ST_BAD_STATE;
	st = process_suspend_all(process);
	if (st == ST_OK)
		st = read_used(process, before);
	if (st == ST_OK)
		st = lend_again(process, process->objects, STARTUP_SLOT_UNTYPED);
	if (st == ST_OK)
		st = lend_again(process, process->pool_lent, ROOT_SLOT_POOL);
	if (st == ST_OK)
		st = map_as_made(process);
	if (st == ST_OK)
		st = drop_writes(process);
	if (st == ST_OK)
		st = empty_slots(process, before);
	if (st == ST_OK)
		st = calm_objects(process);
	if (st != ST_OK)
		return st;
	give_names_again(process);
	process->generation++;
	st = set_registers(process);
	if (st == ST_OK)
		st = process_start_all(process);
	if (st == ST_OK)
		process->state = PROCESS_RUNS;
	return st;
}
