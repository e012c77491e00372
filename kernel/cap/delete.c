/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Deleting, and why it needs neither recursion nor counts.
 *
 * Which capability is an object's last? Copies are children of their source, and a new
 * object's first capability is put right behind its Untyped's opening bracket, never
 * between two of another object. So all capabilities to an endpoint, say, stand side
 * by side in the tour, whoever of them is deleted in whichever order:
 *
 *	(U  (e (e' e') (e'' e'') e)  (f f)  U)
 *	    `------- one run -------'
 *
 * and the last one has no neighbour before, behind or inside of the same object.
 *
 * A type whose capabilities have other objects' derived from them (VMO: its clones and
 * mappings) would break this; such objects count (TRAIT_COUNTED). An Untyped has no
 * object beside its capability.
 *
 * Revoke takes the last child again and again. Deleting it makes its children the last
 * ones, so no walk and no stack is needed. Objects with slots are turned into Zombies
 * (zombie.h), the first of which is put in front of all, the others behind its opening
 * bracket: they are out of the way, and each call goes on where the last one stopped.
 */
#include "cap/delete.h"

#include "cap/object.h"
#include "cap/tour.h"
#include "cap/zombie.h"

static bool is_neighbour(const struct slot *slot, link_t link)
{
	const struct slot *other = link_slot(link);

	return other != slot && cap_is_same(&other->cap, &slot->cap);
}

bool cap_is_last(const struct slot *slot)
{
	const struct cap *cap = &slot->cap;

	if (object_is(OBJECTS_COUNTED, cap->type))
		return ((const struct counted_object *)cap_object(cap))->caps == 1;
	if (cap->type == OBJECT_UNTYPED)
		return true;
	return !is_neighbour(slot, slot->open.prev) && !is_neighbour(slot, slot->open.next) &&
		!is_neighbour(slot, slot->close.next);
}

/* Clear a slot whose object is at rest. Its memory may be the object's own. */
static void clear_last(struct slot *slot)
{
	struct cap cap = slot->cap;

	cap_clear(slot);
	if (object_types[cap.type].release)
		object_types[cap.type].release(&cap);
}

status_t cap_delete_step(struct slot *slot, struct work *work)
{
	const struct object_type *type = &object_types[slot->cap.type];

	if (!cap_is_last(slot)) {
		cap_clear(slot);
		return ST_OK;
	}
	if (type->finalise && type->finalise(&slot->cap, work) != ST_OK)
		return CAP_AGAIN;
	if (zombie_has_slots(&slot->cap))
		zombie_make(slot);
	else
		clear_last(slot);
	return ST_OK;
}

status_t cap_delete(struct slot *slot, struct work *work)
{
	status_t st;

	if (unlikely(slot_is_empty(slot)))
		return ST_OK;
	if (likely(slot->cap.type != OBJECT_ZOMBIE)) {
		if (cap_delete_step(slot, work) != ST_OK)
			return CAP_AGAIN;
		if (likely(slot->cap.type != OBJECT_ZOMBIE))
			return ST_OK;
	}
	/* Those of others, however many slots they have, are not waited for. */
	zombie_hurry(slot);
	st = zombies_collect(work);
	return slot_is_empty(slot) ? ST_OK : st;
}

/* Take the last child a step further: gone, or a Zombie put out of the way. */
static status_t revoke_step(struct slot *slot, struct slot *child, struct work *work)
{
	struct slot *first;

	if (child->cap.type != OBJECT_ZOMBIE && cap_delete_step(child, work) != ST_OK)
		return CAP_AGAIN;
	if (child->cap.type == OBJECT_ZOMBIE) {
		first = tour_first_child(slot);
		if (first != child && first->cap.type == OBJECT_ZOMBIE)
			tour_make_first(first, child);
		else
			tour_make_first(slot, child);
	}
	return preemption_point(work, WORK_DELETE) ? CAP_AGAIN : ST_OK;
}

static bool only_zombies_left(const struct slot *slot, const struct slot *last_child)
{
	return last_child->cap.type == OBJECT_ZOMBIE && tour_first_child(slot) == last_child;
}

/*
 * Zombies are left standing until nothing else is: to empty them may destroy the slot
 * itself, and what would be its children then could not be found.
 */
status_t cap_revoke(struct slot *slot, struct work *work)
{
	struct slot *child;

	if (slot_is_empty(slot) || slot->cap.type == OBJECT_ZOMBIE)
		return ST_BAD_HANDLE;
	while ((child = tour_last_child(slot)) != NULL && !only_zombies_left(slot, child))
		if (revoke_step(slot, child, work) != ST_OK)
			return CAP_AGAIN;
	return zombies_collect(work);
}
