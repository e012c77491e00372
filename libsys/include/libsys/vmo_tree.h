/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Families of VMOs as a picture: who is a clone, a snapshot or a slice of whom, and how many
 * pages each owns alone, shares, and how many entries it borrows. As text, or for `dot`.
 *
 *	struct vmo_tree_node nodes[64];
 *	struct vmo_tree tree;
 *
 *	vmo_tree_open(&tree, nodes, 64);
 *	vmo_tree_add_pool(&tree, pool, "mine");
 *	vmo_tree_print(&tree, VMO_TREE_TEXT, stdout);
 *
 *	  OWN SHARED BORROWED TABLES  SIZE KiB POOL  VMO
 *	    2      0        0      1      2048 mine  #7 "ledger"
 *	    1      0        2      1      2048 mine  '- #8 clone
 *	    -      -        -      -         4 mine     '- #9 slice
 *
 * A tree has room for as many VMOs as its user gave nodes. It takes no other memory, and no
 * stack that grows with the depth of a family. VMOs that come, go or are written while they are
 * asked about are each shown as they were at the moment they were asked about; a child whose
 * parent was not told about (another Pool pays for it, or it went) begins a family.
 *
 * For one thread at a time.
 */
#pragma once

#include <stdio.h>

#include "abi/memory.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VMO_TREE_OWNER_MAX = 32 }; /* with the zero at its end */

/* One VMO. */
struct vmo_tree_node {
	struct vmo_info info;
	char owner[VMO_TREE_OWNER_MAX]; /* who pays for it */
	uint32_t parent, child, next;	/* numbers of nodes and 1; 0: none */
	uint32_t depth;			/* generations above it */
};

struct vmo_tree {
	struct vmo_tree_node *nodes; /* its user's */
	uint32_t room, count;
};

enum vmo_tree_format { VMO_TREE_TEXT, VMO_TREE_DOT };

/* What takes the output, piece by piece, each a text. */
typedef void vmo_tree_say(void *context, const char *text);

/* vmo_tree_open: an empty tree, with room for as many VMOs as there are nodes. */
void vmo_tree_open(struct vmo_tree *tree, struct vmo_tree_node *nodes, uint32_t room);

/*
 * vmo_tree_add: a VMO, as vmo_info or pool_vmo told about it; each once.
 *
 *  owner    who pays for it: a text for people, cut to VMO_TREE_OWNER_MAX - 1 bytes
 *  returns  ST_OK; ST_NO_MEMORY: as many are in the tree as there is room for
 */
status_t vmo_tree_add(struct vmo_tree *tree, const struct vmo_info *info, const char *owner);

/*
 * vmo_tree_add_pool: all VMOs that a Pool pays for.
 *
 *  owner    as vmo_tree_add
 *  returns  ST_OK
 *           ST_NO_MEMORY  there was no room for all; those that there was room for, the first
 *                         that were made, are in the tree, and it can be printed
 *           others        what pool_vmo says of the name `pool`
 */
status_t vmo_tree_add_pool(struct vmo_tree *tree, cptr_t pool, const char *owner);

/*
 * vmo_tree_say_to: the whole tree, families in the order of their eldest, children below their
 * parents in the order that they were made in. Bytes of names that are not printable ASCII
 * stand as "?"; for dot, those that mean something to it are escaped.
 */
void vmo_tree_say_to(
	struct vmo_tree *tree, enum vmo_tree_format format, vmo_tree_say *say, void *context);

/* vmo_tree_print: the same into a file. */
void vmo_tree_print(struct vmo_tree *tree, enum vmo_tree_format format, FILE *file);

#ifdef __cplusplus
}
#endif
