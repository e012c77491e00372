/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a device tree says about the machine, as far as the kernel needs to know.
 *
 * board_parse reads the tree once and fills in one struct board; the drivers here take
 * their addresses from it and nowhere else. To add a board, see platform/README.md.
 */
#pragma once

#include "lib/base.h"
#include "lib/fdt.h"

enum {
	BOARD_MEMORY_MAX = 16,
	BOARD_RESERVED_MAX = 48,
	BOARD_WITHHELD_MAX = 24,
	BOARD_CPU_MAX = 8,
	BOARD_NAME_MAX = 64,
	BOARD_ARGUMENTS_MAX = 256,
};

enum uart_kind { UART_NONE, UART_PL011, UART_MINI };
enum power_kind { POWER_NONE, POWER_PSCI, POWER_BCM2835 };
enum psci_conduit { PSCI_NONE, PSCI_HVC, PSCI_SMC };
enum cpu_method { CPU_BY_NOTHING, CPU_BY_PSCI, CPU_BY_SPIN_TABLE };

struct board_cpu {
	uint64_t id; /* affinity fields, as in MPIDR_EL1 */
	enum cpu_method method;
	uint64_t release_address; /* by spin table: where to write the entry's address */
};

struct board {
	char name[BOARD_NAME_MAX];
	char arguments[BOARD_ARGUMENTS_MAX];
	struct range memory[BOARD_MEMORY_MAX];
	uint32_t memory_count;
	struct range reserved[BOARD_RESERVED_MAX]; /* usable memory that is somebody's */
	uint32_t reserved_count;
	struct range unmapped[BOARD_RESERVED_MAX]; /* memory that may not even be mapped */
	uint32_t unmapped_count;
	struct range withheld[BOARD_WITHHELD_MAX]; /* registers of interrupts and time */
	uint32_t withheld_count;
	struct range archive; /* size 0: none */
	struct range dtb;     /* where the tree itself lies; filled in by who read it */
	uint64_t seed;	      /* /chosen kaslr-seed; 0: there is none */
	uint32_t seed_at;     /* where in the tree it stands, in bytes */
	struct board_cpu cpu[BOARD_CPU_MAX];
	uint32_t cpu_count;
	uint32_t cpu_ignored; /* there, but more than BOARD_CPU_MAX */
	enum uart_kind uart;
	struct range uart_registers;
	uint32_t uart_clock; /* in Hz; 0: not told, or it can change */
	enum psci_conduit psci;
	enum power_kind power;
	struct range power_registers;
	struct range gic_distributor;
	struct range gic_cpu_interface;
	bool has_gic;
	uint32_t timer_irq; /* of the virtual timer */
};

/*
 * board_parse: fill in a board from a tree that passed fdt_check.
 *
 *  => NULL if everything is there without which no machine can run and all that is not
 *     ours was noted, else what is wrong, in words; `board` holds what was found in either
 *     case
 */
const char *board_parse(const void *tree, struct board *board);
