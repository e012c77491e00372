/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Interrupt lines as capabilities; tests/target/irq_comes lets interrupts come on them. */
#include "libsys/boot.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "objects.h"

static word_t last_line(void)
{
	return boot_info()->irq_lines - 1;
}

TEST(irq_claim, gives_each_line_once)
{
	cptr_t irq = make_slot(), copy = make_slot(), other = make_slot();

	for (word_t line = 32; line <= last_line(); line++) {
		enum irq_trigger trigger = line % 2 ? IRQ_EDGE : IRQ_LEVEL;

		EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, line, trigger, irq), ST_OK);
		EXPECT_EQ(cap_info_type(cap_info(irq)), OBJECT_IRQ);
		EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, line, trigger, other),
			ST_ALREADY_BOUND);
		EXPECT_EQ(cap_copy(copy, irq, RIGHTS_ALL), ST_OK);
		EXPECT_EQ(cap_delete(irq), ST_OK);
		EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, line, trigger, other),
			ST_ALREADY_BOUND);
		EXPECT_EQ(cap_delete(copy), ST_OK);
	}
	drop(irq);
	drop(copy);
	drop(other);
}

TEST(irq_claim, all_lines_at_once_and_revoke_takes_them)
{
	cptr_t cnode = make(OBJECT_CNODE, 10);

	for (word_t line = 32; line <= last_line(); line++)
		EXPECT_EQ(sys_irq_claim(ROOT_SLOT_IRQ_CONTROL, line, IRQ_LEVEL, cnode, line),
			ST_OK);
	EXPECT_EQ(cap_revoke(ROOT_SLOT_IRQ_CONTROL), ST_OK);
	for (word_t line = 32; line <= last_line(); line++)
		EXPECT_EQ(sys_irq_claim(ROOT_SLOT_IRQ_CONTROL, line, IRQ_EDGE, cnode, line),
			ST_OK);
	drop(cnode);
}

TEST(irq_claim, refuses)
{
	cptr_t slot = make_slot(), empty = make_slot(), cnode = make(OBJECT_CNODE, 4);
	const cptr_t control = ROOT_SLOT_IRQ_CONTROL;

	EXPECT_EQ(irq_claim(control, 0, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(irq_claim(control, 27, IRQ_LEVEL, slot), ST_OUT_OF_RANGE); /* the timer */
	EXPECT_EQ(irq_claim(control, 31, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(irq_claim(control, last_line() + 1, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(irq_claim(control, 1023, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(irq_claim(control, UINT64_MAX, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(irq_claim(control, ((word_t)1 << 32) + 40, IRQ_LEVEL, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_irq_claim(control, 40, 2, ROOT_SLOT_CNODE, slot), ST_INVALID_ARGS);
	EXPECT_EQ(
		sys_irq_claim(control, 40, UINT64_MAX, ROOT_SLOT_CNODE, slot), ST_INVALID_ARGS);
	EXPECT_EQ(irq_claim(control, 40, IRQ_LEVEL, cnode), ST_ALREADY_EXISTS);
	EXPECT_EQ(irq_claim(empty, 40, IRQ_LEVEL, slot), ST_BAD_HANDLE);
	EXPECT_EQ(irq_claim(cnode, 40, IRQ_LEVEL, slot), ST_WRONG_TYPE);
	EXPECT_EQ(irq_claim(1 << ROOT_CNODE_BITS, 40, IRQ_LEVEL, slot), ST_NOT_FOUND);
	EXPECT_EQ(irq_claim(control, 40, IRQ_LEVEL, 1 << ROOT_CNODE_BITS), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_irq_claim(control, 40, IRQ_LEVEL, cnode, 16), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_irq_claim(control, 40, IRQ_LEVEL, empty, 0), ST_BAD_HANDLE);
	EXPECT_EQ(sys_irq_claim(control, 40, IRQ_LEVEL, control, 0), ST_WRONG_TYPE);
	EXPECT(is_empty(slot));
	EXPECT_EQ(irq_claim(control, 40, IRQ_LEVEL, slot), ST_OK);
	drop(slot);
	drop(empty);
	drop(cnode);
}

TEST(irq_bind, holds_the_notification_until_another_or_none)
{
	cptr_t irq = make_slot(), first = make(OBJECT_NOTIFICATION, 0);
	cptr_t second = make(OBJECT_NOTIFICATION, 0);

	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, last_line(), IRQ_EDGE, irq), ST_OK);
	EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
	EXPECT_EQ(irq_bind(irq, 0), ST_OK);
	EXPECT_EQ(irq_bind(irq, first), ST_OK);
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT_EQ(cap_delete(first), ST_OK); /* the line holds the last one */
	EXPECT_EQ(irq_ack(irq), ST_OK);
	EXPECT_EQ(irq_bind(irq, second), ST_OK);
	EXPECT_EQ(irq_bind(irq, second), ST_OK);
	EXPECT_EQ(cap_revoke(second), ST_OK);
	EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
	EXPECT_EQ(irq_bind(irq, second), ST_OK);
	EXPECT_EQ(irq_bind(irq, 0), ST_OK);
	EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
	drop(irq);
	drop(first);
	drop(second);
}

/* What a line held goes with its last capability. */
TEST(irq_bind, ends_with_the_lines_last_capability)
{
	cptr_t irq = make_slot(), notification = make(OBJECT_NOTIFICATION, 0);

	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, 50, IRQ_EDGE, irq), ST_OK);
		EXPECT_EQ(irq_bind(irq, notification), ST_OK);
		EXPECT_EQ(cap_delete(irq), ST_OK);
		EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, 50, IRQ_EDGE, irq), ST_OK);
		EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
		EXPECT_EQ(cap_delete(irq), ST_OK);
	}
	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, 50, IRQ_EDGE, irq), ST_OK);
	EXPECT_EQ(irq_bind(irq, notification), ST_OK);
	EXPECT_EQ(cap_delete(notification), ST_OK);
	drop(irq);
	drop(notification);
}

TEST(irq_bind, refuses)
{
	cptr_t irq = make_slot(), notification = make(OBJECT_NOTIFICATION, 0);
	cptr_t readable = make_slot(), empty = make_slot();

	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, 50, IRQ_LEVEL, irq), ST_OK);
	EXPECT_EQ(cap_copy(readable, notification, RIGHT_READ), ST_OK);
	EXPECT_EQ(irq_bind(irq, readable), ST_ACCESS_DENIED);
	EXPECT_EQ(irq_bind(irq, empty), ST_BAD_HANDLE);
	EXPECT_EQ(irq_bind(irq, irq), ST_WRONG_TYPE);
	EXPECT_EQ(irq_bind(irq, 1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	EXPECT_EQ(irq_bind(empty, notification), ST_BAD_HANDLE);
	EXPECT_EQ(irq_bind(notification, notification), ST_WRONG_TYPE);
	EXPECT_EQ(irq_bind(1 << ROOT_CNODE_BITS, notification), ST_NOT_FOUND);
	EXPECT_EQ(irq_ack(empty), ST_BAD_HANDLE);
	EXPECT_EQ(irq_ack(notification), ST_WRONG_TYPE);
	EXPECT_EQ(irq_ack(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	EXPECT_EQ(irq_ack(irq), ST_BAD_STATE);
	drop(irq);
	drop(readable);
	drop(empty);
	drop(notification);
}
