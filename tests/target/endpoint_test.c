/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Endpoints: every status of the calls on them, and what becomes of those who wait when the
 * endpoint, its capability or their badge goes. A refused call has changed no register but x0.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/notification.h"
#include "workers.h"

enum { BADGE = 99 };

static cptr_t endpoint, reply, notification, empty;

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
	empty = make_slot();
}

static void tear_down(void)
{
	drop(empty);
	drop(notification);
	drop(reply);
	drop(endpoint);
}

/* A copy of the endpoint with some rights. */
static cptr_t with_rights(word_t rights)
{
	cptr_t copy = make_slot();

	EXPECT_EQ(cap_copy(copy, endpoint, rights), ST_OK);
	return copy;
}

/* --- statuses */

static const word_t sending[] = {SYSCALL_call, SYSCALL_send, SYSCALL_try_send};
static const word_t receiving[] = {SYSCALL_recv, SYSCALL_try_recv, SYSCALL_reply_recv};

TEST(send, refuses_names_that_lead_to_no_endpoint)
{
	set_up();
	FOR_EACH(number, sending)
	{
		expect_refused(*number, 0, 0, 0, ST_BAD_HANDLE);
		expect_refused(*number, empty, 0, 0, ST_BAD_HANDLE);
		expect_refused(*number, reply, 0, 0, ST_WRONG_TYPE);
		expect_refused(*number, notification, 0, 0, ST_WRONG_TYPE);
		expect_refused(*number, ROOT_SLOT_THREAD, 0, 0, ST_WRONG_TYPE);
		expect_refused(*number, 1 << ROOT_CNODE_BITS, 0, 0, ST_NOT_FOUND);
		expect_refused(*number, UINT64_MAX, 0, 0, ST_NOT_FOUND);
		expect_refused(*number, endpoint + (UINT64_C(1) << 63), 0, 0, ST_NOT_FOUND);
	}
	tear_down();
}

TEST(send, refuses_capabilities_without_the_right_to)
{
	cptr_t reading, writing;

	set_up();
	reading = with_rights(RIGHTS_ALL & ~(unsigned)RIGHT_WRITE);
	writing = with_rights(RIGHT_WRITE | RIGHT_READ);
	FOR_EACH(number, sending)
	expect_refused(*number, reading, 0, 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_call, writing, 0, 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_try_send, writing, 0, 0, ST_SHOULD_WAIT);
	drop(writing);
	drop(reading);
	tear_down();
}

/* Tags that no message has; with a receiver there and without. */
static void refuse_tags(void)
{
	static const word_t bad[] = {1 << 11, 1 << 12, 1 << 15, 1 << 16, UINT64_C(1) << 31,
		IPC_WORDS_MAX + 1, 255, 5 << TAG_CAPS_SHIFT, 7 << TAG_CAPS_SHIFT,
		IPC_WORDS_MAX + 1 + (1 << TAG_CAPS_SHIFT), UINT64_MAX};

	FOR_EACH(number, sending)
	FOR_EACH(tag, bad)
	expect_refused(*number, endpoint, *tag, 0, ST_INVALID_ARGS);
}

TEST(send, refuses_malformed_tags)
{
	uint64_t x[REGISTERS], before[REGISTERS];
	cptr_t receiver;

	set_up();
	refuse_tags();
	fill_call(x, SYSCALL_recv, endpoint, 0, reply);
	memcpy(before, x, sizeof(x));
	receiver = worker(0, call_in_worker, x, HIGH);
	refuse_tags();
	EXPECT_EQ(state_of(receiver), THREAD_RECEIVING);
	drop(endpoint);
	worker_finish(receiver);
	expect_only_x0(x, before, ST_CANCELED);
	endpoint = make(OBJECT_ENDPOINT, 0);
	tear_down();
}

/* The calls of a thread whose IPC buffer cannot be read. */
static void refuse_long(void *argument)
{
	(void)argument;
	FOR_EACH(number, sending)
	{
		expect_refused(*number, endpoint, 9, 0, ST_INVALID_ARGS);
		expect_refused(*number, endpoint, tag_make(1, 0, 1), 0, ST_INVALID_ARGS);
	}
	expect_refused(SYSCALL_try_send, endpoint, 8, 0, ST_SHOULD_WAIT);
}

TEST(send, refuses_long_messages_of_a_thread_without_a_readable_buffer)
{
	static const uaddr_t buffers[] = {0, 0x100000, UINT64_C(1) << 40};

	set_up();
	FOR_EACH(buffer, buffers)
	{
		cptr_t thread = worker_make(0, refuse_long, NULL,
			&(struct worker_options){.stopped = true, .without_buffer = true});

		EXPECT_EQ(
			thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, 0, *buffer),
			ST_OK);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		worker_finish(thread);
	}
	tear_down();
}

