/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Reading directories. A stream knows its place by the cookie of the last name that it told:
 * names may come and go meanwhile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/node.h"

enum { SELF = 1, PARENT = 2, FIRST_COOKIE = 2 };

struct directory {
	int fd;
	uint64_t at; /* SELF and PARENT were told; then cookies, from FIRST_COOKIE on */
	struct dirent entry;
};

DIR *fdopendir(int fd)
{
	struct open_file *file = files_fd_get(fd);
	DIR *directory = NULL;

	if (!file)
		errno = EBADF;
	else if (!S_ISDIR(file->node->mode))
		errno = ENOTDIR;
	else
		directory = calloc(1, sizeof(*directory));
	if (file)
		files_fd_put(file);
	if (directory)
		directory->fd = fd;
	return directory;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !directory)
		close(fd);
	return directory;
}

int closedir(DIR *directory)
{
	int st = close(directory->fd);

	free(directory);
	return st;
}

static unsigned char kind(const struct node *node)
{
	return S_ISDIR(node->mode) ? DT_DIR : S_ISREG(node->mode) ? DT_REG : DT_CHR;
}

static void tell(DIR *directory, const char *name, const struct node *node, uint64_t at)
{
	directory->entry.d_ino = node->number;
	directory->entry.d_type = kind(node);
	strcpy(directory->entry.d_name, name);
	directory->at = at;
}

/* The tree is locked. */
static struct dirent *next(DIR *directory, const struct node *node)
{
	if (directory->at < SELF)
		tell(directory, ".", node, SELF);
	else if (directory->at < PARENT)
		tell(directory, "..", node->parent ? node->parent : node, PARENT);
	else {
		const struct entry *entry = node->entries;

		while (entry && entry->cookie + FIRST_COOKIE <= directory->at)
			entry = entry->next;
		if (!entry)
			return NULL;
		tell(directory, entry->name, entry->node, entry->cookie + FIRST_COOKIE);
	}
	return &directory->entry;
}

struct dirent *readdir(DIR *directory)
{
	struct open_file *file = files_fd_get(directory->fd);
	struct dirent *entry;

	if (!file) {
		errno = EBADF;
		return NULL;
	}
	files_lock();
	entry = next(directory, file->node);
	files_unlock();
	files_fd_put(file);
	return entry;
}

int readdir_r(DIR *restrict directory, struct dirent *restrict entry,
	struct dirent **restrict entry_out)
{
	struct dirent *found = readdir(directory);

	*entry_out = NULL;
	if (!found)
		return 0;
	*entry = *found;
	*entry_out = entry;
	return 0;
}

void rewinddir(DIR *directory)
{
	directory->at = 0;
}

long telldir(DIR *directory)
{
	return (long)directory->at;
}

void seekdir(DIR *directory, long at)
{
	directory->at = (uint64_t)at;
}

int dirfd(DIR *directory)
{
	return directory->fd;
}
