/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/device_tree.h"

#include <libfdt.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

enum { CELL = sizeof(uint32_t), ADDRESS_CELLS_MAX = 2, SIZE_CELLS_MAX = 2 };

/* Numbers in a tree are big-endian. */
#define BE(number) __builtin_bswap32(number)

enum { RESERVATIONS = 40, STRUCTURE = 56, STRUCTURE_SIZE = 16, ALL = 72 };

/* A root without properties. */
static const _Alignas(8) uint32_t empty[ALL / CELL] = {
	BE(FDT_MAGIC),
	BE(ALL),
	BE(STRUCTURE),
	BE(ALL), /* no strings */
	BE(RESERVATIONS),
	BE(FDT_LAST_SUPPORTED_VERSION),
	BE(FDT_LAST_COMPATIBLE_VERSION),
	0,
	0,
	BE(STRUCTURE_SIZE),
	[STRUCTURE / CELL] = BE(FDT_BEGIN_NODE),
	0, /* its name */
	BE(FDT_END_NODE),
	BE(FDT_END),
};

static const void *adopted;

static const void *tree(void)
{
	if (adopted)
		return adopted;
	return boot_info()->device_tree ? (const void *)boot_info()->device_tree : empty;
}

const void *device_tree(size_t *size_out)
{
	if (size_out)
		*size_out = fdt_totalsize(tree());
	return tree();
}

status_t device_tree_adopt(cptr_t vmo)
{
	int64_t size = vmo_size(vmo);
	uaddr_t at = 0;
	status_t st;

	if (size < 0)
		return (status_t)size;
	st = vspace_map(ROOT_SLOT_VSPACE, vmo, 0, (uint64_t)size, VSPACE_READ, &at);
	if (st == ST_OK)
		adopted = (const void *)at;
	return st;
}

tree_node tree_next_compatible(tree_node after, const char *compatible)
{
	tree_node node = after;

	do
		node = fdt_node_offset_by_compatible(tree(), node, compatible);
	while (node >= 0 && !tree_is_enabled(node));
	return node;
}

tree_node tree_find(const char *path)
{
	return fdt_path_offset_namelen(tree(), path, (int)strcspn(path, ":"));
}

tree_node tree_of_phandle(uint32_t phandle)
{
	return fdt_node_offset_by_phandle(tree(), phandle);
}

tree_node tree_parent(tree_node node)
{
	return fdt_parent_offset(tree(), node);
}

const char *tree_name(tree_node node)
{
	const char *name = fdt_get_name(tree(), node, NULL);

	return name ? name : "";
}

int tree_is_compatible(tree_node node, const char *compatible)
{
	return fdt_node_check_compatible(tree(), node, compatible) == 0;
}

int tree_is_enabled(tree_node node)
{
	const char *status = tree_text(node, "status");

	return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

/* A bus that is coherent says so for all below it. */
int tree_is_coherent(tree_node node)
{
	for (; node >= 0; node = tree_parent(node)) {
		if (tree_bytes(node, "dma-coherent", NULL))
			return 1;
		if (tree_bytes(node, "dma-noncoherent", NULL))
			return 0;
	}
	return 0;
}

const void *tree_bytes(tree_node node, const char *property, size_t *size_out)
{
	int size;
	const void *value = fdt_getprop(tree(), node, property, &size);

	if (size_out)
		*size_out = value ? (size_t)size : 0;
	return value;
}

const char *tree_text(tree_node node, const char *property)
{
	size_t size;
	const char *value = tree_bytes(node, property, &size);

	return value && size && value[size - 1] == '\0' ? value : NULL;
}

/* Big-endian, and aligned to 4 at best. */
static uint64_t read_cells(const uint8_t *at, unsigned cells)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < cells * CELL; i++)
		value = value << 8 | at[i];
	return value;
}

