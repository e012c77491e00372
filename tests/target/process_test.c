/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Processes: what they find, how they end, and that nothing of them is left.
 */
#include <stdio.h>

#include "libsys/archive.h"
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/pool.h"
#include "libsys/process.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "objects.h"

enum { GOOD = 7, SOON_NS = 20000000 };

static struct process process;
static struct process_event event;

/* Spawn the tests' program with one argument, and what else the options say. */
static status_t spawn(const char *what, struct process_options *options)
{
	const char *arguments[] = {"child", what, NULL};

	if (!options->arguments)
		options->arguments = arguments;
	return process_spawn("child", options, &process);
}

static void start(const char *what)
{
	struct process_options options = {0};

	REQUIRE(spawn(what, &options) == ST_OK);
}

/* What it ended with, if it ended by itself. */
static int end_of(void)
{
	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK);
	if (event.state == PROCESS_CRASHED)
		process_print(&process, &event);
	EXPECT_EQ(event.state, PROCESS_EXITED);
	EXPECT_EQ(process_destroy(&process), ST_OK);
	return event.status;
}

static int run(const char *what)
{
	start(what);
	return end_of();
}

TEST(process, has_data_zeros_and_constants)
{
	EXPECT_EQ(run("look"), GOOD);
	EXPECT_EQ(run("look"), GOOD); /* the first one's writes were its own */
}

TEST(process, gets_arguments_and_environment)
{
	const char *arguments[] = {"child", "arguments", "two words", "", NULL};
	const char *environment[] = {"HOME=/", "EMPTY=", NULL};
	struct process_options options = {.arguments = arguments, .environment = environment};

	REQUIRE(spawn(NULL, &options) == ST_OK);
	EXPECT_EQ(end_of(), GOOD);
}

TEST(process, without_arguments_has_its_name)
{
	REQUIRE(process_spawn("child", NULL, &process) == ST_OK);
	EXPECT_EQ(end_of(), GOOD);
}

TEST(process, makes_objects_threads_and_memory)
{
	EXPECT_EQ(run("objects"), GOOD);
}

TEST(process, gets_capabilities_by_name)
{
	cptr_t bell = make(OBJECT_NOTIFICATION, 0), server = make(OBJECT_ENDPOINT, 0);
	cptr_t reply = make(OBJECT_REPLY, 0);
	const struct process_cap caps[] = {
		{"bell", bell, RIGHT_WRITE, 4},
		{"server", server, RIGHT_WRITE | RIGHT_GRANT_REPLY, 99},
	};
	struct process_options options = {.caps = caps, .caps_count = 2};
	struct message message;
	word_t bits;

	REQUIRE(spawn("caps", &options) == ST_OK);
	EXPECT_EQ(notification_wait(bell, &bits), ST_OK);
	EXPECT_EQ(bits, 4);
	EXPECT_EQ(ipc_recv(server, reply, &message), ST_OK);
	EXPECT_EQ(message.badge, 99);
	message.words[0]++;
	EXPECT_EQ(ipc_reply(reply, &message), ST_OK);
	EXPECT_EQ(end_of(), 42);
	drop(bell);
	drop(server);
	drop(reply);
}

static void expect_fall(void)
{
	uint64_t offset;
	const char *name;

	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK);
	EXPECT_EQ(event.state, PROCESS_CRASHED);
	EXPECT_EQ(event.fault, FAULT_PAGE);
	EXPECT_EQ(event.words[FAULT_WORD_ADDRESS], 0x18);
	EXPECT_EQ(event.registers.pc, event.words[FAULT_WORD_PC]);
	name = process_symbol(&process, event.backtrace[0], &offset);
	EXPECT(name && strncmp(name, "fall", 4) == 0);
	EXPECT(event.depth > 1);
}

TEST(process, crashes_with_registers_and_backtrace)
{
	uint64_t offset;

	start("fall");
	expect_fall();
	EXPECT_TEXT(process_symbol(&process, event.backtrace[1], &offset), "main");
	process_print(&process, &event);
	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK); /* told again */
	EXPECT_EQ(event.state, PROCESS_CRASHED);
	EXPECT_EQ(process_destroy(&process), ST_OK);
}

TEST(process, crashes_in_another_thread)
{
	start("thread-falls");
	expect_fall();
	EXPECT_EQ(process_destroy(&process), ST_OK);
}

TEST(process, has_a_guard_below_its_stack)
{
	start("overflow");
	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK);
	EXPECT_EQ(event.state, PROCESS_CRASHED);
	EXPECT_EQ(event.fault, FAULT_PAGE);
	EXPECT(event.words[FAULT_WORD_ADDRESS] < event.registers.sp + PAGE_SIZE);
	EXPECT_EQ(process_destroy(&process), ST_OK);
}

TEST(process, that_aborts_exits_with_134)
{
	EXPECT_EQ(run("abort"), 134);
}

TEST(process, takes_its_threads_along)
{
	EXPECT_EQ(run("threads"), GOOD);
}

TEST(process, ends_by_any_of_its_threads)
{
	EXPECT_EQ(run("exit-elsewhere"), GOOD);
}

TEST(process, waits_when_it_is_ready)
{
	start("ready");
	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK);
	EXPECT_EQ(event.state, PROCESS_WAITS);
	EXPECT_EQ(process_go(&process, 3), ST_OK);
	EXPECT_EQ(process_go(&process, 3), ST_BAD_STATE);
	EXPECT_EQ(end_of(), 8);
}

