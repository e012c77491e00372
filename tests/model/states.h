/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A set of states that grows while it is walked: breadth-first search until nothing new
 * appears. A state is a fixed number of 32-byte pieces of memory; each different piece is
 * kept once and named by a number, so that a state is a few dozen bytes. Nothing is
 * hashed away: two states are the same if their pieces are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	PIECE_BYTES = 32,
	PIECES_MAX = 20, /* in a state */
};

/* states_init: states have `pieces` pieces; there is room for `max` of them. */
void states_init(unsigned pieces, uint64_t max);

/* states_add: add the state at `memory` if it is new; false if it was known. */
bool states_add(const void *memory);

/* states_get: copy state `index` to `memory`. */
void states_get(uint64_t index, void *memory);

uint64_t states_count(void);
