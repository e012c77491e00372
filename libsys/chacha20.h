/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include <stdint.h>

enum { CHACHA20_KEY = 8, CHACHA20_NONCE = 3, CHACHA20_BLOCK = 16 }; /* words */

/* chacha20_block: one block of the key stream (RFC 8439, section 2.3), in words. */
void chacha20_block(const uint32_t key[CHACHA20_KEY], const uint32_t nonce[CHACHA20_NONCE],
	uint32_t number, uint32_t out[CHACHA20_BLOCK]);
