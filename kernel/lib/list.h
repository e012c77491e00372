/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A circular doubly linked list whose links stand in the elements.
 */
#pragma once

#include "lib/base.h"

struct list {
	struct list *next;
	struct list *prev;
};

static inline void list_init(struct list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

/* list_insert_after: put `item` behind `at`; with `at` the head, it becomes the first. */
static inline void list_insert_after(struct list *at, struct list *item)
{
	item->prev = at;
	item->next = at->next;
	at->next->prev = item;
	at->next = item;
}

/* list_append: put `item` last. */
static inline void list_append(struct list *head, struct list *item)
{
	list_insert_after(head->prev, item);
}

/* list_remove: take `item` out; it is then a list of its own, so removing twice is safe. */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

#define list_entry(link, type, member) container_of(link, type, member)

#define list_for_each(item, head) \
	for (struct list *item = (head)->next; item != (head); item = item->next)
