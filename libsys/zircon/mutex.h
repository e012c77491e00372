/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A lock for what is held briefly and seldom contended: a word, and no object of the kernel's.
 * Who finds it held sleeps a little, so that a less urgent thread on the same CPU can let go.
 */
#pragma once

#include <stdint.h>

struct mutex {
	uint32_t held;
};

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
