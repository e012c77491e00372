/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/fdt.h"

#include <libfdt.h>

#include "lib/string.h"

enum { CELL = sizeof(uint32_t), ADDRESS_CELLS_MAX = 3, SIZE_CELLS_MAX = 2 };

const char *fdt_check(const void *tree, size_t room)
{
	int error;

	if (room < sizeof(struct fdt_header))
		return "smaller than its header";
	error = fdt_check_header(tree);
	if (error)
		return fdt_strerror(error);
	if (fdt_totalsize(tree) > room)
		return "larger than the room there is for it";
	/* The specification's alignments, which libfdt takes for granted. */
	if (!is_aligned(fdt_off_dt_struct(tree), sizeof(uint32_t)) ||
		!is_aligned(fdt_off_mem_rsvmap(tree), sizeof(uint64_t)))
		return "its blocks are not aligned";
	error = fdt_check_full(tree, fdt_totalsize(tree));
	return error ? fdt_strerror(error) : NULL;
}

size_t fdt_claimed_size(const void *tree, size_t room)
{
	if (room < sizeof(struct fdt_header) || fdt_magic(tree) != FDT_MAGIC)
		return 0;
	return fdt_totalsize(tree);
}

size_t fdt_size(const void *tree)
{
	return fdt_totalsize(tree);
}

size_t fdt_used_size(const void *tree)
{
	enum { TELLS_SIZES = 17 }; /* the first version whose header has all of them */
	uint64_t entries = (uint64_t)fdt_num_mem_rsv(tree) + 1;
	uint64_t end = fdt_off_mem_rsvmap(tree) + entries * sizeof(struct fdt_reserve_entry);

	if (fdt_version(tree) < TELLS_SIZES)
		return fdt_totalsize(tree);
	end = max_u64(end, (uint64_t)fdt_off_dt_struct(tree) + fdt_size_dt_struct(tree));
	end = max_u64(end, (uint64_t)fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree));
	return min_u64(end, fdt_totalsize(tree));
}

void fdt_set_size(void *tree, size_t size)
{
	fdt_set_totalsize(tree, (uint32_t)size);
}

void fdt_walk_init(struct fdt_walk *walk, const void *tree)
{
	walk->tree = tree;
	walk->next = 0;
	walk->depth = -1;
}

static uint32_t cells_or(const struct fdt_walk *walk, const char *property, uint32_t otherwise)
{
	uint32_t value;

	return fdt_cell(walk, property, 0, &value) ? value : otherwise;
}

/* Note how this node's children are addressed. The defaults are the specification's. */
static void enter_bus(struct fdt_walk *walk)
{
	struct fdt_bus *bus = &walk->bus[walk->depth];

	bus->name = walk->name;
	bus->address_cells = cells_or(walk, "#address-cells", 2);
	bus->size_cells = cells_or(walk, "#size-cells", 1);
	bus->ranges = fdt_bytes(walk, "ranges", &bus->ranges_size);
}

static void note_property(struct fdt_walk *walk, int offset)
{
	struct fdt_property_ref *ref = &walk->property[walk->property_count];
	int size;

	if (walk->property_count == FDT_PROPERTIES_MAX)
		return;
	ref->value = fdt_getprop_by_offset(walk->tree, offset, &ref->name, &size);
	if (!ref->value)
		return;
	ref->size = (uint32_t)size;
	walk->property_count++;
}

/* Pass the tags that follow a node's beginning and belong to it alone. */
static void note_properties(struct fdt_walk *walk)
{
	walk->property_count = 0;
	for (;;) {
		int next;
		uint32_t tag = fdt_next_tag(walk->tree, walk->next, &next);

		if (tag == FDT_PROP)
			note_property(walk, walk->next);
		else if (tag != FDT_NOP)
			return;
		walk->next = next;
	}
}

bool fdt_walk_next(struct fdt_walk *walk)
{
	for (;;) {
		int at = walk->next;

		switch (fdt_next_tag(walk->tree, at, &walk->next)) {
		case FDT_BEGIN_NODE:
			walk->node = at;
			walk->name = fdt_offset_ptr(walk->tree, at + (int)FDT_TAGSIZE, 1);
			walk->depth++;
			note_properties(walk);
			if (walk->depth >= FDT_DEPTH_MAX)
				continue;
			enter_bus(walk);
			return true;
		case FDT_END_NODE:
			walk->depth--;
			continue;
		case FDT_PROP: /* out of place, behind a child: nobody's */
		case FDT_NOP:
			continue;
		default: /* FDT_END, or an error that fdt_check would have found */
			walk->next = at;
			return false;
		}
	}
}

const char *fdt_name(const struct fdt_walk *walk)
{
	return walk->name;
}

static bool is_named(const char *full, const char *name)
{
	size_t length = strlen(name);

	return strncmp(full, name, length) == 0 &&
		(full[length] == '\0' || full[length] == '@');
}

bool fdt_is_named(const struct fdt_walk *walk, const char *name)
{
	return is_named(walk->name, name);
}

bool fdt_parent_is_named(const struct fdt_walk *walk, const char *name)
{
	return walk->depth > 0 && is_named(walk->bus[walk->depth - 1].name, name);
}

bool fdt_is_compatible(const struct fdt_walk *walk, const char *compatible)
{
	uint32_t size;
	const uint8_t *list = fdt_bytes(walk, "compatible", &size);

	return list && fdt_stringlist_contains((const char *)list, (int)size, compatible);
}

