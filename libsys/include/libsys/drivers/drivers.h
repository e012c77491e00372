/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Which drivers there are: a line for each, by the `compatible` that it serves.
 */
#pragma once

#include "libsys/device_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

enum driver_kind {
	DRIVER_SERIAL,	     /* serial.h */
	DRIVER_VIRTIO,	     /* virtio_blk.h, virtio_net.h: by what is plugged in */
	DRIVER_BLOCK,	     /* sdhci.h */
	DRIVER_MAILBOX,	     /* mailbox.h, framebuffer.h */
	DRIVER_GPIO,	     /* gpio.h */
	DRIVER_SYSTEM_TIMER, /* system_timer.h */
	DRIVER_WATCHDOG,     /* watchdog.h */
};

struct driver {
	const char *compatible;
	enum driver_kind kind;
	const char *name;
};

/* driver_of: what drives the device at a node; NULL: nothing here does. */
const struct driver *driver_of(tree_node node);

/* driver_next_device: the next enabled node behind `after` that something here drives. */
tree_node driver_next_device(tree_node after);

#ifdef __cplusplus
}
#endif
