/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls on VMOs that are there: their bytes, sizes and pages, what is told of them, merges
 * and signals. How they are made is in vmo_make.c, how pages that are missing come in pager.c.
 *
 * Any of them could take long: a VMO may be as large as 2^63 bytes. A call does a bounded part,
 * counted in steps of the core (vm_begin), and then there are two ways to go on:
 *
 *	begin anew     what was done is in the objects: the call is restarted (CALL_AGAIN) and
 *	               finds less to do. set_size, DECOMMIT, merge, info, set_signal
 *	say how much   to begin anew would be to do it all again: the answer is how far it came,
 *	               and libsys asks for the rest. read, write, other operations, diff
 *
 * A page that is missing is the caller's to ask for: ST_MISSING goes up to the dispatcher, which
 * sends the request and begins the call anew when it was answered.
 */
#include "lib/string.h"

#include "arch/mmu.h"
#include "arch/page.h"

#include "cap/untyped.h"

#include "memory.h"
#include "signal.h"

enum {
	TRANSFER_PAGES = 16, /* of a read or write: then the program asks again */
	LOOK_STEPS = 128,    /* of the core, where a step is an entry that is looked at, */
	SWEEP_STEPS = 128,   /* taken out, */
	MERGE_STEPS = 80,    /* moved, */
	COMMIT_STEPS = 16,   /* or a page that is made */
	BYTES_MAX = 2048,    /* copied one by one */
	CACHE_PAGES = 16,
};

static struct vmo *core_of(const struct lookup *lookup)
{
	return &vmo_of(&lookup->slot->cap)->core;
}

struct transfer {
	struct vmo_object *vmo;
	uaddr_t buffer;
	uint64_t offset, size;
	bool write;
};

/* Up to the next page's end of both. The program's page first: its way may lead to the VMO. */
static force_inline status_t transfer_part(
	const struct transfer *t, uint64_t done, uint64_t *part_out)
{
	uint64_t at = t->offset + done, user = t->buffer + done;
	uint64_t part = min_u64(t->size - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
	struct vmo *core = &t->vmo->core;
	char *here;
	void *page;
	paddr_t pa;
	status_t st;

	vm_begin(VM_STEPS);
	st = user_resolve(caller(), user, !t->write, &page);
	if (unlikely(st != ST_OK))
		return st;
	part = min_u64(part, PAGE_SIZE - (user & (PAGE_SIZE - 1)));
	if (part > BYTES_MAX && (at | user) & 7)
		part = BYTES_MAX;
	st = t->write ? vmo_own(core, at >> PAGE_BITS, &pa) :
			vmo_look(core, at >> PAGE_BITS, &pa);
	if (unlikely(st != ST_OK))
		return memory_result(t->vmo, st);
	here = (char *)pa_to_va(pa) + (at & (PAGE_SIZE - 1));
	if (part == PAGE_SIZE)
		page_copy(t->write ? here : page, t->write ? page : here);
	else
		memcpy(t->write ? here : page, t->write ? page : here, part);
	if (t->write)
		vmo_wrote(pa);
	*part_out = part;
	return ST_OK;
}

/* What a part took, in steps: a whole page is copied fast, words and single bytes are not. */
static uint64_t part_steps(uint64_t at, uint64_t size)
{
	return VM_STEPS - vm_work.left +
		(size == PAGE_SIZE ? 2 : 1 + size / (at & 7 ? 64 : 1024));
}

/* Behind the first part. */
static never_inline int64_t transfer_more(const struct transfer *t, uint64_t done)
{
	uint64_t spent = part_steps(t->offset | t->buffer, done), part = 0;

	for (unsigned i = 1; i < TRANSFER_PAGES && done < t->size && spent < VM_STEPS; i++) {
		if (transfer_part(t, done, &part) != ST_OK)
			break;
		spent += part_steps((t->offset + done) | (t->buffer + done), part);
		done += part;
	}
	return (int64_t)done;
}

static int64_t transfer(const struct transfer *t)
{
	const struct vmo *core = &t->vmo->core;
	uint64_t end = core->pages << PAGE_BITS, part = 0;
	status_t st;

	if (unlikely(t->offset > end || t->size > end - t->offset))
		return ST_OUT_OF_RANGE;
	if (unlikely(core->memory != PTE_NORMAL))
		return ST_BAD_STATE;
	if (unlikely(t->size == 0))
		return 0;
	st = transfer_part(t, 0, &part);
	if (unlikely(st != ST_OK))
		return call_result(st);
	return part == t->size ? (int64_t)part : transfer_more(t, part);
}

int64_t sys_vmo_read(cptr_t cptr, uaddr_t buffer, word_t offset, word_t size)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_READ);

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	return transfer(
		&(struct transfer){vmo_of(&lookup.slot->cap), buffer, offset, size, false});
}

