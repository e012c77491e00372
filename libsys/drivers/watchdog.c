/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * There is no public description of these registers: names and meanings are those that the
 * Linux driver bcm2835_wdt and the firmware's documents agree on.
 */
#include "libsys/drivers/watchdog.h"

#include "libsys/drivers/mmio.h"

enum pm_reg {
	PM_RSTC = 0x1c, /* rw  reset control */
	PM_RSTS = 0x20, /* rw  which partition the firmware starts from; 63 stands for none */
	PM_WDOG = 0x24, /* rw  time left */
};

enum {
	PASSWORD = 0x5a000000, /* writes without it are ignored */
	VALUE = 0x00ffffff,
	RSTC_KIND = 0x30,
	RSTC_FULL_RESET = 0x20,
	RSTC_OFF = 0x102,	/* as after power-on */
	RSTS_PARTITION = 0x555, /* every second bit */
	WDOG_TIME = 0xfffff,
	TICKS_PER_SECOND = 1 << 16,
	TICKS_AT_ONCE = 10,
};

static uint32_t get(struct watchdog *watchdog, enum pm_reg reg)
{
	return mmio_read32(watchdog->device.registers, reg);
}

static void set(struct watchdog *watchdog, enum pm_reg reg, uint32_t value)
{
	mmio_write32(watchdog->device.registers, reg, PASSWORD | (value & VALUE));
}

status_t watchdog_open(struct watchdog *watchdog)
{
	tree_node node = tree_next_compatible(TREE_ROOT, "brcm,bcm2835-pm-wdt");

	return node < 0 ? ST_NOT_FOUND : device_open(node, &watchdog->device);
}

void watchdog_close(struct watchdog *watchdog)
{
	device_close(&watchdog->device);
}

static void start(struct watchdog *watchdog, uint32_t ticks)
{
	set(watchdog, PM_WDOG, ticks);
	set(watchdog, PM_RSTC,
		(get(watchdog, PM_RSTC) & ~(uint32_t)RSTC_KIND) | RSTC_FULL_RESET);
}

status_t watchdog_start(struct watchdog *watchdog, unsigned ms)
{
	if (ms == 0 || ms > WATCHDOG_MS_MAX)
		return ST_OUT_OF_RANGE;
	start(watchdog, (uint32_t)((uint64_t)ms * TICKS_PER_SECOND / 1000));
	return ST_OK;
}

void watchdog_stop(struct watchdog *watchdog)
{
	set(watchdog, PM_RSTC, RSTC_OFF);
}

unsigned watchdog_left(struct watchdog *watchdog)
{
	uint64_t ticks = get(watchdog, PM_WDOG) & WDOG_TIME;

	return (unsigned)(ticks * 1000 / TICKS_PER_SECOND);
}

void watchdog_restart(struct watchdog *watchdog)
{
	set(watchdog, PM_RSTS, get(watchdog, PM_RSTS) & ~(uint32_t)RSTS_PARTITION);
	start(watchdog, TICKS_AT_ONCE);
}
