/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Arm PL011 (DDI 0183), as firmware or QEMU left it configured. */
#include "mmio.h"
#include "platform.h"

enum pl011_reg {
	UARTDR = 0x00, /* rw  data */
	UARTFR = 0x18, /* ro  flags */
};

enum { FR_BUSY = 1 << 3, FR_RXFE = 1 << 4, FR_TXFF = 1 << 5 };

void pl011_put(volatile void *base, char c)
{
	while (read32(base, UARTFR) & FR_TXFF)
		;
	write32(base, UARTDR, (uint8_t)c);
}

int pl011_get(volatile void *base)
{
	return read32(base, UARTFR) & FR_RXFE ? -1 : (int)(read32(base, UARTDR) & 0xff);
}

bool pl011_idle(volatile void *base)
{
	return !(read32(base, UARTFR) & FR_BUSY);
}
