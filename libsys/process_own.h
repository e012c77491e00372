/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Within libsys: how a process is put together.
 */
#pragma once

#include "libsys/archive.h"
#include "libsys/process.h"

#define PROCESS_STACK_TOP  UINT64_C(0x7ffffffff000)
#define PROCESS_BOOTINFO   UINT64_C(0x7fff00000000)
#define PROCESS_ARCHIVE_VA UINT64_C(0x7f0000000000)

enum {
	PROCESS_STARTUP_PAGES = 2, /* IPC buffer and startup page, above the stack */
	PROCESS_SLOTS = 11,	   /* neighbouring, from `own` on */
};

#define PROCESS_STARTUP (PROCESS_STACK_TOP - PAGE_SIZE)
#define PROCESS_IPC	(PROCESS_STACK_TOP - 2 * PAGE_SIZE)
#define PROCESS_STACK	(PROCESS_IPC)

/* A slot of the process's CNode. */
static inline struct cap_place process_slot(const struct process *process, cptr_t slot)
{
	struct cap_place place = {process->cnode, slot, 64};

	return place;
}

/*
 * process_map: map a VMO and note it.
 *
 *  mapping  flags without VSPACE_FIXED; vmo, if it is not shared, becomes the process's
 *  returns  ST_OK; ST_NO_RESOURCES: more than PROCESS_MAPPINGS_MAX; what vspace_map says. Then
 *           the VMO is deleted
 */
status_t process_map(struct process *process, const struct process_mapping *mapping);

/* process_zeros: a VMO of zeros of its Pool, mapped readable and writable. */
status_t process_zeros(struct process *process, uaddr_t address, uint64_t size);

/* process_configure: its first thread: CSpace, VSpace, faults, priority, CPU and name. */
status_t process_configure(
	struct process *process, const struct process_options *options, uaddr_t ipc_buffer);

/* process_set_name: as much of it as a thread's name can have. */
void process_set_name(struct process *process, const char *name);

/* process_suspend_all, process_start_all: its first thread and those that a copy was given. */
status_t process_suspend_all(struct process *process);
status_t process_start_all(struct process *process);

/* process_stop: its first thread does not run any more, the others are gone. */
status_t process_stop(struct process *process);

/*
 * process_load: the segments of a program.
 *
 *  returns  ST_OK; ST_INVALID_ARGS: not one that can be loaded; ST_NO_MEMORY, ST_NO_RESOURCES
 */
status_t process_load(
	struct process *process, const struct archive_file *file, uaddr_t *entry_out);

/*
 * process_make: the objects of a process, of its Untyped, and what stands in its CNode.
 *
 *  returns  as process_spawn; what was made is noted in `process` for process_destroy()
 */
status_t process_make(struct process *process, const struct process_options *options);

/*
 * process_pages: stack, IPC buffer, page of facts, startup page, the archive, and the
 * capabilities by name.
 *
 *  file     whose name is the first argument, if none are given
 *  returns  as process_spawn
 */
status_t process_pages(
	struct process *process, const char *file, const struct process_options *options);

/* process_objects_bits: the size of what the process may make objects of. */
static inline unsigned process_objects_bits(
	const struct process *process, const struct process_options *options)
{
	return options->objects_bits ? options->objects_bits : process->memory_bits - 4;
}

/* A copy in the making. */
struct process_copying {
	struct process *source, *copy;
	unsigned kind;	     /* VMO_CHILD_SNAPSHOT or VMO_CHILD_CLONE */
	struct startup page; /* the source's, up to its text */
	uint64_t
		vmo_ids[PROCESS_MAPPINGS_MAX]; /* of whom the copy's mapping's VMO is a child */
};

/* process_copy_slots: capabilities by name, and what stands in the slots that are used. */
status_t process_copy_slots(
	struct process_copying *copying, const struct process_options *options);

/*
 * process_copy_registers: all of them, from a thread that does not run to one that is stopped.
 *
 *  ready  the source waits in startup_ready(): they are kept here, and for `to` it returns 1.
 *         NULL: it does not
 */
status_t process_copy_registers(cptr_t to, cptr_t from, struct process_registers *ready);

/*
 * process_write_registers: what was kept, to a thread that is stopped.
 *
 *  generation  that startup_ready() returns; 0: it does not wait there
 */
status_t process_write_registers(
	cptr_t to, struct process_registers *registers, unsigned generation);
