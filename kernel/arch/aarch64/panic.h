/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "arch/trap.h"

/* From vectors.S. */
noreturn void kernel_exception(struct context *context, uint64_t kind);
