/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Thread-local storage: the block that TPIDR_EL0 points at (AArch64 ELF TLS, variant 1: 16
 * bytes that belong to the system, then the program's __thread variables). newlib's errno
 * is one of them.
 */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* tls_size: the bytes that one thread's block needs, at an alignment of tls_alignment(). */
size_t tls_size(void);
size_t tls_alignment(void);

/*
 * tls_init: make a block: __thread variables get their initial values.
 *
 *  block   tls_size() bytes at an alignment of tls_alignment()
 *  returns what the thread's TPIDR_EL0 is to hold
 */
void *tls_init(void *block);

/* tls_get, tls_set: this thread's TPIDR_EL0. */
static inline void *tls_get(void)
{
	void *tls;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tls));
	return tls;
}

static inline void tls_set(void *tls)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(tls) : "memory");
}

#ifdef __cplusplus
}
#endif
