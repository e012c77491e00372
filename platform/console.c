/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/console.h"

#include "arch/kmap.h"

#include "platform.h"

/* The registers that the drivers use, whatever size the tree gives. */
enum { UART_SIZE = 0x48 };

static enum uart_kind kind;
static volatile void *uart;

/* What was said before the console was known. */
static char early[PAGE_SIZE];
static size_t early_length;

static void put(char c)
{
	if (kind == UART_PL011)
		pl011_put(uart, c);
	else if (kind == UART_MINI)
		mini_uart_put(uart, c);
	else if (early_length < sizeof(early))
		early[early_length++] = c;
}

void console_write(const char *text, size_t size)
{
	for (; size--; text++) {
		if (*text == '\n' && kind != UART_NONE)
			put('\r');
		put(*text);
	}
}

static bool has_room(void)
{
	if (kind == UART_PL011)
		return pl011_has_room(uart);
	return kind != UART_MINI || mini_uart_has_room(uart);
}

size_t console_write_some(const char *text, size_t size)
{
	size_t done = 0;

	while (done < size && has_room())
		console_write(&text[done++], 1);
	return done;
}

int console_read(void)
{
	switch (kind) {
	case UART_PL011:
		return pl011_get(uart);
	case UART_MINI:
		return mini_uart_get(uart);
	default:
		return -1;
	}
}

void console_flush(void)
{
	for (int polls = 0; polls < UART_POLLS_MAX; polls++)
		if ((kind == UART_PL011 && pl011_idle(uart)) ||
			(kind == UART_MINI && mini_uart_idle(uart)) || kind == UART_NONE)
			return;
}

void console_init(const struct board *board)
{
	if (board->uart == UART_NONE || kind != UART_NONE)
		return;
	uart = kmap_device(board->uart_registers.base, UART_SIZE);
	if (board->uart == UART_PL011)
		pl011_init(uart, board->uart_clock);
	kind = board->uart;
	console_write(early, early_length);
}
