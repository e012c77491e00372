/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the benchmark of processes spawns: a program of 300 KiB that tells when it reached its
 * first instruction of main.
 */
#include <stdio.h>
#include <string.h>

#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/startup.h"

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

static const volatile uint64_t table[] = {WORDS_4096(0), WORDS_4096(4096), WORDS_4096(8192),
	WORDS_4096(12288), WORDS_4096(16384), WORDS_4096(20480), WORDS_4096(24576),
	WORDS_4096(28672)};

int main(int argc, char **argv)
{
	struct message message = {.words = {counter_cycles()}};

	(void)argv;
	message.tag = tag_make(0, 1, 0);
	if (ipc_send(startup_cap("clock"), &message) != ST_OK)
		printf("%d of %s: %lu\n", argc, argv[0], (unsigned long)table[argc]);
	return 0;
}
