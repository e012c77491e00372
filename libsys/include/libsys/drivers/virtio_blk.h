/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A disk behind virtio (VIRTIO 1.2, "Block Device"). It is read and written through a buffer
 * of the driver's own, VIRTIO_BLK_BUFFER bytes at a time.
 */
#pragma once

#include "libsys/drivers/block.h"
#include "libsys/drivers/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VIRTIO_BLK_BUFFER = 32 * 1024 };

struct virtio_blk {
	struct block block; /* to use it by */
	struct virtio virtio;
	struct virtqueue queue;
	struct device_wait wait;
	struct dma buffer; /* data, then header and status */
	int is_lost;	   /* it did not answer: the buffer is still its own */
};

/*
 * virtio_blk_open: take over the disk at a node (virtio_find).
 *
 *  memory   for queue and buffer: 64 KiB
 *  returns  as virtio_open and dma_alloc
 */
status_t virtio_blk_open(
	tree_node node, const struct dma_pool *memory, struct virtio_blk *disk);

#ifdef __cplusplus
}
#endif
