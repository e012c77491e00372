/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls on VMOs. Those that could take long either begin anew, what they did being in the
 * objects (CALL_AGAIN), or return how much they did: reading, writing, and what is done page
 * by page, where to begin anew would be to do it all again.
 */
#include "lib/string.h"

#include "arch/mmu.h"
#include "arch/nospec.h"
#include "arch/page.h"

#include "cap/untyped.h"

#include "memory.h"
#include "signal.h"

enum {
	ALIGN_BITS_MAX = 38,
	TRANSFER_PAGES = 16, /* of a read or write: then the program asks again */
	LOOK_STEPS = 128,    /* of the core, where a step is an entry that is looked at, */
	SWEEP_STEPS = 128,   /* taken out, */
	MERGE_STEPS = 80,    /* moved, */
	COMMIT_STEPS = 16,   /* or a page that is made */
	BYTES_MAX = 2048,    /* copied one by one */
	CACHE_PAGES = 16,
};

static struct lookup find_vmo(cptr_t cptr, unsigned rights)
{
	return invoke_find(cptr, OBJECT_VMO, rights);
}

static struct vmo *core_of(const struct lookup *lookup)
{
	return &vmo_of(&lookup->slot->cap)->core;
}

/* Registers bear no reads ahead: of a device UNCACHED is no Normal memory. */
static bool cache_memory(word_t cache, bool is_device, enum pte_memory *memory_out)
{
	static const uint8_t memory[] = {
		[VMO_CACHE_CACHED] = PTE_NORMAL,
		[VMO_CACHE_UNCACHED] = PTE_UNCACHED,
		[VMO_CACHE_UNCACHED_DEVICE] = PTE_DEVICE,
		[VMO_CACHE_WRITE_COMBINING] = PTE_UNCACHED,
	};

	if (cache >= ARRAY_SIZE(memory))
		return false;
	*memory_out = is_device && cache == VMO_CACHE_UNCACHED ?
		PTE_STRONG :
		(enum pte_memory)memory[index_nospec(cache, ARRAY_SIZE(memory))];
	return true;
}

/* Make it and put its capability in the slot; the caller has checked all else. */
static status_t make(struct pool_object *pool, const struct vmo_request *request,
	struct slot *parent, struct slot *slot, uint8_t rights)
{
	struct vmo_object *vmo;
	struct cap cap;
	status_t st;

	vm_begin(request->kind == MAKE_DEVICE ? VM_STEPS_DEVICE : VM_STEPS);
	st = vmo_make(pool, request, &vmo);
	if (unlikely(st == ST_SHOULD_WAIT) || (unlikely(st == ST_NO_MEMORY) && pool_feed(pool)))
		return CAP_AGAIN;
	if (unlikely(st != ST_OK))
		return st;
	if (request->kind == MAKE_DEVICE)
		untyped_take_commit(
			parent, PAGE_BITS + (unsigned)__builtin_ctzll(request->pages));
	cap = cap_make(OBJECT_VMO, 0, vmo);
	cap.rights &= rights;
	cap_insert(parent, slot, cap);
	return ST_OK;
}

int64_t sys_vmo_create(cptr_t cptr, word_t size, word_t options, cptr_t cnode, word_t index)
{
	struct vmo_request request = {.kind = MAKE_PAGED};
	struct lookup pool = find_pool(cptr);
	struct slot *slot;
	status_t st;

	if (unlikely(pool.status != ST_OK))
		return pool.status;
	st = find_empty(cnode, index, &slot);
	if (unlikely(st != ST_OK))
		return st;
	if (unlikely(options & ~(word_t)VMO_OPTION_RESIZABLE))
		return ST_INVALID_ARGS;
	st = pages_of(size, &request.pages);
	if (unlikely(st != ST_OK))
		return st;
	request.flags = options ? VMO_RESIZABLE : 0;
	return call_result(
		make(pool_of(&pool.slot->cap), &request, pool.slot, slot, RIGHTS_ALL));
}

/* What a call was making is the caller's no more when it ends, however it does. */
static int64_t made(int64_t result)
{
	if (result != CALL_AGAIN)
		vmo_abandon(caller());
	return result;
}

static int64_t create_contiguous(
	cptr_t cptr, word_t size, word_t align_bits, word_t cache, cptr_t cnode, word_t index)
{
	struct vmo_request request = {.kind = MAKE_RUN, .maker = caller()};
	struct lookup pool = find_pool(cptr);
	struct slot *slot;
	status_t st;

	if (pool.status != ST_OK)
		return pool.status;
	st = find_empty(cnode, index, &slot);
	if (st != ST_OK)
		return st;
	if (align_bits == 0)
		align_bits = PAGE_BITS;
	if (size == 0 || align_bits < PAGE_BITS || align_bits > ALIGN_BITS_MAX ||
		!cache_memory(cache, false, &request.memory))
		return ST_INVALID_ARGS;
	st = pages_of(size, &request.pages);
	if (st != ST_OK)
		return st;
	request.cache = (uint8_t)cache;
	request.offset = BIT(align_bits - PAGE_BITS);
	return call_result(
		make(pool_of(&pool.slot->cap), &request, pool.slot, slot, RIGHTS_ALL));
}

