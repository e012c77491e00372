/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * deadline_of: a moment of a POSIX clock as one of clock_ns().
 *
 *  returns  0; EINVAL: no such clock, or not a time
 */
int deadline_of(clockid_t clock, const struct timespec *time, uint64_t *deadline_out);

#ifdef __cplusplus
}
#endif
