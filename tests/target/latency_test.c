/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What keeps interrupts masked for long if it is not cut into pieces. Here it must only work;
 * tools/bench boots this in the build that measures (arch/latency.h) and compares.
 */
#include <stdio.h>

#include "libsys/clock.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "libsys/timer.h"
#include "objects.h"

enum {
	MANY = RETYPE_MAX,
	WRITE_MAX = 4096,
	MEMORY_BITS = 20,
	SOON_NS = 20000000,
};

TEST(latency, retype_of_as_many_objects_as_can_be)
{
	static const enum object types[] = {OBJECT_THREAD, OBJECT_ENDPOINT, OBJECT_NOTIFICATION,
		OBJECT_REPLY, OBJECT_TIMER};
	cptr_t untyped = make(OBJECT_UNTYPED, MEMORY_BITS), first;

	REQUIRE(slots_alloc(MANY, &first) == ST_OK);
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		EXPECT_EQ(untyped_retype(untyped, types[i], 0, first, MANY), ST_OK);
		EXPECT_EQ(cap_revoke(untyped), ST_OK);
	}
	EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, 1, first, MANY), ST_OK);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_UNTYPED, 4, first, MANY), ST_OK);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	slots_free(first, MANY);
	drop(untyped);
}

TEST(latency, an_untyped_is_cleared_in_pieces)
{
	cptr_t untyped = make(OBJECT_UNTYPED, MEMORY_BITS), cnode = make_slot();

	EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, MEMORY_BITS - SLOT_BITS, cnode, 1),
		ST_OK);
	EXPECT_EQ(cap_delete(cnode), ST_OK);
	drop(cnode);
	drop(untyped);
}

TEST(latency, timers_that_are_due_at_once)
{
	cptr_t untyped = make(OBJECT_UNTYPED, MEMORY_BITS), first, notification = make_slot();
	uint64_t soon = clock_ns() + SOON_NS;
	word_t bits;

	REQUIRE(slots_alloc(MANY, &first) == ST_OK);
	REQUIRE(untyped_retype(untyped, OBJECT_NOTIFICATION, 0, notification, 1) == ST_OK);
	REQUIRE(untyped_retype(untyped, OBJECT_TIMER, 0, first, MANY) == ST_OK);
	for (unsigned i = 0; i < MANY; i++) {
		EXPECT_EQ(timer_bind(first + i, notification), ST_OK);
		EXPECT_EQ(timer_set(first + i, soon), ST_OK);
	}
	clock_sleep_until(soon + SOON_NS);
	for (unsigned i = 0; i < MANY; i++)
		EXPECT_EQ(timer_cancel(first + i), ST_NOT_FOUND);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	slots_free(first, MANY);
	slot_free(notification);
	drop(untyped);
}

TEST(latency, the_console_gets_all_of_a_long_text)
{
	static char text[WRITE_MAX];

	memset(text, '-', sizeof(text));
	text[0] = '#';
	text[sizeof(text) - 1] = '\n';
	fflush(stdout);
	for (size_t done = 0; done < sizeof(text);) {
		int64_t some = sys_debug_write((uaddr_t)text + done, sizeof(text) - done);

		REQUIRE(some > 0 || some == ST_SHOULD_WAIT);
		done += some > 0 ? (size_t)some : 0;
	}
}
