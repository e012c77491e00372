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
	OP_CREATE,   /* vmo, size, resizable */
	OP_CLONE,    /* vmo, of, offset, size, flags */
	OP_SNAPSHOT, /* vmo, of, offset, size, flags */
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
	struct model model;
	struct vmo vmo[WORLD_VMOS];
	struct vspace space[WORLD_SPACES];
	struct mapping map[WORLD_MAPPINGS];
	bool mapped[WORLD_MAPPINGS];
	int map_vmo[WORLD_MAPPINGS];
};
extern struct world world;

/* What the world may do to an operation: work in small portions, memory short. */
extern uint64_t world_work;   /* per call; UINT64_MAX for no limit */
extern uint64_t world_frames; /* frames that the operation may take */
extern bool world_abandon;    /* an operation that stops is not called again */
extern bool world_quick; /* check only at the end of an operation, not at its stops */

void world_init(void);

/*
 * world_do: the operation, on both sides. Returns the status (of the core); an operation
 * that makes no sense now returns ST_INTERNAL and did nothing.
 */
status_t world_do(const struct op *op);

/* world_check: every invariant, every page, every translation. Stops the program. */
void world_check(void);

/* world_check_translations: only what the TLB still holds. */
void world_check_translations(void);
