/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/virtio_blk.h"

#include <string.h>

#include "libsys/clock.h"

enum request {
	REQUEST_READ = 0,
	REQUEST_WRITE = 1,
	REQUEST_FLUSH = 4,
};

enum {
	FEATURE_READ_ONLY = 1 << 5,
	FEATURE_FLUSH = 1 << 9,
	CONFIG_CAPACITY = 0,
	STATUS_OK = 0,
	STATUS_NONE = 0xff, /* the device has said nothing */
	BUFFER_SECTORS = VIRTIO_BLK_BUFFER / BLOCK_SECTOR,
	HEADER = VIRTIO_BLK_BUFFER, /* offsets in the buffer */
	STATUS = HEADER + 16,
};

#define PATIENCE UINT64_C(30000000000) /* ns */

struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

static struct virtio_blk *disk_of(struct block *block)
{
	return block->driver;
}

static volatile uint8_t *at(struct virtio_blk *disk, size_t offset)
{
	return (volatile uint8_t *)disk->buffer.at + offset;
}

static status_t wait_for_answer(struct virtio_blk *disk, int head)
{
	uint64_t deadline = clock_ns() + PATIENCE;
	uint32_t written;
	int done;

	while ((done = virtqueue_take(&disk->queue, &written)) == ST_SHOULD_WAIT) {
		if (device_wait(&disk->wait, deadline) != ST_OK) {
			disk->is_lost = 1;
			return ST_TIMED_OUT;
		}
		virtio_acknowledge(&disk->virtio);
	}
	if (done != head) { /* nobody knows what it still writes to */
		disk->is_lost = 1;
		return ST_IO;
	}
	return *at(disk, STATUS) == STATUS_OK ? ST_OK : ST_IO;
}

/* One request of `size` bytes of data in the buffer. */
static status_t request(
	struct virtio_blk *disk, enum request type, uint64_t sector, uint32_t size)
{
	uint64_t address = disk->buffer.address;
	volatile struct header *header = (volatile void *)at(disk, HEADER);
	struct virtio_buffer buffers[3] = {
		{address + HEADER, sizeof(*header), 0},
		{address, size, type == REQUEST_READ},
		{address + STATUS, 1, 1},
	};
	int head;

	if (disk->is_lost)
		return ST_BAD_STATE;
	header->type = type;
	header->reserved = 0;
	header->sector = sector;
	*at(disk, STATUS) = STATUS_NONE;
	if (size == 0)
		buffers[1] = buffers[2];
	head = virtqueue_add(&disk->queue, buffers, size ? 3 : 2);
	if (head < 0)
		return (status_t)head;
	virtqueue_notify(&disk->queue);
	return wait_for_answer(disk, head);
}

static status_t read(struct block *block, uint64_t sector, void *to, size_t count)
{
	struct virtio_blk *disk = disk_of(block);

	while (count > 0) {
		size_t some = count < BUFFER_SECTORS ? count : BUFFER_SECTORS;
		size_t size = some * BLOCK_SECTOR;
		status_t st = request(disk, REQUEST_READ, sector, (uint32_t)size);

		if (st != ST_OK)
			return st;
		memcpy(to, (const void *)disk->buffer.at, size);
		to = (char *)to + size;
		sector += some;
		count -= some;
	}
	return ST_OK;
}

static status_t write(struct block *block, uint64_t sector, const void *from, size_t count)
{
	struct virtio_blk *disk = disk_of(block);

	while (count > 0) {
		size_t some = count < BUFFER_SECTORS ? count : BUFFER_SECTORS;
		size_t size = some * BLOCK_SECTOR;
		status_t st;

		if (disk->is_lost)
			return ST_BAD_STATE;
		memcpy((void *)disk->buffer.at, from, size);
		st = request(disk, REQUEST_WRITE, sector, (uint32_t)size);
		if (st != ST_OK)
			return st;
		from = (const char *)from + size;
		sector += some;
		count -= some;
	}
	return ST_OK;
}

/* A disk that has nothing to flush says so by not offering it. */
static status_t flush(struct block *block)
{
	struct virtio_blk *disk = disk_of(block);

	return disk->virtio.features & FEATURE_FLUSH ? request(disk, REQUEST_FLUSH, 0, 0) :
						       ST_OK;
}

static void close_disk(struct block *block)
{
	struct virtio_blk *disk = disk_of(block);

	device_wait_close(&disk->virtio.device, &disk->wait);
	virtio_close(&disk->virtio); /* from here on the buffer is ours again */
	virtqueue_close(&disk->queue);
	dma_free(&disk->buffer);
}

static const struct block_operations operations = {read, write, flush, close_disk};

static status_t open_parts(struct virtio_blk *disk, const struct dma_pool *memory)
{
	status_t st = virtqueue_open(&disk->virtio, 0, &disk->queue);

	if (st != ST_OK)
		return st;
	st = dma_alloc(memory, VIRTIO_BLK_BUFFER + PAGE_SIZE, 0, disk->virtio.is_coherent,
		&disk->buffer);
	if (st == ST_OK) {
		st = device_wait_open(&disk->virtio.device, &disk->wait);
		if (st != ST_OK)
			dma_free(&disk->buffer);
	}
	if (st != ST_OK)
		virtqueue_close(&disk->queue);
	return st;
}

status_t virtio_blk_open(tree_node node, const struct dma_pool *memory, struct virtio_blk *disk)
{
	status_t st = virtio_open(
		node, VIRTIO_BLK, memory, FEATURE_READ_ONLY | FEATURE_FLUSH, &disk->virtio);

	if (st != ST_OK)
		return st;
	st = open_parts(disk, memory);
	if (st != ST_OK) {
		virtio_close(&disk->virtio);
		return st;
	}
	disk->is_lost = 0;
	disk->block = (struct block){
		.operations = &operations,
		.driver = disk,
		.sectors = virtio_config64(&disk->virtio, CONFIG_CAPACITY),
		.is_read_only = (disk->virtio.features & FEATURE_READ_ONLY) != 0,
	};
	virtio_ready(&disk->virtio);
	return ST_OK;
}
