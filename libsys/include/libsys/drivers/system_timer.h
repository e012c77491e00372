/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The BCM2711's system timer (BCM2711 ARM Peripherals, "System Timer";
 * "brcm,bcm2835-system-timer"): a counter of microseconds and four compares, of which the
 * VideoCore uses 0 and 2. Programs that only want to wait have libsys/timer.h.
 */
#pragma once

#include "libsys/drivers/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SYSTEM_TIMER_CHANNEL = 1, SYSTEM_TIMER_CHANNELS = 4 };

struct system_timer {
	struct device device;
	unsigned channel;
};

/*
 * system_timer_open: the counter, and one compare with its interrupt.
 *
 *  channel       1 or 3
 *  notification  as device_bind; 0: none
 *  returns       ST_OK; ST_NOT_FOUND: this machine has none; ST_OUT_OF_RANGE: not ours; others
 *                as device_open
 */
status_t system_timer_open(unsigned channel, cptr_t notification, struct system_timer *timer);
void system_timer_close(struct system_timer *timer);

/* system_timer_us: microseconds since the board was switched on. */
uint64_t system_timer_us(struct system_timer *timer);

/* system_timer_set: match once, `us` from now on: 1 to 2^31. */
void system_timer_set(struct system_timer *timer, uint32_t us);

/* system_timer_has_matched: it has since system_timer_set; and the next interrupt may come. */
int system_timer_has_matched(struct system_timer *timer);

#ifdef __cplusplus
}
#endif
