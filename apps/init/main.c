/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program. It says what it found and offers a prompt; with the boot argument
 * "exit" (or "exit=STATUS") it ends instead, and with it the machine. At the prompt the
 * input's end (Ctrl-D) ends it too.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/clock.h"

enum {
	LINE_SIZE = 80,
	SLEEP_MAX_S = 1000000000,
	STATUS_MAX = 255,
	END_OF_INPUT = 4, /* Ctrl-D */
	ESCAPE = 0x1b,
};

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
	     "  exit [STATUS]  end this program and switch the machine off\n"
	     "  Ctrl-A x       leaves QEMU");
}

static void sleep_command(const char *argument)
{
	char *end;
	double seconds = strtod(argument, &end);

	/* Written so that a NaN fails too. */
	if (*end || end == argument || !(seconds >= 0 && seconds <= SLEEP_MAX_S))
		printf("  %s is not a number of seconds: 0 to %d\n", argument, SLEEP_MAX_S);
	else
		clock_sleep_ns((uint64_t)(seconds * 1e9));
}

/* A number in C's notation from 0 to max; says what is wrong with one that is not. */
static bool read_number(const char *text, unsigned long long max, unsigned long long *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *out <= max)
		return true;
	printf("  %s is not a number from 0 to 0x%llx\n", text, max);
	return false;
}

static void peek_command(const char *argument)
{
	unsigned long long address;

	if (read_number(argument, UINT64_MAX, &address))
		printf("  0x%02x\n", *(volatile unsigned char *)address);
}

static void exit_command(const char *argument)
{
	unsigned long long status;

	if (read_number(argument, STATUS_MAX, &status))
		exit((int)status);
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
		sleep_command(argument ? argument : "1");
	else if (strcmp(command, "peek") == 0)
		peek_command(argument ? argument : "0");
	else if (strcmp(command, "exit") == 0)
		exit_command(argument ? argument : "0");
	else if (strcmp(command, "help") == 0)
		show_help();
	else
		printf("  no command %s: try help\n", command);
}

/* The next key, in which an arrow or another key that sends several bytes counts as none. */
static int read_key(void)
{
	int c = getchar();

	if (c != ESCAPE)
		return c;
	c = getchar();
	if (c == 'O')
		getchar();
	if (c == '[')
		do
			c = getchar();
		while (c != EOF && (c < '@' || c > '~'));
	return c < ' ' ? c : 0; /* not what Escape alone was pressed before */
}

static bool is_line_end(int c)
{
	return c == '\r' || c == '\n' || c == END_OF_INPUT || c == EOF;
}

/*
 * A line, echoed as it is typed; backspace works.
 *
 *  returns the number of characters typed, or -1 if the input ended before the first; more
 *  than LINE_SIZE - 1: the line is not all of them
 */
static int read_line(char *line)
{
	int length = 0, c;

	while (!is_line_end(c = read_key())) {
		if ((c == '\b' || c == 0x7f) && length > 0) {
			length--;
			printf("\b \b");
		} else if (c >= ' ' && c < 0x7f) {
			if (length < LINE_SIZE - 1)
				line[length] = (char)c;
			length++;
			putchar(c);
		}
		fflush(stdout);
	}
	line[length < LINE_SIZE ? length : LINE_SIZE - 1] = '\0';
	putchar('\n');
	return length == 0 && (c == END_OF_INPUT || c == EOF) ? -1 : length;
}

int main(void)
{
	char line[LINE_SIZE];
	const char *status;
	int length;

	setvbuf(stdin, NULL, _IONBF, 0);
	show_banner();
	if (boot_argument("exit", &status))
		return atoi(status);
	puts("  help     lists the commands");
	for (;;) {
		printf("quire> ");
		fflush(stdout);
		length = read_line(line);
		if (length < 0)
			return 0;
		if (length < LINE_SIZE)
			run_command(line);
		else
			printf("  too long: a line has at most %d characters\n", LINE_SIZE - 1);
	}
}
