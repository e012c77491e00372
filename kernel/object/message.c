/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/message.h"

#include "lib/string.h"

#include "cap/cspace.h"
#include "cap/object.h"

#include "object/endpoint.h"
#include "object/user.h"

static struct ipc_buffer *buffer_of(const struct thread *thread, bool write)
{
	return thread->ipc_buffer ? user_page(thread, thread->ipc_buffer, write) : NULL;
}

static struct lookup find(const struct thread *thread, word_t cptr)
{
	return cspace_find_cap(&thread->slots[THREAD_CSPACE].cap, cptr);
}

static status_t check_caps(
	const struct thread *sender, const struct ipc_buffer *buffer, unsigned caps)
{
	for (unsigned i = 0; i < caps; i++) {
		status_t st = find(sender, READ_ONCE(buffer->caps[i].cptr)).status;

		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

status_t message_check_long(const struct thread *sender, word_t tag, bool can_grant,
	const struct ipc_buffer **buffer_out)
{
	if (tag & ~TAG_SENT || tag_words(tag) > IPC_WORDS_MAX || tag_caps(tag) > IPC_CAPS_MAX)
		return ST_INVALID_ARGS;
	*buffer_out = buffer_of(sender, false);
	if (!*buffer_out)
		return ST_INVALID_ARGS;
	if (tag_caps(tag) == 0)
		return ST_OK;
	return can_grant ? check_caps(sender, *buffer_out, tag_caps(tag)) : ST_ACCESS_DENIED;
}

/*
 * Where received capabilities go: neighbouring slots, as many as there are. A buffer is memory
 * that programs write at the same time: what is checked is read once.
 */
struct window {
	struct slot *slots;
	word_t count;
};

static struct window window_of(const struct thread *thread, const struct ipc_buffer *buffer)
{
	const word_t cnode = READ_ONCE(buffer->receive_cnode);
	const word_t first = READ_ONCE(buffer->receive_first);
	struct window window = {.count = READ_ONCE(buffer->receive_count)};
	struct lookup lookup;

	if (window.count == 0)
		return window;
	lookup = find(thread, cnode);
	if (lookup.status != ST_OK ||
		cspace_window(&lookup.slot->cap, first, window.count, &window.slots) != ST_OK)
		window.count = 0;
	return window;
}

/*
 * Copy capabilities until one cannot be: returns the bits of the tag that tell how many
 * arrived and which of them as badges.
 */
static word_t transfer_caps(const struct thread *sender, const struct ipc_buffer *from,
	struct window window, struct ipc_buffer *to, unsigned caps,
	const struct endpoint *endpoint)
{
	word_t unwrapped = 0;
	unsigned arrived = 0, copied = 0;

	for (; arrived < caps; arrived++) {
		const struct ipc_cap sent = {READ_ONCE(from->caps[arrived].cptr),
			READ_ONCE(from->caps[arrived].rights)};
		struct lookup lookup = find(sender, sent.cptr);
		const struct cap *cap;

		if (lookup.status != ST_OK)
			break;
		cap = &lookup.slot->cap;
		if (endpoint && cap->type == OBJECT_ENDPOINT && cap_object(cap) == endpoint) {
			to->caps[arrived].cptr = cap->data;
			unwrapped |= BIT(arrived);
		} else if (copied == window.count ||
			cap_copy(&window.slots[copied], lookup.slot, (uint8_t)sent.rights) !=
				ST_OK) {
			break;
		} else {
			copied++;
		}
	}
	return (word_t)arrived << TAG_CAPS_SHIFT | unwrapped << TAG_UNWRAPPED_SHIFT;
}

/* The capabilities, where both have buffers: what the tag tells of them. */
static never_inline word_t transfer_some_caps(
	const struct message_path *path, struct ipc_buffer *to, unsigned caps)
{
	return transfer_caps(
		path->from, path->buffer, window_of(path->to, to), to, caps, path->endpoint);
}

word_t message_transfer_long(const struct message_path *path)
{
	const struct ipc_buffer *from = path->buffer;
	struct ipc_buffer *to = buffer_of(path->to, true);
	word_t tag = path->from->context.x[1], label = tag & ~UINT64_C(0) << TAG_LABEL_SHIFT;
	unsigned words = tag_words(tag), caps = tag_caps(tag);

	if (!from || !to) {
		words = words < IPC_REGISTER_WORDS ? words : IPC_REGISTER_WORDS;
		caps = 0;
	}
	if (words < IPC_REGISTER_WORDS)
		message_copy(&path->from->context, &path->to->context, words);
	else
		message_copy_all(&path->from->context, &path->to->context);
	for (unsigned i = IPC_REGISTER_WORDS; i < words; i++)
		to->words[i - IPC_REGISTER_WORDS] = from->words[i - IPC_REGISTER_WORDS];
	if (caps && path->can_grant)
		return label | transfer_some_caps(path, to, caps) | words;
	return label | words;
}
