/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a message carries: words in every number on every way that it can take, and the
 * capabilities that go along.
 */
#include "libsys/boot.h"
#include "libsys/notification.h"
#include "workers.h"

enum { LABEL = 0x1234567, BADGE = 4711 };

static cptr_t endpoint, reply, badged;
static uint64_t theirs[REGISTERS], before[REGISTERS];

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
}

static void tear_down(void)
{
	drop(badged);
	drop(reply);
	drop(endpoint);
}

static void fill_buffer(struct ipc_buffer *buffer, word_t base)
{
	for (unsigned i = 0; i < IPC_BUFFER_WORDS; i++)
		buffer->words[i] = base + i;
}

/* Words beyond registers came if the message has them; the others are the receiver's own. */
static void expect_buffer(const struct ipc_buffer *to, word_t own, word_t sent, unsigned words)
{
	for (unsigned i = 0; i < IPC_BUFFER_WORDS; i++)
		EXPECT_EQ(to->words[i], (i + IPC_REGISTER_WORDS < words ? sent : own) + i);
}

/* A message of so many words to a receiver that waits on a CPU. */
static void send_to_waiting(word_t number, unsigned words, unsigned cpu)
{
	uint64_t x[REGISTERS];
	cptr_t receiver;

	fill_call(theirs, SYSCALL_recv, endpoint, 0, reply);
	memcpy(before, theirs, sizeof(before));
	receiver = worker_make(0, call_in_worker, theirs, &(struct worker_options){.cpu = cpu});
	await_state(receiver, THREAD_RECEIVING);
	fill_buffer(worker_buffer(0), 1000);
	fill_buffer(ipc_buffer(), 2000);
	fill_call(x, number, badged, tag_make(LABEL, words, 0), 0);
	memcpy(before + 1, &x[1], sizeof(x[1]));
	call_with(x);
	EXPECT_EQ((int64_t)x[0], ST_OK);
	await_state(receiver, THREAD_STOPPED);
	EXPECT_EQ(theirs[0], ST_OK);
	EXPECT_EQ(theirs[1], tag_make(LABEL, words, 0));
	EXPECT_EQ(theirs[11], BADGE);
	expect_words(theirs, before, x, words);
	expect_buffer(worker_buffer(0), 1000, 2000, words);
	drop(receiver);
}

TEST(send, brings_every_number_of_words_to_a_waiting_receiver)
{
	set_up();
	for (unsigned words = 0; words <= IPC_WORDS_MAX; words++)
		send_to_waiting(SYSCALL_send, words, 0);
	for (unsigned words = 0; words <= IPC_WORDS_MAX; words += 1 + words / 4)
		send_to_waiting(SYSCALL_try_send, words, cpus_online() - 1);
	tear_down();
}

/* The sender waits on its CPU; who receives finds what it has. */
static void receive_from_waiting(unsigned words, unsigned cpu)
{
	uint64_t x[REGISTERS];
	cptr_t sender;

	fill_call(theirs, SYSCALL_send, badged, tag_make(LABEL, words, 0), 77);
	memcpy(before, theirs, sizeof(before));
	sender = worker_make(0, call_in_worker, theirs, &(struct worker_options){.cpu = cpu});
	await_state(sender, THREAD_SENDING);
	fill_buffer(worker_buffer(0), 1000);
	fill_buffer(ipc_buffer(), 2000);
	fill_call(x, SYSCALL_recv, endpoint, 0, reply);
	memcpy(before, x, sizeof(before));
	call_with(x);
	EXPECT_EQ((int64_t)x[0], ST_OK);
	EXPECT_EQ(x[1], tag_make(LABEL, words, 0));
	EXPECT_EQ(x[11], BADGE);
	fill_call(theirs, SYSCALL_send, badged, 0, 77);
	expect_words(x, before, theirs, words);
	expect_buffer(ipc_buffer(), 2000, 1000, words);
	worker_finish(sender);
}

TEST(recv, takes_every_number_of_words_from_a_waiting_sender)
{
	set_up();
	for (unsigned words = 0; words <= IPC_WORDS_MAX; words++)
		receive_from_waiting(words, 0);
	for (unsigned words = 0; words <= IPC_WORDS_MAX; words += 1 + words / 4)
		receive_from_waiting(words, cpus_online() - 1);
	tear_down();
}

