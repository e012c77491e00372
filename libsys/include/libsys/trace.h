/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the CPUs did and when, where the kernel records it: the build that measures (preset
 * "latency") does. A record is written wherever a CPU enters the kernel or leaves it.
 */
#pragma once

#include "abi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_record {
	uint64_t time;	 /* of the timer: boot_info()->timer_frequency of these make a second */
	int is_leave;	 /* out of the kernel; else into it */
	unsigned cause;	 /* into it: why; trace_cause() has its name */
	uint64_t thread; /* out of it: tells it from others; 0: idle */
	char name[DEBUG_TRACE_NAME + 1]; /* of that thread, its beginning */
};

/*
 * trace_start: forget what was recorded, and record on all CPUs.
 *
 *  returns  ST_OK; ST_OUT_OF_RANGE: this kernel does not record; ST_ACCESS_DENIED: the machine was
 *           booted with debug=off
 */
status_t trace_start(void);

/* trace_stop: record no more; what was recorded stays. Returns as trace_start. */
status_t trace_stop(void);

/*
 * trace_read: a record of a CPU, by number from 0 on, the oldest first; up to DEBUG_TRACE_RECORDS.
 *
 *  cpu      0 up to boot_info()->cpus_online less 1
 *  returns  ST_OK; ST_OUT_OF_RANGE: there are no more, or this kernel does not record;
 *           ST_ACCESS_DENIED: the machine was booted with debug=off
 */
status_t trace_read(unsigned cpu, unsigned number, struct trace_record *record_out);

/* trace_cause: the call's name, or "(fault)", "(interrupt)", "(idle)": an idle CPU's interrupt. */
const char *trace_cause(unsigned cause);

#ifdef __cplusplus
}
#endif
