/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Families of VMOs as text and for dot: who is whose child, what each has, and odd names. */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/vmo_tree.h"
#include "memory.h"

enum { NODES = 16, TEXT_SIZE = 4096, DEEP = 300 };

cptr_t pool;
static struct vmo_tree_node nodes[DEEP];
static char text[DEEP * 160], wanted[TEXT_SIZE];

static void keep(void *context, const char *piece)
{
	char *to = context;

	REQUIRE(strlen(to) + strlen(piece) < sizeof(text));
	strcat(to, piece);
}

/* The tree of `pool`, in `text`. */
static struct vmo_tree picture(enum vmo_tree_format format, uint32_t room)
{
	struct vmo_tree tree;

	vmo_tree_open(&tree, nodes, room);
	EXPECT_EQ(vmo_tree_add_pool(&tree, pool, "test"), ST_OK);
	text[0] = '\0';
	vmo_tree_say_to(&tree, format, keep, text);
	return tree;
}

/* `text` with ids as numbers from 1 on, in the order in which they stand in it. */
static void number_anew(void)
{
	static char out[sizeof(text)];
	static uint64_t ids[DEEP];
	unsigned count = 0;
	char *to = out;

	for (const char *at = text; *at;) {
		const int is_id = (*at == '#' || *at == 'v') && at[1] >= '0' && at[1] <= '9';

		*to++ = *at++;
		if (is_id) {
			char *end;
			uint64_t id = strtoull(at, &end, 10);
			unsigned n = 0;

			while (n < count && ids[n] != id)
				n++;
			if (n == count)
				ids[count++] = id;
			to += sprintf(to, "%u", n + 1);
			at = end;
		}
	}
	*to = '\0';
	strcpy(text, out);
}

struct family {
	cptr_t eldest, clone, middle, youngest, snapshot, slice;
};

/*
 * eldest "ledger" of three pages, with a clone that wrote one, a clone whose middle went, a
 * snapshot after which it wrote one, and a slice.
 */
static struct family make_family(void)
{
	struct family f = {.eldest = make_vmo(4 * PAGE, 0)};

	EXPECT_EQ(vmo_set_name(f.eldest, "ledger"), ST_OK);
	for (unsigned i = 0; i < 3; i++)
		EXPECT_EQ(poke(f.eldest, i * PAGE, 1), ST_OK);
	f.clone = make_child(f.eldest, VMO_CHILD_CLONE, 0, 4 * PAGE);
	EXPECT_EQ(vmo_set_name(f.clone, "draft"), ST_OK);
	EXPECT_EQ(poke(f.clone, PAGE, 2), ST_OK);
	f.middle = make_child(f.eldest, VMO_CHILD_CLONE, 0, 4 * PAGE);
	f.youngest = make_child(f.middle, VMO_CHILD_CLONE, PAGE, PAGE);
	drop(f.middle);
	f.snapshot = make_child(f.eldest, VMO_CHILD_SNAPSHOT, 0, 4 * PAGE);
	EXPECT_EQ(poke(f.eldest, 0, 3), ST_OK);
	f.slice = make_child(f.eldest, VMO_CHILD_SLICE, PAGE, PAGE);
	EXPECT_EQ(peek(f.clone, 0), 3);
	EXPECT_EQ(peek(f.clone, 2 * PAGE), 1);
	return f;
}

static void drop_family(const struct family *f)
{
	drop(f->slice);
	drop(f->snapshot);
	drop(f->youngest);
	drop(f->clone);
	drop(f->eldest);
}

