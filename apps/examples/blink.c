/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A light on a pin of the Raspberry Pi. An LED with a resistor of 330 ohms goes between header
 * pin 40 (GPIO 21) and pin 39 (ground), the LED's long leg to pin 40.
 *
 *	tools/mkarchive blink.cpio build/release/apps/blink.elf=init
 *	tools/run --board raspi4b --archive blink.cpio
 *
 * Boot arguments: pin=NUMBER, times=NUMBER, ms=NUMBER (of each half).
 *
 * The program holds the whole machine, being the first. What it uses of it is one page of
 * registers: gpio_open() cuts that page out of the device Untyped that has it, makes a VMO of
 * it, and maps the VMO. Nothing else that gpio.c may do wrong can reach beyond that page.
 */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/drivers/gpio.h"
#include "libsys/syscalls.h"

enum { NS_PER_MS = 1000000 };

/* A number from the boot arguments, or what there is without. */
static unsigned number(const char *name, unsigned otherwise)
{
	const char *value;

	return boot_argument(name, &value) ? (unsigned)strtoul(value, NULL, 0) : otherwise;
}

/* Set a level and see that the pin has it. */
static int show(struct gpio *gpio, unsigned pin, int level)
{
	status_t st = gpio_write(gpio, pin, level);

	if (st != ST_OK || gpio_read(gpio, pin) != level) {
		printf("pin %u does not follow: %s\n", pin, status_name(st));
		return 0;
	}
	printf("pin %u is %s\n", pin, level ? "on" : "off");
	return 1;
}

static int blink(struct gpio *gpio, unsigned pin, unsigned times, uint64_t half_ns)
{
	uint64_t next = clock_ns();

	for (unsigned i = 0; i < 2 * times; i++) {
		if (!show(gpio, pin, i % 2 == 0))
			return 1;
		next += half_ns; /* from the last time on, not from now: nothing adds up */
		clock_sleep_until(next);
	}
	return 0;
}

int main(void)
{
	unsigned pin = number("pin", 21), times = number("times", 10), ms = number("ms", 250);
	struct gpio gpio;
	enum gpio_function before;
	status_t st = gpio_open(&gpio);
	int result;

	if (st != ST_OK) {
		printf("no GPIO here: %s\n", status_text(st));
		return 1;
	}
	before = gpio_function(&gpio, pin);
	st = gpio_set_function(&gpio, pin, GPIO_OUTPUT);
	if (st != ST_OK) {
		printf("pin %u: %s; there are 0 to %d\n", pin, status_text(st), GPIO_PINS - 1);
		return 1;
	}
	result = blink(&gpio, pin, times, (uint64_t)ms * NS_PER_MS);
	(void)gpio_set_function(&gpio, pin, before);
	gpio_close(&gpio);
	return result;
}
