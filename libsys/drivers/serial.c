/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "serial.h"

#include <string.h>

#include "libsys/drivers/mmio.h"

static const struct serial_kind *const kinds[] = {&serial_pl011, &serial_mini_uart};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

_Static_assert((SERIAL_BUFFER & (SERIAL_BUFFER - 1)) == 0, "positions wrap around at 2^32");

static uint32_t used(const struct serial_buffer *buffer)
{
	return buffer->head - buffer->tail;
}

static void append(struct serial_buffer *buffer, uint8_t byte)
{
	buffer->bytes[buffer->head++ % SERIAL_BUFFER] = byte;
}

static uint8_t first(const struct serial_buffer *buffer)
{
	return buffer->bytes[buffer->tail % SERIAL_BUFFER];
}

tree_node serial_console(void)
{
	const char *path = tree_text(tree_find("/chosen"), "stdout-path");

	return path ? tree_find(path) : TREE_NONE;
}

/* The first of `clocks`; a gate has none of its own and stands for what it divides. */
static uint32_t clock_of(tree_node node)
{
	uint32_t rate = tree_clock(node, 0), phandle;

	if (!rate && tree_cell(node, "clocks", 0, &phandle))
		rate = tree_clock(tree_of_phandle(phandle), 0);
	return rate;
}

/* Interrupts for receiving stay off while there is no room: the device holds the sender up. */
static void choose_interrupts(struct serial *line)
{
	line->kind->interrupt_when(
		line->device.registers, used(&line->in) < SERIAL_BUFFER, used(&line->out) > 0);
}

static void receive(struct serial *line)
{
	int got;

	while (used(&line->in) < SERIAL_BUFFER &&
		(got = line->kind->get(line->device.registers)) != SERIAL_NONE) {
		line->lost += (got & SERIAL_LOST) != 0;
		append(&line->in, (uint8_t)got);
	}
}

static void send(struct serial *line)
{
	while (used(&line->out) > 0 &&
		line->kind->put(line->device.registers, first(&line->out)))
		line->out.tail++;
}

status_t serial_open_device(const struct device *device, const char *compatible,
	cptr_t notification, struct serial *line)
{
	const struct serial_kind *kind = NULL;
	status_t st;

	for (unsigned i = 0; i < KINDS; i++)
		if (strcmp(kinds[i]->compatible, compatible) == 0)
			kind = kinds[i];
	if (!kind)
		return ST_NOT_SUPPORTED;
	memset(line, 0, sizeof(*line));
	line->device = *device;
	line->kind = kind;
	kind->start(device->registers, clock_of(device->node));
	st = device_bind(&line->device, notification);
	if (st == ST_OK) {
		receive(line); /* what has come before signals no more */
		choose_interrupts(line);
	}
	return st;
}

status_t serial_open(tree_node node, cptr_t notification, struct serial *line)
{
	struct device device;
	status_t st;

	for (unsigned i = 0; i < KINDS; i++) {
		if (!tree_is_compatible(node, kinds[i]->compatible))
			continue;
		st = device_open(node, &device);
		if (st != ST_OK)
			return st;
		st = serial_open_device(&device, kinds[i]->compatible, notification, line);
		if (st != ST_OK)
			device_close(&device);
		return st;
	}
	return ST_NOT_SUPPORTED;
}

void serial_close(struct serial *line)
{
	line->kind->interrupt_when(line->device.registers, 0, 0);
	device_close(&line->device);
}

void serial_interrupt(struct serial *line)
{
	receive(line);
	send(line);
	choose_interrupts(line);
	device_ack(&line->device);
}

size_t serial_write(struct serial *line, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	size_t taken = 0;

	while (taken < size && used(&line->out) < SERIAL_BUFFER)
		append(&line->out, from[taken++]);
	send(line);
	choose_interrupts(line);
	return taken;
}

size_t serial_read(struct serial *line, void *bytes, size_t size)
{
	uint8_t *to = bytes;
	size_t taken = 0;

	while (taken < size && used(&line->in) > 0) {
		to[taken++] = first(&line->in);
		line->in.tail++;
	}
	choose_interrupts(line);
	return taken;
}

size_t serial_room(const struct serial *line)
{
	return SERIAL_BUFFER - used(&line->out);
}

size_t serial_unsent(const struct serial *line)
{
	return used(&line->out);
}
