/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls that make VMOs, and the one that says as what memory their pages are seen. What is
 * done with a VMO then is in vmo.c.
 *
 *	vmo_create             zeros                  at once
 *	vmo_create_contiguous  a run of frames        in steps: frames are looked for and zeroed
 *	vmo_create_physical    a device Untyped's     in steps: an entry for each page
 *	vmo_clone              a child of a VMO       at once, but for a snapshot
 *	vspace_clone           of what is mapped      the same
 *
 * Each finds what its arguments name, checks all else, and then makes the object (vmo_make) and
 * fills the slot: a refusal leaves nothing. One that is made in steps is begun anew (CALL_AGAIN)
 * until it is there; meanwhile it is the calling thread's, or for a snapshot its source's, and
 * nobody can name it. When such a call ends otherwise it gives up what it had begun (made).
 *
 * The capability is a child of what the memory comes from: the Pool's, the device Untyped's, the
 * source's. To revoke that one takes the VMO away.
 */
#include "arch/nospec.h"
#include "arch/page.h"

#include "cap/untyped.h"

#include "memory.h"

enum {
	ALIGN_BITS_MAX = 38,
	PAGES_STEPS = 128, /* of the core: in a look for pages that are there */
};

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

static seldom int64_t create_contiguous(
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

static seldom int64_t create_physical(
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

/* Has it pages of its own? CALL_AGAIN as long as that is being found out. */
static status_t has_no_pages(struct vmo_object *vmo)
{
	vm_begin(PAGES_STEPS);
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

seldom int64_t sys_vmo_set_cache(cptr_t cptr, word_t cache)
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
