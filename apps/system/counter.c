/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A service: answers each call with the next number. A call with another label than 0 makes it
 * crash; begun anew from its golden snapshot it counts from 1000 again.
 */
#include "libsys/ipc.h"
#include "libsys/startup.h"
#include "libsys/untyped.h"

int main(void)
{
	struct message message = {0};
	word_t next = 1000;
	cptr_t reply;

	(void)startup_ready();
	if (object_create(OBJECT_REPLY, 0, &reply) != ST_OK)
		return 1;
	while (ipc_recv(startup_cap("serve"), reply, &message) == ST_OK) {
		if (tag_label(message.tag) != 0)
			__builtin_trap();
		message.tag = tag_make(0, 1, 0);
		message.words[0] = next++;
		(void)ipc_reply(reply, &message);
	}
	return 0;
}
