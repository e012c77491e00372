/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Zircon's calls on memory, as they were at the turn of 2018 to 2019, over Quire's own
 * (libsys/vmo.h, libsys/vspace.h). A thin layer of libsys: handles are this program's, rights
 * that the kernel knows are its capabilities' (zircon/rights.h), regions are kept here and
 * mappings by the kernel. libsys/zircon.h leads from one interface to the other.
 *
 * Any thread may call any of these at any time. Of handles that are wrong all return
 * ZX_ERR_BAD_HANDLE (no such handle, or one that was closed) or ZX_ERR_WRONG_TYPE; of rights
 * that are missing ZX_ERR_ACCESS_DENIED; of pointers to what the program cannot read or write,
 * null among them, ZX_ERR_INVALID_ARGS. Statuses are looked for in this order, and before the
 * others that a call has. A call that fails has changed nothing, but where it says so.
 */
#pragma once

#include <zircon/compiler.h>
#include <zircon/errors.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/types.h>
#include <zircon/types.h>

__BEGIN_CDECLS

/* --- VMOs */

/*
 * zx_vmo_create: a VMO of zeros, `size` rounded up to pages.
 *
 *  options  ZX_VMO_NON_RESIZABLE, or 0
 *  out      a handle with ZX_DEFAULT_VMO_RIGHTS
 *  returns  ZX_OK
 *           ZX_ERR_INVALID_ARGS  unknown options
 *           ZX_ERR_OUT_OF_RANGE  the size cannot be rounded up, or is above 2^63
 *           ZX_ERR_NO_MEMORY     no room for it, or for another handle
 */
zx_status_t zx_vmo_create(uint64_t size, uint32_t options, zx_handle_t *out);

/*
 * zx_vmo_clone: a VMO that shows a range of another, now and later, until it is written.
 *
 *  handle   rights DUPLICATE and READ
 *  options  ZX_VMO_CLONE_COPY_ON_WRITE, + ZX_VMO_CLONE_NON_RESIZEABLE
 *  offset   a page's start; it and the size may reach beyond the end, where zeros are
 *  out      a handle with the rights of `handle`, WRITE, GET_PROPERTY and SET_PROPERTY
 *  returns  ZX_OK
 *           ZX_ERR_INVALID_ARGS  options; offset within a page
 *           ZX_ERR_OUT_OF_RANGE  offset + size is beyond 64 bits
 *           ZX_ERR_BAD_STATE     its cache policy is not CACHED
 *           ZX_ERR_NO_MEMORY     no room for it, or for another handle
 */
zx_status_t zx_vmo_clone(
	zx_handle_t handle, uint32_t options, uint64_t offset, uint64_t size, zx_handle_t *out);

/*
 * zx_vmo_create_child: the later form of zx_vmo_clone, with the kinds that came later.
 *
 *  options  ZX_VMO_CHILD_SNAPSHOT: has what is there now; neither sees the other's writes
 *           ZX_VMO_CHILD_SNAPSHOT_AT_LEAST_ON_WRITE: what zx_vmo_clone makes
 *           ZX_VMO_CHILD_SLICE: the very same pages, written by both
 *           + ZX_VMO_CHILD_RESIZABLE (not a slice), or + ZX_VMO_CHILD_NO_WRITE: no right WRITE
 *  out      a handle with the rights of `handle`, GET_PROPERTY and SET_PROPERTY; for the first
 *           two, without NO_WRITE, also WRITE but not EXECUTE
 *  returns  as zx_vmo_clone, and
 *           ZX_ERR_INVALID_ARGS   not one of the three
 *           ZX_ERR_OUT_OF_RANGE   a slice beyond the end
 *           ZX_ERR_BAD_STATE      a snapshot that would show contiguous or physical pages
 */
zx_status_t zx_vmo_create_child(
	zx_handle_t handle, uint32_t options, uint64_t offset, uint64_t size, zx_handle_t *out);

/*
 * zx_vmo_read, zx_vmo_write: copy bytes (rights READ, WRITE).
 *
 *  returns  ZX_OK: all of them. Else some first part may have been copied
 *           ZX_ERR_OUT_OF_RANGE  beyond the end: then nothing was
 *           ZX_ERR_BAD_STATE     its cache policy is not CACHED
 *           ZX_ERR_NO_MEMORY     writing: no page for it
 */
zx_status_t zx_vmo_read(zx_handle_t handle, void *buffer, uint64_t offset, size_t buffer_size);
zx_status_t zx_vmo_write(
	zx_handle_t handle, const void *buffer, uint64_t offset, size_t buffer_size);

/* zx_vmo_get_size: in bytes, a multiple of pages. No right is needed. */
zx_status_t zx_vmo_get_size(zx_handle_t handle, uint64_t *size);

