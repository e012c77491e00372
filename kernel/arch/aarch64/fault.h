/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "arch/trap.h"

struct cpu;
void user_fault(struct context *context, struct cpu *cpu, uint64_t esr); /* vectors.S */
