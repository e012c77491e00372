/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The boot console: contract of rank 2, implemented by platform/console.c.
 */
#pragma once

#include "lib/base.h"

/*
 * console_write: send bytes, a CR before each LF.
 *
 *  => polls; before the console is known the text is kept (up to a page of it) and sent
 *     when it is
 */
void console_write(const char *text, size_t size);

/*
 * console_write_some: send what the console has room for without waiting; returns how many
 * bytes, a CR before each LF not counted.
 */
size_t console_write_some(const char *text, size_t size);

/* console_read: the next byte that was typed, or -1. */
int console_read(void);

/* console_flush: wait until all is on the wire. */
void console_flush(void);
