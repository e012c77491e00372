/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/virtio_net.h"

#include <string.h>

enum {
	FEATURE_MAC = 1 << 5,
	QUEUE_RECEIVE = 0,
	QUEUE_SEND = 1,
	HEADER_LEGACY = 10,
	HEADER_MODERN = 12, /* with the number of buffers, which is 1 */
	BUFFER_SIZE = 2048, /* header and frame; a page holds two */
};

static volatile uint8_t *buffer_at(struct virtio_net *net, unsigned buffer)
{
	return (volatile uint8_t *)net->buffers.at + (size_t)buffer * BUFFER_SIZE;
}

static uint64_t buffer_address(struct virtio_net *net, unsigned buffer)
{
	return net->buffers.address + (uint64_t)buffer * BUFFER_SIZE;
}

static int offer_buffer(struct virtio_net *net, unsigned buffer)
{
	struct virtio_buffer request = {buffer_address(net, buffer), BUFFER_SIZE, 1};
	int head = virtqueue_add(&net->receive, &request, 1);

	if (head >= 0)
		net->receiving[head] = (uint16_t)buffer;
	return head;
}

static status_t open_parts(struct virtio_net *net, const struct dma_pool *memory)
{
	size_t size = (size_t)2 * VIRTIO_NET_BUFFERS * BUFFER_SIZE;
	status_t st = virtqueue_open(&net->virtio, QUEUE_RECEIVE, &net->receive);

	if (st != ST_OK)
		return st;
	st = virtqueue_open(&net->virtio, QUEUE_SEND, &net->send);
	if (st == ST_OK) {
		st = dma_alloc(memory, size, 0, net->virtio.is_coherent, &net->buffers);
		if (st != ST_OK)
			virtqueue_close(&net->send);
	}
	if (st != ST_OK)
		virtqueue_close(&net->receive);
	return st;
}

status_t virtio_net_open(tree_node node, const struct dma_pool *memory, cptr_t notification,
	struct virtio_net *net)
{
	status_t st = virtio_open(node, VIRTIO_NET, memory, FEATURE_MAC, &net->virtio);

	if (st != ST_OK)
		return st;
	st = open_parts(net, memory);
	if (st != ST_OK) {
		virtio_close(&net->virtio);
		return st;
	}
	st = device_bind(&net->virtio.device, notification);
	if (st != ST_OK) {
		virtio_net_close(net);
		return st;
	}
	net->header = net->virtio.is_modern ? HEADER_MODERN : HEADER_LEGACY;
	net->free = (UINT32_C(1) << VIRTIO_NET_BUFFERS) - 1;
	for (unsigned i = 0; i < NET_ADDRESS; i++)
		net->address[i] = virtio_config8(&net->virtio, i);
	virtio_ready(&net->virtio);
	for (unsigned i = 0; i < VIRTIO_NET_BUFFERS; i++)
		(void)offer_buffer(net, VIRTIO_NET_BUFFERS + i);
	virtqueue_notify(&net->receive);
	return ST_OK;
}

void virtio_net_close(struct virtio_net *net)
{
	virtio_close(&net->virtio); /* from here on the buffers are ours again */
	virtqueue_close(&net->receive);
	virtqueue_close(&net->send);
	dma_free(&net->buffers);
}

/* Buffers whose frame has gone out. */
static status_t collect(struct virtio_net *net)
{
	uint32_t written;
	int head;

	while ((head = virtqueue_take(&net->send, &written)) >= 0)
		net->free |= UINT32_C(1) << net->sending[head];
	return head == ST_SHOULD_WAIT ? ST_OK : (status_t)head;
}

void virtio_net_interrupt(struct virtio_net *net)
{
	virtio_acknowledge(&net->virtio);
	(void)collect(net);
}

/* What the card says that it wrote is no more than the buffer's room. */
static int64_t take_frame(
	struct virtio_net *net, unsigned buffer, uint32_t written, void *frame, size_t room)
{
	size_t size;

	if (written < net->header || written > BUFFER_SIZE)
		return ST_BAD_STATE;
	size = written - net->header;
	if (size > room)
		return ST_BUFFER_TOO_SMALL;
	memcpy(frame, (const void *)(buffer_at(net, buffer) + net->header), size);
	return (int64_t)size;
}

int64_t virtio_net_receive(struct virtio_net *net, void *frame, size_t room)
{
	uint32_t written;
	int64_t result;
	int head = virtqueue_take(&net->receive, &written);
	unsigned buffer;

	if (head < 0)
		return head;
	buffer = net->receiving[head];
	result = take_frame(net, buffer, written, frame, room);
	(void)offer_buffer(net, buffer);
	virtqueue_notify(&net->receive);
	return result;
}

status_t virtio_net_send(struct virtio_net *net, const void *frame, size_t size)
{
	struct virtio_buffer request = {.size = net->header + (uint32_t)size};
	status_t st = collect(net);
	unsigned buffer;
	int head;

	if (size > NET_FRAME_MAX)
		return ST_OUT_OF_RANGE;
	if (st != ST_OK)
		return st;
	if (!net->free)
		return ST_SHOULD_WAIT;
	buffer = (unsigned)__builtin_ctz(net->free);
	memset((void *)buffer_at(net, buffer), 0, net->header);
	memcpy((void *)(buffer_at(net, buffer) + net->header), frame, size);
	request.address = buffer_address(net, buffer);
	head = virtqueue_add(&net->send, &request, 1);
	if (head < 0)
		return (status_t)head;
	net->sending[head] = (uint16_t)buffer;
	net->free &= ~(UINT32_C(1) << buffer);
	virtqueue_notify(&net->send);
	return ST_OK;
}