/*
 * zx_vmo_set_size: grow or shrink (right WRITE), rounded up to pages.
 *
 *  returns  ZX_OK
 *           ZX_ERR_UNAVAILABLE   not resizable
 *           ZX_ERR_OUT_OF_RANGE  as zx_vmo_create
 *           ZX_ERR_BAD_STATE     below the end of one of its slices
 *           ZX_ERR_NO_MEMORY
 */
zx_status_t zx_vmo_set_size(zx_handle_t handle, uint64_t size);

/*
 * zx_vmo_op_range: do something to the pages that a range touches.
 *
 *  op       ZX_VMO_OP_COMMIT: each gets a page of its own, now                right WRITE
 *           ZX_VMO_OP_DECOMMIT: its own pages go; its parent shows again      right WRITE
 *           ZX_VMO_OP_LOOKUP: physical addresses, a zx_paddr_t for each page  right READ
 *           ZX_VMO_OP_CACHE_SYNC, _CLEAN, _CLEAN_INVALIDATE                   right READ
 *           ZX_VMO_OP_CACHE_INVALIDATE (which cleans too)                     right WRITE
 *  buffer   for LOOKUP; else ignored
 *  returns  ZX_OK. Else it may have been done for some first part
 *           ZX_ERR_INVALID_ARGS      no such operation; LOOKUP or a cache operation on nothing
 *           ZX_ERR_NOT_SUPPORTED     LOCK, UNLOCK; DECOMMIT of contiguous or physical pages
 *           ZX_ERR_OUT_OF_RANGE      beyond the end
 *           ZX_ERR_BUFFER_TOO_SMALL  LOOKUP
 *           ZX_ERR_ACCESS_DENIED     LOOKUP: no authority over that memory (libsys/zircon.h,
 *                                    zx_set_lookup_authority), as a program has by default
 *           ZX_ERR_NOT_FOUND         LOOKUP: a page is not there yet
 *           ZX_ERR_BAD_STATE         its cache policy is not CACHED
 *           ZX_ERR_NO_MEMORY         COMMIT
 */
zx_status_t zx_vmo_op_range(zx_handle_t handle, uint32_t op, uint64_t offset, uint64_t size,
	void *buffer, size_t buffer_size);

/*
 * zx_vmo_set_cache_policy: how it is cached (right MAP).
 *
 *  returns  ZX_OK; of a physical one also if it is that already
 *           ZX_ERR_INVALID_ARGS   no such policy (looked for before the handle)
 *           ZX_ERR_BAD_STATE      it has pages that are not physical, is mapped, has children,
 *                                 or is a child
 *           ZX_ERR_NOT_SUPPORTED  it is physical: CACHED
 */
zx_status_t zx_vmo_set_cache_policy(zx_handle_t handle, uint32_t cache_policy);

/*
 * zx_vmo_replace_as_executable: another handle in its place, with the right EXECUTE.
 *
 *  vmex     ZX_HANDLE_INVALID: there is no such resource here
 *  returns  ZX_OK: `handle` is closed. It is closed, too, with
 *           ZX_ERR_WRONG_TYPE     `vmex` is something
 *           ZX_ERR_BAD_HANDLE     `handle` is not to a VMO
 *           ZX_ERR_ACCESS_DENIED  its capability lost EXECUTE, and nothing gives it back
 */
zx_status_t zx_vmo_replace_as_executable(
	zx_handle_t handle, zx_handle_t vmex, zx_handle_t *out);

/*
 * zx_vmo_create_contiguous: a VMO of pages in a row, there for good.
 *
 *  bti             of zx_bti_create_for_pool (libsys/zircon.h), right MAP
 *  alignment_log2  of the first page's physical address; 0, or 12 to 38
 *  returns         ZX_OK
 *                  ZX_ERR_INVALID_ARGS  size 0; alignment
 *                  ZX_ERR_OUT_OF_RANGE  as zx_vmo_create
 *                  ZX_ERR_NO_MEMORY     no such pages; no room for another handle
 */
zx_status_t zx_vmo_create_contiguous(
	zx_handle_t bti, size_t size, uint32_t alignment_log2, zx_handle_t *out);

/*
 * zx_vmo_create_physical: a VMO of the registers or memory at `paddr`, UNCACHED_DEVICE.
 *
 *  resource  of zx_resource_create_for_untyped (libsys/zircon.h)
 *  returns   ZX_OK
 *            ZX_ERR_ACCESS_DENIED  not all of it is the resource's
 *            ZX_ERR_INVALID_ARGS   size 0; an address within a page
 *            ZX_ERR_NO_MEMORY      there is a VMO of some of that memory; no room for another
 *                                  handle
 *            ZX_ERR_NO_RESOURCES   the resource was cut into too many pieces
 */
zx_status_t zx_vmo_create_physical(
	zx_handle_t resource, zx_paddr_t paddr, size_t size, zx_handle_t *out);

