/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The mini-UART of the BCM2711's AUX block (BCM2711 ARM Peripherals, "UART1"; its page of
 * errata: the interrupt enables are those of a 16550, bit 0 for receiving, bit 1 for sending).
 * The block's own enables stand in the same page below it.
 */
#include "libsys/drivers/mmio.h"
#include "serial.h"

enum mini_uart_reg {
	AUX_MU_IO = 0x00,   /* rw  data */
	AUX_MU_IER = 0x04,  /* rw  interrupt enables */
	AUX_MU_IIR = 0x08,  /* rw  writing: clear FIFOs */
	AUX_MU_LCR = 0x0c,  /* rw  line control */
	AUX_MU_LSR = 0x14,  /* ro  line status */
	AUX_MU_CNTL = 0x20, /* rw  receiver and transmitter on */
	AUX_MU_BAUD = 0x28, /* rw  divisor */
};

enum {
	AUX_ENABLES = 0x3c, /* so far below AUX_MU_IO: the block's enables */
	ENABLES_UART = 1 << 0,
	IER_RECEIVE = 1 << 0,
	IER_SEND = 1 << 1,
	IIR_CLEAR_BOTH = 3 << 1,
	LCR_8_BITS = 3,
	LSR_DATA_READY = 1 << 0,
	LSR_OVERRUN = 1 << 1,
	LSR_TX_EMPTY = 1 << 5,
	CNTL_BOTH_ON = 3,
	SAMPLES = 8, /* clocks in a bit, by a divisor of 1 */
};

static void start(volatile void *registers, uint32_t clock)
{
	volatile void *enables = (volatile char *)registers - AUX_ENABLES;
	uint32_t on = mmio_read32(enables, 0);

	if (on & ENABLES_UART || clock == 0)
		return;
	mmio_write32(enables, 0, on | ENABLES_UART);
	mmio_write32(registers, AUX_MU_IER, 0);
	mmio_write32(registers, AUX_MU_CNTL, 0);
	mmio_write32(registers, AUX_MU_LCR, LCR_8_BITS);
	mmio_write32(registers, AUX_MU_IIR, IIR_CLEAR_BOTH);
	mmio_write32(registers, AUX_MU_BAUD, clock / (SAMPLES * SERIAL_BAUD) - 1);
	mmio_write32(registers, AUX_MU_CNTL, CNTL_BOTH_ON);
}

static int get(volatile void *registers)
{
	uint32_t status = mmio_read32(registers, AUX_MU_LSR);

	if (!(status & LSR_DATA_READY))
		return SERIAL_NONE;
	return (int)(mmio_read32(registers, AUX_MU_IO) & 0xff) |
		(status & LSR_OVERRUN ? SERIAL_LOST : 0);
}

static int put(volatile void *registers, uint8_t byte)
{
	if (!(mmio_read32(registers, AUX_MU_LSR) & LSR_TX_EMPTY))
		return 0;
	mmio_write32(registers, AUX_MU_IO, byte);
	return 1;
}

static void interrupt_when(volatile void *registers, int receive, int room)
{
	mmio_write32(
		registers, AUX_MU_IER, (receive ? IER_RECEIVE : 0) | (room ? IER_SEND : 0));
}

const struct serial_kind serial_mini_uart = {
	"brcm,bcm2835-aux-uart", start, get, put, interrupt_when};
