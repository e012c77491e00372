/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The derivation tree, written as a tour around it.
 *
 *	      A                  Each capability has two brackets in one circular list, in
 *	     / \                 the order in which one meets them walking around the tree
 *	    B   E                with the left hand on it:
 *	   / \
 *	  C   D                  (A (B (C C) (D D) B) (E E) A)
 *
 * What stands between the brackets of a capability is derived from it. So
 *
 *	insert a child    its two brackets go right behind the parent's opening one
 *	remove            unlink the two brackets: the children are then the parent's
 *	move, swap        other names for the same brackets
 *	has children      is the closing bracket next to the opening one?
 *	revoke            what stands between, from the end
 *
 * and nothing but revoke depends on the size of the tree. Depth, counts, parents are
 * not stored: nobody asks. A root is a circle of its own; when a root with children
 * goes, they are several roots in one circle. So no link is ever empty, and nothing
 * here branches.
 *
 * Invariants (tour_check, and the tests' own walk): a bracket's neighbours name it;
 * brackets are balanced; the slot of each is not empty; a slot that is not empty is in
 * one circle.
 */
#pragma once

#include "cap/cap.h"

_Static_assert(DIRECT_BASE % SLOT_PA_END == 0, "a link is bits of the address as they are");

static inline link_t link_open(const struct slot *slot)
{
	return (link_t)((uintptr_t)slot >> LINK_ALIGN_BITS); /* the base's bits fall off */
}

static inline link_t link_close(const struct slot *slot)
{
	return link_open(slot) | 1;
}

static inline bool link_is_close(link_t link)
{
	return link & 1;
}

static inline struct bracket *link_bracket(link_t link)
{
	return pa_to_va((paddr_t)link << LINK_ALIGN_BITS);
}

static inline struct slot *link_slot(link_t link)
{
	return pa_to_va(align_down((paddr_t)link << LINK_ALIGN_BITS, SLOT_BYTES));
}

static inline bool tour_has_children(const struct slot *slot)
{
	return slot->open.next != link_close(slot);
}

/* tour_last_child: NULL if there is none. */
static inline struct slot *tour_last_child(const struct slot *slot)
{
	return tour_has_children(slot) ? link_slot(slot->close.prev) : NULL;
}

/* tour_first_child: NULL if there is none. */
static inline struct slot *tour_first_child(const struct slot *slot)
{
	return tour_has_children(slot) ? link_slot(slot->open.next) : NULL;
}

/* tour_insert_root: make the slot a tree of its own. */
static inline void tour_insert_root(struct slot *slot)
{
	slot->open = (struct bracket){link_close(slot), link_close(slot)};
	slot->close = (struct bracket){link_open(slot), link_open(slot)};
}

/* tour_insert: make the slot the first child of `parent`. */
static inline void tour_insert(struct slot *parent, struct slot *slot)
{
	link_t behind = parent->open.next;

	slot->open = (struct bracket){link_open(parent), link_close(slot)};
	slot->close = (struct bracket){link_open(slot), behind};
	link_bracket(behind)->prev = link_close(slot);
	parent->open.next = link_open(slot);
}

/* tour_remove: take the slot out; its children take its place. Its links are stale then.
 */
static inline void tour_remove(struct slot *slot)
{
	struct bracket open = slot->open, close;

	link_bracket(open.prev)->next = open.next;
	link_bracket(open.next)->prev = open.prev;
	close = slot->close; /* not before: without children the line above changed it */
	link_bracket(close.prev)->next = close.next;
	link_bracket(close.next)->prev = close.prev;
}

/* tour_move: put `to` where `from` is. */
void tour_move(struct slot *to, struct slot *from);

/* tour_swap: exchange the places of two slots. */
void tour_swap(struct slot *a, struct slot *b);

/* tour_make_first: make a slot, with all below it, the first child of `parent`. */
void tour_make_first(struct slot *parent, struct slot *slot);

/*
 * tour_check: whether the circle through `slot` keeps the invariants as far as a walk
 * without memory can tell; `brackets_max` bounds it.
 */
bool tour_check(const struct slot *slot, uint64_t brackets_max);