/* --- regions of addresses, and what is mapped in them */

/*
 * zx_vmar_map: map a range of a VMO in a region.
 *
 *  handle       a VMAR's
 *  options      ZX_VM_PERM_READ, _WRITE, _EXECUTE: each a right that both handles need. None:
 *                 nothing can be accessed, until zx_vmar_protect
 *               ZX_VM_SPECIFIC: at vmar_offset in the region, and nowhere else
 *               ZX_VM_SPECIFIC_OVERWRITE: the same, and what is mapped there goes
 *               ZX_VM_MAP_RANGE: pages that are there are entered at once
 *               ZX_VM_REQUIRE_NON_RESIZABLE
 *  vmar_offset  0 if no place is asked for
 *  vmo          right MAP
 *  vmo_offset   a page's start; the range may reach beyond the end, where accesses fault
 *  len          rounded up to pages
 *  returns      ZX_OK
 *               ZX_ERR_INVALID_ARGS   WRITE or EXECUTE without READ, WRITE with EXECUTE, unknown
 *                                     options, an offset within a page, len 0, not in the
 *                                     region, OVERWRITE of a region or with MAP_RANGE
 *               ZX_ERR_OUT_OF_RANGE   an offset and len beyond 64 bits
 *               ZX_ERR_ACCESS_DENIED  a right is missing; SPECIFIC in a region that does not
 *                                     allow it
 *               ZX_ERR_NOT_SUPPORTED  REQUIRE_NON_RESIZABLE, and it is
 *               ZX_ERR_NO_MEMORY      no room there, or for it
 *               ZX_ERR_BAD_STATE      the region was destroyed
 */
zx_status_t zx_vmar_map(zx_handle_t handle, zx_vm_option_t options, uint64_t vmar_offset,
	zx_handle_t vmo, uint64_t vmo_offset, uint64_t len, zx_vaddr_t *mapped_addr);

/*
 * zx_vmar_unmap: let nothing be mapped in a range; mappings are cut at its ends, regions
 * wholly inside are destroyed.
 *
 *  returns  ZX_OK, also if nothing was
 *           ZX_ERR_INVALID_ARGS  an address within a page, len 0, not in the region, a region
 *                                partly inside
 *           ZX_ERR_BAD_STATE     the region was destroyed
 *           ZX_ERR_NO_MEMORY     no room for the pieces
 */
zx_status_t zx_vmar_unmap(zx_handle_t handle, zx_vaddr_t addr, uint64_t len);

/*
 * zx_vmar_protect: change what a range allows, within what it was mapped with.
 *
 *  options  ZX_VM_PERM_READ, _WRITE, _EXECUTE: each a right that the handle needs
 *  returns  ZX_OK
 *           ZX_ERR_INVALID_ARGS   as zx_vmar_map; some of it is another region's
 *           ZX_ERR_NOT_FOUND      not all of it is mapped
 *           ZX_ERR_ACCESS_DENIED  the VMO's handle did not allow that, or this one does not
 *           ZX_ERR_BAD_STATE      the region was destroyed
 *           ZX_ERR_NO_MEMORY      no room for the pieces
 */
zx_status_t zx_vmar_protect(
	zx_handle_t handle, zx_vm_option_t options, zx_vaddr_t addr, uint64_t len);

/*
 * zx_vmar_allocate: a region within a region.
 *
 *  options     ZX_VM_CAN_MAP_READ, _WRITE, _EXECUTE: rights that the parent's handle needs, and
 *                the new one gets
 *              ZX_VM_CAN_MAP_SPECIFIC: places may be asked for in it
 *              ZX_VM_SPECIFIC: at `offset`, and nowhere else. ZX_VM_COMPACT: changes nothing
 *  offset      0 if no place is asked for
 *  size        a multiple of pages
 *  child_vmar, child_addr  a handle, and the region's first address
 *  returns     ZX_OK
 *              ZX_ERR_INVALID_ARGS   options; size or offset; not in the parent
 *              ZX_ERR_ACCESS_DENIED  a right is missing; SPECIFIC where it is not allowed
 *              ZX_ERR_NO_MEMORY      no room there; too many regions
 *              ZX_ERR_BAD_STATE      the parent was destroyed
 */
zx_status_t zx_vmar_allocate(zx_handle_t parent_vmar, zx_vm_option_t options, uint64_t offset,
	uint64_t size, zx_handle_t *child_vmar, zx_vaddr_t *child_addr);

/*
 * zx_vmar_destroy: unmap all that is mapped in a region, and end it and those within.
 *
 *  returns  ZX_OK; ZX_ERR_BAD_STATE: it was destroyed before
 */
zx_status_t zx_vmar_destroy(zx_handle_t handle);

