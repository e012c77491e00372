/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The initial archive as read-only files.
 */
#include "libsys/archive.h"

#include <elf.h>
#include <string.h>

#include "files/node.h"

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

/* Programs may be executed. */
static mode_t mode_of(const struct archive_file *file)
{
	return file->size >= SELFMAG && memcmp(file->data, ELFMAG, SELFMAG) == 0 ? 0111 : 0;
}

/* What finds no memory is not there. */
static void add_file(struct node *directory, const struct archive_file *file)
{
	char name[NAME_MAX_ + 1];
	const char *path = file->name;
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
	node = files_node_create(&files_archive_type, S_IFREG | 0444 | mode_of(file));
	if (!node)
		return;
	node->data = file->data;
	node->size = (off_t)file->size;
	(void)files_entry_add(directory, path, node);
	files_node_put(node);
}

void files_fill(struct node *directory)
{
	struct archive_file file;

	for (uint64_t at = 0; archive_next(&at, &file);)
		add_file(directory, &file);
}
