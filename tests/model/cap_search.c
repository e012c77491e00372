/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Theorems about capabilities, by searching every state that calls can lead to.
 *
 * The real code runs on small machines. From the first state every call that a subject
 * can make is tried with every argument, then the same from each state that this led
 * to, until no new one appears: what holds then holds after sequences of any length.
 *
 * Two subjects: Alice has three slots and memory for an endpoint, Bob has two slots. They
 * copy, mint, move, swap, retype, delete, revoke, and send each other copies where they
 * have an endpoint between them with the right to (grant).
 *
 * Containers: one subject with memory for two CNodes, whose slots are its own, too. Each
 * deletion may be cut short after a step, and never be resumed.
 *
 * Of each state, by walk_quiet(): the derivation tree is well-formed; no copy has a right
 * that its source lacks; memory adds up (every object within its Untyped, below the
 * watermark, none overlapping); who is last; Zombies. Of each step:
 *
 * - refusal: a refused call has changed nothing
 * - integrity: a call changes no slot that its subject does not name, but an empty one
 *   that the other offers for a grant, and those derived from what it revokes
 * - confinement: whatever capability a subject has afterwards, whoever called had as much
 *   before, or had the memory that it was made from
 * - revocation: after a revoke nothing derived is left
 * - no leak: from every state, revoking all memory leaves nothing, not even of cycles
 *
 * The numbers of states and steps are part of the test: if they change, so did what is
 * searched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"
#include "test.h"
#include "world.h"

/* The list of Zombies is part of the state: zombie.c's only variable. */
#include "../../kernel/cap/zombie.c"

enum {
	SUBJECTS_1_STATES = 185547,
	SUBJECTS_1_STEPS = 19654968,
	SUBJECTS_2_STATES = 1969165,
	SUBJECTS_2_STEPS = 234472169,
	CONTAINERS_2_STATES = 254644,
	CONTAINERS_2_STEPS = 22959250,
	CONTAINERS_3_STATES = 6619309,
	CONTAINERS_3_STEPS = 841968981,
};

struct image {
	uint8_t ram[(PIECES_MAX - 1) * PIECE_BYTES];
	uint64_t dead[PIECE_BYTES / 8];
};

/* A call: who does what with which slots. */
struct call {
	unsigned subject, op, a, b, variant;
};

enum op { OP_COPY, OP_MOVE, OP_SWAP, OP_DELETE, OP_REVOKE, OP_RETYPE, OP_GRANT, OP_COLLECT };

static unsigned ram_bytes;
static struct image before;
static uint64_t steps;
static int work_units;
static unsigned bobs_slots, copy_variants;

static char *ram(void)
{
	return pa_to_va(WORLD_PA);
}

/* The list's head is kept behind RAM, in a piece of its own. */
static void save(struct image *image)
{
	memset(image->dead, 0, sizeof(image->dead));
	memcpy(image->ram, ram(), ram_bytes);
	image->dead[0] = dead;
	memcpy(image->ram + ram_bytes, image->dead, sizeof(image->dead));
}

static void load(const struct image *image)
{
	memcpy(ram(), image->ram, ram_bytes);
	memcpy(&dead, image->ram + ram_bytes, sizeof(dead));
}

static const struct slot *was(const struct slot *slot)
{
	return (const void *)(before.ram + (va_to_pa(slot) - WORLD_PA));
}

static void fail(const char *what, const struct call *call)
{
	printf("# subject %u, operation %u, slots %u and %u, variant %u: %s\n", call->subject,
		call->op, call->a, call->b, call->variant, what);
	test_fail(__FILE__, __LINE__, what, 0, 1);
	exit(1);
}

static void setup(unsigned radix, unsigned bytes)
{
	world_reset_to(radix, bytes);
	memset(ram(), 0, bytes);
	ram_bytes = bytes;
	steps = 0;
	states_init(bytes / PIECE_BYTES + 1, 20000000);
}

