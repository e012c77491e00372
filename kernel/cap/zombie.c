/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A Zombie's capability: `aux` is the type that its object had. `data` has the next one
 * on the list in its upper half; in its lower one, how many slots are left (counted from
 * slot 0, which is last) if it is settled, the previous one on the list if it is exposed.
 * A settled one leaves the list at its head only, and an exposed one has not begun. The
 * list's links are those of closing brackets, so 0 ends it.
 */
#include "cap/zombie.h"

#include "cap/object.h"
#include "cap/tour.h"

static link_t dead; /* the list's head */

static uint32_t low_half(const struct slot *zombie)
{
	return (uint32_t)zombie->cap.data;
}

static link_t next_dead(const struct slot *zombie)
{
	return (link_t)(zombie->cap.data >> 32);
}

static void set_halves(struct slot *zombie, link_t next, uint32_t low)
{
	zombie->cap.data = (uint64_t)next << 32 | low;
}

/* Slot 0 of a Zombie's object. */
static struct slot *home(const struct slot *zombie)
{
	char *object = cap_object(&zombie->cap);

	return (void *)(object + object_types[zombie->cap.aux].slots_offset);
}

static bool is_exposed(const struct slot *slot)
{
	return slot->cap.type == OBJECT_ZOMBIE && slot != home(slot);
}

static uint32_t slot_count(unsigned type, const struct cap *cap)
{
	return type == OBJECT_CNODE ? (uint32_t)BIT(cap->size_bits) : object_types[type].slots;
}

bool zombie_has_slots(const struct cap *cap)
{
	return slot_count(cap->type, cap) > 0;
}

static void set_previous(link_t link, link_t previous)
{
	struct slot *zombie = link_slot(link);

	if (link && is_exposed(zombie))
		set_halves(zombie, next_dead(zombie), previous);
}

/* Put a Zombie at the head of the list. */
static void push(struct slot *zombie)
{
	uint32_t low = is_exposed(zombie) ? 0 : slot_count(zombie->cap.aux, &zombie->cap);

	set_previous(dead, link_close(zombie));
	set_halves(zombie, dead, low);
	dead = link_close(zombie);
}

/* Take an exposed Zombie off the list. */
static void unlink(const struct slot *zombie)
{
	link_t next = next_dead(zombie), previous = low_half(zombie);

	set_previous(next, previous);
	if (previous)
		set_halves(link_slot(previous), next, low_half(link_slot(previous)));
	else
		dead = next;
}

void zombie_make(struct slot *slot)
{
	slot->cap.aux = slot->cap.type;
	slot->cap.type = OBJECT_ZOMBIE;
	slot->cap.rights = 0;
	push(slot);
}

void zombie_hurry(struct slot *zombie)
{
	if (!is_exposed(zombie) || dead == link_close(zombie))
		return;
	unlink(zombie);
	push(zombie);
}

/*
 * Exchange a Zombie for what is in its own slot 0. That may be nothing, or any capability
 * if no program can name `slot`; even the Zombie of the object that `slot` stands in.
 */
static void settle(struct slot *slot)
{
	struct slot *own = home(slot);

	unlink(slot);
	if (is_exposed(own))
		unlink(own);
	cap_exchange(slot, own);
	push(own);
	if (slot->cap.type == OBJECT_ZOMBIE)
		push(slot);
}

/*
 * bury: one step towards an empty slot in a dead object.
 *
 *  => each step clears it, or makes one more object dead, or brings a Zombie home
 */
static status_t bury(struct slot *slot, struct work *work)
{
	if (slot->cap.type == OBJECT_ZOMBIE)
		settle(slot);
	else if (cap_delete_step(slot, work) != ST_OK)
		return CAP_AGAIN;
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

static status_t settle_step(struct slot *zombie, struct work *work)
{
	struct slot *own = home(zombie);

	if (!slot_is_empty(own))
		return bury(own, work);
	settle(zombie);
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

static status_t empty_step(struct slot *zombie, struct work *work)
{
	uint32_t left = low_half(zombie);
	bool stop = false;

	while (left > 1 && slot_is_empty(zombie + left - 1) && !stop) {
		left--;
		stop = preemption_point(work, WORK_EMPTY_SLOT);
	}
	set_halves(zombie, next_dead(zombie), left);
	if (stop)
		return CAP_AGAIN;
	if (left > 1)
		return bury(zombie + left - 1, work);
	dead = next_dead(zombie);
	set_previous(dead, 0);
	cap_clear(zombie);
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

status_t zombies_collect(struct work *work)
{
	while (dead) {
		struct slot *zombie = link_slot(dead);
		status_t st = is_exposed(zombie) ? settle_step(zombie, work) :
						   empty_step(zombie, work);

		if (st != ST_OK)
			return dead ? CAP_AGAIN : ST_OK;
	}
	return ST_OK;
}

bool zombies_pending(void)
{
	return dead != 0;
}

const struct slot *zombies_first(void)
{
	return dead ? link_slot(dead) : NULL;
}
