/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/system.h"

#include <string.h>

#include "libsys/slots.h"
#include "libsys/stream.h"

static status_t call(cptr_t init, unsigned label, word_t number, const void *bytes, size_t size,
	struct message *message)
{
	status_t st;

	stream_pack(message, label, number, bytes, size);
	st = ipc_call(init, message);
	return st == ST_OK ? (status_t)(int32_t)message->words[0] : st;
}

status_t system_ask(cptr_t init, enum system_label label, word_t number, const char *name,
	void *answer, size_t answer_size)
{
	struct message message = {0};
	status_t st = call(
		init, label, number, name ? name : "", name ? strlen(name) + 1 : 0, &message);

	if (st == ST_OK)
		stream_unpack(&message, answer, answer_size);
	return st;
}

status_t system_lookup(cptr_t init, const char *name, cptr_t *cap_out)
{
	struct message message = {0};
	cptr_t slot = slot_alloc();
	status_t st;

	if (!slot)
		return ST_NO_RESOURCES;
	ipc_receive_slots(ROOT_SLOT_CNODE, slot, 1);
	st = call(init, SYSTEM_LOOKUP, 0, name, strlen(name) + 1, &message);
	ipc_receive_slots(0, 0, 0);
	if (st == ST_OK)
		*cap_out = slot;
	else
		slot_free(slot);
	return st;
}

status_t system_vmo(cptr_t init, unsigned pool, uint64_t after, struct system_vmo *out)
{
	struct message message = {0};
	status_t st = call(init, SYSTEM_VMO, pool, &after, sizeof(after), &message);

	if (st == ST_OK)
		stream_unpack(&message, out, sizeof(*out));
	return st;
}
