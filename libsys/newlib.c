/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What newlib asks of a system (its manual, "System Calls"), and POSIX beside it, as far as it
 * is about the program itself. Files are in files/, memory in malloc.c, time in time.c, threads
 * in pthread/.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "libsys/boot.h"
#include "libsys/startup.h"
#include "libsys/syscalls.h"
#include "libsys/thread.h"

int _getpid(void);
int _kill(int pid, int number);
wint_t _jp2uc_l(wint_t c, struct __locale_t *locale);
wint_t _uc2jp_l(wint_t c, struct __locale_t *locale);

static int fail(int error)
{
	errno = error;
	return -1;
}

/* towctrans() asks for these even where newlib knows the C locale alone and leaves them out. */
wint_t _jp2uc_l(wint_t c, struct __locale_t *locale)
{
	(void)locale;
	return c;
}

wint_t _uc2jp_l(wint_t c, struct __locale_t *locale)
{
	(void)locale;
	return c;
}

int _getpid(void)
{
	return 1;
}

pid_t getppid(void)
{
	return 0;
}

/* A signal that nobody handles ends the program: 128 and its number, as shells report it. */
int _kill(int pid, int number)
{
	if (pid != _getpid())
		return fail(ESRCH);
	if (number == 0)
		return 0;
	_exit(128 + number);
}

/* The first program ends with its first thread: another has that one do it. */
void _exit(int status)
{
	struct thread_registers registers = {
		.x = {(uint64_t)status}, .pc = (uint64_t)sys_debug_exit};

	if (!startup_page() && !thread_is_first()) {
		(void)thread_suspend(ROOT_SLOT_THREAD);
		if (thread_write_registers(ROOT_SLOT_THREAD, &registers) == ST_OK)
			(void)thread_resume(ROOT_SLOT_THREAD);
	}
	startup_exit(status);
}

/* There is one user, who may do everything. */
uid_t getuid(void)
{
	return 0;
}

uid_t geteuid(void)
{
	return 0;
}

gid_t getgid(void)
{
	return 0;
}

gid_t getegid(void)
{
	return 0;
}

int getpagesize(void)
{
	return PAGE_SIZE;
}

long sysconf(int name)
{
	switch (name) {
	case _SC_PAGESIZE:
		return PAGE_SIZE;
	case _SC_CLK_TCK:
		return CLOCKS_PER_SEC;
	case _SC_OPEN_MAX:
		return 256;
	case _SC_NPROCESSORS_CONF:
		return boot_info()->cpus;
	case _SC_NPROCESSORS_ONLN:
		return boot_info()->cpus_online;
	case _SC_PHYS_PAGES:
		return (long)(boot_info()->memory_bytes / PAGE_SIZE);
	default:
		return fail(EINVAL);
	}
}
