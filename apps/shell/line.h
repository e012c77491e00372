/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A line typed at the prompt: edited, completed, remembered.
 *
 *	Left Right Home End   Ctrl-A Ctrl-E     move
 *	Backspace Delete Ctrl-U Ctrl-K Ctrl-W   delete
 *	Up Down                                 earlier and later lines
 *	Tab                                     completes the word, or lists what it could be
 *	Ctrl-C                                  gives the line up
 *	Ctrl-D                                  ends it, and at its start the input
 */
#pragma once

#include <stddef.h>

enum { LINE_SIZE = 256, HISTORY = 64 };

/*
 * line_candidate: what a word can be completed to, by number from 0 on; NULL: no more. before: what
 * stands on the line before it. Names stay as they are until the next line is read.
 */
typedef const char *(*line_candidate)(unsigned number, const char *before);

/*
 * line_read: the next line, with what is to be said before it.
 *
 *  line      LINE_SIZE bytes
 *  returns   its length; -1 at the end of input; LINE_SIZE or more: it was too long, and is
 *            not all there
 */
int line_read(const char *prompt, line_candidate candidate, char *line);

/* line_history: one that was typed, 0 being the last; NULL: no more. */
const char *line_history(unsigned number);
