/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Random operations on the real thing and on the model, in step: both must give the same
 * status and end in the same state, and after each call, also one that was cut short, the
 * walk must find every invariant.
 *
 * lockstep_test [name]; QUIRE_STEPS is how many operations each seed makes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"
#include "test.h"

static uint64_t seed;
static unsigned done[10][2]; /* operations, refused and done */
static unsigned most;	     /* capabilities at a time */

static uint32_t any(uint32_t below)
{
	return random_u32(&seed) % below;
}

/* A slot: of the root's or of any object's that is alive, taken or not. */
static struct slot *any_slot(void)
{
	for (int tries = 0; tries < 8 && any(2); tries++) {
		struct node *n = model_find(root(any(root_slots)));

		if (n && n->type == OBJECT_CNODE)
			return in(n->slot, any(1U << n->bits));
		if (n && n->type == OBJECT_THREAD)
			return in(n->slot, any(WORLD_THREAD_SLOTS));
	}
	return root(any(root_slots));
}

/* Mostly one that has a capability, mostly one that has none. */
static struct slot *any_full(void)
{
	struct slot *slot = any_slot();

	for (int tries = 0; tries < 12 && slot_is_empty(slot); tries++)
		slot = any_slot();
	return slot;
}

static struct slot *any_free(void)
{
	struct slot *slot = any_slot();

	for (int tries = 0; tries < 3 && !slot_is_empty(slot); tries++)
		slot = any_slot();
	return slot;
}

static uint64_t any_data(void)
{
	switch (any(4)) {
	case 0:
		return 0;
	case 1:
		return guard_word(any(4), any(3));
	case 2:
		return any(64);
	default:
		return (uint64_t)random_u32(&seed) << 32 | random_u32(&seed);
	}
}

static struct retype any_retype(void)
{
	static const uint8_t types[] = {OBJECT_UNTYPED, OBJECT_CNODE, OBJECT_CNODE,
		OBJECT_CNODE, OBJECT_THREAD, OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_POOL,
		OBJECT_VMO};
	struct retype r = {types[any(sizeof(types))], 0, any(20) ? 1 + any(3) : any(300), NULL};

	if (r.type == OBJECT_UNTYPED)
		r.size_bits = any(16) ? 8 + any(6) : any(40);
	else if (r.type == OBJECT_CNODE)
		r.size_bits = any(16) ? 1 + any(4) : any(30);
	else
		r.size_bits = any(16) ? 0 : any(8);
	if (!any(40))
		r.type = random_u32(&seed);
	/* A window must be within one CNode: cspace_window's business. */
	r.slots = r.count > 1 ? root(any(root_slots / 2)) : any_free();
	if (r.count > root_slots / 2 && r.count <= RETYPE_MAX)
		r.count = root_slots / 2;
	return r;
}

static status_t repeat_retype(struct slot *slot, const struct retype *retype)
{
	for (;;) {
		struct work work = {1 + (int)any(300)};
		status_t st = untyped_retype(slot, retype, &work);

		walk();
		if (st != CAP_AGAIN)
			return st;
	}
}

static int any_units(void)
{
	return any(3) ? 1 + (int)any(60) : WORK_PLENTY;
}

static void expect(unsigned operation, status_t real, status_t model)
{
	if (real != model)
		printf("# operation %u: status %d, the model says %d\n", operation, real,
			model);
	REQUIRE(real == model);
	done[operation][real == ST_OK]++;
}

static void step_rotate(void)
{
	struct rotation r = {any_free(), any_full(), any_full(), any(2) ? any_data() : 0,
		any(2) ? any_data() : 0};

	if (!any(3))
		r.to = r.source;
	expect(5, cap_rotate(&r), model_rotate(&r));
}

static void revoke(struct slot *slot)
{
	status_t model = model_revoke(slot);
	status_t st = revoke_all(slot, any_units());

	/* Begun anew when its own slot is gone, the call is refused: that is fine, too.
	 */
	REQUIRE(st == model || (st == ST_BAD_HANDLE && !model_find(slot)));
	while (zombies_pending())
		(void)!zombies_collect(&(struct work){WORK_PLENTY});
	done[7][model == ST_OK]++;
}

