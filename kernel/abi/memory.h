/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What programs and kernel say to each other about Pools, VMOs and VSpaces. Sizes, offsets and
 * addresses are in bytes.
 */
#pragma once

#include "abi/types.h"

/* What pool_info tells, in pages. total = free + pages + tables. */
struct pool_info {
	uint64_t total;
	uint64_t free;
	uint64_t reserved; /* of the free ones: promised to VMOs */
	uint64_t pages;	   /* content of VMOs */
	uint64_t tables;   /* of VMOs and VSpaces, and what the objects themselves take */
};

/* What vmo_create and vmo_clone may be asked for; enum vmo_child is the lowest bits. */
enum vmo_option {
	VMO_OPTION_RESIZABLE = 1 << 4,
	VMO_OPTION_RESERVE = 1 << 5, /* a clone whose writes never run out of memory */
};

enum vmo_child {
	VMO_CHILD_CLONE = 0,	/* shows its source until it has a page of its own */
	VMO_CHILD_SNAPSHOT = 1, /* has what the source has now: isolated both ways */
	VMO_CHILD_SLICE = 2,	/* a window on the very same pages */
	VMO_CHILD_MASK = 3,
};

/* The largest size: what a call returns is never negative. */
#define VMO_SIZE_MAX ((UINT64_C(1) << 63) - PAGE_SIZE)

/* In what vmo_diff returns: none up to this offset; ask again from there. */
enum { VMO_DIFF_AGAIN = 1 };

enum vmo_op {
	VMO_OP_COMMIT = 1,
	VMO_OP_DECOMMIT = 2,
	VMO_OP_LOCK = 3,   /* not supported */
	VMO_OP_UNLOCK = 4, /* not supported */
	VMO_OP_ZERO = 5,
	VMO_OP_CACHE_SYNC = 6, /* instructions are fetched as they were written */
	VMO_OP_CACHE_INVALIDATE = 7,
	VMO_OP_CACHE_CLEAN = 8,
	VMO_OP_CACHE_CLEAN_INVALIDATE = 9,
};

enum vmo_cache {
	VMO_CACHE_CACHED = 0,
	VMO_CACHE_UNCACHED = 1,	       /* Normal memory, not cached; physical: Device-nGnRnE */
	VMO_CACHE_UNCACHED_DEVICE = 2, /* Device-nGnRE */
	VMO_CACHE_WRITE_COMBINING = 3, /* Normal memory, not cached */
};

/* What a VMO tells, a bit each: vmo_signal returns those that it has. */
enum vmo_signal {
	VMO_SIGNAL_ZERO_CHILDREN = 1 << 3,
};
#define VMO_SIGNALS_USER UINT32_C(0xff000000) /* that mean what programs say they do */

enum vmo_flag {
	VMO_FLAG_RESIZABLE = 1 << 0,
	VMO_FLAG_CONTIGUOUS = 1 << 1,
	VMO_FLAG_PHYSICAL = 1 << 2,
	VMO_FLAG_SLICE = 1 << 3,
	VMO_FLAG_RESERVE = 1 << 4,
	VMO_FLAG_CHILD = 1 << 5,    /* of a VMO that lives */
	VMO_FLAG_ISOLATED = 1 << 6, /* a child that shows nothing of it: a snapshot */
};

/* Of a VMO's name, with the zero at its end. */
enum { VMO_NAME_MAX = 32 };

/* What vmo_info tells. Counts of pages and tables are of the source for a slice. */
struct vmo_info {
	uint64_t id;	 /* this VMO's alone, of all there ever were */
	uint64_t parent; /* of whom it is a child now; 0: of none */
	uint64_t size;
	uint64_t children;
	uint64_t mappings;
	uint64_t pages;	       /* that nobody else has a share of */
	uint64_t pages_shared; /* with snapshots and siblings */
	uint64_t borrowed;     /* entries, of any size, that show what others own */
	uint64_t tables;
	uint64_t tables_shared;
	uint64_t reserved; /* pages set aside for it */
	uint32_t flags;	   /* enum vmo_flag */
	uint32_t cache;	   /* enum vmo_cache */
	uint32_t rights;   /* of the capability that was asked; 0: pool_vmo */
	uint32_t unused;   /* 0 */
	char name[VMO_NAME_MAX];
};

/* How vspace_map maps. WRITE and EXECUTE each need READ, and exclude one another. */
enum vspace_flag {
	VSPACE_READ = 1 << 0,
	VSPACE_WRITE = 1 << 1,
	VSPACE_EXECUTE = 1 << 2,
	VSPACE_FIXED = 1 << 3,	       /* at this address; else the kernel chooses */
	VSPACE_REPLACE = 1 << 4,       /* with FIXED: what is mapped there goes */
	VSPACE_NOT_RESIZABLE = 1 << 5, /* refuse a VMO whose size can change */
};

/* So many Mappings one vspace_protect changes at most. */
enum { VSPACE_PROTECT_MAX = 48 };

/* What vspace_query tells of a Mapping. */
struct vspace_range {
	uaddr_t address;
	uint64_t size;
	uint64_t offset; /* in the VMO that its id names */
	uint64_t vmo;
	uint32_t rights;     /* enum vspace_flag: READ, WRITE, EXECUTE */
	uint32_t rights_max; /* what vspace_protect may give */
};
