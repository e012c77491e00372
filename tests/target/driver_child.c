/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The driver of driver_process_test.c: it drives the console's line with what it was given by
 * name (registers, irq, tree), and has nothing else of the machine.
 */
#include <stdio.h>
#include <string.h>

#include "libsys/cap.h"
#include "libsys/drivers/serial.h"
#include "libsys/notification.h"
#include "libsys/slots.h"
#include "libsys/startup.h"
#include "libsys/untyped.h"

enum { GOOD = 7, BAD = 1, BIT = 1, LINES = 40 };

static struct serial line;
static cptr_t notification;

static int open_line(void)
{
	struct tree_range range;
	struct device device;
	cptr_t badged = slot_alloc();

	if (device_tree_adopt(startup_cap("tree")) != ST_OK ||
		!tree_reg(serial_console(), 0, &range))
		return 0;
	if (device_adopt(startup_cap("registers"), range.base % PAGE_SIZE, range,
		    startup_cap("irq"), &device) != ST_OK)
		return 0;
	if (object_create(OBJECT_NOTIFICATION, 0, &notification) != ST_OK ||
		cap_mint(badged, notification, RIGHTS_ALL, BIT) != ST_OK)
		return 0;
	return serial_open_device(&device, "arm,pl011", badged, &line) == ST_OK;
}

static int send_lines(void)
{
	char text[64];
	word_t bits;

	for (int i = 0; i < LINES; i++) {
		size_t size = (size_t)snprintf(text, sizeof(text), "# driver's line %d\n", i);

		if (serial_write(&line, text, size) != size)
			return 0;
		while (serial_unsent(&line) > 0) {
			if (notification_wait(notification, &bits) != ST_OK)
				return 0;
			serial_interrupt(&line);
		}
	}
	return 1;
}

/* What it was not given it cannot have. */
static int is_confined(void)
{
	struct device device;
	struct tree_range range;
	cptr_t vmo;
	uint64_t offset;

	if (!tree_reg(serial_console(), 0, &range))
		return 0;
	return device_open(serial_console(), &device) == ST_NOT_SUPPORTED &&
		device_memory_take(range, VMO_CACHE_UNCACHED_DEVICE, &vmo, &offset) ==
		ST_NOT_SUPPORTED;
}

int main(int argc, char **argv)
{
	volatile uintptr_t nowhere = 8;

	if (tree_next_compatible(TREE_ROOT, "arm,pl011") >= 0)
		return BAD; /* before it is adopted there is none */
	if (!open_line())
		return BAD;
	if (argc > 1 && strcmp(argv[1], "crash") == 0)
		*(volatile int *)nowhere = 1;
	if (!send_lines() || !is_confined())
		return BAD;
	serial_close(&line);
	return GOOD;
}
