/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What newlib calls below its own functions: it has no header for these names.
 */
#pragma once

#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/types.h>

int _open(const char *path, int flags, ...);
int _close(int fd);
ssize_t _read(int fd, void *to, size_t size);
ssize_t _write(int fd, const void *from, size_t size);
off_t _lseek(int fd, off_t offset, int whence);
int _fstat(int fd, struct stat *stat);
int _stat(const char *path, struct stat *stat);
int _isatty(int fd);
int _link(const char *from, const char *to);
int _unlink(const char *path);

/* What is left out of the mode of a file that is made. */
extern mode_t file_umask;
