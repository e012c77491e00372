/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the calls on files share, within libsys.
 *
 *	fd -> struct open_file -> struct node -> struct node_type: how to read and write it
 *	      offset, flags       a file, directory or device
 *
 * One tree of names, made at the first call that needs it:
 *
 *	/           directories and files in memory, each file a VMO
 *	/boot       the files of the initial archive, read-only, where the archive has them
 *	/dev        console, null, zero
 *	/tmp
 *
 * A lock is held over the tree and the table of fds; one of each node over its content; one of
 * each open file over its offset. They are taken in the order open file, node or tree.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "abi/types.h"

#include "libsys/futex.h"

struct node;

/* A name in a directory. */
struct entry {
	struct entry *next;
	struct node *node;
	uint64_t cookie; /* where telldir is: larger with each name that is added */
	char name[];
};

/* What can be done to the content; all return a count, or -errno. */
struct node_type {
	ssize_t (*read)(struct node *node, void *to, size_t size, off_t offset);
	ssize_t (*write)(struct node *node, const void *from, size_t size, off_t offset);
	int (*set_size)(struct node *node, off_t size);
	void (*destroy)(struct node *node); /* what it holds beside itself; may be NULL */
};

struct node {
	const struct node_type *type;
	mode_t mode; /* with its kind: S_IFREG, S_IFDIR, S_IFCHR */
	ino_t number;

	/* under the tree's lock */
	unsigned references; /* of entries, open files and calls */
	unsigned links;	     /* of entries */
	struct node *parent; /* a directory's, while it has a name; not counted */
	struct entry *entries;
	uint64_t cookies;

	struct lock lock; /* over what follows */
	off_t size;
	struct timespec modified;
	cptr_t vmo;	  /* of a file in memory; 0: it has had no byte yet */
	const void *data; /* of a file in the archive */
};

struct open_file {
	struct node *node;
	int flags;	     /* of open() */
	unsigned references; /* of fds and calls, under the tree's lock */
	struct lock lock;    /* over the offset */
	off_t offset;
};

extern const struct node_type files_memory_type, files_archive_type, files_directory_type,
	files_console_type, files_null_type, files_zero_type;

/* files_lock, files_unlock: the names and the table of fds. */
void files_lock(void);
void files_unlock(void);

/* The others are called with the tree locked. */

/* files_begin_at: where relative paths begin, until it is called with NULL. */
void files_begin_at(struct node *directory);

/* files_find: the node at a path, with a reference more; or -errno. */
int files_find(const char *path, struct node **node_out);

/*
 * files_find_parent: the directory that a path's last name is in, and that name, which is
 * NAME_MAX_ + 1 bytes; with a reference more. The name need not be there.
 */
enum { NAME_MAX_ = MAXNAMLEN, PATH_MAX_ = 1023 };
int files_find_parent(const char *path, struct node **directory_out, char *name);

/* files_ends_in_slash: a path that only a directory can have. */
static inline bool files_ends_in_slash(const char *path)
{
	return *path && path[strlen(path) - 1] == '/';
}

struct node *files_node_create(const struct node_type *type, mode_t mode);
void files_node_get(struct node *node);
void files_node_put(struct node *node);

/* files_entry_add: -ENOENT: the directory was removed; -ENOSPC. */
struct entry *files_entry_find(const struct node *directory, const char *name);
int files_entry_add(struct node *directory, const char *name, struct node *node);
void files_entry_remove(struct node *directory, struct entry *entry);

/* files_chdir, files_cwd: the current directory; its path, or -errno. */
int files_chdir(struct node *directory);
int files_cwd(char *path, size_t size);

void files_node_touch(struct node *node);
void files_node_stat(struct node *node, struct stat *stat);

/* files_fill: a node in a directory for each file of the initial archive. */
void files_fill(struct node *directory);

/* files_fd_get, files_fd_put: the open file of an fd, a reference more; NULL: there is none. */
struct open_file *files_fd_get(int fd);
void files_fd_put(struct open_file *file);

/* files_failed: -errno as a call's answer. */
int files_failed(int error);
