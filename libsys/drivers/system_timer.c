/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/system_timer.h"

#include "libsys/drivers/mmio.h"

enum system_timer_reg {
	CS = 0x00,  /* rw  a bit for each channel that has matched; written: cleared */
	CLO = 0x04, /* ro  the counter's lower half */
	CHI = 0x08, /* ro  and upper */
	C0 = 0x0c,  /* rw  compares, with the lower half */
};

static uint32_t get(struct system_timer *timer, uint32_t reg)
{
	return mmio_read32(timer->device.registers, reg);
}

static void clear(struct system_timer *timer)
{
	mmio_write32(timer->device.registers, CS, UINT32_C(1) << timer->channel);
}

status_t system_timer_open(unsigned channel, cptr_t notification, struct system_timer *timer)
{
	tree_node node = tree_next_compatible(TREE_ROOT, "brcm,bcm2835-system-timer");
	status_t st;

	if (channel >= SYSTEM_TIMER_CHANNELS || channel % 2 == 0)
		return ST_OUT_OF_RANGE;
	if (node < 0)
		return ST_NOT_FOUND;
	st = device_open_interrupt(node, channel, &timer->device);
	if (st != ST_OK)
		return st;
	timer->channel = channel;
	clear(timer);
	st = device_bind(&timer->device, notification);
	if (st != ST_OK)
		device_close(&timer->device);
	return st;
}

void system_timer_close(struct system_timer *timer)
{
	clear(timer);
	device_close(&timer->device);
}

/* The upper half is read until it was the same before and after the lower one. */
uint64_t system_timer_us(struct system_timer *timer)
{
	uint32_t high, low;

	do {
		high = get(timer, CHI);
		low = get(timer, CLO);
	} while (high != get(timer, CHI));
	return (uint64_t)high << 32 | low;
}

static int is_matched(struct system_timer *timer)
{
	return get(timer, CS) >> timer->channel & 1;
}

static void compare_with(struct system_timer *timer, uint32_t moment)
{
	mmio_write32(timer->device.registers, C0 + timer->channel * (uint32_t)sizeof(uint32_t),
		moment);
}

/*
 * The counter may have passed the moment before the compare has it, which would then match when
 * it comes round, in an hour: a later moment is set instead, further away with each attempt.
 */
void system_timer_set(struct system_timer *timer, uint32_t us)
{
	uint32_t start = get(timer, CLO), away = us;

	clear(timer);
	for (uint32_t more = 2;; more *= 2) {
		compare_with(timer, start + away);
		if (get(timer, CLO) - start < away || is_matched(timer))
			return;
		away = get(timer, CLO) - start + more;
	}
}

int system_timer_has_matched(struct system_timer *timer)
{
	int matched = is_matched(timer);

	if (matched)
		clear(timer);
	device_ack(&timer->device);
	return matched;
}
