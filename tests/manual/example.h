/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * How an example of the manual becomes a test: run as it is printed, with a Pool of its own if
 * it asks for one, which must be as it was when it ends.
 */
#pragma once

#include "test.h"

typedef uint64_t example_cap_t;

/* example_run: example(), or example(pool) between making a Pool and counting what is left. */
void example_run(void (*example)(void));
void example_run_with_pool(void (*example)(example_cap_t pool));
