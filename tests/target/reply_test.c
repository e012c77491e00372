/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Reply objects: every status of the calls on them, one answer for each call, and chains of
 * calls of which any member goes.
 */
#include "libsys/boot.h"
#include "libsys/notification.h"
#include "workers.h"

static cptr_t endpoint, reply, empty;
static uint64_t x[REGISTERS], before[REGISTERS];

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	empty = make_slot();
}

static void tear_down(void)
{
	drop(empty);
	drop(reply);
	drop(endpoint);
}

/* A thread that has called, and waits for the answer through `reply`. */
static cptr_t make_caller(void)
{
	cptr_t caller;

	fill_call(x, SYSCALL_call, endpoint, tag_make(1, 2, 0), 0);
	memcpy(before, x, sizeof(x));
	caller = worker(0, call_in_worker, x, HIGH);
	EXPECT_EQ(ipc_recv(endpoint, reply, &(struct message){0}), ST_OK);
	EXPECT_EQ(state_of(caller), THREAD_CALLING);
	return caller;
}

/* --- statuses */

TEST(reply, refuses_names_that_lead_to_no_reply_object)
{
	set_up();
	expect_refused(SYSCALL_reply, 0, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply, empty, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply, endpoint, 0, 0, ST_WRONG_TYPE);
	expect_refused(SYSCALL_reply, 1 << ROOT_CNODE_BITS, 0, 0, ST_NOT_FOUND);
	tear_down();
}

TEST(reply, to_nobody_is_refused)
{
	cptr_t caller;

	set_up();
	expect_refused(SYSCALL_reply, reply, tag_make(1, 1, 0), 0, ST_PEER_CLOSED);
	caller = make_caller();
	drop(caller);
	expect_refused(SYSCALL_reply, reply, tag_make(1, 1, 0), 0, ST_PEER_CLOSED);
	tear_down();
}

TEST(reply, refuses_malformed_tags_and_the_caller_waits_on)
{
	static const word_t bad[] = {1 << 11, 1 << 12, 1 << 16, UINT64_C(1) << 31,
		IPC_WORDS_MAX + 1, 5 << TAG_CAPS_SHIFT};
	cptr_t caller;

	set_up();
	caller = make_caller();
	FOR_EACH(tag, bad)
	{
		expect_refused(SYSCALL_reply, reply, *tag, 0, ST_INVALID_ARGS);
		expect_refused(SYSCALL_reply_recv, endpoint, *tag, reply, ST_INVALID_ARGS);
	}
	ipc_send_cap(0, empty, 0);
	expect_refused(SYSCALL_reply, reply, tag_make(0, 0, 1), 0, ST_BAD_HANDLE);
	EXPECT_EQ(state_of(caller), THREAD_CALLING);
	EXPECT_EQ(ipc_reply(reply, &(struct message){0}), ST_OK);
	worker_finish(caller);
	EXPECT_EQ(x[0], ST_OK);
	tear_down();
}

TEST(reply, happens_once)
{
	cptr_t caller, copy = make_slot();

	set_up();
	EXPECT_EQ(cap_copy(copy, reply, RIGHTS_ALL), ST_OK);
	caller = make_caller();
	EXPECT_EQ(ipc_reply(copy, &(struct message){.tag = tag_make(3, 0, 0)}), ST_OK);
	expect_refused(SYSCALL_reply, copy, 0, 0, ST_PEER_CLOSED);
	expect_refused(SYSCALL_reply, reply, 0, 0, ST_PEER_CLOSED);
	worker_finish(caller);
	EXPECT_EQ(x[1], tag_make(3, 0, 0));
	drop(copy);
	tear_down();
}

TEST(reply, changes_no_register_of_who_answers_but_x0)
{
	uint64_t mine[REGISTERS], mine_before[REGISTERS];
	cptr_t caller;

	set_up();
	caller = make_caller();
	fill_call(mine, SYSCALL_reply, reply, tag_make(3, 8, 0), 0);
	memcpy(mine_before, mine, sizeof(mine));
	call_with(mine);
	expect_only_x0(mine, mine_before, ST_OK);
	worker_finish(caller);
	expect_words(x, before, mine, 8);
	tear_down();
}

