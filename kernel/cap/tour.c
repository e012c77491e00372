/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/tour.h"

static void join(link_t link)
{
	const struct bracket *bracket = link_bracket(link);

	link_bracket(bracket->prev)->next = link;
	link_bracket(bracket->next)->prev = link;
}

/*
 * The closing bracket is copied after the neighbours of the opening one were told: they
 * may be the closing one itself.
 */
void tour_move(struct slot *to, struct slot *from)
{
	to->open = from->open;
	join(link_open(to));
	to->close = from->close;
	join(link_close(to));
}

/* What a link becomes when the slots that `change` tells apart exchange their names. */
static link_t renamed(link_t link, link_t a, link_t change)
{
	link_t slot = link & ~(link_t)1;

	return slot == a || slot == (a ^ change) ? link ^ change : link;
}

static struct bracket renamed_bracket(struct bracket bracket, link_t a, link_t change)
{
	return (struct bracket){
		renamed(bracket.prev, a, change), renamed(bracket.next, a, change)};
}

void tour_swap(struct slot *a, struct slot *b)
{
	link_t name = link_open(a), change = link_open(a) ^ link_open(b);
	struct bracket open = a->open, close = a->close;

	a->open = renamed_bracket(b->open, name, change);
	a->close = renamed_bracket(b->close, name, change);
	b->open = renamed_bracket(open, name, change);
	b->close = renamed_bracket(close, name, change);
	join(link_open(a));
	join(link_close(a));
	join(link_open(b));
	join(link_close(b));
}

void tour_make_first(struct slot *parent, struct slot *slot)
{
	link_t before = slot->open.prev, behind = slot->close.next;

	link_bracket(before)->next = behind;
	link_bracket(behind)->prev = before;
	behind = parent->open.next;
	slot->open.prev = link_open(parent);
	slot->close.next = behind;
	link_bracket(behind)->prev = link_close(slot);
	parent->open.next = link_open(slot);
}

bool tour_check(const struct slot *slot, uint64_t brackets_max)
{
	link_t first = link_open(slot), link = first;
	int64_t balance = 0;

	do {
		const struct bracket *bracket = link_bracket(link);

		if (brackets_max-- == 0 || slot_is_empty(link_slot(link)) ||
			link_bracket(bracket->next)->prev != link)
			return false;
		balance += link_is_close(link) ? -1 : 1;
		link = bracket->next;
	} while (link != first);
	return balance == 0;
}
