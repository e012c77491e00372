/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What tests feed to code that must not trust its input. Each block is of exactly the
 * size asked for and 16-byte aligned, so that ASan sees the first byte read beyond it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* input_copy: the first `size` bytes of `data` in a block of their own; free() it. */
void *input_copy(const void *data, size_t size);

/* input_file: a whole file; ends the program if it cannot be read. free() it. */
void *input_file(const char *path, size_t *size_out);

/* input_random: the next number of a sequence that is the same in every run. */
uint64_t input_random(uint64_t *state);

/* input_mutate: change a few bytes, most of them within the first `head` ones. */
void input_mutate(uint8_t *data, size_t size, size_t head, uint64_t *state);
