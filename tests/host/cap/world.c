/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/page.h"

#include "test.h"

struct world_events events;
unsigned world_finalise_steps;
unsigned root_radix, root_slots;
uint64_t world_bytes;

void page_zero(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

static void created(const struct cap *cap)
{
	events.created[cap->type]++;
}

static status_t finalised(const struct cap *cap, struct work *work)
{
	(void)work;
	events.finalised[cap->type]++;
	return ST_OK;
}

/* The endpoint itself remembers how much of it is left to be brought to rest. */
static status_t finalise_endpoint(const struct cap *cap, struct work *work)
{
	uint32_t *done = cap_object(cap);

	while (*done < world_finalise_steps) {
		++*done;
		if (preemption_point(work, WORK_DELETE))
			return CAP_AGAIN;
	}
	*done = 0;
	events.finalised[cap->type]++;
	return ST_OK;
}

static void released(const struct cap *cap)
{
	events.released[cap->type]++;
}

const struct object_type object_types[OBJECT_TYPES] = {
	[OBJECT_THREAD] = {created, finalised, NULL, 64, WORLD_THREAD_SLOTS},
	[OBJECT_ENDPOINT] = {NULL, finalise_endpoint, NULL, 0, 0},
	[OBJECT_NOTIFICATION] = {NULL, finalised, NULL, 0, 0},
	[OBJECT_POOL] = {NULL, finalised, NULL, 0, 0},
	[OBJECT_VMO] = {NULL, finalised, released, 0, 0},
};

static void map_ram(void)
{
	static bool done;
	void *want = pa_to_va(WORLD_PA);

	if (done)
		return;
	REQUIRE(mmap(want, WORLD_BYTES_MAX, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
			0) == want);
	done = true;
}

struct slot *root(unsigned index)
{
	return (struct slot *)pa_to_va(WORLD_PA + world_bytes) - root_slots + index;
}

struct cap root_cap(void)
{
	return cap_make(OBJECT_CNODE, root_radix, root(0));
}

void world_reset(void)
{
	world_reset_to(10, 1 << 20);
}

void world_reset_to(unsigned radix, uint64_t bytes)
{
	struct work work = {WORK_PLENTY};

	map_ram();
	/* A test that failed in the middle may have left some. */
	REQUIRE(zombies_collect(&work) == ST_OK);
	REQUIRE(bytes <= WORLD_BYTES_MAX);
	root_radix = radix;
	root_slots = 1U << radix;
	world_bytes = bytes;
	memset(pa_to_va(WORLD_PA), 0x5a, world_bytes);
	memset(root(0), 0, root_slots * sizeof(struct slot));
	memset(&events, 0, sizeof(events));
	world_finalise_steps = 0;
}

struct slot *world_untyped(unsigned index, uint64_t at, unsigned size_bits)
{
	paddr_t base = WORLD_PA + at;

	REQUIRE(base + BIT(size_bits) <= va_to_pa(root(0)));
	cap_insert(NULL, root(index), untyped_make(base, size_bits, false));
	return root(index);
}

struct slot *world_make(struct slot *untyped, enum object type, unsigned size_bits,
	unsigned index, unsigned count)
{
	struct retype retype = {type, size_bits, count, root(index)};
	struct work work = {WORK_PLENTY};

	REQUIRE(untyped_retype(untyped, &retype, &work) == ST_OK);
	return root(index);
}

struct slot *in(const struct slot *holder, unsigned index)
{
	char *object = cap_object(&holder->cap);

	return (struct slot *)(void *)(object + object_types[holder->cap.type].slots_offset) +
		index;
}

void delete_all(struct slot *slot, int units)
{
	for (;;) {
		struct work work = {units};
		status_t st = cap_delete(slot, &work);

		walk();
		if (st == ST_OK)
			break;
		REQUIRE(st == CAP_AGAIN);
	}
	REQUIRE(slot_is_empty(slot));
	while (zombies_pending()) {
		struct work work = {units};

		(void)!zombies_collect(&work);
		walk();
	}
}

/* As a system call that is begun anew: the slot may be empty or a Zombie by then. */
status_t revoke_all(struct slot *slot, int units)
{
	for (;;) {
		struct work work = {units};
		status_t st = cap_revoke(slot, &work);

		walk();
		if (st != CAP_AGAIN)
			return st;
	}
}

uint32_t random_u32(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32);
}
