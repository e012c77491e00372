/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Messages, notifications, threads, faults, timers. Where one thread starts what another one
 * ends, the counter is read by the one and by the other: `began` and `ended`.
 */
#include <stdlib.h>

#include "bench.h"
#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/ipc.h"
#include "libsys/syscalls.h"
#include "libsys/thread.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

enum { SLOTS_OF_LIBSYS = 16 }; /* its heap's, and more */

enum { STACK_SIZE = 4096, THREADS_MAX = 8 };

static volatile uint64_t began, ended;
static uint32_t next_slot, next_buffer;
static _Alignas(16) char stacks[THREADS_MAX][STACK_SIZE];
static _Alignas(IPC_BUFFER_ALIGN) struct {
	struct ipc_buffer buffer;
	char rest[IPC_BUFFER_ALIGN - sizeof(struct ipc_buffer)];
} buffers[THREADS_MAX];

static void must(int64_t status)
{
	if (status < 0)
		abort();
}

/* The largest Untyped of RAM comes first. */
static cptr_t make(enum object type, word_t size_bits)
{
	cptr_t slot = next_slot++;

	must(sys_untyped_retype(
		boot_info()->untyped_first, type, size_bits, ROOT_SLOT_CNODE, slot, 1));
	return slot;
}

static void drop(cptr_t slot)
{
	must(sys_cap_delete(ROOT_SLOT_CNODE, slot, 64));
}

/* A thread in this program's spaces, stopped. */
static cptr_t make_thread(void (*run)(void), unsigned priority, cptr_t fault_endpoint)
{
	cptr_t thread = make(OBJECT_THREAD, 0);
	unsigned n = next_buffer++ % THREADS_MAX;
	struct thread_registers registers = {
		.pc = (uintptr_t)run, .sp = (uintptr_t)stacks[n] + STACK_SIZE};

	must(sys_thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, fault_endpoint,
		(uintptr_t)&buffers[n].buffer));
	must(sys_thread_write(
		thread, REGISTERS_GENERAL, (uintptr_t)&registers, sizeof(registers)));
	must(sys_thread_set_priority(thread, ROOT_SLOT_THREAD, priority));
	return thread;
}

static cptr_t start(void (*run)(void), unsigned priority)
{
	cptr_t thread = make_thread(run, priority, 0);

	must(sys_thread_resume(thread));
	return thread;
}

static cptr_t endpoint, reply, notification, timer;

/*
 * Client and server of messages without words: threads that may use the FPU and do not, while
 * the first program, which does, waits.
 */
extern char bench_server[];

static void call_often(void)
{
	static struct message message;
	const cptr_t to = endpoint;
	word_t tag;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_cycles();

		ipc_call0(to, 0, &tag);
		sample[i] = counter_cycles() - before;
	}
	sys_signal(notification);
	for (;;)
		ipc_recv(notification, 0, &message);
}

static void measure_short(const char *key, cptr_t space)
{
	cptr_t server = make_thread(call_often, PRIORITY_MAX, 0), client;
	struct thread_registers registers = {.pc = (uintptr_t)bench_server};

	registers.x[19] = endpoint;
	registers.x[20] = reply;
	must(sys_thread_configure(server, ROOT_SLOT_CNODE, space, 0, 0));
	must(sys_thread_write(
		server, REGISTERS_GENERAL, (uintptr_t)&registers, sizeof(registers)));
	must(sys_thread_resume(server));
	sys_yield();
	client = start(call_often, PRIORITY_MAX);
	must(ipc_recv(notification, 0, &(struct message){0}));
	report(key, median() - reading);
	drop(client);
	drop(server);
}

/* The server's page, copied, at the same address in a VSpace with nothing else in it. */
static void measure_between_spaces(void)
{
	enum { PAGE_BYTES = 4096 };
	uaddr_t address = (uintptr_t)bench_server;
	cptr_t space = next_slot++, code = next_slot++;

	must(sys_vspace_create(ROOT_SLOT_POOL, ROOT_SLOT_CNODE, space));
	must(sys_vmo_create(ROOT_SLOT_POOL, PAGE_BYTES, 0, ROOT_SLOT_CNODE, code));
	must(vmo_write(code, bench_server, 0, PAGE_BYTES));
	must(vspace_map(space, code, 0, PAGE_BYTES, VSPACE_READ | VSPACE_EXECUTE | VSPACE_FIXED,
		&address));
	measure_short("ipc_rt_0w_spaces", space);
	must(vspace_unmap(space, address, PAGE_BYTES));
	drop(code);
	drop(space);
}

static void serve_4(void)
{
	const cptr_t from = endpoint, through = reply;
	word_t badge, words[4] = {0}, tag = tag_make(0, 4, 0);

	must(ipc_recv(from, through, &(struct message){0}));
	for (;;)
		ipc_reply_recv4(from, through, words, &badge, &tag);
}

