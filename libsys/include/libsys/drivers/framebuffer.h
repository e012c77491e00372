/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The Pi's screen: a framebuffer that the firmware makes when it is asked through the mailbox,
 * and text on it. Pixels are 0x00rrggbb.
 */
#pragma once

#include "libsys/drivers/mailbox.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	SCREEN_CELL_WIDTH = 12,
	SCREEN_CELL_HEIGHT = 16,
	SCREEN_COLUMNS_MAX = 160, /* 1920 pixels */
	SCREEN_ROWS_MAX = 68,	  /* 1088 */
};

struct framebuffer {
	volatile uint32_t *pixels;
	unsigned width, height;
	unsigned pitch; /* pixels from one line to the next */
	cptr_t memory;
	uaddr_t mapped;
	size_t mapped_size;
};

/*
 * framebuffer_open: have the firmware show a picture of that size, which begins black.
 *
 *  returns  ST_OK; ST_NOT_SUPPORTED: the firmware does not, or its memory cannot be mapped;
 *           others as mailbox_ask and vspace_map
 */
status_t framebuffer_open(struct mailbox *mailbox, unsigned width, unsigned height,
	struct framebuffer *framebuffer);

/* framebuffer_close: the firmware goes on showing what is there. */
void framebuffer_close(struct framebuffer *framebuffer);

/* framebuffer_fill: a rectangle, as much of it as is within the picture. */
void framebuffer_fill(struct framebuffer *framebuffer, unsigned x, unsigned y, unsigned width,
	unsigned height, uint32_t colour);

/* Text in cells, from the top; the lines move up when the last is full. */
struct screen {
	struct framebuffer *framebuffer;
	unsigned columns, rows;
	unsigned column, row; /* where the next character goes */
	uint32_t ink, paper;
	char text[SCREEN_ROWS_MAX][SCREEN_COLUMNS_MAX];
};

/* screen_open: clear the picture, and write on it from now on. */
void screen_open(
	struct framebuffer *framebuffer, uint32_t ink, uint32_t paper, struct screen *screen);

/*
 * screen_write: printable ASCII, line ends, carriage returns, backspaces and tabs; other bytes
 * show as '?'.
 */
void screen_write(struct screen *screen, const char *text, size_t size);

#ifdef __cplusplus
}
#endif
