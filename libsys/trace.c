/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/trace.h"

#include <string.h>

#include "libsys/syscalls.h"

enum { CALLS = 128, FAULT = 128, INTERRUPT, IDLE, THREAD_SHIFT = 20 };

status_t trace_start(void)
{
	return (status_t)sys_debug_count(DEBUG_TRACE_START);
}

status_t trace_stop(void)
{
	return (status_t)sys_debug_count(DEBUG_TRACE_STOP);
}

status_t trace_read(unsigned cpu, unsigned number, struct trace_record *record_out)
{
	word_t place = ((word_t)cpu * DEBUG_TRACE_RECORDS + number) * DEBUG_TRACE_WORDS;
	int64_t word[DEBUG_TRACE_WORDS];

	if (number >= DEBUG_TRACE_RECORDS)
		return ST_OUT_OF_RANGE;
	for (unsigned i = 0; i < DEBUG_TRACE_WORDS; i++) {
		word[i] = sys_debug_count(DEBUG_TRACE_WORD + place + i);
		if (word[i] < 0)
			return (status_t)word[i];
	}
	*record_out = (struct trace_record){
		.time = (uint64_t)word[0],
		.is_leave = (word[1] >> 16 & 0xf) == DEBUG_TRACE_LEAVE,
		.cause = (unsigned)word[1] & 0xffff,
		.thread = (uint64_t)word[1] >> THREAD_SHIFT,
	};
	memcpy(record_out->name, &word[2], DEBUG_TRACE_NAME);
	return ST_OK;
}

const char *trace_cause(unsigned cause)
{
	static const char *const names[CALLS] = {
#define SYSCALL_IPC(number, name, text)		     [number] = #name,
#define SYSCALL(number, name, parameters, arguments) [number] = #name,
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
	};

	switch (cause) {
	case FAULT:
		return "(fault)";
	case INTERRUPT:
		return "(interrupt)";
	case IDLE:
		return "(idle)";
	default:
		return cause < CALLS && names[cause] ? names[cause] : "(no call)";
	}
}
