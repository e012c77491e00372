/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Programs that the shell runs. Each is made of one of PIPELINE_MAX Untypeds, which are the
 * shell's for good and used again and again.
 *
 * While they run the shell waits for what they say at one endpoint, to which the console's
 * Ctrl-C comes as well, as a notification bound to this thread: then all of them are killed.
 */
#include <stdio.h>
#include <string.h>

#include "libsys/archive.h"
#include "libsys/process.h"
#include "libsys/stream.h"
#include "libsys/syscalls.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"
#include "shell.h"

enum { JOB_BITS = 22, CRASHED_STATUS = 139 };

static cptr_t memory[PIPELINE_MAX], control, reply;
static struct process job[PIPELINE_MAX];
static struct pipe *pipes[PIPELINE_MAX];

int jobs_open(void)
{
	for (unsigned i = 0; i < PIPELINE_MAX; i++)
		if (object_create(OBJECT_UNTYPED, JOB_BITS, &memory[i]) != ST_OK)
			return 0;
	return object_create(OBJECT_ENDPOINT, 0, &control) == ST_OK &&
		object_create(OBJECT_REPLY, 0, &reply) == ST_OK &&
		thread_bind(ROOT_SLOT_THREAD, startup_cap("interrupt")) == ST_OK;
}

uint64_t jobs_memory(void)
{
	return PIPELINE_MAX * (UINT64_C(1) << JOB_BITS);
}

const char *file_name(unsigned number)
{
	struct archive_file file;
	uint64_t at = 0;

	while (archive_next(&at, &file))
		if (number-- == 0)
			return file.name;
	return NULL;
}

/* One program of a pipeline: words up to "|" or the end, which becomes a NULL. */
static int start(unsigned which, unsigned programs, char **words)
{
	const cptr_t console = startup_cap("stdin");
	const cptr_t in = which > 0 ? pipe_endpoint(pipes[which - 1]) : console;
	const cptr_t out = which + 1 < programs ? pipe_endpoint(pipes[which]) : console;
	const word_t call = RIGHT_WRITE | RIGHT_GRANT_REPLY;
	const struct process_cap caps[] = {
		{"stdin", in, call, in != console},
		{"stdout", out, call, out != console},
		{"init", startup_cap("init"), call, 0},
	};
	const struct process_options options = {
		.arguments = (const char *const *)words,
		.caps = caps,
		.caps_count = sizeof(caps) / sizeof(caps[0]),
		.flags = PROCESS_ARCHIVE,
		.untyped = memory[which],
		.control = control,
		.badge = which + 1,
	};
	status_t st = process_spawn(words[0], &options, &job[which]);

	if (st == ST_NOT_FOUND && command_is(words[0]))
		printf("  %s is a command of the shell's own: it stands alone, without run and "
		       "|\n",
			words[0]);
	else if (st == ST_NOT_FOUND)
		printf("  no command and no program %s: try help\n", words[0]);
	else if (st == ST_INVALID_ARGS)
		printf("  %s is no program that can be loaded\n", words[0]);
	else if (st != ST_OK)
		printf("  %s: %s\n", words[0], status_text(st));
	return st == ST_OK;
}

static int runs(unsigned which)
{
	return job[which].state == PROCESS_RUNS || job[which].state == PROCESS_WAITS;
}

/* What writes to one that has ended has nobody to write to. */
static void ended(unsigned which, unsigned programs)
{
	for (unsigned i = 0; i < which; i++)
		if (runs(i))
			(void)process_kill(&job[i]);
	if (which + 1 < programs)
		pipe_end(pipes[which]);
}

static void kill_all(unsigned programs)
{
	for (unsigned i = 0; i < programs; i++)
		if (runs(i))
			(void)process_kill(&job[i]);
}

static void handle(const struct message *message, unsigned programs)
{
	unsigned which = (unsigned)message->badge - 1;
	struct process_event event;

	if (which >= programs || !runs(which))
		return;
	job[which].reply = reply;
	process_handle(&job[which], message, &event);
	if (event.state == PROCESS_WAITS) {
		(void)process_go(&job[which], 0);
		return;
	}
	if (event.state == PROCESS_CRASHED) {
		job[which].status = CRASHED_STATUS;
		process_print(&job[which], &event);
	}
	ended(which, programs);
}

static int any_runs(unsigned programs)
{
	for (unsigned i = 0; i < programs; i++)
		if (runs(i))
			return 1;
	return 0;
}

static int wait_all(unsigned programs)
{
	struct message message = {0};

	while (any_runs(programs) && ipc_recv(control, reply, &message) == ST_OK)
		if (message.tag & TAG_NOTIFICATION)
			kill_all(programs);
		else
			handle(&message, programs);
	return job[programs - 1].state == PROCESS_KILLED ? KILLED_STATUS :
							   job[programs - 1].status;
}

/* Where each program's words begin; 0: it is no pipeline. */
static unsigned split(int count, char **words, char **program[PIPELINE_MAX])
{
	unsigned programs = 0;

	for (int i = 0; i < count; i++) {
		if (i == 0 || words[i - 1] == NULL) {
			if (programs == PIPELINE_MAX)
				return 0;
			program[programs++] = &words[i];
		}
		if (strcmp(words[i], "|") == 0)
			words[i] = NULL;
	}
	words[count] = NULL;
	for (unsigned i = 0; i < programs; i++)
		if (!program[i][0])
			return 0;
	return words[count - 1] ? programs : 0;
}

int jobs_interrupted(void)
{
	word_t bits;

	return notification_poll(startup_cap("interrupt"), &bits) == ST_OK;
}

int jobs_run(int count, char **words)
{
	char **program[PIPELINE_MAX];
	unsigned programs = split(count, words, program), started = 0, open = 0;
	int status = 1;

	if (programs == 0) {
		printf("  a pipeline is 1 to %d programs with | between them\n", PIPELINE_MAX);
		return 1;
	}
	while (open + 1 < programs && (pipes[open] = pipe_open()))
		open++;
	if (open + 1 == programs)
		while (started < programs && start(started, programs, program[started]))
			started++;
	if (started == programs)
		status = wait_all(programs);
	else
		kill_all(started);
	for (unsigned i = 0; i < started; i++)
		(void)process_destroy(&job[i]);
	for (unsigned i = 0; i < open; i++)
		pipe_close(pipes[i]);
	/* What is typed from now on is for the shell, whoever was killed while it waited for it. */
	(void)stream_read(startup_cap("stdin"), STREAM_READ_KEYS, NULL, 0);
	return status;
}
