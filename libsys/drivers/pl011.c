/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Arm PL011 (DDI 0183). Its transmit interrupt tells that the FIFO has drained below a level,
 * not that it is below: the FIFO is filled first, and only while bytes are left is the
 * interrupt wanted.
 */
#include "libsys/drivers/mmio.h"
#include "serial.h"

enum pl011_reg {
	UARTDR = 0x00,	  /* rw  data, and what was wrong with it */
	UARTFR = 0x18,	  /* ro  flags */
	UARTIBRD = 0x24,  /* rw  baud rate divisor, whole part */
	UARTFBRD = 0x28,  /* rw  and 64ths; taken over when UARTLCR_H is written */
	UARTLCR_H = 0x2c, /* rw  line control */
	UARTCR = 0x30,	  /* rw  control */
	UARTIFLS = 0x34,  /* rw  FIFO levels that interrupt */
	UARTIMSC = 0x38,  /* rw  interrupts that are let through */
	UARTICR = 0x44,	  /* wo  interrupts to clear */
};

enum {
	DR_OVERRUN = 1 << 11,
	FR_RXFE = 1 << 4,
	FR_TXFF = 1 << 5,
	LCR_FIFO = 1 << 4,
	LCR_8_BITS = 3 << 5,
	CR_ENABLE = 1 << 0,
	CR_TX = 1 << 8,
	CR_RX = 1 << 9,
	IFLS_QUARTERS = 1 << 3 | 1 << 0, /* a quarter has come; a quarter is left to send */
	INT_RX = 1 << 4,
	INT_TX = 1 << 5,
	INT_RX_TIMEOUT = 1 << 6, /* bytes below the level wait */
	INT_ERRORS = 0xf << 7,
};

static void start(volatile void *registers, uint32_t clock)
{
	uint32_t divisor = (uint32_t)(((uint64_t)clock * 4 + SERIAL_BAUD / 2) / SERIAL_BAUD);

	mmio_write32(registers, UARTIMSC, 0);
	mmio_write32(registers, UARTIFLS, IFLS_QUARTERS);
	/*
	 * One for bytes can outlive them: QEMU's line keeps it where setting the line up has
	 * emptied the FIFO, and reading nothing does not lower it.
	 */
	mmio_write32(registers, UARTICR, INT_RX | INT_RX_TIMEOUT | INT_ERRORS);
	if (clock == 0 || (mmio_read32(registers, UARTCR) & CR_ENABLE))
		return;
	mmio_write32(registers, UARTIBRD, divisor >> 6);
	mmio_write32(registers, UARTFBRD, divisor & 63);
	mmio_write32(registers, UARTLCR_H, LCR_8_BITS | LCR_FIFO);
	mmio_write32(registers, UARTCR, CR_ENABLE | CR_TX | CR_RX);
}

static int get(volatile void *registers)
{
	uint32_t data;

	if (mmio_read32(registers, UARTFR) & FR_RXFE)
		return SERIAL_NONE;
	data = mmio_read32(registers, UARTDR);
	return (int)(data & 0xff) | (data & DR_OVERRUN ? SERIAL_LOST : 0);
}

static int put(volatile void *registers, uint8_t byte)
{
	if (mmio_read32(registers, UARTFR) & FR_TXFF)
		return 0;
	mmio_write32(registers, UARTDR, byte);
	return 1;
}

static void interrupt_when(volatile void *registers, int receive, int room)
{
	mmio_write32(registers, UARTIMSC,
		(receive ? INT_RX | INT_RX_TIMEOUT : 0) | (room ? INT_TX : 0));
}

const struct serial_kind serial_pl011 = {"arm,pl011", start, get, put, interrupt_when};
