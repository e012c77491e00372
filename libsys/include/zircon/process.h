/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

/*
 * zx_vmar_root_self: the region that is this program's whole address space.
 *
 *  returns  a handle that is the program's for good: not to be closed by who asks for it
 */
zx_handle_t zx_vmar_root_self(void);

__END_CDECLS
