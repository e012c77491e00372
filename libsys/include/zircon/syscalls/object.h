/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What zx_object_get_info and zx_object_get_property tell. All topics have their numbers;
 * those that this system does not know are refused with ZX_ERR_NOT_SUPPORTED.
 */
#pragma once

#include <zircon/types.h>

__BEGIN_CDECLS

typedef enum {
	ZX_INFO_NONE = 0,
	ZX_INFO_HANDLE_VALID = 1, /* no record */
	ZX_INFO_HANDLE_BASIC = 2, /* zx_info_handle_basic_t[1] */
	ZX_INFO_PROCESS = 3,
	ZX_INFO_PROCESS_THREADS = 4,
	ZX_INFO_VMAR = 7, /* zx_info_vmar_t[1] */
	ZX_INFO_JOB_CHILDREN = 8,
	ZX_INFO_JOB_PROCESSES = 9,
	ZX_INFO_THREAD = 10,
	ZX_INFO_THREAD_EXCEPTION_REPORT = 11,
	ZX_INFO_TASK_STATS = 12,
	ZX_INFO_PROCESS_MAPS = 13,
	ZX_INFO_PROCESS_VMOS = 14,
	ZX_INFO_THREAD_STATS = 15,
	ZX_INFO_CPU_STATS = 16,
	ZX_INFO_KMEM_STATS = 17,
	ZX_INFO_RESOURCE = 18,
	ZX_INFO_HANDLE_COUNT = 19,
	ZX_INFO_BTI = 20,
	ZX_INFO_PROCESS_HANDLE_STATS = 21,
	ZX_INFO_SOCKET = 22,
	ZX_INFO_VMO = 23, /* zx_info_vmo_t[1] */
	ZX_INFO_LAST
} zx_object_info_topic_t;

typedef enum {
	ZX_OBJ_PROP_NONE = 0,
	ZX_OBJ_PROP_WAITABLE = 1,
} zx_obj_props_t;

typedef struct zx_info_handle_basic {
	zx_koid_t koid;
	zx_rights_t rights;
	uint32_t type;		/* zx_obj_type_t */
	zx_koid_t related_koid; /* 0: VMOs and VMARs have none */
	uint32_t props;		/* zx_obj_props_t */
} zx_info_handle_basic_t;

/* The addresses that a region is. */
typedef struct zx_info_vmar {
	uintptr_t base;
	size_t len; /* in bytes */
} zx_info_vmar_t;

/* Bits of zx_info_vmo_t's flags. */
#define ZX_INFO_VMO_TYPE_PHYSICAL (0u << 0) /* a device's, or memory that no Pool owns */
#define ZX_INFO_VMO_TYPE_PAGED	  (1u << 0)
#define ZX_INFO_VMO_TYPE(flags)	  ((flags) & (1u << 0))
#define ZX_INFO_VMO_RESIZABLE	  (1u << 1) /* later: here always 0, see create_options */
#define ZX_INFO_VMO_IS_COW_CLONE  (1u << 2)
#define ZX_INFO_VMO_VIA_HANDLE	  (1u << 3)
#define ZX_INFO_VMO_VIA_MAPPING	  (1u << 4)
#define ZX_INFO_VMO_PAGER_BACKED  (1u << 5)

typedef struct zx_info_vmo {
	zx_koid_t koid;
	char name[ZX_MAX_NAME_LEN];
	uint64_t size_bytes;
	zx_koid_t parent_koid; /* of whom it is a child now; 0: of none */
	size_t num_children;
	size_t num_mappings;
	size_t share_count; /* of address spaces that it is mapped in, about */
	uint32_t flags;
	uint64_t committed_bytes; /* of pages that are its own, alone or with snapshots */
	zx_rights_t handle_rights;
	uint32_t create_options; /* 1: resizable, 2: contiguous */
	uint32_t cache_policy;	 /* ZX_CACHE_POLICY_... */
} zx_info_vmo_t;

/* Properties. */
#define ZX_PROP_NAME 3u /* char[ZX_MAX_NAME_LEN] */

__END_CDECLS
