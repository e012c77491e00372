/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/fdt.h"

#include "input.h"
#include "test.h"
#include "tree.h"

/* A walk that stands at the first node of that name; ends the program if there is none.
 */
static struct fdt_walk at_node(const void *tree, const char *name)
{
	struct fdt_walk walk;

	EXPECT(!fdt_check(tree, fdt_size(tree)));
	fdt_walk_init(&walk, tree);
	while (fdt_walk_next(&walk))
		if (strcmp(fdt_name(&walk), name) == 0)
			return walk;
	test_require(false, __FILE__, __LINE__, name);
	abort();
}

/* "depth:name " of every node in the walk's order. */
static void list_nodes(const void *tree, char *out, size_t size)
{
	struct fdt_walk walk;
	size_t length = 0;

	fdt_walk_init(&walk, tree);
	out[0] = '\0';
	while (fdt_walk_next(&walk) && length < size)
		length += (size_t)snprintf(
			out + length, size - length, "%d:%s ", walk.depth, fdt_name(&walk));
}

static void expect_nodes(const void *tree, const char *want)
{
	char got[512];

	EXPECT(!fdt_check(tree, fdt_size(tree)));
	list_nodes(tree, got, sizeof(got));
	EXPECT_TEXT(got, want);
}

/* Touch all that can be asked of each node. */
static unsigned read_all(const void *tree)
{
	static const char *const names[] = {
		"compatible", "reg", "ranges", "status", "stdout-path", "interrupts", "method"};
	struct fdt_walk walk;
	struct range range;
	unsigned sum = 0;

	for (uint32_t i = 0; i < 100 && fdt_memory_reservation(tree, i, &range); i++)
		sum++;
	fdt_walk_init(&walk, tree);
	while (fdt_walk_next(&walk)) {
		sum += (unsigned)strlen(fdt_name(&walk)) + fdt_is_enabled(&walk) +
			fdt_is_compatible(&walk, "arm,pl011") + fdt_is_named(&walk, "cpu") +
			fdt_parent_is_named(&walk, "cpus");
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			uint32_t size, cell;
			const uint8_t *bytes = fdt_bytes(&walk, names[i], &size);
			const char *text = fdt_text(&walk, names[i]);
			uint64_t number;

			for (uint32_t n = 0; bytes && n < size; n++)
				sum += bytes[n];
			if (text)
				sum += (unsigned)strlen(text) + (unsigned)fdt_find(tree, text);
			sum += fdt_cell(&walk, names[i], size / 4, &cell);
			sum += fdt_number(&walk, names[i], &number);
		}
		for (uint32_t i = 0; i < 100 && fdt_reg(&walk, i, &range); i++)
			EXPECT(range.base + range.size >= range.base);
	}
	return sum;
}

TEST(fdt, walks_in_the_order_of_the_tree)
{
	void *t = tree_begin();

	tree_text(t, "model", "m");
	fdt_begin_node(t, "a");
	fdt_begin_node(t, "b@1");
	fdt_end_node(t);
	fdt_begin_node(t, "c");
	fdt_begin_node(t, "d");
	fdt_end_node(t);
	fdt_end_node(t);
	fdt_end_node(t);
	fdt_begin_node(t, "e");
	tree_text(t, "status", "okay");
	fdt_end_node(t);
	t = tree_end(t);
	expect_nodes(t, "0: 1:a 2:b@1 2:c 3:d 1:e ");
	free(t);
}

TEST(fdt, goes_on_behind_a_property_that_stands_after_a_child)
{
	void *t = tree_begin();

	fdt_begin_node(t, "a");
	fdt_end_node(t);
	tree_text(t, "late", "x");
	fdt_begin_node(t, "b");
	fdt_end_node(t);
	t = tree_end(t);
	expect_nodes(t, "0: 1:a 1:b ");
	free(t);
}

TEST(fdt, ends_the_walk_for_good)
{
	struct fdt_walk walk;
	void *t = tree_end(tree_begin());

	fdt_walk_init(&walk, t);
	EXPECT(fdt_walk_next(&walk));
	EXPECT(!fdt_walk_next(&walk));
	EXPECT(!fdt_walk_next(&walk));
	free(t);
}

