/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "workers.h"

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/syscalls.h"
#include "libsys/tls.h"

enum { TLS_MAX = 1024, PATIENCE_NS = 100000, PATIENCE = 100000 };

static struct {
	_Alignas(IPC_BUFFER_ALIGN) struct ipc_buffer buffer;
	_Alignas(64) char tls[TLS_MAX];
	_Alignas(16) char stack[WORKER_STACK];
} workers[WORKERS];

__attribute__((constructor)) static void be_ordinary(void)
{
	own_priority(OWN);
}

static void first_steps(void (*function)(void *), void *argument, struct ipc_buffer *buffer)
{
	ipc_buffer_own = buffer;
	function(argument);
	thread_exit();
}

struct ipc_buffer *worker_buffer(unsigned n)
{
	return &workers[n].buffer;
}

cptr_t worker_make(unsigned n, void (*function)(void *), void *argument,
	const struct worker_options *options)
{
	uint64_t buffer = (uint64_t)worker_buffer(n);
	struct thread_registers registers = {
		.x = {(uint64_t)function, (uint64_t)argument, buffer},
		.sp = (uint64_t)workers[n].stack + WORKER_STACK,
		.pc = (uint64_t)first_steps,
		.tls = (uint64_t)tls_init(workers[n].tls),
	};
	cptr_t thread = make(OBJECT_THREAD, 0);

	REQUIRE(n < WORKERS && tls_size() <= TLS_MAX);
	memset(worker_buffer(n), 0, sizeof(struct ipc_buffer));
	REQUIRE(thread_write_registers(thread, &registers) == ST_OK);
	REQUIRE(thread_configure(thread, options->cspace ? options->cspace : ROOT_SLOT_CNODE,
			ROOT_SLOT_VSPACE, options->fault_endpoint,
			options->without_buffer ? 0 : buffer) == ST_OK);
	REQUIRE(thread_set_priority(thread, ROOT_SLOT_THREAD,
			options->priority ? options->priority : HIGH) == ST_OK);
	REQUIRE(thread_set_cpu(thread, ROOT_SLOT_THREAD, options->cpu) == ST_OK);
	if (!options->stopped)
		EXPECT_EQ(thread_resume(thread), ST_OK);
	return thread;
}

cptr_t worker(unsigned n, void (*function)(void *), void *argument, unsigned priority)
{
	struct worker_options options = {.priority = priority};

	return worker_make(n, function, argument, &options);
}

unsigned state_of(cptr_t thread)
{
	struct thread_info info = {.state = ~0u};

	EXPECT_EQ(thread_info(thread, &info), ST_OK);
	return info.state;
}

void await_state(cptr_t thread, unsigned state)
{
	for (int i = 0; i < PATIENCE && state_of(thread) != state; i++)
		clock_sleep_ns(PATIENCE_NS);
	EXPECT_EQ(state_of(thread), state);
}

void worker_finish(cptr_t thread)
{
	await_state(thread, THREAD_STOPPED);
	drop(thread);
}

void own_priority(unsigned priority)
{
	REQUIRE(thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, priority) == ST_OK);
}

unsigned cpus_online(void)
{
	return boot_info()->cpus_online;
}

void fill(uint64_t x[REGISTERS], uint64_t base)
{
	for (unsigned i = 0; i < REGISTERS; i++)
		x[i] = base + i;
}

void call_in_worker(void *registers)
{
	call_with(registers);
}

void fill_call(uint64_t x[REGISTERS], word_t number, word_t x0, word_t x1, word_t x11)
{
	fill(x, 0x5150000000 + (number << 8));
	x[0] = x0;
	x[1] = x1;
	x[8] = number;
	x[11] = x11;
}

void expect_only_x0(
	const uint64_t now[REGISTERS], const uint64_t before[REGISTERS], status_t status)
{
	EXPECT_EQ((int64_t)now[0], status);
	for (unsigned i = 1; i < REGISTERS; i++)
		EXPECT_EQ(now[i], before[i]);
}

void expect_refused(word_t number, word_t x0, word_t x1, word_t x11, status_t status)
{
	uint64_t x[REGISTERS], before[REGISTERS];

	fill_call(x, number, x0, x1, x11);
	memcpy(before, x, sizeof(x));
	call_with(x);
	expect_only_x0(x, before, status);
}

unsigned word_register(unsigned word)
{
	return word < 6 ? word + 2 : word + 3;
}

void expect_words(const uint64_t now[REGISTERS], const uint64_t before[REGISTERS],
	const uint64_t sent[REGISTERS], unsigned words)
{
	uint64_t want[REGISTERS];

	memcpy(want, before, sizeof(want));
	for (unsigned i = 0; i < words && i < IPC_REGISTER_WORDS; i++)
		want[word_register(i)] = sent[word_register(i)];
	for (unsigned i = 2; i < REGISTERS; i++)
		if (i != 11)
			EXPECT_EQ(now[i], want[i]);
}
