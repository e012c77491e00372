/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Arm PL011 (DDI 0183). Firmware, U-Boot and QEMU hand it over in use; if not, it is set up. */
#include "mmio.h"
#include "platform.h"

enum pl011_reg {
	UARTDR = 0x00,	  /* rw  data */
	UARTFR = 0x18,	  /* ro  flags */
	UARTIBRD = 0x24,  /* rw  baud rate divisor, whole part */
	UARTFBRD = 0x28,  /* rw  and 64ths; taken over when UARTLCR_H is written */
	UARTLCR_H = 0x2c, /* rw  line control */
	UARTCR = 0x30,	  /* rw  control */
};

enum {
	FR_BUSY = 1 << 3,
	FR_RXFE = 1 << 4,
	FR_TXFF = 1 << 5,
	LCR_FIFO = 1 << 4,
	LCR_8_BITS = 3 << 5,
	CR_ENABLE = 1 << 0,
	CR_TX = 1 << 8,
	CR_RX = 1 << 9,
	BAUD_RATE = 115200,
};

/* `clock` in Hz, 0 if the tree does not say: then a UART that is off stays as it is. */
void pl011_init(volatile void *base, uint32_t clock)
{
	uint32_t divisor = (uint32_t)(((uint64_t)clock * 4 + BAUD_RATE / 2) / BAUD_RATE);

	if (clock == 0 || (read32(base, UARTCR) & CR_ENABLE))
		return;
	write32(base, UARTCR, 0);
	write32(base, UARTIBRD, divisor >> 6);
	write32(base, UARTFBRD, divisor & 63);
	write32(base, UARTLCR_H, LCR_8_BITS | LCR_FIFO);
	write32(base, UARTCR, CR_ENABLE | CR_TX | CR_RX);
}

bool pl011_has_room(volatile void *base)
{
	return !(read32(base, UARTFR) & FR_TXFF);
}

void pl011_put(volatile void *base, char c)
{
	for (int polls = 0; !pl011_has_room(base); polls++)
		if (polls == UART_POLLS_MAX)
			return;
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
