/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include <zircon/compiler.h>
#include <zircon/errors.h>
#include <zircon/types.h>

__BEGIN_CDECLS

/*
 * zx_status_get_string: the name of a status, "ZX_OK" for one.
 *
 *  returns  a constant; "(UNKNOWN)" for a number that is none
 */
const char *zx_status_get_string(zx_status_t status);

__END_CDECLS
