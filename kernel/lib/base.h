/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What every file of the kernel may use: bits, alignment, assertions.
 *
 * ASSERT is for debug builds; CHECK stays in every build and is for cheap conditions
 * whose failure makes it unsafe to go on. Neither is ever reached by user input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/types.h"

#define BIT(n)			      (UINT64_C(1) << (n))
#define ARRAY_SIZE(a)		      (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

/* A physical address; PHYSICAL_LIMIT is one past the highest that a descriptor can hold. */
typedef uint64_t paddr_t;
#define PHYSICAL_LIMIT (UINT64_C(1) << 48)

#define must_check		 __attribute__((warn_unused_result))
#define noreturn		 __attribute__((noreturn))
#define force_inline		 inline __attribute__((always_inline))
#define never_inline		 __attribute__((noinline))
#define seldom			 __attribute__((noinline, cold)) /* small rather than fast */
#define printf_like(text, first) __attribute__((__format__(__printf__, text, first)))
#define aligned(n)		 __attribute__((aligned(n)))
#define likely(x)		 __builtin_expect(!!(x), 1)
#define unlikely(x)		 __builtin_expect(!!(x), 0)

#ifdef QUIRE_DEBUG
enum { DEBUG_BUILD = 1 };
#else
enum { DEBUG_BUILD = 0 };
#endif

/*
 * assert_fail: say which condition failed where, and stop.
 *
 *  => declared here because every rank asserts; arch/aarch64/panic.c defines it, and the
 *     harness of the host tests
 */
noreturn void assert_fail(const char *file, int line, const char *condition);

#define CHECK(x) \
	do { \
		if (unlikely(!(x))) \
			assert_fail(__FILE__, __LINE__, #x); \
	} while (0)

#define ASSERT(x) \
	do { \
		if (DEBUG_BUILD && unlikely(!(x))) \
			assert_fail(__FILE__, __LINE__, #x); \
	} while (0)

/* READ_ONCE: of memory that others change meanwhile: one load, whose value is then kept. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

/* Alignment to powers of two. align_up wraps to 0 at the very top: check before. */
static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return align_down(value + alignment - 1, alignment);
}

static inline bool is_aligned(uint64_t value, uint64_t alignment)
{
	return (value & (alignment - 1)) == 0;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}
