/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The types of POSIX threads, in the place of newlib's header of this name: its 32-bit handles
 * would have to be looked up. An object of zeros is a valid one, which libraries that were
 * compiled against other systems' headers count on.
 */
#pragma once

#include <stddef.h>
#include <sys/sched.h>

typedef struct pthread *pthread_t;

#define PTHREAD_SCOPE_PROCESS 0
#define PTHREAD_SCOPE_SYSTEM  1

#define PTHREAD_INHERIT_SCHED  1
#define PTHREAD_EXPLICIT_SCHED 2

#define PTHREAD_CREATE_DETACHED 0
#define PTHREAD_CREATE_JOINABLE 1

#define PTHREAD_MUTEX_NORMAL	 0
#define PTHREAD_MUTEX_RECURSIVE	 1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT	 3

#define PTHREAD_PROCESS_PRIVATE 0

typedef struct {
	void *stack; /* NULL: one is made */
	size_t stack_size;
	size_t guard_size;
	int detached;
	int inherit;
	int policy;
	int scope;
	struct sched_param schedparam;
} pthread_attr_t;

typedef struct {
	__uint32_t word; /* 0 free, 1 taken, 2 taken and waited for */
	int type;
	unsigned depth;
	void *owner;
} pthread_mutex_t;

typedef struct {
	int type;
} pthread_mutexattr_t;

typedef struct {
	__uint32_t turn; /* changes with each signal */
	__uint32_t
		inside_clock; /* threads that wait, and in 8 bits a clock; 0: CLOCK_REALTIME */
} pthread_cond_t;

typedef struct {
	int clock;
} pthread_condattr_t;

typedef unsigned pthread_key_t;

typedef struct {
	__uint32_t word; /* 0 not done, 1 being done, 2 being done and waited for, 3 done */
} pthread_once_t;

typedef struct {
	__uint32_t turn;
	unsigned count, waiting;
	unsigned inside; /* waiting, or on the way out */
	pthread_mutex_t mutex;
} pthread_barrier_t;

typedef struct {
	int unused;
} pthread_barrierattr_t;

typedef __uint32_t pthread_spinlock_t;

typedef struct {
	__uint32_t word;    /* 0 free, n readers, or PTHREAD_RWLOCK_WRITER_ */
	__uint32_t waiting; /* writers that wait: readers stay behind them */
	__uint32_t turn;
} pthread_rwlock_t;

#define PTHREAD_RWLOCK_WRITER_ 0x80000000u

typedef struct {
	int unused;
} pthread_rwlockattr_t;

/* clang-format off */
#define _PTHREAD_MUTEX_INITIALIZER  {0, PTHREAD_MUTEX_NORMAL, 0, 0}
#define _PTHREAD_COND_INITIALIZER   {0, 0}
#define _PTHREAD_ONCE_INIT          {0}
#define _PTHREAD_RWLOCK_INITIALIZER {0, 0, 0}
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP {0, PTHREAD_MUTEX_RECURSIVE, 0, 0}
/* clang-format on */