TEST(recv, with_a_reply_object_in_use_is_refused)
{
	cptr_t caller, receiver;
	uint64_t theirs[REGISTERS];

	set_up();
	caller = make_caller();
	expect_refused(SYSCALL_recv, endpoint, 0, reply, ST_BAD_STATE);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_BAD_STATE);
	EXPECT_EQ(state_of(caller), THREAD_CALLING);
	EXPECT_EQ(ipc_reply(reply, &(struct message){0}), ST_OK);
	worker_finish(caller);
	fill_call(theirs, SYSCALL_recv, endpoint, 0, reply);
	receiver = worker(1, call_in_worker, theirs, HIGH);
	expect_refused(SYSCALL_recv, endpoint, 0, reply, ST_BAD_STATE);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_BAD_STATE);
	expect_refused(SYSCALL_reply_recv, endpoint, 0, reply, ST_BAD_STATE);
	expect_refused(SYSCALL_reply, reply, 0, 0, ST_PEER_CLOSED);
	drop(receiver);
	tear_down();
}

/* Nobody there to be answered is no reason not to receive. */
TEST(reply_recv, receives_if_the_caller_is_gone)
{
	uint64_t theirs[REGISTERS];
	struct message message = {.tag = tag_make(1, 3, 0)};
	cptr_t caller, sender;

	set_up();
	caller = make_caller();
	drop(caller);
	fill_call(theirs, SYSCALL_send, endpoint, tag_make(8, 1, 0), 0);
	sender = worker(1, call_in_worker, theirs, HIGH);
	EXPECT_EQ(ipc_reply_recv(endpoint, reply, &message), ST_OK);
	EXPECT_EQ(message.tag, tag_make(8, 1, 0));
	worker_finish(sender);
	tear_down();
}

/* Capabilities go back only where the call was received with GRANT; the caller waits on. */
TEST(reply_recv, without_grant_sends_no_capabilities)
{
	cptr_t without = make_slot(), caller;

	set_up();
	EXPECT_EQ(cap_copy(without, endpoint, RIGHT_READ), ST_OK);
	fill_call(x, SYSCALL_call, endpoint, tag_make(1, 0, 0), 0);
	caller = worker(0, call_in_worker, x, HIGH);
	EXPECT_EQ(ipc_recv(without, reply, &(struct message){0}), ST_OK);
	ipc_send_cap(0, reply, RIGHTS_ALL);
	expect_refused(
		SYSCALL_reply_recv, endpoint, tag_make(0, 0, 1), reply, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_reply, reply, tag_make(0, 0, 1), 0, ST_ACCESS_DENIED);
	EXPECT_EQ(state_of(caller), THREAD_CALLING);
	EXPECT_EQ(ipc_reply(reply, &(struct message){0}), ST_OK);
	worker_finish(caller);
	drop(without);
	tear_down();
}

TEST(reply_recv, of_an_endpoint_that_goes_is_canceled)
{
	uint64_t theirs[REGISTERS], theirs_before[REGISTERS];
	cptr_t server;

	set_up();
	fill_call(theirs, SYSCALL_reply_recv, endpoint, 0, reply);
	memcpy(theirs_before, theirs, sizeof(theirs));
	server = worker(1, call_in_worker, theirs, HIGH);
	EXPECT_EQ(state_of(server), THREAD_RECEIVING);
	EXPECT_EQ(cap_delete(endpoint), ST_OK);
	worker_finish(server);
	expect_only_x0(theirs, theirs_before, ST_CANCELED);
	tear_down();
}

/* The answer and who waits already, in one step: the sender's message comes. */
TEST(reply_recv, answers_one_and_receives_from_another_who_waits)
{
	uint64_t theirs[REGISTERS];
	struct message message = {.tag = tag_make(5, 1, 0), .words = {77}};
	cptr_t caller, sender;

	set_up();
	caller = make_caller();
	fill_call(theirs, SYSCALL_call, endpoint, tag_make(8, 1, 0), 0);
	sender = worker(1, call_in_worker, theirs, HIGH);
	EXPECT_EQ(state_of(sender), THREAD_SENDING);
	EXPECT_EQ(ipc_reply_recv(endpoint, reply, &message), ST_OK);
	worker_finish(caller);
	EXPECT_EQ(x[1], tag_make(5, 1, 0));
	EXPECT_EQ(x[2], 77);
	EXPECT_EQ(message.tag, tag_make(8, 1, 0));
	EXPECT_EQ(state_of(sender), THREAD_CALLING);
	EXPECT_EQ(ipc_reply(reply, &message), ST_OK);
	worker_finish(sender);
	tear_down();
}

/* --- the end of a reply object */

