/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A little world: VMOs, mappings and a Pool beside the reference model, with one function
 * that does an operation to both and one that checks everything that can be checked.
 */
#pragma once

#include "vm/vmo.h"
#include "vm/vspace.h"

#include "fake.h"
#include "model.h"
#include "pieces.h"

#ifndef WORLD_VMOS
#define WORLD_VMOS 6
#endif
#ifndef WORLD_SPACES
#define WORLD_SPACES 2
#endif
#ifndef WORLD_MAPPINGS
#define WORLD_MAPPINGS 6
#endif
enum { WORLD_SPACE_PAGES = 1 << (TABLE_BITS * VSPACE_LEVELS) };

enum op_kind {
	OP_CREATE,   /* vmo, size, resizable, paged, pool */
	OP_CLONE,    /* vmo, of, offset, size, flags (4: from the other pool) */
	OP_SNAPSHOT, /* vmo, of, offset, size, flags */
	OP_SLICE,    /* vmo, of, offset, size */
	OP_RUN,	     /* vmo, size, alignment's bits, kind of memory, pool (8: of the archive) */
	OP_WRITE,    /* vmo, page, value */
	OP_READ,     /* vmo, page */
	OP_COMMIT,   /* vmo, page, count */
	OP_DECOMMIT, /* vmo, page, count */
	OP_ZERO,     /* vmo, page, count */
	OP_RESIZE,   /* vmo, size */
	OP_MERGE,    /* vmo */
	OP_CLOSE,    /* vmo */
	OP_MAP,	     /* vmo, offset, pages, va, space and rights */
	OP_UNMAP,    /* mapping, page, count */
	OP_PROTECT,  /* mapping, page, count, rights */
	OP_TOUCH,    /* mapping, page, access, value */
	OP_SUPPLY,   /* vmo, page, count, from, page there */
	OP_KINDS,
};

struct op {
	unsigned kind;
	int vmo;
	int a;
	int b;
	int c;
	int d;
};

struct world {
	struct pool pool;
	struct pool_range range;
	struct pool other; /* of world_other frames, if there are any */
	struct pool_range other_range;
	struct model model;
	struct vmo vmo[WORLD_VMOS];
	struct vspace space[WORLD_SPACES];
	struct mapping map[WORLD_MAPPINGS];
	bool mapped[WORLD_MAPPINGS];
	int map_vmo[WORLD_MAPPINGS];
	bool is_closing[WORLD_VMOS]; /* a close was begun: nobody else names it */
	bool is_unborn[WORLD_VMOS];  /* a snapshot that was begun, by: */
	bool is_ending[WORLD_VMOS];  /* and a run, being closed */
	struct op unborn[WORLD_VMOS];
};
extern struct world world;

/* What the world may do to an operation: work in small portions, memory short. */
extern uint64_t world_work;   /* per call; UINT64_MAX for no limit */
extern uint64_t world_frames; /* frames that the operation may take */
extern bool world_abandon;    /* an operation that stops is not called again */
extern bool world_quick;      /* check only at the end of an operation, not at its stops */

extern unsigned world_other;   /* frames of the other Pool, before world_init; 0: none */
extern unsigned world_archive; /* and of RAM that is no Pool's, behind all others */

/*
 * What the target of an operation was, and what the operation met: counted, so that a test
 * can say that no pair was missed.
 */
enum trait {
	TRAIT_EMPTY, /* no pages */
	TRAIT_CLONE, /* follows a parent */
	TRAIT_COPY,  /* a snapshot */
	TRAIT_SLICE,
	TRAIT_FIXED,
	TRAIT_RESERVE,
	TRAIT_CHILDREN,
	TRAIT_SLICED, /* has slices */
	TRAIT_MAPPED,
	TRAIT_SPACES,  /* mapped in two spaces */
	TRAIT_OTHER,   /* of the other Pool */
	TRAIT_MIXED,   /* its parent is of another Pool */
	TRAIT_TOP,     /* ends at the last coordinate that there is */
	TRAIT_WALK,    /* a walk under it was left */
	TRAIT_TRIM,    /* a shrink was left */
	TRAIT_SWEEP,   /* a sweep over its mappings was left */
	TRAIT_MERGE,   /* a merge of it, or into it, was left half-way */
	TRAIT_STOPPED, /* the operation stopped at least once */
	TRAIT_LEFT,    /* and was left */
	TRAIT_DRY,     /* refused for want of memory */
	TRAITS,
};
extern unsigned long world_pairs[OP_KINDS][TRAITS];
extern const char *const world_op_name[OP_KINDS];
extern const char *const world_trait_name[TRAITS];

void world_init(void);

/* world_fini: all VMOs and mappings are gone; nothing may be left. */
void world_fini(void);

/*
 * world_do: the operation, on both sides. Returns the status (of the core); an operation
 * that makes no sense now returns ST_INTERNAL and did nothing.
 */
status_t world_do(const struct op *op);

/* world_owns: whether v has a page of its own there, its tree not being a slice's. */
bool world_owns(const struct vmo *v, uint64_t c);

/* world_check: every invariant, every page, every translation. Stops the program. */
void world_check(void);

/* world_check_translations: only what the TLB still holds. */
void world_check_translations(void);
