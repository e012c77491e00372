/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/drivers.h"

#include <libfdt.h>

static const struct driver drivers[] = {
	{"arm,pl011", DRIVER_SERIAL, "PL011"},
	{"brcm,bcm2835-aux-uart", DRIVER_SERIAL, "mini-UART"},
	{"virtio,mmio", DRIVER_VIRTIO, "virtio-mmio"},
	{"brcm,bcm2711-emmc2", DRIVER_BLOCK, "SD host controller"},
	{"brcm,bcm2835-sdhci", DRIVER_BLOCK, "SD host controller"},
	{"brcm,bcm2835-mbox", DRIVER_MAILBOX, "mailbox"},
	{"brcm,bcm2711-gpio", DRIVER_GPIO, "GPIO"},
	{"brcm,bcm2835-system-timer", DRIVER_SYSTEM_TIMER, "system timer"},
	{"brcm,bcm2835-pm-wdt", DRIVER_WATCHDOG, "watchdog"},
};

const struct driver *driver_of(tree_node node)
{
	for (unsigned i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (tree_is_compatible(node, drivers[i].compatible))
			return &drivers[i];
	return NULL;
}

tree_node driver_next_device(tree_node after)
{
	tree_node node = after;

	do
		node = fdt_next_node(device_tree(NULL), node, NULL);
	while (node >= 0 && !(tree_is_enabled(node) && driver_of(node)));
	return node;
}
