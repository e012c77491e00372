/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * trace COMMAND: what the CPUs did meanwhile, by a kernel that records it, a line for each record.
 */
#include <stdio.h>
#include <string.h>

#include "abi/objects.h"

#include "libsys/boot.h"
#include "libsys/syscalls.h"
#include "shell.h"

enum { CALLS = 128, FAULT = 128, INTERRUPT, IDLE };

static const char *cause_name(unsigned cause)
{
	static const char *const names[CALLS] = {
#define SYSCALL_IPC(number, name, text)		     [number] = #name,
#define SYSCALL(number, name, parameters, arguments) [number] = #name,
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	};

	switch (cause) {
	case FAULT:
		return "(fault)";
	case INTERRUPT:
		return "(interrupt)";
	case IDLE:
		return "(idle)";
	default:
		return cause < CALLS && names[cause] ? names[cause] : "(no call)";
	}
}

/* A word of a record; what is negative is a status. */
static int64_t word(unsigned cpu, unsigned record, unsigned number)
{
	unsigned place = (cpu * DEBUG_TRACE_RECORDS + record) * DEBUG_TRACE_WORDS + number;

	return sys_debug_count(DEBUG_TRACE_WORD + place);
}

static void print_name(uint64_t first, uint64_t second)
{
	char name[DEBUG_TRACE_NAME + 1] = "";

	memcpy(name, &first, sizeof(first));
	memcpy(name + sizeof(first), &second, sizeof(second));
	for (char *c = name; *c; c++)
		if (*c <= ' ')
			*c = '_';
	printf(" %s\n", *name ? name : "-");
}

static void print_records(unsigned cpu)
{
	int64_t time, what;

	for (unsigned i = 0; (time = word(cpu, i, 0)) >= 0; i++) {
		what = word(cpu, i, 1);
		printf("trace: %u %ld ", cpu, time);
		if ((what >> 16 & 0xf) == DEBUG_TRACE_ENTER)
			printf("enter %s\n", cause_name(what & 0xffff));
		else {
			printf("leave %lx", what >> 20);
			print_name((uint64_t)word(cpu, i, 2), (uint64_t)word(cpu, i, 3));
		}
		if (i == DEBUG_TRACE_RECORDS - 1)
			printf("trace: %u is full: what came later is not there\n", cpu);
	}
}

int trace_command(int count, char **words)
{
	int status;

	if (count < 2) {
		puts("  trace COMMAND ...");
		return 1;
	}
	if (sys_debug_count(DEBUG_TRACE_START) != ST_OK) {
		puts("  this kernel does not record: tools/run --preset latency has one that "
		     "does");
		return 1;
	}
	status = command_run(count - 1, words + 1);
	(void)sys_debug_count(DEBUG_TRACE_STOP);
	printf("trace: frequency %lu\n", boot_info()->timer_frequency);
	for (unsigned cpu = 0; cpu < boot_info()->cpus_online; cpu++)
		print_records(cpu);
	puts("trace: end");
	return status;
}
