/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first capabilities: roots of derivation trees that nobody derived.
 */
#pragma once

#include "abi/bootinfo.h"

#include "bootmem.h"

struct board;
struct slot;
struct thread;
struct vmo_object;
struct vspace_object;

/*
 * boot_device_memory: physical memory that is no RAM: everything that the machine can address but
 * what the tree calls memory or reserves, and what of interrupts and time is the kernel's
 * alone (board->withheld).
 *
 *  => nothing at all, and a line that says so, if the tree splits it into too many ranges
 */
void boot_device_memory(const struct board *board, struct bootmem *devices);

/*
 * boot_objects: make the first program's thread and CNode, the IRQ table, and the
 * capabilities to them.
 *
 *  => the thread has its CSpace and priority, and is STOPPED; panics without memory
 */
struct thread *boot_objects(struct bootmem *memory);

/*
 * boot_pool: the frame table, and the first Pool with some of the memory in it.
 *
 *  => `seed` is what nobody else knows; 0: the clock has to do
 *  => returns the slot of its capability
 */
struct slot *boot_pool(struct bootmem *memory, uint64_t seed);

/* boot_space: make the first program's VSpace, and its thread's. */
struct vspace_object *boot_space(struct thread *thread);

/* boot_archive, boot_tree: the capability to the VMO of each; returns its slot. */
struct slot *boot_archive(struct vmo_object *archive);
struct slot *boot_tree(struct vmo_object *tree);

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
