/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/device.h"

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "libsys/slots.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

status_t device_adopt(cptr_t memory, uint64_t offset, struct tree_range range, cptr_t irq,
	struct device *device_out)
{
	uint64_t page = offset & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t size = offset - page + range.size;
	uaddr_t at = 0;
	status_t st = vspace_map(
		ROOT_SLOT_VSPACE, memory, page, size, VSPACE_READ | VSPACE_WRITE, &at);

	if (st != ST_OK)
		return st;
	*device_out = (struct device){
		.registers = (volatile void *)(at + (offset - page)),
		.range = range,
		.memory = memory,
		.irq = irq,
		.node = TREE_NONE,
		.mapped = at,
		.mapped_size = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1),
	};
	return ST_OK;
}

static status_t claim_interrupt(tree_node node, unsigned index, cptr_t *irq_out)
{
	struct tree_interrupt interrupt;
	cptr_t slot;
	status_t st;

	*irq_out = 0;
	if (!tree_interrupt(node, index, &interrupt))
		return ST_OK;
	slot = slot_alloc();
	if (!slot)
		return ST_NO_RESOURCES;
	st = irq_claim(ROOT_SLOT_IRQ_CONTROL, interrupt.line, interrupt.trigger, slot);
	if (st == ST_OK)
		*irq_out = slot;
	else
		slot_free(slot);
	return st;
}

status_t device_open_interrupt(tree_node node, unsigned index, struct device *device_out)
{
	struct tree_range range;
	uint64_t offset;
	cptr_t memory, irq = 0;
	status_t st;

	if (!tree_reg(node, 0, &range))
		return ST_NOT_FOUND;
	st = device_memory_take(range, VMO_CACHE_UNCACHED_DEVICE, &memory, &offset);
	if (st != ST_OK)
		return st;
	st = claim_interrupt(node, index, &irq);
	if (st == ST_OK)
		st = device_adopt(memory, offset, range, irq, device_out);
	if (st != ST_OK) {
		if (irq)
			(void)object_delete(irq);
		device_memory_give_back(memory);
		return st;
	}
	device_out->node = node;
	return ST_OK;
}

status_t device_open(tree_node node, struct device *device_out)
{
	return device_open_interrupt(node, 0, device_out);
}

status_t device_bind(struct device *device, cptr_t notification)
{
	return device->irq ? irq_bind(device->irq, notification) : ST_OK;
}

void device_ack(struct device *device)
{
	if (device->irq)
		(void)irq_ack(device->irq);
}

/* The line holds a copy of the capability that it is bound by. */
static status_t bind_badged(struct device *device, cptr_t notification)
{
	enum { BIT = 1 };
	cptr_t badged = slot_alloc();
	status_t st;

	if (!badged)
		return ST_NO_RESOURCES;
	st = cap_mint(badged, notification, RIGHTS_ALL, BIT);
	if (st == ST_OK)
		st = device_bind(device, badged);
	(void)object_delete(badged);
	return st;
}

status_t device_wait_open(struct device *device, struct device_wait *wait)
{
	status_t st = object_create(OBJECT_NOTIFICATION, 0, &wait->notification);

	if (st != ST_OK)
		return st;
	st = object_create(OBJECT_TIMER, 0, &wait->timer);
	if (st != ST_OK) {
		(void)object_delete(wait->notification);
		return st;
	}
	st = timer_bind(wait->timer, wait->notification);
	if (st == ST_OK)
		st = bind_badged(device, wait->notification);
	if (st != ST_OK)
		device_wait_close(device, wait);
	return st;
}

status_t device_wait(const struct device_wait *wait, uint64_t deadline)
{
	word_t bits;

	return notification_wait_until(wait->notification, wait->timer, deadline, &bits);
}

void device_wait_close(struct device *device, struct device_wait *wait)
{
	(void)device_bind(device, 0);
	(void)object_delete(wait->timer);
	(void)object_delete(wait->notification);
}

void device_close(struct device *device)
{
	(void)vspace_unmap(ROOT_SLOT_VSPACE, device->mapped, device->mapped_size);
	if (device->node == TREE_NONE)
		return;
	if (device->irq)
		(void)object_delete(device->irq);
	device_memory_give_back(device->memory);
}
