/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The walk of everything: finds all slots without trusting the tree, the tree without
 * trusting its brackets, and holds both against what capabilities say.
 *
 * Slots are found from the root CNode and from every CNode and thread that a
 * capability or a Zombie in a slot found so far names, from the circles through those
 * slots (a CNode that only names itself is found in its Untyped's circle), and from
 * the list of Zombies. Then
 *
 * - tour: brackets name each other and are balanced; each slot once; none elsewhere
 * - rights: a copy has no right that its source lacks, and its badge if it has one
 * - memory: objects lie in their Untyped below its watermark, and do not overlap
 * - clear: what an Untyped calls clear is
 * - last: cap_is_last, and counts in objects, are what counting all capabilities says
 * - Zombies: all are on the list; nobody else names their object
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "world.h"

static struct slot *all[WALK_SLOTS];
static struct slot *parents[WALK_SLOTS];
static unsigned count;

/* Which granules of RAM hold slots that were looked at, and which slots are in `all`. */
enum { GRANULES = WORLD_BYTES_MAX / SLOT_BYTES };
static uint8_t seen[GRANULES], listed[GRANULES];
static uint16_t position[GRANULES];

static unsigned granule(const struct slot *slot)
{
	return (unsigned)((va_to_pa(slot) - WORLD_PA) / SLOT_BYTES);
}

static bool is_ram(const struct slot *slot)
{
	paddr_t pa = va_to_pa(slot);

	return pa >= WORLD_PA && pa < WORLD_PA + world_bytes && pa % SLOT_BYTES == 0;
}

static bool list(struct slot *slot)
{
	if (!is_ram(slot) || count == WALK_SLOTS)
		return false;
	if (listed[granule(slot)])
		return true;
	listed[granule(slot)] = 1;
	position[granule(slot)] = (uint16_t)count;
	all[count++] = slot;
	return true;
}

static bool list_array(struct slot *slots, uint64_t number)
{
	for (uint64_t i = 0; i < number; i++) {
		if (!is_ram(slots + i))
			return false;
		if (seen[granule(slots + i)])
			return true; /* the whole object has been */
		seen[granule(slots + i)] = 1;
		if (!slot_is_empty(slots + i) && !list(slots + i))
			return false;
	}
	return true;
}

static bool list_object(const struct slot *holder)
{
	unsigned type = holder->cap.type == OBJECT_ZOMBIE ? holder->cap.aux : holder->cap.type;
	char *object;

	if (type != OBJECT_CNODE && type != OBJECT_THREAD)
		return true;
	object = cap_object(&holder->cap);
	return list_array((void *)(object + object_types[type].slots_offset),
		type == OBJECT_CNODE ? BIT(holder->cap.size_bits) : object_types[type].slots);
}

static bool list_circle(const struct slot *slot)
{
	link_t first = link_open(slot), link = first;
	unsigned steps = 0;

	do {
		struct slot *at = link_slot(link);

		if (!is_ram(at) || ++steps > 2 * WALK_SLOTS || slot_is_empty(at) ||
			(link & 2) || link_bracket(link_bracket(link)->next)->prev != link ||
			!list(at))
			return false;
		link = link_bracket(link)->next;
	} while (link != first);
	return true;
}

static const char *find_all(void)
{
	memset(seen, 0, world_bytes / SLOT_BYTES);
	memset(listed, 0, world_bytes / SLOT_BYTES);
	count = 0;
	if (!list_array(root(0), root_slots))
		return "root slots";
	/* A Zombie whose Untyped's capability is gone can be in a circle of its own. */
	if (zombies_first() && !list(link_slot(link_open(zombies_first()))))
		return "the first Zombie";
	for (unsigned i = 0; i < count; i++) {
		if (all[i]->cap.type == OBJECT_ZOMBIE && all[i]->cap.data >> 32 &&
			!list(link_slot((link_t)(all[i]->cap.data >> 32))))
			return "the list of Zombies";
		if (!list_object(all[i]))
			return "an object's slots are not in RAM";
		if (!list_circle(all[i]))
			return "a circle is torn, or runs through an empty slot";
	}
	for (unsigned i = 0; i < count; i++)
		if (!seen[granule(all[i])])
			return "a slot in the tour that no object has";
	return NULL;
}

/*
 * From anywhere in a circle the outermost level may begin in the middle, so a first round
 * finds the lowest bracket, a second one pairs them with a stack.
 */
static const char *pair(const struct slot *slot)
{
	static struct slot *stack[WALK_SLOTS];
	link_t link = link_open(slot), first = link;
	int depth = 0, lowest = 0;

	do {
		depth += link_is_close(link) ? -1 : 1;
		link = link_bracket(link)->next;
		if (depth < lowest) {
			lowest = depth;
			first = link;
		}
	} while (link != link_open(slot));
	if (depth != 0)
		return "as many openings as closings";
	link = first;
	do {
		struct slot *at = link_slot(link);

		if (!link_is_close(link)) {
			parents[position[granule(at)]] = depth ? stack[depth - 1] : NULL;
			stack[depth++] = at;
		} else if (depth == 0 || stack[--depth] != at) {
			return "brackets cross";
		}
		link = link_bracket(link)->next;
	} while (link != first);
	return NULL;
}

static const char *pair_all(void)
{
	static uint8_t paired[WALK_SLOTS];

	memset(paired, 0, count);
	for (unsigned i = 0; i < count; i++) {
		const char *wrong;
		link_t link;

		if (paired[i])
			continue;
		wrong = pair(all[i]);
		if (wrong)
			return wrong;
		link = link_open(all[i]);
		do {
			paired[position[granule(link_slot(link))]] = 1;
			link = link_bracket(link)->next;
		} while (link != link_open(all[i]));
	}
	return NULL;
}

/* The bytes that a first capability's object takes. */
static bool extent(const struct cap *cap, uint64_t *base, uint64_t *size)
{
	unsigned type = cap->type == OBJECT_ZOMBIE ? cap->aux : cap->type;

	if (type == OBJECT_UNTYPED) {
		*base = untyped_base(cap);
		*size = BIT(cap->size_bits);
		return true;
	}
	if (!(object_info[type].traits & TRAIT_RETYPE))
		return false;
	*base = va_to_pa(cap_object(cap));
	*size = type == OBJECT_CNODE ? BIT(cap->size_bits) * SLOT_BYTES : BIT(cap->size_bits);
	return true;
}

static const char *check_derived(const struct slot *slot, const struct slot *parent)
{
	const struct cap *cap = &slot->cap, *from = &parent->cap;
	uint64_t base, size, free_at;

	if (cap_is_same(cap, from)) {
		if (cap->rights & ~from->rights)
			return "a right that its source lacks";
		if (object_is(OBJECTS_BADGE, cap->type) && from->data &&
			cap->data != from->data)
			return "a badge that its source has not";
		if (cap->type != OBJECT_UNTYPED)
			return NULL;
	}
	if (from->type == OBJECT_UNTYPED && extent(cap, &base, &size)) {
		free_at = untyped_base(from) + BIT(from->size_bits) - untyped_free(parent);
		if (base < untyped_base(from) || base + size > free_at)
			return "an object outside what its Untyped gave away";
	}
	return NULL;
}

static const char *check_overlap(void)
{
	static uint16_t owner[WORLD_BYTES_MAX / 16]; /* position + 1 */

	memset(owner, 0, world_bytes / 16 * sizeof(owner[0]));
	for (unsigned i = 0; i < count; i++) {
		uint64_t base, size;

		if (all[i]->cap.type == OBJECT_UNTYPED || !extent(&all[i]->cap, &base, &size) ||
			base >= va_to_pa(root(0)))
			continue;
		for (uint64_t at = base; at < base + size; at += 16) {
			uint16_t *who = &owner[(at - WORLD_PA) / 16];

			if (*who && all[*who - 1]->cap.object != all[i]->cap.object)
				return "two objects overlap";
			*who = (uint16_t)(i + 1);
		}
	}
	return NULL;
}

static const char *check_siblings(void)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k < i && count < 200; k++) {
			uint64_t base, size, other, length;

			if (parents[i] != parents[k] || cap_is_same(&all[i]->cap, &all[k]->cap))
				continue;
			if (all[i]->cap.type != OBJECT_UNTYPED &&
				all[k]->cap.type != OBJECT_UNTYPED)
				continue;
			if (!extent(&all[i]->cap, &base, &size) ||
				!extent(&all[k]->cap, &other, &length))
				continue;
			if (base < other + length && other < base + size)
				return "siblings overlap";
		}
	return NULL;
}

