/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pipes: a thread of the shell's serves each, with a buffer of PIPE_SIZE bytes. One writes and
 * one reads; who finds no room, or nothing, waits in a reply object of its own.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/stream.h"
#include "libsys/untyped.h"
#include "shell.h"

enum { PIPE_SIZE = 1 << 16, QUIT = 0x2ff };

struct waiter {
	cptr_t reply;
	int waits;
	size_t size;
	char bytes[STREAM_MAX];
};

struct pipe {
	cptr_t endpoint;
	pthread_t thread;
	struct waiter reader, writer;
	size_t used, first;
	int ended, quits;
	char buffer[PIPE_SIZE];
};

static void answer(struct waiter *who, word_t count, const char *bytes, size_t size)
{
	struct message message = {0};

	stream_pack(&message, 0, count, bytes, size);
	(void)ipc_reply(who->reply, &message);
	who->waits = 0;
}

static void serve_writer(struct pipe *pipe)
{
	struct waiter *w = &pipe->writer;

	if (!w->waits || PIPE_SIZE - pipe->used < w->size)
		return;
	for (size_t i = 0; i < w->size; i++)
		pipe->buffer[(pipe->first + pipe->used++) % PIPE_SIZE] = w->bytes[i];
	answer(w, w->size, "", 0);
}

static void serve_reader(struct pipe *pipe)
{
	struct waiter *r = &pipe->reader;
	char bytes[STREAM_MAX];
	size_t count = 0;

	if (!r->waits || (pipe->used == 0 && !pipe->ended))
		return;
	while (count < r->size && pipe->used > 0) {
		bytes[count++] = pipe->buffer[pipe->first++ % PIPE_SIZE];
		pipe->used--;
	}
	answer(r, count, bytes, count);
}

/* A second one at the same end has lost its way: it is answered with the end at once. */
static void take(struct waiter *who, const struct message *message)
{
	who->size = message->words[0] < STREAM_MAX ? message->words[0] : STREAM_MAX;
	who->waits = 1;
	stream_unpack(message, who->bytes, who->size);
}

static void *serve(void *argument)
{
	struct pipe *pipe = argument;
	struct message message = {0};

	while (!pipe->quits) {
		struct waiter *free = !pipe->writer.waits ? &pipe->writer : &pipe->reader;

		if (ipc_recv(pipe->endpoint, free->reply, &message) != ST_OK)
			break;
		switch (tag_label(message.tag)) {
		case STREAM_WRITE:
			take(&pipe->writer, &message);
			if (free != &pipe->writer)
				answer(free, 0, "", 0);
			break;
		case STREAM_END:
			pipe->ended = 1;
			break;
		case QUIT:
			pipe->quits = 1;
			break;
		default:
			if (free != &pipe->reader) { /* it waits in the other's object */
				cptr_t swap = free->reply;

				free->reply = pipe->reader.reply;
				pipe->reader.reply = swap;
			}
			take(&pipe->reader, &message);
		}
		serve_writer(pipe);
		serve_reader(pipe);
		serve_writer(pipe);
	}
	return NULL;
}

struct pipe *pipe_open(void)
{
	struct pipe *pipe = calloc(1, sizeof(*pipe));

	if (!pipe)
		return NULL;
	if (object_create(OBJECT_ENDPOINT, 0, &pipe->endpoint) != ST_OK ||
		object_create(OBJECT_REPLY, 0, &pipe->reader.reply) != ST_OK ||
		object_create(OBJECT_REPLY, 0, &pipe->writer.reply) != ST_OK ||
		pthread_create(&pipe->thread, NULL, serve, pipe) != 0) {
		free(pipe);
		return NULL;
	}
	return pipe;
}

static void tell(struct pipe *pipe, word_t label)
{
	const struct message message = {.tag = tag_make(label, 0, 0)};

	(void)ipc_send(pipe->endpoint, &message);
}

void pipe_end(struct pipe *pipe)
{
	tell(pipe, STREAM_END);
}

uint64_t pipe_endpoint(const struct pipe *pipe)
{
	return pipe->endpoint;
}

void pipe_close(struct pipe *pipe)
{
	tell(pipe, QUIT);
	pthread_join(pipe->thread, NULL);
	(void)object_delete(pipe->endpoint);
	(void)object_delete(pipe->reader.reply);
	(void)object_delete(pipe->writer.reply);
	free(pipe);
}
