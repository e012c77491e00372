/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/stream.h"

#include <string.h>

enum { IN_REGISTERS = (IPC_REGISTER_WORDS - 1) * sizeof(word_t) };

void stream_pack(
	struct message *message, unsigned label, word_t head, const void *from, size_t size)
{
	size_t first = size < IN_REGISTERS ? size : IN_REGISTERS;
	size_t words = 1 + (size + sizeof(word_t) - 1) / sizeof(word_t);

	message->tag = tag_make(label, (unsigned)words, 0);
	message->words[0] = head;
	memcpy(&message->words[1], from, first);
	if (size > first)
		memcpy(ipc_buffer()->words, (const char *)from + first, size - first);
}

size_t stream_unpack(const struct message *message, void *to, size_t size)
{
	size_t has =
		tag_words(message->tag) ? (tag_words(message->tag) - 1) * sizeof(word_t) : 0;
	size_t first;

	size = size < has ? size : has;
	first = size < IN_REGISTERS ? size : IN_REGISTERS;
	memcpy(to, &message->words[1], first);
	if (size > first)
		memcpy((char *)to + first, ipc_buffer()->words, size - first);
	return size;
}

int64_t stream_read(cptr_t stream, enum stream_label label, void *to, size_t size)
{
	struct message message;
	status_t st;

	size = size < STREAM_MAX ? size : STREAM_MAX;
	do {
		message = (struct message){.tag = tag_make(label, 1, 0), .words = {size}};
		st = ipc_call(stream, &message);
	} while (st == ST_CANCELED); /* its server went away with the question */
	if (st != ST_OK)
		return st;
	if (message.words[0] > size ||
		stream_unpack(&message, to, message.words[0]) != message.words[0])
		return ST_INTERNAL;
	return (int64_t)message.words[0];
}

int64_t stream_write(cptr_t stream, const void *from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t some = size - done < STREAM_MAX ? size - done : STREAM_MAX;
		struct message message = {0};
		status_t st;

		stream_pack(&message, STREAM_WRITE, some, (const char *)from + done, some);
		st = ipc_call(stream, &message);
		if (st == ST_CANCELED)
			continue;
		if (st != ST_OK)
			return done ? (int64_t)done : st;
		if (message.words[0] == 0 || message.words[0] > some)
			break;
		done += message.words[0];
	}
	return (int64_t)done;
}
