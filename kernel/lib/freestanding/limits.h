/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What libfdt includes as <limits.h> in the kernel. The compiler's own wants a C library's. */
#pragma once
#define INT_MAX	 __INT_MAX__
#define UINT_MAX (__INT_MAX__ * 2U + 1U)
