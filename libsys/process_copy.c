/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Copies of processes: snapshots of one that goes on, and clones of one that never runs again.
 *
 * The source is looked at through its VSpace: each Mapping in turn, whoever made it. What is not
 * written is mapped as it is. Of what is written the copy gets a child of the VMO: a snapshot
 * if the source goes on, or a clone, which shows the source until it has a page of its own. For
 * that no capability to the VMO is needed (vspace_clone).
 *
 * Data of the source's program are a clone of the archive's, of which there are no snapshots: at
 * its first one the source gets pages of its own in their place.
 */
#include <string.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "process_own.h"

/* Is that VMO of this capability? The archive's, which most are, does not change. */
static int is_of(cptr_t cap, uint64_t vmo)
{
	static uint64_t archive;

	if (cap != ROOT_SLOT_ARCHIVE)
		return cap_info_vmo(cap_info(cap)) == vmo;
	if (!archive)
		archive = cap_info_vmo(cap_info(cap));
	return archive == vmo;
}

/* What is known of a mapping that was made for the source and not by it. */
static struct process_mapping *find_known(
	struct process *source, const struct vspace_range *range)
{
	for (unsigned i = 0; i < source->mapping_count; i++) {
		struct process_mapping *mapping = &source->mapping[i];

		if (mapping->address == range->address)
			return mapping->offset == range->offset &&
					is_of(mapping->vmo, range->vmo & CAP_ID_MASK) ?
				mapping :
				NULL;
	}
	return NULL;
}

static status_t copy_pages(cptr_t to, cptr_t from, uint64_t size)
{
	char page[PAGE_SIZE];
	status_t st = ST_OK;

	for (uint64_t at = 0; at < size && st == ST_OK; at += sizeof(page)) {
		st = vmo_read(from, page, at, sizeof(page));
		if (st == ST_OK)
			st = vmo_write(to, page, at, sizeof(page));
	}
	return st;
}

/* Pages of the source's own in place of a clone of the archive's, while it stands still. */
static status_t own_pages(struct process *source, struct process_mapping *mapping)
{
	uaddr_t at = mapping->address;
	cptr_t own;
	status_t st = vmo_create(source->pool, mapping->size, 0, &own);

	if (st != ST_OK)
		return st;
	st = copy_pages(own, mapping->vmo, mapping->size);
	if (st == ST_OK)
		st = vspace_map(source->vspace, own, 0, mapping->size,
			mapping->flags | VSPACE_FIXED | VSPACE_REPLACE, &at);
	if (st != ST_OK) {
		(void)object_delete(own);
		return st;
	}
	st = object_delete(mapping->vmo);
	mapping->vmo = own;
	return st;
}

static status_t make_child(struct process_copying *copying, const struct vspace_range *range,
	struct process_mapping *mapping)
{
	unsigned kind = range->rights & VSPACE_WRITE ? copying->kind : VMO_CHILD_CLONE;
	cptr_t space = copying->source->vspace, pool = copying->copy->pool;
	status_t st = vspace_clone(space, range->address, kind, pool, &mapping->vmo);
	struct process_mapping *known;

	if (st != ST_BAD_STATE || kind != VMO_CHILD_SNAPSHOT)
		return st;
	known = find_known(copying->source, range);
	if (!known || known->is_shared)
		return st;
	st = own_pages(copying->source, known);
	return st == ST_OK ? vspace_clone(space, range->address, kind, pool, &mapping->vmo) :
			     st;
}

static status_t copy_mapping(struct process_copying *copying, const struct vspace_range *range)
{
	const int is_written = range->rights & VSPACE_WRITE;
	const struct process_mapping *known =
		is_written ? NULL : find_known(copying->source, range);
	struct process_mapping mapping = {
		.address = range->address,
		.size = range->size,
		.flags = range->rights,
	};
	status_t st = ST_OK;

	if (known) {
		mapping.vmo = known->vmo;
		mapping.offset = known->offset;
		mapping.is_shared = 1;
	} else {
		st = make_child(copying, range, &mapping);
	}
	if (st == ST_OK && copying->copy->mapping_count < PROCESS_MAPPINGS_MAX)
		copying->vmo_ids[copying->copy->mapping_count] =
			range->offset == 0 && !mapping.is_shared ? range->vmo : 0;
	if (st == ST_OK && copying->kind == VMO_CHILD_CLONE) /* for process_restart() */
		mapping.id = cap_info_vmo(cap_info(mapping.vmo));
	return st == ST_OK ? process_map(copying->copy, &mapping) : st;
}

