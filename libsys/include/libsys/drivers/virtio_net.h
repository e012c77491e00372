/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A network card behind virtio (VIRTIO 1.2, "Network Device"): Ethernet frames in and out, by
 * interrupt. Nothing here waits; one thread at a time.
 *
 *	virtio_net_open(virtio_find(VIRTIO_NET, 0), &memory, badged, &net)
 *	for (;;) {
 *		notification_wait(notification, &bits)
 *		virtio_net_interrupt(&net)
 *		while ((size = virtio_net_receive(&net, frame, sizeof(frame))) >= 0)
 *			...
 *	}
 */
#pragma once

#include "libsys/drivers/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	NET_ADDRESS = 6,	 /* bytes of an Ethernet address */
	NET_FRAME_MAX = 1514,	 /* header and content; the card adds the check sum */
	VIRTIO_NET_BUFFERS = 16, /* in each direction */
};

struct virtio_net {
	uint8_t address[NET_ADDRESS];
	struct virtio virtio;
	struct virtqueue receive, send;
	struct dma buffers;
	uint32_t header;		   /* bytes before each frame */
	uint16_t receiving[VIRTQUEUE_MAX]; /* by request: which buffer it has */
	uint16_t sending[VIRTQUEUE_MAX];
	uint32_t free; /* a bit for each buffer that nothing is being sent from */
};

/*
 * virtio_net_open: take over the card at a node (virtio_find).
 *
 *  memory        for queues and buffers: 128 KiB
 *  notification  right WRITE; its badge are the bits of the card's interrupt
 *  returns       as virtio_open and dma_alloc
 */
status_t virtio_net_open(tree_node node, const struct dma_pool *memory, cptr_t notification,
	struct virtio_net *net);

/* virtio_net_close: reset the card; frames that wait are lost. */
void virtio_net_close(struct virtio_net *net);

/* virtio_net_interrupt: after each signal of its bits, before the rest. */
void virtio_net_interrupt(struct virtio_net *net);

/*
 * virtio_net_receive: take the next frame.
 *
 *  returns  its size; ST_SHOULD_WAIT: none has come; ST_BUFFER_TOO_SMALL: it was longer, and is
 *           lost; ST_BAD_STATE: the card misbehaves
 */
int64_t virtio_net_receive(struct virtio_net *net, void *frame, size_t room);

/*
 * virtio_net_send: send a frame.
 *
 *  returns  ST_OK; ST_OUT_OF_RANGE: longer than NET_FRAME_MAX; ST_SHOULD_WAIT: all buffers are
 *           being sent; ST_BAD_STATE: the card misbehaves
 */
status_t virtio_net_send(struct virtio_net *net, const void *frame, size_t size);

#ifdef __cplusplus
}
#endif
