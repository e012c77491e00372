/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The structures of calls, by name alone. */
#pragma once

#include <zircon/types.h>

typedef struct zx_info_handle_basic zx_info_handle_basic_t;
typedef struct zx_info_vmar zx_info_vmar_t;
typedef struct zx_info_vmo zx_info_vmo_t;
