/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What tests of threads share: threads to order about, and system calls register by register.
 *
 * The first thread has priority OWN in these programs. A worker of priority HIGH on its CPU
 * runs as soon as it is started, until it waits; one of priority LOW when the first thread
 * waits. So what tests on one CPU see does not depend on time.
 */
#pragma once

#include "libsys/ipc.h"
#include "libsys/thread.h"
#include "objects.h"

enum { LOW = 50, OWN = 100, HIGH = 150, WORKERS = 16, WORKER_STACK = 16384, MS = 1000000 };
enum { REGISTERS = 31 };

struct worker_options {
	unsigned priority; /* 0: HIGH */
	unsigned cpu;
	cptr_t cspace; /* 0: the first program's */
	cptr_t fault_endpoint;
	bool stopped; /* do not resume it */
	bool without_buffer;
};

/* FOR_EACH: a pointer to each element of an array. */
#define FOR_EACH(at, array) \
	for (__typeof__(&(array)[0]) at = (array); \
		at < (array) + sizeof(array) / sizeof((array)[0]); at++)

/* worker_make: thread number n runs function(argument), then stops. */
cptr_t worker_make(unsigned n, void (*function)(void *), void *argument,
	const struct worker_options *options);

/* worker: the same with a priority on CPU 0. */
cptr_t worker(unsigned n, void (*function)(void *), void *argument, unsigned priority);

/* worker_buffer: IPC buffer of thread number n. */
struct ipc_buffer *worker_buffer(unsigned n);

/* worker_finish: wait until it is stopped, and delete it. */
void worker_finish(cptr_t thread);

/* state_of: enum thread_state. await_state: look until it is that, or fail. */
unsigned state_of(cptr_t thread);
void await_state(cptr_t thread, unsigned state);

/* own_priority: of the first thread. */
void own_priority(unsigned priority);

/* cpus_online: how many there are. */
unsigned cpus_online(void);

/* call_with.S */
void call_with(uint64_t registers[REGISTERS]);

/* fill: a pattern in all registers. */
void fill(uint64_t x[REGISTERS], uint64_t base);

/* call_in_worker: call_with as a worker's function. */
void call_in_worker(void *registers);

/* fill_call: a pattern, and a call with these arguments. */
void fill_call(uint64_t x[REGISTERS], word_t number, word_t x0, word_t x1, word_t x11);

/* expect_only_x0: of two sets of registers that alone differs, and is `status`. */
void expect_only_x0(
	const uint64_t now[REGISTERS], const uint64_t before[REGISTERS], status_t status);

/* expect_refused: this call returns `status` and changes no register but x0. */
void expect_refused(word_t number, word_t x0, word_t x1, word_t x11, status_t status);

/* word_register: which holds a word of a message. */
unsigned word_register(unsigned word);

/* expect_words: `words` registers are the sender's, the others as they were, but x0, x1, x11. */
void expect_words(const uint64_t now[REGISTERS], const uint64_t before[REGISTERS],
	const uint64_t sent[REGISTERS], unsigned words);
