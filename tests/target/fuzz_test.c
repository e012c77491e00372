/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Random calls on slots, Untypeds, timers, interrupt lines and signals, with valid names and
 * others, from one CPU and from all at once. Nothing may happen but statuses, and in the end
 * a revoke gives every byte back. A debug build's kernel walks everything after each call.
 *
 * Boot arguments: seed=N, rounds=N (of each thread).
 */
#include <stdio.h>
#include <stdlib.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/irq.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "objects.h"

enum {
	PLACES = 40,	 /* slots that everything happens in; the first holds `memory` */
	ARENA_BITS = 18, /* of bytes that everything is made from */
	RESET_EVERY = 200,
	ROUNDS = 4000,
	STATUS_LEAST = -30,
	THREADS = 4,
	STACK_SIZE = 8192,
};

static cptr_t arena, memory, first; /* `memory` is what fuzzers may make objects from */
static int surprises;

struct random {
	uint64_t state;
};

static uint64_t below(struct random *random, uint64_t limit)
{
	random->state = random->state * 6364136223846793005 + 1442695040888963407;
	return (random->state >> 31) % limit;
}

static word_t anything(struct random *random)
{
	word_t word = below(random, UINT64_MAX) << below(random, 32);

	return below(random, 2) ? word : ~word;
}

static cptr_t slot(struct random *random)
{
	return first + 1 + below(random, PLACES - 1);
}

static cptr_t name(struct random *random)
{
	switch (below(random, 16)) {
	case 0:
		return anything(random);
	case 1:
		return ROOT_SLOT_IRQ_CONTROL;
	case 2:
		return ROOT_SLOT_VSPACE;
	case 3:
	case 4:
	case 5:
		return memory;
	default:
		return slot(random);
	}
}

static struct cap_place place(struct random *random)
{
	switch (below(random, 8)) {
	case 0:
		return (struct cap_place){name(random), anything(random), below(random, 70)};
	case 1:
	case 2:
		return (struct cap_place){slot(random), below(random, 64), below(random, 8)};
	default:
		return cap_at(slot(random));
	}
}

static word_t guard(struct random *random)
{
	return below(random, 4) ? guard_word(below(random, 4), (unsigned)below(random, 63)) :
				  anything(random);
}

static word_t rights(struct random *random)
{
	return below(random, 8) ? below(random, 256) : anything(random);
}

static int64_t fuzz_copies(struct random *random)
{
	struct cap_place to = place(random), from = place(random);

	switch (below(random, 6)) {
	case 0:
	case 1:
		return cap_copy_at(to, from, rights(random));
	case 2:
		return cap_mint_at(to, from, rights(random), guard(random));
	case 3:
		return cap_move_at(to, from);
	case 4:
		return cap_mutate_at(to, from, guard(random));
	default:
		return cap_swap_at(to, from);
	}
}

static int64_t fuzz_rotate(struct random *random)
{
	struct cap_rotation rotation = {.to = place(random),
		.pivot = place(random),
		.source = place(random),
		.pivot_guard = below(random, 2) ? 0 : guard(random)};

	return below(random, 20) ? cap_rotate(&rotation) : sys_cap_rotate(anything(random));
}

static int64_t fuzz_ends(struct random *random)
{
	return below(random, 4) ? cap_delete_at(place(random)) : cap_revoke_at(place(random));
}

static int64_t fuzz_retype(struct random *random)
{
	static const uint8_t types[] = {OBJECT_UNTYPED, OBJECT_CNODE, OBJECT_CNODE,
		OBJECT_THREAD, OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_NOTIFICATION,
		OBJECT_REPLY, OBJECT_TIMER, OBJECT_TIMER};
	word_t type = types[below(random, sizeof(types))];
	word_t size = type == OBJECT_UNTYPED || type == OBJECT_CNODE ? below(random, 14) : 0;

	if (below(random, 20) == 0)
		type = anything(random);
	if (below(random, 20) == 0)
		size = anything(random);
	if (below(random, 2))
		return sys_untyped_retype(
			name(random), type, size, ROOT_SLOT_CNODE, slot(random), 1);
	return sys_untyped_retype(name(random), type, size, slot(random), below(random, 64),
		below(random, 8) ? below(random, 8) : anything(random));
}

static int64_t fuzz_timers(struct random *random)
{
	switch (below(random, 3)) {
	case 0:
		return timer_bind(name(random), below(random, 4) ? name(random) : 0);
	case 1:
		return timer_set(name(random), clock_ns() + below(random, 1000000));
	default:
		return timer_cancel(name(random));
	}
}

