/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Virtio-mmio and split virtqueues. A queue's memory is laid out as legacy devices want it,
 * which modern ones do not mind:
 *
 *	page 0   descriptors, 16 bytes each | avail: flags, index, ring
 *	page 1   used: flags, index, ring
 */
#include "libsys/drivers/virtio.h"

#include <string.h>

#include "libsys/clock.h"
#include "libsys/drivers/mmio.h"

enum virtio_reg {
	MAGIC = 0x000,		   /* ro  "virt" */
	VERSION = 0x004,	   /* ro  1: legacy, 2: modern */
	DEVICE_ID = 0x008,	   /* ro  0: nothing is plugged in */
	DEVICE_FEATURES = 0x010,   /* ro  32 of them, */
	DEVICE_SELECT = 0x014,	   /* wo  and which */
	DRIVER_FEATURES = 0x020,   /* wo */
	DRIVER_SELECT = 0x024,	   /* wo */
	GUEST_PAGE_SIZE = 0x028,   /* wo  legacy */
	QUEUE_SELECT = 0x030,	   /* wo  for all of QUEUE_ */
	QUEUE_SIZE_MAX = 0x034,	   /* ro */
	QUEUE_SIZE = 0x038,	   /* wo */
	QUEUE_ALIGN = 0x03c,	   /* wo  legacy */
	QUEUE_PAGE = 0x040,	   /* rw  legacy */
	QUEUE_READY = 0x044,	   /* rw */
	QUEUE_NOTIFY = 0x050,	   /* wo */
	INTERRUPT_STATUS = 0x060,  /* ro */
	INTERRUPT_ACK = 0x064,	   /* wo */
	STATUS = 0x070,		   /* rw  0: reset */
	QUEUE_DESCRIPTORS = 0x080, /* wo  each of these is followed by its upper half */
	QUEUE_DRIVER = 0x090,	   /* wo */
	QUEUE_DEVICE = 0x0a0,	   /* wo */
	CONFIG_GENERATION = 0x0fc, /* ro  changes with the fields behind it */
	CONFIG = 0x100,
};

enum {
	MAGIC_VALUE = 0x74726976,
	LEGACY = 1,
	MODERN = 2,
	STATUS_ACKNOWLEDGE = 1,
	STATUS_DRIVER = 2,
	STATUS_DRIVER_OK = 4,
	STATUS_FEATURES_OK = 8,
	STATUS_FAILED = 128,
	DESCRIPTOR_NEXT = 1,
	DESCRIPTOR_WRITE = 2,
	USED_NO_NOTIFY = 1,
	NO_NEXT = 0xffff,
};

#define PATIENCE UINT64_C(1000000000) /* ns */

struct descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags;
	uint16_t next;
};

struct avail {
	uint16_t flags, index, ring[VIRTQUEUE_MAX];
};

struct used {
	uint16_t flags, index;
	struct {
		uint32_t head, written;
	} ring[VIRTQUEUE_MAX];
};

_Static_assert(
	sizeof(struct descriptor) * VIRTQUEUE_MAX + sizeof(struct avail) <= PAGE_SIZE, "");

static volatile struct descriptor *descriptors(const struct virtqueue *queue)
{
	return queue->memory.at;
}

static volatile struct avail *avail(const struct virtqueue *queue)
{
	return (volatile void *)(descriptors(queue) + queue->size);
}

static volatile struct used *used(const struct virtqueue *queue)
{
	return (volatile void *)((volatile char *)queue->memory.at + PAGE_SIZE);
}

static uint32_t get(struct virtio *virtio, enum virtio_reg reg)
{
	return mmio_read32(virtio->device.registers, reg);
}

static void set(struct virtio *virtio, enum virtio_reg reg, uint32_t value)
{
	mmio_write32(virtio->device.registers, reg, value);
}

static enum virtio_id kind_of(volatile void *registers)
{
	if (mmio_read32(registers, MAGIC) != MAGIC_VALUE)
		return VIRTIO_NONE;
	return (enum virtio_id)mmio_read32(registers, DEVICE_ID);
}

tree_node virtio_find(enum virtio_id id, unsigned index)
{
	tree_node node = TREE_ROOT;

	while ((node = tree_next_compatible(node, "virtio,mmio")) >= 0) {
		struct tree_range range;
		struct device device;
		uint64_t offset;
		cptr_t memory;
		int found;

		if (!tree_reg(node, 0, &range) ||
			device_memory_take(
				range, VMO_CACHE_UNCACHED_DEVICE, &memory, &offset) != ST_OK)
			continue;
		found = device_adopt(memory, offset, range, 0, &device) == ST_OK;
		if (found) {
			found = kind_of(device.registers) == id;
			device_close(&device);
		}
		device_memory_give_back(memory);
		if (found && index-- == 0)
			return node;
	}
	return TREE_NONE;
}

