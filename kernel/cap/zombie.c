/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A Zombie's capability: `aux` is the type that its object had; `data` holds how many
 * slots are left to be emptied (counted from slot 0, which is last) and the link of the
 * next Zombie on the list. The list's links are those of closing brackets, so 0 ends it.
 */
#include "cap/zombie.h"

#include "cap/object.h"
#include "cap/tour.h"

static link_t dead; /* the list's head */

static uint32_t slots_left(const struct slot *zombie)
{
	return (uint32_t)zombie->cap.data;
}

static link_t next_dead(const struct slot *zombie)
{
	return (link_t)(zombie->cap.data >> 32);
}

static void set_data(struct slot *zombie, uint32_t left, link_t next)
{
	zombie->cap.data = (uint64_t)next << 32 | left;
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

static uint32_t slot_count(const struct cap *cap)
{
	return cap->type == OBJECT_CNODE ? (uint32_t)BIT(cap->size_bits)
					 : object_types[cap->type].slots;
}

bool zombie_has_slots(const struct cap *cap)
{
	return slot_count(cap) > 0;
}

static void push(struct slot *zombie)
{
	set_data(zombie, slots_left(zombie), dead);
	dead = link_close(zombie);
}

void zombie_make(struct slot *slot)
{
	uint32_t count = slot_count(&slot->cap);

	slot->cap.aux = slot->cap.type;
	slot->cap.type = OBJECT_ZOMBIE;
	slot->cap.rights = 0;
	set_data(slot, count, 0);
	if (!is_exposed(slot))
		push(slot);
}

/* Exchange a Zombie in a slot that no program can name for what is in its own slot 0. */
static void settle_here(struct slot *slot)
{
	struct slot *own = home(slot);

	cap_exchange(slot, own);
	push(own);
	/* What came here may be the Zombie of the very object that `slot` stands in. */
	if (slot->cap.type == OBJECT_ZOMBIE && !is_exposed(slot))
		push(slot);
}

/*
 * bury: one step towards an empty slot in a dead object.
 *
 *  => each step clears it, or makes one more object dead, or brings its Zombie home
 */
static status_t bury(struct slot *slot, struct work *work)
{
	if (slot->cap.type == OBJECT_ZOMBIE)
		settle_here(slot);
	else if (cap_delete_step(slot, work) != ST_OK)
		return CAP_AGAIN;
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

status_t zombie_settle(struct slot *slot, struct work *work)
{
	while (is_exposed(slot)) {
		struct slot *own = home(slot);

		if (slot_is_empty(own)) {
			cap_exchange(slot, own);
			push(own);
		} else if (bury(own, work) != ST_OK) {
			return CAP_AGAIN;
		}
	}
	return ST_OK;
}

/* One step with the Zombie at the list's head. */
static status_t collect_step(struct slot *zombie, struct work *work)
{
	uint32_t left = slots_left(zombie);
	struct slot *last = zombie + left - 1;

	if (left == 1) {
		dead = next_dead(zombie);
		cap_clear(zombie);
	} else if (slot_is_empty(last)) {
		set_data(zombie, left - 1, next_dead(zombie));
		return preemption_point(work, WORK_EMPTY_SLOT) ? CAP_AGAIN : ST_OK;
	} else {
		return bury(last, work);
	}
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

status_t zombies_collect(struct work *work)
{
	while (dead)
		if (collect_step(link_slot(dead), work) != ST_OK)
			return dead ? CAP_AGAIN : ST_OK;
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