TEST(send, changes_no_register_of_a_sender_but_the_status)
{
	cptr_t sender;

	set_up();
	fill_call(theirs, SYSCALL_send, badged, tag_make(LABEL, 8, 0), 77);
	memcpy(before, theirs, sizeof(before));
	sender = worker(0, call_in_worker, theirs, HIGH);
	EXPECT_EQ(ipc_recv(endpoint, 0, &(struct message){0}), ST_OK);
	worker_finish(sender);
	expect_only_x0(theirs, before, ST_OK);
	tear_down();
}

/* Answers each call with as many words as its label says, from a pattern of its own. */
static uint64_t server_x[REGISTERS];

static void serve(void *argument)
{
	struct message message = {0};

	(void)argument;
	if (ipc_recv(endpoint, reply, &message) != ST_OK)
		return;
	for (;;) {
		unsigned words = tag_label(message.tag);

		fill_call(server_x, SYSCALL_reply_recv, endpoint, tag_make(LABEL, words, 0),
			reply);
		fill_buffer(ipc_buffer(), 3000);
		call_with(server_x);
		if ((int64_t)server_x[0] != ST_OK)
			return;
		message.tag = server_x[1];
	}
}

/* The first thread calls; who answers is on that CPU, of that priority. */
static void call_and_be_answered(unsigned priority, unsigned cpu, unsigned step)
{
	cptr_t server = worker_make(
		0, serve, NULL, &(struct worker_options){.priority = priority, .cpu = cpu});
	uint64_t x[REGISTERS], sent[REGISTERS];

	for (unsigned words = 0; words <= IPC_WORDS_MAX; words += step) {
		fill_buffer(ipc_buffer(), 2000);
		fill_call(x, SYSCALL_call, badged, tag_make(words, 0, 0), 0);
		memcpy(before, x, sizeof(x));
		call_with(x);
		EXPECT_EQ((int64_t)x[0], ST_OK);
		EXPECT_EQ(x[1], tag_make(LABEL, words, 0));
		fill_call(sent, SYSCALL_reply_recv, 0, 0, 0);
		expect_words(x, before, sent, words);
		expect_buffer(ipc_buffer(), 2000, 3000, words);
	}
	drop(server);
}

TEST(reply_recv, answers_with_every_number_of_words)
{
	set_up();
	call_and_be_answered(HIGH, 0, 1);		  /* the short way */
	call_and_be_answered(LOW, 0, 1);		  /* the caller is more urgent */
	call_and_be_answered(HIGH, cpus_online() - 1, 7); /* from another CPU */
	tear_down();
}

/* Who has no IPC buffer gets what fits into registers, and the tag says so. */
TEST(send, to_a_receiver_without_a_buffer_brings_what_registers_hold)
{
	cptr_t receiver;

	set_up();
	for (unsigned caps = 0; caps < 2; caps++) {
		struct message message = {.tag = tag_make(LABEL, 20, caps)};

		fill_call(theirs, SYSCALL_recv, endpoint, 0, 0);
		receiver = worker_make(0, call_in_worker, theirs,
			&(struct worker_options){.without_buffer = true});
		ipc_send_cap(0, reply, RIGHTS_ALL);
		EXPECT_EQ(ipc_send(badged, &message), ST_OK);
		worker_finish(receiver);
		EXPECT_EQ(theirs[1], tag_make(LABEL, 8, 0));
	}
	tear_down();
}

/* --- capabilities */

static cptr_t window; /* four slots where they go */

static struct message receive_caps(unsigned count)
{
	struct message message = {0};

	ipc_receive_slots(ROOT_SLOT_CNODE, window, count);
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	ipc_receive_slots(0, 0, 0);
	return message;
}

/* What the sender sends: `theirs` is its call, these its capabilities. */
static cptr_t start_sender(cptr_t through, unsigned caps, const struct ipc_cap *sent)
{
	struct worker_options options = {.stopped = true};
	cptr_t sender = worker_make(1, call_in_worker, theirs, &options);

	memcpy(worker_buffer(1)->caps, sent, caps * sizeof(sent[0]));
	fill_call(theirs, SYSCALL_send, through, tag_make(LABEL, 2, caps), 0);
	EXPECT_EQ(thread_resume(sender), ST_OK);
	return sender;
}

static void set_up_window(void)
{
	set_up();
	REQUIRE(slots_alloc(4, &window) == ST_OK);
}

static void clear_window(void)
{
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(cap_delete(window + i), ST_OK);
}

static void tear_down_window(void)
{
	EXPECT_EQ(objects_delete(window, 4), ST_OK);
	tear_down();
}

