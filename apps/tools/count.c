/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* count [crash]: ask the service "counter", found by its name, for the next number. */
#include <stdio.h>
#include <string.h>

#include "libsys/startup.h"
#include "libsys/syscalls.h"
#include "libsys/system.h"

int main(int argc, char **argv)
{
	unsigned crash = argc > 1 && strcmp(argv[1], "crash") == 0;
	struct message message = {.tag = tag_make(crash, 0, 0)};
	cptr_t counter;
	status_t st;

	if (argc > 2 || (argc == 2 && !crash)) {
		puts("  count [crash]");
		return 1;
	}
	st = system_lookup(startup_cap("init"), "counter", &counter);
	if (st == ST_OK)
		st = ipc_call(counter, &message);
	if (st == ST_OK)
		printf("  %lu\n", message.words[0]);
	else
		printf("  counter: %s\n", status_text(st));
	return st != ST_OK;
}
