/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls that go by path. There are no users and no rights but a file's "may be written",
 * which is said by the directory that it is in.
 */
#include <errno.h>
#include <fcntl.h>
#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "files/calls.h"
#include "files/node.h"

mode_t file_umask = 022;

void files_node_stat(struct node *node, struct stat *stat)
{
	lock_take(&node->lock);
	*stat = (struct stat){
		.st_dev = 1,
		.st_ino = node->number,
		.st_mode = node->mode,
		.st_nlink = (nlink_t)node->links,
		.st_size = node->size,
		.st_blksize = PAGE_SIZE,
		.st_blocks = (node->size + 511) / 512,
		.st_atim = node->modified,
		.st_mtim = node->modified,
		.st_ctim = node->modified,
	};
	lock_release(&node->lock);
}

static int answer(int st)
{
	return st < 0 ? files_failed(st) : st;
}

int _stat(const char *path, struct stat *stat)
{
	struct node *node;
	int st;

	files_lock();
	st = files_find(path, &node);
	if (st >= 0) {
		files_node_stat(node, stat);
		files_node_put(node);
	}
	files_unlock();
	return answer(st < 0 ? st : 0);
}

int lstat(const char *path, struct stat *stat)
{
	return _stat(path, stat);
}

/* with_node: do something to what stands at a path. */
static int with_node(const char *path, int (*what)(struct node *, long), long argument)
{
	struct node *node;
	int st;

	files_lock();
	st = files_find(path, &node);
	if (st >= 0) {
		st = what(node, argument);
		files_node_put(node);
	}
	files_unlock();
	return answer(st);
}

static int check_access(struct node *node, long wanted)
{
	if (wanted & X_OK && !(node->mode & 0111))
		return -EACCES;
	return wanted & W_OK && !(node->mode & 0222) ? -EACCES : 0;
}

int access(const char *path, int wanted)
{
	return with_node(path, check_access, wanted);
}

static int set_mode(struct node *node, long mode)
{
	node->mode = (node->mode & S_IFMT) | ((mode_t)mode & 07777);
	return 0;
}

int chmod(const char *path, mode_t mode)
{
	return with_node(path, set_mode, (long)mode);
}

static int do_nothing(struct node *node, long argument)
{
	(void)node;
	(void)argument;
	return 0;
}

int chown(const char *path, uid_t owner, gid_t group)
{
	(void)owner;
	(void)group;
	return with_node(path, do_nothing, 0);
}

static int change_directory(struct node *node, long argument)
{
	(void)argument;
	return files_chdir(node);
}

int chdir(const char *path)
{
	return with_node(path, change_directory, 0);
}

static int set_size(struct node *node, long size)
{
	int st;

	lock_take(&node->lock);
	st = size < 0 ? -EINVAL : node->type->set_size(node, size);
	if (st == 0)
		files_node_touch(node);
	lock_release(&node->lock);
	return st;
}

int truncate(const char *path, off_t size)
{
	return with_node(path, set_size, size);
}

static int set_time(struct node *node, long seconds)
{
	lock_take(&node->lock);
	node->modified = (struct timespec){.tv_sec = seconds};
	lock_release(&node->lock);
	return 0;
}

int utime(const char *path, const struct utimbuf *times)
{
	return with_node(path, set_time, times ? (long)times->modtime : (long)time(NULL));
}

int utimes(const char *path, const struct timeval times[2])
{
	return with_node(path, set_time, times ? (long)times[1].tv_sec : (long)time(NULL));
}

char *getcwd(char *path, size_t size)
{
	char *to = path;
	int st;

	if (path && size == 0) {
		errno = EINVAL;
		return NULL;
	}
	if (!to)
		to = malloc(size ? size : (size = PATH_MAX_ + 1));
	if (!to)
		return NULL;
	files_lock();
	st = files_cwd(to, size);
	files_unlock();
	if (st >= 0)
		return to;
	if (!path)
		free(to);
	errno = -st;
	return NULL;
}

/*
 * A directory that names can be added to and taken from, and the name; the tree is locked.
 * `dots` is the answer where the name is "." or "..": they are no entries.
 */
static int find_place(const char *path, int dots, struct node **directory_out, char *name)
{
	int st = files_find_parent(path, directory_out, name);

	if (st < 0)
		return st;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		st = dots;
	else if (!((*directory_out)->mode & 0222))
		st = -EROFS;
	if (st < 0)
		files_node_put(*directory_out);
	return st;
}

int mkdir(const char *path, mode_t mode)
{
	char name[NAME_MAX_ + 1];
	struct node *directory, *node;
	int st;

	files_lock();
	st = find_place(path, -EEXIST, &directory, name);
	if (st >= 0) {
		node = files_node_create(
			&files_directory_type, S_IFDIR | (mode & ~file_umask & 07777));
		if (!node)
			st = -ENOSPC;
		else if (files_entry_find(directory, name))
			st = -EEXIST;
		else
			st = files_entry_add(directory, name, node);
		if (node)
			files_node_put(node);
		files_node_put(directory);
	}
	files_unlock();
	return answer(st);
}

