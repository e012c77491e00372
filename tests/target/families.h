/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Families of VMOs on all CPUs at once, through whichever interface includes this and gives
 *
 *	vmo_t, make_one(size), clone_of(vmo, size), window(vmo, size),
 *	window_from(vmo, offset, size), no_window(at, size),
 *	byte_of(vmo, offset), set_byte(vmo, offset, value), resize(vmo, size), end(vmo)
 *	and FAMILY_TEST(module, sentence)
 *
 * Each thread writes what is its own and looks whether it stays, while others do their worst.
 */
#pragma once

#include "libsys/clock.h"
#include "libsys/thread.h"

enum { WRITERS = 4, STACK = 16384, PAGES = 16, SIZE = PAGES * PAGE, ROUNDS = 4 };

struct writer {
	volatile uint8_t *at; /* what it writes; NULL: it maps a clone of its own */
	vmo_t vmo;
	uint8_t value;
	volatile unsigned wrong;
	volatile bool stop;
	cptr_t thread;
};

static _Alignas(16) char stacks[WRITERS][STACK];
static struct writer writers[WRITERS];

static unsigned start_writers(void (*run)(void *), cptr_t fault_endpoint)
{
	for (unsigned i = 0; i < WRITERS; i++) {
		struct thread_options options = {.stack = stacks[i],
			.stack_size = STACK,
			.priority = 10,
			.cpu = i % boot_info()->cpus_online,
			.fault_endpoint = fault_endpoint};

		REQUIRE(thread_start(run, &writers[i], &options, &writers[i].thread) == ST_OK);
	}
	return WRITERS;
}

static void finish_writers(void)
{
	for (unsigned i = 0; i < WRITERS; i++) {
		EXPECT_EQ(thread_join(writers[i].thread), ST_OK);
		EXPECT_EQ(thread_delete(writers[i].thread), ST_OK);
		EXPECT_EQ(writers[i].wrong, 0);
	}
}

/* Its bytes of every page, written and found again, by turns with the others'. */
static void write_bytes(void *argument)
{
	struct writer *w = argument;

	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned page = 0; page < PAGES; page++) {
			volatile uint8_t *byte = w->at + page * PAGE + w->value;

			w->wrong += *byte != (round ? w->value + round : 0);
			*byte = (uint8_t)(w->value + round + 1);
		}
}

/* Four threads write the very same pages of one clone: each page is copied once. */
FAMILY_TEST(families, a_clone_is_written_by_all_cpus_at_once)
{
	vmo_t vmo = make_one(SIZE), clone;
	volatile uint8_t *at;

	for (unsigned page = 0; page < PAGES; page++)
		set_byte(vmo, page * PAGE + PAGE - 1, (uint8_t)page);
	clone = clone_of(vmo, SIZE);
	at = window(clone, SIZE);
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){.at = at, .value = (uint8_t)(i * 10)};
	start_writers(write_bytes, 0);
	finish_writers();
	for (unsigned page = 0; page < PAGES; page++) {
		EXPECT_EQ(at[page * PAGE + PAGE - 1], page);
		for (unsigned i = 0; i < WRITERS; i++) {
			EXPECT_EQ(at[page * PAGE + i * 10], i * 10 + ROUNDS);
			EXPECT_EQ(byte_of(vmo, page * PAGE + i * 10), 0);
		}
	}
	no_window(at, SIZE);
	end(clone);
	end(vmo);
}

enum { LOOKS = 10000 };

/* By turns: finds what the one before wrote, and writes it anew, half of it by calls. */
static void take_turns(void *argument)
{
	struct writer *w = argument;
	volatile uint8_t *turn = w->at + (PAGES - w->value) * PAGE - 1;

	for (int step = w->value; step < WRITERS * ROUNDS; step += WRITERS) {
		for (unsigned looks = 1; __atomic_load_n(turn, __ATOMIC_ACQUIRE) != step;
			looks++) {
			__asm__ volatile("yield"); /* by turns on one of the host's: a turn */
			if (looks % LOOKS == 0)	   /* the others need the kernel's lock, too */
				sys_yield();
		}
		for (int page = WRITERS; page < PAGES; page++) {
			volatile uint8_t *byte = w->at + (page - w->value) * PAGE;

			w->wrong += *byte != step;
			w->wrong += byte_of(w->vmo, (uint64_t)page * PAGE) != step;
			if (page % 2)
				*byte = (uint8_t)(step + 1);
			else
				set_byte(w->vmo, (uint64_t)page * PAGE, (uint8_t)(step + 1));
			w->wrong += *byte != step + 1;
			w->wrong += byte_of(w->vmo, (uint64_t)page * PAGE) != step + 1;
		}
		__atomic_store_n(turn, (uint8_t)(step + 1), __ATOMIC_RELEASE);
	}
}

