/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What serial.c asks of each kind of line.
 */
#pragma once

#include "libsys/drivers/serial.h"

enum { SERIAL_NONE = -1, SERIAL_LOST = 0x100, SERIAL_BAUD = 115200 };

struct serial_kind {
	const char *compatible;

	/* Set it up if it is off; no interrupt is left over. `clock` in Hz; 0: not known. */
	void (*start)(volatile void *registers, uint32_t clock);

	/* The next byte that came, with SERIAL_LOST if others were lost before it, or NONE. */
	int (*get)(volatile void *registers);

	/* Send a byte; 0 if there is no room. */
	int (*put)(volatile void *registers, uint8_t byte);

	/* Interrupt when bytes come, and when there is room; neither. */
	void (*interrupt_when)(volatile void *registers, int receive, int room);
};

extern const struct serial_kind serial_pl011, serial_mini_uart;
