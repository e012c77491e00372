/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Bringing the board's devices up, and their drivers' own interfaces.
 */
#pragma once

#include "board.h"

/* Each takes its part of the board, maps its registers and makes its contract work. */
void console_init(const struct board *board);
void gic_init(const struct board *board);
void cpus_init(const struct board *board);
void power_init(const struct board *board);

/*
 * UARTs: console.c picks by kind. A put waits until there is room, but not for ever: on a UART
 * that nobody switched on the byte is dropped.
 */
enum { UART_POLLS_MAX = 1000000 };
void pl011_init(volatile void *base, uint32_t clock);
bool pl011_has_room(volatile void *base);
void pl011_put(volatile void *base, char c);
int pl011_get(volatile void *base);
bool pl011_idle(volatile void *base);
bool mini_uart_has_room(volatile void *base);
void mini_uart_put(volatile void *base, char c);
int mini_uart_get(volatile void *base);
bool mini_uart_idle(volatile void *base);

/* PSCI (Arm DEN0022): its calls, by the conduit that the tree names. */
void psci_init(enum psci_conduit conduit);
bool psci_cpu_on(uint64_t id, uint64_t entry);
void psci_system_off(void);

/* The spin table of the Devicetree Specification, section "cpu nodes". */
void spin_table_release(uint64_t release_address, uint64_t entry);

/* The Pi's power manager, by which its firmware is asked to halt. */
enum { BCM2835_PM_SIZE = 0x28 };
void bcm2835_pm_off(volatile void *base);
