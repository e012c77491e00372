/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/startup.h"

#include <string.h>

#include "libsys/ipc.h"
#include "startup_own.h"

struct startup *startup_own;
unsigned (*startup_copied)(unsigned generation);

struct startup *startup_page(void)
{
	return startup_own;
}

cptr_t startup_cap(const char *name)
{
	const struct startup *page = startup_own;

	for (uint32_t i = 0; page && i < page->caps_count; i++)
		if (strncmp(page->caps[i].name, name, STARTUP_NAME_MAX) == 0)
			return page->caps[i].slot;
	return 0;
}

/* A copy touches no page here that it may not have yet: neither the stack's nor the data's. */
unsigned startup_ready(void)
{
	struct message message = {.tag = tag_make(STARTUP_READY, 0, 0)};
	unsigned (*const copied)(unsigned) = startup_copied;

	if (!startup_own || ipc_call(STARTUP_SLOT_CONTROL, &message) != ST_OK)
		return 0;
	if (message.words[0] && copied)
		return copied((unsigned)message.words[0]);
	return (unsigned)message.words[0];
}

/* The parent stops the other threads when it hears of it. */
void startup_exit(int status)
{
	struct message message = {
		.tag = tag_make(STARTUP_EXIT, 1, 0),
		.words = {(word_t)(uint32_t)status},
	};

	if (startup_own)
		(void)ipc_send(STARTUP_SLOT_CONTROL, &message);
	for (;;)
		sys_debug_exit((word_t)status);
}

static void set_thread(uint16_t from, uint16_t to)
{
	for (unsigned i = 0; startup_own && i < STARTUP_THREADS_MAX; i++) {
		uint16_t expected = from;

		if (__atomic_compare_exchange_n(&startup_own->threads[i], &expected, to, 0,
			    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return;
	}
}

void startup_thread_add(cptr_t thread)
{
	set_thread(0, (uint16_t)thread);
}

void startup_thread_remove(cptr_t thread)
{
	set_thread((uint16_t)thread, 0);
}
