/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What stands in the CNode of a copy: capabilities by name, and for each slot that the source's
 * startup page calls used an object of the copy's own.
 */
#include <string.h>

#include "libsys/cap.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "process_own.h"

enum { BITS = 64 };

/* Which of the source's names that is; caps_count: none. */
static unsigned find_name(const struct startup *page, const char *name)
{
	unsigned i = 0;

	while (i < page->caps_count && strncmp(page->caps[i].name, name, STARTUP_NAME_MAX) != 0)
		i++;
	return i;
}

static status_t give(struct process *copy, cptr_t slot, const struct process_cap *given)
{
	struct cap_place to = process_slot(copy, slot), from = cap_at(given->cap);

	return given->badge ? cap_mint_at(to, from, given->rights, given->badge) :
			      cap_copy_at(to, from, given->rights);
}

/* Those of `options` first, then what the source still has of the others. */
static status_t copy_names(
	struct process_copying *copying, const struct process_options *options)
{
	struct process *copy = copying->copy;

	if (copying->page.caps_count > STARTUP_CAPS_MAX)
		copying->page.caps_count = STARTUP_CAPS_MAX;
	for (unsigned i = 0; i < options->caps_count; i++) {
		unsigned at = find_name(&copying->page, options->caps[i].name);
		status_t st;

		if (at == copying->page.caps_count)
			return ST_NOT_FOUND;
		st = give(copy, STARTUP_SLOT_CAPS + at, &options->caps[i]);
		if (st != ST_OK)
			return st;
	}
	for (unsigned i = 0; i < copying->page.caps_count; i++)
		(void)cap_copy_at(process_slot(copy, STARTUP_SLOT_CAPS + i),
			process_slot(copying->source, STARTUP_SLOT_CAPS + i), RIGHTS_ALL);
	return ST_OK;
}

/* The copy's VMO that is mapped where this one of the source is; else one of its own. */
static status_t copy_vmo(struct process_copying *copying, cptr_t vmo, int64_t info, cptr_t slot)
{
	struct process *copy = copying->copy;
	int64_t size;
	status_t st;

	for (unsigned i = 0; i < copy->mapping_count; i++)
		if (copying->vmo_ids[i] &&
			(copying->vmo_ids[i] & CAP_ID_MASK) == cap_info_vmo(info))
			return cap_copy_at(process_slot(copy, slot),
				cap_at(copy->mapping[i].vmo), RIGHTS_ALL);
	size = vmo_size(vmo);
	if (size < 0 || !(cap_info_rights(info) & RIGHT_READ))
		return ST_OK;
	copy->has_objects = 1;
	st = (status_t)sys_vmo_clone(
		vmo, copying->kind, 0, (word_t)size, copy->pool, copy->cnode, slot);
	return st == ST_BAD_STATE ? ST_OK : st; /* a device's is nothing to copy */
}

static status_t copy_slot(struct process_copying *copying, cptr_t slot)
{
	struct process *source = copying->source, *copy = copying->copy;
	status_t st = ST_OK;
	int64_t info;

	if (cap_copy_at(cap_at(source->lent), process_slot(source, slot), RIGHTS_ALL) != ST_OK)
		return ST_OK;
	info = cap_info(source->lent);
	switch (cap_info_type(info)) {
	case OBJECT_ENDPOINT:
	case OBJECT_NOTIFICATION:
	case OBJECT_TIMER:
	case OBJECT_REPLY:
		copy->has_objects = 1;
		st = untyped_retype_in(copy->own, cap_info_type(info), 0, copy->cnode, slot, 1);
		break;
	case OBJECT_VMO:
		st = copy_vmo(copying, source->lent, info, slot);
		break;
	default:
		break;
	}
	(void)cap_delete(source->lent);
	return st;
}

status_t process_copy_slots(
	struct process_copying *copying, const struct process_options *options)
{
	status_t st = copy_names(copying, options);
	unsigned words = (1u << copying->copy->cnode_bits) / BITS;

	for (unsigned word = 0; word < words && st == ST_OK; word++) {
		uint64_t used = copying->page.slots_used[word];

		for (; used && st == ST_OK; used &= used - 1) {
			cptr_t slot = (cptr_t)word * BITS + (cptr_t)__builtin_ctzll(used);

			if (slot >= copying->source->slots_free)
				st = copy_slot(copying, slot);
		}
	}
	return st;
}
