/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The device tree, as the loader handed it to the kernel: what devices there are, where their
 * registers are, and which interrupt lines they raise. Names and formats: Devicetree
 * Specification v0.4; the encoding is libfdt's business.
 *
 *	for (node = tree_next_compatible(TREE_ROOT, "virtio,mmio"); node >= 0;
 *		node = tree_next_compatible(node, "virtio,mmio"))
 *		if (tree_reg(node, 0, &range))
 *			...
 *
 * Functions that answer whether return 1 or 0. Any thread may ask.
 */
#pragma once

#include <stddef.h>

#include "abi/objects.h"
#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tree_node: names a node of the tree; TREE_NONE or any other negative number: none. */
typedef int tree_node;

enum { TREE_ROOT = 0, TREE_NONE = -1 };

/* A range of physical addresses, in bytes. */
struct tree_range {
	uint64_t base;
	uint64_t size;
};

/* What irq_claim() takes. */
struct tree_interrupt {
	uint32_t line;
	enum irq_trigger trigger;
};

/*
 * device_tree: all of it, for those who read it by other means (libfdt).
 *
 *  size_out  in bytes; may be NULL
 *  returns   a tree with nothing in it where there is none: in a program that was spawned
 */
const void *device_tree(size_t *size_out);

/*
 * device_tree_adopt: read this one from now on.
 *
 *  vmo      a copy of the first program's ROOT_SLOT_TREE (right READ and MAP); must stay as it is
 *  returns  as vspace_map
 */
status_t device_tree_adopt(cptr_t vmo);

/*
 * tree_next_compatible: the next node behind `after` whose `compatible` lists this string and
 * that is enabled; from TREE_ROOT on, the first.
 */
tree_node tree_next_compatible(tree_node after, const char *compatible);

/* tree_find: the node of a path or an alias; what follows a ':' is left aside. */
tree_node tree_find(const char *path);

/* tree_of_phandle: the node that others refer to by this number. */
tree_node tree_of_phandle(uint32_t phandle);

/* tree_parent: the node above; TREE_NONE above the root. */
tree_node tree_parent(tree_node node);

/* tree_name: with its unit address ("serial@9000000"); "" if there is no such node. */
const char *tree_name(tree_node node);

/* tree_is_compatible: does `compatible` list this string? */
int tree_is_compatible(tree_node node, const char *compatible);

/* tree_is_enabled: `status` is absent, "okay" or "ok". */
int tree_is_enabled(tree_node node);

/* tree_is_coherent: does the device see memory through the CPUs' caches (`dma-coherent`)? */
int tree_is_coherent(tree_node node);

/* tree_bytes: a property's value and its size, or NULL; size_out may be NULL. */
const void *tree_bytes(tree_node node, const char *property, size_t *size_out);

/* tree_text: a property that is a text, or NULL. */
const char *tree_text(tree_node node, const char *property);

/* tree_cell: the index-th 32-bit number of a property, if it has so many. */
int tree_cell(tree_node node, const char *property, unsigned index, uint32_t *value_out);

/*
 * tree_reg: the index-th range of `reg`, translated by the `ranges` of every bus above to what
 * the CPU sees.
 *
 *  returns 0: there is none, or a bus gives no way to it
 */
int tree_reg(tree_node node, unsigned index, struct tree_range *range_out);

/*
 * tree_interrupt: the index-th of `interrupts`, which a GIC must serve.
 *
 *  returns 0: there is none, or it is no shared line
 */
int tree_interrupt(tree_node node, unsigned index, struct tree_interrupt *interrupt_out);

/*
 * tree_clock: the rate of the index-th of `clocks`, in Hz.
 *
 *  returns 0: there is none, or it has no fixed rate
 */
uint32_t tree_clock(tree_node node, unsigned index);

#ifdef __cplusplus
}
#endif