static uint64_t offered(struct virtio *virtio)
{
	uint64_t low, high;

	set(virtio, DEVICE_SELECT, 0);
	low = get(virtio, DEVICE_FEATURES);
	set(virtio, DEVICE_SELECT, 1);
	high = get(virtio, DEVICE_FEATURES);
	return high << 32 | low;
}

static status_t negotiate(struct virtio *virtio, uint64_t wanted)
{
	uint32_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;

	virtio->features = offered(virtio) & (wanted | VIRTIO_F_VERSION_1);
	if (virtio->is_modern && !(virtio->features & VIRTIO_F_VERSION_1))
		return ST_NOT_SUPPORTED;
	set(virtio, DRIVER_SELECT, 0);
	set(virtio, DRIVER_FEATURES, (uint32_t)virtio->features);
	if (!virtio->is_modern) {
		set(virtio, GUEST_PAGE_SIZE, PAGE_SIZE);
		return ST_OK;
	}
	set(virtio, DRIVER_SELECT, 1);
	set(virtio, DRIVER_FEATURES, (uint32_t)(virtio->features >> 32));
	set(virtio, STATUS, status | STATUS_FEATURES_OK);
	return get(virtio, STATUS) & STATUS_FEATURES_OK ? ST_OK : ST_NOT_SUPPORTED;
}

static status_t reset(struct virtio *virtio, uint64_t deadline)
{
	set(virtio, STATUS, 0);
	while (get(virtio, STATUS) != 0)
		if (clock_ns() > deadline)
			return ST_TIMED_OUT;
	return ST_OK;
}

