/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * getentropy(): what the loader left as rng-seed in /chosen of the device tree (chosen.yaml of the
 * devicetree schema), stretched by ChaCha20. Who has no tree, or one without a seed, is told so: a
 * clock would look random and be none.
 *
 *	key    the seed
 *	nonce  the timer's count, and how many calls this program has made before
 *
 * The count tells programs with the same tree apart, and a process from its copies. Nothing is
 * kept: who may read the tree may know all that comes of it (decision 0130).
 */
#include <errno.h>
#include <string.h>

#include "chacha20.h"
#include "libsys/clock.h"
#include "libsys/device_tree.h"

enum { GETENTROPY_MAX = 256, SEED = CHACHA20_KEY * sizeof(uint32_t) };

int _getentropy(void *to, size_t size);

/* All of the seed counts, if it is longer than a key. */
static int seed_key(uint32_t key[CHACHA20_KEY])
{
	uint8_t bytes[SEED] = {0};
	const uint8_t *seed;
	size_t size = 0;

	seed = tree_bytes(tree_find("/chosen"), "rng-seed", &size);
	if (!seed || size < SEED)
		return 0;
	for (size_t i = 0; i < size; i++)
		bytes[i % SEED] ^= seed[i];
	memcpy(key, bytes, SEED);
	return 1;
}

int _getentropy(void *to, size_t size)
{
	static uint32_t calls;
	uint32_t key[CHACHA20_KEY], block[CHACHA20_BLOCK], number = 0;
	uint64_t now = clock_ticks();
	const uint32_t nonce[CHACHA20_NONCE] = {(uint32_t)now, (uint32_t)(now >> 32),
		__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED)};

	if (size > GETENTROPY_MAX) {
		errno = EIO;
		return -1;
	}
	if (!seed_key(key)) {
		errno = ENOSYS;
		return -1;
	}
	for (size_t done = 0; done < size; done += sizeof(block)) {
		chacha20_block(key, nonce, number++, block);
		memcpy((char *)to + done, block,
			size - done < sizeof(block) ? size - done : sizeof(block));
	}
	return 0;
}
