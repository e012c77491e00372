/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the files of the shell share.
 */
#pragma once

#include <stdint.h>

enum { WORDS_MAX = 32, PIPELINE_MAX = 4, KILLED_STATUS = 130 };

/* commands.c: a command of the shell's own; 0 if there is none of that name. */
int command_run(int count, char **words);

/* trace.c: a command, and what the kernel recorded meanwhile. */
int trace_command(int count, char **words);

/* command_name: by number from 0 on; NULL: no more. command_is: is there one of that name? */
const char *command_name(unsigned number);
int command_is(const char *name);

/* service_name: of init's, by number from 0 on; NULL: no more. */
const char *service_name(unsigned number);

/*
 * jobs.c: programs from the archive, one or several whose output is the next one's input.
 *
 * jobs_open: once, before the others; 0: there is no memory.
 * jobs_run: a line of words in which "|" stands between programs; returns the last one's status
 * jobs_interrupted: whether Ctrl-C came since this was last asked
 */
int jobs_open(void);
int jobs_run(int count, char **words);
int jobs_interrupted(void);
uint64_t jobs_memory(void);

/* file_name: of the archive's, by number; NULL: no more. */
const char *file_name(unsigned number);

/*
 * pipe.c: a stream from one program to another; its endpoint, which programs get with a badge:
 * without one it is told to end.
 */
struct pipe;
struct pipe *pipe_open(void);
void pipe_close(struct pipe *pipe);
uint64_t pipe_endpoint(const struct pipe *pipe);

/* pipe_end: nobody writes into it (reads from it) any more. */
void pipe_end(struct pipe *pipe);
