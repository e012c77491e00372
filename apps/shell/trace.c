/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * trace COMMAND: what the CPUs did meanwhile, by a kernel that records it, a line for each record.
 */
#include "libsys/trace.h"

#include <stdio.h>

#include "libsys/boot.h"
#include "shell.h"

static int is_given_up; /* by Ctrl-C, while it is printed */

static void print_records(unsigned cpu)
{
	struct trace_record record;
	unsigned i;

	for (i = 0; !is_given_up && trace_read(cpu, i, &record) == ST_OK; i++) {
		is_given_up = jobs_interrupted();
		printf("trace: %u %lu ", cpu, record.time);
		if (!record.is_leave) {
			printf("enter %s\n", trace_cause(record.cause));
			continue;
		}
		for (char *c = record.name; *c; c++)
			if (*c <= ' ')
				*c = '_';
		printf("leave %lx %s\n", record.thread, *record.name ? record.name : "-");
	}
	if (i == DEBUG_TRACE_RECORDS)
		printf("trace: %u is full: what came later is not there\n", cpu);
}

int trace_command(int count, char **words)
{
	int status;

	if (count < 2) {
		puts("  trace COMMAND ...");
		return 1;
	}
	if (trace_start() != ST_OK) {
		puts("  this kernel does not record: tools/run --preset latency has one that "
		     "does");
		return 1;
	}
	status = command_run(count - 1, words + 1);
	(void)trace_stop();
	is_given_up = 0;
	printf("trace: frequency %lu\n", boot_info()->timer_frequency);
	for (unsigned cpu = 0; cpu < boot_info()->cpus_online; cpu++)
		print_records(cpu);
	puts("trace: end");
	return status;
}
