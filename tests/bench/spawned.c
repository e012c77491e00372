/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the benchmark of processes spawns: a program of 300 KiB that tells when it reached its
 * first instruction of main.
 */
#include <stdlib.h>

#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/startup.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

/* Constants, so that the file has the size; each page is another. */
#define WORDS_8(n) n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7
#define WORDS_64(n) \
	WORDS_8(n), WORDS_8(n + 8), WORDS_8(n + 16), WORDS_8(n + 24), WORDS_8(n + 32), \
		WORDS_8(n + 40), WORDS_8(n + 48), WORDS_8(n + 56)
#define WORDS_512(n) \
	WORDS_64(n), WORDS_64(n + 64), WORDS_64(n + 128), WORDS_64(n + 192), \
		WORDS_64(n + 256), WORDS_64(n + 320), WORDS_64(n + 384), WORDS_64(n + 448)
#define WORDS_4096(n) \
	WORDS_512(n), WORDS_512(n + 512), WORDS_512(n + 1024), WORDS_512(n + 1536), \
		WORDS_512(n + 2048), WORDS_512(n + 2560), WORDS_512(n + 3072), \
		WORDS_512(n + 3584)

static const uint64_t table[] = {WORDS_4096(0), WORDS_4096(4096), WORDS_4096(8192),
	WORDS_4096(12288), WORDS_4096(16384), WORDS_4096(20480), WORDS_4096(24576),
	WORDS_4096(28672)};

enum { PAGE = 4096, PAGES = 100 };

static volatile char pages[PAGES * PAGE];

static void tell(uint64_t when)
{
	struct message message = {.tag = tag_make(0, 1, 0), .words = {when}};

	(void)ipc_send(startup_cap("clock"), &message);
}

/* Begin to serve; each life tells when it began, writes so many pages, and waits. */
static void serve(int count)
{
	struct message message = {0};

	(void)startup_ready();
	tell(counter_cycles());
	for (int i = 0; i < count; i++)
		pages[i * PAGE] = 1;
	(void)ipc_recv(startup_cap("wait"), 0, &message);
}

/* So much memory, all of it written. */
static void fill(uint64_t size)
{
	uaddr_t at = 0;
	cptr_t vmo;

	if (vmo_create(ROOT_SLOT_POOL, size, 0, &vmo) == ST_OK &&
		vspace_map(ROOT_SLOT_VSPACE, vmo, 0, size, VSPACE_READ | VSPACE_WRITE, &at) ==
			ST_OK &&
		vmo_op_range(vmo, VMO_OP_COMMIT, 0, size) == ST_OK)
		serve(0);
}

int main(int argc, char **argv)
{
	uint64_t now = counter_cycles();

	if (argc > 1 && argv[1][0] == 'f')
		fill(UINT64_C(256) << 20);
	else if (argc > 1)
		serve(atoi(argv[1]));
	else
		tell(now);
	return (int)table[argc % 512];
}
