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

/* Whether a text begins with that word; it and the blanks behind it are passed over then. */
static int skip_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0 || !strchr(" \t", (*text)[length]))
		return 0;
	*text += length;
	*text += strspn(*text, " \t");
	return 1;
}

/*
 * Commands and files where a command begins, services behind kill, files elsewhere. `before` is
 * what stands on the line before the word.
 */
static const char *candidate(unsigned number, const char *before)
{
	unsigned commands = 0;

	before += strspn(before, " \t");
	while (skip_word(&before, "time") || skip_word(&before, "trace"))
		;
	if (skip_word(&before, "kill"))
		return service_name(number);
	if (skip_word(&before, "vmo-tree"))
		return number == 0 ? "dot" : NULL;
	if (!*before)
		while (command_name(commands))
			if (commands++ == number)
				return command_name(number);
	return file_name(number - commands);
}

/* Words between blanks; "|" is one by itself. More than WORDS_MAX: there were more than that. */
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
	return line[strspn(line, " \t")] ? WORDS_MAX + 1 : count;
}

/* A Ctrl-C that what ran before did not see came too late; from the line's end on it counts. */
static int read_command(char *line)
{
	(void)jobs_interrupted();
	return line_read("quire> ", candidate, line);
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
	while ((length = read_command(line)) >= 0) {
		if (length >= LINE_SIZE) {
			printf("  too long: a line has at most %d characters\n", LINE_SIZE - 1);
			continue;
		}
		fflush(stdout); /* before what others write */
		count = split(line, words);
		if (count > WORDS_MAX)
			printf("  too much: a line has at most %d words\n", WORDS_MAX);
		else if (count > 0)
			(void)command_run(count, words);
	}
	return 0;
}