/* A name goes; what it named stays while it is open, or has another. */
static int remove_name(struct node *base, const char *path, int (*refuse)(const struct node *))
{
	char name[NAME_MAX_ + 1];
	struct node *directory;
	struct entry *entry;
	int st;

	files_lock();
	files_begin_at(base);
	st = find_place(path, -EINVAL, &directory, name);
	files_begin_at(NULL);
	if (st >= 0) {
		entry = files_entry_find(directory, name);
		st = entry ? refuse(entry->node) : -ENOENT;
		if (st == 0 && files_ends_in_slash(path) && !S_ISDIR(entry->node->mode))
			st = -ENOTDIR;
		if (st == 0)
			files_entry_remove(directory, entry);
		files_node_put(directory);
	}
	files_unlock();
	return answer(st);
}

static int refuse_directories(const struct node *node)
{
	return S_ISDIR(node->mode) ? -EISDIR : 0;
}

static int refuse_filled(const struct node *node)
{
	if (!S_ISDIR(node->mode))
		return -ENOTDIR;
	return node->entries ? -ENOTEMPTY : 0;
}

int _unlink(const char *path)
{
	return remove_name(NULL, path, refuse_directories);
}

int rmdir(const char *path)
{
	return remove_name(NULL, path, refuse_filled);
}

/* In the place of newlib's, which removes no directories. */
int remove(const char *path)
{
	struct stat stat;

	if (_stat(path, &stat) != 0)
		return -1;
	return S_ISDIR(stat.st_mode) ? rmdir(path) : _unlink(path);
}

int _remove_r(struct _reent *reent, const char *path)
{
	(void)reent;
	return remove(path);
}

int unlinkat(int directory, const char *path, int flags)
{
	struct open_file *file = directory == AT_FDCWD ? NULL : files_fd_get(directory);
	int st;

	if (!file && directory != AT_FDCWD && *path != '/')
		return files_failed(-EBADF);
	st = remove_name(file ? file->node : NULL, path,
		flags & AT_REMOVEDIR ? refuse_filled : refuse_directories);
	if (file)
		files_fd_put(file);
	return st;
}

int _link(const char *from, const char *to)
{
	char name[NAME_MAX_ + 1];
	struct node *node, *directory;
	int st;

	files_lock();
	st = files_find(from, &node);
	if (st >= 0) {
		st = find_place(to, -EEXIST, &directory, name);
		if (st >= 0) {
			if (S_ISDIR(node->mode))
				st = -EPERM;
			else
				st = files_entry_find(directory, name) ?
					-EEXIST :
					files_entry_add(directory, name, node);
			files_node_put(directory);
		}
		files_node_put(node);
	}
	files_unlock();
	return answer(st);
}

/* Is a directory within another, or the same? */
static bool is_within(const struct node *directory, const struct node *other)
{
	for (;; directory = directory->parent) {
		if (directory == other)
			return true;
		if (!directory->parent || directory->parent == directory)
			return false;
	}
}

static int check_rename(
	const struct node *node, const struct node *to, const struct entry *there)
{
	if (S_ISDIR(node->mode) && is_within(to, node))
		return -EINVAL;
	if (!there)
		return 0;
	if (S_ISDIR(node->mode) && !S_ISDIR(there->node->mode))
		return -ENOTDIR;
	if (!S_ISDIR(node->mode) && S_ISDIR(there->node->mode))
		return -EISDIR;
	return there->node->entries ? -ENOTEMPTY : 0;
}

/* Both directories are held. What stood at the new name goes once the new one is there. */
static int move(struct node *from, const char *name, struct node *to, const char *new_name)
{
	struct entry *entry = files_entry_find(from, name),
		     *there = files_entry_find(to, new_name);
	int st;

	if (!entry)
		return -ENOENT;
	if (there && there->node == entry->node)
		return 0;
	st = check_rename(entry->node, to, there);
	if (st == 0)
		st = files_entry_add(to, new_name, entry->node);
	if (st < 0)
		return st;
	if (there)
		files_entry_remove(to, there);
	files_entry_remove(from, entry);
	return 0;
}

int _rename_r(struct _reent *reent, const char *from, const char *to)
{
	char name[NAME_MAX_ + 1], new_name[NAME_MAX_ + 1];
	struct node *source, *target;
	int st;

	(void)reent;
	files_lock();
	st = find_place(from, -EINVAL, &source, name);
	if (st >= 0) {
		st = find_place(to, -EINVAL, &target, new_name);
		if (st >= 0) {
			st = move(source, name, target, new_name);
			files_node_put(target);
		}
		files_node_put(source);
	}
	files_unlock();
	return answer(st);
}

mode_t umask(mode_t mask)
{
	mode_t before = file_umask;

	file_umask = mask & 0777;
	return before;
}

/* No file is a symbolic link. */
ssize_t readlink(const char *restrict path, char *restrict to, size_t size)
{
	(void)to;
	(void)size;
	return with_node(path, do_nothing, 0) < 0 ? -1 : files_failed(-EINVAL);
}

int symlink(const char *target, const char *path)
{
	(void)target;
	(void)path;
	return files_failed(-EPERM);
}
