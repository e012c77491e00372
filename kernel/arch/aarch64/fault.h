/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "arch/trap.h"

struct fault fault_decode(uint64_t esr, uint64_t far);
void user_fault(struct context *context, uint64_t esr); /* from vectors.S */
