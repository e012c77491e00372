/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Beyond POSIX: the VMO that a file is.
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * file_vmo: the VMO of a file in memory, which stays the file's: map it, clone it, snapshot
 * it, but do not delete its capability. Bytes behind the file's end are zeros.
 *
 *  returns  its cptr; ST_BAD_HANDLE: not an fd; ST_NOT_FOUND: it is no file in memory, or had
 *           no byte yet
 */
int64_t file_vmo(int fd);

#ifdef __cplusplus
}
#endif
