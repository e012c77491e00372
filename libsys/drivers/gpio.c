/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/gpio.h"

#include "libsys/drivers/mmio.h"

enum gpio_reg {
	GPFSEL0 = 0x00,	  /* rw  functions, three bits for each of ten pins */
	GPSET0 = 0x1c,	  /* wo  a bit for each of 32 pins */
	GPCLR0 = 0x28,	  /* wo */
	GPLEV0 = 0x34,	  /* ro */
	PUP_PDN_0 = 0xe4, /* rw  pulls, two bits for each of 16 pins */
};

/* Where a pin's bits are, in registers that hold them for some pins each. */
struct field {
	uint32_t reg, shift, mask;
};

static struct field field_of(enum gpio_reg first, unsigned pin, unsigned pins, unsigned bits)
{
	return (struct field){
		(uint32_t)first + pin / pins * (uint32_t)sizeof(uint32_t),
		pin % pins * bits,
		(UINT32_C(1) << bits) - 1,
	};
}

static struct field function_field(unsigned pin)
{
	return field_of(GPFSEL0, pin, 10, 3);
}

static struct field pull_field(unsigned pin)
{
	return field_of(PUP_PDN_0, pin, 16, 2);
}

static uint32_t get_field(struct gpio *gpio, struct field field)
{
	return mmio_read32(gpio->device.registers, field.reg) >> field.shift & field.mask;
}

static void set_field(struct gpio *gpio, struct field field, uint32_t value)
{
	uint32_t rest =
		mmio_read32(gpio->device.registers, field.reg) & ~(field.mask << field.shift);

	mmio_write32(gpio->device.registers, field.reg, rest | value << field.shift);
}

status_t gpio_open(struct gpio *gpio)
{
	tree_node node = tree_next_compatible(TREE_ROOT, "brcm,bcm2711-gpio");

	return node < 0 ? ST_NOT_FOUND : device_open(node, &gpio->device);
}

void gpio_close(struct gpio *gpio)
{
	device_close(&gpio->device);
}

status_t gpio_set_function(struct gpio *gpio, unsigned pin, enum gpio_function function)
{
	if (pin >= GPIO_PINS || (unsigned)function > function_field(pin).mask)
		return ST_OUT_OF_RANGE;
	set_field(gpio, function_field(pin), function);
	return ST_OK;
}

status_t gpio_set_pull(struct gpio *gpio, unsigned pin, enum gpio_pull pull)
{
	if (pin >= GPIO_PINS || (unsigned)pull > GPIO_PULL_DOWN)
		return ST_OUT_OF_RANGE;
	set_field(gpio, pull_field(pin), pull);
	return ST_OK;
}

status_t gpio_write(struct gpio *gpio, unsigned pin, int level)
{
	struct field field = field_of(level ? GPSET0 : GPCLR0, pin, 32, 1);

	if (pin >= GPIO_PINS)
		return ST_OUT_OF_RANGE;
	mmio_write32(gpio->device.registers, field.reg, UINT32_C(1) << field.shift);
	return ST_OK;
}

enum gpio_function gpio_function(struct gpio *gpio, unsigned pin)
{
	return pin < GPIO_PINS ? (enum gpio_function)get_field(gpio, function_field(pin)) :
				 GPIO_INPUT;
}

enum gpio_pull gpio_pull(struct gpio *gpio, unsigned pin)
{
	return pin < GPIO_PINS ? (enum gpio_pull)get_field(gpio, pull_field(pin)) :
				 GPIO_PULL_NONE;
}

int gpio_read(struct gpio *gpio, unsigned pin)
{
	return pin < GPIO_PINS && get_field(gpio, field_of(GPLEV0, pin, 32, 1));
}
