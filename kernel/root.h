/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program: found in the archive, loaded, started.
 */
#pragma once

#include "abi/bootinfo.h"

#include "bootmem.h"

/* What the first program is made from, and then gets. */
struct root_memory {
	struct bootmem *free;	 /* RAM that is nobody's */
	struct bootmem *devices; /* see boot_devices() */
	struct range archive;	 /* RAM that is no longer in `free` */
	const void *tree;	 /* the device tree */
	uint64_t seed;		 /* its kaslr-seed, and where that stands; 0: has none */
	uint32_t seed_at;
};

/*
 * root_start: load "init" from the archive and run it; does not return.
 *
 *  => `info` is complete but for what this adds: where archive, stack and IPC buffer are, and
 *     the Untypeds
 *  => panics with the reason if there is no archive, no init in it, or it cannot be loaded
 */
noreturn void root_start(const struct root_memory *memory, struct bootinfo *info);