int64_t sys_vmo_write(cptr_t cptr, uaddr_t buffer, word_t offset, word_t size)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_WRITE);

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	return transfer(
		&(struct transfer){vmo_of(&lookup.slot->cap), buffer, offset, size, true});
}

int64_t sys_vmo_size(cptr_t cptr)
{
	struct lookup lookup = find_vmo(cptr, 0);

	if (lookup.status != ST_OK)
		return lookup.status;
	return (int64_t)(core_of(&lookup)->pages << PAGE_BITS);
}

int64_t sys_vmo_set_size(cptr_t cptr, word_t size)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_WRITE);
	uint64_t pages;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	st = pages_of(size, &pages);
	if (!(core_of(&lookup)->flags & VMO_RESIZABLE))
		st = ST_UNAVAILABLE;
	if (st != ST_OK)
		return st;
	vm_begin(SWEEP_STEPS);
	st = vmo_resize(core_of(&lookup), pages);
	return call_result(memory_result(vmo_of(&lookup.slot->cap), st));
}

/* The pages that a range touches, and what is to be done to them. */
struct operation {
	struct vmo_object *vmo;
	word_t op; /* enum vmo_op */
	uint64_t page, count;
};

static status_t cache_page(word_t op, paddr_t pa)
{
	if (op == VMO_OP_CACHE_SYNC)
		mmu_sync_code(pa);
	else
		mmu_sync_uncached(pa); /* cleans and invalidates: enough for each */
	return ST_OK;
}

static status_t cache_pages(const struct operation *o, uint64_t *done_out)
{
	uint64_t some = min_u64(o->count, CACHE_PAGES);
	status_t st = ST_OK;
	paddr_t pa;

	for (*done_out = 0; *done_out < some && st == ST_OK; ++*done_out) {
		st = vmo_look(&o->vmo->core, o->page + *done_out, &pa);
		if (st != ST_OK)
			break;
		cache_page(o->op, pa);
	}
	return st;
}

static status_t operate(const struct operation *o, uint64_t *done_out)
{
	struct vmo *core = &o->vmo->core;
	status_t st;

	vm_begin(COMMIT_STEPS);
	switch (o->op) {
	case VMO_OP_COMMIT:
		return vmo_commit(core, o->page, o->count, false, done_out);
	case VMO_OP_ZERO:
		return vmo_commit(core, o->page, o->count, true, done_out);
	case VMO_OP_DECOMMIT:
		vm_begin(SWEEP_STEPS);
		st = vmo_decommit(core, o->page, o->count);
		*done_out = st == ST_OK ? o->count : 0;
		return st;
	default:
		vm_begin(VM_STEPS);
		return cache_pages(o, done_out);
	}
}

/* Which rights an operation needs; a refusal where there is none. */
static status_t op_check(word_t op, word_t size, unsigned *rights_out)
{
	if (op < VMO_OP_COMMIT || op > VMO_OP_CACHE_CLEAN_INVALIDATE)
		return ST_INVALID_ARGS;
	if (op == VMO_OP_LOCK || op == VMO_OP_UNLOCK)
		return ST_NOT_SUPPORTED;
	if (op >= VMO_OP_CACHE_SYNC && size == 0)
		return ST_INVALID_ARGS;
	*rights_out =
		op <= VMO_OP_ZERO || op == VMO_OP_CACHE_INVALIDATE ? RIGHT_WRITE : RIGHT_READ;
	return ST_OK;
}