TEST(send, refuses_capabilities_that_are_not_there)
{
	set_up();
	ipc_send_cap(0, endpoint, RIGHTS_ALL);
	FOR_EACH(number, sending)
	{
		ipc_send_cap(1, empty, RIGHTS_ALL);
		expect_refused(*number, endpoint, tag_make(0, 0, 2), 0, ST_BAD_HANDLE);
		ipc_send_cap(1, 1 << ROOT_CNODE_BITS, RIGHTS_ALL);
		expect_refused(*number, endpoint, tag_make(0, 0, 2), 0, ST_NOT_FOUND);
		ipc_send_cap(1, 0, RIGHTS_ALL);
		expect_refused(*number, endpoint, tag_make(0, 3, 4), 0, ST_BAD_HANDLE);
	}
	tear_down();
}

TEST(recv, refuses_names_that_lead_to_nothing_to_receive_from)
{
	set_up();
	FOR_EACH(number, receiving)
	{
		expect_refused(*number, 0, 0, reply, ST_BAD_HANDLE);
		expect_refused(*number, empty, 0, reply, ST_BAD_HANDLE);
		expect_refused(*number, reply, 0, reply, ST_WRONG_TYPE);
		expect_refused(*number, ROOT_SLOT_CNODE, 0, reply, ST_WRONG_TYPE);
		expect_refused(*number, 1 << ROOT_CNODE_BITS, 0, reply, ST_NOT_FOUND);
		expect_refused(*number, endpoint, 0, empty, ST_BAD_HANDLE);
		expect_refused(*number, endpoint, 0, endpoint, ST_WRONG_TYPE);
		expect_refused(*number, endpoint, 0, UINT64_MAX, ST_NOT_FOUND);
	}
	expect_refused(SYSCALL_reply_recv, endpoint, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply_recv, notification, 0, reply, ST_WRONG_TYPE);
	tear_down();
}

TEST(recv, refuses_capabilities_without_the_right_to)
{
	cptr_t writing, deaf = make_slot();

	set_up();
	writing = with_rights(RIGHTS_ALL & ~(unsigned)RIGHT_READ);
	EXPECT_EQ(cap_copy(deaf, notification, RIGHT_WRITE), ST_OK);
	FOR_EACH(number, receiving)
	expect_refused(*number, writing, 0, reply, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_recv, deaf, 0, 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_try_recv, deaf, 0, 0, ST_ACCESS_DENIED);
	drop(deaf);
	drop(writing);
	tear_down();
}

TEST(try_send, and_try_recv_do_not_wait)
{
	cptr_t sender, receiver;
	uint64_t x[REGISTERS];

	set_up();
	expect_refused(SYSCALL_try_send, endpoint, 3, 0, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_try_recv, notification, 0, 0, ST_SHOULD_WAIT);
	/* Who waits for the same is no partner. */
	fill_call(x, SYSCALL_send, endpoint, 0, 0);
	sender = worker(0, call_in_worker, x, HIGH);
	expect_refused(SYSCALL_try_send, endpoint, 3, 0, ST_SHOULD_WAIT);
	drop(sender);
	fill_call(x, SYSCALL_recv, endpoint, 0, 0);
	receiver = worker(0, call_in_worker, x, HIGH);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	drop(receiver);
	tear_down();
}

