/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Objects with slots (CNodes, threads) on their way out.
 *
 * When the last capability to such an object is deleted, it becomes a Zombie: nothing can
 * name the object any more, but its slots are still full. It stays in the derivation
 * tree, so that its memory stays taken, until they are empty.
 *
 *	 slot s       object C                    s         C
 *	+-------+    +---+---+---+---+          +-----+   +-------+---+---+---+
 *	| Z(C) -+--->| a | b | c | d |   ==>    |     |   | Z(C)  | b | c | d |
 *	+-------+    +---+---+---+---+          +-----+   +-------+---+---+---+
 *	 exposed      slot 0 goes first           free     settled: C goes by itself
 *
 * All Zombies are on a list, linked through their capabilities, and worked off from
 * its head. An exposed one is brought home first: its slot 0 is emptied, it moves
 * there, and s is out of the matter. A settled one's slots are emptied from the last
 * to the first, where it stands itself.
 *
 * An object D whose last capability stands in a dead object C is not descended into:
 * it becomes a Zombie, too, and since no program can name that slot of C, it changes
 * places with whatever is in D's slot 0, and what came from there is gone on with.
 * Each such step makes a live object dead or a Zombie settled, so this ends. It needs
 * no stack for a chain of CNodes, and a cycle is nothing special: a CNode's capability
 * to itself or to one that holds it is found, cleared or exchanged like others.
 *
 * A program sees an exposed Zombie as a slot that is not free yet; it can delete it,
 * that is go on deleting. Nothing is lost if it does not: whoever next destroys an
 * object with slots goes on with the list for a while, and every revoke, who needs their
 * memory, and zombies_collect() when idle work off the whole of it. Who deletes waits for
 * its own slot alone, whatever others have left.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

/* zombie_has_slots: whether the object of this capability has slots to be emptied. */
bool zombie_has_slots(const struct cap *cap);

/* zombie_make: turn an object's last capability into a Zombie. */
void zombie_make(struct slot *slot);

/* zombie_hurry: an exposed Zombie comes first from now on. */
void zombie_hurry(struct slot *zombie);

/* zombies_collect: empty the dead objects on the list; ST_OK when none is left. */
must_check status_t zombies_collect(struct work *work);

/* zombies_pending: whether there are any. */
bool zombies_pending(void);

/* zombies_first: the Zombie at the head of the list, NULL if none; for walks. */
const struct slot *zombies_first(void);

/* cap_delete_step: delete.c's: clear a slot, or make a Zombie in it; CAP_AGAIN. */
must_check status_t cap_delete_step(struct slot *slot, struct work *work);
