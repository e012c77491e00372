/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Processes: spawned, started, killed, taken back. What they are made of: process_make.c; their
 * program: process_load.c; the pages that they find: process_pages.c; what they do:
 * process_wait.c.
 */
#include "libsys/process.h"

#include <string.h>

#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "process_own.h"

status_t process_map(struct process *process, const struct process_mapping *mapping)
{
	uaddr_t at = mapping->address;
	status_t st = ST_NO_RESOURCES;

	if (process->mapping_count < PROCESS_MAPPINGS_MAX)
		st = vspace_map(process->vspace, mapping->vmo, mapping->offset, mapping->size,
			mapping->flags | VSPACE_FIXED, &at);
	if (st == ST_OK)
		process->mapping[process->mapping_count++] = *mapping;
	else if (!mapping->is_shared)
		(void)object_delete(mapping->vmo);
	return st;
}

status_t process_zeros(struct process *process, uaddr_t address, uint64_t size)
{
	struct process_mapping mapping = {
		.address = address,
		.size = size,
		.flags = VSPACE_READ | VSPACE_WRITE,
	};
	status_t st = vmo_create(process->pool, size, 0, &mapping.vmo);

	return st == ST_OK ? process_map(process, &mapping) : st;
}

/* The least of what is asked for and what this thread may give. */
static unsigned priority_of(const struct process_options *options)
{
	struct thread_info self;

	if (options->priority || thread_info(ROOT_SLOT_THREAD, &self) != ST_OK)
		return options->priority;
	return self.priority_max < PROCESS_PRIORITY ? self.priority_max : PROCESS_PRIORITY;
}

status_t process_configure(
	struct process *process, const struct process_options *options, uaddr_t ipc_buffer)
{
	unsigned priority = priority_of(options);
	status_t st = cap_copy_at(
		cap_at(process->lent), process_slot(process, STARTUP_SLOT_CONTROL), RIGHTS_ALL);

	if (st == ST_OK)
		st = thread_configure(process->thread, process->cnode, process->vspace,
			process->lent, ipc_buffer);
	(void)cap_delete(process->lent);
	if (st == ST_OK)
		st = thread_set_priority(process->thread, ROOT_SLOT_THREAD, priority);
	if (st == ST_OK)
		st = thread_set_priority_max(process->thread, ROOT_SLOT_THREAD, priority);
	if (st == ST_OK)
		st = thread_set_cpu(process->thread, ROOT_SLOT_THREAD, options->cpu);
	return st == ST_OK ? thread_set_name(process->thread, process->name) : st;
}

void process_set_name(struct process *process, const char *name)
{
	size_t length = strlen(name);

	if (length >= sizeof(process->name))
		length = sizeof(process->name) - 1;
	memcpy(process->name, name, length);
	process->name[length] = '\0';
}

static status_t fill(
	struct process *process, const char *name, const struct process_options *options)
{
	struct archive_file file;
	struct thread_registers registers = {
		.x = {PROCESS_BOOTINFO, PROCESS_STARTUP},
		.sp = PROCESS_STACK,
	};
	status_t st;

	if (!archive_find(name, &file))
		return ST_NOT_FOUND;
	process->file = file.data;
	process->file_size = file.size;
	process->flags = options->flags;
	process_set_name(process, options->name ? options->name : name);
	st = process_make(process, options);
	if (st == ST_OK)
		st = process_load(process, &file, &registers.pc);
	if (st == ST_OK)
		st = process_pages(process, name, options);
	if (st == ST_OK)
		st = process_configure(process, options, PROCESS_IPC);
	return st == ST_OK ? thread_write_registers(process->thread, &registers) : st;
}

status_t process_spawn(
	const char *file, const struct process_options *options, struct process *process)
{
	static const struct process_options none;
	status_t st;

	*process = (struct process){0};
	if (!options)
		options = &none;
	st = fill(process, file, options);
	if (st == ST_OK && !(options->flags & PROCESS_STOPPED))
		st = process_start(process);
	if (st != ST_OK)
		(void)process_destroy(process);
	return st;
}

status_t process_start(struct process *process)
{
	return process_start_all(process);
}

status_t process_suspend_all(struct process *process)
{
	status_t st = thread_suspend(process->thread);

	for (unsigned i = 0; i < process->thread_count && st == ST_OK; i++)
		st = thread_suspend(process->threads[i]);
	return st;
}

/* The threads that it made itself are made of what it may make objects of. */
status_t process_stop(struct process *process)
{
	status_t st = cap_revoke(process->objects);

	return st == ST_OK ? process_suspend_all(process) : st;
}

status_t process_kill(struct process *process)
{
	status_t st;

	if (process->state != PROCESS_RUNS && process->state != PROCESS_WAITS)
		return process->state == PROCESS_NONE ? ST_BAD_STATE : ST_OK;
	st = process_stop(process);
	if (st == ST_OK)
		process->state = PROCESS_KILLED;
	return st;
}

/* With the Untyped's children all that stands in the slots is gone. */
status_t process_destroy(struct process *process)
{
	status_t st;

	if (process->state == PROCESS_NONE)
		return ST_OK;
	st = cap_revoke(process->memory);
	if (st != ST_OK && st != ST_BAD_HANDLE)
		return st;
	process->state = PROCESS_NONE;
	for (unsigned i = 0; i < process->mapping_count; i++)
		if (!process->mapping[i].is_shared)
			(void)object_delete(process->mapping[i].vmo);
	for (unsigned i = 0; i < process->thread_count; i++)
		(void)object_delete(process->threads[i]);
	if (process->own)
		slots_free(process->own, PROCESS_SLOTS);
	return process->owns_memory ? object_delete(process->memory) : ST_OK;
}
