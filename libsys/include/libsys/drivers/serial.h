/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Serial lines by interrupt: PL011 ("arm,pl011") and the Pi's mini-UART
 * ("brcm,bcm2835-aux-uart").
 *
 *	serial_open(serial_console(), badged, &line)
 *	for (;;) {
 *		while ((size = serial_read(&line, text, sizeof(text))) > 0)
 *			...
 *		notification_wait(notification, &bits)
 *		serial_interrupt(&line)
 *	}
 *
 * The kernel's console is a line, too: it goes on writing what it has to say (debug_write, a
 * stopped program, a panic) by polling, between the bytes of the driver. debug_read takes
 * bytes away from it: who drives the console's line reads from the driver alone.
 *
 * Nothing here waits. One thread at a time works on a line.
 */
#pragma once

#include <stddef.h>

#include "libsys/drivers/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SERIAL_BUFFER = 4096 }; /* bytes, in each direction; a power of two */

/* Bytes between driver and program; positions only grow, and wrap around at 2^32. */
struct serial_buffer {
	uint32_t head; /* where the next byte goes */
	uint32_t tail; /* from where the next is taken */
	uint8_t bytes[SERIAL_BUFFER];
};

struct serial_kind;

struct serial {
	struct device device;
	const struct serial_kind *kind;
	struct serial_buffer in, out;
	uint64_t lost; /* bytes that came and found no room, as far as can be told */
};

/* serial_console: the node that /chosen stdout-path names, or TREE_NONE. */
tree_node serial_console(void);

/*
 * serial_open: take over a line, set up at 115200 baud if it is off (the PL011's parity and
 * rate stay as the firmware set them up). What came before can be read at once, and signals
 * nothing.
 *
 *  notification  right WRITE; its badge are the bits of the line's interrupt
 *  returns       ST_OK; ST_NOT_SUPPORTED: no such line is known here; others as device_open
 *                and irq_bind
 */
status_t serial_open(tree_node node, cptr_t notification, struct serial *line);

/* serial_open_device: the same for a device that is open, or adopted. `compatible` names it. */
status_t serial_open_device(const struct device *device, const char *compatible,
	cptr_t notification, struct serial *line);

/* serial_close: what was not sent yet is lost. */
void serial_close(struct serial *line);

/*
 * serial_interrupt: move bytes between the line and its buffers, and let the next interrupt
 * come. After each signal of its bits.
 */
void serial_interrupt(struct serial *line);

/* serial_write: send some bytes; returns how many there was room for. */
size_t serial_write(struct serial *line, const void *bytes, size_t size);

/* serial_read: take bytes that have come; returns how many. */
size_t serial_read(struct serial *line, void *bytes, size_t size);

/* serial_room: how many bytes serial_write() would take. */
size_t serial_room(const struct serial *line);

/* serial_unsent: how many bytes wait to be sent; those in the device's own FIFO do not count. */
size_t serial_unsent(const struct serial *line);

#ifdef __cplusplus
}
#endif
