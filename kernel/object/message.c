/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/message.h"

#include "lib/string.h"

#include "cap/cspace.h"
#include "cap/object.h"
#include "object/endpoint.h"
#include "object/fault.h"
#include "object/user.h"

static struct ipc_buffer *buffer_of(const struct thread *thread, bool write)
{
	return thread->ipc_buffer ? user_page(thread, thread->ipc_buffer, write) : NULL;
}

static struct lookup find(const struct thread *thread, word_t cptr)
{
	return cspace_find_cap(&thread->slots[THREAD_CSPACE].cap, cptr);
}

status_t message_check(const struct thread *sender, word_t tag, bool can_grant)
{
	const struct ipc_buffer *buffer;

	if (tag_is_short(tag))
		return ST_OK;
	if (tag & ~TAG_SENT || tag_words(tag) > IPC_WORDS_MAX || tag_caps(tag) > IPC_CAPS_MAX)
		return ST_INVALID_ARGS;
	buffer = buffer_of(sender, false);
	if (!buffer)
		return ST_INVALID_ARGS;
	if (tag_caps(tag) && !can_grant)
		return ST_ACCESS_DENIED;
	for (unsigned i = 0; i < tag_caps(tag); i++) {
		status_t st = find(sender, buffer->caps[i].cptr).status;

		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

/* Where received capabilities go: neighbouring slots, as many as there are. */
struct window {
	struct slot *slots;
	word_t count;
};

static struct window window_of(const struct thread *thread, const struct ipc_buffer *buffer)
{
	struct window window = {.count = buffer->receive_count};
	struct lookup lookup;

	if (window.count == 0)
		return window;
	lookup = find(thread, buffer->receive_cnode);
	if (lookup.status != ST_OK ||
		cspace_window(&lookup.slot->cap, buffer->receive_first, window.count,
			&window.slots) != ST_OK)
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
		struct ipc_cap sent = from->caps[arrived];
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

static word_t transfer_buffers(struct thread *sender, struct thread *receiver, word_t tag,
	const struct endpoint *endpoint, bool can_grant)
{
	const struct ipc_buffer *from = buffer_of(sender, false);
	struct ipc_buffer *to = buffer_of(receiver, true);
	unsigned words = tag_words(tag);
	word_t caps = 0;

	if (!from || !to)
		words = words < IPC_REGISTER_WORDS ? words : IPC_REGISTER_WORDS;
	message_copy(&sender->context, &receiver->context, words);
	for (unsigned i = IPC_REGISTER_WORDS; i < words; i++)
		to->words[i - IPC_REGISTER_WORDS] = from->words[i - IPC_REGISTER_WORDS];
	if (from && to && tag_caps(tag) && can_grant)
		caps = transfer_caps(sender, from, window_of(receiver, to), to, tag_caps(tag),
			endpoint);
	return (tag & ~UINT64_C(0) << TAG_LABEL_SHIFT) | caps | words;
}

word_t message_transfer(struct thread *sender, struct thread *receiver,
	const struct endpoint *endpoint, bool can_grant)
{
	word_t tag = sender->context.x[1];

	if (sender->faulted)
		return fault_message(sender, &receiver->context);
	if (likely(tag_is_short(tag))) {
		message_copy(&sender->context, &receiver->context, tag_words(tag));
		return tag;
	}
	return transfer_buffers(sender, receiver, tag, endpoint, can_grant);
}
