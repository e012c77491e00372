/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The values of kernel/arch/aarch64/include/arch/nospec.h, for any CPU. */
#pragma once

#include "lib/base.h"

static inline uint64_t index_nospec(uint64_t index, uint64_t size)
{
	return index < size ? index : 0;
}

static inline uint64_t index_nospec_if(uint64_t index, uint32_t is, uint32_t wanted)
{
	return is == wanted ? index : 0;
}
