/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Copies of processes: snapshots, clones of a golden process, and those begun anew. Each test
 * must leave as much as it found.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/pool.h"
#include "libsys/process.h"
#include "libsys/thread.h"
#include "libsys/vmo.h"
#include "objects.h"

enum { GOOD = 7, LIVES = 24, FALLS = 30 };

static struct process source, copy, third, fourth, fifth;
static struct process_event event;

static void start_with(const char *what, struct process_options *options)
{
	const char *arguments[] = {"child", what, NULL};

	options->arguments = arguments;
	REQUIRE(process_spawn("child", options, &source) == ST_OK);
}

static void start(const char *what)
{
	struct process_options options = {0};

	start_with(what, &options);
}

static enum process_state next(struct process *process)
{
	EXPECT_EQ(process_wait(process, NULL, &event), ST_OK);
	if (event.state == PROCESS_CRASHED && event.words[FAULT_WORD_ADDRESS] != 0x18)
		process_print(process, &event);
	return event.state;
}

static int status_of(struct process *process)
{
	EXPECT_EQ(next(process), PROCESS_EXITED);
	return event.status;
}

static void destroy(struct process *process)
{
	EXPECT_EQ(process_destroy(process), ST_OK);
}

TEST(process_snapshot, has_what_was_written_and_writes_apart)
{
	start("twins");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(next(&copy), PROCESS_WAITS);
	EXPECT_EQ(process_go(&copy, 0), ST_OK);
	EXPECT_EQ(status_of(&copy), 12);
	EXPECT_EQ(process_go(&source, 3), ST_OK);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_go(&source, 0), ST_OK);
	EXPECT_EQ(status_of(&source), 34);
	destroy(&copy);
	destroy(&source);
}

TEST(process_snapshot, of_a_snapshot)
{
	start("twins");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(next(&copy), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&copy, NULL, &third), ST_OK);
	EXPECT_EQ(status_of(&third), 112);
	EXPECT_EQ(process_go(&copy, 5), ST_OK);
	EXPECT_EQ(status_of(&copy), 512);
	destroy(&third);
	destroy(&copy);
	EXPECT_EQ(process_go(&source, 0), ST_OK);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	destroy(&source);
}

TEST(process_snapshot, has_the_other_threads)
{
	start("pair");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(copy.thread_count, 1);
	EXPECT_EQ(status_of(&copy), GOOD);
	EXPECT_EQ(process_go(&source, 0), ST_OK);
	EXPECT_EQ(status_of(&source), GOOD);
	destroy(&copy);
	destroy(&source);
}

TEST(process_snapshot, has_memory_of_the_programs_making)
{
	start("heap");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(status_of(&copy), GOOD);
	EXPECT_EQ(process_go(&source, 9), ST_OK);
	EXPECT_EQ(status_of(&source), GOOD);
	destroy(&copy);
	destroy(&source);
}

TEST(process_snapshot, of_one_that_runs)
{
	static const char *const what[] = {"spin", "sleep", "threads"};

	for (unsigned i = 0; i < 2; i++) {
		start(what[i]);
		clock_sleep_ns(3000000);
		EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
		clock_sleep_ns(1000000);
		EXPECT_EQ(process_kill(&copy), ST_OK);
		EXPECT_EQ(process_kill(&source), ST_OK);
		EXPECT_EQ(process_snapshot(&source, NULL, &third), ST_BAD_STATE);
		destroy(&copy);
		destroy(&source);
	}
}

/* It may hold pages that the source paid for. */
TEST(process_snapshot, goes_with_its_source)
{
	start("spin");
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	destroy(&source);
	destroy(&copy);
}

TEST(process_snapshot, is_destroyed_half_way)
{
	start("pair");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	for (unsigned ns = 0; ns < 200000; ns += 20000) {
		EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
		clock_sleep_ns(ns);
		destroy(&copy);
	}
	destroy(&source);
}