static void serve(void)
{
	struct message message = {0};

	must(ipc_recv(endpoint, reply, &message));
	for (;;)
		ipc_reply_recv(endpoint, reply, &message);
}

static void measure_round_trips(void)
{
	word_t tag, words[4] = {1, 2, 3, 4};
	cptr_t server;
	struct message message = {.tag = tag_make(0, 10, 0)};
	const cptr_t to = endpoint;

	measure_short("ipc_rt_0w", ROOT_SLOT_VSPACE);
	measure_between_spaces();
	server = start(serve_4, PRIORITY_MAX);
	sys_yield();
	report("ipc_rt_4w", MEASURE(ipc_call4(to, tag_make(0, 4, 0), words, &tag)) - reading);
	drop(server);
	server = start(serve, PRIORITY_MAX);
	sys_yield();
	report("ipc_rt_10w", MEASURE(ipc_call(to, &message)) - reading);
	drop(server);
}

/* What is sent is deleted again before the answer, so that the slot is free for the next. */
static cptr_t received;

static void serve_cap(void)
{
	struct message message = {0};
	struct ipc_buffer *buffer = &buffers[(next_buffer - 1) % THREADS_MAX].buffer;

	buffer->receive_cnode = ROOT_SLOT_CNODE;
	buffer->receive_first = received;
	buffer->receive_count = 1;
	must(ipc_recv(endpoint, reply, &message));
	for (;;) {
		ended = counter_cycles();
		drop(received);
		message.tag = 0;
		ipc_reply_recv(endpoint, reply, &message);
	}
}

static void measure_caps(void)
{
	struct ipc_buffer *buffer = (void *)boot_info()->ipc_buffer;
	cptr_t server;

	received = next_slot++;
	server = start(serve_cap, PRIORITY_MAX);
	sys_yield();
	buffer->caps[0] = (struct ipc_cap){notification, RIGHTS_ALL};
	for (int i = 0; i < ROUNDS; i++) {
		struct message message = {.tag = tag_make(0, 0, 1)};

		began = counter_cycles();
		ipc_call(endpoint, &message);
		sample[i] = ended - began;
	}
	report("ipc_call_cap", median() - reading);
	drop(server);
}

static void wait_bits(void)
{
	struct message message = {0};

	for (;;) {
		ipc_recv(notification, 0, &message);
		ended = counter_cycles();
	}
}

static void measure_signals(void)
{
	cptr_t waiter;

	report("signal_idle", MEASURE(sys_signal(notification)) - reading);
	must(ipc_recv(notification, 0, &(struct message){0}));
	must(sys_thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, PRIORITY_MAX - 1));
	waiter = start(wait_bits, PRIORITY_MAX);
	for (int i = 0; i < ROUNDS; i++) {
		began = counter_cycles();
		sys_signal(notification);
		sample[i] = ended - began;
	}
	report("signal_wake", median() - reading);
	drop(waiter);
	must(sys_thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, PRIORITY_MAX));
}

static void yield_back(void)
{
	for (;;) {
		ended = counter_cycles();
		sys_yield();
	}
}

static void measure_yield(void)
{
	cptr_t other = start(yield_back, PRIORITY_MAX);

	sys_yield();
	for (int i = 0; i < ROUNDS; i++) {
		began = counter_cycles();
		sys_yield();
		sample[i] = ended - began;
	}
	report("yield_switch", median() - reading);
	drop(other);
}

static void note_and_stop(void)
{
	ended = counter_cycles();
	for (;;)
		ipc_recv(notification, 0, &(struct message){0});
}

/* Another one is stopped while it waits its turn; then started anew from its first line. */
static void measure_suspend(void)
{
	cptr_t other = make_thread(note_and_stop, PRIORITY_MAX - 1, 0);
	struct thread_registers registers;

	must(sys_thread_read(
		other, REGISTERS_GENERAL, (uintptr_t)&registers, sizeof(registers)));
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before;

		must(sys_thread_resume(other));
		before = counter_cycles();
		sys_thread_suspend(other);
		sample[i] = counter_cycles() - before;
	}
	report("thread_suspend", median() - reading);
	must(sys_thread_set_priority(other, ROOT_SLOT_THREAD, PRIORITY_MAX));
	must(sys_thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, PRIORITY_MAX - 1));
	for (int i = 0; i < ROUNDS; i++) {
		must(sys_thread_write(
			other, REGISTERS_GENERAL, (uintptr_t)&registers, sizeof(registers)));
		began = counter_cycles();
		sys_thread_resume(other);
		sample[i] = ended - began;
		must(sys_thread_suspend(other));
	}
	report("thread_resume", median() - reading);
	must(sys_thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, PRIORITY_MAX));
	drop(other);
}

static uint64_t delivered[ROUNDS];

