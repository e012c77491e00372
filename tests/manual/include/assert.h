/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What assert() is in the manual's examples when they run as tests: a check of the harness,
 * in every kind of build. Line numbers are those of the page.
 */
#include "test.h"

#undef assert
#define assert(x) EXPECT(x)
