/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The table of open files, and the calls that go by fd. 0, 1 and 2 are the console.
 */
#include <errno.h>
#include <fcntl.h>
#include <reent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/calls.h"
#include "files/node.h"
#include "libsys/file.h"

enum { FDS = 256, CONSOLE_FDS = 3 };

static struct open_file *table[FDS];
static bool is_open; /* the console's three */

int files_failed(int error)
{
	errno = -error;
	return -1;
}

static struct open_file *file_create(struct node *node, int flags)
{
	struct open_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	files_node_get(node);
	file->node = node;
	file->flags = flags;
	file->references = 1;
	return file;
}

static void open_console(void)
{
	struct node *node;
	struct open_file *file = NULL;

	is_open = true;
	if (files_find("/dev/console", &node) != 0)
		return;
	file = file_create(node, O_RDWR);
	files_node_put(node);
	for (int fd = 0; file && fd < CONSOLE_FDS; fd++)
		table[fd] = file;
	if (file)
		file->references = CONSOLE_FDS;
}

/* The tree is locked, and the table there. */
static void table_lock(void)
{
	files_lock();
	if (!is_open)
		open_console();
}

static void put_locked(struct open_file *file)
{
	if (--file->references > 0)
		return;
	files_node_put(file->node);
	free(file);
}

struct open_file *files_fd_get(int fd)
{
	struct open_file *file = NULL;

	table_lock();
	if (fd >= 0 && fd < FDS)
		file = table[fd];
	if (file)
		file->references++;
	files_unlock();
	return file;
}

void files_fd_put(struct open_file *file)
{
	files_lock();
	put_locked(file);
	files_unlock();
}

static int free_fd(int first)
{
	for (int fd = first; fd < FDS; fd++)
		if (!table[fd])
			return fd;
	return -EMFILE;
}

/* Make a file that does not exist; the tree is locked. */
static int create(const char *path, mode_t mode, struct node **node_out)
{
	char name[NAME_MAX_ + 1];
	struct node *directory, *node;
	int st =
		files_ends_in_slash(path) ? -EISDIR : files_find_parent(path, &directory, name);

	if (st < 0)
		return st;
	node = files_node_create(&files_memory_type, S_IFREG | (mode & 07777));
	if (!node)
		st = -ENOSPC;
	else if (!(directory->mode & 0222))
		st = -EROFS;
	else
		st = files_entry_add(directory, name, node);
	files_node_put(directory);
	if (st == 0)
		*node_out = node;
	else if (node)
		files_node_put(node);
	return st;
}

static int find_to_open(const char *path, int flags, mode_t mode, struct node **node_out)
{
	int st = files_find(path, node_out);

	if (st == -ENOENT && flags & O_CREAT)
		return create(path, mode, node_out);
	if (st < 0)
		return st;
	if (flags & O_CREAT && flags & O_EXCL)
		st = -EEXIST;
	else if (S_ISDIR((*node_out)->mode) && (flags & O_ACCMODE) != O_RDONLY)
		st = -EISDIR;
	else if (!S_ISDIR((*node_out)->mode) && flags & O_DIRECTORY)
		st = -ENOTDIR;
	else if ((*node_out)->type == &files_archive_type && (flags & O_ACCMODE) != O_RDONLY)
		st = -EROFS;
	if (st < 0)
		files_node_put(*node_out);
	return st;
}

static int open_node(struct node *node, int flags)
{
	int fd = free_fd(0);

	if (fd < 0)
		return fd;
	if (flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY) {
		int st;

		lock_take(&node->lock);
		st = node->type->set_size(node, 0);
		files_node_touch(node);
		lock_release(&node->lock);
		if (st < 0)
			return st;
	}
	table[fd] = file_create(node, flags);
	return table[fd] ? fd : -ENOMEM;
}

static int open_from(struct node *base, const char *path, int flags, mode_t mode)
{
	struct node *node;
	int st;

	table_lock();
	files_begin_at(base);
	st = find_to_open(path, flags, mode & ~file_umask, &node);
	files_begin_at(NULL);
	if (st >= 0) {
		st = open_node(node, flags);
		files_node_put(node);
	}
	files_unlock();
	return st < 0 ? files_failed(st) : st;
}