int64_t sys_vmo_create_contiguous(
	cptr_t cptr, word_t size, word_t align_bits, word_t cache, cptr_t cnode, word_t index)
{
	return made(create_contiguous(cptr, size, align_bits, cache, cnode, index));
}

static int64_t create_physical(
	cptr_t cptr, cptr_t untyped, word_t size_bits, word_t cache, cptr_t cnode, word_t index)
{
	struct vmo_request request = {.kind = MAKE_DEVICE, .maker = caller()};
	struct lookup pool = find_pool(cptr), from;
	struct slot *slot;
	status_t st;

	if (pool.status != ST_OK)
		return pool.status;
	from = invoke_find(untyped, OBJECT_UNTYPED, 0);
	if (from.status != ST_OK)
		return from.status;
	st = find_empty(cnode, index, &slot);
	if (st != ST_OK)
		return st;
	if (size_bits < PAGE_BITS || size_bits > object_info[OBJECT_UNTYPED].bits_max ||
		!cache_memory(cache, true, &request.memory))
		return ST_INVALID_ARGS;
	if (!(from.slot->cap.aux & UNTYPED_DEVICE) || request.memory == PTE_NORMAL)
		return ST_NOT_SUPPORTED; /* what is cached the kernel reads through its own map */
	st = untyped_take_check(from.slot, (unsigned)size_bits, &request.pa);
	if (st != ST_OK)
		return st;
	request.pages = BIT(size_bits - PAGE_BITS);
	request.cache = (uint8_t)cache;
	return call_result(
		make(pool_of(&pool.slot->cap), &request, from.slot, slot, RIGHTS_ALL));
}

int64_t sys_vmo_create_physical(
	cptr_t cptr, cptr_t untyped, word_t size_bits, word_t cache, cptr_t cnode, word_t index)
{
	return made(create_physical(cptr, untyped, size_bits, cache, cnode, index));
}

/* Which of the core's children that is, and with what. ST_INVALID_ARGS. */
static status_t child_options(word_t options, struct vmo_request *request)
{
	static const struct {
		uint8_t kind, options;
	} kinds[] = {
		[VMO_CHILD_CLONE] = {MAKE_CLONE, VMO_OPTION_RESIZABLE | VMO_OPTION_RESERVE},
		[VMO_CHILD_SNAPSHOT] = {MAKE_SNAPSHOT, VMO_OPTION_RESIZABLE},
		[VMO_CHILD_SLICE] = {MAKE_SLICE, 0},
	};
	word_t kind = options & VMO_CHILD_MASK;

	if (unlikely(kind >= ARRAY_SIZE(kinds)) ||
		unlikely(options & ~(kind | kinds[kind].options)))
		return ST_INVALID_ARGS;
	request->kind = (enum vmo_kind)kinds[kind].kind;
	request->flags = (options & VMO_OPTION_RESIZABLE ? VMO_RESIZABLE : 0) |
		(options & VMO_OPTION_RESERVE ? VMO_RESERVE : 0);
	return ST_OK;
}

static status_t child_check(
	word_t options, word_t offset, word_t size, struct vmo_request *request)
{
	status_t st = child_options(options, request);

	if (likely(st == ST_OK) && unlikely(!is_aligned(offset, PAGE_SIZE)))
		st = ST_INVALID_ARGS;
	if (likely(st == ST_OK))
		st = pages_of(size, &request->pages);
	if (likely(st == ST_OK) && unlikely(offset + size < offset))
		st = ST_OUT_OF_RANGE;
	request->offset = offset >> PAGE_BITS;
	return st;
}

int64_t sys_vmo_clone(cptr_t cptr, word_t options, word_t offset, word_t size, cptr_t pool_cptr,
	cptr_t cnode, word_t index)
{
	struct lookup source = find_vmo(cptr, RIGHT_READ), pool;
	struct vmo_request request = {0};
	struct slot *slot;
	uint8_t rights;
	status_t st;

	if (unlikely(source.status != ST_OK))
		return source.status;
	pool = find_pool(pool_cptr);
	if (unlikely(pool.status != ST_OK))
		return pool.status;
	st = find_empty(cnode, index, &slot);
	if (likely(st == ST_OK))
		st = child_check(options, offset, size, &request);
	if (unlikely(st != ST_OK))
		return st;
	rights = source.slot->cap.rights;
	if (request.kind != MAKE_SLICE)
		rights |= RIGHT_WRITE | RIGHT_PROPERTY;
	request.source = vmo_of(&source.slot->cap);
	request.named = source.slot->cap.rights & RIGHT_PROPERTY;
	st = make(pool_of(&pool.slot->cap), &request, source.slot, slot, rights);
	if (unlikely(st == ST_NO_MEMORY) && vmo_feed(request.source))
		st = CAP_AGAIN;
	return call_result(st);
}