TEST(transfer, one_to_four_capabilities_with_rights_shrunk)
{
	cptr_t other = make(OBJECT_ENDPOINT, 0);

	set_up_window();
	for (unsigned caps = 1; caps <= IPC_CAPS_MAX; caps++) {
		const struct ipc_cap sent[] = {{other, RIGHTS_ALL}, {other, RIGHT_READ},
			{other, 0}, {reply, RIGHTS_ALL}};
		static const unsigned rights[] = {
			RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_GRANT_REPLY, RIGHT_READ,
			0, 0};
		cptr_t sender = start_sender(badged, caps, sent);
		struct message message = receive_caps(4);

		EXPECT_EQ(message.tag, tag_make(LABEL, 2, caps));
		for (unsigned i = 0; i < 4; i++)
			if (i < caps)
				EXPECT_EQ(cap_info_rights(cap_info(window + i)), rights[i]);
			else
				EXPECT(is_empty(window + i));
		worker_finish(sender);
		clear_window();
	}
	EXPECT_EQ(cap_revoke(other), ST_OK);
	drop(other);
	tear_down_window();
}

/* The copies are children of what was sent. */
TEST(transfer, copies_go_when_the_original_is_revoked)
{
	cptr_t other = make(OBJECT_ENDPOINT, 0), sender;

	set_up_window();
	sender = start_sender(
		badged, 2, (const struct ipc_cap[]){{other, RIGHTS_ALL}, {other, RIGHT_READ}});
	receive_caps(4);
	EXPECT(!is_empty(window) && !is_empty(window + 1));
	EXPECT_EQ(cap_revoke(other), ST_OK);
	EXPECT(is_empty(window) && is_empty(window + 1));
	worker_finish(sender);
	drop(other);
	tear_down_window();
}

TEST(transfer, what_leads_to_the_endpoint_itself_comes_as_its_badge)
{
	struct message message;
	cptr_t sender;

	set_up_window();
	sender = start_sender(badged, 4,
		(const struct ipc_cap[]){{badged, RIGHTS_ALL}, {reply, RIGHTS_ALL},
			{endpoint, RIGHTS_ALL}, {reply, RIGHTS_ALL}});
	message = receive_caps(2);
	EXPECT_EQ(tag_caps(message.tag), 4);
	EXPECT_EQ(tag_unwrapped(message.tag), 5);
	EXPECT_EQ(ipc_buffer()->caps[0].cptr, BADGE);
	EXPECT_EQ(ipc_buffer()->caps[2].cptr, 0);
	EXPECT_EQ(cap_info_type(cap_info(window)), OBJECT_REPLY);
	EXPECT_EQ(cap_info_type(cap_info(window + 1)), OBJECT_REPLY);
	worker_finish(sender);
	tear_down_window();
}

TEST(transfer, ends_at_the_first_capability_without_room)
{
	set_up_window();
	for (unsigned room = 0; room <= 1; room++) {
		cptr_t sender = start_sender(badged, 3,
			(const struct ipc_cap[]){
				{reply, RIGHTS_ALL}, {endpoint, 0}, {reply, RIGHTS_ALL}});
		struct message message = receive_caps(room);

		EXPECT_EQ(message.tag & UINT32_MAX,
			room ? 2 | 2 << TAG_CAPS_SHIFT | 2 << TAG_UNWRAPPED_SHIFT : 2);
		EXPECT_EQ(is_empty(window), room == 0);
		EXPECT(is_empty(window + 1));
		worker_finish(sender);
		clear_window();
	}
	tear_down_window();
}

TEST(transfer, ends_at_a_slot_that_is_not_empty)
{
	struct message message;
	cptr_t sender;

	set_up_window();
	EXPECT_EQ(cap_copy(window + 1, endpoint, RIGHT_READ), ST_OK);
	sender = start_sender(badged, 3,
		(const struct ipc_cap[]){
			{reply, RIGHTS_ALL}, {reply, RIGHTS_ALL}, {reply, RIGHTS_ALL}});
	message = receive_caps(4);
	EXPECT_EQ(tag_caps(message.tag), 1);
	EXPECT_EQ(cap_info_type(cap_info(window + 1)), OBJECT_ENDPOINT);
	EXPECT(is_empty(window + 2) && is_empty(window + 3));
	worker_finish(sender);
	tear_down_window();
}

