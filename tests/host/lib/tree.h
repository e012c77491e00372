/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Device trees for tests: written in a few lines, or compiled ones with something
 * changed. Writing is done with the parts of libfdt that the kernel does not have.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A tree written from the top:
 *
 *	void *t = tree_begin();
 *	tree_cells(t, "#address-cells", 1, 2u);
 *	fdt_begin_node(t, "soc"); ... fdt_end_node(t);
 *	t = tree_end(t);
 */
void *tree_begin(void);

/* tree_end: closes the root too; the tree in a block of exactly its size, to be freed. */
void *tree_end(void *tree);

/* tree_cells: a property of `count` cells, each given as uint32_t (or unsigned). */
void tree_cells(void *tree, const char *property, unsigned count, ...);
void tree_text(void *tree, const char *property, const char *value);

/* tree_load: a tree of dts/ or of QEMU, by the name of its file in the build folder. */
void *tree_load(const char *name);

/*
 * The same opened for changes with fdt_setprop and the like, which tree_close() ends: it
 * returns a block of exactly the new size.
 */
void *tree_open(const char *name);
void *tree_close(void *tree);

/* tree_set_cells, tree_set_text: change or add a property of the node at `path`. */
void tree_set_cells(void *tree, const char *path, const char *property, unsigned count, ...);
void tree_set_text(void *tree, const char *path, const char *property, const char *value);

/* tree_node: the node at `path`, made if it is not there (its parent must be). */
int tree_node(void *tree, const char *path);
