/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A VSpace: a root table, and the mappings that say what belongs where.
 *
 * The mappings are the truth; tables below the root are a cache of it, filled by faults
 * and emptied by every change, so that nothing here can fail but making room.
 *
 *	VSpace's root --> own table --> LINK -----> the VMO's own table --> its pages
 *	                      \-------> own table --> [ page | page |   ]
 *
 * A link points at a table of the VMO's tree where address and coordinate agree modulo its
 * span and all that the VMO has in that block belongs into this mapping; it carries the
 * mapping's rights for everything below. Elsewhere pages are entered one by one in tables
 * that the VSpace pays for; those count their entries and go when empty.
 */
#pragma once

#include "lib/treap.h"

#include "vm/vmo.h"

enum map_rights {
	MAP_READ = 1 << 0,
	MAP_WRITE = 1 << 1,
	MAP_EXECUTE = 1 << 2,
};

struct vspace {
	struct pool *pool;
	paddr_t root;
	uint16_t asid;
	struct treap mappings; /* by address */
	struct mapping *recent;
};

struct mapping {
	struct vspace *vspace;
	struct vmo *vmo;  /* the one whose tree it is: never a slice */
	struct list link; /* in vmo->mappings */
	union {
		struct treap_node place; /* in vspace->mappings */
		uint64_t first;		 /* its key: page number of the address */
	};
	uint64_t pages;
	uint64_t coordinate; /* of `first` */
	uint64_t end;	     /* coordinates from here on are not shown (a slice's end) */
	unsigned rights;     /* enum map_rights: the caller may change them, and sweeps then */
};

/* vspace_init: an empty space. ST_NO_MEMORY. The root's address is for TTBR0. */
must_check status_t vspace_init(struct vspace *s, struct pool *pool, uint16_t asid);

/*
 * vspace_fini: the root table goes back.
 *
 *  => unmapped (ST_BAD_STATE), and no CPU runs in it
 */
must_check status_t vspace_fini(struct vspace *s);

/* vspace_find: the mapping that holds this page, or NULL. */
struct mapping *vspace_find(struct vspace *s, uint64_t page);

/* vspace_next: the first mapping that ends after this page, or NULL. */
struct mapping *vspace_next(struct vspace *s, uint64_t page);

struct map_request {
	uint64_t first; /* page number of the address */
	uint64_t pages;
	uint64_t offset; /* page of the VMO */
	unsigned rights;
};

/*
 * vspace_map: `m` shows a range of a VMO from now on, at once where tables can be linked.
 *
 *  => storage of `m` is the caller's until the mapping is gone
 *  => ST_INVALID_ARGS (no pages; rights without MAP_READ, or to write and to execute:
 *     docs/decisions/0026), ST_OUT_OF_RANGE (beyond the
 *     space or 64 bits), ST_ALREADY_EXISTS (something is mapped there)
 */
must_check status_t vspace_map(
	struct vspace *s, struct mapping *m, struct vmo *v, const struct map_request *request);

/* vspace_cut: `m` keeps what is before page `at`, `rest` gets the others; nothing else changes. */
void vspace_cut(struct mapping *m, uint64_t at, struct mapping *rest);

/*
 * vspace_unmap: `m` is no mapping any more, its storage the caller's again.
 *
 *  => nothing that it entered is left: its rights were set to 0 and it was swept since
 */
void vspace_unmap(struct mapping *m);

/*
 * vspace_fault: make this access to `page` possible.
 *
 *  => `access` is one of map_rights
 *  => ST_NOT_FOUND (nothing mapped), ST_ACCESS_DENIED, ST_OUT_OF_RANGE (beyond the VMO's
 *     end), ST_NO_MEMORY, ST_SHOULD_WAIT (run again)
 */
must_check status_t vspace_fault(struct vspace *s, uint64_t page, unsigned access);

/*
 * vspace_sweep: take entries up to level `cut` out of [first, last), or the right to write: then
 * what is entered is what rights that changed before allow. It may stop, and returns the page to
 * go on from. vspace_flush: the same at once, everything, for few pages.
 */
uint64_t vspace_sweep(
	struct vspace *s, uint64_t first, uint64_t last, unsigned cut, enum sweep what);
void vspace_flush(struct vspace *s, uint64_t first, uint64_t last, unsigned cut);

/* vspace_enter: cache the way to `page` as `m` and its VMO have it now. */
status_t vspace_enter(struct mapping *m, uint64_t page);
