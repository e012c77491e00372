/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Threads: every status of every thread call, what suspending does to a thread in each state,
 * and threads that destroy themselves or what they stand on.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "libsys/tls.h"
#include "workers.h"

static cptr_t thread, endpoint, reply, notification, empty;
static uint64_t x[REGISTERS], before[REGISTERS];
static struct thread_registers general;
static struct thread_fpu fpu;

static void nothing(void *argument)
{
	(void)argument;
}

static cptr_t make_stopped(void (*function)(void *), void *argument)
{
	return worker_make(0, function, argument, &(struct worker_options){.stopped = true});
}

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
	empty = make_slot();
	thread = make_stopped(nothing, NULL);
}

static void tear_down(void)
{
	drop(thread);
	drop(empty);
	drop(notification);
	drop(reply);
	drop(endpoint);
}

/* --- statuses */

static status_t configure(cptr_t of)
{
	return thread_configure(of, 0, 0, 0, 0);
}

static status_t read_general(cptr_t of)
{
	return thread_read_registers(of, &general);
}

static status_t write_general(cptr_t of)
{
	return thread_write_registers(of, &general);
}

static status_t set_priority(cptr_t of)
{
	return thread_set_priority(of, ROOT_SLOT_THREAD, 1);
}

static status_t set_priority_max(cptr_t of)
{
	return thread_set_priority_max(of, ROOT_SLOT_THREAD, 1);
}

static status_t by_authority(cptr_t of)
{
	return thread_set_priority(thread, of, 1);
}

static status_t max_by_authority(cptr_t of)
{
	return thread_set_priority_max(thread, of, 1);
}

static status_t set_cpu(cptr_t of)
{
	return thread_set_cpu(of, ROOT_SLOT_THREAD, 0);
}

static status_t cpu_by_authority(cptr_t of)
{
	return thread_set_cpu(thread, of, 0);
}

static status_t set_tls(cptr_t of)
{
	return thread_set_tls(of, NULL);
}

static status_t unbind(cptr_t of)
{
	return thread_bind(of, 0);
}

static status_t set_name(cptr_t of)
{
	return thread_set_name(of, "");
}

static status_t info(cptr_t of)
{
	struct thread_info out;

	return thread_info(of, &out);
}

