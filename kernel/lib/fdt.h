/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Reading a flattened device tree: one pass over its nodes, in order.
 *
 * The encoding is libfdt's business (Debian's device-tree-compiler, fetched by
 * tools/setup); this adds what libfdt does not do: the CPU's view of `reg`, translated
 * through the `ranges` of every bus above. Names and formats: Devicetree Specification
 * v0.4.
 *
 *	fdt_walk_init(&walk, tree);
 *	while (fdt_walk_next(&walk))
 *		if (fdt_is_compatible(&walk, "arm,pl011"))
 *			found = fdt_reg(&walk, 0, &range);
 */
#pragma once

#include "lib/base.h"

enum { FDT_DEPTH_MAX = 12, FDT_PROPERTIES_MAX = 40 };

/* A range of physical addresses: [base, base + size). */
struct range {
	uint64_t base;
	uint64_t size;
};

/* How a node encodes its children's addresses, and what they are in its parent's. */
struct fdt_bus {
	const char *name;
	uint32_t address_cells;
	uint32_t size_cells;
	const uint8_t *ranges;
	uint32_t ranges_size; /* in bytes; 0 with `ranges` set: the same addresses */
};

struct fdt_property_ref {
	const char *name;
	const uint8_t *value;
	uint32_t size; /* in bytes */
};

struct fdt_walk {
	const void *tree;
	int next;  /* libfdt's offset of the first tag behind this node's properties */
	int node;  /* and of the node where the walk stands */
	int depth; /* 0: the root */
	const char *name;
	struct fdt_bus bus[FDT_DEPTH_MAX];
	/* The node's properties, noted in passing; those beyond the room are not seen. */
	uint32_t property_count;
	struct fdt_property_ref property[FDT_PROPERTIES_MAX];
};

/*
 * fdt_check: is this a whole and well-formed tree?
 *
 *  => `tree` is 8-byte aligned and `room` bytes from it on may be read
 *  => NULL if it is, else what is wrong with it, in words
 *  => nothing else in this file may be used on a tree that did not pass
 */
const char *fdt_check(const void *tree, size_t room);

/*
 * fdt_claimed_size: the size that a tree's header gives, when nothing of it was checked yet.
 *
 *  => 0 if `room` bytes are too few for a header or it does not begin with the magic number
 */
size_t fdt_claimed_size(const void *tree, size_t room);

/* fdt_size: the size in bytes that the header of a tree gives for it. */
size_t fdt_size(const void *tree);

/*
 * fdt_used_size: how many of these bytes hold its blocks: loaders leave room behind them.
 * fdt_set_size: write that into the header of a copy that ends there.
 */
size_t fdt_used_size(const void *tree);
void fdt_set_size(void *tree, size_t size);

/* fdt_walk_init: stand before the root. */
void fdt_walk_init(struct fdt_walk *walk, const void *tree);

/*
 * fdt_walk_next: go on to the next node in the tree's order.
 *
 *  => false at the end; nodes deeper than FDT_DEPTH_MAX are passed over
 */
bool fdt_walk_next(struct fdt_walk *walk);

/* fdt_name: the node's name with its unit address ("" for the root). */
const char *fdt_name(const struct fdt_walk *walk);

/* fdt_is_named: is the node's name, without the unit address, `name`? */
bool fdt_is_named(const struct fdt_walk *walk, const char *name);

/* fdt_parent_is_named: the same for the node above. */
bool fdt_parent_is_named(const struct fdt_walk *walk, const char *name);

/* fdt_is_compatible: does `compatible` list this string? */
bool fdt_is_compatible(const struct fdt_walk *walk, const char *compatible);

/* fdt_is_enabled: `status` is absent, "okay" or "ok". */
bool fdt_is_enabled(const struct fdt_walk *walk);

/* fdt_bytes: a property's value and its size in bytes, or NULL. */
const uint8_t *fdt_bytes(const struct fdt_walk *walk, const char *property, uint32_t *size_out);

/* fdt_text: a property that is a NUL-terminated string, or NULL. */
const char *fdt_text(const struct fdt_walk *walk, const char *property);

/* fdt_cell: the index-th 32-bit cell of a property; false if it is not that long. */
bool fdt_cell(
	const struct fdt_walk *walk, const char *property, uint32_t index, uint32_t *value_out);

/* fdt_number: a property of one or two cells as one number. */
bool fdt_number(const struct fdt_walk *walk, const char *property, uint64_t *value_out);

/*
 * fdt_reg: the index-th (address, size) of `reg`, as the CPU sees it.
 *
 *  => false if there is none, if it wraps around, or if a bus above gives no way to it
 */
bool fdt_reg(const struct fdt_walk *walk, uint32_t index, struct range *range_out);

/* fdt_reg_count: how many entries `reg` has; if it cannot be read at all, 1 (and none is). */
uint32_t fdt_reg_count(const struct fdt_walk *walk);

/* fdt_reg_raw: the same in the parent bus's own addresses (a CPU's number, for one). */
bool fdt_reg_raw(const struct fdt_walk *walk, uint32_t index, struct range *range_out);

/*
 * fdt_find: the node that a path or an alias ("serial0:115200") names.
 *
 *  => what follows a ':' is ignored; returns a number to compare with walk.node, or -1
 */
int fdt_find(const void *tree, const char *path);

/*
 * fdt_memory_reservation: the index-th entry of the memory reservation block; false
 * behind the last. One that would wrap around is cut at the top of the address space.
 */
bool fdt_memory_reservation(const void *tree, uint32_t index, struct range *range_out);
