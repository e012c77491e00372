/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The console's line driven by interrupts. The script serial_input types what "@ type N" asks
 * for, and looks at what comes back.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/drivers/mmio.h"
#include "libsys/drivers/serial.h"
#include "libsys/notification.h"
#include "libsys/timer.h"
#include "objects.h"

enum { BIT = 1 << 3, TYPED = 10000, SENT = 20000, LINE = 50 };

#define SURELY UINT64_C(30000000000)

static struct serial line;
static cptr_t notification, badged, timer;

static void set_up(void)
{
	notification = make(OBJECT_NOTIFICATION, 0);
	timer = make(OBJECT_TIMER, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, notification, RIGHTS_ALL, BIT), ST_OK);
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	REQUIRE(serial_open(serial_console(), badged, &line) == ST_OK);
}

static void tear_down(void)
{
	serial_close(&line);
	drop(badged);
	drop(timer);
	drop(notification);
}

static bool wait(uint64_t deadline)
{
	word_t bits;
	status_t st = notification_wait_until(notification, timer, deadline, &bits);

	if (st == ST_OK)
		serial_interrupt(&line);
	return st == ST_OK;
}

/* The script's pattern: printable, and each place another one than its neighbours. */
static uint8_t pattern(unsigned at)
{
	return (uint8_t)('!' + at * 7 % 90);
}

static unsigned receive(unsigned count)
{
	uint64_t deadline = clock_ns() + SURELY;
	unsigned got = 0, wrong = 0;

	while (got < count) {
		uint8_t text[100];
		size_t size = serial_read(&line, text, sizeof(text));

		for (size_t i = 0; i < size; i++)
			wrong += text[i] != pattern(got++);
		if (size == 0 && !wait(deadline))
			break;
	}
	EXPECT_EQ(wrong, 0);
	return got;
}

static void send_all(const char *text, size_t size)
{
	uint64_t deadline = clock_ns() + SURELY;

	while (size > 0) {
		size_t some = serial_write(&line, text, size);

		text += some;
		size -= some;
		if (some == 0 && !wait(deadline))
			break;
	}
	EXPECT_EQ(size, 0);
}

static void drain(void)
{
	uint64_t deadline = clock_ns() + SURELY;

	while (serial_unsent(&line) > 0 && wait(deadline))
		;
	EXPECT_EQ(serial_unsent(&line), 0);
}

/* Ten thousand bytes at once: what has no room waits with the sender, and none is lost. */
TEST(serial, receives_what_is_typed_by_interrupts)
{
	set_up();
	printf("@ type %d\n", TYPED);
	EXPECT_EQ(receive(TYPED), TYPED);
	EXPECT_EQ(line.lost, 0);
	tear_down();
}

TEST(serial, sends_more_than_fits_by_interrupts)
{
	static char text[SENT];

	for (unsigned i = 0; i < SENT; i++)
		text[i] = i % LINE == LINE - 1 ? '\n' : (char)pattern(i);
	set_up();
	EXPECT_EQ(serial_room(&line), SERIAL_BUFFER);
	send_all(text, sizeof(text));
	drain();
	tear_down();
	printf("\n@ sent %d\n", SENT);
}

/* The kernel's own words and the driver's share the line: both come through whole. */
TEST(serial, shares_the_line_with_the_kernels_console)
{
	set_up();
	for (int i = 0; i < 10; i++) {
		char text[32];
		int length = snprintf(text, sizeof(text), "# by interrupt %d\n", i);

		send_all(text, (size_t)length);
		drain();
		printf("# by polling %d\n", i);
	}
	tear_down();
}

TEST(serial, refuses_what_is_no_line)
{
	cptr_t own = make(OBJECT_NOTIFICATION, 0);

	EXPECT_EQ(serial_open(tree_find("/chosen"), own, &line), ST_NOT_SUPPORTED);
	EXPECT_EQ(serial_open(TREE_NONE, own, &line), ST_NOT_SUPPORTED);
	EXPECT_EQ(serial_open(serial_console(), ROOT_SLOT_THREAD, &line), ST_WRONG_TYPE);
	drop(own);
}
