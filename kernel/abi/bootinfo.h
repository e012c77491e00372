/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the kernel tells the first program about the machine: one read-only page, whose
 * address is in x0 when the program starts.
 */
#pragma once

#include "abi/types.h"

enum {
	BOOTINFO_VERSION = 4,
	BOOTINFO_BOARD_MAX = 64,
	BOOTINFO_ARGUMENTS_MAX = 256,
	BOOTINFO_UNTYPED_MAX = 160,
};

/*
 * Capabilities that the first program finds in its CSpace: one CNode of 2^ROOT_CNODE_BITS
 * slots whose guard makes a cptr the number of a slot. From `untyped_first` on stand the
 * Untypeds, as many as bootinfo lists; from `slots_free` on all slots are empty.
 */
enum root_slot {
	ROOT_SLOT_NONE = 0, /* always empty, so that 0 can stand for "none" */
	ROOT_SLOT_CNODE = 1,
	ROOT_SLOT_THREAD = 2,
	ROOT_SLOT_VSPACE = 3,
	ROOT_SLOT_IRQ_CONTROL = 4,
	ROOT_SLOT_POOL = 5,	   /* what its VSpace and memory are made of: there is more */
	ROOT_SLOT_POOL_MEMORY = 6, /* the Untyped that the Pool was given */
	ROOT_SLOT_ARCHIVE = 7,	   /* a VMO: the initial archive; READ, EXECUTE and MAP */
	ROOT_SLOT_TREE = 8,	   /* a VMO: the device tree; READ and MAP */
	ROOT_SLOT_FIRST_FREE = 16, /* the others are for what comes */
	ROOT_CNODE_BITS = 12,
};

/* A range of memory that the first program got as an Untyped. */
struct bootinfo_untyped {
	uint64_t base; /* physical */
	uint32_t size_bits;
	uint32_t device; /* 1: registers or unknown, 0: RAM */
};

enum bootinfo_flags {
	BOOTINFO_COUNTS_CYCLES = 2, /* PMCCNTR_EL0 counts cycles */
};

struct bootinfo {
	uint32_t version;
	uint32_t flags;
	char kernel[BOOTINFO_BOARD_MAX];	/* name and version of the kernel */
	char board[BOOTINFO_BOARD_MAX];		/* from the device tree */
	char arguments[BOOTINFO_ARGUMENTS_MAX]; /* /chosen bootargs */
	uint32_t cpus;				/* that the device tree names */
	uint32_t cpus_online;
	uint64_t memory_bytes;	   /* all RAM in the device tree */
	uint64_t memory_free;	   /* of it, neither reserved nor used by the boot */
	uint64_t timer_frequency;  /* of CNTVCT_EL0, in Hz */
	uint64_t instructions;	   /* that the boot took; 0: not counted */
	uaddr_t archive;	   /* the initial archive (cpio newc), read-only; 0: none */
	uint64_t archive_size;	   /* in bytes */
	uaddr_t device_tree;	   /* flattened, read-only, as the loader handed it over, but
				      that kaslr-seed is 0: it is the kernel's; rng-seed is for
				      programs */
	uint64_t device_tree_size; /* in bytes, as its header has it */
	uaddr_t stack_top;
	uint64_t stack_size; /* in bytes; below it nothing is mapped */
	uaddr_t ipc_buffer;
	uint32_t untyped_first; /* slot of the first Untyped, */
	uint32_t untyped_count; /* and how many follow */
	uint32_t slots_free;	/* from this slot on all are empty */
	uint32_t irq_lines;	/* shared interrupt lines are 32 up to this */
	struct bootinfo_untyped untyped[BOOTINFO_UNTYPED_MAX];
};