static void step_revoke(void)
{
	struct slot *slot = any_full();

	if (slot->cap.type != OBJECT_UNTYPED || !any(12))
		revoke(slot);
}

static struct slot *any_untyped(void)
{
	struct slot *slot = any_full();

	for (int tries = 0; tries < 40 && slot->cap.type != OBJECT_UNTYPED; tries++)
		slot = any_full();
	return slot;
}

static void step_retype(void)
{
	struct slot *slot = any(20) ? any_untyped() : any_slot();
	struct retype r = any_retype();
	status_t model = model_retype(slot, &r);

	expect(8, repeat_retype(slot, &r), model);
	if (model == ST_NO_MEMORY && !any(6))
		revoke(slot);
}

static void step(void)
{
	struct slot *a = any_free(), *b = any_full();
	uint8_t rights = (uint8_t)random_u32(&seed);
	uint64_t data = any_data();

	switch (any(13)) {
	case 0:
	case 1:
		expect(0, cap_copy(a, b, rights), model_copy(a, b, rights));
		return;
	case 2:
	case 3:
		expect(1, cap_mint(a, b, rights, data), model_mint(a, b, rights, data));
		return;
	case 4:
		expect(2, cap_move(a, b), model_move(a, b));
		return;
	case 5:
		expect(3, cap_mutate(a, b, data), model_mutate(a, b, data));
		return;
	case 6:
		expect(4, cap_swap(a, b), model_swap(a, b));
		return;
	case 7:
		step_rotate();
		return;
	case 8:
		if (b->cap.type == OBJECT_UNTYPED && any(10))
			return;
		expect(6, ST_OK, model_delete(b));
		delete_all(b, any_units());
		return;
	case 9:
		step_revoke();
		return;
	default:
		step_retype();
	}
}

static void restock(unsigned index, uint64_t at)
{
	if (!slot_is_empty(root(index)) || model_count() > 0)
		return;
	world_untyped(index, at, 16);
	model_untyped(root(index), WORLD_PA + at, 16, false);
	world_untyped(index + 1, at + (1 << 16), 14);
	model_untyped(root(index + 1), WORLD_PA + at + (1 << 16), 14, false);
	cap_insert(NULL, root(index + 2), untyped_make(UINT64_C(0xfe000000), 16, true));
	model_untyped(root(index + 2), UINT64_C(0xfe000000), 16, true);
}

static void run(uint64_t start, unsigned steps)
{
	seed = start * UINT64_C(0x9e3779b97f4a7c15) + 1;
	world_reset_to(6, 1 << 18);
	world_finalise_steps = (unsigned)start % 3;
	model_reset();
	for (unsigned i = 0; i < steps; i++) {
		restock(0, 0);
		step();
		most = (unsigned)max_u64(most, walk());
		REQUIRE(model_agrees());
	}
}

TEST(lockstep, the_model_agrees_after_every_operation)
{
	const char *text = getenv("QUIRE_STEPS");
	unsigned steps = text ? (unsigned)strtoul(text, NULL, 10) : 2500;

	for (uint64_t s = 1; s <= 10; s++)
		run(s, steps);
	printf("# refused/done: copy %u/%u mint %u/%u move %u/%u mutate %u/%u swap %u/%u "
	       "rotate %u/%u delete %u/%u revoke %u/%u retype %u/%u; up to %u "
	       "capabilities\n",
		done[0][0], done[0][1], done[1][0], done[1][1], done[2][0], done[2][1],
		done[3][0], done[3][1], done[4][0], done[4][1], done[5][0], done[5][1],
		done[6][0], done[6][1], done[7][0], done[7][1], done[8][0], done[8][1], most);
	for (unsigned i = 0; i < 9; i++)
		EXPECT(done[i][1] > 0);
}