int _open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return open_from(NULL, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	struct open_file *file = directory == AT_FDCWD ? NULL : files_fd_get(directory);
	va_list arguments;
	mode_t mode;
	int fd;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (!file && directory != AT_FDCWD && *path != '/')
		return files_failed(-EBADF);
	fd = open_from(file ? file->node : NULL, path, flags, mode);
	if (file)
		files_fd_put(file);
	return fd;
}

int _close(int fd)
{
	struct open_file *file = NULL;

	table_lock();
	if (fd >= 0 && fd < FDS) {
		file = table[fd];
		table[fd] = NULL;
	}
	if (file)
		put_locked(file);
	files_unlock();
	return file ? 0 : files_failed(-EBADF);
}

/* An fd from `first` on for an open file that has one. */
static int duplicate(int fd, int first)
{
	struct open_file *file = files_fd_get(fd);
	int to;

	if (!file)
		return files_failed(-EBADF);
	files_lock();
	to = first < 0 || first >= FDS ? -EINVAL : free_fd(first);
	if (to >= 0)
		table[to] = file;
	else
		put_locked(file);
	files_unlock();
	return to < 0 ? files_failed(to) : to;
}

int dup(int fd)
{
	return duplicate(fd, 0);
}

int dup2(int fd, int to)
{
	struct open_file *file = files_fd_get(fd);

	if (!file || to < 0 || to >= FDS) {
		if (file)
			files_fd_put(file);
		return files_failed(-EBADF);
	}
	files_lock();
	if (table[to])
		put_locked(table[to]);
	table[to] = file;
	files_unlock();
	return to;
}

/* Flags that an open file can change; there is one program, so every lock is granted. */
int _fcntl_r(struct _reent *reent, int fd, int command, int argument)
{
	struct open_file *file;
	int answer = 0;

	(void)reent;
	if (command == F_DUPFD)
		return duplicate(fd, argument);
	file = files_fd_get(fd);
	if (!file)
		return files_failed(-EBADF);
	if (command == F_GETFL)
		answer = file->flags;
	else if (command == F_SETFL)
		file->flags = (file->flags & ~(O_APPEND | O_NONBLOCK)) |
			(argument & (O_APPEND | O_NONBLOCK));
	else if (command != F_GETFD && command != F_SETFD && command != F_SETLK &&
		command != F_SETLKW && command != F_GETLK)
		answer = -EINVAL;
	files_fd_put(file);
	return answer < 0 ? files_failed(answer) : answer;
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	return _fcntl_r(_REENT, fd, command, argument);
}

static bool is_file(const struct node *node)
{
	return S_ISREG(node->mode);
}

/* The content's lock is not held while a device waits. */
static ssize_t read_at(struct node *node, void *to, size_t size, off_t offset)
{
	ssize_t some;

	if (!is_file(node))
		return node->type->read(node, to, size, offset);
	lock_take(&node->lock);
	some = node->type->read(node, to, size, offset);
	lock_release(&node->lock);
	return some;
}

/* `offset` < 0: at the end. *end_out: behind what was written. */
static ssize_t write_at(
	struct node *node, const void *from, size_t size, off_t offset, off_t *end_out)
{
	ssize_t some;

	if (!is_file(node))
		return node->type->write(node, from, size, offset);
	lock_take(&node->lock);
	if (offset < 0)
		offset = node->size;
	some = node->type->write(node, from, size, offset);
	if (some > 0) {
		files_node_touch(node);
		*end_out = offset + some;
	}
	lock_release(&node->lock);
	return some;
}

/* The open file if its mode is not `without`, else NULL with EBADF. */
static struct open_file *get_unless(int fd, int without)
{
	struct open_file *file = files_fd_get(fd);

	if (file && (file->flags & O_ACCMODE) != without)
		return file;
	if (file)
		files_fd_put(file);
	errno = EBADF;
	return NULL;
}

static ssize_t done(struct open_file *file, ssize_t some)
{
	files_fd_put(file);
	return some < 0 ? files_failed((int)some) : some;
}

ssize_t _read(int fd, void *to, size_t size)
{
	struct open_file *file = get_unless(fd, O_WRONLY);
	ssize_t some;

	if (!file)
		return -1;
	if (!is_file(file->node))
		return done(file, read_at(file->node, to, size, 0));
	lock_take(&file->lock);
	some = read_at(file->node, to, size, file->offset);
	file->offset += some > 0 ? some : 0;
	lock_release(&file->lock);
	return done(file, some);
}

