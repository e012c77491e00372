/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#pragma once

#include "lib/base.h"

/*
 * debug_calls_allow: may programs use the boot console and read the kernel's counters? These
 * calls name no capability: whoever boots the machine says so, for all programs alike.
 *
 *  => true until it is called; at boot
 */
void debug_calls_allow(bool allow);
