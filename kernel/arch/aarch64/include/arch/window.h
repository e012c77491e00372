/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* mmu_window: where the kernel reads and writes this frame: the direct map. */
#pragma once

#include "arch/kmap.h"

static inline void *mmu_window(paddr_t pa)
{
	return pa_to_va(pa);
}