WITH_POOL(vmo_tree, shows_a_family_with_what_each_has)
{
	struct family f = make_family();
	struct vmo_info eldest = about(f.eldest), clone = about(f.clone);
	struct vmo_info youngest = about(f.youngest), snapshot = about(f.snapshot);
	struct vmo_tree tree = picture(VMO_TREE_TEXT, NODES);

	EXPECT_EQ(eldest.pages, 1);
	EXPECT_EQ(eldest.pages_shared, 2);
	EXPECT_EQ(snapshot.pages, 1);
	EXPECT_EQ(snapshot.pages_shared, 2);
	EXPECT_EQ(clone.pages, 1);
	EXPECT_EQ(clone.borrowed, 2);
	EXPECT_EQ(youngest.pages + youngest.pages_shared, 0);
	EXPECT_EQ(tree.count, 5);
	snprintf(wanted, sizeof(wanted),
		"       OWN   SHARED BORROWED TABLES   SIZE KiB POOL  VMO\n"
		"         1        2 %8lu %6lu         16 test  #1 \"ledger\"\n"
		"         1        0 %8lu %6lu         16 test  |- #2 clone \"draft\"\n"
		"         0        0 %8lu %6lu          4 test  |- #3 clone \"ledger\"\n"
		"         1        2 %8lu %6lu         16 test  |- #4 snapshot \"ledger\"\n"
		"         -        -        -      -          4 test  '- #5 slice \"ledger\"\n"
		"  5 VMOs in 1 families: 3 pages owned, 4 shares of others, "
		"%lu entries borrowed\n",
		eldest.borrowed, eldest.tables + eldest.tables_shared, clone.borrowed,
		clone.tables + clone.tables_shared, youngest.borrowed,
		youngest.tables + youngest.tables_shared, snapshot.borrowed,
		snapshot.tables + snapshot.tables_shared,
		eldest.borrowed + clone.borrowed + youngest.borrowed + snapshot.borrowed);
	number_anew();
	EXPECT_TEXT(text, wanted);
	drop_family(&f);
}

WITH_POOL(vmo_tree, draws_a_family_for_dot)
{
	struct family f = make_family();
	struct vmo_info eldest = about(f.eldest), clone = about(f.clone);
	struct vmo_info youngest = about(f.youngest), snapshot = about(f.snapshot);

	(void)picture(VMO_TREE_DOT, NODES);
	snprintf(wanted, sizeof(wanted),
		"digraph vmos {\n"
		"\tnode [shape=record, fontname=sans]; edge [fontname=sans];\n"
		"\tv1 [label=\"{#1 ledger|test, 16 KiB|1 owned, 2 shared, %lu borrowed}\"];\n"
		"\tv2 [label=\"{#2 draft|test, 16 KiB|1 owned, 0 shared, %lu borrowed}\"];\n"
		"\tv1 -> v2 [label=\"clone\"];\n"
		"\tv3 [label=\"{#3 ledger|test, 4 KiB|0 owned, 0 shared, %lu borrowed}\"];\n"
		"\tv1 -> v3 [label=\"clone\"];\n"
		"\tv4 [label=\"{#4 ledger|test, 16 KiB|1 owned, 2 shared, %lu borrowed}\"];\n"
		"\tv1 -> v4 [label=\"snapshot\", style=dashed];\n"
		"\tv5 [label=\"{#5 ledger|test, 4 KiB|the same pages}\"];\n"
		"\tv1 -> v5 [label=\"slice\"];\n"
		"}\n",
		eldest.borrowed, clone.borrowed, youngest.borrowed, snapshot.borrowed);
	number_anew();
	EXPECT_TEXT(text, wanted);
	drop_family(&f);
}

WITH_POOL(vmo_tree, escapes_what_names_hold)
{
	cptr_t vmo = make_vmo(PAGE, 0);

	EXPECT_EQ(vmo_set_name(vmo, "a\"b\\c{d}|<e> \x1b[2J\xff\n"), ST_OK);
	(void)picture(VMO_TREE_DOT, NODES);
	EXPECT(strstr(text, " a\\\"b\\\\c\\{d\\}\\|\\<e\\>\\ ?[2J??|"));
	(void)picture(VMO_TREE_TEXT, NODES);
	EXPECT(strstr(text, " \"a\"b\\c{d}|<e> ?[2J??\"\n"));
	EXPECT_EQ(vmo_set_name(vmo,
			  "\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"),
		ST_OK);
	(void)picture(VMO_TREE_DOT, NODES);
	EXPECT_EQ(strspn(strchr(text, '\\'), "\\"), 62);
	drop(vmo);
}

