/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Messages on their way from one thread to another: words in registers, words in IPC
 * buffers, capabilities. abi/ipc.h says what is where.
 */
#pragma once

#include "abi/ipc.h"

#include "object/thread.h"
#include "object/user.h"

/* A tag as a sender may give it: label, words, capabilities and no other bits. */
#define TAG_SENT (~UINT64_C(0) << TAG_LABEL_SHIFT | UINT64_C(0x7ff))

/* tag_is_short: all of the message is in registers. */
static inline bool tag_is_short(word_t tag)
{
	return (tag & UINT32_MAX) <= IPC_REGISTER_WORDS;
}

/* message_copy: the first `words` register words; no register beyond them is shown. */
static inline void message_copy(const struct context *from, struct context *to, unsigned words)
{
	switch (words) {
	default:
		to->x[10] = from->x[10];
		__attribute__((fallthrough));
	case 7:
		to->x[9] = from->x[9];
		__attribute__((fallthrough));
	case 6:
		to->x[7] = from->x[7];
		__attribute__((fallthrough));
	case 5:
		to->x[6] = from->x[6];
		__attribute__((fallthrough));
	case 4:
		to->x[5] = from->x[5];
		__attribute__((fallthrough));
	case 3:
		to->x[4] = from->x[4];
		__attribute__((fallthrough));
	case 2:
		to->x[3] = from->x[3];
		__attribute__((fallthrough));
	case 1:
		to->x[2] = from->x[2];
		__attribute__((fallthrough));
	case 0:
		return;
	}
}

/* message_copy_all: all of them, in pairs. */
static inline void message_copy_all(const struct context *from, struct context *to)
{
	const uint64_t *f = from->x;
	uint64_t a = f[2], b = f[3], c = f[4], d = f[5], e = f[6], g = f[7], h = f[9],
		 i = f[10];

	to->x[2] = a;
	to->x[3] = b;
	to->x[4] = c;
	to->x[5] = d;
	to->x[6] = e;
	to->x[7] = g;
	to->x[9] = h;
	to->x[10] = i;
}

struct endpoint;

/* message_buffer: the sender's IPC buffer, which its tag asks for; NULL: none, or unreadable. */
static inline const struct ipc_buffer *message_buffer(const struct thread *sender)
{
	if (tag_is_short(sender->context.x[1]) || !sender->ipc_buffer)
		return NULL;
	return user_page(sender, sender->ipc_buffer, false);
}

/*
 * message_check: whether a thread may send this, as far as it can be told before.
 *
 *  => ST_INVALID_ARGS: the tag is malformed, or the IPC buffer that it needs cannot be read;
 *     ST_ACCESS_DENIED: capabilities without the right to grant; or what the name of one of
 *     them leads to
 *  => `buffer_out`: the sender's IPC buffer, if the message needs it; for message_transfer,
 *     before anything else happens
 */
must_check status_t message_check_long(const struct thread *sender, word_t tag, bool can_grant,
	const struct ipc_buffer **buffer_out);

must_check static inline status_t message_check(const struct thread *sender, word_t tag,
	bool can_grant, const struct ipc_buffer **buffer_out)
{
	*buffer_out = NULL;
	if (likely(tag_is_short(tag)))
		return ST_OK;
	if (likely((tag & UINT32_MAX) <= IPC_WORDS_MAX)) { /* no capabilities */
		*buffer_out = message_buffer(sender);
		return *buffer_out ? ST_OK : ST_INVALID_ARGS;
	}
	return message_check_long(sender, tag, can_grant, buffer_out);
}

/* A message on its way. */
struct message_path {
	struct thread *from, *to;
	const struct ipc_buffer *buffer; /* the sender's */
	const struct endpoint
		*endpoint; /* capabilities to it come as badges; NULL: an answer */
	bool can_grant;
};

/*
 * message_transfer: bring what `from` sends, checked before, to `to`.
 *
 *  => what the receiver has no room for is left out: words beyond registers if it has no
 *     IPC buffer, capabilities beyond its slots and from the first on that cannot be copied
 *  => returns the tag of what arrived
 */
word_t message_transfer_long(const struct message_path *path);

static inline word_t message_transfer(const struct message_path *path)
{
	word_t tag = path->from->context.x[1];

	if (unlikely(!tag_is_short(tag)))
		return message_transfer_long(path);
	message_copy(&path->from->context, &path->to->context, tag_words(tag));
	return tag;
}
