/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Streams of bytes over an endpoint: the console, and pipes between programs. A program that
 * was given "stdin" and "stdout" by name reads and writes them as fds 0, 1 and 2.
 *
 *	client                                server
 *	call STREAM_READ, word 0: how many    answers when there is one: word 0: how many,
 *	                                      then the bytes; 0: the end
 *	call STREAM_WRITE, word 0: how many,  answers when it took some: word 0: how many;
 *	then the bytes                        0: nobody will read them
 *
 * Bytes stand in words 1 and up, so a message has room for STREAM_MAX.
 */
#pragma once

#include <stddef.h>

#include "libsys/ipc.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stream_label {
	STREAM_READ = 0x200,
	STREAM_WRITE = 0x201,
	STREAM_READ_KEYS =
		0x202,	    /* of a console: bytes as they are typed, not lines; no echo */
	STREAM_END = 0x203, /* to a pipe: no more will be written */
};

enum { STREAM_MAX = (IPC_WORDS_MAX - 1) * sizeof(word_t) };

/*
 * stream_read: what has come, at least one byte.
 *
 *  label    STREAM_READ or STREAM_READ_KEYS
 *  returns  how many; 0: the end; a status: what ipc_call says. A server that was begun anew
 *           meanwhile is asked again
 */
int64_t stream_read(cptr_t stream, enum stream_label label, void *to, size_t size);

/* stream_write: all of it. Returns how many, fewer if nobody reads any more, or a status. */
int64_t stream_write(cptr_t stream, const void *from, size_t size);

/* stream_pack: make a message of a label, word 0, and bytes, of which up to STREAM_MAX fit. */
void stream_pack(
	struct message *message, unsigned label, word_t head, const void *from, size_t size);

/* stream_unpack: the bytes of a message, as many as there are of `size`; returns how many. */
size_t stream_unpack(const struct message *message, void *to, size_t size);

#ifdef __cplusplus
}
#endif
