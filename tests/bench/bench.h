/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the files of the benchmark share. A figure is the median of a thousand costs; a cost
 * is what lies between two readings of the cycle counter less what reading it costs.
 */
#pragma once

#include <stdint.h>

#include "libsys/clock.h"

enum { ROUNDS = 1000 };

extern uint64_t sample[ROUNDS];
extern uint64_t reading; /* the cost of reading the counter */

/* median: of the samples; they are sorted then. report: print a figure. */
uint64_t median(void);
void report(const char *key, uint64_t instructions);

/* The statement's cost with that of reading the counter. */
#define MEASURE(statement) \
	({ \
		for (int i_ = 0; i_ < ROUNDS; i_++) { \
			uint64_t before_ = counter_cycles(); \
			statement; \
			sample[i_] = counter_cycles() - before_; \
		} \
		median(); \
	})

void measure_capabilities(void);
void measure_threads(void);
void measure_memory(void);
void measure_processes(void);

/* measure_cpus: where there are several CPUs: lines "bench-cpus KEY N". */
void measure_cpus(void);
