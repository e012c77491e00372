/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/framebuffer.h"

#include <string.h>

#include "font.h"
#include "libsys/drivers/mmio.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

enum {
	DEPTH = 32,
	ORDER_BGR = 0, /* blue in the lowest byte */
	SCALE = 2,     /* pixels of the screen for each of a glyph */
	TAB = 8,
	BUS_MASK = 0x3fffffff, /* the VideoCore sees memory four times, cached in other ways */
};

/* All in one message: the firmware makes the picture when it has seen all wishes. */
static status_t ask_firmware(struct mailbox *mailbox, unsigned width, unsigned height,
	struct tree_range *range_out, unsigned *pitch_out)
{
	enum { FRAMEBUFFER = 5, PITCH = 6, COUNT = 7 };
	struct mailbox_question questions[COUNT] = {
		{.tag = MAILBOX_SET_PHYSICAL_SIZE, .values = {width, height}, .count = 2},
		{.tag = MAILBOX_SET_VIRTUAL_SIZE, .values = {width, height}, .count = 2},
		{.tag = MAILBOX_SET_VIRTUAL_OFFSET, .values = {0, 0}, .count = 2},
		{.tag = MAILBOX_SET_DEPTH, .values = {DEPTH}, .count = 1},
		{.tag = MAILBOX_SET_PIXEL_ORDER, .values = {ORDER_BGR}, .count = 1},
		{.tag = MAILBOX_FRAMEBUFFER, .values = {PAGE_SIZE}, .count = 2},
		{.tag = MAILBOX_PITCH, .count = 1},
	};
	status_t st = mailbox_ask(mailbox, questions, COUNT);

	if (st != ST_OK)
		return st;
	for (unsigned i = 0; i < COUNT; i++)
		if (!questions[i].is_answered)
			return ST_NOT_SUPPORTED;
	range_out->base = questions[FRAMEBUFFER].values[0] & BUS_MASK;
	range_out->size = questions[FRAMEBUFFER].values[1];
	*pitch_out = questions[PITCH].values[0];
	/* What it gave is what was asked for, or it cannot do that. */
	return questions[0].values[0] == width && questions[0].values[1] == height &&
			questions[3].values[0] == DEPTH && *pitch_out >= width * 4 &&
			range_out->size >= (uint64_t)*pitch_out * height ?
		ST_OK :
		ST_NOT_SUPPORTED;
}