TEST(fdt, passes_over_nodes_that_are_too_deep)
{
	void *t = tree_begin();

	for (int i = 1; i < FDT_DEPTH_MAX + 30; i++)
		fdt_begin_node(t, "n");
	for (int i = 1; i < FDT_DEPTH_MAX + 30; i++)
		fdt_end_node(t);
	fdt_begin_node(t, "last");
	fdt_end_node(t);
	t = tree_end(t);
	expect_nodes(t, "0: 1:n 2:n 3:n 4:n 5:n 6:n 7:n 8:n 9:n 10:n 11:n 1:last ");
	free(t);
}

TEST(fdt, knows_names_with_and_without_unit_address)
{
	struct fdt_walk walk;
	void *t = tree_begin();

	fdt_begin_node(t, "cpus");
	fdt_begin_node(t, "cpu@10");
	fdt_end_node(t);
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "cpu@10");
	EXPECT(fdt_is_named(&walk, "cpu"));
	EXPECT(fdt_is_named(&walk, "cpu@10"));
	EXPECT(!fdt_is_named(&walk, "cpu@1"));
	EXPECT(!fdt_is_named(&walk, "cp"));
	EXPECT(!fdt_is_named(&walk, "cpus"));
	EXPECT(fdt_parent_is_named(&walk, "cpus"));
	EXPECT(!fdt_parent_is_named(&walk, "cpu"));
	walk = at_node(t, "");
	EXPECT(!fdt_parent_is_named(&walk, ""));
	free(t);
}

TEST(fdt, reads_properties_by_kind)
{
	struct fdt_walk walk;
	uint32_t size, cell;
	uint64_t number;
	void *t = tree_begin();

	tree_text(t, "text", "hello");
	fdt_property(t, "open", "hello", 5);
	fdt_property(t, "none", "", 0);
	tree_cells(t, "one", 1, 0x80000001u);
	tree_cells(t, "two", 2, 1u, 2u);
	tree_cells(t, "three", 3, 1u, 2u, 3u);
	fdt_property(t, "odd", "abcdef", 6);
	t = tree_end(t);
	walk = at_node(t, "");
	EXPECT_TEXT(fdt_text(&walk, "text"), "hello");
	EXPECT(!fdt_text(&walk, "open"));
	EXPECT(!fdt_text(&walk, "none"));
	EXPECT(!fdt_text(&walk, "absent"));
	EXPECT(fdt_bytes(&walk, "none", &size) && size == 0);
	EXPECT(!fdt_bytes(&walk, "absent", &size) && size == 0);
	EXPECT(!fdt_bytes(&walk, "tex", &size));
	EXPECT(fdt_number(&walk, "one", &number) && number == 0x80000001);
	EXPECT(fdt_number(&walk, "two", &number) && number == UINT64_C(0x100000002));
	EXPECT(!fdt_number(&walk, "three", &number));
	EXPECT(!fdt_number(&walk, "none", &number));
	EXPECT(!fdt_number(&walk, "absent", &number));
	EXPECT(fdt_cell(&walk, "three", 2, &cell) && cell == 3);
	EXPECT(!fdt_cell(&walk, "three", 3, &cell));
	EXPECT(!fdt_cell(&walk, "three", UINT32_MAX, &cell));
	EXPECT(fdt_cell(&walk, "odd", 0, &cell) && cell == 0x61626364);
	EXPECT(!fdt_cell(&walk, "odd", 1, &cell));
	free(t);
}

TEST(fdt, sees_no_properties_beyond_its_room_and_none_of_other_nodes)
{
	struct fdt_walk walk;
	uint32_t cell, size;
	char name[8];
	void *t = tree_begin();

	for (uint32_t i = 0; i < FDT_PROPERTIES_MAX + 3; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		tree_cells(t, name, 1, i);
	}
	fdt_begin_node(t, "child");
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "");
	EXPECT(fdt_cell(&walk, "p39", 0, &cell) && cell == 39);
	EXPECT(!fdt_bytes(&walk, "p40", &size));
	walk = at_node(t, "child");
	EXPECT(!fdt_bytes(&walk, "p0", &size));
	free(t);
}

