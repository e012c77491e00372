/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * FPU registers: each thread has its own, whoever runs between and on whatever CPU it goes on.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "workers.h"

enum { ROUNDS = 16 };

/*
 * Load all of v0 to v31, FPCR and FPSR; store them. The compiler is not told: this program
 * has nothing there, and what it were to save around them would undo what is tested.
 */
static inline void load_fpu(const struct thread_fpu *fpu)
{
	__asm__ volatile("ldp	q0, q1, [%0]\n	ldp	q2, q3, [%0, #32]\n"
			 "	ldp	q4, q5, [%0, #64]\n	ldp	q6, q7, [%0, #96]\n"
			 "	ldp	q8, q9, [%0, #128]\n	ldp	q10, q11, [%0, #160]\n"
			 "	ldp	q12, q13, [%0, #192]\n	ldp	q14, q15, [%0, #224]\n"
			 "	ldp	q16, q17, [%0, #256]\n	ldp	q18, q19, [%0, #288]\n"
			 "	ldp	q20, q21, [%0, #320]\n	ldp	q22, q23, [%0, #352]\n"
			 "	ldp	q24, q25, [%0, #384]\n	ldp	q26, q27, [%0, #416]\n"
			 "	ldp	q28, q29, [%0, #448]\n	ldp	q30, q31, [%0, #480]\n"
			 "	msr	fpsr, %1\n	msr	fpcr, %2\n"
			 :
			 : "r"(fpu), "r"((uint64_t)fpu->fpsr), "r"((uint64_t)fpu->fpcr)
			 : "memory");
}

static inline void store_fpu(struct thread_fpu *fpu)
{
	uint64_t fpsr, fpcr;

	__asm__ volatile("stp	q0, q1, [%2]\n	stp	q2, q3, [%2, #32]\n"
			 "	stp	q4, q5, [%2, #64]\n	stp	q6, q7, [%2, #96]\n"
			 "	stp	q8, q9, [%2, #128]\n	stp	q10, q11, [%2, #160]\n"
			 "	stp	q12, q13, [%2, #192]\n	stp	q14, q15, [%2, #224]\n"
			 "	stp	q16, q17, [%2, #256]\n	stp	q18, q19, [%2, #288]\n"
			 "	stp	q20, q21, [%2, #320]\n	stp	q22, q23, [%2, #352]\n"
			 "	stp	q24, q25, [%2, #384]\n	stp	q26, q27, [%2, #416]\n"
			 "	stp	q28, q29, [%2, #448]\n	stp	q30, q31, [%2, #480]\n"
			 "	mrs	%0, fpsr\n	mrs	%1, fpcr\n"
			 : "=&r"(fpsr), "=&r"(fpcr)
			 : "r"(fpu)
			 : "memory");
	fpu->fpsr = (uint32_t)fpsr;
	fpu->fpcr = (uint32_t)fpcr;
}

static void fill_fpu(struct thread_fpu *fpu, uint64_t base)
{
	memset(fpu, 0, sizeof(*fpu));
	for (unsigned i = 0; i < 32; i++) {
		fpu->v[i].low = base * 1000 + i;
		fpu->v[i].high = ~(base * 1000 + i);
	}
	fpu->fpsr = base & 0x1f;
	fpu->fpcr = (uint32_t)(base & 3) << 22; /* the rounding mode */
}

/* What a worker does between loading and storing, and whether its registers stayed. */
struct user {
	void (*between)(void);
	uint64_t base;
	unsigned wrong, rounds;
};

/* Nothing but this call between the two may use the FPU. */
static __attribute__((noinline)) void one_round(struct user *user)
{
	struct thread_fpu want, got;

	fill_fpu(&want, user->base + user->rounds);
	memset(&got, 0, sizeof(got));
	load_fpu(&want);
	user->between();
	store_fpu(&got);
	user->wrong += memcmp(&want, &got, sizeof(want)) != 0;
	user->rounds++;
	load_fpu(&(struct thread_fpu){0});
}

static void use_fpu(void *argument)
{
	struct user *user = argument;

	while (user->rounds < ROUNDS)
		one_round(user);
}

static void yield(void)
{
	sys_yield();
}

static void sleep_a_little(void)
{
	sys_sleep_until(clock_ns() + 50000);
}

static void run_users(
	unsigned count, void (*between)(void), bool on_all_cpus, unsigned priority)
{
	struct user users[8];
	cptr_t threads[8];

	for (unsigned i = 0; i < count; i++) {
		struct worker_options options = {
			.priority = priority, .cpu = on_all_cpus ? i % cpus_online() : 0};

		users[i] = (struct user){between, (i + 1) * 1000, 0, 0};
		threads[i] = worker_make(i, use_fpu, &users[i], &options);
	}
	for (unsigned i = 0; i < count; i++) {
		worker_finish(threads[i]);
		EXPECT_EQ(users[i].wrong, 0);
		EXPECT_EQ(users[i].rounds, ROUNDS);
	}
}

TEST(fpu, of_threads_that_yield_to_each_other)
{
	run_users(2, yield, false, LOW);
	run_users(5, yield, false, LOW);
}

TEST(fpu, of_threads_that_sleep_in_between)
{
	run_users(3, sleep_a_little, false, HIGH);
	run_users(8, sleep_a_little, true, HIGH);
}

/* They are preempted, if at all, between two instructions of theirs. */
static void compute(void)
{
	for (volatile int i = 0; i < 20000; i++)
		;
}

TEST(fpu, of_threads_that_are_preempted)
{
	run_users(3, compute, false, LOW);
}

/* A message in between: the short way leaves the registers where they are. */
static cptr_t endpoint, reply;