static bool same_cap(const struct cap *a, const struct cap *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Descendants of a slot before the call, as a bit for each piece of RAM. */
static uint64_t descendants_before(const struct slot *slot)
{
	uint64_t found = 0;
	link_t at = was(slot)->open.next;

	while (at != link_close(slot)) {
		const struct slot *s = link_slot(at);

		found |= BIT((va_to_pa(s) - WORLD_PA) / PIECE_BYTES);
		at = link_is_close(at) ? was(s)->close.next : was(s)->open.next;
	}
	return found;
}

static status_t retype(struct slot *from, struct slot *to, unsigned variant)
{
	static const uint8_t types[] = {OBJECT_ENDPOINT, OBJECT_UNTYPED, OBJECT_CNODE};
	static const uint8_t bits[] = {0, 5, 1};
	struct retype r = {types[variant], bits[variant], 1, to};

	return untyped_retype(from, &r, &(struct work){WORK_PLENTY});
}

static status_t copy(struct slot *to, struct slot *from, unsigned variant)
{
	static const uint8_t rights[] = {RIGHTS_ALL, RIGHT_READ, RIGHTS_ALL};

	if (variant == 2)
		return cap_mint(to, from, RIGHTS_ALL, 1);
	return cap_copy(to, from, rights[variant]);
}

static status_t perform(const struct call *call, struct slot *a, struct slot *b)
{
	struct work work = {work_units};

	switch (call->op) {
	case OP_COPY:
	case OP_GRANT:
		return copy(b, a, call->variant);
	case OP_MOVE:
		return cap_move(b, a);
	case OP_SWAP:
		return cap_swap(a, b);
	case OP_DELETE:
		return cap_delete(a, &work);
	case OP_REVOKE:
		return cap_revoke(a, &work);
	case OP_RETYPE:
		return retype(a, b, call->variant);
	default:
		return zombies_collect(&work);
	}
}

/* After a step: is the state new? Then it must be well-formed. */
static void add(const struct call *call)
{
	struct image image;
	const char *wrong;

	steps++;
	save(&image);
	if (!states_add(image.ram))
		return;
	wrong = walk_quiet();
	if (wrong)
		fail(wrong, call);
}

static void refused(status_t st, const struct call *call)
{
	if (st < 0 &&
		(memcmp(before.ram, ram(), ram_bytes) != 0 ||
			memcmp(before.ram + ram_bytes, &dead, sizeof(dead)) != 0))
		fail("a refused call has changed something", call);
}

/* ------------------------------------------------------------------ two subjects */

enum { ALICE = 0, BOB = 4, OWN = 3 };

/* How many slots a subject has. */
static unsigned slots_of(unsigned subject)
{
	return subject ? bobs_slots : OWN;
}

static struct slot *own(unsigned subject, unsigned index)
{
	return root((subject ? BOB : ALICE) + index);
}

/* Did the subject have, before the call, what entitles it to this capability? */
static bool had(unsigned subject, const struct cap *cap)
{
	for (unsigned i = 0; i < OWN; i++) {
		const struct cap *have = &was(own(subject, i))->cap;

		if (cap_is_same(have, cap) && !(cap->rights & ~have->rights) &&
			(cap->type == OBJECT_UNTYPED || !have->data || have->data == cap->data))
			return true;
		if (have->type == OBJECT_UNTYPED) {
			paddr_t base = cap->type == OBJECT_UNTYPED ?
				untyped_base(cap) :
				(paddr_t)cap->object << OBJECT_ALIGN_BITS;

			if (base >= untyped_base(have) &&
				base < untyped_base(have) + BIT(have->size_bits))
				return true;
		}
	}
	return false;
}

static void check_subjects(const struct call *call, status_t st, uint64_t derived)
{
	for (unsigned i = 0; i < 2 * OWN; i++) {
		unsigned owner = i / OWN;
		const struct slot *slot = own(owner, i % OWN);
		bool is_derived = derived >> ((va_to_pa(slot) - WORLD_PA) / PIECE_BYTES) & 1;

		if (call->op == OP_REVOKE && st == ST_OK && is_derived && !slot_is_empty(slot))
			fail("revocation: something derived is left", call);
		if (same_cap(&slot->cap, &was(slot)->cap))
			continue;
		if (owner != call->subject && !(call->op == OP_REVOKE && is_derived) &&
			!(call->op == OP_GRANT && slot_is_empty(was(slot)) &&
				call->b == i % OWN))
			fail("integrity: another's slot has changed", call);
		if (!slot_is_empty(slot) && !had(call->subject, &slot->cap))
			fail("confinement: authority from nowhere", call);
	}
}

static bool can_send(unsigned from, unsigned to)
{
	for (unsigned i = 0; i < OWN * OWN; i++) {
		const struct cap *a = &own(from, i / OWN)->cap, *b = &own(to, i % OWN)->cap;

		if (a->type == OBJECT_ENDPOINT && cap_is_same(a, b) &&
			(a->rights & (RIGHT_WRITE | RIGHT_GRANT)) ==
				(RIGHT_WRITE | RIGHT_GRANT) &&
			(b->rights & RIGHT_READ))
			return true;
	}
	return false;
}

static void try_subject(struct call call, bool may_send)
{
	struct slot *a = own(call.subject, call.a);
	struct slot *b = own(call.op == OP_GRANT ? !call.subject : call.subject, call.b);
	uint64_t derived = 0;
	status_t st;

	if (call.op == OP_GRANT && !may_send)
		return;
	if (call.op == OP_REVOKE && !slot_is_empty(a))
		derived = descendants_before(a);
	st = perform(&call, a, b);
	refused(st, &call);
	check_subjects(&call, st, derived);
	add(&call);
	load(&before);
}

/* How many second slots an operation can name, and how many variants it has. */
static unsigned seconds(unsigned op, unsigned subject)
{
	if (op == OP_DELETE || op == OP_REVOKE)
		return 1;
	return slots_of(op == OP_GRANT ? !subject : subject);
}

static unsigned variants(unsigned op)
{
	if (op == OP_COPY)
		return copy_variants;
	return op == OP_RETYPE || op == OP_GRANT ? 2 : 1;
}

static void all_calls_of(unsigned subject)
{
	bool may_send = can_send(subject, !subject);

	for (unsigned op = OP_COPY; op <= OP_GRANT; op++)
		for (unsigned a = 0; a < slots_of(subject); a++)
			for (unsigned b = 0; b < seconds(op, subject); b++)
				for (unsigned v = 0; v < variants(op); v++)
					try_subject(
						(struct call){subject, op, a, b, v}, may_send);
}

/* How far a long search is. */
static void progress(uint64_t index)
{
	if (getenv("QUIRE_PROGRESS") && index % 100000 == 0) {
		printf("# %llu of %llu\n", (unsigned long long)index,
			(unsigned long long)states_count());
		fflush(stdout);
	}
}

static void search_subjects(void)
{
	for (uint64_t i = 0; i < states_count(); i++) {
		progress(i);
		states_get(i, before.ram);
		load(&before);
		all_calls_of(0);
		all_calls_of(1);
	}
	printf("# %llu states, %llu steps\n", (unsigned long long)states_count(),
		(unsigned long long)steps);
}

/* An endpoint that Alice has, and Bob may receive from; behind the memory of objects. */
static void give_endpoint(uint8_t bobs)
{
	struct cap endpoint = cap_make(OBJECT_ENDPOINT, 5, pa_to_va(WORLD_PA + 64));

	cap_insert(NULL, own(0, 0), endpoint);
	REQUIRE(cap_copy(own(1, 0), own(0, 0), bobs) == ST_OK);
}

static void start(void)
{
	struct image image;

	save(&image);
	states_add(image.ram);
	REQUIRE(walk_quiet() == NULL);
	work_units = WORK_PLENTY;
}

/* Alice has memory for one endpoint and a channel to Bob, who cannot answer. */
static void begin_subjects(unsigned memory_bits, uint8_t bobs, unsigned slots, unsigned copies)
{
	bobs_slots = slots;
	copy_variants = copies;
	setup(3, 512);
	give_endpoint(bobs);
	cap_insert(NULL, own(0, 1), untyped_make(WORLD_PA, memory_bits, false));
	start();
}

/* --------------------------------------------------------------------- containers */

/* Slots that a program could name: the first roots, and those of every CNode alive. */
static unsigned nameable(struct slot **slots, unsigned roots)
{
	unsigned count = 0;

	for (unsigned i = 0; i < roots; i++)
		slots[count++] = root(i);
	for (unsigned i = 0; i < count && count < 16; i++)
		if (slots[i]->cap.type == OBJECT_CNODE) {
			bool listed = false;

			for (unsigned k = 0; k < count; k++)
				listed |= slots[k] == in(slots[i], 0);
			if (!listed) {
				slots[count++] = in(slots[i], 0);
				slots[count++] = in(slots[i], 1);
			}
		}
	return count;
}

static void try_containers(struct call call, struct slot *a, struct slot *b)
{
	uint64_t derived = 0;
	status_t st;

	if (call.op == OP_REVOKE && !slot_is_empty(a))
		derived = descendants_before(a);
	st = perform(&call, a, b);
	refused(st, &call);
	if (call.op == OP_REVOKE && st == ST_OK)
		for (unsigned i = 0; derived >> i; i++)
			if (derived >> i & 1 && ((struct slot *)(void *)ram())[i].cap.type)
				fail("revocation: something derived is left", &call);
	add(&call);
	load(&before);
}

/* From here, revoke all memory: whatever stood in it, in cycles or half deleted, is gone.
 */
static void check_no_leak(unsigned roots)
{
	struct call call = {0, OP_REVOKE, 0, 0, 0};
	struct work work = {WORK_PLENTY};

	for (unsigned i = 0; i < roots; i++)
		if (root(i)->cap.type == OBJECT_UNTYPED && root(i)->cap.size_bits == 7 &&
			root(i)->open.prev == link_close(root(i))) {
			if (cap_revoke(root(i), &work) != ST_OK)
				fail("no leak: revoke does not end", &call);
			if (untyped_free(root(i)) != 128 || zombies_pending())
				fail("no leak: something is left", &call);
			for (unsigned k = 0; k < 4; k++)
				if (((struct slot *)(void *)ram())[k].cap.type)
					fail("no leak: a slot is left", &call);
		}
	load(&before);
}

static void all_calls_on(struct slot **slots, unsigned count, bool swaps)
{
	for (unsigned a = 0; a < count; a++) {
		for (unsigned b = 0; b < count; b++) {
			try_containers((struct call){0, OP_COPY, a, b, 0}, slots[a], slots[b]);
			try_containers((struct call){0, OP_MOVE, a, b, 0}, slots[a], slots[b]);
			if (swaps && a < b)
				try_containers(
					(struct call){0, OP_SWAP, a, b, 0}, slots[a], slots[b]);
			if (slots[a]->cap.type == OBJECT_UNTYPED)
				try_containers((struct call){0, OP_RETYPE, a, b, 2}, slots[a],
					slots[b]);
		}
		for (int units = 1; units <= WORK_PLENTY; units += WORK_PLENTY - 1) {
			work_units = units;
			try_containers((struct call){0, OP_DELETE, a, 0, 0}, slots[a], NULL);
			try_containers((struct call){0, OP_REVOKE, a, 0, 0}, slots[a], NULL);
		}
	}
	work_units = 1;
	try_containers((struct call){0, OP_COLLECT, 0, 0, 0}, NULL, NULL);
}

static void search_containers(unsigned roots, bool swaps)
{
	for (uint64_t i = 0; i < states_count(); i++) {
		struct slot *slots[20];
		unsigned count;

		progress(i);
		states_get(i, before.ram);
		load(&before);
		check_no_leak(roots);
		count = nameable(slots, roots);
		all_calls_on(slots, count, swaps);
	}
	printf("# %llu states, %llu steps\n", (unsigned long long)states_count(),
		(unsigned long long)steps);
}

static void begin_containers(void)
{
	setup(3, 512);
	cap_insert(NULL, root(0), untyped_make(WORLD_PA, 7, false));
	start();
}

TEST(search, subjects_with_an_endpoint_of_memory)
{
	begin_subjects(5, RIGHT_READ, 2, 2);
	search_subjects();
	EXPECT_EQ(states_count(), SUBJECTS_1_STATES);
	EXPECT_EQ(steps, SUBJECTS_1_STEPS);
}

TEST(search, containers_of_two_slots_and_two_roots)
{
	begin_containers();
	search_containers(2, true);
	EXPECT_EQ(states_count(), CONTAINERS_2_STATES);
	EXPECT_EQ(steps, CONTAINERS_2_STEPS);
}

TEST(deep, subjects_who_both_may_send)
{
	begin_subjects(5, RIGHTS_ALL, 2, 3);
	search_subjects();
	EXPECT_EQ(states_count(), SUBJECTS_2_STATES);
	EXPECT_EQ(steps, SUBJECTS_2_STEPS);
}

TEST(deep, containers_and_three_roots)
{
	begin_containers();
	search_containers(3, true);
	EXPECT_EQ(states_count(), CONTAINERS_3_STATES);
	EXPECT_EQ(steps, CONTAINERS_3_STEPS);
}
