/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first tables, built with the MMU off.
 *
 *	TTBR0  boot_identity   the image's first page under its physical address, read-only
 *			       and executable: what mmu_on runs from. Kept for the CPUs
 *			       that start later; each leaves it for empty_table.
 *	TTBR1  boot_kernel     level 1, 512 entries of 1 GiB
 *		 [0..255]      direct map, filled by kmap_ram
 *		 [510]	       boot_windows, level 2, 512 entries of 2 MiB
 *			 [0]   boot_image, level 3: the image with its final rights
 *			 [1,2] the device tree, filled by kmap_dtb
 *			 [3]   boot_devices, level 3: filled by kmap_device
 *
 * This file runs at physical addresses: it takes addresses of objects (PC-relative) but
 * reads no pointer that the linker stored.
 */
#include "boot_map.h"

#include "arch/kmap.h"

#include "asm.h"
#include "descriptor.h"

struct table boot_identity, boot_kernel, boot_windows, boot_image, boot_devices;
struct table empty_table;
static struct table identity_l1, identity_l2, identity_l3;

extern char _start[], _text_end[], _rodata_end[], _bss_end[], _stacks_start[], _end[];

static uint64_t table_at(const struct table *table)
{
	return (uintptr_t)table | DESC_VALID | DESC_TABLE;
}

static void map_identity(paddr_t image)
{
	boot_identity.entry[LEVEL_INDEX(image, 0)] = table_at(&identity_l1);
	identity_l1.entry[LEVEL_INDEX(image, 1)] = table_at(&identity_l2);
	identity_l2.entry[LEVEL_INDEX(image, 2)] = table_at(&identity_l3);
	identity_l3.entry[LEVEL_INDEX(image, 3)] =
		image | DESC_VALID | DESC_PAGE | DESC_KERNEL_TEXT | DESC_NG;
}

/* Is the page at this offset of the stacks a guard? The panic stack comes first. */
static bool is_guard(uint64_t offset)
{
	uint64_t page = offset % CPU_STACKS_SIZE;

	return page == 0 || page == PAGE_SIZE + PANIC_STACK_SIZE;
}

static void map_image(paddr_t image)
{
	uint64_t size = (uint64_t)(_end - _start);
	uint64_t text = (uint64_t)(_text_end - _start);
	uint64_t rodata = (uint64_t)(_rodata_end - _start);
	uint64_t stacks = (uint64_t)(_stacks_start - _start);

	for (uint64_t at = 0; at < size; at += PAGE_SIZE) {
		uint64_t kind = at < text ? DESC_KERNEL_TEXT :
			at < rodata	  ? DESC_KERNEL_RODATA :
					    DESC_KERNEL_DATA;

		if (at >= stacks && is_guard(at - stacks))
			continue;
		boot_image.entry[at / PAGE_SIZE] = (image + at) | kind | DESC_VALID | DESC_PAGE;
	}
}

void boot_map(paddr_t image)
{
	map_identity(image);
	map_image(image);
	boot_windows.entry[LEVEL_INDEX(IMAGE_BASE, 2)] = table_at(&boot_image);
	boot_windows.entry[LEVEL_INDEX(DEVICE_WINDOW, 2)] = table_at(&boot_devices);
	boot_kernel.entry[LEVEL_INDEX(IMAGE_BASE, 1)] = table_at(&boot_windows);
}