static int64_t fuzz_irqs(struct random *random)
{
	word_t line = below(random, 8) ? 32 + below(random, 32) : anything(random);
	word_t trigger = below(random, 8) ? below(random, 2) : anything(random);

	switch (below(random, 4)) {
	case 0:
		return sys_irq_claim(
			ROOT_SLOT_IRQ_CONTROL, line, trigger, ROOT_SLOT_CNODE, slot(random));
	case 1:
		return sys_irq_claim(
			name(random), line, trigger, name(random), below(random, 64));
	case 2:
		return irq_bind(name(random), below(random, 4) ? name(random) : 0);
	default:
		return irq_ack(name(random));
	}
}

static int64_t fuzz_questions(struct random *random)
{
	int64_t answer;

	switch (below(random, 3)) {
	case 0:
		answer = cap_info(name(random));
		break;
	case 1:
		answer = untyped_free(name(random));
		break;
	default:
		return sys_signal(name(random));
	}
	return answer > 0 ? ST_OK : answer;
}

static void fuzz(struct random *random)
{
	static int64_t (*const calls[])(struct random *) = {fuzz_copies, fuzz_copies,
		fuzz_rotate, fuzz_ends, fuzz_retype, fuzz_retype, fuzz_timers, fuzz_irqs,
		fuzz_questions};
	int64_t status = calls[below(random, sizeof(calls) / sizeof(calls[0]))](random);

	if (status > 0 || status < STATUS_LEAST)
		__atomic_fetch_add(&surprises, 1, __ATOMIC_RELAXED);
}

static void reset(void)
{
	for (cptr_t cap = first; cap < first + PLACES; cap++)
		EXPECT_EQ(cap_delete(cap), ST_OK);
	EXPECT_EQ(cap_revoke(arena), ST_OK);
	EXPECT_EQ(cap_revoke(ROOT_SLOT_IRQ_CONTROL), ST_OK);
	EXPECT_EQ(untyped_free(arena), 1 << ARENA_BITS);
	EXPECT_EQ(untyped_retype(arena, OBJECT_UNTYPED, ARENA_BITS - 1, memory, 1), ST_OK);
}

static void set_up(void)
{
	REQUIRE(slots_alloc(PLACES, &first) == ST_OK);
	memory = first;
	arena = make(OBJECT_UNTYPED, ARENA_BITS);
	reset();
	surprises = 0;
}

static void tear_down(void)
{
	reset();
	EXPECT_EQ(cap_delete(memory), ST_OK);
	slots_free(first, PLACES);
	drop(arena);
	EXPECT_EQ(surprises, 0);
}

static uint64_t argument(const char *word, uint64_t otherwise)
{
	const char *value;

	return boot_argument(word, &value) ? strtoull(value, NULL, 0) : otherwise;
}

TEST(fuzz, of_one_thread)
{
	struct random random = {argument("seed", 1)};
	uint64_t rounds = argument("rounds", ROUNDS);

	set_up();
	for (uint64_t i = 0; i < rounds; i++) {
		fuzz(&random);
		if (i % RESET_EVERY == 0)
			reset();
	}
	tear_down();
}

static void fuzz_on(void *random)
{
	for (int i = 0; i < RESET_EVERY; i++)
		fuzz(random);
}

TEST(fuzz, of_threads_on_all_cpus)
{
	static _Alignas(16) char stacks[THREADS][STACK_SIZE];
	struct random random[THREADS];
	uint64_t rounds = argument("rounds", ROUNDS);

	set_up();
	for (unsigned n = 0; n < THREADS; n++)
		random[n].state = argument("seed", 1) * 1000 + n;
	for (uint64_t i = 0; i < rounds; i += RESET_EVERY * 4) {
		cptr_t threads[THREADS];

		for (unsigned n = 0; n < THREADS; n++) {
			struct thread_options options = {.stack = stacks[n],
				.stack_size = STACK_SIZE,
				.cpu = n % boot_info()->cpus_online};

			REQUIRE(thread_start(fuzz_on, &random[n], &options, &threads[n]) ==
				ST_OK);
		}
		for (unsigned n = 0; n < THREADS; n++) {
			EXPECT_EQ(thread_join(threads[n]), ST_OK);
			EXPECT_EQ(thread_delete(threads[n]), ST_OK);
		}
		reset();
	}
	tear_down();
}