TEST(transfer, into_slots_that_the_receiver_cannot_name_brings_none)
{
	static const struct {
		cptr_t cnode;
		word_t first, count;
	} bad[] = {{ROOT_SLOT_NONE, 0, 4}, {ROOT_SLOT_THREAD, 0, 4},
		{1 << ROOT_CNODE_BITS, 0, 4}, {ROOT_SLOT_CNODE, 1 << ROOT_CNODE_BITS, 4},
		{ROOT_SLOT_CNODE, UINT64_MAX, 4}, {ROOT_SLOT_CNODE, UINT64_MAX - 2, 4},
		{ROOT_SLOT_CNODE, 16, UINT64_MAX},
		{ROOT_SLOT_CNODE, (1 << ROOT_CNODE_BITS) - 3, 4}};

	set_up_window();
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cptr_t sender =
			start_sender(badged, 1, (const struct ipc_cap[]){{reply, RIGHTS_ALL}});
		struct message message = {0};

		ipc_receive_slots(bad[i].cnode, bad[i].first, bad[i].count);
		EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
		EXPECT_EQ(message.tag, tag_make(LABEL, 2, 0));
		worker_finish(sender);
	}
	ipc_receive_slots(0, 0, 0);
	tear_down_window();
}

/* Between sending and receiving the capability goes: there is a hole in the list. */
TEST(transfer, ends_at_a_capability_that_went_away_meanwhile)
{
	cptr_t copy = make_slot(), sender;
	struct message message;

	set_up_window();
	EXPECT_EQ(cap_copy(copy, reply, RIGHTS_ALL), ST_OK);
	sender = start_sender(badged, 3,
		(const struct ipc_cap[]){
			{reply, RIGHTS_ALL}, {copy, RIGHTS_ALL}, {reply, RIGHTS_ALL}});
	EXPECT_EQ(state_of(sender), THREAD_SENDING);
	drop(copy);
	message = receive_caps(4);
	EXPECT_EQ(message.tag, tag_make(LABEL, 2, 1));
	EXPECT(!is_empty(window) && is_empty(window + 1) && is_empty(window + 2));
	worker_finish(sender);
	tear_down_window();
}

TEST(transfer, of_what_has_no_copies_brings_nothing)
{
	cptr_t sender;

	set_up_window();
	sender = start_sender(
		badged, 1, (const struct ipc_cap[]){{ROOT_SLOT_IRQ_CONTROL, RIGHTS_ALL}});
	EXPECT_EQ(receive_caps(4).tag, tag_make(LABEL, 2, 0));
	EXPECT(is_empty(window));
	worker_finish(sender);
	tear_down_window();
}

/* An answer may carry capabilities if the receiver's capability had GRANT. */
static cptr_t receive_through;

static void answer_with_cap(void *argument)
{
	struct message message = {0};

	ipc_recv(receive_through, reply, &message);
	ipc_send_cap(0, reply, RIGHTS_ALL);
	message.tag = tag_make(LABEL, 0, 1);
	*(status_t *)argument = ipc_reply(reply, &message);
	message.tag = tag_make(LABEL, 0, 0);
	if (*(status_t *)argument != ST_OK)
		ipc_reply(reply, &message);
}

static void call_and_get_cap(cptr_t from, status_t want)
{
	struct message message = {0};
	status_t status = ST_INTERNAL;
	cptr_t server;

	receive_through = from;
	server = worker(0, answer_with_cap, &status, HIGH);
	ipc_receive_slots(ROOT_SLOT_CNODE, window, 4);
	EXPECT_EQ(ipc_call(badged, &message), ST_OK);
	ipc_receive_slots(0, 0, 0);
	worker_finish(server);
	EXPECT_EQ(status, want);
	EXPECT_EQ(tag_caps(message.tag), want == ST_OK);
	EXPECT_EQ(is_empty(window), want != ST_OK);
	clear_window();
}

TEST(transfer, goes_along_with_an_answer_if_the_receiver_had_grant)
{
	cptr_t receiving = make_slot();

	set_up_window();
	EXPECT_EQ(cap_copy(receiving, endpoint, RIGHT_READ), ST_OK);
	call_and_get_cap(endpoint, ST_OK);
	call_and_get_cap(receiving, ST_ACCESS_DENIED);
	drop(receiving);
	tear_down_window();
}

TEST(transfer, without_grant_is_refused_and_sends_nothing)
{
	cptr_t without = make_slot();

	set_up_window();
	EXPECT_EQ(cap_mint(without, endpoint, RIGHT_WRITE | RIGHT_GRANT_REPLY, 9), ST_OK);
	ipc_send_cap(0, reply, RIGHTS_ALL);
	expect_refused(SYSCALL_call, without, tag_make(0, 0, 1), 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_send, without, tag_make(0, 0, 1), 0, ST_ACCESS_DENIED);
	expect_refused(SYSCALL_try_send, without, tag_make(0, 0, 1), 0, ST_ACCESS_DENIED);
	drop(without);
	tear_down_window();
}
