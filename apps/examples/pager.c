/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A pager: a gigabyte of squares that nobody has computed yet. The table is a VMO with an
 * endpoint for its pages. Whoever touches one that is missing waits, this program's second thread
 * fills a page of its own and supplies it: the page changes hands, nothing is copied. A clone
 * of the table asks the same pager, and keeps what it writes for itself.
 */
#include "libsys/pager.h"

#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

#define TABLE (UINT64_C(1) << 30)

enum { SQUARES = 77, PER_PAGE = PAGE_SIZE / sizeof(uint64_t) };

static cptr_t endpoint, reply, table, page;
static unsigned supplied;

/* The numbers of one page, written into the VMO `page`, which has that one page. */
static status_t compute(uint64_t offset)
{
	uint64_t squares[PER_PAGE], first = offset / sizeof(uint64_t);

	for (uint64_t i = 0; i < PER_PAGE; i++)
		squares[i] = (first + i) * (first + i);
	return vmo_write(page, squares, 0, sizeof(squares));
}

/* Which VMO a page is missing in the badge tells: a pager may have many. */
static void serve(void *unused)
{
	struct message m = {0};
	status_t st = ipc_recv(endpoint, reply, &m);

	(void)unused;
	while (st == ST_OK) {
		uint64_t offset = m.words[PAGE_WORD_OFFSET];

		if (!page_is_missing(&m) || m.badge != SQUARES)
			st = ST_NOT_SUPPORTED;
		else
			st = compute(offset);
		if (st == ST_OK)
			st = vmo_supply(table, offset, PAGE_SIZE, page, 0);
		supplied += st == ST_OK;
		m.tag = st == ST_OK ? page_supplied() : page_refused();
		st = ipc_reply_recv(endpoint, reply, &m);
	}
}

static status_t start(void)
{
	static _Alignas(16) char stack[32768];
	const struct thread_options options = {.stack = stack, .stack_size = sizeof(stack)};
	cptr_t badged = slot_alloc(), thread;
	status_t st = object_create(OBJECT_ENDPOINT, 0, &endpoint);

	if (st == ST_OK)
		st = object_create(OBJECT_REPLY, 0, &reply);
	if (st == ST_OK)
		st = vmo_create(ROOT_SLOT_POOL, PAGE_SIZE, 0, &page);
	if (st == ST_OK)
		st = vmo_create(ROOT_SLOT_POOL, TABLE, 0, &table);
	if (st == ST_OK)
		st = cap_mint(badged, endpoint, RIGHTS_ALL, SQUARES);
	if (st == ST_OK)
		st = vmo_set_pager(table, badged);
	return st == ST_OK ? thread_start(serve, NULL, &options, &thread) : st;
}

int main(void)
{
	static const uint64_t asked[] = {3, 4, 1000, 100000000, 1001};
	volatile uint64_t *squares, *own;
	uaddr_t at = 0, clone_at = 0;
	cptr_t clone;
	status_t st = start();

	if (st == ST_OK)
		st = vmo_clone(table, VMO_CHILD_CLONE, 0, TABLE, ROOT_SLOT_POOL, &clone);
	if (st == ST_OK)
		st = vspace_map(ROOT_SLOT_VSPACE, table, 0, TABLE, VSPACE_READ, &at);
	if (st == ST_OK)
		st = vspace_map(ROOT_SLOT_VSPACE, clone, 0, TABLE, VSPACE_READ | VSPACE_WRITE,
			&clone_at);
	if (st != ST_OK)
		return 1;
	squares = (volatile uint64_t *)at;
	own = (volatile uint64_t *)clone_at;
	for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		printf("%lu * %lu = %lu\n", asked[i], asked[i], squares[asked[i]]);
	printf("a gigabyte, of which %u pages were asked for\n", supplied);
	own[70000]++;
	printf("the clone has %lu, the table %lu: %u pages\n", own[70000], squares[70000],
		supplied);
	return squares[70000] != UINT64_C(4900000000) || own[70000] != squares[70000] + 1 ||
		supplied != 4;
}
