/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_ = 256 };

/* Copies a word that must fit. */
static int set_text(char to[SYSTEM_NAME_MAX], const char *from)
{
	size_t length = strlen(from);

	if (length == 0 || length >= SYSTEM_NAME_MAX)
		return 0;
	memcpy(to, from, length + 1);
	return 1;
}

static int add_grant(
	struct wish *wish, enum grant_kind kind, const char *from, const char *name)
{
	struct grant *grant = &wish->grant[wish->grant_count];

	if (wish->grant_count == SERVICE_CAPS_MAX)
		return 0;
	grant->kind = kind;
	if (!set_text(grant->from, from) || !set_text(grant->name, name))
		return 0;
	wish->grant_count++;
	return 1;
}

static int set_bits(unsigned *to, const char *from)
{
	char *end;

	*to = (unsigned)strtoul(from, &end, 10);
	return *from && !*end;
}

static int set_flag(struct wish *wish, const char *word)
{
	if (strcmp(word, "archive") == 0)
		return wish->sees_archive = 1;
	if (strcmp(word, "serves") == 0)
		return wish->serves = 1;
	return strcmp(word, "ends") == 0 && (wish->ends = 1);
}

static int set_restart(struct wish *wish, const char *value)
{
	wish->restarts = strcmp(value, "crash") == 0;
	return wish->restarts || strcmp(value, "never") == 0;
}

static int set_value(struct wish *wish, const char *key, const char *value)
{
	if (strcmp(key, "program") == 0)
		return set_text(wish->program, value);
	if (strcmp(key, "memory") == 0)
		return set_bits(&wish->memory_bits, value);
	if (strcmp(key, "objects") == 0)
		return set_bits(&wish->objects_bits, value);
	if (strcmp(key, "uses") == 0)
		return add_grant(wish, GRANT_CALL, value, value);
	if (strcmp(key, "stdio") == 0)
		return add_grant(wish, GRANT_CALL, value, "stdin") &&
			add_grant(wish, GRANT_CALL, value, "stdout");
	if (strcmp(key, "signals") == 0)
		return add_grant(wish, GRANT_SIGNAL, value, value);
	if (strcmp(key, "hears") == 0)
		return add_grant(wish, GRANT_HEAR, value, value);
	if (strcmp(key, "restart") == 0)
		return set_restart(wish, value);
	if (strcmp(key, "device") == 0)
		return strcmp(value, "console") == 0 && (wish->has_console = 1);
	if (strcmp(key, "argument") == 0)
		return wish->argument_count < SERVICE_ARGUMENTS_MAX &&
			set_text(wish->argument[wish->argument_count++], value);
	return 0;
}

/* 1, or 0 and the word that is not understood. */
static int read_line(char *line, struct wish *wish, const char **word_out)
{
	char *rest, *word = strtok_r(line, " \t", &rest);

	*wish = (struct wish){0};
	*word_out = word;
	if (!set_text(wish->name, word) || !set_text(wish->program, word))
		return 0;
	while ((word = strtok_r(NULL, " \t", &rest))) {
		char *value = strchr(word, '=');

		*word_out = word;
		if (value)
			*value++ = '\0';
		if (value ? !set_value(wish, word, value) : !set_flag(wish, word))
			return 0;
	}
	return 1;
}

int manifest_read(const char *text, size_t size, struct wish *wishes, char wrong[64])
{
	const char *end = text + size;
	int count = 0;

	for (int number = 1; text < end; number++) {
		const char *next = memchr(text, '\n', (size_t)(end - text));
		size_t length = next ? (size_t)(next - text) : (size_t)(end - text);
		char line[LINE_MAX_];
		const char *word = "";

		if (length >= sizeof(line) || count == SERVICES_MAX) {
			snprintf(wrong, 64, "line %d is too long, or too many", number);
			return -1;
		}
		memcpy(line, text, length);
		line[length] = '\0';
		line[strcspn(line, "#")] = '\0';
		if (line[strspn(line, " \t")] && !read_line(line, &wishes[count++], &word)) {
			snprintf(wrong, 64, "line %d: '%.24s'", number, word);
			return -1;
		}
		text += length + 1;
	}
	return count;
}
