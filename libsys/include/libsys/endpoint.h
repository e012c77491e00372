/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Endpoints, where messages (libsys/ipc.h) are handed over. A server gives each client a
 * capability with a badge of its own (cap_mint), and learns from it who sends.
 */
#pragma once

#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * endpoint_cancel: take back the messages that wait under a badge; their senders get
 * ST_CANCELED. Done before the badge is given to another client.
 *
 *  endpoint  a capability with the badge; rights READ and WRITE
 *  returns   ST_OK, also if there were none
 *            ST_INVALID_ARGS   the capability has no badge
 *            ST_ACCESS_DENIED  a right is missing
 *            ST_BAD_HANDLE, ST_WRONG_TYPE, ST_OUT_OF_RANGE, ST_NOT_FOUND: of the name
 */
static inline status_t endpoint_cancel(cptr_t endpoint)
{
	return (status_t)sys_endpoint_cancel(endpoint);
}

#ifdef __cplusplus
}
#endif