TEST(thread, wrong_names_are_refused_by_every_call)
{
	static status_t (*const calls[])(cptr_t) = {configure, read_general, write_general,
		thread_resume, thread_suspend, set_priority, set_priority_max, by_authority,
		max_by_authority, set_cpu, cpu_by_authority, set_tls, unbind, set_name, info};

	set_up();
	FOR_EACH(call, calls)
	{
		EXPECT_EQ((*call)(0), ST_BAD_HANDLE);
		EXPECT_EQ((*call)(empty), ST_BAD_HANDLE);
		EXPECT_EQ((*call)(endpoint), ST_WRONG_TYPE);
		EXPECT_EQ((*call)(ROOT_SLOT_CNODE), ST_WRONG_TYPE);
		EXPECT_EQ((*call)(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
		EXPECT_EQ((*call)(UINT64_MAX), ST_NOT_FOUND);
	}
	tear_down();
}

TEST(thread_configure, refuses)
{
	cptr_t writing = make_slot(), reading = make_slot();
	struct thread_info out;

	set_up();
	EXPECT_EQ(cap_copy(writing, endpoint, RIGHT_WRITE), ST_OK);
	EXPECT_EQ(cap_copy(reading, endpoint, RIGHT_READ | RIGHT_GRANT), ST_OK);
	EXPECT_EQ(thread_configure(thread, endpoint, 0, 0, 0), ST_WRONG_TYPE);
	EXPECT_EQ(thread_configure(thread, empty, 0, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_configure(thread, 0, ROOT_SLOT_CNODE, 0, 0), ST_WRONG_TYPE);
	EXPECT_EQ(thread_configure(thread, 0, empty, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_configure(thread, 0, 0, notification, 0), ST_WRONG_TYPE);
	EXPECT_EQ(thread_configure(thread, 0, 0, UINT64_MAX, 0), ST_NOT_FOUND);
	EXPECT_EQ(thread_configure(thread, 0, 0, writing, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_configure(thread, 0, 0, reading, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_configure(thread, 0, 0, 0, 8), ST_INVALID_ARGS);
	EXPECT_EQ(thread_configure(thread, 0, 0, 0, IPC_BUFFER_ALIGN / 2), ST_INVALID_ARGS);
	EXPECT_EQ(thread_configure(thread, 0, 0, 0, UINT64_C(1) << 63), ST_INVALID_ARGS);
	EXPECT_EQ(
		thread_configure(thread, 0, 0, 0, -(word_t)IPC_BUFFER_ALIGN), ST_INVALID_ARGS);
	EXPECT_EQ(thread_configure(ROOT_SLOT_THREAD, 0, 0, 0, 0), ST_BAD_STATE);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_EQ(out.ipc_buffer, (uint64_t)worker_buffer(0)); /* nothing has changed: */
	EXPECT_EQ(thread_resume(thread), ST_OK);	       /* it runs as configured */
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &general), ST_OK);
	drop(reading);
	drop(writing);
	tear_down();
}

/* What it held is let go: a CNode, an endpoint of which it had the last capabilities. */
TEST(thread_configure, again_replaces_what_the_thread_held)
{
	enum { RADIX = 10 };
	cptr_t cnode = make(OBJECT_CNODE, RADIX), other = make(OBJECT_ENDPOINT, 0);
	uint64_t sender_x[REGISTERS];
	cptr_t sender;

	set_up();
	for (word_t i = 0; i < 1 << RADIX; i++)
		EXPECT_EQ(cap_copy_at(cap_in(cnode, RADIX, i), cap_at(reply), 0), ST_OK);
	EXPECT_EQ(thread_configure(thread, cnode, ROOT_SLOT_VSPACE, other, 0), ST_OK);
	fill_call(sender_x, SYSCALL_send, other, 0, 0);
	sender = worker(1, call_in_worker, sender_x, HIGH);
	EXPECT_EQ(cap_delete(cnode), ST_OK);
	EXPECT_EQ(cap_delete(other), ST_OK);
	EXPECT_EQ(state_of(sender), THREAD_SENDING); /* the thread keeps it alive */
	EXPECT_EQ(thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, endpoint,
			  (uaddr_t)worker_buffer(0)),
		ST_OK);
	worker_finish(sender);
	EXPECT_EQ((int64_t)sender_x[0], ST_CANCELED);
	EXPECT_EQ(thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, 0,
			  (uaddr_t)worker_buffer(0)),
		ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	await_state(thread, THREAD_STOPPED);
	slot_free(cnode);
	slot_free(other);
	tear_down();
}

/*
 * A timer's thread comes while hundreds of CNodes that threads held last are being revoked,
 * and configures these threads anew.
 */
enum { HOLDERS = 150 };
static cptr_t holders;
static unsigned configured;

static volatile bool going_on, revoking;

static void configure_all(void *argument)
{
	(void)argument;
	while (going_on) {
		clock_sleep_ns(20000);
		for (unsigned i = 0; revoking && i < HOLDERS; i++)
			configured += thread_configure(holders + i, 0, 0, 0, 0) == ST_OK;
	}
}

TEST(thread_configure, comes_while_what_the_thread_held_is_being_destroyed)
{
	cptr_t worker_thread, untyped, cnodes;

	REQUIRE(objects_create(OBJECT_THREAD, 0, HOLDERS, &holders) == ST_OK);
	REQUIRE(slots_alloc(HOLDERS, &cnodes) == ST_OK);
	going_on = true;
	configured = 0;
	worker_thread = worker(1, configure_all, NULL, HIGH);
	for (int round = 0; round < 100 && configured == 0; round++) {
		untyped = make(OBJECT_UNTYPED, 18);
		EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, 5, cnodes, HOLDERS), ST_OK);
		for (unsigned i = 0; i < HOLDERS; i++) {
			EXPECT_EQ(cap_copy_at(cap_in(cnodes + i, 5, 0),
					  cap_at(ROOT_SLOT_THREAD), 0),
				ST_OK);
			thread_configure(holders + i, cnodes + i, 0, 0, 0);
			EXPECT_EQ(cap_delete(cnodes + i), ST_OK);
		}
		revoking = true;
		EXPECT_EQ(cap_revoke(untyped), ST_OK);
		revoking = false;
		drop(untyped);
	}
	going_on = false;
	worker_finish(worker_thread);
	EXPECT(configured > 0);
	slots_free(cnodes, HOLDERS);
	EXPECT_EQ(objects_delete(holders, HOLDERS), ST_OK);
}

static void spin(void *argument)
{
	while (!*(volatile bool *)argument)
		;
}

TEST(thread_read, and_thread_write_refuse)
{
	struct worker_options options = {.priority = LOW};
	bool stop = false;
	cptr_t running;

	set_up();
	EXPECT_EQ(sys_thread_read(thread, 2, (uaddr_t)&general, sizeof(general)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_read(thread, REGISTERS_GENERAL, (uaddr_t)&general, 8),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_read(thread, REGISTERS_FPU, (uaddr_t)&fpu, sizeof(general)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_read(thread, REGISTERS_GENERAL, 0, sizeof(general)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_read(thread, REGISTERS_FPU, (uaddr_t)spin, sizeof(fpu)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_read(thread, REGISTERS_FPU, UINT64_MAX - 15, sizeof(fpu)),
		ST_INVALID_ARGS);
	EXPECT_EQ(thread_read_registers(ROOT_SLOT_THREAD, &general), ST_BAD_STATE);
	EXPECT_EQ(thread_read_fpu(ROOT_SLOT_THREAD, &fpu), ST_BAD_STATE);
	EXPECT_EQ(sys_thread_write(thread, UINT64_MAX, (uaddr_t)&general, sizeof(general)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_write(thread, REGISTERS_GENERAL, (uaddr_t)&general, 0),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_write(thread, REGISTERS_GENERAL, 0, sizeof(general)),
		ST_INVALID_ARGS);
	EXPECT_EQ(
		sys_thread_write(thread, REGISTERS_FPU, 1 << 20, sizeof(fpu)), ST_INVALID_ARGS);
	EXPECT_EQ(thread_write_registers(ROOT_SLOT_THREAD, &general), ST_BAD_STATE);
	EXPECT_EQ(thread_write_fpu(ROOT_SLOT_THREAD, &fpu), ST_BAD_STATE);
	running = worker_make(1, spin, &stop, &options);
	EXPECT_EQ(thread_read_registers(running, &general), ST_BAD_STATE);
	EXPECT_EQ(thread_write_registers(running, &general), ST_BAD_STATE);
	EXPECT_EQ(thread_set_tls(running, NULL), ST_BAD_STATE);
	EXPECT_EQ(thread_configure(running, 0, 0, 0, 0), ST_BAD_STATE);
	drop(running);
	tear_down();
}

TEST(thread_write, sets_what_thread_read_tells_and_only_flags_of_pstate)
{
	struct thread_registers out;

	set_up();
	for (unsigned i = 0; i < REGISTERS; i++)
		general.x[i] = UINT64_C(0x123456789) * (i + 1);
	general.sp = 0x77770;
	general.pc = 0x123;
	general.tls = UINT64_MAX;
	general.pstate = UINT64_MAX;
	EXPECT_EQ(thread_write_registers(thread, &general), ST_OK);
	EXPECT_EQ(thread_read_registers(thread, &out), ST_OK);
	EXPECT_EQ(out.pstate, UINT64_C(0xf) << 28);
	general.pstate = out.pstate;
	EXPECT_EQ(memcmp(&out, &general, sizeof(out)), 0);
	EXPECT_EQ(thread_set_tls(thread, (void *)0x4242), ST_OK);
	EXPECT_EQ(thread_read_registers(thread, &out), ST_OK);
	EXPECT_EQ(out.tls, 0x4242);
	tear_down();
}

/* --- priorities, CPU, name */

TEST(thread_set_priority, is_allowed_up_to_the_authoritys_maximum)
{
	struct thread_info out;

	set_up();
	EXPECT_EQ(thread_set_priority(thread, ROOT_SLOT_THREAD, PRIORITY_MAX + 1),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(thread_set_priority(thread, ROOT_SLOT_THREAD, 1u << 31), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_thread_set_priority(thread, ROOT_SLOT_THREAD, UINT64_C(1) << 32),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(thread_set_priority_max(thread, ROOT_SLOT_THREAD, PRIORITY_MAX + 1),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(thread_set_priority(thread, thread, 1),
		ST_ACCESS_DENIED); /* its maximum is 0 */
	EXPECT_EQ(thread_set_priority(thread, thread, 0), ST_OK);
	EXPECT_EQ(thread_set_priority_max(thread, ROOT_SLOT_THREAD, 77), ST_OK);
	EXPECT_EQ(thread_set_priority(thread, thread, 77), ST_OK);
	EXPECT_EQ(thread_set_priority(thread, thread, 78), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_set_priority_max(thread, thread, 78), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_set_priority_max(thread, thread, PRIORITY_MAX + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(thread_set_priority_max(thread, thread, 10), ST_OK); /* given up for good */
	EXPECT_EQ(thread_set_priority_max(thread, thread, 11), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_EQ(out.priority, 77);
	EXPECT_EQ(out.priority_max, 10);
	tear_down();
}

TEST(thread_set_cpu, takes_those_that_are_online)
{
	struct thread_info out;

	set_up();
	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		EXPECT_EQ(thread_set_cpu(thread, ROOT_SLOT_THREAD, cpu), ST_OK);
		EXPECT_EQ(thread_info(thread, &out), ST_OK);
		EXPECT_EQ(out.cpu, cpu);
	}
	EXPECT_EQ(thread_set_cpu(thread, ROOT_SLOT_THREAD, cpus_online()), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_thread_set_cpu(thread, ROOT_SLOT_THREAD, UINT64_C(1) << 32),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_thread_set_cpu(thread, ROOT_SLOT_THREAD, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_EQ(out.cpu, cpus_online() - 1);
	tear_down();
}

/* Elsewhere it comes before all of lower priority: as if it were given its priority there. */
TEST(thread_set_cpu, needs_the_authority_for_the_threads_priority)
{
	struct thread_info out;

	set_up();
	EXPECT_EQ(thread_set_priority(thread, ROOT_SLOT_THREAD, 40), ST_OK);
	EXPECT_EQ(thread_set_priority_max(thread, ROOT_SLOT_THREAD, 39), ST_OK);
	EXPECT_EQ(thread_set_cpu(thread, ROOT_SLOT_THREAD, 0), ST_OK);
	EXPECT_EQ(thread_set_cpu(thread, thread, cpus_online() - 1), ST_ACCESS_DENIED);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_EQ(out.cpu, 0);
	EXPECT_EQ(thread_set_priority_max(thread, ROOT_SLOT_THREAD, 40), ST_OK);
	EXPECT_EQ(thread_set_cpu(thread, thread, cpus_online() - 1), ST_OK);
	tear_down();
}

TEST(thread_set_name, takes_what_fits_and_shows_no_control_characters)
{
	static const char longest[] = "0123456789012345678901234567890";
	struct thread_info out;

	set_up();
	EXPECT_EQ(thread_set_name(thread, longest), ST_OK);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_TEXT(out.name, longest);
	EXPECT_EQ(sys_thread_set_name(thread, (uaddr_t)longest, THREAD_NAME_MAX),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_thread_set_name(thread, (uaddr_t)longest, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_thread_set_name(thread, 0, 5), ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_set_name(thread, UINT64_MAX, 5), ST_INVALID_ARGS);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_TEXT(out.name, longest);
	EXPECT_EQ(thread_set_name(thread, "a\x1b[1mb\n\x7f"), ST_OK);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_TEXT(out.name, "a?[1mb??");
	EXPECT_EQ(sys_thread_set_name(thread, 0, 0), ST_OK);
	EXPECT_EQ(thread_info(thread, &out), ST_OK);
	EXPECT_TEXT(out.name, "");
	tear_down();
}

TEST(thread_info, refuses_memory_that_it_cannot_write)
{
	struct thread_info out;

	set_up();
	EXPECT_EQ(sys_thread_info(thread, (uaddr_t)&out, sizeof(out) - 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_info(thread, (uaddr_t)&out, 0), ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_info(thread, 0, sizeof(out)), ST_INVALID_ARGS);
	EXPECT_EQ(sys_thread_info(thread, (uaddr_t)spin, sizeof(out)), ST_INVALID_ARGS);
	EXPECT_EQ(thread_info(ROOT_SLOT_THREAD, &out), ST_OK);
	EXPECT_TEXT(out.name, "init");
	EXPECT_EQ(out.priority, OWN);
	EXPECT_EQ(out.priority_max, PRIORITY_MAX);
	EXPECT_EQ(out.state, THREAD_READY);
	EXPECT_EQ(out.ipc_buffer, boot_info()->ipc_buffer);
	tear_down();
}

static void note_tls(void *tls)
{
	*(void **)tls = tls_get();
	for (int i = 0; i < 3; i++) {
		tls_set((void *)(0x1000 + (uintptr_t)i));
		sys_sleep_until(clock_ns() + 100000);
		if (tls_get() != (void *)(0x1000 + (uintptr_t)i))
			*(void **)tls = NULL;
	}
}

TEST(tls, register_stays_with_its_thread)
{
	void *seen[4] = {NULL};
	cptr_t threads[4];

	for (unsigned i = 0; i < 4; i++)
		threads[i] = worker(i, note_tls, &seen[i], HIGH);
	for (unsigned i = 0; i < 4; i++) {
		worker_finish(threads[i]);
		EXPECT(seen[i] != NULL);
	}
	EXPECT((uintptr_t)tls_get() != 0x1002);
}

/* --- suspended in each state: the call begins anew */

static void suspend_and_resume(cptr_t of, unsigned state)
{
	await_state(of, state);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(thread_suspend(of), ST_OK);
		EXPECT_EQ(thread_suspend(of), ST_OK);
		EXPECT_EQ(state_of(of), THREAD_STOPPED);
		EXPECT_EQ(thread_read_registers(of, &general), ST_OK);
		for (unsigned r = 0; r < REGISTERS; r++) /* as they were for the call */
			EXPECT_EQ(general.x[r], before[r]);
		EXPECT_EQ(thread_resume(of), ST_OK);
		EXPECT_EQ(thread_resume(of), ST_OK);
		await_state(of, state);
	}
}

static cptr_t start_call(word_t number, word_t x0, word_t x1, word_t x11)
{
	cptr_t started;

	fill_call(x, number, x0, x1, x11);
	memcpy(before, x, sizeof(x));
	started = worker(1, call_in_worker, x, HIGH);
	return started;
}

TEST(suspend, of_one_that_sends)
{
	struct message message = {0};
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_send, endpoint, tag_make(1, 3, 0), 0);
	suspend_and_resume(other, THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(message.words[2], before[4]);
	worker_finish(other);
	expect_only_x0(x, before, ST_OK);
	tear_down();
}

TEST(suspend, of_one_that_receives)
{
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_recv, endpoint, 0, reply);
	suspend_and_resume(other, THREAD_RECEIVING);
	EXPECT_EQ(ipc_send(endpoint, &(struct message){.tag = tag_make(4, 0, 0)}), ST_OK);
	worker_finish(other);
	EXPECT_EQ(x[0], ST_OK);
	EXPECT_EQ(x[1], tag_make(4, 0, 0));
	tear_down();
}

TEST(suspend, of_one_that_receives_frees_the_reply_object)
{
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_recv, endpoint, 0, reply);
	EXPECT_EQ(thread_suspend(other), ST_OK);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_try_send, endpoint, 0, 0, ST_SHOULD_WAIT);
	drop(other);
	tear_down();
}

/* The answer to the first call is lost, and the message comes a second time. */
TEST(suspend, of_one_that_calls)
{
	struct message message = {0};
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_call, endpoint, tag_make(1, 1, 0), 0);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
		EXPECT_EQ(state_of(other), THREAD_CALLING);
		EXPECT_EQ(thread_suspend(other), ST_OK);
		EXPECT_EQ(ipc_reply(reply, &message), ST_PEER_CLOSED);
		EXPECT_EQ(thread_resume(other), ST_OK);
		EXPECT_EQ(state_of(other), THREAD_SENDING);
	}
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	EXPECT_EQ(message.words[0], before[2]);
	EXPECT_EQ(ipc_reply(reply, &(struct message){0}), ST_OK);
	worker_finish(other);
	expect_words(x, before, before, 0);
	EXPECT_EQ(x[0], ST_OK);
	tear_down();
}

TEST(suspend, of_one_that_waits_for_bits)
{
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_recv, notification, 0, 0);
	suspend_and_resume(other, THREAD_WAITING);
	EXPECT_EQ(notification_signal(notification), ST_OK);
	worker_finish(other);
	EXPECT_EQ(x[0], ST_OK);
	tear_down();
}

TEST(suspend, of_one_that_sleeps)
{
	uint64_t until = clock_ns() + 50 * MS;
	cptr_t other;

	set_up();
	other = start_call(SYSCALL_sleep_until, until, 0, 0);
	suspend_and_resume(other, THREAD_SLEEPING);
	EXPECT_EQ(thread_suspend(other), ST_OK);
	clock_sleep_until(until + MS);
	EXPECT_EQ(state_of(other), THREAD_STOPPED);
	EXPECT_EQ(thread_resume(other), ST_OK); /* it has passed */
	worker_finish(other);
	expect_only_x0(x, before, ST_OK);
	tear_down();
}

TEST(suspend, of_one_that_is_ready_and_of_itself)
{
	cptr_t low;

	set_up();
	low = worker(1, nothing, NULL, LOW);
	EXPECT_EQ(thread_suspend(low), ST_OK);
	clock_sleep_ns(2 * MS);
	EXPECT_EQ(thread_read_registers(low, &general), ST_OK);
	EXPECT_EQ(general.x[0], (uint64_t)nothing); /* not one instruction */
	drop(low);
	fill_call(x, SYSCALL_thread_suspend, thread, 0, 0);
	memcpy(before, x, sizeof(x));
	drop(thread);
	thread = make_stopped(call_in_worker, x);
	EXPECT_EQ(x[0], thread);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	EXPECT_EQ(x[0], thread); /* it has not come back from the call */
	EXPECT_EQ(thread_resume(thread), ST_OK);
	expect_only_x0(x, before, ST_OK);
	tear_down();
}

/* --- destroyed in each state */

TEST(thread, is_destroyed_whatever_it_waits_for)
{
	static const word_t numbers[] = {SYSCALL_send, SYSCALL_call, SYSCALL_recv};
	cptr_t other;

	set_up();
	FOR_EACH(number, numbers)
	{
		other = start_call(*number, endpoint, 0, *number == SYSCALL_recv ? reply : 0);
		drop(other);
		expect_refused(SYSCALL_try_send, endpoint, 0, 0, ST_SHOULD_WAIT);
		expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	}
	other = start_call(SYSCALL_call, endpoint, 0, 0);
	EXPECT_EQ(ipc_recv(endpoint, reply, &(struct message){0}), ST_OK);
	drop(other);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	other = start_call(SYSCALL_recv, notification, 0, 0);
	drop(other);
	other = start_call(SYSCALL_sleep_until, clock_ns() + MS, 0, 0);
	drop(other);
	other = worker(1, nothing, NULL, LOW);
	drop(other);
	clock_sleep_ns(2 * MS);
	tear_down();
}

static void delete_itself(void *argument)
{
	cap_delete(*(cptr_t *)argument);
	*(cptr_t *)argument = 0; /* never comes here */
}

TEST(thread, deletes_itself)
{
	cptr_t self;

	self = make_stopped(delete_itself, &self);
	EXPECT_EQ(thread_resume(self), ST_OK);
	EXPECT(self != 0 && is_empty(self));
	drop(self);
}

/*
 * A CSpace of 16 slots that has itself in slot 1 (and, as it was made, in slot 2), and its
 * Untyped in slot 3.
 */
static cptr_t make_own_cspace(cptr_t *untyped)
{
	cptr_t cnode = make_slot(), guarded = make_slot();

	*untyped = make(OBJECT_UNTYPED, 12);
	EXPECT_EQ(untyped_retype(*untyped, OBJECT_CNODE, 4, cnode, 1), ST_OK);
	EXPECT_EQ(cap_mint(guarded, cnode, RIGHTS_ALL, guard_word(0, 60)), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, 4, 1), cap_at(guarded), RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_move_at(cap_in(cnode, 4, 3), cap_at(*untyped)), ST_OK);
	EXPECT_EQ(cap_move_at(cap_at(*untyped), cap_at(cnode)), ST_OK);
	slot_free(cnode);
	return guarded;
}

/* Its calls find nothing from then on; it goes on until it ends. */
static void delete_own_cspace(void *argument)
{
	status_t *status = argument;

	status[0] = (status_t)sys_cap_delete(1, 1, 64);
	status[1] = (status_t)sys_cap_delete(1, 2, 64);
	status[2] = (status_t)sys_yield();
}

TEST(thread, deletes_the_name_of_its_own_cspace)
{
	cptr_t cnode = make(OBJECT_CNODE, 4), guarded = make_slot(), other;
	struct worker_options options = {.cspace = guarded, .stopped = true};
	status_t status[3] = {1, 1, 1};

	EXPECT_EQ(cap_mint(guarded, cnode, RIGHTS_ALL, guard_word(0, 60)), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, 4, 1), cap_at(guarded), RIGHTS_ALL), ST_OK);
	other = worker_make(0, delete_own_cspace, status, &options);
	drop(guarded);
	drop(cnode);
	EXPECT_EQ(thread_resume(other), ST_OK);
	EXPECT_EQ(status[0], ST_OK);
	EXPECT_EQ(status[1], ST_BAD_HANDLE);
	EXPECT_EQ(status[2], ST_OK);
	worker_finish(other); /* with it goes the CNode, as the harness sees */
}

static void revoke_own_untyped(void *argument)
{
	status_t *status = argument;

	status[0] = (status_t)sys_cap_revoke(1, 3, 64);
	status[1] = (status_t)sys_signal(2);
	status[2] = (status_t)sys_yield();
}

TEST(thread, destroys_its_own_cspace)
{
	status_t status[3] = {1, 1, 1};
	cptr_t cnode, guarded = make_own_cspace(&cnode), other;
	struct worker_options options = {.cspace = guarded, .stopped = true};

	other = worker_make(0, revoke_own_untyped, status, &options);
	EXPECT_EQ(thread_resume(other), ST_OK);
	EXPECT(status[0] <= 0);
	EXPECT(status[1] < 0);
	EXPECT_EQ(status[2], ST_OK);
	EXPECT(is_empty(guarded) && is_empty(cnode));
	worker_finish(other);
	slot_free(guarded);
	slot_free(cnode);
}

/* It cannot go on once another thread ran: its next instruction cannot be fetched. */
static void revoke_own_vspace(void *vspace)
{
	cap_revoke((cptr_t)(uintptr_t)vspace);
	sys_sleep_until(clock_ns() + MS);
	configured = 0; /* never comes here */
}

TEST(thread, revokes_its_own_vspace_capability)
{
	cptr_t vspace = make_slot(), other;

	configured = 1;
	EXPECT_EQ(cap_copy(vspace, ROOT_SLOT_VSPACE, RIGHTS_ALL), ST_OK);
	other = make_stopped(revoke_own_vspace, (void *)vspace);
	EXPECT_EQ(thread_configure(other, ROOT_SLOT_CNODE, vspace, 0, 0), ST_OK);
	EXPECT_EQ(thread_resume(other), ST_OK);
	worker_finish(other);
	EXPECT_EQ(configured, 1);
	drop(vspace);
}

static void exit_twice(void *count)
{
	for (;;) {
		++*(volatile int *)count;
		sys_debug_exit(7);
	}
}

TEST(debug_exit, of_a_thread_that_is_not_the_first_stops_it)
{
	volatile int count = 0;
	cptr_t other = worker(0, exit_twice, (void *)(uintptr_t)&count, HIGH);

	EXPECT_EQ(state_of(other), THREAD_STOPPED);
	EXPECT_EQ(count, 1);
	EXPECT_EQ(thread_resume(other), ST_OK);
	EXPECT_EQ(state_of(other), THREAD_STOPPED);
	EXPECT_EQ(count, 2);
	drop(other);
}
