/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program. It says what it found, then starts what the manifest in the archive names
 * and looks after it. With the boot argument "exit" (or "exit=STATUS") it ends instead, and with
 * it the machine.
 */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "services.h"

/* 1234567 as "1,234,567"; the buffer is the caller's to read until the next call. */
static const char *grouped(uint64_t number)
{
	static char text[32];
	char *at = text + sizeof(text) - 1;

	for (int digits = 0; digits == 0 || number; digits++, number /= 10) {
		if (digits && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + number % 10);
	}
	return at;
}

static void show_boot_time(void)
{
	uint64_t instructions = boot_instructions();

	if (instructions)
		printf("  boot     %s instructions, kernel entry to here\n",
			grouped(instructions));
	else
		printf("  boot     instructions are not counted here (QEMU counts with "
		       "-icount)\n");
}

static void show_banner(void)
{
	const struct bootinfo *info = boot_info();

	printf("\n%s\n", info->kernel);
	printf("  board    %s\n", info->board);
	printf("  cpus     %u of %u running\n", info->cpus_online, info->cpus);
	printf("  memory   %.1f MiB, %.1f MiB free\n", (double)info->memory_bytes / (1 << 20),
		(double)info->memory_free / (1 << 20));
	show_boot_time();
}

int main(void)
{
	const char *status;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	show_banner();
	if (boot_argument("exit", &status))
		return atoi(status);
	return services_run();
}
