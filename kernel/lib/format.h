/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Formatting into a buffer: the part of printf that a kernel's messages need.
 */
#pragma once

#include <stdarg.h>

#include "lib/base.h"

/*
 * format_v, format: write the formatted text into `buffer`, always ended by a NUL.
 *
 *  => conversions %c %s %d %i %u %x %p %%, with 0 and - flags, a width, a precision for
 *     %s, and the sizes h hh l ll z; %p prints 0x and 16 digits
 *  => returns the length written, without the NUL: at most `size` - 1; text that does
 *     not fit is cut off; `size` is at least 1
 */
size_t format_v(char *buffer, size_t size, const char *text, va_list args);
printf_like(3, 4) size_t format(char *buffer, size_t size, const char *text, ...);