int64_t sys_vmo_op_range(cptr_t cptr, word_t op, word_t offset, word_t size)
{
	struct lookup lookup = find_vmo(cptr, 0);
	struct operation o = {.op = op, .page = offset >> PAGE_BITS};
	uint64_t end, done = 0;
	unsigned rights;
	status_t st;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	st = op_check(op, size, &rights);
	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(rights & ~lookup.slot->cap.rights))
		return ST_ACCESS_DENIED;
	o.vmo = vmo_of(&lookup.slot->cap);
	end = o.vmo->core.pages << PAGE_BITS;
	if (unlikely(offset > end || size > end - offset))
		return ST_OUT_OF_RANGE;
	if (unlikely(o.vmo->core.memory != PTE_NORMAL))
		return op == VMO_OP_DECOMMIT && o.vmo->core.source->flags & VMO_FIXED ?
			ST_NOT_SUPPORTED :
			ST_BAD_STATE;
	if (size == 0)
		return 0;
	o.count = ((offset + size - 1) >> PAGE_BITS) + 1 - o.page;
	st = operate(&o, &done);
	if (done)
		return (int64_t)min_u64(size, ((o.page + done) << PAGE_BITS) - offset);
	return call_result(memory_result(o.vmo, st));
}

seldom int64_t sys_vmo_lookup(cptr_t cptr, cptr_t untyped, word_t offset)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_READ), from;
	const struct frame *frame;
	struct vmo_object *vmo;
	paddr_t pa, base;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	from = invoke_find(untyped, OBJECT_UNTYPED, 0);
	if (from.status != ST_OK)
		return from.status;
	vmo = vmo_of(&lookup.slot->cap);
	vm_begin(VM_STEPS);
	st = vmo_look(&vmo->core, offset >> PAGE_BITS, &pa);
	if (st != ST_OK)
		return call_result(memory_result(vmo, st));
	frame = frame_at(pa);
	if (!vmo_source(vmo)->is_device && (!frame || frame->state != FRAME_PAGE))
		return ST_NOT_FOUND;
	base = untyped_base(&from.slot->cap);
	return pa - base < BIT(from.slot->cap.size_bits) ? (int64_t)pa : ST_ACCESS_DENIED;
}

static uint32_t info_flags(const struct vmo_object *vmo)
{
	const struct vmo *core = &vmo->core;
	bool fixed = core->source->flags & VMO_FIXED;

	return (core->flags & VMO_RESIZABLE ? VMO_FLAG_RESIZABLE : 0) |
		(core->flags & VMO_SLICE ? VMO_FLAG_SLICE : 0) |
		(core->flags & VMO_RESERVE ? VMO_FLAG_RESERVE : 0) |
		(core->parent ? VMO_FLAG_CHILD : 0) |
		(core->parent && core->limit == 0 && !(core->flags & VMO_SLICE) ?
				VMO_FLAG_ISOLATED :
				0) |
		(vmo_source(vmo)->is_device ? VMO_FLAG_PHYSICAL :
				fixed	    ? VMO_FLAG_CONTIGUOUS :
					      0);
}

/* All about one, but for `rights`; CAP_AGAIN: its account takes another call. */
static status_t tell(struct vmo_object *vmo, struct vmo_info *info_out)
{
	struct vmo *core = &vmo->core;

	vm_begin(LOOK_STEPS);
	if (vmo_usage(core, &vmo->usage_at, &vmo->usage) != ST_OK)
		return CAP_AGAIN;
	vmo->usage_at = 0;
	*info_out = (struct vmo_info){
		.id = vmo->id,
		.parent = core->parent ? vmo_of_core(core->parent)->id : 0,
		.size = core->pages << PAGE_BITS,
		.children = vmo_children(core),
		.mappings = core->mapping_count,
		.pages = vmo->usage.pages[0],
		.pages_shared = vmo->usage.pages[1],
		.borrowed = vmo->usage.borrowed,
		.tables = vmo->usage.tables[0],
		.tables_shared = vmo->usage.tables[1],
		.reserved = vmo->usage.reserved,
		.flags = info_flags(vmo),
		.cache = vmo_source(vmo)->cache,
	};
	memcpy(info_out->name, &vmo->name, sizeof(info_out->name));
	return ST_OK;
}