TEST(fdt, finds_whole_strings_in_compatible)
{
	static const char list[] = "arm,gic-400\0arm,cortex-a15-gic";
	struct fdt_walk walk;
	void *t = tree_begin();

	fdt_property(t, "compatible", list, sizeof(list));
	t = tree_end(t);
	walk = at_node(t, "");
	EXPECT(fdt_is_compatible(&walk, "arm,gic-400"));
	EXPECT(fdt_is_compatible(&walk, "arm,cortex-a15-gic"));
	EXPECT(!fdt_is_compatible(&walk, "arm,gic"));
	EXPECT(!fdt_is_compatible(&walk, "gic-400"));
	free(t);
}

TEST(fdt, is_enabled_unless_status_says_otherwise)
{
	static const char *const texts[] = {"okay", "ok", "disabled", "fail", "okay-not", ""};
	void *t = tree_begin();
	struct fdt_walk walk;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		fdt_begin_node(t, texts[i][0] ? texts[i] : "empty");
		tree_text(t, "status", texts[i]);
		fdt_end_node(t);
	}
	t = tree_end(t);
	fdt_walk_init(&walk, t);
	fdt_walk_next(&walk);
	EXPECT(fdt_is_enabled(&walk));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT(fdt_walk_next(&walk));
		EXPECT_EQ(fdt_is_enabled(&walk), i < 2);
	}
	free(t);
}

/*
 * Two buses: outer (2 address cells, 1 size cell) maps 0x1'0000'0000 to 0x80'0000'0000 at
 * the root (2, 2); inner (1, 1) maps 0x7e000000 to 0x1'0000'1000 of the outer one. Either
 * `ranges` may be left out (NULL) or replaced.
 */
struct buses {
	const uint32_t *inner_ranges;
	unsigned inner_count;
	bool has_inner;
	uint32_t inner_address_cells, inner_size_cells;
	uint32_t reg[4];
	unsigned reg_count;
};

static const uint32_t plain_ranges[] = {0x7e000000, 1, 0x1000, 0x10000};
static const struct buses plain_buses = {.inner_ranges = plain_ranges,
	.inner_count = 4,
	.has_inner = true,
	.inner_address_cells = 1,
	.inner_size_cells = 1,
	.reg = {0x7e000800, 0x100},
	.reg_count = 2};

static void write_reg(void *t, const char *name, const uint32_t *cells, unsigned count)
{
	fdt32_t big[16];

	for (unsigned i = 0; i < count; i++)
		big[i] = cpu_to_fdt32(cells[i]);
	fdt_property(t, name, big, (int)(count * 4));
}

static bool translates(const struct buses *buses, struct range *range_out)
{
	void *t = tree_begin();
	struct fdt_walk walk;
	bool found;

	tree_cells(t, "#address-cells", 1, 2u);
	tree_cells(t, "#size-cells", 1, 2u);
	fdt_begin_node(t, "outer");
	tree_cells(t, "#address-cells", 1, 2u);
	tree_cells(t, "#size-cells", 1, 1u);
	tree_cells(t, "ranges", 5, 1u, 0u, 0x80u, 0u, 0x100000u);
	fdt_begin_node(t, "inner");
	tree_cells(t, "#address-cells", 1, buses->inner_address_cells);
	tree_cells(t, "#size-cells", 1, buses->inner_size_cells);
	if (buses->has_inner)
		write_reg(t, "ranges", buses->inner_ranges, buses->inner_count);
	fdt_begin_node(t, "device");
	write_reg(t, "reg", buses->reg, buses->reg_count);
	fdt_end_node(t);
	fdt_end_node(t);
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "device");
	found = fdt_reg(&walk, 0, range_out);
	free(t);
	return found;
}

TEST(fdt, translates_through_every_bus_above)
{
	struct range range;

	EXPECT(translates(&plain_buses, &range));
	EXPECT_EQ(range.base, UINT64_C(0x8000001800));
	EXPECT_EQ(range.size, 0x100);
}

