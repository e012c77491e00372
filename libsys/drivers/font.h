/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Glyphs of printable ASCII, five pixels wide and seven high.
 */
#pragma once

#include <stdint.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7 };

/* font_glyph: its lines from the top, the leftmost pixel in bit 4; that of '?' for others. */
const uint8_t *font_glyph(char c);