TEST(reply, object_that_goes_cancels_the_caller)
{
	cptr_t caller;

	set_up();
	caller = make_caller();
	EXPECT_EQ(cap_delete(reply), ST_OK);
	worker_finish(caller);
	expect_only_x0(x, before, ST_CANCELED);
	tear_down();
}

TEST(reply, object_with_a_copy_left_keeps_the_caller)
{
	cptr_t caller, copy = make_slot();

	set_up();
	EXPECT_EQ(cap_copy(copy, reply, RIGHTS_ALL), ST_OK);
	caller = make_caller();
	EXPECT_EQ(cap_delete(reply), ST_OK);
	EXPECT_EQ(state_of(caller), THREAD_CALLING);
	EXPECT_EQ(ipc_reply(copy, &(struct message){0}), ST_OK);
	worker_finish(caller);
	drop(copy);
	tear_down();
}

TEST(reply, object_that_goes_cancels_the_receiver_that_holds_it)
{
	uint64_t theirs[REGISTERS], theirs_before[REGISTERS];
	cptr_t receiver;

	set_up();
	fill_call(theirs, SYSCALL_recv, endpoint, 9, reply);
	memcpy(theirs_before, theirs, sizeof(theirs));
	receiver = worker(1, call_in_worker, theirs, HIGH);
	EXPECT_EQ(cap_delete(reply), ST_OK);
	worker_finish(receiver);
	expect_only_x0(theirs, theirs_before, ST_CANCELED);
	expect_refused(SYSCALL_try_send, endpoint, 0, 0, ST_SHOULD_WAIT);
	tear_down();
}

TEST(reply, object_goes_with_its_untyped)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 12), caller;

	set_up();
	drop(reply);
	reply = make_slot();
	EXPECT_EQ(untyped_retype(untyped, OBJECT_REPLY, 0, reply, 1), ST_OK);
	caller = make_caller();
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	worker_finish(caller);
	expect_only_x0(x, before, ST_CANCELED);
	drop(untyped);
	tear_down();
}

TEST(reply, of_a_caller_that_was_suspended_goes_nowhere)
{
	cptr_t caller;

	set_up();
	caller = make_caller();
	EXPECT_EQ(thread_suspend(caller), ST_OK);
	expect_refused(SYSCALL_reply, reply, 0, 0, ST_PEER_CLOSED);
	EXPECT_EQ(thread_resume(caller), ST_OK); /* the call begins anew */
	EXPECT_EQ(state_of(caller), THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, reply, &(struct message){0}), ST_OK);
	EXPECT_EQ(ipc_reply(reply, &(struct message){0}), ST_OK);
	worker_finish(caller);
	EXPECT_EQ(x[0], ST_OK);
	tear_down();
}

/* --- chains of three: the client calls the middle, which calls the last before it answers */

enum { CLIENT, MIDDLE, LAST, CHAIN };

static struct {
	cptr_t threads[CHAIN];
	cptr_t endpoints[CHAIN], replies[CHAIN];
	status_t client_status, middle_status;
} chain;

static void be_client(void *argument)
{
	struct message message = {0};

	(void)argument;
	chain.client_status = ipc_call(chain.endpoints[MIDDLE], &message);
}

static void be_middle(void *argument)
{
	struct message message = {0};

	(void)argument;
	while (ipc_recv(chain.endpoints[MIDDLE], chain.replies[MIDDLE], &message) == ST_OK) {
		message.tag = 0;
		chain.middle_status = ipc_call(chain.endpoints[LAST], &message);
		message.tag = 0;
		ipc_reply(chain.replies[MIDDLE], &message);
	}
}

static void be_last(void *argument)
{
	struct message message = {0};
	word_t bits;

	(void)argument;
	while (ipc_recv(chain.endpoints[LAST], chain.replies[LAST], &message) == ST_OK) {
		notification_wait(empty, &bits); /* until it is told to answer */
		message.tag = 0;
		ipc_reply(chain.replies[LAST], &message);
	}
}

static void set_up_chain(void)
{
	empty = make(OBJECT_NOTIFICATION, 0);
	chain.client_status = chain.middle_status = ST_INTERNAL;
	for (unsigned i = MIDDLE; i < CHAIN; i++) {
		chain.endpoints[i] = make(OBJECT_ENDPOINT, 0);
		chain.replies[i] = make(OBJECT_REPLY, 0);
	}
	chain.threads[LAST] = worker(0, be_last, NULL, HIGH);
	chain.threads[MIDDLE] = worker(1, be_middle, NULL, HIGH);
	chain.threads[CLIENT] = worker(2, be_client, NULL, HIGH);
	EXPECT_EQ(state_of(chain.threads[CLIENT]), THREAD_CALLING);
	EXPECT_EQ(state_of(chain.threads[MIDDLE]), THREAD_CALLING);
	EXPECT_EQ(state_of(chain.threads[LAST]), THREAD_WAITING);
}

