/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "chacha20.h"

#include <string.h>

enum { ROUNDS = 20 };

static uint32_t rotated(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void quarter_round(uint32_t *s, unsigned a, unsigned b, unsigned c, unsigned d)
{
	s[a] += s[b];
	s[d] = rotated(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotated(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotated(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotated(s[b] ^ s[c], 7);
}

void chacha20_block(const uint32_t key[CHACHA20_KEY], const uint32_t nonce[CHACHA20_NONCE],
	uint32_t number, uint32_t out[CHACHA20_BLOCK])
{
	/* "expand 32-byte k" */
	uint32_t start[CHACHA20_BLOCK] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

	memcpy(&start[4], key, CHACHA20_KEY * sizeof(*key));
	start[12] = number;
	memcpy(&start[13], nonce, CHACHA20_NONCE * sizeof(*nonce));
	memcpy(out, start, sizeof(start));
	for (unsigned round = 0; round < ROUNDS; round += 2) {
		for (unsigned i = 0; i < 4; i++)
			quarter_round(out, i, 4 + i, 8 + i, 12 + i);
		for (unsigned i = 0; i < 4; i++)
			quarter_round(
				out, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
	}
	for (unsigned i = 0; i < CHACHA20_BLOCK; i++)
		out[i] += start[i];
}
