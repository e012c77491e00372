/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the kernel tells the first program about the machine: one read-only page, whose
 * address is in x0 when the program starts.
 */
#pragma once

#include "abi/types.h"

enum {
	BOOTINFO_VERSION = 1,
	BOOTINFO_BOARD_MAX = 64,
	BOOTINFO_ARGUMENTS_MAX = 256,
};

enum bootinfo_flags {
	/* PMEVCNTR0_EL0 counts retired instructions since the kernel's first */
	BOOTINFO_COUNTS_INSTRUCTIONS = 1,
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
	uint64_t memory_bytes;	  /* all RAM in the device tree */
	uint64_t memory_free;	  /* of it, neither reserved nor used by the boot */
	uint64_t timer_frequency; /* of CNTVCT_EL0, in Hz */
	uaddr_t archive;	  /* the initial archive (cpio newc), read-only; 0: none */
	uint64_t archive_size;	  /* in bytes */
	uaddr_t stack_top;
	uint64_t stack_size; /* in bytes; below it nothing is mapped */
};
