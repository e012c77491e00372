/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The kinds of nodes: how each is read and written.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "files/node.h"
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/slots.h"
#include "libsys/startup.h"
#include "libsys/stream.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"

enum { POLL_NS = 2000000 };

/* What the kernel's status means to who writes a file. */
static int error_of(status_t st)
{
	switch (st) {
	case ST_NO_MEMORY:
	case ST_NO_RESOURCES:
		return -ENOSPC;
	case ST_OUT_OF_RANGE:
		return -EFBIG;
	case ST_INVALID_ARGS:
		return -EFAULT;
	default:
		return -EIO;
	}
}

static size_t within(const struct node *node, size_t size, off_t offset)
{
	size_t left = offset < node->size ? (size_t)(node->size - offset) : 0;

	return size < left ? size : left;
}

static ssize_t read_memory(struct node *node, void *to, size_t size, off_t offset)
{
	status_t st;

	size = within(node, size, offset);
	if (size == 0)
		return 0;
	st = vmo_read(node->vmo, to, (uint64_t)offset, size);
	return st == ST_OK ? (ssize_t)size : error_of(st);
}

/*
 * The VMO is as long as the file, in pages. Bytes behind the file's end are always zeros: where
 * it shrinks, what was there goes.
 */
static int set_memory_size(struct node *node, off_t size)
{
	static const char zeros[PAGE_SIZE];
	status_t st = ST_OK;
	off_t page_end;

	if (size < 0 || size > INT64_MAX - PAGE_SIZE ||
		(uint64_t)size > VMO_SIZE_MAX - PAGE_SIZE)
		return -EFBIG;
	page_end = (size + PAGE_SIZE - 1) & ~(off_t)(PAGE_SIZE - 1);
	if (!node->vmo)
		st = vmo_create(
			ROOT_SLOT_POOL, (uint64_t)size, VMO_OPTION_RESIZABLE, &node->vmo);
	else if (size < node->size && size < page_end)
		st = vmo_write(node->vmo, zeros, (uint64_t)size, (uint64_t)(page_end - size));
	if (st == ST_OK)
		st = vmo_set_size(node->vmo, (uint64_t)size);
	if (st != ST_OK)
		return error_of(st);
	node->size = size;
	return 0;
}

/* If there is no room for all of it the file is as it was, but for bytes within it. */
static ssize_t write_memory(struct node *node, const void *from, size_t size, off_t offset)
{
	off_t before = node->size, end;
	status_t st;
	int grown;

	if (size == 0)
		return 0;
	if (__builtin_add_overflow(offset, (off_t)size, &end))
		return -EFBIG;
	grown = end > before ? set_memory_size(node, end) : 0;
	if (grown < 0)
		return grown;
	st = vmo_write(node->vmo, from, (uint64_t)offset, size);
	if (st == ST_OK)
		return (ssize_t)size;
	if (end > before)
		(void)set_memory_size(node, before);
	return error_of(st);
}

static void destroy_memory(struct node *node)
{
	if (node->vmo)
		(void)object_delete(node->vmo);
}

static ssize_t read_archive(struct node *node, void *to, size_t size, off_t offset)
{
	size = within(node, size, offset);
	memcpy(to, (const char *)node->data + offset, size);
	return (ssize_t)size;
}

static ssize_t refuse_write(struct node *node, const void *from, size_t size, off_t offset)
{
	(void)node;
	(void)from;
	(void)size;
	(void)offset;
	return -EROFS;
}

static int refuse_size(struct node *node, off_t size)
{
	(void)node;
	(void)size;
	return -EROFS;
}

static ssize_t read_directory(struct node *node, void *to, size_t size, off_t offset)
{
	(void)node;
	(void)to;
	(void)size;
	(void)offset;
	return -EISDIR;
}

/* What has been typed, at least one byte. */
static ssize_t read_console(struct node *node, void *to, size_t size, off_t offset)
{
	cptr_t stream = startup_cap("stdin");
	unsigned char *at = to;
	size_t length = 0;

	(void)node;
	(void)offset;
	if (size == 0) /* a server would wait for something to come */
		return 0;
	if (stream) {
		int64_t some = stream_read(stream, STREAM_READ, to, size);

		return some < 0 ? -EIO : (ssize_t)some;
	}
	while (length < size) {
		int64_t byte = sys_debug_read();

		if (byte >= 0)
			at[length++] = (unsigned char)byte;
		else if (length > 0)
			break;
		else
			clock_sleep_ns(POLL_NS);
	}
	return (ssize_t)length;
}

/* At least one byte is written, or none can be. */
static ssize_t write_console(struct node *node, const void *from, size_t size, off_t offset)
{
	cptr_t stream = startup_cap("stdout");
	int64_t some;

	(void)node;
	(void)offset;
	if (stream) {
		some = stream_write(stream, from, size);
		return some > 0 || size == 0 ? (ssize_t)some : some == 0 ? -EPIPE : -EIO;
	}
	while ((some = sys_debug_write((uaddr_t)from, size)) == ST_SHOULD_WAIT)
		sys_yield();
	return some >= 0 ? (ssize_t)some : -EFAULT;
}

static int accept_size(struct node *node, off_t size)
{
	(void)node;
	(void)size;
	return 0;
}

static ssize_t read_null(struct node *node, void *to, size_t size, off_t offset)
{
	(void)node;
	(void)to;
	(void)size;
	(void)offset;
	return 0;
}

static ssize_t write_null(struct node *node, const void *from, size_t size, off_t offset)
{
	(void)node;
	(void)from;
	(void)offset;
	return (ssize_t)size;
}

static ssize_t read_zero(struct node *node, void *to, size_t size, off_t offset)
{
	(void)node;
	(void)offset;
	memset(to, 0, size);
	return (ssize_t)size;
}

const struct node_type files_memory_type = {
	read_memory, write_memory, set_memory_size, destroy_memory};
const struct node_type files_archive_type = {read_archive, refuse_write, refuse_size, NULL};
const struct node_type files_directory_type = {read_directory, refuse_write, refuse_size, NULL};
const struct node_type files_console_type = {read_console, write_console, accept_size, NULL};
const struct node_type files_null_type = {read_null, write_null, accept_size, NULL};
const struct node_type files_zero_type = {read_zero, write_null, accept_size, NULL};
