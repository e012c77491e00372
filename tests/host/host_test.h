/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What host tests have beyond the common harness: a failed ASSERT or CHECK of the code
 * under test ends the program, unless it is expected.
 */
#pragma once

#include <setjmp.h>

#include "test.h"

/* Armed while an EXPECT_ASSERT runs; assert_fail() jumps back through it. */
extern jmp_buf *test_assert_trap;

#define EXPECT_ASSERT(statement) \
	do { \
		jmp_buf trap_; \
		test_assert_trap = &trap_; \
		if (setjmp(trap_) == 0) { \
			statement; \
			test_fail(__FILE__, __LINE__, "asserts: " #statement, 0, 1); \
		} \
		test_assert_trap = 0; \
	} while (0)
