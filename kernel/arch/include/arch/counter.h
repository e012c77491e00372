/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The performance counters: cycles (PMCCNTR_EL0) and retired instructions (event counter
 * 0). head.S starts them with the kernel's first instructions; programs may read them.
 */
#pragma once

#include "lib/base.h"

/* counter_init_cpu: let EL0 read this CPU's counters. */
void counter_init_cpu(void);

/* counter_is_there: has this machine performance counters at all? */
bool counter_is_there(void);

/* counter_has_instructions: is the event "instruction retired" implemented here? */
bool counter_has_instructions(void);
