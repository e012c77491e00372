/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/list.h"

#include "test.h"

struct item {
	int value;
	struct list link;
};

static int nth(struct list *head, int n)
{
	list_for_each (link, head)
		if (n-- == 0)
			return list_entry(link, struct item, link)->value;
	return -1;
}

TEST(list, appends_in_order_and_inserts_behind)
{
	struct list head;
	struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3};

	list_init(&head);
	EXPECT(list_is_empty(&head));
	list_append(&head, &a.link);
	list_append(&head, &c.link);
	list_insert_after(&a.link, &b.link);
	EXPECT_EQ(nth(&head, 0), 1);
	EXPECT_EQ(nth(&head, 1), 2);
	EXPECT_EQ(nth(&head, 2), 3);
	EXPECT_EQ(nth(&head, 3), -1);
}

TEST(list, removing_twice_harms_nobody)
{
	struct list head;
	struct item a = {.value = 1}, b = {.value = 2};

	list_init(&head);
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_remove(&a.link);
	list_remove(&a.link);
	EXPECT_EQ(nth(&head, 0), 2);
	list_remove(&b.link);
	EXPECT(list_is_empty(&head));
}
