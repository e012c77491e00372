/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The BCM2835 family's power manager. A watchdog reset with the "halt" partition number in
 * RSTS makes the firmware stay halted instead of booting again; on QEMU it ends the run.
 */
#include "mmio.h"
#include "platform.h"

enum pm_reg {
	PM_RSTC = 0x1c, /* rw  reset control */
	PM_RSTS = 0x20, /* rw  reset status, read by the firmware */
	PM_WDOG = 0x24, /* rw  ticks until the reset */
};

enum {
	PM_PASSWORD = 0x5a000000,
	VALUE = 0x00ffffff, /* what is not the password */
	RSTC_KIND = 0x30,
	RSTC_FULL_RESET = 0x20,
	RSTS_HALT = 0x555,
	WDOG_TICKS = 10,
};

void bcm2835_pm_off(volatile void *base)
{
	write32(base, PM_RSTS, PM_PASSWORD | (read32(base, PM_RSTS) & VALUE) | RSTS_HALT);
	write32(base, PM_WDOG, PM_PASSWORD | WDOG_TICKS);
	write32(base, PM_RSTC,
		PM_PASSWORD | (read32(base, PM_RSTC) & VALUE & ~(uint32_t)RSTC_KIND) |
			RSTC_FULL_RESET);
}