WITH_POOL(vmo_tree, says_when_there_is_no_room)
{
	cptr_t vmo[3] = {make_vmo(PAGE, 0), make_vmo(PAGE, 0), make_vmo(PAGE, 0)};
	struct vmo_tree tree;

	vmo_tree_open(&tree, nodes, 2);
	EXPECT_EQ(vmo_tree_add_pool(&tree, pool, "test"), ST_NO_MEMORY);
	EXPECT_EQ(tree.count, 2);
	EXPECT_EQ(nodes[0].info.id, about(vmo[0]).id);
	text[0] = '\0';
	vmo_tree_say_to(&tree, VMO_TREE_TEXT, keep, text);
	EXPECT(strstr(text, "  2 VMOs in 2 families: 0 pages"));
	vmo_tree_open(&tree, nodes, 3);
	EXPECT_EQ(vmo_tree_add_pool(&tree, pool, "test"), ST_OK);
	EXPECT_EQ(vmo_tree_add_pool(&tree, 0, "test"), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_tree_add_pool(&tree, vmo[0], "test"), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_tree_add_pool(&tree, UINT64_MAX, "test"), ST_NOT_FOUND);
	EXPECT_EQ(tree.count, 3);
	for (unsigned i = 0; i < 3; i++)
		drop(vmo[i]);
	vmo_tree_open(&tree, NULL, 0);
	EXPECT_EQ(vmo_tree_add_pool(&tree, pool, "test"), ST_OK);
	text[0] = '\0';
	vmo_tree_say_to(&tree, VMO_TREE_DOT, keep, text);
	EXPECT(strstr(text, "digraph vmos {\n") && strstr(text, ";\n}\n"));
}

/* A clone of another Pool's is a child all the same, where both are told about. */
WITH_POOL(vmo_tree, joins_pools_in_whatever_order)
{
	cptr_t vmo = make_vmo(PAGE, 0), other, clone;
	struct vmo_tree tree;

	REQUIRE(pool_create(16, &other) == ST_OK);
	REQUIRE(vmo_clone(vmo, VMO_CHILD_CLONE, 0, PAGE, other, &clone) == ST_OK);
	vmo_tree_open(&tree, nodes, NODES);
	EXPECT_EQ(vmo_tree_add_pool(&tree, other, "other"), ST_OK);
	text[0] = '\0';
	vmo_tree_say_to(&tree, VMO_TREE_TEXT, keep, text);
	number_anew();
	EXPECT(strstr(text, " other  #1 clone of #2\n"));
	EXPECT_EQ(vmo_tree_add_pool(&tree, pool, "test"), ST_OK);
	text[0] = '\0';
	vmo_tree_say_to(&tree, VMO_TREE_TEXT, keep, text);
	number_anew();
	EXPECT(strstr(text, " test   #1\n") && strstr(text, " other  '- #2 clone\n"));
	drop(clone);
	EXPECT_EQ(pool_delete(other), ST_OK);
	drop(vmo);
}

WITH_POOL(vmo_tree, goes_down_deep_families)
{
	static cptr_t line[DEEP];
	struct vmo_tree tree;

	line[0] = make_vmo(PAGE, 0);
	for (unsigned i = 1; i < DEEP; i++)
		line[i] = make_child(line[i - 1], VMO_CHILD_CLONE, 0, PAGE);
	tree = picture(VMO_TREE_TEXT, DEEP);
	number_anew();
	EXPECT_EQ(tree.count, DEEP);
	EXPECT(strstr(text, "'- #2 clone\n") && strstr(text, "'- #300 clone\n"));
	EXPECT(strstr(text, "  283    "));
	EXPECT(strstr(text, "  300 VMOs in 1 families: "));
	for (unsigned i = DEEP; i-- > 0;)
		drop(line[i]);
}

TEST(vmo_tree, prints_into_a_file)
{
	struct vmo_info info = {.id = 5, .parent = 5, .size = PAGE};
	struct vmo_tree_node one;
	struct vmo_tree tree;
	FILE *file = fopen("/tmp/tree", "w+");

	REQUIRE(file != NULL);
	vmo_tree_open(&tree, &one, 1);
	EXPECT_EQ(vmo_tree_add(&tree, &info, "a name that is longer than an owner's may be"),
		ST_OK);
	EXPECT_EQ(vmo_tree_add(&tree, &info, ""), ST_NO_MEMORY);
	EXPECT_EQ(strlen(one.owner), VMO_TREE_OWNER_MAX - 1);
	vmo_tree_print(&tree, VMO_TREE_TEXT, file);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	EXPECT(strstr(text, "#5 of #5\n  1 VMOs in 1 families: "));
	fclose(file);
	EXPECT_EQ(remove("/tmp/tree"), 0);
}