TEST(process, is_waited_for_until_a_deadline)
{
	cptr_t notification = make(OBJECT_NOTIFICATION, 0), timer = make(OBJECT_TIMER, 0);
	struct wait wait = {notification, timer, clock_ns() + SOON_NS};

	REQUIRE(timer_bind(timer, notification) == ST_OK);
	REQUIRE(thread_bind(ROOT_SLOT_THREAD, notification) == ST_OK);
	start("sleep");
	EXPECT_EQ(process_wait(&process, &wait, &event), ST_TIMED_OUT);
	EXPECT_EQ(process_kill(&process), ST_OK);
	EXPECT_EQ(process_wait(&process, &wait, &event), ST_OK);
	EXPECT_EQ(event.state, PROCESS_KILLED);
	EXPECT_EQ(process_destroy(&process), ST_OK);
	EXPECT_EQ(process_wait(&process, &wait, &event), ST_BAD_STATE);
	EXPECT_EQ(thread_bind(ROOT_SLOT_THREAD, 0), ST_OK);
	drop(timer);
	drop(notification);
}

TEST(process, is_destroyed_whatever_it_does)
{
	static const char *const what[] = {
		"spin", "sleep", "threads", "fall", "objects", "ready"};

	for (unsigned i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		for (unsigned ns = 0; ns < 300000; ns += 30000) {
			start(what[i]);
			clock_sleep_ns(ns);
			EXPECT_EQ(process_destroy(&process), ST_OK);
			EXPECT_EQ(process_destroy(&process), ST_OK);
		}
}

TEST(process, that_was_not_started_waits)
{
	struct process_options options = {.flags = PROCESS_STOPPED};

	REQUIRE(spawn("look", &options) == ST_OK);
	EXPECT_EQ(process_start(&process), ST_OK);
	EXPECT_EQ(end_of(), GOOD);
}

TEST(process, is_made_of_the_memory_that_is_given)
{
	cptr_t memory = make(OBJECT_UNTYPED, PROCESS_MEMORY_BITS_MIN);
	struct process_options options = {.untyped = memory, .cnode_bits = 6};
	int64_t before = untyped_free(memory);

	for (int i = 0; i < 3; i++) {
		REQUIRE(spawn("threads", &options) == ST_OK);
		EXPECT(untyped_free(memory) < before);
		EXPECT_EQ(end_of(), GOOD);
		EXPECT_EQ(untyped_free(memory), before);
	}
	drop(memory);
}

TEST(process, goes_with_its_memory)
{
	cptr_t memory = make(OBJECT_UNTYPED, PROCESS_MEMORY_BITS_MIN + 1);
	struct process_options options = {.untyped = memory};

	REQUIRE(spawn("spin", &options) == ST_OK);
	EXPECT_EQ(cap_revoke(memory), ST_OK);
	EXPECT(process_wait(&process, NULL, &event) != ST_OK);
	EXPECT_EQ(process_destroy(&process), ST_OK);
	drop(memory);
}

TEST(process, refuses_what_it_cannot_make)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0);
	const struct process_cap bad[] = {
		{"a name that is much too long", endpoint, RIGHTS_ALL, 0}};
	cptr_t slot = make_slot();
	const struct process_cap empty[] = {{"nothing", slot, RIGHTS_ALL, 0}};
	char text[STARTUP_TEXT_MAX + 1];
	const char *arguments[] = {text, NULL};
	struct process_options options = {0};

	EXPECT_EQ(process_spawn("nothing", NULL, &process), ST_NOT_FOUND);
	EXPECT_EQ(process_spawn("text", NULL, &process), ST_INVALID_ARGS);
	options.memory_bits = PROCESS_MEMORY_BITS_MIN - 1;
	EXPECT_EQ(spawn("look", &options), ST_INVALID_ARGS);
	options.memory_bits = 38;
	EXPECT_EQ(spawn("look", &options), ST_NO_MEMORY);
	options = (struct process_options){.objects_bits = PROCESS_MEMORY_BITS};
	EXPECT_EQ(spawn("look", &options), ST_INVALID_ARGS);
	options = (struct process_options){.cnode_bits = 5};
	EXPECT_EQ(spawn("look", &options), ST_INVALID_ARGS);
	options = (struct process_options){.cpu = 99};
	EXPECT_EQ(spawn("look", &options), ST_OUT_OF_RANGE);
	options = (struct process_options){.priority = PRIORITY_MAX + 1};
	EXPECT_EQ(spawn("look", &options), ST_OUT_OF_RANGE);
	options = (struct process_options){.untyped = endpoint};
	EXPECT_EQ(spawn("look", &options), ST_WRONG_TYPE);
	options = (struct process_options){.caps = bad, .caps_count = 1};
	EXPECT_EQ(spawn("look", &options), ST_BUFFER_TOO_SMALL);
	options = (struct process_options){.caps = empty, .caps_count = 1};
	EXPECT_EQ(spawn("look", &options), ST_BAD_HANDLE);
	options = (struct process_options){.caps = bad, .caps_count = STARTUP_CAPS_MAX + 1};
	EXPECT_EQ(spawn("look", &options), ST_OUT_OF_RANGE);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	options = (struct process_options){.arguments = arguments};
	EXPECT_EQ(spawn("look", &options), ST_BUFFER_TOO_SMALL);
	options = (struct process_options){.stack_size = 64 << 20, .memory_bits = 20};
	EXPECT_EQ(spawn("look", &options), ST_OK); /* it is there when it is used */
	EXPECT_EQ(end_of(), GOOD);
	drop(endpoint);
	slot_free(slot);
}

TEST(archive, has_files_by_name)
{
	struct archive_file file;
	uint64_t at = 0;
	int files = 0;

	while (archive_next(&at, &file))
		files++;
	EXPECT_EQ(files, 3);
	EXPECT(archive_find("text", &file));
	EXPECT_EQ(file.size, 5);
	EXPECT_EQ(memcmp(file.data, "text\n", 5), 0);
	EXPECT(!archive_find("nothing", &file));
}
