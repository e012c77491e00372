/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The initial archive as read-only files. It is a cpio "newc": each entry 110 characters of
 * hexadecimal numbers, the name with its NULs, up to 4 bytes, the data, up to 4 bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "files/node.h"
#include "libsys/boot.h"

enum { HEADER = 110, MAGIC = 6, DIGITS = 8, FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME = 11 };

struct place {
	const char *name, *data;
	size_t size;
	mode_t mode;
};

static size_t field(const char *entry, unsigned number)
{
	char text[DIGITS + 1] = "";

	memcpy(text, entry + MAGIC + (size_t)DIGITS * number, DIGITS);
	return strtoul(text, NULL, 16);
}

static size_t up4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The entry at `at`; returns where the next one is, or 0 if it is not one, or the last. */
static size_t read_entry(const char *archive, size_t size, size_t at, struct place *place)
{
	size_t data, name;

	if (at > size || size - at < HEADER || memcmp(archive + at, "070701", MAGIC) != 0)
		return 0;
	name = field(archive + at, FIELD_NAME);
	place->name = archive + at + HEADER;
	place->size = field(archive + at, FIELD_SIZE);
	place->mode = (mode_t)field(archive + at, FIELD_MODE);
	data = up4(at + HEADER + name);
	if (name == 0 || data > size || place->size > size - data ||
		!memchr(place->name, '\0', name) || strcmp(place->name, "TRAILER!!!") == 0)
		return 0;
	place->data = archive + data;
	return up4(data + place->size);
}

/* A directory of the archive on the way to a file's name; NULL: no memory, or a file there. */
static struct node *directory_in(struct node *directory, const char *name)
{
	struct entry *entry = files_entry_find(directory, name);
	struct node *node;

	if (entry)
		return S_ISDIR(entry->node->mode) ? entry->node : NULL;
	node = files_node_create(&files_directory_type, S_IFDIR | 0555);
	if (!node)
		return NULL;
	if (files_entry_add(directory, name, node) != 0) {
		files_node_put(node);
		return NULL;
	}
	files_node_put(node);
	return node;
}

/* What finds no memory is not there. */
static void add_file(struct node *directory, const struct place *place)
{
	char name[NAME_MAX_ + 1];
	const char *path = place->name;
	struct node *node;
	size_t length;

	for (; (length = strcspn(path, "/")), path[length]; path += length + 1) {
		if (length == 0)
			continue;
		if (length > NAME_MAX_)
			return;
		memcpy(name, path, length);
		name[length] = '\0';
		directory = directory_in(directory, name);
		if (!directory)
			return;
	}
	if (length == 0 || length > NAME_MAX_ || files_entry_find(directory, path))
		return;
	node = files_node_create(&files_archive_type, S_IFREG | 0444 | (place->mode & 0111));
	if (!node)
		return;
	node->data = place->data;
	node->size = (off_t)place->size;
	(void)files_entry_add(directory, path, node);
	files_node_put(node);
}

void files_fill(struct node *directory)
{
	const struct bootinfo *info = boot_info();
	const char *archive = (const char *)info->archive;
	struct place place;

	for (size_t at = 0;
		archive && (at = read_entry(archive, info->archive_size, at, &place));)
		add_file(directory, &place);
}
