/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Virtio devices behind virtio-mmio registers ("virtio,mmio"), legacy (version 1) and modern
 * (version 2): VIRTIO 1.2, "Virtio Over MMIO" and "Split Virtqueues".
 *
 *	driver                           device
 *	descriptors, avail ring  ----->  reads and writes the buffers
 *	QueueNotify              ----->
 *	                         <-----  used ring, interrupt
 *
 * virtio_blk.h and virtio_net.h are drivers by this; what is here is for those who write
 * another. What the device says of its rings is checked: it is not trusted with more than the
 * buffers that it was given.
 */
#pragma once

#include "libsys/drivers/device.h"
#include "libsys/drivers/dma.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VIRTQUEUE_MAX = 64 }; /* descriptors */

enum virtio_id {
	VIRTIO_NONE = 0, /* nothing is plugged in */
	VIRTIO_NET = 1,
	VIRTIO_BLK = 2,
};

#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)

struct virtio {
	struct device device;
	const struct dma_pool *memory;
	uint64_t features; /* that both sides have */
	int is_modern;
	int is_coherent;
};

/* One buffer of a request. */
struct virtio_buffer {
	uint64_t address; /* physical */
	uint32_t size;
	int is_written; /* by the device */
};

struct virtqueue {
	struct virtio *virtio;
	struct dma memory;
	unsigned index, size;
	unsigned free, free_count;    /* the first descriptor that is free, and how many are */
	uint16_t next[VIRTQUEUE_MAX]; /* behind each of a request, or of the free ones */
	uint8_t is_head[VIRTQUEUE_MAX];
	uint16_t added, taken; /* requests so far */
};

/*
 * virtio_find: the index-th device of a kind, in the tree's order.
 *
 *  returns  TREE_NONE: there are not so many, or registers could not be mapped
 */
tree_node virtio_find(enum virtio_id id, unsigned index);

/*
 * virtio_open: take over a device, and agree on what it shall do.
 *
 *  memory   for its queues; stays the caller's, and longer than the device
 *  wanted   features, of which those are taken that it offers; virtio->features tells
 *  returns  ST_OK; ST_WRONG_TYPE: it is none of that kind; ST_TIMED_OUT: it does
 *           not reset itself; ST_NOT_SUPPORTED: of no version
 *           that is known here, or it insists on others; others as device_open
 */
status_t virtio_open(tree_node node, enum virtio_id id, const struct dma_pool *memory,
	uint64_t wanted, struct virtio *virtio);

/* virtio_ready: all queues are set up; the device may use them. */
void virtio_ready(struct virtio *virtio);

/* virtio_close: reset it, so that it leaves memory alone; then its queues may be closed. */
void virtio_close(struct virtio *virtio);

/* virtio_acknowledge: its interrupt was seen, the next may come. Then look at the queues. */
void virtio_acknowledge(struct virtio *virtio);

/* virtio_config8, virtio_config64: a field of the device's own; 64 bits read in one piece. */
uint8_t virtio_config8(struct virtio *virtio, uint32_t offset);
uint64_t virtio_config64(struct virtio *virtio, uint32_t offset);

/*
 * virtqueue_open: set up a queue.
 *
 *  returns  ST_OK; ST_NOT_FOUND: the device has no such queue; others as dma_alloc
 */
status_t virtqueue_open(struct virtio *virtio, unsigned index, struct virtqueue *queue);

/* virtqueue_close: after virtio_close(). */
void virtqueue_close(struct virtqueue *queue);

/*
 * virtqueue_add: hand over a request; virtqueue_notify() tells the device.
 *
 *  returns  its number, which virtqueue_take() returns when it is done; ST_SHOULD_WAIT: not so
 *           many descriptors are free; ST_INVALID_ARGS: no buffers
 */
int virtqueue_add(struct virtqueue *queue, const struct virtio_buffer *buffers, unsigned count);

void virtqueue_notify(struct virtqueue *queue);

/*
 * virtqueue_take: a request that is done.
 *
 *  written_out  how many bytes the device says that it wrote
 *  returns      its number; ST_SHOULD_WAIT: none is; ST_BAD_STATE: the device speaks of one
 *               that it was not given
 */
int virtqueue_take(struct virtqueue *queue, uint32_t *written_out);

#ifdef __cplusplus
}
#endif
