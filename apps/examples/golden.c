/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A service that crashes now and then, and is there again at once.
 *
 * It prepares itself, then says that it is ready: this process is the golden one, and never
 * runs again. What serves is a clone of it. After a crash the clone is begun anew: what it
 * wrote is dropped and its registers are set back, which takes as long as it had changed
 * something. Packed twice: as init and as "golden".
 */
#include <stdio.h>

#include "libsys/clock.h"
#include "libsys/process.h"
#include "libsys/startup.h"
#include "libsys/untyped.h"

enum { ASK = 1, BREAK = 2, PREPARED = 100, CRASHES = 3 };

static int table[1 << 16];

static int service(void)
{
	struct message message = {0};
	cptr_t reply;
	int served = 0;

	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		table[i] = PREPARED; /* what takes long in a real one */
	(void)startup_ready();
	if (object_create(OBJECT_REPLY, 0, &reply) != ST_OK)
		return 1;
	while (ipc_recv(startup_cap("serve"), reply, &message) == ST_OK) {
		if (tag_label(message.tag) == BREAK)
			__builtin_trap();
		table[served] += served + 1;
		served++;
		message.tag = tag_make(0, 2, 0);
		message.words[0] = (word_t)served;
		message.words[1] = (word_t)table[served - 1];
		(void)ipc_reply(reply, &message);
	}
	return 0;
}

static struct process golden, clone;
static cptr_t endpoint;

static status_t start(void)
{
	const struct process_cap serve = {"serve", endpoint, RIGHT_READ, 0};
	const struct process_options options = {.caps = &serve, .caps_count = 1};
	struct process_event event;
	status_t st = process_spawn("golden", &options, &golden);

	if (st == ST_OK)
		st = process_wait(&golden, NULL, &event);
	return st == ST_OK ? process_clone(&golden, NULL, &clone) : st;
}

/* Each life serves as the first one did: nothing of the one before is left. */
static status_t use(void)
{
	struct message message;
	status_t st = ST_OK;

	for (word_t i = 1; i <= 3 && st == ST_OK; i++) {
		message = (struct message){.tag = tag_make(ASK, 0, 0)};
		st = ipc_call(endpoint, &message);
		if (st == ST_OK && (message.words[0] != i || message.words[1] != PREPARED + i))
			st = ST_INTERNAL;
	}
	return st;
}

static status_t crash(void)
{
	const struct message message = {.tag = tag_make(BREAK, 0, 0)};
	struct process_event event = {0};
	uint64_t before;
	status_t st = ipc_send(endpoint, &message);

	if (st == ST_OK)
		st = process_wait(&clone, NULL, &event);
	if (st != ST_OK || event.state != PROCESS_CRASHED)
		return ST_INTERNAL;
	before = clock_ns();
	st = process_restart(&clone);
	printf("it crashed, and was begun anew in %lu us\n",
		(unsigned long)((clock_ns() - before) / 1000));
	return st;
}

static int parent(void)
{
	status_t st = object_create(OBJECT_ENDPOINT, 0, &endpoint);

	if (st == ST_OK)
		st = start();
	for (int i = 0; i < CRASHES && st == ST_OK; i++) {
		st = use();
		if (st == ST_OK)
			st = crash();
	}
	if (st == ST_OK)
		st = use();
	(void)process_destroy(&clone);
	(void)process_destroy(&golden);
	return st != ST_OK;
}

int main(void)
{
	return startup_page() ? service() : parent();
}