int tree_cell(tree_node node, const char *property, unsigned index, uint32_t *value_out)
{
	size_t size;
	const uint8_t *value = tree_bytes(node, property, &size);

	if (!value || index >= size / CELL)
		return 0;
	*value_out = (uint32_t)read_cells(value + (size_t)index * CELL, 1);
	return 1;
}

/* How a node addresses its children. */
struct bus {
	unsigned address, size; /* cells */
};

static int read_bus(tree_node node, struct bus *bus)
{
	int address = fdt_address_cells(tree(), node), size = fdt_size_cells(tree(), node);

	*bus = (struct bus){(unsigned)address, (unsigned)size};
	return address >= 1 && address <= ADDRESS_CELLS_MAX && size >= 0 &&
		size <= SIZE_CELLS_MAX;
}

/* From the addresses of `bus`'s children to those of its own: `ranges`' entry that has it all. */
static int translate(tree_node bus, tree_node above, struct tree_range *range)
{
	struct bus own, outer;
	size_t size, child, entry;
	const uint8_t *ranges = tree_bytes(bus, "ranges", &size);

	if (!ranges || !read_bus(bus, &own) || !read_bus(above, &outer))
		return 0;
	child = (size_t)own.address * CELL;
	entry = child + ((size_t)outer.address + own.size) * CELL;
	for (size_t at = 0; at + entry <= size; at += entry) {
		uint64_t from = read_cells(ranges + at, own.address);
		uint64_t to = read_cells(ranges + at + child, outer.address);
		uint64_t length = read_cells(
			ranges + at + child + (size_t)outer.address * CELL, own.size);
		uint64_t offset = range->base - from;

		if (range->base >= from && offset < length && range->size <= length - offset) {
			range->base = to + offset;
			return 1;
		}
	}
	return size == 0;
}

int tree_reg(tree_node node, unsigned index, struct tree_range *range_out)
{
	tree_node bus = tree_parent(node), above;
	size_t size, entry;
	const uint8_t *reg = tree_bytes(node, "reg", &size);
	struct bus cells;

	if (!reg || bus < 0 || !read_bus(bus, &cells))
		return 0;
	entry = ((size_t)cells.address + cells.size) * CELL;
	if (index >= size / entry)
		return 0;
	reg += index * entry;
	range_out->base = read_cells(reg, cells.address);
	range_out->size = read_cells(reg + (size_t)cells.address * CELL, cells.size);
	for (; (above = tree_parent(bus)) >= 0; bus = above)
		if (!translate(bus, above, range_out))
			return 0;
	return 1;
}

/* Binding: interrupt-controller/arm,gic.yaml: kind (0: shared), number, how it is raised. */
int tree_interrupt(tree_node node, unsigned index, struct tree_interrupt *interrupt_out)
{
	enum { CELLS = 3, SHARED = 0, FIRST_SHARED = 32, EDGES = 3 };
	uint32_t kind, number, flags;

	if (!tree_cell(node, "interrupts", index * CELLS, &kind) ||
		!tree_cell(node, "interrupts", index * CELLS + 1, &number) ||
		!tree_cell(node, "interrupts", index * CELLS + 2, &flags) || kind != SHARED)
		return 0;
	interrupt_out->line = FIRST_SHARED + number;
	interrupt_out->trigger = flags & EDGES ? IRQ_EDGE : IRQ_LEVEL;
	return 1;
}

/* Each of `clocks` is a node's number, and as many cells as that node's #clock-cells says. */
uint32_t tree_clock(tree_node node, unsigned index)
{
	uint32_t phandle, cells, rate;

	for (unsigned at = 0;; at += 1 + cells) {
		tree_node clock;

		if (!tree_cell(node, "clocks", at, &phandle))
			return 0;
		clock = tree_of_phandle(phandle);
		cells = 0;
		(void)tree_cell(clock, "#clock-cells", 0, &cells);
		if (index-- > 0)
			continue;
		if (tree_is_compatible(clock, "fixed-clock") &&
			tree_cell(clock, "clock-frequency", 0, &rate))
			return rate;
		return 0;
	}
}