static status_t copy_mappings(struct process_copying *copying)
{
	struct vspace_range range;
	status_t st;
	uaddr_t at = 0;

	while ((st = vspace_query(copying->source->vspace, at, &range)) == ST_OK) {
		st = copy_mapping(copying, &range);
		if (st != ST_OK)
			return st;
		at = range.address + range.size;
	}
	return st == ST_NOT_FOUND ? ST_OK : st;
}

status_t process_copy_registers(cptr_t to, cptr_t from, struct process_registers *ready)
{
	struct process_registers own, *by = ready ? ready : &own;
	status_t st = thread_read_registers(from, &by->general);

	if (st == ST_OK)
		st = thread_read_fpu(from, &by->fpu);
	return st == ST_OK ? process_write_registers(to, by, ready ? 1 : 0) : st;
}

status_t process_write_registers(
	cptr_t to, struct process_registers *registers, unsigned generation)
{
	status_t st;

	if (generation) { /* the answer to startup_ready() */
		registers->general.x[0] = ST_OK;
		registers->general.x[1] = tag_make(0, 1, 0);
		registers->general.x[2] = generation;
	}
	st = thread_write_registers(to, &registers->general);
	return st == ST_OK ? thread_write_fpu(to, &registers->fpu) : st;
}

/* Its other threads, by its own list. */
static status_t each_thread(struct process_copying *copying,
	status_t (*what)(struct process_copying *, cptr_t thread, unsigned which))
{
	struct process *source = copying->source;
	status_t st = ST_OK;

	for (unsigned i = 0; i < STARTUP_THREADS_MAX && st == ST_OK; i++) {
		uint16_t slot = copying->page.threads[i];
		int64_t info;

		if (!slot ||
			cap_copy_at(cap_at(source->lent), process_slot(source, slot),
				RIGHTS_ALL) != ST_OK)
			continue;
		info = cap_info(source->lent);
		if (info >= 0 && cap_info_type(info) == OBJECT_THREAD)
			st = what(copying, source->lent, i);
		(void)cap_delete(source->lent);
	}
	return st;
}

static status_t suspend(struct process_copying *copying, cptr_t thread, unsigned which)
{
	struct thread_info info;
	status_t st = thread_info(thread, &info);

	if (st == ST_OK && info.state == THREAD_STOPPED)
		copying->source->threads_still |= 1u << which;
	return st == ST_OK ? thread_suspend(thread) : st;
}

static status_t resume(struct process_copying *copying, cptr_t thread, unsigned which)
{
	return copying->source->threads_still >> which & 1 ? ST_OK : thread_resume(thread);
}

/* One more thread of the copy, like this one of the source. */
static status_t copy_thread(struct process_copying *copying, cptr_t thread, unsigned which)
{
	struct process *copy = copying->copy;
	uint16_t slot = copying->page.threads[which];
	struct thread_info info;
	cptr_t own = slot_alloc();
	status_t st = own ? thread_info(thread, &info) : ST_NO_RESOURCES;

	if (st == ST_OK)
		st = untyped_retype(copy->own, OBJECT_THREAD, 0, own, 1);
	if (st != ST_OK) {
		slot_free(own);
		return st;
	}
	if (copying->source->threads_still >> which & 1)
		copy->threads_still |= 1u << copy->thread_count;
	copy->thread_slots[copy->thread_count] = slot;
	copy->threads[copy->thread_count++] = own;
	st = cap_copy_at(process_slot(copy, slot), cap_at(own), RIGHTS_ALL);
	if (st == ST_OK)
		st = cap_copy_at(cap_at(copy->lent), process_slot(copy, STARTUP_SLOT_CONTROL),
			RIGHTS_ALL);
	if (st == ST_OK)
		st = thread_configure(
			own, copy->cnode, copy->vspace, copy->lent, info.ipc_buffer);
	(void)cap_delete(copy->lent);
	if (st == ST_OK)
		st = thread_set_priority(own, copy->thread, info.priority);
	if (st == ST_OK)
		st = thread_set_cpu(own, ROOT_SLOT_THREAD, info.cpu);
	return st == ST_OK ? process_copy_registers(own, thread, NULL) : st;
}