static const char *check_clear(const struct slot *slot)
{
	uint64_t done = slot->cap.data >> 35 << PAGE_BITS;
	uint64_t used = (slot->cap.data & (BIT(35) - 1)) << 4;
	const char *base;

	if (slot->cap.type != OBJECT_UNTYPED || (used && !tour_has_children(slot)))
		return NULL;
	if (done > BIT(slot->cap.size_bits) && slot->cap.size_bits >= PAGE_BITS)
		return "clear beyond the end";
	base = pa_to_va(untyped_base(&slot->cap));
	for (uint64_t at = used; at < done; at += sizeof(uint64_t))
		if (*(const uint64_t *)(const void *)(base + at))
			return "not clear";
	return NULL;
}

/* The list of a counted object has `want` capabilities, all to it, each naming its neighbours. */
static bool list_is_right(
	const struct counted_object *object, const struct cap *cap, unsigned want)
{
	link_t before = 0;

	for (link_t link = object->first; link; link = (link_t)link_slot(link)->cap.data) {
		const struct cap *other = &link_slot(link)->cap;

		if (!cap_is_same(other, cap) || other->data >> 32 != before || want-- == 0)
			return false;
		before = link;
	}
	return want == 0;
}

static const char *check_last(void)
{
	static uint16_t caps[GRANULES * 2];

	memset(caps, 0, world_bytes / 16 * sizeof(caps[0]));
	for (unsigned i = 0; i < count; i++)
		if (all[i]->cap.type != OBJECT_UNTYPED && all[i]->cap.type < OBJECT_IRQ_CONTROL)
			caps[all[i]->cap.object - (WORLD_PA >> OBJECT_ALIGN_BITS)]++;
	for (unsigned i = 0; i < count; i++) {
		const struct cap *cap = &all[i]->cap;
		unsigned have;

		if (cap->type == OBJECT_UNTYPED || cap->type >= OBJECT_IRQ_CONTROL)
			continue;
		have = caps[cap->object - (WORLD_PA >> OBJECT_ALIGN_BITS)];
		if (cap_is_last(all[i]) != (have == 1))
			return "who is last";
		if (object_is(OBJECTS_COUNTED, cap->type) &&
			((struct counted_object *)cap_object(cap))->caps != have)
			return "an object's count of its capabilities";
		if (object_is(OBJECTS_COUNTED, cap->type) &&
			!list_is_right(cap_object(cap), cap, have))
			return "an object's list of its capabilities";
	}
	return NULL;
}

