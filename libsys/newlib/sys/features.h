/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What of POSIX libsys provides, said in newlib's way: its headers declare by these. Stands
 * before newlib's own header of this name.
 */
#pragma once

#include_next <sys/features.h>

#define _POSIX_VERSION			  200809L
#define _POSIX_BARRIERS			  200809L
#define _POSIX_CLOCK_SELECTION		  200809L
#define _POSIX_FSYNC			  200809L
#define _POSIX_MONOTONIC_CLOCK		  200809L
#define _POSIX_NO_TRUNC			  1
#define _POSIX_PRIORITY_SCHEDULING	  200809L
#define _POSIX_READER_WRITER_LOCKS	  200809L
#define _POSIX_SEMAPHORES		  200809L
#define _POSIX_SPIN_LOCKS		  200809L
#define _POSIX_THREADS			  200809L
#define _POSIX_THREAD_ATTR_STACKADDR	  200809L
#define _POSIX_THREAD_ATTR_STACKSIZE	  200809L
#define _POSIX_THREAD_PRIORITY_SCHEDULING 200809L
#define _POSIX_THREAD_SAFE_FUNCTIONS	  200809L
#define _POSIX_TIMEOUTS			  200809L
#define _POSIX_TIMERS			  200809L
#define _UNIX98_THREAD_MUTEX_ATTRIBUTES	  1