static status_t start(struct virtio *virtio, enum virtio_id id, uint64_t wanted)
{
	uint32_t version = get(virtio, VERSION);
	status_t st;

	if (kind_of(virtio->device.registers) != id)
		return ST_WRONG_TYPE;
	if (version != LEGACY && version != MODERN)
		return ST_NOT_SUPPORTED;
	virtio->is_modern = version == MODERN;
	st = reset(virtio, clock_ns() + PATIENCE);
	if (st != ST_OK)
		return st;
	set(virtio, STATUS, STATUS_ACKNOWLEDGE);
	set(virtio, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	st = negotiate(virtio, wanted);
	if (st != ST_OK)
		set(virtio, STATUS, STATUS_FAILED);
	return st;
}

status_t virtio_open(tree_node node, enum virtio_id id, const struct dma_pool *memory,
	uint64_t wanted, struct virtio *virtio)
{
	status_t st = device_open(node, &virtio->device);

	if (st != ST_OK)
		return st;
	virtio->memory = memory;
	virtio->is_coherent = tree_is_coherent(node);
	st = start(virtio, id, wanted);
	if (st != ST_OK)
		device_close(&virtio->device);
	return st;
}

void virtio_ready(struct virtio *virtio)
{
	set(virtio, STATUS, get(virtio, STATUS) | STATUS_DRIVER_OK);
}

/* However long that takes: it must not write to memory that is somebody else's by then. */
void virtio_close(struct virtio *virtio)
{
	(void)reset(virtio, UINT64_MAX);
	device_close(&virtio->device);
}

/*
 * What was used before the acknowledgement is seen by who looks after it: had it been looked
 * for earlier, its interrupt might be gone with this one.
 */
void virtio_acknowledge(struct virtio *virtio)
{
	set(virtio, INTERRUPT_ACK, get(virtio, INTERRUPT_STATUS));
	dma_mb();
	device_ack(&virtio->device);
}

uint8_t virtio_config8(struct virtio *virtio, uint32_t offset)
{
	return *((volatile uint8_t *)virtio->device.registers + CONFIG + offset);
}

uint64_t virtio_config64(struct virtio *virtio, uint32_t offset)
{
	uint32_t generation, low, high;

	do {
		generation = get(virtio, CONFIG_GENERATION);
		low = mmio_read32(virtio->device.registers, CONFIG + offset);
		high = mmio_read32(virtio->device.registers, CONFIG + offset + 4);
	} while (virtio->is_modern && generation != get(virtio, CONFIG_GENERATION));
	return (uint64_t)high << 32 | low;
}

static void set_address(struct virtio *virtio, enum virtio_reg reg, uint64_t address)
{
	mmio_write32(virtio->device.registers, reg, (uint32_t)address);
	mmio_write32(virtio->device.registers, reg + 4u, (uint32_t)(address >> 32));
}

/* Where the queue is: the device looks at it from now on. */
static void tell_addresses(struct virtqueue *queue)
{
	struct virtio *virtio = queue->virtio;
	uint64_t base = queue->memory.address;

	set(virtio, QUEUE_SIZE, queue->size);
	if (!virtio->is_modern) {
		set(virtio, QUEUE_ALIGN, PAGE_SIZE);
		set(virtio, QUEUE_PAGE, (uint32_t)(base / PAGE_SIZE));
		return;
	}
	set_address(virtio, QUEUE_DESCRIPTORS, base);
	set_address(virtio, QUEUE_DRIVER, base + sizeof(struct descriptor) * queue->size);
	set_address(virtio, QUEUE_DEVICE, base + PAGE_SIZE);
	set(virtio, QUEUE_READY, 1);
}

status_t virtqueue_open(struct virtio *virtio, unsigned index, struct virtqueue *queue)
{
	unsigned max;
	status_t st;

	set(virtio, QUEUE_SELECT, index);
	max = get(virtio, QUEUE_SIZE_MAX);
	if (max == 0)
		return ST_NOT_FOUND;
	memset(queue, 0, sizeof(*queue));
	queue->virtio = virtio;
	queue->index = index;
	queue->size = VIRTQUEUE_MAX;
	while (queue->size > max) /* a power of two */
		queue->size /= 2;
	queue->free_count = queue->size;
	for (unsigned i = 0; i < queue->size; i++)
		queue->next[i] = (uint16_t)(i + 1);
	st = dma_alloc(virtio->memory, 2 * PAGE_SIZE, 0, virtio->is_coherent, &queue->memory);
	if (st == ST_OK)
		tell_addresses(queue);
	return st;
}

void virtqueue_close(struct virtqueue *queue)
{
	dma_free(&queue->memory);
}

/* The rings' indices count all requests, modulo 2^16, and the ring's size divides that. */
int virtqueue_add(struct virtqueue *queue, const struct virtio_buffer *buffers, unsigned count)
{
	unsigned head = queue->free, last = head, at = head;

	if (count == 0)
		return ST_INVALID_ARGS;
	if (count > queue->free_count)
		return ST_SHOULD_WAIT;
	for (unsigned i = 0; i < count; i++) {
		volatile struct descriptor *descriptor = &descriptors(queue)[at];
		int more = i + 1 < count;

		descriptor->address = buffers[i].address;
		descriptor->size = buffers[i].size;
		descriptor->flags = (uint16_t)((more ? DESCRIPTOR_NEXT : 0) |
			(buffers[i].is_written ? DESCRIPTOR_WRITE : 0));
		descriptor->next = queue->next[at];
		last = at;
		at = queue->next[at];
	}
	queue->free = at;
	queue->free_count -= count;
	queue->next[last] = NO_NEXT;
	queue->is_head[head] = 1;
	avail(queue)->ring[queue->added % queue->size] = (uint16_t)head;
	dma_wmb(); /* the request is there before it is counted */
	avail(queue)->index = ++queue->added;
	return (int)head;
}

void virtqueue_notify(struct virtqueue *queue)
{
	dma_mb(); /* counted, before the device's wish is read and it is told */
	if (!(used(queue)->flags & USED_NO_NOTIFY))
		set(queue->virtio, QUEUE_NOTIFY, queue->index);
}

/* A request's descriptors go back in front of the free ones. */
static void give_back(struct virtqueue *queue, unsigned head)
{
	unsigned last = head, count = 1;

	for (; queue->next[last] != NO_NEXT; count++)
		last = queue->next[last];
	queue->next[last] = (uint16_t)queue->free;
	queue->free = head;
	queue->free_count += count;
	queue->is_head[head] = 0;
}

int virtqueue_take(struct virtqueue *queue, uint32_t *written_out)
{
	unsigned at = queue->taken % queue->size;
	uint32_t head;

	if (used(queue)->index == queue->taken)
		return ST_SHOULD_WAIT;
	dma_rmb(); /* what was counted is read after the count */
	head = used(queue)->ring[at].head;
	*written_out = used(queue)->ring[at].written;
	if (head >= queue->size || !queue->is_head[head])
		return ST_BAD_STATE;
	queue->taken++;
	give_back(queue, head);
	return (int)head;
}
