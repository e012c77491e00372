/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Interrupts that come: the script irq_comes stands behind QEMU and moves the interrupt
 * controller's input lines when a line "@ raise N" or "@ lower N" asks for it; it types a byte
 * when that is done.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "objects.h"

enum { LINE = 200, MS = 1000000, STACK_SIZE = 16384, BIT = 1 << 5 };

#define SURELY (UINT64_C(10000) * MS)

static cptr_t irq, notification, badged, timer;

static void move(const char *how)
{
	while (sys_debug_read() >= 0)
		;
	printf("@ %s %d\n", how, LINE);
	while (sys_debug_read() < 0)
		clock_sleep_ns(MS);
}

static bool comes_within(uint64_t ns)
{
	word_t bits;
	status_t st = notification_wait_until(notification, timer, clock_ns() + ns, &bits);

	EXPECT(st == ST_TIMED_OUT || (st == ST_OK && bits == BIT));
	return st == ST_OK;
}

static void set_up(enum irq_trigger trigger)
{
	irq = make_slot();
	badged = make_slot();
	notification = make(OBJECT_NOTIFICATION, 0);
	timer = make(OBJECT_TIMER, 0);
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	EXPECT_EQ(cap_mint(badged, notification, RIGHTS_ALL, BIT), ST_OK);
	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, LINE, trigger, irq), ST_OK);
}

static void tear_down(void)
{
	drop(irq);
	drop(badged);
	drop(notification);
	drop(timer);
}

TEST(level, comes_until_the_device_lowers_it)
{
	set_up(IRQ_LEVEL);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT(!comes_within(20 * MS));
	move("raise");
	EXPECT(comes_within(SURELY));
	EXPECT(!comes_within(20 * MS)); /* masked */
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(comes_within(SURELY)); /* still raised */
	move("lower");
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(!comes_within(20 * MS));
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(!comes_within(20 * MS));
	tear_down();
}

TEST(level, raised_and_lowered_while_masked_is_forgotten)
{
	set_up(IRQ_LEVEL);
	move("raise");
	move("lower");
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT(!comes_within(20 * MS));
	tear_down();
}

TEST(edge, comes_once_for_each_rise)
{
	set_up(IRQ_EDGE);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	for (int i = 0; i < 3; i++) {
		move("raise");
		EXPECT(comes_within(SURELY));
		EXPECT_EQ(irq_ack(irq), ST_OK);
		EXPECT(!comes_within(20 * MS)); /* it is still up: that is no edge */
		move("lower");
	}
	tear_down();
}

TEST(edge, that_comes_while_masked_is_kept_until_the_acknowledgement)
{
	set_up(IRQ_EDGE);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	move("raise");
	EXPECT(comes_within(SURELY));
	move("lower");
	move("raise"); /* before irq_ack */
	move("lower");
	EXPECT(!comes_within(20 * MS));
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(comes_within(SURELY));
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(!comes_within(20 * MS));
	tear_down();
}

/* What the last owner did not see is not for the next one. */
TEST(edge, of_an_earlier_owner_is_forgotten_with_the_claim)
{
	set_up(IRQ_EDGE);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT_EQ(irq_bind(irq, 0), ST_OK);
	move("raise");
	move("lower");
	EXPECT_EQ(cap_delete(irq), ST_OK);
	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, LINE, IRQ_EDGE, irq), ST_OK);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT(!comes_within(20 * MS));
	tear_down();
}

TEST(bind, to_another_notification_keeps_an_edge)
{
	set_up(IRQ_EDGE);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	move("raise");
	EXPECT(comes_within(SURELY));
	move("lower");
	move("raise");
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT(comes_within(SURELY));
	move("lower");
	tear_down();
}

TEST(unclaimed, lines_do_not_come)
{
	int64_t irqs, spurious;

	set_up(IRQ_LEVEL);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT_EQ(cap_delete(irq), ST_OK);
	spurious = sys_debug_count(DEBUG_SPURIOUS);
	move("raise");
	irqs = sys_debug_count(DEBUG_IRQS);
	clock_sleep_ns(20 * MS);
	EXPECT(sys_debug_count(DEBUG_IRQS) <= irqs + 20); /* no storm */
	EXPECT_EQ(sys_debug_count(DEBUG_SPURIOUS), spurious);
	move("lower");
	tear_down();
}

/* The notification went: the interrupt comes once more, is counted, and the line masked. */
TEST(unbound, by_revocation_comes_once_and_is_counted)
{
	int64_t spurious = sys_debug_count(DEBUG_SPURIOUS), irqs;

	set_up(IRQ_LEVEL);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT_EQ(cap_revoke(badged), ST_OK);
	move("raise");
	clock_sleep_ns(20 * MS);
	EXPECT_EQ(sys_debug_count(DEBUG_SPURIOUS), spurious + 1);
	irqs = sys_debug_count(DEBUG_IRQS);
	clock_sleep_ns(20 * MS);
	EXPECT(sys_debug_count(DEBUG_IRQS) <= irqs + 20);
	EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
	EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	EXPECT(comes_within(SURELY));
	move("lower");
	tear_down();
}

static _Alignas(16) char stack[STACK_SIZE];
static int64_t spurious_there;

static void look_there(void *argument)
{
	if (argument)
		EXPECT_EQ(irq_bind(irq, badged), ST_OK);
	spurious_there = sys_debug_count(DEBUG_SPURIOUS);
}

/* Run look_there() on the last CPU. */
static int64_t look(bool bind)
{
	struct thread_options options = {.stack = stack,
		.stack_size = sizeof(stack),
		.priority = 10,
		.cpu = boot_info()->cpus_online - 1};
	cptr_t thread;

	REQUIRE(thread_start(look_there, bind ? &options : NULL, &options, &thread) == ST_OK);
	EXPECT_EQ(thread_join(thread), ST_OK);
	EXPECT_EQ(thread_delete(thread), ST_OK);
	return spurious_there;
}

/* An interrupt that finds nothing to signal is counted where it comes. */
TEST(bind, decides_which_cpu_is_interrupted)
{
	int64_t there, here;

	set_up(IRQ_LEVEL);
	there = look(true);
	here = sys_debug_count(DEBUG_SPURIOUS);
	move("raise");
	EXPECT(comes_within(SURELY));
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT(comes_within(SURELY));
	move("lower");
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT_EQ(cap_revoke(badged), ST_OK);
	move("raise");
	clock_sleep_ns(20 * MS);
	EXPECT_EQ(look(false), there + 1);
	EXPECT_EQ(sys_debug_count(DEBUG_SPURIOUS),
		boot_info()->cpus_online > 1 ? here : here + 1);
	move("lower");
	tear_down();
}