/* Reads the counter, faults; goes on behind the load, where it reads the counter again. */
static void fault_often(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		began = counter_cycles();
		__asm__ volatile("brk #0");
		ended = counter_cycles();
		sample[i] = ended - began;
	}
	sys_signal(notification);
	for (;;)
		ipc_recv(notification, 0, &(struct message){0});
}

/* The handler answers with the pc behind the instruction. */
static void measure_faults(void)
{
	cptr_t thread = make_thread(fault_often, PRIORITY_MAX, endpoint);
	struct message message = {0};

	must(sys_thread_resume(thread));
	must(ipc_recv(endpoint, reply, &message));
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t now = counter_cycles();

		delivered[i] = now - began;
		message.tag = tag_make(FAULT_RESUME, 1, 0);
		message.words[0] += 4;
		began = counter_cycles();
		if (i + 1 == ROUNDS)
			break;
		ipc_reply_recv(endpoint, reply, &message);
	}
	must(ipc_reply(reply, &message));
	must(ipc_recv(notification, 0, &message));
	report("fault_reply", median() - reading);
	for (int i = 0; i < ROUNDS; i++)
		sample[i] = delivered[i];
	report("fault_deliver", median() - reading);
	drop(thread);
}

/* What the cycle counter had counted more than the clock, in cycles, at a count's very begin. */
static int64_t cycles_ahead;

/* The soonest of many looks: each alone comes up to a turn of the loop after the begin. */
static void compare_clocks(uint64_t ns_per_count)
{
	enum { LOOKS = 256 };

	cycles_ahead = INT64_MAX;
	for (int i = 0; i < LOOKS; i++) {
		uint64_t count = clock_ticks(), now;
		int64_t ahead;

		do
			now = clock_ticks();
		while (now == count);
		ahead = (int64_t)(counter_cycles() - now * ns_per_count);
		if (ahead < cycles_ahead)
			cycles_ahead = ahead;
	}
}

static void spin(void)
{
	for (;;)
		;
}

static void measure_timer(const char *key)
{
	enum { SOON_NS = 20000, NS_PER_S = 1000000000 };
	uint64_t ns_per_count = NS_PER_S / clock_frequency();

	compare_clocks(ns_per_count);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t count = clock_ticks() + SOON_NS / ns_per_count;

		must(sys_timer_set(timer, count * ns_per_count));
		must(ipc_recv(notification, 0, &(struct message){0}));
		sample[i] = counter_cycles() - count * ns_per_count - (uint64_t)cycles_ahead;
	}
	report(key, median() - reading);
}

static void measure_timers(void)
{
	cptr_t spinner;

	must(sys_timer_bind(timer, notification));
	measure_timer("timer_idle");
	spinner = start(spin, 0);
	measure_timer("timer_busy");
	drop(spinner);
}

void measure_threads(void)
{
	next_slot = boot_info()->slots_free + SLOTS_OF_LIBSYS;
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
	timer = make(OBJECT_TIMER, 0);
	measure_round_trips();
	measure_caps();
	measure_signals();
	measure_yield();
	measure_suspend();
	measure_faults();
	measure_timers();
	must(sys_cap_revoke(ROOT_SLOT_CNODE, boot_info()->untyped_first, 64));
}

/* Copies go to and from two slots; what they cost does not depend on how many there are. */
void measure_capabilities(void)
{
	cptr_t object, copy;
	uint64_t before;

	next_slot = boot_info()->slots_free + SLOTS_OF_LIBSYS;
	object = make(OBJECT_ENDPOINT, 0);
	copy = next_slot++;
#define COPY(to) sys_cap_copy(ROOT_SLOT_CNODE, to, 64, ROOT_SLOT_CNODE, object, 64, RIGHTS_ALL)
#define EACH(key, prepare, statement, after) \
	for (int i = 0; i < ROUNDS; i++) { \
		prepare; \
		before = counter_cycles(); \
		statement; \
		sample[i] = counter_cycles() - before; \
		after; \
	} \
	report(key, median() - reading)

	EACH("cap_copy", , COPY(copy), drop(copy));
	EACH("cap_mint", ,
		sys_cap_mint(
			ROOT_SLOT_CNODE, copy, 64, ROOT_SLOT_CNODE, object, 64, RIGHTS_ALL, 7),
		drop(copy));
	EACH("cap_delete", must(COPY(copy)), sys_cap_delete(ROOT_SLOT_CNODE, copy, 64), );
	EACH("retype_endpoint", ,
		sys_untyped_retype(boot_info()->untyped_first, OBJECT_ENDPOINT, 0,
			ROOT_SLOT_CNODE, copy, 1),
		drop(copy));
	for (int i = 0; i < ROUNDS; i++)
		must(COPY(copy + (cptr_t)i));
	before = counter_cycles();
	must(sys_cap_revoke(ROOT_SLOT_CNODE, object, 64));
	report("revoke_1000", counter_cycles() - before - reading);
	drop(object);
}