TEST(fdt, translates_only_ranges_that_lie_within_one_entry)
{
	struct buses buses = plain_buses;
	struct range range;

	buses.reg[0] = 0x7e00ff00;
	EXPECT(translates(&buses, &range));
	EXPECT_EQ(range.base, UINT64_C(0x8000010f00));
	buses.reg[1] = 0x101;
	EXPECT(!translates(&buses, &range));
	buses.reg[0] = 0x7dffffff;
	EXPECT(!translates(&buses, &range));
	buses.reg[0] = 0x7e010000;
	buses.reg[1] = 0;
	EXPECT(!translates(&buses, &range));
}

TEST(fdt, chooses_the_entry_that_fits_among_several)
{
	static const uint32_t ranges[] = {0x40000000, 1, 0x4000, 0x1000, 0x7e000000, 1, 0x2000,
		0x1000, 0x7e000000, 1, 0, 9};
	struct buses buses = plain_buses;
	struct range range;

	buses.inner_ranges = ranges;
	buses.inner_count = 12;
	EXPECT(translates(&buses, &range));
	EXPECT_EQ(range.base, UINT64_C(0x8000002800));
	buses.inner_count = 7; /* the second entry cut short is none */
	EXPECT(!translates(&buses, &range));
}

TEST(fdt, there_is_no_way_through_a_bus_without_ranges)
{
	struct buses buses = plain_buses;
	struct range range;

	buses.has_inner = false;
	EXPECT(!translates(&buses, &range));
}

TEST(fdt, empty_ranges_change_nothing)
{
	struct buses buses = plain_buses;
	struct range range;

	buses.inner_count = 0;
	buses.inner_address_cells = 2;
	buses.reg[0] = 1;
	buses.reg[1] = 0x5000;
	buses.reg[2] = 0x10;
	buses.reg_count = 3;
	EXPECT(translates(&buses, &range));
	EXPECT_EQ(range.base, UINT64_C(0x8000005000));
}

TEST(fdt, refuses_cell_counts_that_no_bus_has)
{
	static const uint32_t counts[][2] = {{0, 1}, {4, 1}, {1, 3}, {1, 4}, {UINT32_MAX, 1},
		{1, UINT32_MAX}, {0x40000000, 0}};
	struct buses buses = plain_buses;
	struct range range;

	buses.reg_count = 4;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		buses.inner_address_cells = counts[i][0];
		buses.inner_size_cells = counts[i][1];
		EXPECT(!translates(&buses, &range));
	}
}

TEST(fdt, leaves_the_type_out_of_a_pci_address)
{
	static const uint32_t ranges[] = {0x02000000, 0, 0xc0000000, 1, 0x3000, 0x10000};
	struct buses buses = {.inner_ranges = ranges,
		.inner_count = 6,
		.has_inner = true,
		.inner_address_cells = 3,
		.inner_size_cells = 1,
		.reg = {0x02000000, 0, 0xc0000010, 0x20},
		.reg_count = 4};
	struct range range;

	EXPECT(translates(&buses, &range));
	EXPECT_EQ(range.base, UINT64_C(0x8000003010));
}

TEST(fdt, refuses_a_translation_that_wraps_around)
{
	struct range range;
	struct fdt_walk walk;
	void *t = tree_begin();

	tree_cells(t, "#address-cells", 1, 2u);
	tree_cells(t, "#size-cells", 1, 2u);
	fdt_begin_node(t, "bus");
	tree_cells(t, "#address-cells", 1, 1u);
	tree_cells(t, "#size-cells", 1, 1u);
	tree_cells(t, "ranges", 4, 0u, 0xffffffffu, 0xfffff000u, 0x10000u);
	fdt_begin_node(t, "inside");
	tree_cells(t, "reg", 2, 0x800u, 0x100u);
	fdt_end_node(t);
	fdt_begin_node(t, "end-wraps");
	tree_cells(t, "reg", 2, 0x800u, 0x900u);
	fdt_end_node(t);
	fdt_begin_node(t, "base-wraps");
	tree_cells(t, "reg", 2, 0x2000u, 0x100u);
	fdt_end_node(t);
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "inside");
	EXPECT(fdt_reg(&walk, 0, &range) && range.base == UINT64_C(0xfffffffffffff800));
	walk = at_node(t, "end-wraps");
	EXPECT(!fdt_reg(&walk, 0, &range));
	walk = at_node(t, "base-wraps");
	EXPECT(!fdt_reg(&walk, 0, &range));
	free(t);
}