static void tear_down_chain(void)
{
	for (unsigned i = MIDDLE; i < CHAIN; i++) {
		drop(chain.endpoints[i]);
		drop(chain.replies[i]);
	}
	drop(empty);
	for (unsigned i = CLIENT; i < CHAIN; i++)
		drop(chain.threads[i]);
}

static void let_last_answer(void)
{
	EXPECT_EQ(notification_signal(empty), ST_OK);
}

TEST(chain, answers_go_back_one_by_one)
{
	set_up_chain();
	let_last_answer();
	EXPECT_EQ(chain.middle_status, ST_OK);
	EXPECT_EQ(chain.client_status, ST_OK);
	tear_down_chain();
}

TEST(chain, survives_the_death_of_its_client)
{
	for (unsigned way = 0; way < 2; way++) {
		set_up_chain();
		if (way)
			EXPECT_EQ(thread_suspend(chain.threads[CLIENT]), ST_OK);
		else
			EXPECT_EQ(cap_delete(chain.threads[CLIENT]), ST_OK);
		let_last_answer();
		EXPECT_EQ(chain.middle_status, ST_OK);
		EXPECT_EQ(state_of(chain.threads[MIDDLE]), THREAD_RECEIVING);
		EXPECT_EQ(state_of(chain.threads[LAST]), THREAD_RECEIVING);
		tear_down_chain();
	}
}

/* Whom it called does not notice; its own caller waits until its reply object goes. */
TEST(chain, survives_the_death_of_its_middle)
{
	for (unsigned way = 0; way < 2; way++) {
		set_up_chain();
		if (way)
			EXPECT_EQ(thread_suspend(chain.threads[MIDDLE]), ST_OK);
		else
			EXPECT_EQ(cap_delete(chain.threads[MIDDLE]), ST_OK);
		let_last_answer();
		EXPECT_EQ(state_of(chain.threads[LAST]), THREAD_RECEIVING);
		EXPECT_EQ(state_of(chain.threads[CLIENT]), THREAD_CALLING);
		EXPECT_EQ(cap_delete(chain.replies[MIDDLE]), ST_OK);
		EXPECT_EQ(chain.client_status, ST_CANCELED);
		tear_down_chain();
	}
}

TEST(chain, survives_the_death_of_its_last)
{
	for (unsigned way = 0; way < 3; way++) {
		set_up_chain();
		if (way == 0)
			EXPECT_EQ(cap_delete(chain.threads[LAST]), ST_OK);
		else if (way == 1)
			EXPECT_EQ(thread_suspend(chain.threads[LAST]), ST_OK);
		EXPECT_EQ(state_of(chain.threads[MIDDLE]), THREAD_CALLING);
		EXPECT_EQ(cap_delete(chain.replies[LAST]), ST_OK);
		EXPECT_EQ(chain.middle_status, ST_CANCELED);
		EXPECT_EQ(chain.client_status, ST_OK); /* the middle answered */
		tear_down_chain();
	}
}

/* The endpoints go: what was received already is not in them. */
TEST(chain, survives_the_death_of_its_endpoints)
{
	set_up_chain();
	EXPECT_EQ(cap_delete(chain.endpoints[MIDDLE]), ST_OK);
	EXPECT_EQ(cap_delete(chain.endpoints[LAST]), ST_OK);
	EXPECT_EQ(state_of(chain.threads[CLIENT]), THREAD_CALLING);
	EXPECT_EQ(state_of(chain.threads[MIDDLE]), THREAD_CALLING);
	let_last_answer();
	EXPECT_EQ(chain.middle_status, ST_OK);
	EXPECT_EQ(chain.client_status, ST_OK);
	tear_down_chain();
}

TEST(chain, survives_the_death_of_the_middles_reply_object)
{
	set_up_chain();
	EXPECT_EQ(cap_delete(chain.replies[MIDDLE]), ST_OK);
	EXPECT_EQ(chain.client_status, ST_CANCELED);
	let_last_answer();
	EXPECT_EQ(chain.middle_status, ST_OK);
	tear_down_chain();
}
