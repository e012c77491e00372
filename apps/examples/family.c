/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What clones, snapshots and slices of one VMO have and share, as a picture: a ledger, a draft
 * of the next one, yesterday's, and what a reader sees of it. tools/mkfamily makes the picture
 * on the page of the concepts of what this prints.
 */
#include <stdio.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/pool.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vmo_tree.h"

enum { PAGES = 8, LEDGER = PAGES * PAGE_SIZE, POOL_BITS = 20, VMOS = 8 };

static cptr_t pool;

static cptr_t child(cptr_t of, enum vmo_child kind, uint64_t page, const char *name)
{
	uint64_t offset = page * PAGE_SIZE;
	cptr_t vmo = 0;

	if (vmo_clone(of, kind, offset, LEDGER - offset, pool, &vmo) == ST_OK)
		(void)vmo_set_name(vmo, name);
	return vmo;
}

static int write_page(cptr_t vmo, uint64_t page, const char *text)
{
	return vmo_write(vmo, text, page * PAGE_SIZE, strlen(text) + 1) == ST_OK;
}

int main(void)
{
	static struct vmo_tree_node nodes[VMOS];
	cptr_t ledger, draft, yesterday, what_if;
	struct vmo_tree tree;
	char text[16];
	int done = 1;

	if (pool_create(POOL_BITS, &pool) != ST_OK ||
		vmo_create(pool, LEDGER, 0, &ledger) != ST_OK)
		return 1;
	(void)vmo_set_name(ledger, "ledger");
	for (unsigned i = 0; i < PAGES; i++)
		done &= write_page(ledger, i, "a page of the ledger");

	yesterday = child(ledger, VMO_CHILD_SNAPSHOT, 0, "yesterday");
	done &= write_page(ledger, 0, "what changed today"); /* yesterday keeps the old page */
	draft = child(ledger, VMO_CHILD_CLONE, 0, "draft");
	done &= write_page(draft, 1, "two pages") && write_page(draft, 2, "of its own");
	done &= vmo_read(draft, text, 5 * PAGE_SIZE, sizeof(text)) == ST_OK; /* the ledger's */
	what_if = child(draft, VMO_CHILD_CLONE, 0, "what if");
	done &= write_page(what_if, 1, "a clone of a clone");
	if (!done || !yesterday || !child(ledger, VMO_CHILD_SLICE, 4, "for a reader"))
		return 1;

	vmo_tree_open(&tree, nodes, VMOS);
	if (vmo_tree_add_pool(&tree, pool, "example") != ST_OK)
		return 1;
	vmo_tree_print(&tree, VMO_TREE_TEXT, stdout);
	vmo_tree_print(&tree, VMO_TREE_DOT, stdout);
	return 0;
}
