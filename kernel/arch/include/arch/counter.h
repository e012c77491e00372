/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The performance counters: cycles (PMCCNTR_EL0), which programs may read, and retired
 * instructions (event counter 0). head.S starts them with the kernel's first instructions.
 */
#pragma once

#include "lib/base.h"

/* counter_init_cpu: let EL0 read this CPU's cycles, and change nothing. */
void counter_init_cpu(void);

/* counter_is_there: has this machine performance counters at all? */
bool counter_is_there(void);

/* counter_instructions: retired since the kernel's first; 0 where they are not counted. */
uint64_t counter_instructions(void);
