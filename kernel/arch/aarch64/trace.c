/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/trace.h"

#include "abi/objects.h"

#include "arch/cpu.h"
#include "arch/nospec.h"
#include "arch/timer.h"
#include "arch/trap.h"

#ifdef QUIRE_LATENCY

/*
 * A CPU writes its own list and no other. When that is full it is: what was begun is whole, and
 * no record is overwritten while somebody reads it.
 */
static struct trace {
	uint32_t count; /* those below are written */
	struct record {
		uint64_t word[DEBUG_TRACE_WORDS];
	} records[DEBUG_TRACE_RECORDS];
} traces[CPU_MAX];

static bool is_on;

enum { THREAD_SHIFT = 20 };

static void add(enum debug_trace_kind kind, unsigned cause, const struct thread *thread)
{
	struct trace *trace = &traces[this_cpu()->index];
	uint32_t count = trace->count;
	struct record *record = &trace->records[count];
	const char *name = thread ? trap_thread_name(thread) : "";

	if (!__atomic_load_n(&is_on, __ATOMIC_RELAXED) || count == DEBUG_TRACE_RECORDS)
		return;
	*record = (struct record){
		.word = {timer_now(),
			(uint64_t)(uint32_t)(uintptr_t)thread << THREAD_SHIFT | kind << 16 |
				cause},
	};
	for (unsigned i = 0; i < DEBUG_TRACE_NAME && name[i]; i++)
		record->word[2 + i / 8] |= (uint64_t)(name[i] & 0x7f) << i % 8 * 8;
	/* After the record: with the load in trace_count(). */
	__atomic_store_n(&trace->count, count + 1, __ATOMIC_RELEASE);
}

void trace_enter(unsigned cause)
{
	add(DEBUG_TRACE_ENTER, cause, NULL);
}

void trace_leave(void)
{
	add(DEBUG_TRACE_LEAVE, 0, this_cpu()->current);
}

static int64_t word_at(uint64_t place)
{
	uint64_t of_cpu = (uint64_t)DEBUG_TRACE_RECORDS * DEBUG_TRACE_WORDS;
	const struct trace *trace;
	uint64_t number = place % of_cpu / DEBUG_TRACE_WORDS;

	if (place / of_cpu >= CPU_MAX)
		return ST_OUT_OF_RANGE;
	trace = &traces[index_nospec(place / of_cpu, CPU_MAX)];
	if (number >= __atomic_load_n(&trace->count, __ATOMIC_ACQUIRE))
		return ST_OUT_OF_RANGE;
	return (int64_t)trace->records[number].word[place % DEBUG_TRACE_WORDS];
}

int64_t trace_count(word_t what)
{
	if (what == DEBUG_TRACE_START)
		for (unsigned i = 0; i < CPU_MAX; i++)
			__atomic_store_n(&traces[i].count, 0, __ATOMIC_RELAXED);
	if (what == DEBUG_TRACE_START || what == DEBUG_TRACE_STOP) {
		__atomic_store_n(&is_on, what == DEBUG_TRACE_START, __ATOMIC_RELEASE);
		return ST_OK;
	}
	return what < DEBUG_TRACE_WORD ? ST_OUT_OF_RANGE : word_at(what - DEBUG_TRACE_WORD);
}

#endif
