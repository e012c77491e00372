/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Debug builds walk all that the kernel holds after each system call, and stop at the first
 * thing that is not as the headers say.
 */
#pragma once

#include "cap/cap.h"

/* check_init: the slots that the first capabilities stand in. */
void check_init(const struct slot *slots, uint32_t count);

/* check_all: derivation trees, queues, reply objects, timers, run queues. */
void check_all(void);
