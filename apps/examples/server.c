/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Client and server. The server keeps a sum for each client; who calls it knows by the badge of
 * the capability that the call came through, which the kernel tells and no client can change.
 *
 *	alice --[badge 1]--\
 *	                    endpoint --> server
 *	bob ----[badge 2]--/
 *
 * Here all three are threads of one program; in programs of their own (libsys/process.h) not a
 * line of server or client would differ.
 */
#include <pthread.h>
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/ipc.h"
#include "libsys/slots.h"
#include "libsys/syscalls.h"
#include "libsys/untyped.h"

enum label { ADD = 1, STOP = 2 };
enum { CLIENTS = 2 };

static cptr_t endpoint, reply;

static void *serve(void *argument)
{
	word_t sums[CLIENTS + 1] = {0};
	struct message m = {0};
	status_t st = ipc_recv(endpoint, reply, &m);

	/* The answer to one and the wait for the next are one system call. */
	while (st == ST_OK && tag_label(m.tag) == ADD && m.badge <= CLIENTS) {
		sums[m.badge] += m.words[0];
		m.words[0] = sums[m.badge];
		m.tag = tag_make(0, 1, 0);
		st = ipc_reply_recv(endpoint, reply, &m);
	}
	m.tag = tag_make(0, 0, 0);
	(void)ipc_reply(reply, &m);
	return argument;
}

static word_t add(cptr_t server, word_t number)
{
	struct message m = {.tag = tag_make(ADD, 1, 0), .words = {number}};

	return ipc_call(server, &m) == ST_OK ? m.words[0] : 0;
}

/* A capability to the server: to call it, and nothing else. */
static cptr_t introduce(word_t badge)
{
	cptr_t slot = slot_alloc();

	if (!slot || cap_mint(slot, endpoint, RIGHT_WRITE | RIGHT_GRANT_REPLY, badge) != ST_OK)
		return 0;
	return slot;
}

int main(void)
{
	struct message stop = {.tag = tag_make(STOP, 0, 0)};
	cptr_t alice, bob;
	pthread_t server;
	word_t hers = 0, his = 0;

	if (object_create(OBJECT_ENDPOINT, 0, &endpoint) != ST_OK ||
		object_create(OBJECT_REPLY, 0, &reply) != ST_OK ||
		pthread_create(&server, NULL, serve, NULL) != 0)
		return 1;
	alice = introduce(1);
	bob = introduce(2);
	for (word_t i = 1; i <= 10; i++) {
		hers = add(alice, i);
		his = add(bob, i * i);
	}
	printf("alice has %lu, bob has %lu\n", hers, his);

	/* Nobody can receive with what a client has. */
	printf("alice as a server: %s\n", status_name(ipc_recv(alice, 0, &stop)));
	stop.tag = tag_make(STOP, 0, 0);
	(void)ipc_call(alice, &stop);
	pthread_join(server, NULL);
	return hers == 55 && his == 385 ? 0 : 1;
}
