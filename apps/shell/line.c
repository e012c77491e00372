/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Keys come from the console in the pieces that they were typed or pasted in, a line at most.
 * What is echoed waits in stdout's buffer until no key is left to look at.
 */
#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/startup.h"
#include "libsys/stream.h"

enum {
	CTRL_A = 1,
	CTRL_C = 3,
	CTRL_D = 4,
	CTRL_E = 5,
	TAB = '\t',
	CTRL_K = 0x0b,
	CTRL_U = 0x15,
	CTRL_W = 0x17,
	ESCAPE = 0x1b,
	DELETE = 0x7f,
	UTF8_FIRST = 0xc0, /* from here on the first byte of a character of several */
	UTF8_THREE = 0xe0,
	UTF8_FOUR = 0xf0,
	UTF8_MAX = 4,
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_NONE,
	KEY_EOF = -1,
};

struct editor {
	char *text;
	int length, at; /* may be beyond LINE_SIZE: then it is only counted */
	int back;	/* lines of history back from now */
	const char *prompt;
	line_candidate candidate;
};

static char history[HISTORY][LINE_SIZE];
static unsigned history_count;

static unsigned char keys[STREAM_MAX];
static int64_t keys_count, keys_next;

static int read_byte(void)
{
	if (keys_next >= keys_count) {
		fflush(stdout);
		keys_next = 0;
		keys_count =
			stream_read(startup_cap("stdin"), STREAM_READ_KEYS, keys, sizeof(keys));
		if (keys_count <= 0)
			return KEY_EOF;
	}
	return keys[keys_next++];
}

/* What terminals send for keys that are no characters: ESC [ or ESC O, a number, a letter. */
static int read_sequence(void)
{
	int c = read_byte(), number = 0;

	if (c != '[' && c != 'O')
		return KEY_NONE;
	while ((c = read_byte()) == ';' || (c >= '0' && c <= '9'))
		number = c == ';' ? 0 : (10 * number + c - '0') % 1000;
	switch (c) {
	case 'A':
	case 'B':
	case 'C':
	case 'D':
		return KEY_UP + c - 'A';
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		return number == 3  ? KEY_DELETE :
			number == 1 ? KEY_HOME :
			number == 4 ? KEY_END :
				      KEY_NONE;
	default:
		return c == KEY_EOF ? KEY_EOF : KEY_NONE;
	}
}

static int read_key(void)
{
	int c = read_byte();

	return c == ESCAPE ? read_sequence() : c;
}

static void put(const char *text, int count)
{
	fwrite(text, 1, (size_t)count, stdout);
}

static void back(int count)
{
	while (count-- > 0)
		putchar('\b');
}

/* Bytes of a character behind its first. */
static int is_inner(char c)
{
	return (c & 0xc0) == 0x80;
}

/* How many places on the screen so many bytes take: each character one. */
static int width(const char *text, int count)
{
	int places = 0;

	for (int i = 0; i < count; i++)
		places += !is_inner(text[i]);
	return places;
}

/* What is behind the cursor is written again, and `gone` characters that were there are not. */
static void redraw_rest(const struct editor *e, int gone)
{
	put(e->text + e->at, e->length - e->at);
	for (int i = 0; i < gone; i++)
		putchar(' ');
	back(width(e->text + e->at, e->length - e->at) + gone);
}

/* A character of `count` bytes; one of several for which there is no room is left out. */
static void insert_bytes(struct editor *e, const char *bytes, int count)
{
	if (e->length + count > LINE_SIZE - 1)
		return;
	memmove(e->text + e->at + count, e->text + e->at, (size_t)(e->length - e->at));
	memcpy(e->text + e->at, bytes, (size_t)count);
	put(bytes, count);
	e->at += count;
	e->length += count;
	if (e->at < e->length)
		redraw_rest(e, 0);
}

/* The rest of a character comes with its first byte. One that is not whole is left out. */
static void insert_utf8(struct editor *e, int first)
{
	const int count = first >= UTF8_FOUR ? 4 : first >= UTF8_THREE ? 3 : 2;
	char text[UTF8_MAX] = {(char)first};

	for (int i = 1; i < count; i++) {
		int next = read_byte();

		text[i] = (char)next;
		if (next == KEY_EOF)
			return;
		if (!is_inner(text[i])) {
			keys_next--; /* it is a key of its own */
			return;
		}
	}
	insert_bytes(e, text, count);
}

static void insert(struct editor *e, char c)
{
	if (e->length >= LINE_SIZE - 1) { /* counted, so that one can delete them again */
		e->length++;
		e->at = e->length;
		putchar(c);
		return;
	}
	insert_bytes(e, &c, 1);
}

/* How many bytes the character before the cursor has; the one behind it. */
static int size_before(const struct editor *e)
{
	int at = e->at - 1;

	while (e->length < LINE_SIZE && at > 0 && is_inner(e->text[at]))
		at--;
	return e->at - at;
}

static int size_behind(const struct editor *e)
{
	int at = e->at + 1;

	while (e->length < LINE_SIZE && at < e->length && is_inner(e->text[at]))
		at++;
	return at - e->at;
}

