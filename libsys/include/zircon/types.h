/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The types and numbers of Zircon's interface to memory, as they were at the turn of 2018 to
 * 2019, so that code written for it compiles unchanged. What came later is marked so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/errors.h>
#include <zircon/limits.h>
#include <zircon/rights.h>

__BEGIN_CDECLS

/* A handle: this program's name for an object, with rights. 0 names nothing. */
typedef uint32_t zx_handle_t;
#define ZX_HANDLE_INVALID ((zx_handle_t)0)

typedef int32_t zx_status_t; /* zircon/errors.h */

/* Moments of the monotonic clock, and stretches of time, in nanoseconds. */
typedef int64_t zx_time_t;
typedef int64_t zx_duration_t;
typedef uint64_t zx_ticks_t;

#define ZX_TIME_INFINITE      INT64_MAX
#define ZX_TIME_INFINITE_PAST INT64_MIN

#define ZX_NSEC(n) ((zx_duration_t)(1LL * (n)))
#define ZX_USEC(n) ((zx_duration_t)(1000LL * (n)))
#define ZX_MSEC(n) ((zx_duration_t)(1000000LL * (n)))
#define ZX_SEC(n)  ((zx_duration_t)(1000000000LL * (n)))
#define ZX_MIN(n)  (ZX_SEC(n) * 60LL)
#define ZX_HOUR(n) (ZX_MIN(n) * 60LL)

typedef uint32_t zx_clock_t;
#define ZX_CLOCK_MONOTONIC ((zx_clock_t)0)
#define ZX_CLOCK_UTC	   ((zx_clock_t)1)
#define ZX_CLOCK_THREAD	   ((zx_clock_t)2)

/* What an object tells those who wait for it, a bit each. */
typedef uint32_t zx_signals_t;
#define ZX_SIGNAL_NONE		((zx_signals_t)0u)
#define ZX_SIGNAL_HANDLE_CLOSED ((zx_signals_t)1u << 23) /* while it was waited with */
#define ZX_USER_SIGNAL_ALL	((zx_signals_t)0xff000000u)
#define ZX_USER_SIGNAL_0	((zx_signals_t)1u << 24)
#define ZX_USER_SIGNAL_1	((zx_signals_t)1u << 25)
#define ZX_USER_SIGNAL_2	((zx_signals_t)1u << 26)
#define ZX_USER_SIGNAL_3	((zx_signals_t)1u << 27)
#define ZX_USER_SIGNAL_4	((zx_signals_t)1u << 28)
#define ZX_USER_SIGNAL_5	((zx_signals_t)1u << 29)
#define ZX_USER_SIGNAL_6	((zx_signals_t)1u << 30)
#define ZX_USER_SIGNAL_7	((zx_signals_t)1u << 31)
#define ZX_VMO_ZERO_CHILDREN	((zx_signals_t)1u << 3)

/* An object's number, its own for good. Those with the highest bit are not the kernel's. */
typedef uint64_t zx_koid_t;
#define ZX_KOID_INVALID ((zx_koid_t)0)
#define ZX_KOID_KERNEL	((zx_koid_t)1)

/* What zx_object_wait_many waits for: `pending` is the answer. */
#define ZX_WAIT_MANY_MAX_ITEMS ((size_t)16)
typedef struct zx_wait_item {
	zx_handle_t handle;
	zx_signals_t waitfor;
	zx_signals_t pending;
} zx_wait_item_t;

/* Options of zx_vmo_create. */
#define ZX_VMO_NON_RESIZABLE ((uint32_t)1u)