static status_t copy_all(struct process_copying *copying, const struct process_options *options)
{
	struct process *source = copying->source, *copy = copying->copy;
	int ready = source->state == PROCESS_WAITS;
	status_t st = process_make(copy, options);

	if (st == ST_OK)
		st = copy_mappings(copying);
	if (st == ST_OK)
		st = process_configure(copy, options, PROCESS_IPC);
	if (st == ST_OK)
		st = process_copy_registers(
			copy->thread, source->thread, ready ? &source->ready : NULL);
	if (st == ST_OK)
		st = process_copy_slots(copying, options);
	return st == ST_OK ? each_thread(copying, copy_thread) : st;
}

/* A golden process's threads are stopped once and for all. */
static status_t stop_source(struct process_copying *copying)
{
	struct process *source = copying->source;
	status_t st = ST_OK;

	if (source->state == PROCESS_RUNS)
		st = thread_suspend(source->thread);
	if (st == ST_OK)
		st = process_read(source, PROCESS_STARTUP, &copying->page,
			offsetof(struct startup, text));
	if (st != ST_OK || source->is_golden)
		return st;
	source->threads_still = 0;
	source->is_golden = copying->kind == VMO_CHILD_CLONE;
	return each_thread(copying, suspend);
}

static status_t start_source(struct process_copying *copying)
{
	struct process *source = copying->source;
	status_t st;

	if (source->is_golden)
		return ST_OK;
	st = each_thread(copying, resume);
	if (st == ST_OK && source->state == PROCESS_RUNS)
		st = thread_resume(source->thread);
	return st;
}

status_t process_start_all(struct process *process)
{
	status_t st = ST_OK;

	for (unsigned i = 0; i < process->thread_count && st == ST_OK; i++)
		if (!(process->threads_still >> i & 1))
			st = thread_resume(process->threads[i]);
	return st == ST_OK ? thread_resume(process->thread) : st;
}

static status_t make_copy(
	struct process_copying *copying, const struct process_options *options)
{
	struct process *source = copying->source, *copy = copying->copy;
	struct process_options sized = options ? *options : (struct process_options){0};
	int was_golden = source->is_golden;
	status_t st, more;

	*copy = (struct process){
		.file = source->file,
		.file_size = source->file_size,
		.flags = source->flags,
		.slots_free = source->slots_free,
		.generation = 1,
		.golden = copying->kind == VMO_CHILD_CLONE ? source : NULL,
	};
	process_set_name(copy, sized.name ? sized.name : source->name);
	sized.cnode_bits = source->cnode_bits;
	sized.flags |= source->flags & PROCESS_ARCHIVE;
	st = stop_source(copying);
	if (st == ST_OK)
		st = copy_all(copying, &sized);
	if (st != ST_OK)
		source->is_golden = was_golden;
	more = start_source(copying);
	if (st == ST_OK)
		st = more;
	if (st == ST_OK && !(sized.flags & PROCESS_STOPPED))
		st = process_start_all(copy);
	if (st != ST_OK)
		(void)process_destroy(copy);
	return st;
}

status_t process_snapshot(
	struct process *source, const struct process_options *options, struct process *copy)
{
	struct process_copying copying;

	if (source->state != PROCESS_RUNS && source->state != PROCESS_WAITS)
		return ST_BAD_STATE;
	copying.source = source;
	copying.copy = copy;
	copying.kind = VMO_CHILD_SNAPSHOT;
	return make_copy(&copying, options);
}

status_t process_clone(
	struct process *golden, const struct process_options *options, struct process *clone)
{
	struct process_copying copying;

	if (golden->state != PROCESS_WAITS)
		return ST_BAD_STATE;
	copying.source = golden;
	copying.copy = clone;
	copying.kind = VMO_CHILD_CLONE;
	return make_copy(&copying, options);
}
