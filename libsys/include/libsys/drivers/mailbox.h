/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The Raspberry Pi's mailbox: questions to the firmware that runs on the VideoCore ("Mailbox
 * property interface" of the Raspberry Pi documentation, "brcm,bcm2835-mbox").
 *
 * The VideoCore sees the first GiB of memory, at 0xc0000000 uncached: messages lie there, in
 * memory that the CPU does not cache either. Calls wait for the answer, by interrupt. One thread
 * at a time.
 */
#pragma once

#include "libsys/drivers/device.h"
#include "libsys/drivers/dma.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mailbox_tag {
	MAILBOX_BOARD_REVISION = 0x00010002,
	MAILBOX_ARM_MEMORY = 0x00010005,	/* out: base, size in bytes */
	MAILBOX_VIDEOCORE_MEMORY = 0x00010006,	/* the same */
	MAILBOX_CLOCK_RATE = 0x00030002,	/* in: enum mailbox_clock; out: that, Hz */
	MAILBOX_TEMPERATURE = 0x00030006,	/* in: 0; out: 0, thousandths of a degree */
	MAILBOX_TEMPERATURE_MAX = 0x0003000a,	/* the same */
	MAILBOX_FRAMEBUFFER = 0x00040001,	/* in: alignment; out: bus address, size */
	MAILBOX_PITCH = 0x00040008,		/* out: bytes in a line */
	MAILBOX_SET_PHYSICAL_SIZE = 0x00048003, /* in, out: width, height */
	MAILBOX_SET_VIRTUAL_SIZE = 0x00048004,
	MAILBOX_SET_DEPTH = 0x00048005,	      /* bits of a pixel */
	MAILBOX_SET_PIXEL_ORDER = 0x00048006, /* 0: BGR, 1: RGB */
	MAILBOX_SET_VIRTUAL_OFFSET = 0x00048009,
};

enum mailbox_clock {
	MAILBOX_CLOCK_EMMC = 1,
	MAILBOX_CLOCK_UART = 2,
	MAILBOX_CLOCK_ARM = 3,
	MAILBOX_CLOCK_CORE = 4,
	MAILBOX_CLOCK_EMMC2 = 12,
};

enum { MAILBOX_VALUES_MAX = 4, MAILBOX_LIMIT = 1 << 30 };

/* One question: what goes in, and then what came out. */
struct mailbox_question {
	uint32_t tag; /* enum mailbox_tag, or another of the documentation's */
	uint32_t values[MAILBOX_VALUES_MAX];
	unsigned count; /* of values that there is room for: the larger of in and out */
	int is_answered;
};

struct mailbox {
	struct device device;
	struct device_wait wait;
	struct dma message;
	int is_lost;
};

/*
 * mailbox_open: take over the mailbox.
 *
 *  memory   below MAILBOX_LIMIT (dma_pool_create); a page
 *  returns  ST_OK; ST_NOT_FOUND: this machine has none; ST_INVALID_ARGS: not below the limit;
 *           others as device_open, dma_alloc
 */
status_t mailbox_open(const struct dma_pool *memory, struct mailbox *mailbox);

void mailbox_close(struct mailbox *mailbox);

/*
 * mailbox_ask: ask some questions at once, which the firmware answers in their order.
 *
 *  returns  ST_OK: see each is_answered
 *           ST_OUT_OF_RANGE  more than the message has room for, or than MAILBOX_VALUES_MAX
 *           ST_IO            the firmware takes the message for malformed
 *           ST_TIMED_OUT     it does not answer. From then on ST_BAD_STATE
 */
status_t mailbox_ask(
	struct mailbox *mailbox, struct mailbox_question *questions, unsigned count);

/*
 * mailbox_value: one question with one answer: value number `which` of it.
 *
 *  argument  the first value that goes in
 *  returns   as mailbox_ask, and ST_NOT_SUPPORTED: not answered
 */
status_t mailbox_value(struct mailbox *mailbox, enum mailbox_tag tag, uint32_t argument,
	unsigned which, uint32_t *value_out);

#ifdef __cplusplus
}
#endif