/* The memory is the VideoCore's, none of the machine's RAM: a device Untyped has it. */
static status_t map_pixels(struct tree_range range, struct framebuffer *framebuffer)
{
	uint64_t offset, page;
	status_t st = device_memory_take(
		range, VMO_CACHE_WRITE_COMBINING, &framebuffer->memory, &offset);

	if (st != ST_OK)
		return st;
	page = offset & ~(uint64_t)(PAGE_SIZE - 1);
	framebuffer->mapped = 0;
	framebuffer->mapped_size =
		(offset - page + range.size + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
	st = vspace_map(ROOT_SLOT_VSPACE, framebuffer->memory, page, framebuffer->mapped_size,
		VSPACE_READ | VSPACE_WRITE, &framebuffer->mapped);
	if (st != ST_OK)
		device_memory_give_back(framebuffer->memory);
	framebuffer->pixels = (volatile void *)(framebuffer->mapped + (offset - page));
	return st;
}

status_t framebuffer_open(struct mailbox *mailbox, unsigned width, unsigned height,
	struct framebuffer *framebuffer)
{
	struct tree_range range;
	unsigned pitch;
	status_t st = ask_firmware(mailbox, width, height, &range, &pitch);

	if (st == ST_OK)
		st = map_pixels(range, framebuffer);
	if (st != ST_OK)
		return st;
	framebuffer->width = width;
	framebuffer->height = height;
	framebuffer->pitch = pitch / (unsigned)sizeof(uint32_t);
	framebuffer_fill(framebuffer, 0, 0, width, height, 0);
	return ST_OK;
}

void framebuffer_close(struct framebuffer *framebuffer)
{
	(void)vspace_unmap(ROOT_SLOT_VSPACE, framebuffer->mapped, framebuffer->mapped_size);
	device_memory_give_back(framebuffer->memory);
}

static unsigned cut(unsigned from, unsigned size, unsigned end)
{
	if (from >= end)
		return 0;
	return size < end - from ? size : end - from;
}

void framebuffer_fill(struct framebuffer *framebuffer, unsigned x, unsigned y, unsigned width,
	unsigned height, uint32_t colour)
{
	width = cut(x, width, framebuffer->width);
	height = cut(y, height, framebuffer->height);
	for (unsigned line = 0; line < height; line++) {
		volatile uint32_t *at =
			framebuffer->pixels + (size_t)(y + line) * framebuffer->pitch + x;

		for (unsigned i = 0; i < width; i++)
			at[i] = colour;
	}
	dma_wmb(); /* shown from here on */
}

/* One character: a glyph at twice its size, and a pixel of paper to the right and below. */
static void draw(struct screen *screen, unsigned column, unsigned row)
{
	const uint8_t *glyph = font_glyph(screen->text[row][column]);
	volatile uint32_t *at = screen->framebuffer->pixels +
		(size_t)row * SCREEN_CELL_HEIGHT * screen->framebuffer->pitch +
		(size_t)column * SCREEN_CELL_WIDTH;

	for (unsigned y = 0; y < SCREEN_CELL_HEIGHT; y++, at += screen->framebuffer->pitch) {
		unsigned bits = y / SCALE < FONT_HEIGHT ? glyph[y / SCALE] : 0;

		for (unsigned x = 0; x < SCREEN_CELL_WIDTH; x++) {
			unsigned bit = x / SCALE;
			int is_ink = bit < FONT_WIDTH && bits >> (FONT_WIDTH - 1 - bit) & 1;

			at[x] = is_ink ? screen->ink : screen->paper;
		}
	}
}

void screen_open(
	struct framebuffer *framebuffer, uint32_t ink, uint32_t paper, struct screen *screen)
{
	memset(screen, ' ', sizeof(*screen));
	screen->framebuffer = framebuffer;
	screen->columns = cut(0, framebuffer->width / SCREEN_CELL_WIDTH, SCREEN_COLUMNS_MAX);
	screen->rows = cut(0, framebuffer->height / SCREEN_CELL_HEIGHT, SCREEN_ROWS_MAX);
	screen->column = screen->row = 0;
	screen->ink = ink;
	screen->paper = paper;
	framebuffer_fill(framebuffer, 0, 0, framebuffer->width, framebuffer->height, paper);
}

/* The text is kept, since reading pixels is slow: all of it is drawn again. */
static void scroll(struct screen *screen)
{
	memmove(screen->text[0], screen->text[1], sizeof(screen->text[0]) * (screen->rows - 1));
	memset(screen->text[screen->rows - 1], ' ', sizeof(screen->text[0]));
	for (unsigned row = 0; row < screen->rows; row++)
		for (unsigned column = 0; column < screen->columns; column++)
			draw(screen, column, row);
}

static void new_line(struct screen *screen)
{
	screen->column = 0;
	if (++screen->row == screen->rows) {
		screen->row--;
		scroll(screen);
	}
}

static void put(struct screen *screen, char c)
{
	if (screen->column == screen->columns)
		new_line(screen);
	screen->text[screen->row][screen->column] = c;
	draw(screen, screen->column, screen->row);
	screen->column++;
}

static void put_any(struct screen *screen, char c)
{
	if (c == '\n')
		new_line(screen);
	else if (c == '\r')
		screen->column = 0;
	else if (c == '\b')
		screen->column -= screen->column > 0;
	else if (c == '\t')
		do
			put(screen, ' ');
		while (screen->column % TAB != 0);
	else
		put(screen, c >= ' ' && c <= '~' ? c : '?');
}

/* On a picture that is smaller than a character nothing shows. */
void screen_write(struct screen *screen, const char *text, size_t size)
{
	if (screen->columns == 0 || screen->rows == 0)
		return;
	while (size--)
		put_any(screen, *text++);
	dma_wmb(); /* shown from here on */
}
