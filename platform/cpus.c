/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/cpu.h"
#include "arch/print.h"

#include "platform.h"

static struct board_cpu releases[CPU_MAX];

/*
 * cpus[0] is the CPU that boots, wherever the tree lists it; the others follow in the
 * tree's order.
 */
void cpus_init(const struct board *board)
{
	cpu_count = 1;
	for (uint32_t i = 0; i < board->cpu_count; i++) {
		if (board->cpu[i].id == cpu_id() || cpu_count == CPU_MAX)
			continue;
		cpus[cpu_count].mpidr = board->cpu[i].id;
		releases[cpu_count] = board->cpu[i];
		cpu_count++;
	}
	psci_init(board->psci);
}

bool cpu_release(uint32_t index, uint64_t entry)
{
	const struct board_cpu *cpu = &releases[index];

	switch (cpu->method) {
	case CPU_BY_PSCI:
		return psci_cpu_on(cpu->id, entry);
	case CPU_BY_SPIN_TABLE:
		spin_table_release(cpu->release_address, entry);
		return true;
	default:
		return false;
	}
}
