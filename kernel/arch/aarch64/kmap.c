/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The kernel's map, from the boot tables (boot_map.c) on. It only ever grows, at boot and
 * on one CPU, by descriptors that were invalid before: an invalid entry is in no TLB, so a
 * barrier is all that each needs.
 */
#include "arch/kmap.h"

#include "lib/fdt.h"

#include "arch/print.h"

#include "boot_map.h"
#include "sysreg.h"

/* Tables for the direct map: one or two for each edge that is not on a GiB boundary. */
enum { SPARE_TABLES = 48 };
static struct table spare_tables[SPARE_TABLES];
static uint8_t spare_level[SPARE_TABLES];
static uint32_t spare_used;
static uint32_t device_pages;

extern char _start[], _end[];

paddr_t image_start_pa(void)
{
	return desc_address(boot_image.entry[0]);
}

paddr_t image_pa(const void *symbol)
{
	return image_start_pa() + (uintptr_t)symbol - (uintptr_t)_start;
}

uint64_t image_size(void)
{
	return (uint64_t)(_end - _start);
}

/* ID_AA64MMFR0_EL1.PARange: 32, 36, 40, 42, 44, 48, 52, 56 bits. */
paddr_t physical_limit(void)
{
	static const uint8_t bits[] = {32, 36, 40, 42};
	uint64_t range = READ_SYSREG(id_aa64mmfr0_el1) & 0xf;

	return BIT(range < ARRAY_SIZE(bits) ? bits[range] : 44);
}

/* Tables of the kernel's map all lie in the image. */
static struct table *table_of(uint64_t desc)
{
	return (struct table *)(desc_address(desc) - image_start_pa() + (uintptr_t)_start);
}

/* The table under an entry of `level`, made if there is none yet; NULL: none to spare. */
static struct table *make_table(uint64_t *desc, int level)
{
	if (desc_is_table(*desc, level))
		return table_of(*desc);
	CHECK(*desc == 0);
	if (spare_used == SPARE_TABLES)
		return NULL;
	*desc = image_pa(&spare_tables[spare_used]) | DESC_VALID | DESC_TABLE;
	spare_level[spare_used] = (uint8_t)(level + 1);
	return &spare_tables[spare_used++];
}

/* Map [pa, end) as far as one entry of `level` reaches, going down no deeper than needed. */
static bool map_some(paddr_t *pa, paddr_t end)
{
	struct table *table = &boot_kernel;

	for (int level = 1;; level++) {
		uint64_t *desc = &table->entry[LEVEL_INDEX(*pa + DIRECT_BASE, level)];
		uint64_t size = LEVEL_SIZE(level);

		if (is_aligned(*pa, size) && end - *pa >= size) {
			CHECK(*desc == 0);
			*desc = *pa | DESC_VALID | DESC_KERNEL_DATA |
				(level == 3 ? DESC_PAGE : 0);
			*pa += size;
			return true;
		}
		table = make_table(desc, level);
		if (!table)
			return false;
	}
}

bool kmap_ram(paddr_t start, uint64_t size)
{
	paddr_t end = start + size;

	CHECK(is_aligned(start | size, PAGE_SIZE) && end <= DIRECT_SIZE);
	while (start < end)
		if (!map_some(&start, end))
			return false;
	dsb(ishst);
	isb();
	return true;
}

volatile void *kmap_device(paddr_t pa, uint64_t size)
{
	paddr_t page = align_down(pa, PAGE_SIZE);
	uint64_t pages = (align_up(pa + size, PAGE_SIZE) - page) / PAGE_SIZE;
	uint64_t va = DEVICE_WINDOW + device_pages * PAGE_SIZE + (pa - page);

	if (size == 0 || pa >= PHYSICAL_LIMIT || size > PHYSICAL_LIMIT - pa)
		panic("the device tree puts a device at 0x%lx, size 0x%lx: no such place", pa,
			size);
	if (pages > TABLE_ENTRIES - device_pages)
		panic("no room in the device window for %lu pages at 0x%lx", pages, pa);
	for (; pages; pages--, page += PAGE_SIZE)
		boot_devices.entry[device_pages++] =
			page | DESC_DEVICE | DESC_VALID | DESC_PAGE;
	dsb(ishst);
	isb();
	return (volatile void *)va;
}

static void map_dtb_block(unsigned index, paddr_t block)
{
	boot_windows.entry[LEVEL_INDEX(DTB_WINDOW, 2) + index] =
		block | DESC_VALID | DESC_KERNEL_RODATA;
	dsb(ishst);
	isb();
}

/*
 * The tree's header tells its size, so its first block is mapped before it can be read and
 * the second when it is known to reach there: nothing is mapped that may not be RAM.
 */
const void *kmap_dtb(paddr_t dtb, size_t *room_out)
{
	enum { HEADER_SIZE = 40 };
	paddr_t block = align_down(dtb, LEVEL_SIZE(2));
	const void *tree = (const void *)(DTB_WINDOW + (dtb - block));
	uint64_t room = block + LEVEL_SIZE(2) - dtb;
	uint64_t size = HEADER_SIZE;

	map_dtb_block(0, block);
	if (room >= HEADER_SIZE)
		size = fdt_claimed_size(tree, room);
	if (size > room && size <= DTB_SIZE_MAX) {
		map_dtb_block(1, block + LEVEL_SIZE(2));
		room += LEVEL_SIZE(2);
	}
	*room_out = min_u64(room, DTB_SIZE_MAX);
	return tree;
}

static void check_table(const struct table *table, int level)
{
	for (int i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t desc = table->entry[i];

		if (!(desc & DESC_VALID) || desc_is_table(desc, level))
			continue;
		CHECK(desc & DESC_UXN);
		CHECK((desc & DESC_PXN) || (desc & DESC_AP_RO));
		CHECK(!(desc & DESC_AP_EL0));
	}
}

void kmap_check(void)
{
	check_table(&boot_kernel, 1);
	check_table(&boot_windows, 2);
	check_table(&boot_image, 3);
	check_table(&boot_devices, 3);
	for (uint32_t i = 0; i < spare_used; i++)
		check_table(&spare_tables[i], spare_level[i]);
}