/* Operations of zx_vmo_op_range. */
#define ZX_VMO_OP_COMMIT		 ((uint32_t)1u)
#define ZX_VMO_OP_DECOMMIT		 ((uint32_t)2u)
#define ZX_VMO_OP_LOCK			 ((uint32_t)3u)
#define ZX_VMO_OP_UNLOCK		 ((uint32_t)4u)
#define ZX_VMO_OP_LOOKUP		 ((uint32_t)5u)
#define ZX_VMO_OP_CACHE_SYNC		 ((uint32_t)6u)
#define ZX_VMO_OP_CACHE_INVALIDATE	 ((uint32_t)7u)
#define ZX_VMO_OP_CACHE_CLEAN		 ((uint32_t)8u)
#define ZX_VMO_OP_CACHE_CLEAN_INVALIDATE ((uint32_t)9u)

/* Options of zx_vmo_clone. */
#define ZX_VMO_CLONE_COPY_ON_WRITE  ((uint32_t)1u << 0)
#define ZX_VMO_CLONE_NON_RESIZEABLE ((uint32_t)1u << 1)

/* Later: options of zx_vmo_create_child, of which one of the first three. */
#define ZX_VMO_CHILD_SNAPSHOT			((uint32_t)1u << 0)
#define ZX_VMO_CHILD_SLICE			((uint32_t)1u << 3)
#define ZX_VMO_CHILD_SNAPSHOT_AT_LEAST_ON_WRITE ((uint32_t)1u << 4)
#define ZX_VMO_CHILD_RESIZABLE			((uint32_t)1u << 2)
#define ZX_VMO_CHILD_NO_WRITE			((uint32_t)1u << 5)
#define ZX_VMO_CHILD_COPY_ON_WRITE		ZX_VMO_CHILD_SNAPSHOT_AT_LEAST_ON_WRITE

/* Options of zx_vmar_map, _protect and _allocate. */
typedef uint32_t zx_vm_option_t;
#define ZX_VM_PERM_READ		    ((zx_vm_option_t)(1u << 0))
#define ZX_VM_PERM_WRITE	    ((zx_vm_option_t)(1u << 1))
#define ZX_VM_PERM_EXECUTE	    ((zx_vm_option_t)(1u << 2))
#define ZX_VM_COMPACT		    ((zx_vm_option_t)(1u << 3))
#define ZX_VM_SPECIFIC		    ((zx_vm_option_t)(1u << 4))
#define ZX_VM_SPECIFIC_OVERWRITE    ((zx_vm_option_t)(1u << 5))
#define ZX_VM_CAN_MAP_SPECIFIC	    ((zx_vm_option_t)(1u << 6))
#define ZX_VM_CAN_MAP_READ	    ((zx_vm_option_t)(1u << 7))
#define ZX_VM_CAN_MAP_WRITE	    ((zx_vm_option_t)(1u << 8))
#define ZX_VM_CAN_MAP_EXECUTE	    ((zx_vm_option_t)(1u << 9))
#define ZX_VM_MAP_RANGE		    ((zx_vm_option_t)(1u << 10))
#define ZX_VM_REQUIRE_NON_RESIZABLE ((zx_vm_option_t)(1u << 11))

/* Their older names. */
#define ZX_VM_FLAG_PERM_READ		 ((uint32_t)1u << 0)
#define ZX_VM_FLAG_PERM_WRITE		 ((uint32_t)1u << 1)
#define ZX_VM_FLAG_PERM_EXECUTE		 ((uint32_t)1u << 2)
#define ZX_VM_FLAG_COMPACT		 ((uint32_t)1u << 3)
#define ZX_VM_FLAG_SPECIFIC		 ((uint32_t)1u << 4)
#define ZX_VM_FLAG_SPECIFIC_OVERWRITE	 ((uint32_t)1u << 5)
#define ZX_VM_FLAG_CAN_MAP_SPECIFIC	 ((uint32_t)1u << 6)
#define ZX_VM_FLAG_CAN_MAP_READ		 ((uint32_t)1u << 7)
#define ZX_VM_FLAG_CAN_MAP_WRITE	 ((uint32_t)1u << 8)
#define ZX_VM_FLAG_CAN_MAP_EXECUTE	 ((uint32_t)1u << 9)
#define ZX_VM_FLAG_MAP_RANGE		 ((uint32_t)1u << 10)
#define ZX_VM_FLAG_REQUIRE_NON_RESIZABLE ((uint32_t)1u << 11)