int64_t sys_vmo_info(cptr_t cptr, uaddr_t to, word_t size)
{
	struct lookup lookup = find_vmo(cptr, 0);
	struct vmo_info info;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (tell(vmo_of(&lookup.slot->cap), &info) != ST_OK)
		return CALL_AGAIN;
	info.rights = lookup.slot->cap.rights;
	return copy_out(to, size, &info, sizeof(info));
}

int64_t sys_pool_vmo(cptr_t cptr, word_t after, uaddr_t to, word_t size)
{
	struct lookup lookup = find_pool(cptr);
	struct vmo_object *vmo;
	struct vmo_info info;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (size != sizeof(info))
		return ST_INVALID_ARGS;
	st = vmo_next(pool_of(&lookup.slot->cap), after, &caller()->bookmark, &vmo);
	if (st == ST_OK)
		st = tell(vmo, &info);
	if (st != ST_OK)
		return call_result(st);
	return copy_out(to, size, &info, sizeof(info));
}

seldom int64_t sys_vmo_set_name(cptr_t cptr, uaddr_t name, word_t size)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_PROPERTY);
	char text[VMO_NAME_MAX] = "";
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (size >= VMO_NAME_MAX)
		return ST_OUT_OF_RANGE;
	st = user_read(caller(), text, name, size);
	if (st != ST_OK)
		return call_result(st);
	memcpy(&vmo_of(&lookup.slot->cap)->name, text, sizeof(text));
	return ST_OK;
}

int64_t sys_vmo_diff(cptr_t cptr, word_t offset)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_READ);
	uint64_t page = offset >> PAGE_BITS;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	vm_begin(LOOK_STEPS);
	st = vmo_diff(core_of(&lookup), page, &page);
	if (st == ST_SHOULD_WAIT)
		return (int64_t)(page << PAGE_BITS | VMO_DIFF_AGAIN);
	return st == ST_OK ? (int64_t)(page << PAGE_BITS) : st;
}

/* Is all that the clone can hold of its parent in sight of this one, a slice of that perhaps? */
static bool shows(const struct vmo *v, const struct vmo *clone)
{
	return !(v->flags & VMO_SLICE) ||
		(clone->bias >= v->bias && clone->bias + clone->pages <= v->bias + v->pages);
}

int64_t sys_vmo_merge(cptr_t cptr, cptr_t parent_cptr)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_WRITE), parent;
	struct vmo *core;

	if (lookup.status != ST_OK)
		return lookup.status;
	parent = find_vmo(parent_cptr, RIGHT_WRITE);
	if (parent.status != ST_OK)
		return parent.status;
	core = core_of(&lookup);
	if (core->parent != core_of(&parent)->source || !shows(core_of(&parent), core))
		return ST_INVALID_ARGS;
	if (!vmo_pools_within(vmo_of_core(core), vmo_of_core(core->parent)))
		return ST_BAD_STATE;
	vm_begin(MERGE_STEPS);
	return call_result(memory_result(vmo_of(&lookup.slot->cap), vmo_merge(core)));
}

seldom int64_t sys_vmo_set_signal(cptr_t cptr, cptr_t notification)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_PROPERTY);
	struct lookup signal = find_signal(notification);
	struct work work = {WORK_DEFAULT};

	if (lookup.status != ST_OK)
		return lookup.status;
	if (signal.status != ST_OK)
		return signal.status;
	return call_result(vmo_set_signal(vmo_of(&lookup.slot->cap), signal.slot, &work));
}

int64_t sys_vmo_signal(cptr_t cptr, word_t clear, word_t set)
{
	struct lookup lookup = find_vmo(cptr, clear | set ? RIGHT_PROPERTY : 0);

	if (lookup.status != ST_OK)
		return lookup.status;
	if ((clear | set) & ~(word_t)VMO_SIGNALS_USER)
		return ST_INVALID_ARGS;
	return vmo_change_signals(vmo_of(&lookup.slot->cap), (uint32_t)clear, (uint32_t)set);
}