/* `count` bytes before the cursor, of whole characters. */
static void erase(struct editor *e, int count)
{
	int places = count;

	if (count <= 0 || count > e->at)
		return;
	if (e->length < LINE_SIZE)
		places = width(e->text + e->at - count, count);
	back(places);
	if (e->length < LINE_SIZE)
		memmove(e->text + e->at - count, e->text + e->at, (size_t)(e->length - e->at));
	e->at -= count;
	e->length -= count;
	if (e->length < LINE_SIZE)
		redraw_rest(e, places);
	else
		printf("  \b\b");
}

static void move(struct editor *e, int to)
{
	if (e->length >= LINE_SIZE || to < 0 || to > e->length)
		return;
	if (to > e->at)
		put(e->text + e->at, to - e->at);
	else
		back(width(e->text + to, e->at - to));
	e->at = to;
}

static void replace(struct editor *e, const char *text)
{
	move(e, e->length);
	erase(e, e->at);
	while (*text)
		insert(e, *text++);
}

const char *line_history(unsigned number)
{
	return number < history_count && number < HISTORY ?
		history[(history_count - 1 - number) % HISTORY] :
		NULL;
}

static void remember(const char *line)
{
	const char *last = line_history(0);

	if (*line && (!last || strcmp(last, line) != 0))
		strcpy(history[history_count++ % HISTORY], line);
}

static void walk_history(struct editor *e, int step)
{
	const char *line =
		e->back + step > 0 ? line_history((unsigned)(e->back + step - 1)) : "";

	if (!line || e->back + step < 0)
		return;
	e->back += step;
	replace(e, line);
}

/* Up to where all that begin with the word agree; they are listed if that is no more. */
static void complete(struct editor *e)
{
	int start = e->at, agree = -1, matches = 0;
	const char *name, *match = NULL;
	char before[LINE_SIZE];

	if (e->length >= LINE_SIZE)
		return;
	while (start > 0 && e->text[start - 1] != ' ' && e->text[start - 1] != '|')
		start--;
	memcpy(before, e->text, (size_t)start);
	before[start] = '\0';
	for (unsigned i = 0; (name = e->candidate(i, before)); i++) {
		int length = (int)strlen(name), typed = e->at - start, same = 0;

		if (strncmp(name, e->text + start, (size_t)typed) != 0)
			continue;
		while (match && same < length && name[same] == match[same])
			same++;
		agree = !match ? length : same < agree ? same : agree;
		match = name;
		matches++;
	}
	for (int i = e->at - start; i < agree; i++)
		insert(e, match[i]);
	if (matches == 1) {
		insert(e, ' ');
	} else if (matches > 1 && agree == e->at - start) {
		putchar('\n');
		for (unsigned i = 0; (name = e->candidate(i, before)); i++)
			if (strncmp(name, e->text + start, (size_t)(e->at - start)) == 0)
				printf("%s  ", name);
		printf("\n%s", e->prompt);
		put(e->text, e->length);
		back(width(e->text + e->at, e->length - e->at));
	}
}

static int word_before(const struct editor *e)
{
	int at = e->at;

	while (at > 0 && e->text[at - 1] == ' ')
		at--;
	while (at > 0 && e->text[at - 1] != ' ')
		at--;
	return e->at - at;
}

static void press(struct editor *e, int key)
{
	switch (key) {
	case '\b':
	case DELETE:
		erase(e, size_before(e));
		break;
	case CTRL_A:
	case KEY_HOME:
		move(e, 0);
		break;
	case CTRL_E:
	case KEY_END:
		move(e, e->length);
		break;
	case KEY_LEFT:
		move(e, e->at - size_before(e));
		break;
	case KEY_RIGHT:
		move(e, e->at + size_behind(e));
		break;
	case KEY_UP:
		walk_history(e, 1);
		break;
	case KEY_DOWN:
		walk_history(e, -1);
		break;
	case CTRL_U:
		erase(e, e->at);
		break;
	case CTRL_W:
		erase(e, e->length < LINE_SIZE ? word_before(e) : 0);
		break;
	case KEY_DELETE:
		if (e->at < e->length) {
			move(e, e->at + size_behind(e));
			erase(e, size_before(e));
		}
		break;
	case CTRL_K: {
		int rest = e->length - e->at;

		move(e, e->length);
		erase(e, rest);
		break;
	}
	case TAB:
		complete(e);
		break;
	default:
		if (key >= UTF8_FIRST && key < KEY_UP)
			insert_utf8(e, key);
		else if (key >= ' ' && key < DELETE)
			insert(e, (char)key);
	}
}

int line_read(const char *prompt, line_candidate candidate, char *line)
{
	struct editor e = {.text = line, .prompt = prompt, .candidate = candidate};
	int key;

	fputs(prompt, stdout);
	while ((key = read_key()) != '\r' && key != '\n') {
		if (key == KEY_EOF || (key == CTRL_D && e.length == 0)) {
			putchar('\n');
			return -1;
		}
		if (key == CTRL_D)
			break;
		if (key == CTRL_C) {
			printf("^C");
			e.length = 0;
			break;
		}
		press(&e, key);
	}
	putchar('\n');
	line[e.length < LINE_SIZE ? e.length : LINE_SIZE - 1] = '\0';
	if (e.length < LINE_SIZE)
		remember(line);
	return e.length;
}