typedef uintptr_t zx_vaddr_t; /* an address of this program's */
typedef uintptr_t zx_paddr_t; /* of memory itself */
typedef uint64_t zx_off_t;

/* A name's room, with the NUL at its end. */
#define ZX_MAX_NAME_LEN ((size_t)32u)

/* How a VMO's pages are cached. */
#define ZX_CACHE_POLICY_CACHED		((uint32_t)0u)
#define ZX_CACHE_POLICY_UNCACHED	((uint32_t)1u)
#define ZX_CACHE_POLICY_UNCACHED_DEVICE ((uint32_t)2u)
#define ZX_CACHE_POLICY_WRITE_COMBINING ((uint32_t)3u)
#define ZX_CACHE_POLICY_MASK		((uint32_t)3u)

/* Options of zx_cache_flush. */
#define ZX_CACHE_FLUSH_INSN	  ((uint32_t)1u << 0)
#define ZX_CACHE_FLUSH_DATA	  ((uint32_t)1u << 1)
#define ZX_CACHE_FLUSH_INVALIDATE ((uint32_t)1u << 2)

/* Types of objects. Handles of this system are to VMOs, VMARs, BTIs and resources. */
typedef uint32_t zx_obj_type_t;
#define ZX_OBJ_TYPE_NONE	  ((zx_obj_type_t)0u)
#define ZX_OBJ_TYPE_PROCESS	  ((zx_obj_type_t)1u)
#define ZX_OBJ_TYPE_THREAD	  ((zx_obj_type_t)2u)
#define ZX_OBJ_TYPE_VMO		  ((zx_obj_type_t)3u)
#define ZX_OBJ_TYPE_CHANNEL	  ((zx_obj_type_t)4u)
#define ZX_OBJ_TYPE_EVENT	  ((zx_obj_type_t)5u)
#define ZX_OBJ_TYPE_PORT	  ((zx_obj_type_t)6u)
#define ZX_OBJ_TYPE_INTERRUPT	  ((zx_obj_type_t)9u)
#define ZX_OBJ_TYPE_PCI_DEVICE	  ((zx_obj_type_t)11u)
#define ZX_OBJ_TYPE_LOG		  ((zx_obj_type_t)12u)
#define ZX_OBJ_TYPE_SOCKET	  ((zx_obj_type_t)14u)
#define ZX_OBJ_TYPE_RESOURCE	  ((zx_obj_type_t)15u)
#define ZX_OBJ_TYPE_EVENTPAIR	  ((zx_obj_type_t)16u)
#define ZX_OBJ_TYPE_JOB		  ((zx_obj_type_t)17u)
#define ZX_OBJ_TYPE_VMAR	  ((zx_obj_type_t)18u)
#define ZX_OBJ_TYPE_FIFO	  ((zx_obj_type_t)19u)
#define ZX_OBJ_TYPE_GUEST	  ((zx_obj_type_t)20u)
#define ZX_OBJ_TYPE_VCPU	  ((zx_obj_type_t)21u)
#define ZX_OBJ_TYPE_TIMER	  ((zx_obj_type_t)22u)
#define ZX_OBJ_TYPE_IOMMU	  ((zx_obj_type_t)23u)
#define ZX_OBJ_TYPE_BTI		  ((zx_obj_type_t)24u)
#define ZX_OBJ_TYPE_PROFILE	  ((zx_obj_type_t)25u)
#define ZX_OBJ_TYPE_PMT		  ((zx_obj_type_t)26u)
#define ZX_OBJ_TYPE_SUSPEND_TOKEN ((zx_obj_type_t)27u)
#define ZX_OBJ_TYPE_PAGER	  ((zx_obj_type_t)28u)
#define ZX_OBJ_TYPE_LAST	  ((zx_obj_type_t)29u)

__END_CDECLS
