/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Clones as undo. A document of 64 MiB is a VMO; before each change a snapshot of it is taken.
 * To undo is to go on with the last snapshot. A snapshot copies nothing, whatever the size: it
 * costs the few pages that are changed afterwards, and the program prints that.
 */
#include <stdio.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/pool.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"

enum { DOCUMENT = 64 << 20, LINE = 64, HISTORY = 8 };

/* The document as it is, and as it was: history[0] is the oldest. */
static cptr_t document, history[HISTORY];
static int depth;

static uint64_t pages_in_use(void)
{
	struct pool_info info = {0};

	(void)pool_info(ROOT_SLOT_POOL, &info);
	return info.pages + info.tables;
}

static status_t edit(uint64_t at, const char *text)
{
	status_t st;

	if (depth == HISTORY)
		return ST_NO_RESOURCES;
	st = vmo_clone(
		document, VMO_CHILD_SNAPSHOT, 0, DOCUMENT, ROOT_SLOT_POOL, &history[depth]);
	if (st != ST_OK)
		return st;
	depth++;
	return vmo_write(document, text, at, strlen(text) + 1);
}

static status_t undo(void)
{
	if (depth == 0)
		return ST_NOT_FOUND;
	(void)object_delete(document);
	document = history[--depth];
	return ST_OK;
}

static const char *line(uint64_t at)
{
	static char text[LINE];

	return vmo_read(document, text, at, LINE) == ST_OK ? text : "(unreadable)";
}

int main(void)
{
	uint64_t before;

	if (vmo_create(ROOT_SLOT_POOL, DOCUMENT, 0, &document) != ST_OK)
		return 1;
	(void)vmo_write(document, "first draft", 0, 12);
	(void)vmo_write(document, "the end", DOCUMENT - LINE, 8);

	before = pages_in_use();
	if (edit(0, "second draft") != ST_OK || edit(DOCUMENT / 2, "a middle") != ST_OK ||
		edit(0, "third draft") != ST_OK)
		return 1;
	printf("now: \"%s\"\n", line(0));
	printf("three edits of 64 MiB with a way back cost %lu pages\n",
		pages_in_use() - before);

	while (undo() == ST_OK)
		printf("undone: \"%s\"\n", line(0));
	printf("and \"%s\" was there all the time\n", line(DOCUMENT - LINE));
	return strcmp(line(0), "first draft");
}
