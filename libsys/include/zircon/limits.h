/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include <stdint.h>

/* A page: what VMOs and mappings are made of. */
#define ZX_PAGE_SHIFT ((uint32_t)12u)
#define ZX_PAGE_SIZE  ((uintptr_t)1u << ZX_PAGE_SHIFT)
#define ZX_PAGE_MASK  (ZX_PAGE_SIZE - 1u)
