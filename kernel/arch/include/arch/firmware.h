/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Calls into the firmware above this kernel: contract of rank 2, implemented by
 * platform/psci.c with the instruction that the device tree names.
 */
#pragma once

#include "lib/base.h"

enum { FIRMWARE_NOT_SUPPORTED = -1 };

/*
 * firmware_call: one call by Arm's SMC calling convention (DEN0028).
 *
 *  => FIRMWARE_NOT_SUPPORTED where the tree names no firmware: then neither smc nor hvc is
 *     executed, since nobody may be there to take it
 */
int32_t firmware_call(uint32_t function, uint64_t argument);
