/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "tree.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "test.h"

enum { ROOM = 1 << 16, CELLS_MAX = 256 };

void *tree_begin(void)
{
	void *tree = calloc(1, ROOM);

	REQUIRE(fdt_create(tree, ROOM) == 0);
	REQUIRE(fdt_finish_reservemap(tree) == 0);
	REQUIRE(fdt_begin_node(tree, "") == 0);
	return tree;
}

static void *exact(void *tree)
{
	void *copy = input_copy(tree, fdt_totalsize(tree));

	free(tree);
	return copy;
}

void *tree_end(void *tree)
{
	REQUIRE(fdt_end_node(tree) == 0);
	REQUIRE(fdt_finish(tree) == 0);
	return exact(tree);
}

static int read_cells(fdt32_t *cells, unsigned count, va_list args)
{
	REQUIRE(count <= CELLS_MAX);
	for (unsigned i = 0; i < count; i++)
		cells[i] = cpu_to_fdt32(va_arg(args, uint32_t));
	return (int)(count * sizeof(cells[0]));
}

void tree_cells(void *tree, const char *property, unsigned count, ...)
{
	fdt32_t cells[CELLS_MAX];
	va_list args;

	va_start(args, count);
	REQUIRE(fdt_property(tree, property, cells, read_cells(cells, count, args)) == 0);
	va_end(args);
}

void tree_text(void *tree, const char *property, const char *value)
{
	REQUIRE(fdt_property_string(tree, property, value) == 0);
}

void *tree_load(const char *name)
{
	char path[512];
	size_t size;

	snprintf(path, sizeof(path), "%s/%s.dtb", TREES, name);
	return input_file(path, &size);
}

void *tree_open(const char *name)
{
	void *old = tree_load(name), *tree = malloc(ROOM);

	REQUIRE(fdt_open_into(old, tree, ROOM) == 0);
	free(old);
	return tree;
}

void *tree_close(void *tree)
{
	REQUIRE(fdt_pack(tree) == 0);
	return exact(tree);
}

int tree_node(void *tree, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	int node = fdt_path_offset(tree, path), parent;

	if (node >= 0)
		return node;
	parent = name - path == 1 ? 0 :
				    fdt_path_offset_namelen(tree, path, (int)(name - 1 - path));
	REQUIRE(parent >= 0);
	node = fdt_add_subnode(tree, parent, name);
	REQUIRE(node >= 0);
	return node;
}

void tree_set_cells(void *tree, const char *path, const char *property, unsigned count, ...)
{
	fdt32_t cells[CELLS_MAX];
	va_list args;
	int size;

	va_start(args, count);
	size = read_cells(cells, count, args);
	va_end(args);
	REQUIRE(fdt_setprop(tree, tree_node(tree, path), property, cells, size) == 0);
}

void tree_set_text(void *tree, const char *path, const char *property, const char *value)
{
	REQUIRE(fdt_setprop_string(tree, tree_node(tree, path), property, value) == 0);
}
