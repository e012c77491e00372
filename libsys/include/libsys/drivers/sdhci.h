/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The SD card behind an SD host controller (SD Host Controller Simplified Specification 3.00):
 * the BCM2711's EMMC2 ("brcm,bcm2711-emmc2"), where a Raspberry Pi 4 has its card, and the older
 * controller ("brcm,bcm2835-sdhci"), where QEMU's raspi4b has it. The card is driven at 25 MHz
 * by four wires, data through the controller's own buffer, by interrupt.
 */
#pragma once

#include "libsys/drivers/block.h"
#include "libsys/drivers/device.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sdhci {
	struct block block; /* to use it by */
	struct device device;
	struct device_wait wait;
	uint32_t clock;	  /* of the controller, in Hz */
	uint32_t address; /* the card's, in the upper half */
	int is_by_sector; /* SDHC: addresses count sectors, not bytes */
	int is_lost;	  /* it did not answer */
};

/*
 * sdhci_find: the controller that has a card in it: EMMC2 first.
 *
 *  returns  TREE_NONE: there is none
 */
tree_node sdhci_find(void);

/*
 * sdhci_open: start controller and card.
 *
 *  returns  ST_OK
 *           ST_NOT_FOUND      no card answers
 *           ST_NOT_SUPPORTED  it is no SD card, or wants another voltage
 *           ST_IO, ST_TIMED_OUT  the card reports an error; it stopped answering
 *           others as device_open
 */
status_t sdhci_open(tree_node node, struct sdhci *card);

#ifdef __cplusplus
}
#endif