bool fdt_is_enabled(const struct fdt_walk *walk)
{
	const char *status = fdt_text(walk, "status");

	return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

const uint8_t *fdt_bytes(const struct fdt_walk *walk, const char *property, uint32_t *size_out)
{
	for (uint32_t i = 0; i < walk->property_count; i++) {
		const struct fdt_property_ref *ref = &walk->property[i];

		if (ref->name[0] == property[0] && strcmp(ref->name, property) == 0) {
			*size_out = ref->size;
			return ref->value;
		}
	}
	*size_out = 0;
	return NULL;
}

const char *fdt_text(const struct fdt_walk *walk, const char *property)
{
	uint32_t size;
	const uint8_t *value = fdt_bytes(walk, property, &size);

	if (!value || size == 0 || value[size - 1] != '\0')
		return NULL;
	return (const char *)value;
}

/* Cells are big-endian and only 4-aligned at best: read them by bytes. */
static uint32_t read_cell(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A number of 0 to 3 cells; of three (PCI) the first is a type, not part of the address. */
static uint64_t read_cells(const uint8_t *at, uint32_t cells)
{
	uint64_t value = 0;

	for (; cells; cells--, at += CELL)
		value = value << 32 | read_cell(at);
	return value;
}

bool fdt_cell(
	const struct fdt_walk *walk, const char *property, uint32_t index, uint32_t *value_out)
{
	uint32_t size;
	const uint8_t *value = fdt_bytes(walk, property, &size);

	if (!value || index >= size / CELL)
		return false;
	*value_out = read_cell(value + (size_t)index * CELL);
	return true;
}

bool fdt_number(const struct fdt_walk *walk, const char *property, uint64_t *value_out)
{
	uint32_t size;
	const uint8_t *value = fdt_bytes(walk, property, &size);

	if (!value || (size != CELL && size != 2 * CELL))
		return false;
	*value_out = read_cells(value, size / CELL);
	return true;
}

/* Cell counts are the tree's word: larger ones than any bus has are refused. */
static bool is_readable(const struct fdt_bus *bus)
{
	return bus->address_cells >= 1 && bus->address_cells <= ADDRESS_CELLS_MAX &&
		bus->size_cells <= SIZE_CELLS_MAX;
}

uint32_t fdt_reg_count(const struct fdt_walk *walk)
{
	const struct fdt_bus *bus;
	uint32_t size;

	if (walk->depth < 1 || !fdt_bytes(walk, "reg", &size))
		return 0;
	bus = &walk->bus[walk->depth - 1];
	if (!is_readable(bus))
		return 1;
	return size / ((bus->address_cells + bus->size_cells) * CELL);
}

bool fdt_reg_raw(const struct fdt_walk *walk, uint32_t index, struct range *range_out)
{
	const struct fdt_bus *bus;
	const uint8_t *value;
	uint32_t size, entry;

	if (walk->depth < 1)
		return false;
	bus = &walk->bus[walk->depth - 1];
	if (!is_readable(bus))
		return false;
	value = fdt_bytes(walk, "reg", &size);
	entry = (bus->address_cells + bus->size_cells) * CELL;
	if (!value || index >= size / entry)
		return false;
	value += (size_t)index * entry;
	range_out->base = read_cells(value, bus->address_cells);
	range_out->size =
		read_cells(value + (size_t)bus->address_cells * CELL, bus->size_cells);
	return range_out->base + range_out->size >= range_out->base;
}

/*
 * Translate a range from the addresses of `bus` to those of the bus above it: find the
 * entry (child address, parent address, size) of `ranges` that holds it whole.
 */
static bool translate(
	const struct fdt_bus *bus, const struct fdt_bus *above, struct range *range)
{
	uint32_t child = bus->address_cells * CELL;
	uint32_t parent = above->address_cells * CELL;
	uint32_t entry = child + parent + bus->size_cells * CELL;

	if (!bus->ranges || !is_readable(bus) || !is_readable(above))
		return false;
	if (bus->ranges_size == 0)
		return true;
	for (uint32_t at = 0; at + entry <= bus->ranges_size; at += entry) {
		uint64_t from = read_cells(bus->ranges + at, bus->address_cells);
		uint64_t to = read_cells(bus->ranges + at + child, above->address_cells);
		uint64_t size = read_cells(bus->ranges + at + child + parent, bus->size_cells);
		uint64_t offset = range->base - from;

		if (range->base >= from && offset < size && range->size <= size - offset) {
			range->base = to + offset;
			return range->base >= to && range->base + range->size >= range->base;
		}
	}
	return false;
}

bool fdt_reg(const struct fdt_walk *walk, uint32_t index, struct range *range_out)
{
	if (!fdt_reg_raw(walk, index, range_out))
		return false;
	for (int depth = walk->depth - 1; depth > 0; depth--)
		if (!translate(&walk->bus[depth], &walk->bus[depth - 1], range_out))
			return false;
	return true;
}

int fdt_find(const void *tree, const char *path)
{
	const char *colon = strchr(path, ':');
	size_t length = colon ? (size_t)(colon - path) : strlen(path);
	int node = fdt_path_offset_namelen(tree, path, (int)length);

	return node < 0 ? -1 : node;
}

bool fdt_memory_reservation(const void *tree, uint32_t index, struct range *range_out)
{
	if (index >= (uint32_t)fdt_num_mem_rsv(tree) ||
		fdt_get_mem_rsv(tree, (int)index, &range_out->base, &range_out->size) != 0)
		return false;
	range_out->size = min_u64(range_out->size, UINT64_MAX - range_out->base);
	return true;
}
