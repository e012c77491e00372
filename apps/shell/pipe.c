/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pipes: a thread of the shell's serves each, with a buffer of PIPE_SIZE bytes. Who finds no room,
 * or nothing, waits in a reply object of its own, and is served in the order of coming. One reply
 * object is always free, to receive with.
 *
 * What programs say is not believed: only the shell's own capability, which has no badge, ends
 * the pipe, and a message has no more bytes than came with it.
 *
 * Pipes are kept for the next ones: what objects are made of comes back only all at once.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/stream.h"
#include "libsys/untyped.h"
#include "shell.h"

enum { PIPE_SIZE = 1 << 16, WAITERS = 8, QUIT = 0x2ff };

struct waiter {
	cptr_t reply;
	enum { NOBODY, READER, WRITER } who;
	uint64_t turn; /* counts up with each that comes */
	size_t size;
	char bytes[STREAM_MAX];
};

struct pipe {
	struct pipe *next; /* that is kept */
	cptr_t endpoint;
	pthread_t thread;
	struct waiter waiters[WAITERS];
	uint64_t turns;
	size_t used, first;
	int ended, quits;
	char buffer[PIPE_SIZE];
};

static struct pipe *kept; /* the main thread's */

/* The one that waits longest, or NULL. */
static struct waiter *find(struct pipe *pipe, int who)
{
	struct waiter *found = NULL;

	for (struct waiter *w = pipe->waiters; w < pipe->waiters + WAITERS; w++)
		if ((int)w->who == who && (!found || w->turn < found->turn))
			found = w;
	return found;
}

static void answer(struct waiter *who, word_t count, const char *bytes, size_t size)
{
	struct message message = {0};

	stream_pack(&message, 0, count, bytes, size);
	(void)ipc_reply(who->reply, &message);
	who->who = NOBODY;
}

static int serve_writer(struct pipe *pipe)
{
	struct waiter *w = find(pipe, WRITER);

	if (!w || PIPE_SIZE - pipe->used < w->size)
		return 0;
	for (size_t i = 0; i < w->size; i++)
		pipe->buffer[(pipe->first + pipe->used++) % PIPE_SIZE] = w->bytes[i];
	answer(w, w->size, "", 0);
	return 1;
}

static int serve_reader(struct pipe *pipe)
{
	struct waiter *r = find(pipe, READER);
	char bytes[STREAM_MAX];
	size_t count = 0;

	if (!r || (pipe->used == 0 && !pipe->ended && r->size > 0))
		return 0;
	while (count < r->size && pipe->used > 0) {
		bytes[count++] = pipe->buffer[pipe->first++ % PIPE_SIZE];
		pipe->used--;
	}
	answer(r, count, bytes, count);
	return 1;
}

static void serve_all(struct pipe *pipe)
{
	while (serve_writer(pipe) || serve_reader(pipe))
		;
}

static int is_reader(unsigned label)
{
	return label == STREAM_READ || label == STREAM_READ_KEYS;
}

/* One more that waits; if there is nowhere to receive the next, it is answered with the end. */
static void take(struct pipe *pipe, struct waiter *who, const struct message *message)
{
	unsigned label = tag_label(message->tag);

	if (label != STREAM_WRITE && !is_reader(label)) {
		answer(who, 0, "", 0);
		return;
	}
	who->size = message->words[0] < STREAM_MAX ? message->words[0] : STREAM_MAX;
	if (label == STREAM_WRITE)
		who->size = stream_unpack(message, who->bytes, who->size);
	who->turn = pipe->turns++;
	who->who = label == STREAM_WRITE ? WRITER : READER;
	serve_all(pipe);
	if (!find(pipe, NOBODY))
		answer(who, 0, "", 0);
}

static void *serve(void *argument)
{
	struct pipe *pipe = argument;
	struct message message = {0};

	while (!pipe->quits) {
		struct waiter *free = find(pipe, NOBODY);

		if (ipc_recv(pipe->endpoint, free->reply, &message) != ST_OK)
			break;
		if (message.badge != 0) {
			take(pipe, free, &message);
			continue;
		}
		pipe->quits = tag_label(message.tag) == QUIT;
		pipe->ended = 1;
		serve_all(pipe);
	}
	return NULL;
}

/* What there is of it. */
static void delete_objects(struct pipe *pipe)
{
	if (pipe->endpoint)
		(void)object_delete(pipe->endpoint);
	for (unsigned i = 0; i < WAITERS; i++)
		if (pipe->waiters[i].reply)
			(void)object_delete(pipe->waiters[i].reply);
}

static int make_objects(struct pipe *pipe)
{
	if (object_create(OBJECT_ENDPOINT, 0, &pipe->endpoint) != ST_OK)
		return 0;
	for (unsigned i = 0; i < WAITERS; i++)
		if (object_create(OBJECT_REPLY, 0, &pipe->waiters[i].reply) != ST_OK)
			return 0;
	return 1;
}

static struct pipe *make(void)
{
	struct pipe *pipe = calloc(1, sizeof(*pipe));

	if (!pipe)
		return NULL;
	if (make_objects(pipe))
		return pipe;
	delete_objects(pipe);
	free(pipe);
	return NULL;
}

static void keep(struct pipe *pipe)
{
	pipe->next = kept;
	kept = pipe;
}

struct pipe *pipe_open(void)
{
	struct pipe *pipe = kept ? kept : make();

	if (!pipe)
		return NULL;
	if (pipe == kept)
		kept = pipe->next;
	for (unsigned i = 0; i < WAITERS; i++)
		pipe->waiters[i].who = NOBODY;
	pipe->used = pipe->first = 0;
	pipe->ended = pipe->quits = 0;
	if (pthread_create(&pipe->thread, NULL, serve, pipe) == 0)
		return pipe;
	keep(pipe);
	return NULL;
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
	keep(pipe);
}
