/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/power.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/kmap.h"

#include "platform.h"

static enum power_kind kind;
static volatile void *registers;

void power_init(const struct board *board)
{
	kind = board->power;
	if (kind == POWER_BCM2835)
		registers = kmap_device(board->power_registers.base, BCM2835_PM_SIZE);
}

void power_off(void)
{
	console_flush();
	if (kind == POWER_PSCI)
		psci_system_off();
	else if (kind == POWER_BCM2835)
		bcm2835_pm_off(registers);
	cpu_halt();
}
