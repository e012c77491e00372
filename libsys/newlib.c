/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What newlib asks of a system (its manual, "System Calls"), as far as there is one yet:
 * the boot console for standard input and output, a heap inside the program.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <unistd.h>

#include "libsys/clock.h"
#include "libsys/startup.h"
#include "libsys/syscalls.h"

enum { HEAP_SIZE = 1 << 20, POLL_NS = 2000000 };

static _Alignas(16) char heap[HEAP_SIZE];
static char *heap_end = heap;

static int is_console(int file)
{
	return file >= STDIN_FILENO && file <= STDERR_FILENO;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

void *_sbrk(ptrdiff_t bytes)
{
	char *before = heap_end;

	if (bytes > heap + sizeof(heap) - heap_end || bytes < heap - heap_end) {
		errno = ENOMEM;
		return (void *)-1;
	}
	heap_end += bytes;
	return before;
}

/* At least one byte is written, or none can be. */
int _write(int file, const void *text, size_t size)
{
	int64_t some;

	if (!is_console(file))
		return fail(EBADF);
	while ((some = sys_debug_write((uaddr_t)text, size)) == ST_SHOULD_WAIT)
		sys_yield();
	return some >= 0 ? (int)some : fail(EFAULT);
}

/* What has been typed, at least one byte. */
int _read(int file, void *to, size_t size)
{
	unsigned char *at = to;
	size_t length = 0;

	if (!is_console(file))
		return fail(EBADF);
	while (length < size) {
		int64_t byte = sys_debug_read();

		if (byte >= 0)
			at[length++] = (unsigned char)byte;
		else if (length > 0)
			break;
		else
			clock_sleep_ns(POLL_NS);
	}
	return (int)length;
}

int _close(int file)
{
	return is_console(file) ? 0 : fail(EBADF);
}

int _fstat(int file, struct stat *stat)
{
	if (!is_console(file))
		return fail(EBADF);
	*stat = (struct stat){.st_mode = S_IFCHR};
	return 0;
}

int _isatty(int file)
{
	return is_console(file) ? 1 : fail(EBADF);
}

off_t _lseek(int file, off_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return fail(is_console(file) ? ESPIPE : EBADF);
}

int _open(const char *name, int flags, int mode)
{
	(void)name;
	(void)flags;
	(void)mode;
	return fail(ENOENT);
}

int _getpid(void)
{
	return 1;
}

/* abort() ends here, as does a failed assert(): 128 and the signal, as shells report it. */
int _kill(int pid, int number)
{
	if (pid != _getpid())
		return fail(ESRCH);
	startup_exit(128 + number);
}

void _exit(int status)
{
	startup_exit(status);
}

int _gettimeofday(struct timeval *time, void *zone)
{
	uint64_t us = clock_ns() / 1000;

	(void)zone;
	time->tv_sec = (time_t)(us / 1000000);
	time->tv_usec = (suseconds_t)(us % 1000000);
	return 0;
}

clock_t _times(struct tms *times)
{
	clock_t ticks = (clock_t)(clock_ns() / (1000000000 / CLOCKS_PER_SEC));

	*times = (struct tms){.tms_utime = ticks};
	return ticks;
}