TEST(fdt, reads_reg_entry_by_entry)
{
	struct fdt_walk walk;
	struct range range;
	void *t = tree_begin();

	tree_cells(t, "reg", 3, 0u, 1u, 2u);
	fdt_begin_node(t, "memory");
	tree_cells(t, "reg", 8, 0u, 0x1000u, 0x10u, 1u, 0x2000u, 0x20u, 9u, 9u);
	fdt_end_node(t);
	fdt_begin_node(t, "wraps");
	tree_cells(t, "reg", 3, 0xffffffffu, 0xffffff00u, 0x200u);
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "memory"); /* the defaults: 2 address cells, 1 size cell */
	EXPECT(fdt_reg(&walk, 0, &range) && range.base == 0x1000 && range.size == 0x10);
	EXPECT(fdt_reg(&walk, 1, &range) && range.base == UINT64_C(0x100002000));
	EXPECT(!fdt_reg(&walk, 2, &range));
	EXPECT(!fdt_reg(&walk, UINT32_MAX, &range));
	walk = at_node(t, "wraps");
	EXPECT(!fdt_reg(&walk, 0, &range));
	walk = at_node(t, ""); /* nothing is above the root to say how to read it */
	EXPECT(!fdt_reg(&walk, 0, &range));
	free(t);
}

TEST(fdt, finds_nodes_by_path_and_by_alias)
{
	struct fdt_walk walk;
	void *t = tree_begin();

	fdt_begin_node(t, "aliases");
	tree_text(t, "serial0", "/soc/uart@10");
	tree_text(t, "loop", "loop");
	fdt_property(t, "open", "/soc", 4);
	fdt_end_node(t);
	fdt_begin_node(t, "soc");
	fdt_begin_node(t, "uart@10");
	fdt_end_node(t);
	fdt_end_node(t);
	t = tree_end(t);
	walk = at_node(t, "uart@10");
	EXPECT_EQ(fdt_find(t, "/soc/uart@10"), walk.node);
	EXPECT_EQ(fdt_find(t, "/soc/uart"), walk.node);
	EXPECT_EQ(fdt_find(t, "/soc/uart@10:115200n8"), walk.node);
	EXPECT_EQ(fdt_find(t, "serial0"), walk.node);
	EXPECT_EQ(fdt_find(t, "serial0:115200"), walk.node);
	EXPECT_EQ(fdt_find(t, "/"), 0);
	EXPECT_EQ(fdt_find(t, "/soc/uart@11"), -1);
	EXPECT_EQ(fdt_find(t, "serial1"), -1);
	EXPECT_EQ(fdt_find(t, "loop"), -1);
	EXPECT_EQ(fdt_find(t, "open"), -1);
	EXPECT_EQ(fdt_find(t, ""), -1);
	EXPECT_EQ(fdt_find(t, ":115200"), -1);
	free(t);
}

TEST(fdt, lists_memory_reservations)
{
	struct range range;
	void *t = calloc(1, 4096), *exact;

	fdt_create(t, 4096);
	fdt_add_reservemap_entry(t, 0, 0x1000);
	fdt_add_reservemap_entry(t, UINT64_C(0x100000000), 0x2000);
	fdt_add_reservemap_entry(t, UINT64_MAX - 0xfff, 0x2000);
	fdt_add_reservemap_entry(t, 0x5000, 0x1000);
	fdt_finish_reservemap(t);
	fdt_begin_node(t, "");
	fdt_end_node(t);
	fdt_finish(t);
	exact = input_copy(t, fdt_totalsize(t));
	free(t);
	EXPECT(!fdt_check(exact, fdt_size(exact)));
	EXPECT(fdt_memory_reservation(exact, 0, &range) && range.base == 0 &&
		range.size == 0x1000);
	EXPECT(fdt_memory_reservation(exact, 1, &range) && range.base == UINT64_C(0x100000000));
	/* What wraps around reaches to the end: those behind it count too. */
	EXPECT(fdt_memory_reservation(exact, 2, &range) && range.size == 0xfff);
	EXPECT(fdt_memory_reservation(exact, 3, &range) && range.base == 0x5000);
	EXPECT(!fdt_memory_reservation(exact, 4, &range));
	EXPECT(!fdt_memory_reservation(exact, UINT32_MAX, &range));
	free(exact);
}

