/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Within libsys: the page that a spawned program has in common with its parent.
 */
#pragma once

#include "libsys/startup.h"

/* NULL in the first program. */
extern struct startup *startup_own;

/* What is to be done first in a copy of the program, and returns its argument; NULL: nothing. */
extern unsigned (*startup_copied)(unsigned generation);

/*
 * startup_thread_add, startup_thread_remove: this program's other threads, as its parent finds
 * them. More than STARTUP_THREADS_MAX are not listed.
 */
void startup_thread_add(cptr_t thread);
void startup_thread_remove(cptr_t thread);
