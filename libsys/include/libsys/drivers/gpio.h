/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The BCM2711's 58 GPIO pins (BCM2711 ARM Peripherals, "General Purpose I/O";
 * "brcm,bcm2711-gpio"). Pulls are set as this chip has it, by two bits for each pin, not by
 * the older chips' clocked sequence. A pin is a number of the chip's, as in GPIO 14.
 */
#pragma once

#include "libsys/drivers/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GPIO_PINS = 58 };

enum gpio_function {
	GPIO_INPUT = 0,
	GPIO_OUTPUT = 1,
	GPIO_ALT0 = 4,
	GPIO_ALT1 = 5,
	GPIO_ALT2 = 6,
	GPIO_ALT3 = 7,
	GPIO_ALT4 = 3,
	GPIO_ALT5 = 2,
};

enum gpio_pull {
	GPIO_PULL_NONE = 0,
	GPIO_PULL_UP = 1,
	GPIO_PULL_DOWN = 2,
};

struct gpio {
	struct device device;
};

/* gpio_open: ST_OK; ST_NOT_FOUND: this machine has none; others as device_open. */
status_t gpio_open(struct gpio *gpio);
void gpio_close(struct gpio *gpio);

/*
 * gpio_set_function, gpio_set_pull, gpio_write: what a pin is for, what pulls it while nobody
 * drives it, and the level of an output.
 *
 *  returns  ST_OK; ST_OUT_OF_RANGE: no such pin, function or pull
 *
 * The registers of a function hold ten pins: one thread at a time changes them.
 */
status_t gpio_set_function(struct gpio *gpio, unsigned pin, enum gpio_function function);
status_t gpio_set_pull(struct gpio *gpio, unsigned pin, enum gpio_pull pull);
status_t gpio_write(struct gpio *gpio, unsigned pin, int level);

/* The same read back; gpio_read: the level at the pin. 0 for a pin that is none. */
enum gpio_function gpio_function(struct gpio *gpio, unsigned pin);
enum gpio_pull gpio_pull(struct gpio *gpio, unsigned pin);
int gpio_read(struct gpio *gpio, unsigned pin);

#ifdef __cplusplus
}
#endif