/*
 * zx_cache_flush: make what was written be seen by instruction fetches or devices.
 *
 *  options  ZX_CACHE_FLUSH_INSN, ZX_CACHE_FLUSH_DATA, or both; with the second also
 *           ZX_CACHE_FLUSH_INVALIDATE
 *  returns  ZX_OK; ZX_ERR_INVALID_ARGS: other options, or not all of it can be read
 */
zx_status_t zx_cache_flush(const void *addr, size_t size, uint32_t options);

/* --- handles */

/* zx_handle_close: ZX_HANDLE_INVALID may be given. Who waits with it gets ZX_ERR_CANCELED. */
zx_status_t zx_handle_close(zx_handle_t handle);

/*
 * zx_handle_close_many: close each of them.
 *
 *  returns  ZX_OK; ZX_ERR_BAD_HANDLE: one was none, the others are closed all the same
 */
zx_status_t zx_handle_close_many(const zx_handle_t *handles, size_t num_handles);

/*
 * zx_handle_duplicate: another handle to the same object (right DUPLICATE).
 *
 *  rights   some of the handle's, or ZX_RIGHT_SAME_RIGHTS
 *  returns  ZX_OK
 *           ZX_ERR_INVALID_ARGS  rights that the handle lacks
 *           ZX_ERR_NO_MEMORY     no room for another handle
 */
zx_status_t zx_handle_duplicate(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);

/* zx_handle_replace: the same, and closes it, also if it fails. No right is needed. */
zx_status_t zx_handle_replace(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);

/* --- objects */

/*
 * zx_object_get_info: what a handle or its object is (zircon/syscalls/object.h).
 *
 *  actual, avail  how many records were written, and how many there are; may be null
 *  returns        ZX_OK
 *                 ZX_ERR_BUFFER_TOO_SMALL
 *                 ZX_ERR_NOT_SUPPORTED  topics that are not known here
 */
zx_status_t zx_object_get_info(zx_handle_t handle, uint32_t topic, void *buffer,
	size_t buffer_size, size_t *actual, size_t *avail);

/*
 * zx_object_get_property, zx_object_set_property: ZX_PROP_NAME (rights GET_PROPERTY,
 * SET_PROPERTY). A name that is too long is cut.
 *
 *  returns  ZX_OK
 *           ZX_ERR_INVALID_ARGS      `value` is null (looked for first); no such property
 *           ZX_ERR_BUFFER_TOO_SMALL  less than ZX_MAX_NAME_LEN to be written
 */
zx_status_t zx_object_get_property(
	zx_handle_t handle, uint32_t property, void *value, size_t value_size);
zx_status_t zx_object_set_property(
	zx_handle_t handle, uint32_t property, const void *value, size_t value_size);

/*
 * zx_object_signal: clear and set user signals (right SIGNAL) of a VMO, for all who have it.
 *
 *  returns  ZX_OK; ZX_ERR_INVALID_ARGS: other bits than ZX_USER_SIGNAL_ALL
 */
zx_status_t zx_object_signal(zx_handle_t handle, uint32_t clear_mask, uint32_t set_mask);

/*
 * zx_object_wait_one: wait until a VMO has one of some signals (right WAIT).
 *
 *  deadline  of zx_clock_get_monotonic; ZX_TIME_INFINITE: none
 *  observed  which it had in the end, also after ZX_ERR_TIMED_OUT; may be null
 *  returns   ZX_OK
 *            ZX_ERR_TIMED_OUT  the deadline came first
 *            ZX_ERR_CANCELED   the handle was closed meanwhile
 *            ZX_ERR_NO_MEMORY  no room to wait
 */
zx_status_t zx_object_wait_one(
	zx_handle_t handle, zx_signals_t signals, zx_time_t deadline, zx_signals_t *observed);

/*
 * zx_object_wait_many: wait until one of up to ZX_WAIT_MANY_MAX_ITEMS has one of its signals.
 *
 *  returns  as zx_object_wait_one; of no items ZX_ERR_TIMED_OUT, at the deadline
 *           ZX_ERR_OUT_OF_RANGE  too many
 */
zx_status_t zx_object_wait_many(zx_wait_item_t *items, size_t count, zx_time_t deadline);

/* --- time */

/* zx_clock_get_monotonic: nanoseconds since the machine's counter began. */
zx_time_t zx_clock_get_monotonic(void);

/* zx_clock_get: the same for ZX_CLOCK_MONOTONIC; 0 for clocks that there are not. */
zx_time_t zx_clock_get(zx_clock_t clock_id);

/* zx_nanosleep: wait until a moment; at once if it has passed. ZX_OK */
zx_status_t zx_nanosleep(zx_time_t deadline);

/* zx_deadline_after: the moment that far from now, ZX_TIME_INFINITE at most. */
zx_time_t zx_deadline_after(zx_duration_t nanoseconds);

__END_CDECLS
