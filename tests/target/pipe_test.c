/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The shell's pipes, with programs at their ends that do not behave. */
#include <pthread.h>
#include <stdint.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/stream.h"
#include "libsys/untyped.h"
#include "shell.h"
#include "test.h"

enum { WRITERS = 3, READERS = 3, EACH = 24000, QUIT = 0x2ff };

static struct pipe *pipe_;
static cptr_t lent; /* as a program has it */

static void open_pipe(void)
{
	pipe_ = pipe_open();
	REQUIRE(pipe_);
	lent = slot_alloc();
	REQUIRE(cap_mint(lent, pipe_endpoint(pipe_), RIGHT_WRITE | RIGHT_GRANT_REPLY, 1) ==
		ST_OK);
}

static void close_pipe(void)
{
	EXPECT_EQ(object_delete(lent), ST_OK);
	pipe_close(pipe_);
}

static pthread_t start(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, function, argument) == 0);
	return thread;
}

static uintptr_t join(pthread_t thread)
{
	void *result = NULL;

	EXPECT_EQ(pthread_join(thread, &result), 0);
	return (uintptr_t)result;
}

static void *write_letters(void *letter)
{
	char text[EACH];

	memset(text, (int)(uintptr_t)letter, sizeof(text));
	return (void *)stream_write(lent, text, sizeof(text));
}

static void *read_until_end(void *counts)
{
	char text[STREAM_MAX];
	int64_t some;

	while ((some = stream_read(lent, STREAM_READ, text, sizeof(text))) > 0)
		for (int64_t i = 0; i < some; i++)
			__atomic_add_fetch((int *)counts + text[i] - 'a', 1, __ATOMIC_RELAXED);
	return (void *)some;
}

/* Once before the first test: what is made is kept. */
static void share_pipe(int counts[WRITERS])
{
	pthread_t writers[WRITERS], readers[READERS];

	open_pipe();
	for (uintptr_t i = 0; i < WRITERS; i++) /* more than goes in */
		writers[i] = start(write_letters, (void *)('a' + i));
	for (int i = 0; i < READERS; i++)
		readers[i] = start(read_until_end, counts);
	for (int i = 0; i < WRITERS; i++)
		EXPECT_EQ(join(writers[i]), EACH);
	pipe_end(pipe_);
	for (int i = 0; i < READERS; i++)
		EXPECT_EQ(join(readers[i]), 0);
	close_pipe();
}

__attribute__((constructor)) static void make_objects(void)
{
	int counts[WRITERS] = {0};

	share_pipe(counts);
}

TEST(pipe, several_may_write_and_read_at_once)
{
	int counts[WRITERS] = {0};

	share_pipe(counts);
	for (int i = 0; i < WRITERS; i++)
		EXPECT_EQ(counts[i], EACH);
}

TEST(pipe, is_not_ended_by_who_writes_to_it)
{
	const struct message end = {.tag = tag_make(STREAM_END, 0, 0)};
	const struct message quit = {.tag = tag_make(QUIT, 0, 0)};
	char text[4];

	open_pipe();
	EXPECT_EQ(ipc_send(lent, &end), ST_OK);
	EXPECT_EQ(ipc_send(lent, &quit), ST_OK);
	EXPECT_EQ(stream_write(lent, "text", 4), 4);
	EXPECT_EQ(stream_read(lent, STREAM_READ, text, sizeof(text)), 4);
	close_pipe();
}

TEST(pipe, takes_no_more_bytes_than_there_are)
{
	struct message m = {.tag = tag_make(STREAM_WRITE, 2, 0), .words = {STREAM_MAX, 'x'}};
	char text[STREAM_MAX];

	open_pipe();
	EXPECT_EQ(ipc_call(lent, &m), ST_OK);
	EXPECT_EQ(m.words[0], sizeof(word_t));
	EXPECT_EQ(
		stream_read(lent, STREAM_READ, text, sizeof(text)), (long long)sizeof(word_t));
	EXPECT_EQ(text[0], 'x');
	close_pipe();
}

static uint64_t untyped_left(void)
{
	uint64_t left = 0;

	for (uint32_t i = 0; i < boot_info()->untyped_count; i++)
		left += (uint64_t)untyped_free(boot_info()->untyped_first + i);
	return left;
}

TEST(pipe, costs_nothing_the_second_time)
{
	uint64_t left;

	open_pipe();
	close_pipe();
	left = untyped_left();
	for (int i = 0; i < 10; i++) {
		open_pipe();
		close_pipe();
	}
	EXPECT_EQ(untyped_left(), left);
}
