/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Every system call, every status of each; what a call must leave alone. */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/syscalls.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"
#include "test.h"

enum { PAGE = 4096 };

TEST(nop, returns_ok)
{
	EXPECT_EQ(sys_nop(), ST_OK);
}

TEST(syscall, unknown_numbers_are_refused)
{
	static const word_t numbers[] = {SYSCALL_COUNT, SYSCALL_COUNT + 1, SYSCALL_COUNT + 100,
		0x7fffffff, 0x80000000, UINT64_MAX, UINT64_MAX - 5, (word_t)1 << 32,
		(word_t)1 << 63};

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		EXPECT_EQ(sys_invalid(numbers[i]), ST_BAD_SYSCALL);
}

TEST(debug_write, says_how_much_it_wrote)
{
	static const char text[] = "# this line was written by the test\n";

	EXPECT_EQ(sys_debug_write((uaddr_t)text, sizeof(text) - 1), sizeof(text) - 1);
	EXPECT_EQ(sys_debug_write((uaddr_t)text, 0), 0);
	EXPECT_EQ(sys_debug_write(0, 0), 0);
}

TEST(debug_write, writes_part_of_what_is_long)
{
	static char text[PAGE];

	memset(text, '#', sizeof(text));
	EXPECT_EQ(sys_debug_write((uaddr_t)text, PAGE), 256);
	EXPECT_EQ(sys_debug_write((uaddr_t)text, UINT64_MAX), 256);
	putchar('\n');
}

TEST(debug_write, refuses_memory_that_is_not_the_programs)
{
	const struct bootinfo *info = boot_info();

	EXPECT_EQ(sys_debug_write(0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write((uaddr_t)1 << 48, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write(0xffffffff80000000, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write(0xffffff8000000000, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write(UINT64_MAX, 2), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write(info->stack_top - info->stack_size - 1, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_debug_write(info->stack_top, 1), ST_INVALID_ARGS);
}

TEST(debug_write, refuses_a_range_that_ends_outside)
{
	const struct bootinfo *info = boot_info();
	char *last = (char *)info->stack_top - 1;

	*last = '#';
	EXPECT_EQ(sys_debug_write(info->stack_top - 1, 2), ST_INVALID_ARGS);
	putchar('\n');
}

TEST(debug_read, says_when_nothing_was_typed)
{
	EXPECT_EQ(sys_debug_read(), ST_SHOULD_WAIT);
}

TEST(sleep_until, a_time_that_has_passed_does_not_wait)
{
	EXPECT_EQ(sys_sleep_until(0), ST_OK);
	EXPECT_EQ(sys_sleep_until(clock_ns()), ST_OK);
}

TEST(sleep_until, is_never_early)
{
	for (uint64_t ns = 1; ns < 20000000; ns *= 3) {
		uint64_t until = clock_ns() + ns;

		EXPECT_EQ(sys_sleep_until(until), ST_OK);
		EXPECT(clock_ns() >= until);
	}
}

TEST(clock, sleeps_at_least_as_long_as_asked)
{
	uint64_t before = clock_ns();

	clock_sleep_ns(1234567);
	EXPECT(clock_ns() - before >= 1234567);
	EXPECT_EQ(clock_frequency(), boot_info()->timer_frequency);
}

/* A timer that signals nothing still interrupts: only the kernel notices. */
TEST(timer, interrupts_a_program_that_computes)
{
	uint64_t soon = clock_ns() + 1000000, surely = soon + 200000000;
	volatile uint64_t work = 0;
	int64_t before;
	cptr_t timer;

	REQUIRE(object_create(OBJECT_TIMER, 0, &timer) == ST_OK);
	before = sys_debug_count(DEBUG_IRQS);
	EXPECT_EQ(timer_set(timer, soon), ST_OK);
	while (clock_ns() < surely)
		work++;
	EXPECT(sys_debug_count(DEBUG_IRQS) > before);
	EXPECT_EQ(timer_cancel(timer), ST_NOT_FOUND);
	EXPECT(work > 0);
	EXPECT_EQ(object_delete(timer), ST_OK);
}

TEST(debug_count, knows_its_counters)
{
	for (word_t what = 0; what < DEBUG_COUNTERS; what++)
		EXPECT(sys_debug_count(what) >= 0);
	EXPECT_EQ(sys_debug_count(DEBUG_COUNTERS), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_debug_count(UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_debug_count(DEBUG_CPU), 0);
}

/* registers.S: how many registers a system call changed that it must keep. */
extern uint64_t registers_changed_by_nop(void);

TEST(syscall, keeps_every_register_but_the_answer)
{
	EXPECT_EQ(registers_changed_by_nop(), 0);
}

TEST(status, has_a_name_and_a_meaning)
{
	EXPECT_TEXT(status_name(ST_NO_MEMORY), "NO_MEMORY");
	EXPECT_TEXT(status_name(ST_OK), "OK");
	EXPECT_TEXT(status_name(12345), "unknown status");
	EXPECT(strstr(status_text(ST_ACCESS_DENIED), "right"));
}

TEST(bootinfo, describes_the_machine)
{
	const struct bootinfo *info = boot_info();

	EXPECT_EQ(info->version, BOOTINFO_VERSION);
	EXPECT(info->board[0] != '\0' && info->board[BOOTINFO_BOARD_MAX - 1] == '\0');
	EXPECT(info->cpus >= 1 && info->cpus_online == info->cpus);
	EXPECT(info->memory_bytes >= 100u << 20);
	EXPECT(info->memory_free < info->memory_bytes);
	EXPECT(info->memory_free > info->memory_bytes / 10 * 9);
	EXPECT_EQ(info->memory_free % PAGE, 0);
}

TEST(bootinfo, archive_is_readable_and_holds_this_program)
{
	const struct bootinfo *info = boot_info();

	REQUIRE(info->archive && info->archive_size > PAGE);
	EXPECT_EQ(memcmp((const void *)info->archive, "070701", 6), 0);
	EXPECT_TEXT((const char *)info->archive + 110, "init");
}

TEST(bootinfo, device_tree_is_readable)
{
	const struct bootinfo *info = boot_info();

	REQUIRE(info->device_tree && info->device_tree_size > 40);
	EXPECT_EQ(memcmp((const void *)info->device_tree, "\xd0\x0d\xfe\xed", 4), 0);
}

TEST(bootinfo, boot_arguments_are_found_by_name)
{
	const char *value = NULL;

	EXPECT(boot_argument("tap", NULL));
	EXPECT(boot_argument("depth", &value) && strncmp(value, "3 ", 2) == 0);
	EXPECT(!boot_argument("dept", NULL));
	EXPECT(!boot_argument("ap", NULL));
	EXPECT(!boot_argument("missing", NULL));
}

TEST(stack, is_as_large_as_promised)
{
	const struct bootinfo *info = boot_info();
	volatile char *lowest = (volatile char *)(info->stack_top - info->stack_size);

	EXPECT_EQ(*lowest, 0);
	*lowest = 1;
	EXPECT_EQ(*lowest, 1);
}
