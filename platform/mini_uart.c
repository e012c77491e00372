/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The mini-UART of the BCM2711's AUX block (BCM2711 peripherals, "UART1"), as firmware set
 * it up.
 */
#include "mmio.h"
#include "platform.h"

enum mini_uart_reg {
	AUX_MU_IO = 0x00,  /* rw  data */
	AUX_MU_LSR = 0x14, /* ro  line status */
};

enum { LSR_DATA_READY = 1 << 0, LSR_TX_EMPTY = 1 << 5, LSR_TX_IDLE = 1 << 6 };

bool mini_uart_has_room(volatile void *base)
{
	return read32(base, AUX_MU_LSR) & LSR_TX_EMPTY;
}

void mini_uart_put(volatile void *base, char c)
{
	for (int polls = 0; !mini_uart_has_room(base); polls++)
		if (polls == UART_POLLS_MAX)
			return;
	write32(base, AUX_MU_IO, (uint8_t)c);
}

int mini_uart_get(volatile void *base)
{
	return read32(base, AUX_MU_LSR) & LSR_DATA_READY ?
		(int)(read32(base, AUX_MU_IO) & 0xff) :
		-1;
}

bool mini_uart_idle(volatile void *base)
{
	return read32(base, AUX_MU_LSR) & LSR_TX_IDLE;
}
