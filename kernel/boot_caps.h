/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first capabilities: roots of derivation trees that nobody derived.
 */
#pragma once

#include "abi/bootinfo.h"

#include "bootmem.h"

struct board;
struct thread;

/*
 * boot_device_memory: physical memory that is no RAM: everything that the machine can address but
 * what the tree calls memory or reserves, and the interrupt controller.
 *
 *  => nothing at all, and a line that says so, if the tree splits it into too many ranges
 */
void boot_device_memory(const struct board *board, struct bootmem *devices);

/*
 * boot_objects: make the first program's thread and CNode, the IRQ table, and the
 * capabilities to them and to its VSpace.
 *
 *  => the thread has its CSpace, VSpace and priority, and is STOPPED; panics without memory
 */
struct thread *boot_objects(struct bootmem *memory, paddr_t space_table, uint16_t asid);

/*
 * boot_untypeds: hand out the memory, in Untypeds as large as its alignment allows, RAM
 * before devices and large ones before small ones.
 *
 *  => after this `ram` is the first program's: no more boot memory. Fills in bootinfo's lists
 *  => where there are more than BOOTINFO_UNTYPED_MAX the smallest are left out, and a line
 *     says so
 */
void boot_untypeds(
	const struct bootmem *ram, const struct bootmem *devices, struct bootinfo *info);
