/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs: memory as an object. Pages of zeros until they are written; clones that show their
 * source until they are; snapshots; windows on the same pages.
 *
 * Sizes, offsets and addresses are in bytes. Calls that make a VMO put its capability into a
 * slot of slot_alloc() (ST_NO_RESOURCES: there is none) and charge it to a Pool; it stays as
 * long as a capability, a mapping or a slice of it does.
 *
 * Of names that are wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE,
 * ST_OUT_OF_RANGE or ST_NOT_FOUND (it leads nowhere); of a right that is missing,
 * ST_ACCESS_DENIED. A refused call has changed nothing.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/memory.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * vmo_create: a VMO of zeros.
 *
 *  size     rounded up to pages; may be 0
 *  options  VMO_OPTION_RESIZABLE, or 0
 *  returns  ST_OK
 *           ST_INVALID_ARGS  unknown options
 *           ST_OUT_OF_RANGE  more than VMO_SIZE_MAX
 *           ST_NO_MEMORY     the Pool has no room
 *           ST_BAD_STATE     the Pool is being emptied
 */
status_t vmo_create(cptr_t pool, uint64_t size, unsigned options, cptr_t *vmo_out);

/*
 * vmo_create_contiguous: pages in a row, zeroed, that neither come nor go: for devices that
 * read and write memory themselves (vmo_lookup tells where).
 *
 *  align_bits  of the first page's physical address: 12 to 38, 0 for any
 *  cache       enum vmo_cache
 *  returns     as vmo_create; ST_INVALID_ARGS: no pages, or no such alignment or cache;
 *              ST_NO_MEMORY: the Pool has no such row
 */
status_t vmo_create_contiguous(
	cptr_t pool, uint64_t size, unsigned align_bits, enum vmo_cache cache, cptr_t *vmo_out);

/*
 * vmo_create_physical: the next 2^size_bits bytes of a device Untyped.
 *
 *  returns  as vmo_create; ST_INVALID_ARGS: less than a page, more than 2^38, no such cache;
 *           ST_NOT_SUPPORTED: not a device's, or CACHED (the kernel would read it, and has no
 *           map of it); ST_NO_MEMORY: Untyped or Pool have no room
 */
status_t vmo_create_physical(
	cptr_t pool, cptr_t untyped, unsigned size_bits, enum vmo_cache cache, cptr_t *vmo_out);

/*
 * vmo_clone: a child of a VMO, which needs the right READ.
 *
 *  options  one of enum vmo_child:
 *             CLONE     shows what the source shows, now and later, except where the clone was
 *                       written: there it has a page of its own. + RESIZABLE, RESERVE
 *             SNAPSHOT  has what the source shows now; neither sees the other's writes.
 *                       + RESIZABLE
 *             SLICE     the source's own pages, read and written by both
 *  offset   in the source, a page's start; beyond its end a clone shows zeros
 *  size     rounded up to pages
 *  pool     pays for the object and for what it writes
 *  returns  ST_OK; the capability has the rights of `vmo`, and WRITE and PROPERTY (not a
 *           slice's)
 *           ST_INVALID_ARGS  options; offset within a page
 *           ST_OUT_OF_RANGE  beyond 64 bits; a slice beyond the source's end
 *           ST_BAD_STATE     cache is not CACHED; a snapshot that would show contiguous or
 *                            physical pages; a Pool is being emptied
 *           ST_NO_MEMORY     the Pool has no room, or cannot promise what RESERVE needs
 *           ST_NO_RESOURCES  its ancestors and it would be of more than four Pools
 */
status_t vmo_clone(cptr_t vmo, unsigned options, uint64_t offset, uint64_t size, cptr_t pool,
	cptr_t *vmo_out);

/*
 * vmo_read, vmo_write: copy bytes (rights READ, WRITE).
 *
 *  returns  ST_OK: all of them. Else some first part may have been copied
 *           ST_OUT_OF_RANGE  beyond the end: then nothing was
 *           ST_INVALID_ARGS  the buffer is not all this program's to write (read)
 *           ST_BAD_STATE     cache is not CACHED
 *           ST_NO_MEMORY     writing: the Pool has no page
 */
status_t vmo_read(cptr_t vmo, void *to, uint64_t offset, uint64_t size);
status_t vmo_write(cptr_t vmo, const void *from, uint64_t offset, uint64_t size);

/* vmo_size: the size, a multiple of pages; or a status. */
static inline int64_t vmo_size(cptr_t vmo)
{
	return sys_vmo_size(vmo);
}

/*
 * vmo_set_size: grow or shrink (right WRITE), rounded up to pages.
 *
 *  returns  ST_OK
 *           ST_UNAVAILABLE   made without RESIZABLE
 *           ST_OUT_OF_RANGE  more than VMO_SIZE_MAX
 *           ST_BAD_STATE     below the end of one of its slices
 *           ST_NO_MEMORY     the Pool has no page for a table
 */
static inline status_t vmo_set_size(cptr_t vmo, uint64_t size)
{
	return (status_t)sys_vmo_set_size(vmo, size);
}

