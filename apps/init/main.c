/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program. It says what it found and offers a prompt; with the boot argument
 * "exit" (or "exit=STATUS") it ends instead, and with it the machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/clock.h"

enum { LINE_MAX = 80 };

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

static void show_help(void)
{
	puts("  info           the machine\n"
	     "  time           seconds since it was switched on\n"
	     "  sleep SECONDS  wait\n"
	     "  peek ADDRESS   read a byte: one that is not this program's shows how it is "
	     "stopped\n"
	     "  exit [STATUS]  end this program and switch the machine off");
}

static void run_command(char *line)
{
	const char *command = strtok(line, " ");
	const char *argument = strtok(NULL, " ");

	if (!command)
		return;
	if (strcmp(command, "info") == 0)
		show_banner();
	else if (strcmp(command, "time") == 0)
		printf("  %.6f s\n", (double)clock_ns() / 1e9);
	else if (strcmp(command, "sleep") == 0)
		clock_sleep_ns((uint64_t)(strtod(argument ? argument : "1", NULL) * 1e9));
	else if (strcmp(command, "peek") == 0)
		printf("  0x%02x\n",
			*(volatile unsigned char *)strtoull(
				argument ? argument : "0", NULL, 0));
	else if (strcmp(command, "exit") == 0)
		exit(argument ? atoi(argument) : 0);
	else if (strcmp(command, "help") == 0)
		show_help();
	else
		printf("  no command %s: try help\n", command);
}

/* A line, echoed as it is typed; backspace works. */
static void read_line(char *line)
{
	size_t length = 0;

	for (;;) {
		int c = getchar();

		if (c == '\r' || c == '\n')
			break;
		if ((c == '\b' || c == 0x7f) && length > 0) {
			length--;
			printf("\b \b");
		} else if (c >= ' ' && c < 0x7f && length < LINE_MAX - 1) {
			line[length++] = (char)c;
			putchar(c);
		}
		fflush(stdout);
	}
	line[length] = '\0';
	putchar('\n');
}

int main(void)
{
	char line[LINE_MAX];
	const char *status;

	setvbuf(stdin, NULL, _IONBF, 0);
	show_banner();
	if (boot_argument("exit", &status))
		return atoi(status);
	puts("  help     lists the commands");
	for (;;) {
		printf("quire> ");
		fflush(stdout);
		read_line(line);
		run_command(line);
	}
}