TEST(call, that_is_received_without_a_reply_object_is_told)
{
	uint64_t x[REGISTERS], before[REGISTERS];
	struct message message = {0};
	cptr_t other;

	set_up();
	fill_call(x, SYSCALL_recv, endpoint, 0, 0);
	other = worker(0, call_in_worker, x, HIGH); /* the receiver waits */
	expect_refused(SYSCALL_call, endpoint, tag_make(5, 1, 0), 0, ST_PEER_CLOSED);
	worker_finish(other);
	EXPECT_EQ(x[0], ST_OK);
	EXPECT_EQ(x[1], tag_make(5, 1, 0));
	fill_call(x, SYSCALL_call, endpoint, tag_make(5, 1, 0), 0);
	memcpy(before, x, sizeof(x));
	other = worker(0, call_in_worker, x, HIGH); /* the caller waits */
	EXPECT_EQ(state_of(other), THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	worker_finish(other);
	expect_only_x0(x, before, ST_PEER_CLOSED);
	tear_down();
}

/* --- order, and the end */

static char order[64];
static unsigned order_length;

static void note(char what)
{
	unsigned at = __atomic_fetch_add(&order_length, 1, __ATOMIC_RELAXED);

	if (at < sizeof(order) - 1)
		order[at] = what;
}

static void clear_order(void)
{
	memset(order, 0, sizeof(order));
	order_length = 0;
}

static void send_letter(void *letter)
{
	struct message message = {.tag = tag_make((word_t)(uintptr_t)letter, 0, 0)};

	if (ipc_send(endpoint, &message) == ST_CANCELED)
		note((char)(uintptr_t)letter);
}

TEST(endpoint, serves_senders_in_the_order_of_their_coming)
{
	cptr_t threads[8];

	set_up();
	for (unsigned i = 0; i < 8; i++) /* urgency is no privilege */
		threads[i] =
			worker(i, send_letter, (void *)(uintptr_t)('a' + i), HIGH + i * 7 % 5);
	for (unsigned i = 0; i < 8; i++) {
		struct message message = {0};

		EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
		EXPECT_EQ(tag_label(message.tag), 'a' + i);
		worker_finish(threads[i]);
	}
	tear_down();
}

/* Threads without stacks: they wait in a call from their first instruction on. */
extern const char svc_and_stop[];
__asm__(".text\n"
	"	.align	2\n"
	"svc_and_stop:\n"
	"	svc	#0\n"
	"	mov	x8, #43\n" /* debug_exit: its argument is the call's status */
	"	svc	#0\n"
	"	b	svc_and_stop + 4\n");

_Static_assert(SYSCALL_debug_exit == 43, "svc_and_stop knows it");

/* Many of them, of less urgency than the first thread, each doing one IPC call. */
static cptr_t make_crowd(unsigned count, word_t number, cptr_t first_cap, unsigned caps)
{
	cptr_t threads;

	REQUIRE(objects_create(OBJECT_THREAD, 0, count, &threads) == ST_OK);
	for (unsigned i = 0; i < count; i++) {
		struct thread_registers registers = {.pc = (uint64_t)svc_and_stop};

		registers.x[0] = first_cap + i % caps;
		registers.x[8] = number;
		EXPECT_EQ(thread_write_registers(threads + i, &registers), ST_OK);
		EXPECT_EQ(
			thread_configure(threads + i, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, 0, 0),
			ST_OK);
		EXPECT_EQ(thread_set_priority(threads + i, ROOT_SLOT_THREAD, HIGH), ST_OK);
		EXPECT_EQ(thread_resume(threads + i), ST_OK);
	}
	return threads;
}

/* How many have stopped, with this status. */
static unsigned count_stopped(cptr_t threads, unsigned count, status_t status)
{
	struct thread_registers registers;
	unsigned stopped = 0;

	for (unsigned i = 0; i < count; i++)
		if (state_of(threads + i) == THREAD_STOPPED) {
			EXPECT_EQ(thread_read_registers(threads + i, &registers), ST_OK);
			EXPECT_EQ((int64_t)registers.x[0], status);
			stopped++;
		}
	return stopped;
}

enum { CROWD = 250 };

/* More than one call does without looking up (CAP_AGAIN), in each of the two directions. */
TEST(endpoint, that_is_deleted_cancels_hundreds_who_wait)
{
	static const word_t numbers[] = {SYSCALL_send, SYSCALL_recv, SYSCALL_call};

	FOR_EACH(number, numbers)
	{
		cptr_t threads;

		set_up();
		threads = make_crowd(CROWD, *number, endpoint, 1);
		EXPECT_EQ(count_stopped(threads, CROWD, 0), 0);
		EXPECT_EQ(cap_delete(endpoint), ST_OK);
		EXPECT_EQ(count_stopped(threads, CROWD, ST_CANCELED), CROWD);
		EXPECT_EQ(objects_delete(threads, CROWD), ST_OK);
		tear_down();
	}
}

TEST(endpoint, cancel_takes_back_what_one_badge_sent)
{
	enum { BADGES = 5 };
	cptr_t badges, threads;

	set_up();
	REQUIRE(slots_alloc(BADGES, &badges) == ST_OK);
	for (unsigned i = 0; i < BADGES; i++)
		EXPECT_EQ(cap_mint(badges + i, endpoint, RIGHTS_ALL, BADGE + i), ST_OK);
	threads = make_crowd(CROWD, SYSCALL_send, badges, BADGES);
	EXPECT_EQ(endpoint_cancel(badges + 2), ST_OK);
	EXPECT_EQ(count_stopped(threads, CROWD, ST_CANCELED), CROWD / BADGES);
	EXPECT_EQ(endpoint_cancel(badges + 2), ST_OK);
	for (unsigned i = 0; i < CROWD; i++)
		EXPECT_EQ(state_of(threads + i),
			i % BADGES == 2 ? THREAD_STOPPED : THREAD_SENDING);
	EXPECT_EQ(endpoint_cancel(badges), ST_OK);
	EXPECT_EQ(endpoint_cancel(badges + 4), ST_OK);
	EXPECT_EQ(count_stopped(threads, CROWD, ST_CANCELED), CROWD / BADGES * 3);
	for (unsigned i = 0; i < CROWD / BADGES * 2; i++) { /* the others can be received */
		struct message message = {0};

		EXPECT_EQ(ipc_try_recv(endpoint, 0, &message), ST_OK);
		EXPECT(message.badge == BADGE + 1 || message.badge == BADGE + 3);
	}
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	EXPECT_EQ(objects_delete(threads, CROWD), ST_OK);
	EXPECT_EQ(objects_delete(badges, BADGES), ST_OK);
	tear_down();
}

TEST(endpoint_cancel, leaves_receivers_alone)
{
	uint64_t x[REGISTERS];
	cptr_t receiver, badged = make_slot();

	set_up();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
	fill_call(x, SYSCALL_recv, badged, 0, 0);
	receiver = worker(0, call_in_worker, x, HIGH);
	EXPECT_EQ(endpoint_cancel(badged), ST_OK);
	EXPECT_EQ(state_of(receiver), THREAD_RECEIVING);
	drop(receiver);
	drop(badged);
	tear_down();
}

TEST(endpoint_cancel, refuses)
{
	cptr_t badged = make_slot(), reading = make_slot();

	set_up();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
	EXPECT_EQ(cap_copy(reading, badged, RIGHTS_ALL & ~(unsigned)RIGHT_WRITE), ST_OK);
	EXPECT_EQ(endpoint_cancel(badged), ST_OK);
	EXPECT_EQ(endpoint_cancel(endpoint), ST_INVALID_ARGS);
	EXPECT_EQ(endpoint_cancel(reading), ST_ACCESS_DENIED);
	EXPECT_EQ(endpoint_cancel(empty), ST_BAD_HANDLE);
	EXPECT_EQ(endpoint_cancel(notification), ST_WRONG_TYPE);
	EXPECT_EQ(endpoint_cancel(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	drop(reading);
	drop(badged);
	tear_down();
}

/* Who waits does so without a capability: revoking that is nothing to it. */
TEST(endpoint, whose_capability_was_revoked_still_delivers_what_was_sent)
{
	struct message message = {0};
	cptr_t badged = make_slot(), sender;
	uint64_t x[REGISTERS];

	set_up();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
	fill_call(x, SYSCALL_send, badged, tag_make(7, 0, 0), 0);
	sender = worker(0, call_in_worker, x, HIGH);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	EXPECT_EQ(state_of(sender), THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	EXPECT_EQ(message.badge, BADGE);
	worker_finish(sender);
	drop(badged);
	tear_down();
}

/* What dies with it, and those who waited for that go on in their order. */
static void delete_own_untyped(void *untyped)
{
	cap_revoke((cptr_t)(uintptr_t)untyped);
	note('!');
}

static void wait_and_note(void *letter)
{
	if (ipc_recv(endpoint, 0, &(struct message){0}) == ST_CANCELED)
		note((char)(uintptr_t)letter);
}

static bool wakes_in_order(void)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 12), thread = make_slot(), waiting[3];
	struct thread_registers registers;
	cptr_t model;
	bool in_order;

	set_up();
	clear_order();
	drop(endpoint);
	endpoint = make_slot();
	EXPECT_EQ(untyped_retype(untyped, OBJECT_THREAD, 0, thread, 1), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_ENDPOINT, 0, endpoint, 1), ST_OK);
	for (unsigned i = 0; i < 3; i++)
		waiting[i] = worker(i, wait_and_note, (void *)(uintptr_t)('a' + i), HIGH);
	model = worker_make(3, delete_own_untyped, (void *)untyped,
		&(struct worker_options){.stopped = true});
	EXPECT_EQ(thread_read_registers(model, &registers), ST_OK);
	EXPECT_EQ(thread_write_registers(thread, &registers), ST_OK);
	EXPECT_EQ(thread_configure(thread, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, 0, 0), ST_OK);
	EXPECT_EQ(thread_set_priority(thread, ROOT_SLOT_THREAD, OWN + 1), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	EXPECT(is_empty(thread) && is_empty(endpoint));
	in_order = strcmp(order, "abc") == 0;
	for (unsigned i = 0; i < 3; i++)
		worker_finish(waiting[i]);
	drop(model);
	drop(thread);
	drop(untyped);
	tear_down();
	return in_order;
}

/* On a busy host one may lose its time slice before it has told: then once more. */
TEST(endpoint, that_dies_with_the_thread_that_revokes_it_wakes_in_order)
{
	bool in_order = false;

	for (int i = 0; i < 5 && !in_order; i++)
		in_order = wakes_in_order();
	EXPECT(in_order);
}
