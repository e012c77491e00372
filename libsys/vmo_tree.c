/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Nodes are sorted by id. A VMO is always younger than its parent, whoever that is after
 * others went, so a parent stands before its children and there are no circles, whatever the
 * infos say.
 *
 *	nodes   1  2  3  4  5          child   next
 *		|  |  '--------------- 0       0
 *		|  '------------------ 3       5       order of the walk: 1 2 3 5 4
 *		'--------------------- 2       4
 *
 * Children are hung up youngest first, each in front of the others, and end in order. The
 * walk goes down by `child`, on by `next` and up by `parent`: it needs no stack.
 */
#include "libsys/vmo_tree.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/pool.h"

enum { LINE_SIZE = 192, INDENT_MAX = 16, NAME_SIZE = 4 * VMO_NAME_MAX };

/* Where output goes, and as what. */
struct output {
	vmo_tree_say *say;
	void *context;
};

struct totals {
	uint64_t pages, shared, borrowed;
	uint32_t families;
};

void vmo_tree_open(struct vmo_tree *tree, struct vmo_tree_node *nodes, uint32_t room)
{
	*tree = (struct vmo_tree){nodes, room, 0};
}

status_t vmo_tree_add(struct vmo_tree *tree, const struct vmo_info *info, const char *owner)
{
	struct vmo_tree_node *node;

	if (tree->count == tree->room)
		return ST_NO_MEMORY;
	node = &tree->nodes[tree->count++];
	*node = (struct vmo_tree_node){.info = *info};
	strncpy(node->owner, owner, VMO_TREE_OWNER_MAX - 1);
	return ST_OK;
}

status_t vmo_tree_add_pool(struct vmo_tree *tree, cptr_t pool, const char *owner)
{
	struct vmo_info info = {0};
	struct pool_info has;
	status_t st = pool_info(pool, &has); /* from here on NOT_FOUND means: no more */

	if (st != ST_OK)
		return st;
	while (st == ST_OK) {
		st = pool_vmo(pool, info.id, &info);
		if (st == ST_OK)
			st = vmo_tree_add(tree, &info, owner);
	}
	return st == ST_NOT_FOUND ? ST_OK : st;
}

static int by_id(const void *a, const void *b)
{
	uint64_t first = ((const struct vmo_tree_node *)a)->info.id;
	uint64_t second = ((const struct vmo_tree_node *)b)->info.id;

	return first < second ? -1 : first > second;
}

/* The number and 1 of the node with this id, of the first `count`; 0: none. */
static uint32_t find(const struct vmo_tree *tree, uint32_t count, uint64_t id)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (tree->nodes[middle].info.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && tree->nodes[low].info.id == id ? low + 1 : 0;
}

/* Hangs up all nodes; the eldest of the families, of which each `next` leads to another. */
static uint32_t hang_up(struct vmo_tree *tree)
{
	uint32_t roots = 0;

	if (tree->count)
		qsort(tree->nodes, tree->count, sizeof(tree->nodes[0]), by_id);
	for (uint32_t i = 0; i < tree->count; i++) {
		struct vmo_tree_node *node = &tree->nodes[i];

		node->child = 0;
		node->parent = node->info.parent ? find(tree, i, node->info.parent) : 0;
		node->depth = node->parent ? tree->nodes[node->parent - 1].depth + 1 : 0;
	}
	for (uint32_t i = tree->count; i > 0; i--) {
		struct vmo_tree_node *node = &tree->nodes[i - 1];
		uint32_t *head = node->parent ? &tree->nodes[node->parent - 1].child : &roots;

		node->next = *head;
		*head = i;
	}
	return roots;
}

/* The next one of the walk; 0: there is none. */
static uint32_t after(const struct vmo_tree *tree, uint32_t at)
{
	const struct vmo_tree_node *node = &tree->nodes[at - 1];

	if (node->child)
		return node->child;
	while (!node->next && node->parent)
		node = &tree->nodes[node->parent - 1];
	return node->next;
}

static const char *kind(const struct vmo_info *info)
{
	if (info->flags & VMO_FLAG_SLICE)
		return "slice";
	if (info->flags & VMO_FLAG_PHYSICAL)
		return "device memory";
	if (info->flags & VMO_FLAG_CONTIGUOUS)
		return "contiguous";
	if (info->flags & VMO_FLAG_ISOLATED)
		return "snapshot";
	return info->flags & VMO_FLAG_CHILD ? "clone" : "";
}

static void __attribute__((format(printf, 2, 3)))
say(const struct output *out, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	out->say(out->context, text);
}

/* A name as it can be shown; with a "\" before each byte of `special`. */
static const char *shown(
	const char *name, size_t size, const char *special, char out[NAME_SIZE])
{
	char *to = out;

	for (size_t i = 0; i < size && name[i]; i++) {
		if (strchr(special, name[i]))
			*to++ = '\\';
		*to++ = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	}
	*to = '\0';
	return out;
}