TEST(process_snapshot, gets_capabilities_in_place_of_others)
{
	cptr_t one = make(OBJECT_NOTIFICATION, 0), two = make(OBJECT_NOTIFICATION, 0);
	struct process_cap caps[] = {{"bell", one, RIGHT_WRITE, 1}};
	struct process_options options = {.caps = caps, .caps_count = 1};
	struct process_options other = {.flags = PROCESS_STOPPED};
	cptr_t slot = make_slot();

	start_with("ready", &options);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	caps[0] = (struct process_cap){"bell", two, RIGHT_READ, 0};
	other.caps = caps;
	other.caps_count = 1;
	EXPECT_EQ(process_snapshot(&source, &other, &copy), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_at(slot),
			  (struct cap_place){copy.cnode, STARTUP_SLOT_CAPS, 64}, RIGHTS_ALL),
		ST_OK);
	EXPECT_EQ(cap_info_rights(cap_info(slot)), RIGHT_READ);
	drop(slot);
	EXPECT_EQ(process_start(&copy), ST_OK);
	EXPECT_EQ(status_of(&copy), 6);
	destroy(&copy);
	caps[0].name = "another";
	EXPECT_EQ(process_snapshot(&source, &other, &copy), ST_NOT_FOUND);
	destroy(&source);
	drop(one);
	drop(two);
}

TEST(process_snapshot, refuses_what_it_cannot_make)
{
	struct process_options options = {.memory_bits = PROCESS_MEMORY_BITS_MIN - 1};

	start("twins");
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_BAD_STATE);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, &options, &copy), ST_INVALID_ARGS);
	options = (struct process_options){.cpu = 99};
	EXPECT_EQ(process_snapshot(&source, &options, &copy), ST_OUT_OF_RANGE);
	EXPECT_EQ(process_restart(&source), ST_BAD_STATE);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(next(&copy), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&copy, NULL, &third), ST_OK);
	EXPECT_EQ(process_kill(&third), ST_OK);
	EXPECT_EQ(process_restart(&third), ST_BAD_STATE);
	destroy(&third);
	destroy(&copy);
	destroy(&source);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_BAD_STATE);
	EXPECT_EQ(process_restart(&source), ST_BAD_STATE);
}

/* A golden process of which no clone could be made goes on, with all its threads. */
TEST(process_clone, that_fails_leaves_the_golden_one_as_it_was)
{
	struct process_options options = {.cpu = 99};

	start("pair");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, &options, &copy), ST_OUT_OF_RANGE);
	EXPECT_EQ(process_go(&source, 0), ST_OK);
	EXPECT_EQ(status_of(&source), GOOD);
	destroy(&source);
}

/* What is shared with a copy is what is mapped there, whatever the program was given there. */
TEST(process_snapshot, has_what_took_the_place_of_the_programs)
{
	start("replace");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(status_of(&copy), GOOD);
	destroy(&copy);
	EXPECT_EQ(process_go(&source, 0), ST_OK);
	EXPECT_EQ(status_of(&source), GOOD);
	destroy(&source);
}

static struct pool_info usage(struct process *process)
{
	struct pool_info info = {0};

	EXPECT_EQ(pool_info(process->pool, &info), ST_OK);
	return info;
}

/* How its life number `number` of "lives" ends. */
static void live(unsigned number)
{
	switch (number % 4) {
	case 1:
		EXPECT_EQ(next(&copy), PROCESS_CRASHED);
		break;
	case 3:
		EXPECT_EQ(next(&copy), PROCESS_WAITS);
		break;
	default:
		EXPECT_EQ(status_of(&copy), (int)number);
	}
}