/* Windows on one VMO, each from another page on, one for each CPU. */
FAMILY_TEST(families, windows_from_any_offset_agree_on_all_cpus)
{
	vmo_t vmo = make_one(SIZE);

	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){.at = window_from(vmo, i * PAGE, SIZE - i * PAGE),
			.vmo = vmo,
			.value = (uint8_t)i};
	start_writers(take_turns, 0);
	finish_writers();
	EXPECT_EQ(byte_of(vmo, WRITERS * PAGE), WRITERS * ROUNDS);
	for (unsigned i = 0; i < WRITERS; i++)
		no_window(writers[i].at, SIZE - i * PAGE);
	end(vmo);
}

/* Each makes a clone, writes it, reads it by call and mapping, and closes it, again and again. */
static void breed(void *argument)
{
	struct writer *w = argument;

	for (unsigned round = 0; round < ROUNDS; round++) {
		vmo_t clone = clone_of(w->vmo, SIZE), second = clone_of(clone, SIZE);
		volatile uint8_t *at = window(second, SIZE);

		for (unsigned page = 0; page < PAGES; page += 4) {
			at[page * PAGE] = w->value;
			set_byte(clone, page * PAGE + PAGE, (uint8_t)(w->value + 1));
			w->wrong += byte_of(second, page * PAGE) != w->value;
			w->wrong += at[page * PAGE + PAGE] != w->value + 1;
		}
		end(round % 2 ? second : clone);
		w->wrong += at[PAGE] != w->value + 1;
		no_window(at, SIZE);
		end(round % 2 ? clone : second);
	}
}

FAMILY_TEST(families, of_one_parent_are_bred_by_all_cpus_at_once)
{
	vmo_t vmo = make_one(SIZE);

	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){.vmo = vmo, .value = (uint8_t)(i * 10 + 1)};
	start_writers(breed, 0);
	for (unsigned i = 0; i < 20; i++)
		set_byte(vmo, i % PAGES * PAGE + 5, (uint8_t)i);
	finish_writers();
	EXPECT_EQ(byte_of(vmo, 0), 0);
	end(vmo);
}

/* Writes its own page of a clone, and reads one of the parent's: old, new or zeros. */
static void write_under_changes(void *argument)
{
	struct writer *w = argument;
	uint8_t count = 0;

	do {
		volatile uint8_t *own = w->at + w->value * PAGE;
		volatile uint8_t *other = w->at + (WRITERS + w->value) * PAGE;
		uint8_t seen = *other;

		w->wrong += *own != count;
		*own = ++count;
		w->wrong += seen != 0 && seen != 77;
	} while (!w->stop);
}

/* The parent shrinks, grows and is written, then goes, under those who write its clone. */
FAMILY_TEST(families, a_parent_is_resized_and_closed_under_writers)
{
	vmo_t vmo = make_one(SIZE), clone = clone_of(vmo, SIZE);
	volatile uint8_t *at = window(clone, SIZE);

	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){.at = at, .value = (uint8_t)i};
	start_writers(write_under_changes, 0);
	for (unsigned round = 0; round < 8; round++) {
		resize(vmo, round % 3 * PAGE);
		resize(vmo, SIZE);
		for (unsigned page = WRITERS; page < 2 * WRITERS; page++)
			set_byte(vmo, page * PAGE, 77);
	}
	end(vmo);
	clock_sleep_ns(200000);
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i].stop = true;
	finish_writers();
	for (unsigned i = 0; i < WRITERS; i++)
		EXPECT_EQ(at[(WRITERS + i) * PAGE], 77);
	no_window(at, SIZE);
	end(clone);
}

/* Touches all of a clone through a mapping that may go at any time: it stops there. */
static void touch(void *argument)
{
	struct writer *w = argument;

	do
		for (unsigned page = 0; page < PAGES; page++) {
			uint8_t seen = w->at[page * PAGE];

			w->wrong += seen != 0 && seen != 1 && seen != 2;
			w->at[page * PAGE] = 2;
		}
	while (!w->stop);
}

FAMILY_TEST(families, mappings_are_torn_down_while_others_fault)
{
	for (unsigned round = 0; round < 4; round++) {
		vmo_t vmo = make_one(SIZE), clone;
		cptr_t endpoint = 0;
		volatile uint8_t *at;

		REQUIRE(object_create(OBJECT_ENDPOINT, 0, &endpoint) == ST_OK);
		set_byte(vmo, 0, 1);
		clone = clone_of(vmo, SIZE);
		at = window(clone, SIZE);
		for (unsigned i = 0; i < WRITERS; i++)
			writers[i] = (struct writer){.at = at};
		start_writers(touch, endpoint);
		clock_sleep_ns(round * 100000);
		if (round % 2)
			end(vmo);
		no_window(at, SIZE);
		clock_sleep_ns(100000);
		for (unsigned i = 0; i < WRITERS; i++) {
			EXPECT_EQ(thread_suspend(writers[i].thread), ST_OK);
			EXPECT_EQ(thread_delete(writers[i].thread), ST_OK);
			EXPECT_EQ(writers[i].wrong, 0);
		}
		EXPECT_EQ(object_delete(endpoint), ST_OK);
		if (round % 2 == 0) {
			EXPECT_EQ(byte_of(vmo, 0), 1);
			end(vmo);
		}
		end(clone);
	}
}
