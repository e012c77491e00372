/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The pages that a process finds beside its program: stack, IPC buffer and startup page in one
 * VMO, the page of facts in another.
 */
#include <string.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "process_own.h"

static status_t map_stack(struct process *process, const struct process_options *options)
{
	uint64_t size = options->stack_size ? options->stack_size : PROCESS_STACK_SIZE;

	if (size > PROCESS_STACK_TOP / 4)
		return ST_INVALID_ARGS;
	size = (size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	size += PROCESS_STARTUP_PAGES * PAGE_SIZE;
	return process_zeros(process, PROCESS_STACK_TOP - size, size);
}

static status_t map_archive(struct process *process)
{
	const struct process_mapping mapping = {
		.address = PROCESS_ARCHIVE_VA,
		.size = (boot_info()->archive_size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE,
		.vmo = ROOT_SLOT_ARCHIVE,
		.is_shared = 1,
		.flags = VSPACE_READ,
	};

	return process_map(process, &mapping);
}

/* A VMO that begins with these bytes, as a page that the process can read. */
static status_t map_bytes(
	struct process *process, uaddr_t address, const void *from, size_t size)
{
	struct process_mapping mapping = {
		.address = address,
		.size = PAGE_SIZE,
		.flags = VSPACE_READ,
	};
	status_t st = vmo_create(process->pool, PAGE_SIZE, 0, &mapping.vmo);

	if (st != ST_OK)
		return st;
	st = vmo_write(mapping.vmo, from, 0, size);
	if (st == ST_OK)
		return process_map(process, &mapping);
	(void)object_delete(mapping.vmo);
	return st;
}

/* What is true of the machine stays; of the rest the process has its own. */
static status_t map_facts(struct process *process, const struct process_options *options)
{
	enum { USED = offsetof(struct bootinfo, untyped) };
	struct {
		struct bootinfo info;
	} page;
	struct bootinfo *info = &page.info;

	memcpy(info, boot_info(), USED);
	if (options->flags & PROCESS_ARCHIVE)
		info->archive = PROCESS_ARCHIVE_VA;
	else
		info->archive = info->archive_size = 0;
	info->device_tree = info->device_tree_size = 0;
	info->stack_top = PROCESS_STACK;
	info->stack_size = process->mapping[process->mapping_count - 1].size -
		PROCESS_STARTUP_PAGES * PAGE_SIZE;
	info->ipc_buffer = PROCESS_IPC;
	info->untyped_first = STARTUP_SLOT_UNTYPED;
	info->untyped_count = 1;
	info->slots_free = process->slots_free;
	info->untyped[0] = (struct bootinfo_untyped){
		.size_bits = process_objects_bits(process, options),
	};
	return map_bytes(
		process, PROCESS_BOOTINFO, info, USED + sizeof(struct bootinfo_untyped));
}

static status_t give_caps(
	struct process *process, const struct process_options *options, struct startup *page)
{
	if (options->caps_count > STARTUP_CAPS_MAX)
		return ST_OUT_OF_RANGE;
	for (unsigned i = 0; i < options->caps_count; i++) {
		const struct process_cap *given = &options->caps[i];
		cptr_t slot = STARTUP_SLOT_CAPS + i;
		status_t st;

		if (strlen(given->name) >= STARTUP_NAME_MAX)
			return ST_BUFFER_TOO_SMALL;
		st = given->badge ? cap_mint_at(process_slot(process, slot), cap_at(given->cap),
					    given->rights, given->badge) :
				    cap_copy_at(process_slot(process, slot), cap_at(given->cap),
					    given->rights);
		if (st != ST_OK)
			return st;
		memcpy(page->caps[i].name, given->name, strlen(given->name) + 1);
		page->caps[i].slot = (uint32_t)slot;
	}
	page->caps_count = options->caps_count;
	process->slots_free = STARTUP_SLOT_CAPS + options->caps_count;
	return ST_OK;
}

static unsigned count(const char *const *texts)
{
	unsigned n = 0;

	while (texts && texts[n])
		n++;
	return n;
}

/* Texts into the page at `at`, which moves, their pointers from `table` on, NULL behind them. */
static int put_texts(struct startup *page, const char *const *texts, size_t table, size_t *at)
{
	unsigned n = count(texts);

	for (unsigned i = 0; i < n; i++) {
		size_t size = strlen(texts[i]) + 1;
		uaddr_t pointer = PROCESS_STARTUP + offsetof(struct startup, text) + *at;

		if (size > STARTUP_TEXT_MAX - *at)
			return 0;
		memcpy(page->text + *at, texts[i], size);
		memcpy(page->text + table + i * sizeof(pointer), &pointer, sizeof(pointer));
		*at += size;
	}
	return 1;
}

/* Both tables of pointers first, then the texts. */
static status_t put_arguments(struct startup *page, const char *const *arguments,
	const char *const *environment, size_t *used_out)
{
	size_t argv = (count(arguments) + 1) * sizeof(uaddr_t);
	size_t envp = (count(environment) + 1) * sizeof(uaddr_t);
	size_t at = argv + envp;

	if (argv > STARTUP_TEXT_MAX || envp > STARTUP_TEXT_MAX - argv)
		return ST_BUFFER_TOO_SMALL;
	memset(page->text, 0, at);
	page->argc = count(arguments);
	page->argv = PROCESS_STARTUP + offsetof(struct startup, text);
	page->envp = page->argv + argv;
	if (!put_texts(page, arguments, 0, &at) || !put_texts(page, environment, argv, &at))
		return ST_BUFFER_TOO_SMALL;
	*used_out = offsetof(struct startup, text) + at;
	return ST_OK;
}

static status_t fill_startup(
	struct process *process, const char *file, const struct process_options *options)
{
	const struct process_mapping *stack = &process->mapping[process->mapping_count - 1];
	const char *const name[] = {file, NULL};
	struct startup page;
	size_t used = 0;
	status_t st;

	memset(&page, 0, offsetof(struct startup, text));
	page.cnode_bits = process->cnode_bits;
	st = give_caps(process, options, &page);
	if (st == ST_OK)
		st = put_arguments(&page, options->arguments ? options->arguments : name,
			options->environment, &used);
	return st == ST_OK ? vmo_write(stack->vmo, &page, stack->size - PAGE_SIZE, used) : st;
}

status_t process_pages(
	struct process *process, const char *file, const struct process_options *options)
{
	status_t st = ST_OK;

	if (options->flags & PROCESS_ARCHIVE)
		st = map_archive(process);
	if (st == ST_OK)
		st = map_stack(process, options);
	if (st == ST_OK)
		st = fill_startup(process, file, options);
	return st == ST_OK ? map_facts(process, options) : st;
}