static void serve_with_fpu(void *argument)
{
	struct message message = {0};
	struct thread_fpu fpu;

	(void)argument;
	fill_fpu(&fpu, 7);
	while (ipc_reply_recv(endpoint, reply, &message) == ST_OK) {
		load_fpu(&fpu);
		message.tag = 0;
	}
}

static void call_server(void)
{
	word_t tag;

	ipc_call0(endpoint, 0, &tag);
}

TEST(fpu, of_client_and_server)
{
	for (unsigned cpu = 0; cpu < cpus_online(); cpu += 1) {
		struct worker_options options = {.cpu = cpu};
		cptr_t server;

		endpoint = make(OBJECT_ENDPOINT, 0);
		reply = make(OBJECT_REPLY, 0);
		server = worker_make(8, serve_with_fpu, NULL, &options);
		run_users(2, call_server, true, HIGH);
		drop(server);
		drop(reply);
		drop(endpoint);
	}
}

/* It moves itself to the next CPU with its registers loaded. */
static cptr_t wanderer;

static void move_on(void)
{
	static unsigned cpu;

	sys_thread_set_cpu(wanderer, ROOT_SLOT_THREAD, ++cpu % cpus_online());
}

TEST(fpu, follows_its_thread_from_cpu_to_cpu)
{
	struct user user = {move_on, 3000, 0, 0};
	struct user others[4];
	cptr_t threads[4];

	for (unsigned i = 0; i < 4; i++) {
		struct worker_options options = {.priority = LOW, .cpu = i % cpus_online()};

		others[i] = (struct user){yield, 100 * i + 77, 0, 0};
		threads[i] = worker_make(i + 1, use_fpu, &others[i], &options);
	}
	wanderer = worker_make(0, use_fpu, &user, &(struct worker_options){.stopped = true});
	EXPECT_EQ(thread_resume(wanderer), ST_OK);
	worker_finish(wanderer);
	EXPECT_EQ(user.wrong, 0);
	EXPECT_EQ(user.rounds, ROUNDS);
	for (unsigned i = 0; i < 4; i++) {
		worker_finish(threads[i]);
		EXPECT_EQ(others[i].wrong, 0);
	}
}

/* --- from outside */

static void store_into(void *argument)
{
	store_fpu(argument);
	sys_debug_exit(0);
	load_fpu(argument);
	sys_debug_exit(0);
}

TEST(fpu, is_written_and_read_by_others)
{
	struct thread_fpu want, got, seen;

	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		struct worker_options options = {.stopped = true, .cpu = cpu};
		cptr_t thread = worker_make(0, store_into, &seen, &options);

		fill_fpu(&want, 0);
		memset(&want.v, 0, sizeof(want.v));
		EXPECT_EQ(thread_read_fpu(thread, &got), ST_OK);
		EXPECT_EQ(memcmp(&got, &want, sizeof(got)), 0); /* new: all zero */
		fill_fpu(&want, 4243 + cpu);
		EXPECT_EQ(thread_write_fpu(thread, &want), ST_OK);
		EXPECT_EQ(thread_read_fpu(thread, &got), ST_OK);
		EXPECT_EQ(memcmp(&got, &want, sizeof(got)), 0);
		memset(&seen, 0, sizeof(seen));
		EXPECT_EQ(thread_resume(thread), ST_OK);
		await_state(thread, THREAD_STOPPED);
		EXPECT_EQ(memcmp(&seen, &want, sizeof(seen)), 0); /* what it found */
		fill_fpu(&seen, 99);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		await_state(thread, THREAD_STOPPED);
		EXPECT_EQ(
			thread_read_fpu(thread, &got), ST_OK); /* what it left, from its CPU */
		EXPECT_EQ(memcmp(&got, &seen, sizeof(got)), 0);
		drop(thread);
	}
}

/* Its registers are still on the CPU when it is written to. */
TEST(fpu, written_while_a_cpu_holds_it_replaces_that)
{
	struct thread_fpu want, seen;

	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		struct worker_options options = {.stopped = true, .cpu = cpu};
		cptr_t thread = worker_make(0, store_into, &seen, &options);

		EXPECT_EQ(thread_resume(thread), ST_OK); /* uses the FPU, stops */
		await_state(thread, THREAD_STOPPED);
		fill_fpu(&want, 17);
		EXPECT_EQ(thread_write_fpu(thread, &want), ST_OK);
		fill_fpu(&seen, 18);
		EXPECT_EQ(thread_set_cpu(thread, ROOT_SLOT_THREAD, (cpu + 1) % cpus_online()),
			ST_OK);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		await_state(thread, THREAD_STOPPED);
		EXPECT_EQ(thread_read_fpu(thread, &want), ST_OK);
		EXPECT_EQ(memcmp(&want, &seen, sizeof(want)), 0);
		drop(thread);
	}
}

/* A CPU that holds the registers of a thread that goes must forget them. */
TEST(fpu, of_a_destroyed_thread_is_nobodys)
{
	struct thread_fpu seen, zero;

	memset(&zero, 0, sizeof(zero));
	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		struct user user = {yield, 5, 0, ROUNDS - 1};
		struct worker_options options = {.cpu = cpu};
		cptr_t thread = worker_make(0, use_fpu, &user, &options), next;

		worker_finish(thread);
		memset(&seen, 0xff, sizeof(seen));
		next = worker_make(0, store_into, &seen, &options);
		await_state(next, THREAD_STOPPED);
		EXPECT_EQ(memcmp(&seen.v, &zero.v, sizeof(seen.v)), 0); /* nothing of others */
		drop(next);
	}
}
