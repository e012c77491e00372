/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The shell: reads lines from the console, does what they say. It ends with the input
 * (Ctrl-D), and with it the machine.
 */
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "shell.h"

/* Commands and files for a line's first word, files for the others. */
static const char *candidate(unsigned number, int is_first)
{
	unsigned commands = 0;

	if (is_first)
		while (command_name(commands))
			if (commands++ == number)
				return command_name(number);
	return file_name(number - commands);
}

/* Words between blanks; "|" is one by itself. */
static int split(char *line, char **words)
{
	static char pipe[] = "|";
	int count = 0;

	while (*line && count < WORDS_MAX) {
		line += strspn(line, " \t");
		if (*line == '|') {
			words[count++] = pipe;
			*line++ = '\0';
		} else if (*line) {
			words[count++] = line;
			line += strcspn(line, " \t|");
			if (*line && *line != '|')
				*line++ = '\0';
		}
	}
	return count;
}

int main(void)
{
	static char line[LINE_SIZE], buffer[4096];
	char *words[WORDS_MAX + 1];
	int length, count;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (!jobs_open()) {
		puts("shell: no memory for programs");
		return 1;
	}
	puts("  help     lists the commands");
	while ((length = line_read("quire> ", candidate, line)) >= 0) {
		if (length >= LINE_SIZE) {
			printf("  too long: a line has at most %d characters\n", LINE_SIZE - 1);
			continue;
		}
		fflush(stdout); /* before what others write */
		count = split(line, words);
		if (count > 0)
			(void)command_run(count, words);
	}
	return 0;
}