/*
 * vmo_op_range: do something to the pages that a range touches.
 *
 *  op       enum vmo_op:
 *             COMMIT    each gets a page of its own, now            right WRITE
 *             DECOMMIT  its own pages go; its parent shows again    right WRITE
 *             ZERO      each shows zeros                            right WRITE
 *             CACHE_SYNC, CACHE_CLEAN, CACHE_CLEAN_INVALIDATE       right READ
 *             CACHE_INVALIDATE (which cleans too)                   right WRITE
 *  returns  ST_OK. Else it may have been done for some first part
 *           ST_INVALID_ARGS   no such operation; a cache operation on nothing
 *           ST_NOT_SUPPORTED  LOCK, UNLOCK; DECOMMIT of contiguous or physical pages
 *           ST_OUT_OF_RANGE   beyond the end
 *           ST_BAD_STATE      cache is not CACHED
 *           ST_NO_MEMORY      the Pool has no page
 */
status_t vmo_op_range(cptr_t vmo, enum vmo_op op, uint64_t offset, uint64_t size);

/*
 * vmo_lookup: the physical address of a page (right READ).
 *
 *  untyped  the authority to know: memory that the page is of
 *  returns  the address, or
 *           ST_ACCESS_DENIED  the page is not of that Untyped
 *           ST_NOT_FOUND      there is none yet
 *           ST_OUT_OF_RANGE   beyond the end
 */
static inline int64_t vmo_lookup(cptr_t vmo, cptr_t untyped, uint64_t offset)
{
	return sys_vmo_lookup(vmo, untyped, offset);
}

/*
 * vmo_set_cache: how it is cached (right PROPERTY), before it is mapped. Otherwise than CACHED
 * it is for mapping alone.
 *
 *  returns  ST_OK; of a physical one also if it is that already
 *           ST_INVALID_ARGS   no such cache
 *           ST_BAD_STATE      it is mapped, has children, is a child or has a pager; it has
 *                             pages that are not physical
 *           ST_NOT_SUPPORTED  physical, and CACHED
 */
static inline status_t vmo_set_cache(cptr_t vmo, enum vmo_cache cache)
{
	return (status_t)sys_vmo_set_cache(vmo, cache);
}

/* vmo_info: all about it. ST_OK; ST_INVALID_ARGS: `info` cannot be written. */
static inline status_t vmo_info(cptr_t vmo, struct vmo_info *info)
{
	return (status_t)sys_vmo_info(vmo, (uaddr_t)info, sizeof(*info));
}

/*
 * vmo_set_name: for people and debuggers (right PROPERTY); vmo_info tells it. A child made
 * through a capability with PROPERTY begins with its source's name, any other VMO with none.
 *
 *  name     up to VMO_NAME_MAX - 1 bytes, of any value
 *  returns  ST_OK
 *           ST_OUT_OF_RANGE  it is longer
 *           ST_INVALID_ARGS  it cannot be read
 */
static inline status_t vmo_set_name(cptr_t vmo, const char *name)
{
	return (status_t)sys_vmo_set_name(vmo, (uaddr_t)name, __builtin_strlen(name));
}

/*
 * vmo_diff: the first page at or behind `offset` that it has itself (right READ): of a clone,
 * a page that it changed. What it costs grows with the change, not with the VMO.
 *
 *  returns  its offset; ST_NOT_FOUND: there is none
 */
int64_t vmo_diff(cptr_t vmo, uint64_t offset);

/*
 * vmo_merge: make what a clone changed its parent's, in one instant (right WRITE to both).
 *
 *  returns  ST_OK: the clone shows its parent everywhere
 *           ST_INVALID_ARGS  `parent` is neither its parent nor a slice of that which shows
 *                            all that the clone can hold
 *           ST_BAD_STATE     it is a snapshot or slice; the parent is contiguous or physical;
 *                            they are of different Pools, or the clone's ancestors were
 *           ST_NO_MEMORY     the Pool has no page for a table: nothing has changed
 */
static inline status_t vmo_merge(cptr_t vmo, cptr_t parent)
{
	return (status_t)sys_vmo_merge(vmo, parent);
}

/*
 * vmo_signal: clear, then set user signals: bits for all who have the VMO (right PROPERTY, but
 * for clear and set both 0).
 *
 *  clear, set  some of VMO_SIGNALS_USER
 *  returns     all signals that it has now (enum vmo_signal), or
 *              ST_INVALID_ARGS  other bits
 */
static inline int64_t vmo_signal(cptr_t vmo, uint32_t clear, uint32_t set)
{
	return sys_vmo_signal(vmo, clear, set);
}

/*
 * vmo_set_signal: what to signal when its last child is gone, or a user signal is set that was
 * not (right PROPERTY).
 *
 *  notification  right WRITE; its badge are the bits. Signaled at once if there are no
 *                children. 0: nothing any more
 *  returns       ST_OK
 */
static inline status_t vmo_set_signal(cptr_t vmo, cptr_t notification)
{
	return (status_t)sys_vmo_set_signal(vmo, notification);
}

#ifdef __cplusplus
}
#endif
