/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Each program of the archive in suite/, one after the other; its status says whether it passed. */
#include <stdio.h>
#include <string.h>

#include "libsys/archive.h"
#include "libsys/process.h"

static struct process process;
static struct process_event event;

static int passes(const struct archive_file *file)
{
	struct process_options options = {.memory_bits = 24, .stack_size = 1 << 20};
	const char *name = strrchr(file->name, '/') + 1;

	if (process_spawn(file->name, &options, &process) != ST_OK ||
		process_wait(&process, NULL, &event) != ST_OK)
		return printf("suite: %s: not run\n", name), 0;
	if (event.state != PROCESS_EXITED)
		process_print(&process, &event);
	if (event.state != PROCESS_EXITED || event.status != 0)
		printf("\nsuite: %s: failed with %d\n", name, event.status);
	else
		printf("\nsuite: %s: passed\n", name);
	fflush(stdout);
	process_destroy(&process);
	return event.state == PROCESS_EXITED && event.status == 0;
}

int main(void)
{
	static const char folder[] = "suite/";
	struct archive_file file;
	unsigned count = 0, passed = 0;
	uint64_t at = 0;

	while (archive_next(&at, &file)) {
		if (strncmp(file.name, folder, sizeof(folder) - 1) != 0)
			continue;
		count++;
		passed += (unsigned)passes(&file);
	}
	printf("suite: %u programs, %u passed\n", count, passed);
	return passed != count;
}
