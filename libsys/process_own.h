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
 *  mapping  flags without VSPACE_FIXED; vmo, if it is not the archive's, becomes the process's
 *  returns  ST_OK; ST_NO_RESOURCES: more than PROCESS_MAPPINGS_MAX; what vspace_map says. Then
 *           the VMO is deleted
 */
status_t process_map(struct process *process, const struct process_mapping *mapping);

/* process_zeros: a VMO of zeros of its Pool, mapped readable and writable. */
status_t process_zeros(struct process *process, uaddr_t address, uint64_t size);

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
