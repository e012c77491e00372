/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The Pi's watchdog ("brcm,bcm2835-pm-wdt"), which is what restarts the board, too. The kernel
 * has the same registers for switching off; it touches them at the very end only.
 */
#pragma once

#include "libsys/drivers/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WATCHDOG_MS_MAX = 15999 };

struct watchdog {
	struct device device;
};

/* watchdog_open: ST_OK; ST_NOT_FOUND: this machine has none; others as device_open. */
status_t watchdog_open(struct watchdog *watchdog);

/* watchdog_close: it goes on if it was started. */
void watchdog_close(struct watchdog *watchdog);

/*
 * watchdog_start: restart the board after `ms` milliseconds, unless this is called again
 * before, or watchdog_stop().
 *
 *  returns  ST_OK; ST_OUT_OF_RANGE: 0, or more than WATCHDOG_MS_MAX
 */
status_t watchdog_start(struct watchdog *watchdog, unsigned ms);
void watchdog_stop(struct watchdog *watchdog);

/* watchdog_left: milliseconds until then, as far as the hardware tells. */
unsigned watchdog_left(struct watchdog *watchdog);

/* watchdog_restart: restart the board at once. It returns, for some microseconds. */
void watchdog_restart(struct watchdog *watchdog);

#ifdef __cplusplus
}
#endif
