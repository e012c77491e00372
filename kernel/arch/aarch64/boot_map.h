/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "arch/kmap.h"

#include "descriptor.h"

struct table {
	uint64_t entry[TABLE_ENTRIES];
} aligned(PAGE_SIZE);

/* boot_map.c draws them. empty_table is TTBR0's where there is no program. */
extern struct table boot_identity, boot_kernel, boot_windows, boot_image, boot_devices;
extern struct table empty_table;

/*
 * boot_map: fill the boot tables for an image at `image`; called by head.S alone.
 *
 *  => MMU off
 */
void boot_map(paddr_t image);