/* Cut there, and told so, it is whole; a byte shorter it is not. */
TEST(fdt, knows_how_much_of_a_tree_is_used)
{
	enum { ROOM = 1000 };
	void *t = tree_load("bcm2711-rpi-4-b"), *padded;
	size_t size = fdt_size(t), used;

	padded = calloc(1, size + ROOM);
	EXPECT_EQ(fdt_open_into(t, padded, (int)(size + ROOM)), 0);
	EXPECT_EQ(fdt_size(padded), size + ROOM);
	used = fdt_used_size(padded);
	EXPECT(used <= size && used > size - 64);
	fdt_set_size(padded, used);
	EXPECT_EQ(fdt_size(padded), used);
	EXPECT(!fdt_check(padded, used));
	fdt_set_size(padded, used - 1);
	EXPECT(fdt_check(padded, used));
	free(padded);
	fdt_set_version(t, 16); /* whose header does not tell */
	EXPECT_EQ(fdt_used_size(t), size);
	free(t);
}

TEST(fdt, says_what_is_wrong_with_a_broken_tree)
{
	static const char *const broken[] = {"empty", "zeros", "bad-magic", "header-only",
		"truncated", "old-version", "future-version", "total-small", "total-huge",
		"struct-outside", "struct-unaligned", "struct-size-huge", "strings-outside",
		"strings-size-huge", "reserved-outside", "bad-token", "no-end",
		"property-too-long", "property-name-outside", "too-deep"};
	char path[512];

	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		size_t size;
		void *tree;

		snprintf(path, sizeof(path), "%s/dts-tests/broken/%s.dtb", TREES, broken[i]);
		tree = input_file(path, &size);
		if (!fdt_check(tree, size))
			test_fail_text(__FILE__, __LINE__, "accepted", broken[i]);
		free(tree);
	}
	EXPECT_TEXT(fdt_check("", 0), "smaller than its header");
}

TEST(fdt, a_tree_of_thousands_of_levels_is_only_walked)
{
	enum { LEVELS = 4000 };
	void *t = tree_begin();

	for (int i = 0; i < LEVELS; i++)
		fdt_begin_node(t, "n");
	for (int i = 0; i < LEVELS; i++)
		fdt_end_node(t);
	t = tree_end(t);
	EXPECT(!fdt_check(t, fdt_size(t)));
	read_all(t);
	free(t);
}

TEST(fdt, a_tree_cut_anywhere_is_refused)
{
	void *tree = tree_load("dts-tests/virt-1g");

	for (size_t cut = 0; cut < fdt_size(tree); cut++) {
		void *part = input_copy(tree, cut);

		EXPECT(fdt_check(part, cut));
		free(part);
	}
	EXPECT(!fdt_check(tree, fdt_size(tree)));
	free(tree);
}

TEST(fdt, a_tree_cut_anywhere_that_claims_to_be_whole_is_never_read_beyond)
{
	void *tree = tree_load("dts-tests/virt-1g");

	for (size_t cut = sizeof(struct fdt_header); cut < fdt_size(tree); cut++) {
		void *part = input_copy(tree, cut);

		fdt_set_totalsize(part, (uint32_t)cut);
		if (!fdt_check(part, cut))
			read_all(part);
		free(part);
	}
	free(tree);
}

TEST(fdt, random_damage_never_leads_outside)
{
	void *tree = tree_load("bcm2711-rpi-4-b");
	size_t size = fdt_size(tree);
	uint64_t state = 11;
	unsigned walked = 0;

	for (int i = 0; i < 20000; i++) {
		uint8_t *damaged = input_copy(tree, size);

		input_mutate(damaged, size, i % 2 ? 64 : size, &state);
		if (!fdt_check(damaged, size)) {
			read_all(damaged);
			walked++;
		}
		free(damaged);
	}
	EXPECT(walked > 1000);
	free(tree);
}
