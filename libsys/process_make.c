/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a process is made of.
 *
 * The Untyped of 2^b bytes is cut in ascending blocks, each aligned to its size, so that
 * nothing lies between them (a gap would be cleared, page by page):
 *
 *	0         2^(b-4)   2^(b-3)       2^(b-2)                   2^(b-1)               2^b
 *	| own     | b-4     | b-3         | b-2                     | b-1                 |
 *
 * `own` holds the Pool's object, the CNode, the thread, the endpoint. One of the others is what
 * the process makes objects of, as large as is asked for; the rest is its Pool's.
 *
 * Everything is derived from the Untyped, or charged to the Pool that is made of it, so
 * revoking the Untyped takes all of it back in whatever state it is, also half made.
 */
#include "libsys/cap.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "process_own.h"

enum { BLOCKS = 4, CNODE_BITS_MIN = 6 };

static status_t worse(status_t first, status_t second)
{
	return first != ST_OK ? first : second;
}

/* The blocks behind `own`, smallest first: one for objects, the others for the Pool. */
static status_t cut_blocks(struct process *process, unsigned objects_bits)
{
	status_t st = ST_OK;

	for (unsigned i = BLOCKS; i > 0 && st == ST_OK; i--) {
		unsigned bits = process->memory_bits - i;

		if (bits == objects_bits)
			st = untyped_retype(
				process->memory, OBJECT_UNTYPED, bits, process->objects, 1);
		else
			st = pool_add(process->pool, process->memory, bits);
	}
	return st;
}

static status_t make_objects(struct process *process, const struct process_options *options)
{
	const struct {
		enum object type;
		unsigned size_bits;
		cptr_t slot;
	} objects[] = {
		{OBJECT_CNODE, process->cnode_bits, process->cnode_made},
		{OBJECT_THREAD, 0, process->thread},
		{OBJECT_POOL, 0, process->pool},
		{OBJECT_REPLY, 0, process->reply},
		{OBJECT_ENDPOINT, 0, options->control ? 0 : process->control},
	};
	status_t st = untyped_retype(process->memory, OBJECT_UNTYPED,
		process->memory_bits - BLOCKS, process->own, 1);

	for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]) && st == ST_OK; i++)
		if (objects[i].slot)
			st = untyped_retype(process->own, objects[i].type, objects[i].size_bits,
				objects[i].slot, 1);
	if (st != ST_OK)
		return st;
	return cap_mint(process->cnode, process->cnode_made, RIGHTS_ALL,
		guard_word(0, 64 - process->cnode_bits));
}

static status_t lend(const struct process *process, cptr_t slot, cptr_t cap)
{
	return cap_copy_at(process_slot(process, slot), cap_at(cap), RIGHTS_ALL);
}

/* The standard slots. */
static status_t fill_cnode(struct process *process, const struct process_options *options)
{
	const word_t may = RIGHT_WRITE | RIGHT_GRANT_REPLY;
	status_t st = lend(process, ROOT_SLOT_CNODE, process->cnode);

	st = worse(st, lend(process, ROOT_SLOT_THREAD, process->thread));
	st = worse(st, lend(process, ROOT_SLOT_VSPACE, process->vspace));
	st = worse(st, cap_copy(process->pool_lent, process->pool, RIGHTS_ALL));
	st = worse(st, lend(process, ROOT_SLOT_POOL, process->pool_lent));
	st = worse(st, lend(process, STARTUP_SLOT_UNTYPED, process->objects));
	st = worse(st,
		cap_mint_at(process_slot(process, STARTUP_SLOT_CONTROL),
			cap_at(process->control), may, options->badge));
	if (st == ST_OK && options->flags & PROCESS_ARCHIVE)
		st = lend(process, ROOT_SLOT_ARCHIVE, ROOT_SLOT_ARCHIVE);
	return st;
}

static status_t take_memory(struct process *process, const struct process_options *options)
{
	unsigned bits = options->memory_bits ? options->memory_bits : PROCESS_MEMORY_BITS;

	if (options->untyped) {
		int64_t info = cap_info(options->untyped);

		if (info < 0 || cap_info_type(info) != OBJECT_UNTYPED)
			return info < 0 ? (status_t)info : ST_WRONG_TYPE;
		bits = cap_info_size(info);
	}
	if (bits < PROCESS_MEMORY_BITS_MIN)
		return ST_INVALID_ARGS;
	process->memory_bits = bits;
	process->memory = options->untyped;
	process->owns_memory = !options->untyped;
	return options->untyped ? ST_OK : object_create(OBJECT_UNTYPED, bits, &process->memory);
}

static status_t take_slots(struct process *process, const struct process_options *options)
{
	cptr_t first;
	status_t st = slots_alloc(PROCESS_SLOTS, &first);

	if (st != ST_OK)
		return st;
	process->own = first;
	process->objects = first + 1;
	process->pool = first + 2;
	process->pool_lent = first + 3;
	process->cnode = first + 4;
	process->cnode_made = first + 5;
	process->thread = first + 6;
	process->vspace = first + 7;
	process->reply = first + 8;
	process->lent = first + 9;
	process->control = options->control ? options->control : first + 10;
	return ST_OK;
}

/* Sizes that can be had. */
static status_t check_sizes(const struct process_options *options, struct process *process)
{
	unsigned bits = options->objects_bits;

	process->cnode_bits = options->cnode_bits ? options->cnode_bits : PROCESS_CNODE_BITS;
	if (bits && (bits >= process->memory_bits || bits < process->memory_bits - BLOCKS))
		return ST_INVALID_ARGS;
	if (process->cnode_bits < CNODE_BITS_MIN || process->cnode_bits > ROOT_CNODE_BITS)
		return ST_INVALID_ARGS;
	return ST_OK;
}

status_t process_make(struct process *process, const struct process_options *options)
{
	status_t st = take_memory(process, options);

	if (st != ST_OK)
		return st;
	process->state = PROCESS_RUNS; /* from here on process_destroy() has something to do */
	st = worse(check_sizes(options, process), take_slots(process, options));
	if (st == ST_OK)
		st = make_objects(process, options);
	if (st == ST_OK)
		st = cut_blocks(process, process_objects_bits(process, options));
	if (st == ST_OK)
		st = (status_t)sys_vspace_create(
			process->pool, ROOT_SLOT_CNODE, process->vspace);
	return st == ST_OK ? fill_cnode(process, options) : st;
}