/* The Mapping's range and no more: who has the VSpace could read all of that anyway. */
int64_t sys_vspace_clone(cptr_t cptr, uaddr_t address, word_t options, cptr_t pool_cptr,
	cptr_t cnode, word_t index)
{
	const uint8_t rights = RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_PROPERTY;
	struct lookup space = invoke_find(cptr, OBJECT_VSPACE, 0), pool;
	struct vmo_request request = {0};
	struct mapping_object *mapping;
	struct mapping *m;
	struct slot *slot;
	status_t st;

	if (unlikely(space.status != ST_OK))
		return space.status;
	pool = find_pool(pool_cptr);
	if (unlikely(pool.status != ST_OK))
		return pool.status;
	st = find_empty(cnode, index, &slot);
	if (likely(st == ST_OK))
		st = child_options(options, &request);
	if (likely(st == ST_OK) && unlikely(request.kind == MAKE_SLICE))
		st = ST_INVALID_ARGS;
	if (unlikely(st != ST_OK))
		return st;
	m = vspace_find(&vspace_of(&space.slot->cap)->core, address >> PAGE_BITS);
	if (unlikely(!m))
		return ST_NOT_FOUND;
	mapping = mapping_of_core(m);
	request.source = mapping->vmo;
	request.offset = m->coordinate - mapping->vmo->core.bias;
	request.pages = m->pages;
	st = make(pool_of(&pool.slot->cap), &request, &mapping->slot, slot,
		mapping->rights_max & MAP_EXECUTE ? rights | RIGHT_EXECUTE : rights);
	if (unlikely(st == ST_NO_MEMORY) && vmo_feed(request.source))
		st = CAP_AGAIN;
	return call_result(st);
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

int64_t sys_vmo_lookup(cptr_t cptr, cptr_t untyped, word_t offset)
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

/* Has it pages of its own? CALL_AGAIN as long as that is being found out. */
static status_t has_no_pages(struct vmo_object *vmo)
{
	vm_begin(SWEEP_STEPS);
	if (vmo_usage(&vmo->core, &vmo->usage_at, &vmo->usage) != ST_OK)
		return CAP_AGAIN;
	vmo->usage_at = 0;
	return vmo->usage.pages[0] + vmo->usage.pages[1] ? ST_BAD_STATE : ST_OK;
}

/* Can nobody reach its pages but by it: there is no mapping, child or source with a name? */
static bool is_alone(const struct vmo_object *vmo)
{
	const struct vmo_object *source = vmo_source(vmo);

	if (source->core.mapping_count || vmo->core.children)
		return false;
	return source->is_device && source != vmo ?
		source->core.children == 1 && source->counted.caps == 0 :
		!vmo->core.parent;
}

/* May it be of that memory? Pages that are there stay what they are, but for a device's. */
static status_t memory_check(struct vmo_object *vmo, enum pte_memory memory)
{
	const struct vmo_object *source = vmo_source(vmo);

	if (source->is_device && (memory == PTE_NORMAL) != (source->core.memory == PTE_NORMAL))
		return ST_NOT_SUPPORTED;
	if (!is_alone(vmo) || vmo->core.flags & VMO_PAGED)
		return ST_BAD_STATE;
	if (source->is_device)
		return ST_OK;
	if (vmo->core.flags & VMO_FIXED)
		return memory == vmo->core.memory ? ST_OK : ST_BAD_STATE;
	return has_no_pages(vmo);
}

int64_t sys_vmo_set_cache(cptr_t cptr, word_t cache)
{
	struct lookup lookup = find_vmo(cptr, RIGHT_PROPERTY);
	struct vmo_object *vmo, *source;
	enum pte_memory memory;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	vmo = vmo_of(&lookup.slot->cap);
	source = vmo_source(vmo);
	if (!cache_memory(cache, source->is_device, &memory))
		return ST_INVALID_ARGS;
	if (source->is_device && cache == source->cache)
		return ST_OK; /* drivers say what is so already, also where it is mapped */
	st = memory_check(vmo, memory);
	if (st != ST_OK)
		return call_result(st);
	source->cache = (uint8_t)cache;
	if (memory != source->core.memory)
		vmo_set_memory(&source->core, memory);
	vmo->core.memory = (uint8_t)memory;
	return ST_OK;
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

int64_t sys_vmo_set_name(cptr_t cptr, uaddr_t name, word_t size)
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

int64_t sys_vmo_set_signal(cptr_t cptr, cptr_t notification)
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