static const char *check_zombies(void)
{
	unsigned zombies = 0, on_list = 0;

	for (unsigned i = 0; i < count; i++) {
		struct slot *slot = all[i];

		if (slot->cap.type != OBJECT_ZOMBIE)
			continue;
		for (unsigned k = 0; k < count; k++)
			if (parents[k] == slot && all[k]->cap.type != OBJECT_ZOMBIE)
				return "a Zombie with children that are none";
		for (unsigned k = 0; k < count; k++)
			if (k != i && all[k]->cap.object == slot->cap.object &&
				(all[k]->cap.type == slot->cap.aux ||
					all[k]->cap.type == OBJECT_ZOMBIE))
				return "a Zombie's object can be named";
		zombies++;
	}
	for (const struct slot *z = zombies_first(); z; on_list++) {
		link_t next = (link_t)(z->cap.data >> 32);

		if (!is_ram(z) || z->cap.type != OBJECT_ZOMBIE || on_list > count ||
			!listed[granule(z)])
			return "the list of Zombies";
		z = next ? link_slot(next) : NULL;
	}
	return zombies == on_list ? NULL : "a Zombie that is not on the list";
}

const char *walk_quiet(void)
{
	const char *wrong = find_all();

	if (!wrong)
		wrong = pair_all();
	for (unsigned i = 0; i < count && !wrong; i++) {
		if (parents[i])
			wrong = check_derived(all[i], parents[i]);
		if (!wrong)
			wrong = check_clear(all[i]);
	}
	if (!wrong)
		wrong = check_siblings();
	if (!wrong)
		wrong = check_overlap();
	if (!wrong)
		wrong = check_last();
	return wrong ? wrong : check_zombies();
}

unsigned walk(void)
{
	const char *wrong = walk_quiet();

	if (wrong)
		printf("# walk: %s\n", wrong);
	REQUIRE(!wrong);
	if (count)
		REQUIRE(tour_check(all[0], 2 * (uint64_t)count));
	return count;
}

unsigned walked(struct slot ***slots_out)
{
	*slots_out = all;
	return count;
}

struct slot *parent_of(const struct slot *slot)
{
	for (unsigned i = 0; i < count; i++)
		if (all[i] == slot)
			return parents[i];
	return NULL;
}

bool descends_from(const struct slot *slot, const struct slot *ancestor)
{
	for (link_t at = ancestor->open.next; at != link_close(ancestor);
		at = link_bracket(at)->next)
		if (link_slot(at) == slot)
			return true;
	return false;
}
