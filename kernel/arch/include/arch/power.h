/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Switching off: contract of rank 2, implemented by platform/power.c.
 */
#pragma once

#include "lib/base.h"

/* power_off: switch the machine off; where it cannot be, stop this CPU for good. */
noreturn void power_off(void);