ssize_t _write(int fd, const void *from, size_t size)
{
	struct open_file *file = get_unless(fd, O_RDONLY);
	off_t end = 0;
	ssize_t some;

	if (!file)
		return -1;
	if (!is_file(file->node))
		return done(file, write_at(file->node, from, size, 0, &end));
	lock_take(&file->lock);
	some = write_at(
		file->node, from, size, file->flags & O_APPEND ? -1 : file->offset, &end);
	if (some > 0)
		file->offset = end;
	lock_release(&file->lock);
	return done(file, some);
}

ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
	struct open_file *file = get_unless(fd, O_WRONLY);

	if (!file)
		return -1;
	if (!is_file(file->node))
		return done(file, -ESPIPE);
	return done(file, offset < 0 ? -EINVAL : read_at(file->node, to, size, offset));
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t offset)
{
	struct open_file *file = get_unless(fd, O_RDONLY);
	off_t end;

	if (!file)
		return -1;
	if (!is_file(file->node))
		return done(file, -ESPIPE);
	return done(
		file, offset < 0 ? -EINVAL : write_at(file->node, from, size, offset, &end));
}

/* Where an offset is counted from; -1: no such way. */
static off_t base_of(struct open_file *file, int whence)
{
	off_t size;

	if (whence == SEEK_SET)
		return 0;
	if (whence == SEEK_CUR)
		return file->offset;
	if (whence != SEEK_END)
		return -1;
	lock_take(&file->node->lock);
	size = file->node->size;
	lock_release(&file->node->lock);
	return size;
}

off_t _lseek(int fd, off_t offset, int whence)
{
	struct open_file *file = files_fd_get(fd);
	off_t base, to;

	if (!file)
		return files_failed(-EBADF);
	if (S_ISCHR(file->node->mode))
		return done(file, -ESPIPE);
	lock_take(&file->lock);
	base = base_of(file, whence);
	if (base < 0 || __builtin_add_overflow(base, offset, &to) || to < 0)
		to = -EINVAL;
	else
		file->offset = to;
	lock_release(&file->lock);
	files_fd_put(file);
	return to < 0 ? files_failed((int)to) : to;
}

int ftruncate(int fd, off_t size)
{
	struct open_file *file = get_unless(fd, O_RDONLY);
	int st;

	if (!file)
		return files_failed(-EBADF);
	if (size < 0)
		return (int)done(file, -EINVAL);
	lock_take(&file->node->lock);
	st = file->node->type->set_size(file->node, size);
	if (st == 0)
		files_node_touch(file->node);
	lock_release(&file->node->lock);
	return (int)done(file, st);
}

int _fstat(int fd, struct stat *stat)
{
	struct open_file *file = files_fd_get(fd);

	if (!file)
		return files_failed(-EBADF);
	files_lock();
	files_node_stat(file->node, stat);
	files_unlock();
	files_fd_put(file);
	return 0;
}

int _isatty(int fd)
{
	struct open_file *file = files_fd_get(fd);
	bool is_console;

	if (!file)
		return (void)files_failed(-EBADF), 0;
	is_console = file->node->type == &files_console_type;
	files_fd_put(file);
	if (!is_console)
		errno = ENOTTY;
	return is_console;
}

/* There is nothing behind the files that could be late. */
int fsync(int fd)
{
	struct open_file *file = files_fd_get(fd);

	if (!file)
		return files_failed(-EBADF);
	files_fd_put(file);
	return 0;
}

int fdatasync(int fd)
{
	return fsync(fd);
}

int fchmod(int fd, mode_t mode)
{
	struct open_file *file = files_fd_get(fd);

	if (!file)
		return files_failed(-EBADF);
	files_lock();
	file->node->mode = (file->node->mode & S_IFMT) | (mode & 07777);
	files_unlock();
	files_fd_put(file);
	return 0;
}

int fchdir(int fd)
{
	struct open_file *file = files_fd_get(fd);
	int st;

	if (!file)
		return files_failed(-EBADF);
	files_lock();
	st = files_chdir(file->node);
	files_unlock();
	return (int)done(file, st);
}

int64_t file_vmo(int fd)
{
	struct open_file *file = files_fd_get(fd);
	cptr_t vmo;

	if (!file)
		return ST_BAD_HANDLE;
	vmo = file->node->vmo;
	files_fd_put(file);
	return vmo ? (int64_t)vmo : ST_NOT_FOUND;
}
