/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* mmu_window: where the host sees a frame of the fake machine; counted and checked. */
#pragma once

#include "arch/pte.h"

void *mmu_window(paddr_t pa);