TEST(process_restart, begins_each_life_as_the_first)
{
	cptr_t bell = make(OBJECT_NOTIFICATION, 0);
	const struct process_cap cap = {"bell", bell, RIGHT_WRITE, 1};
	struct process_options options = {.caps = &cap, .caps_count = 1};
	struct pool_info first = {0}, now;

	start_with("lives", &options);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (unsigned number = 1; number < LIVES; number++) {
		live(number);
		if (number == 5)
			first = usage(&copy);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	live(LIVES);
	now = usage(&copy);
	EXPECT(now.pages <= first.pages + 1 && now.tables <= first.tables + 2);
	destroy(&copy);
	destroy(&source);
	drop(bell);
}

TEST(process_restart, undoes_what_was_mapped_in_place)
{
	struct process_cap cap = {"book", 0, RIGHTS_ALL, 0};
	struct process_options options = {.caps = &cap, .caps_count = 1};

	REQUIRE(vmo_create(ROOT_SLOT_POOL, 2 * PAGE_SIZE, 0, &cap.cap) == ST_OK);
	EXPECT_EQ(vmo_write(cap.cap, "b", 0, 1), ST_OK);
	start_with("remap", &options);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (int number = 1; number <= LIVES; number++) {
		EXPECT_EQ(status_of(&copy), number);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	destroy(&copy);
	destroy(&source);
	drop(cap.cap);
}

/* What was made for threads before belongs to no thread of the copy's. */
TEST(process_restart, each_life_can_make_threads)
{
	REQUIRE(process_spawn("pthread_child", NULL, &source) == ST_OK);
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &third), ST_OK);
	EXPECT_EQ(status_of(&third), GOOD);
	destroy(&third);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (int life = 0; life < 4; life++) {
		EXPECT_EQ(status_of(&copy), GOOD);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	EXPECT_EQ(status_of(&copy), GOOD);
	destroy(&copy);
	destroy(&source);
}

TEST(process_restart, objects_from_before_are_as_new)
{
	start("timers");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (int life = 0; life < 4; life++) {
		EXPECT_EQ(status_of(&copy), GOOD);
		if (life % 2) /* or before it has gone off */
			clock_sleep_ns(20000000);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	EXPECT_EQ(status_of(&copy), GOOD);
	destroy(&copy);
	destroy(&source);
}

TEST(process_restart, while_it_runs_or_falls)
{
	start("ready");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (unsigned i = 1; i < FALLS; i++) {
		clock_sleep_ns(i * 7000);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	EXPECT_EQ(status_of(&copy), FALLS + 5);
	EXPECT_EQ(process_kill(&copy), ST_OK);
	EXPECT_EQ(process_restart(&copy), ST_OK);
	EXPECT_EQ(status_of(&copy), FALLS + 6);
	destroy(&copy);
	destroy(&source);
}

TEST(process_restart, takes_the_other_threads_back_too)
{
	start("pair");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(process_clone(&source, NULL, &third), ST_OK);
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(status_of(&copy), GOOD);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	EXPECT_EQ(status_of(&copy), GOOD);
	EXPECT_EQ(status_of(&third), GOOD);
	destroy(&third);
	destroy(&copy);
	destroy(&source);
}

TEST(process_restart, with_memory_of_the_programs_making)
{
	start("heap");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_clone(&source, NULL, &copy), ST_OK);
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(status_of(&copy), GOOD);
		EXPECT_EQ(process_restart(&copy), ST_OK);
	}
	destroy(&copy);
	destroy(&source);
}

/* Each has a Pool of its own, and holds pages of those before. */
TEST(process_snapshot, of_four_pools_is_the_last)
{
	start("twins");
	EXPECT_EQ(next(&source), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&source, NULL, &copy), ST_OK);
	EXPECT_EQ(next(&copy), PROCESS_WAITS);
	EXPECT_EQ(process_snapshot(&copy, NULL, &third), ST_OK);
	EXPECT_EQ(process_snapshot(&third, NULL, &fourth), ST_OK);
	EXPECT_EQ(process_snapshot(&fourth, NULL, &fifth), ST_NO_RESOURCES);
	destroy(&fourth);
	destroy(&third);
	destroy(&copy);
	destroy(&source);
}