/* Before a child: a line down for each ancestor that has younger siblings. */
static void say_branch(
	const struct output *out, const struct vmo_tree *tree, const struct vmo_tree_node *node)
{
	char line[3 * INDENT_MAX + 1];
	uint32_t levels = node->depth < INDENT_MAX ? node->depth : INDENT_MAX;
	const struct vmo_tree_node *at = node;

	if (node->depth > INDENT_MAX)
		say(out, "%u ", node->depth - INDENT_MAX);
	line[3 * levels] = '\0';
	for (uint32_t level = levels; level > 0; level--) {
		const char *piece =
			at == node ? (at->next ? "|- " : "'- ") : (at->next ? "|  " : "   ");

		memcpy(&line[3 * (level - 1)], piece, 3);
		at = &tree->nodes[at->parent - 1];
	}
	say(out, "%s", line);
}

static void say_row(const struct output *out, const struct vmo_tree *tree,
	const struct vmo_tree_node *node, int width)
{
	const struct vmo_info *info = &node->info;
	char name[NAME_SIZE];

	if (info->flags & VMO_FLAG_SLICE) /* its source's */
		say(out, "  %8s %8s %8s %6s", "-", "-", "-", "-");
	else
		say(out, "  %8lu %8lu %8lu %6lu", info->pages, info->pages_shared,
			info->borrowed, info->tables + info->tables_shared);
	say(out, " %10lu %-*s  ", info->size >> 10, width,
		shown(node->owner, VMO_TREE_OWNER_MAX, "", name));
	say_branch(out, tree, node);
	say(out, "#%lu", info->id);
	if (*kind(info))
		say(out, " %s", kind(info));
	if (info->parent && !node->parent)
		say(out, " of #%lu", info->parent);
	if (info->name[0])
		say(out, " \"%s\"", shown(info->name, VMO_NAME_MAX, "", name));
	say(out, "\n");
}

/* What all have; of a slice it is its source's. */
static struct totals add_up(const struct vmo_tree *tree)
{
	struct totals sum = {0};

	for (uint32_t i = 0; i < tree->count; i++) {
		const struct vmo_tree_node *node = &tree->nodes[i];

		sum.families += !node->parent;
		if (node->info.flags & VMO_FLAG_SLICE)
			continue;
		sum.pages += node->info.pages;
		sum.shared += node->info.pages_shared;
		sum.borrowed += node->info.borrowed;
	}
	return sum;
}

static void say_text(const struct output *out, const struct vmo_tree *tree, uint32_t first)
{
	struct totals sum = add_up(tree);
	int width = 4;

	for (uint32_t i = 0; i < tree->count; i++) {
		int length = (int)strlen(tree->nodes[i].owner);

		width = length > width ? length : width;
	}
	say(out, "  %8s %8s %8s %6s %10s %-*s  %s\n", "OWN", "SHARED", "BORROWED", "TABLES",
		"SIZE KiB", width, "POOL", "VMO");
	for (uint32_t at = first; at; at = after(tree, at))
		say_row(out, tree, &tree->nodes[at - 1], width);
	say(out,
		"  %u VMOs in %u families: %lu pages owned, %lu shares of others, "
		"%lu entries borrowed\n",
		tree->count, sum.families, sum.pages, sum.shared, sum.borrowed);
}

static void say_node(const struct output *out, const struct vmo_tree_node *node)
{
	static const char special[] = "\\\"{}|<> ";
	const struct vmo_info *info = &node->info;
	char text[NAME_SIZE];

	say(out, "\tv%lu [label=\"{#%lu %s", info->id, info->id,
		shown(info->name, VMO_NAME_MAX, special, text));
	say(out, "|%s, %lu KiB", shown(node->owner, VMO_TREE_OWNER_MAX, special, text),
		info->size >> 10);
	if (info->flags & VMO_FLAG_SLICE)
		say(out, "|the same pages}\"];\n");
	else
		say(out, "|%lu owned, %lu shared, %lu borrowed}\"];\n", info->pages,
			info->pages_shared, info->borrowed);
}

static void say_dot(const struct output *out, const struct vmo_tree *tree, uint32_t first)
{
	say(out,
		"digraph vmos {\n"
		"\tnode [shape=record, fontname=sans]; edge [fontname=sans];\n");
	for (uint32_t at = first; at; at = after(tree, at)) {
		const struct vmo_tree_node *node = &tree->nodes[at - 1];

		say_node(out, node);
		if (node->parent)
			say(out, "\tv%lu -> v%lu [label=\"%s\"%s];\n",
				tree->nodes[node->parent - 1].info.id, node->info.id,
				kind(&node->info),
				node->info.flags & VMO_FLAG_ISOLATED ? ", style=dashed" : "");
	}
	say(out, "}\n");
}

void vmo_tree_say_to(
	struct vmo_tree *tree, enum vmo_tree_format format, vmo_tree_say *to, void *context)
{
	const struct output out = {to, context};
	uint32_t first = hang_up(tree);

	if (format == VMO_TREE_DOT)
		say_dot(&out, tree, first);
	else
		say_text(&out, tree, first);
}

static void say_to_file(void *context, const char *text)
{
	(void)fputs(text, context);
}

void vmo_tree_print(struct vmo_tree *tree, enum vmo_tree_format format, FILE *file)
{
	vmo_tree_say_to(tree, format, say_to_file, file);
}
