/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "arch/trap.h"

void user_fault(struct context *context, uint64_t esr); /* from vectors.S */
