/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <sys/mman.h>

#include "test.h"
#include "world.h"

static struct slot *untyped;

/* Slot 1: an Untyped of 64 KiB, full of junk. */
static void setup(void)
{
	world_reset();
	untyped = world_untyped(1, 0, 16);
}

static status_t retype_only(
	struct slot *from, word_t type, word_t size_bits, unsigned index, word_t count)
{
	struct retype request = {type, size_bits, count, root(index)};
	struct work work = {WORK_PLENTY};

	return untyped_retype(from, &request, &work);
}

static status_t retype(
	struct slot *from, word_t type, word_t size_bits, unsigned index, word_t count)
{
	status_t st = retype_only(from, type, size_bits, index, count);

	walk();
	return st;
}

static bool is_zero(const void *memory, size_t size)
{
	const char *bytes = memory;

	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

TEST(untyped, cuts_from_the_bottom_each_aligned_to_its_size)
{
	setup();
	EXPECT_EQ(untyped_free(untyped), BIT(16));
	EXPECT_EQ(untyped_base(&untyped->cap), WORLD_PA);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 3), ST_OK);
	EXPECT_EQ(va_to_pa(cap_object(&root(12)->cap)), WORLD_PA + 64);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 96);
	EXPECT_EQ(retype(untyped, OBJECT_THREAD, 0, 20, 1), ST_OK);
	EXPECT_EQ(va_to_pa(cap_object(&root(20)->cap)), WORLD_PA + 2048);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 4, 21, 1), ST_OK);
	EXPECT_EQ(root(21)->cap.size_bits, 4);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 4096 - 512);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 12, 22, 2), ST_OK);
	EXPECT_EQ(untyped_base(&root(23)->cap), WORLD_PA + 8192 + 4096);
	EXPECT_EQ(untyped_free(root(23)), 4096);
	EXPECT_EQ(events.created[OBJECT_THREAD], 1);
}

TEST(untyped, objects_are_clear_and_untypeds_are_left_alone)
{
	setup();
	EXPECT_EQ(retype(untyped, OBJECT_NOTIFICATION, 0, 10, 2), ST_OK);
	EXPECT(is_zero(cap_object(&root(10)->cap), 128));
	EXPECT(!is_zero((char *)cap_object(&root(10)->cap) + 128, 1));
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 12, 12, 1), ST_OK);
	EXPECT(!is_zero(pa_to_va(untyped_base(&root(12)->cap)), 1));
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 8, 13, 1), ST_OK);
	EXPECT(is_zero(in(root(13), 0), 256 * SLOT_BYTES));
}

TEST(untyped, each_refusal_has_its_status_and_changes_nothing)
{
	struct slot before;

	setup();
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 2, 1), ST_OK);
	cap_insert(NULL, root(3), untyped_make(UINT64_C(0xfe000000), 24, true));
	before = *untyped;
	EXPECT_EQ(retype(root(2), OBJECT_ENDPOINT, 0, 10, 1), ST_WRONG_TYPE);
	EXPECT_EQ(retype(root(9), OBJECT_ENDPOINT, 0, 10, 1), ST_WRONG_TYPE);
	EXPECT_EQ(retype(untyped, OBJECT_NONE, 0, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_TYPES, 0, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_ZOMBIE, 0, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, UINT64_MAX, 0, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 5, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 0, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 27, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 3, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 39, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, UINT64_MAX, 10, 1), ST_INVALID_ARGS);
	EXPECT_EQ(retype(untyped, OBJECT_VMO, 0, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(untyped, OBJECT_IRQ_CONTROL, 0, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(3), OBJECT_ENDPOINT, 0, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, RETYPE_MAX + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 1, 1), ST_ALREADY_EXISTS);
	cap_insert(NULL, root(20), (struct cap){.type = OBJECT_IRQ_CONTROL});
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 11), ST_ALREADY_EXISTS);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 16, 10, 1), ST_NO_MEMORY);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 38, 10, 1), ST_NO_MEMORY);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 26, 100, 256), ST_NO_MEMORY);
	EXPECT_EQ(retype(untyped, OBJECT_THREAD, 0, 10, 10), ST_OK); /* up to a full slot */
	delete_all(root(20), 1);
	for (unsigned i = 10; i < 20; i++)
		delete_all(root(i), WORK_PLENTY);
	EXPECT_EQ(walk(), 3);
	EXPECT(before.cap.object == untyped->cap.object);
}

TEST(untyped, fills_to_the_last_byte_and_no_further)
{
	setup();
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 15, 10, 1), ST_OK);
	EXPECT_EQ(retype(untyped, OBJECT_THREAD, 0, 11, 16), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 0);
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 4, 30, 1), ST_NO_MEMORY);
	EXPECT_EQ(retype(root(10), OBJECT_UNTYPED, 4, 30, 256), ST_OK);
	EXPECT_EQ(retype(root(30), OBJECT_ENDPOINT, 0, 400, 1), ST_NO_MEMORY);
	EXPECT_EQ(untyped_free(root(30)), 16);
}

TEST(untyped, is_whole_again_when_the_last_child_goes)
{
	setup();
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 2), ST_OK);
	EXPECT_EQ(cap_copy(root(12), root(10), 0), ST_OK);
	delete_all(root(10), 1);
	delete_all(root(11), 1);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 64); /* the copy holds it */
	delete_all(root(12), 1);
	EXPECT_EQ(untyped_free(untyped), BIT(16));
	memset(pa_to_va(WORLD_PA), 0x77, 4096);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 3, 10, 1), ST_OK); /* and clears again */
	EXPECT(is_zero(in(root(10), 0), 256));
}

TEST(untyped, a_childs_children_hold_it_when_the_child_goes)
{
	setup();
	EXPECT_EQ(retype(untyped, OBJECT_UNTYPED, 12, 10, 1), ST_OK);
	EXPECT_EQ(retype(root(10), OBJECT_ENDPOINT, 0, 11, 1), ST_OK);
	delete_all(root(10), 1);
	EXPECT(parent_of(root(11)) == untyped);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 4096);
	delete_all(root(11), 1);
	EXPECT_EQ(untyped_free(untyped), BIT(16));
}

TEST(untyped, a_copy_has_it_all_and_its_source_nothing)
{
	setup();
	EXPECT_EQ(cap_copy(root(10), untyped, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 0);
	EXPECT_EQ(untyped_free(root(10)), BIT(16));
	EXPECT_EQ(cap_copy(root(11), untyped, RIGHTS_ALL), ST_BAD_STATE);
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 12, 1), ST_NO_MEMORY);
	EXPECT_EQ(retype(root(10), OBJECT_ENDPOINT, 0, 12, 1), ST_OK);
	delete_all(root(10), 1);
	EXPECT(parent_of(root(12)) == untyped);
	EXPECT_EQ(untyped_free(untyped), 0);
	delete_all(root(12), 1);
	EXPECT_EQ(untyped_free(untyped), BIT(16));
}

TEST(untyped, large_objects_are_cleared_in_steps)
{
	struct retype request;
	unsigned calls = 0;
	status_t st;

	setup();
	request = (struct retype){OBJECT_CNODE, 10, 1, root(10)}; /* 32 KiB */
	do {
		struct work work = {2 * WORK_CLEAR_PAGE};

		st = untyped_retype(untyped, &request, &work);
		calls++;
		walk();
		EXPECT(st == ST_OK ||
			(slot_is_empty(root(10)) && untyped_free(untyped) == BIT(16)));
	} while (st == CAP_AGAIN);
	EXPECT_EQ(st, ST_OK);
	EXPECT_EQ(calls, 4);
	EXPECT(is_zero(in(root(10), 0), 32 << 10));
	EXPECT(!is_zero(in(root(10), 1024), 1));
}

TEST(untyped, what_was_cleared_ahead_is_not_cleared_twice_and_not_trusted_too_long)
{
	struct work work = {1};
	struct retype request;

	setup();
	request = (struct retype){OBJECT_CNODE, 10, 1, root(10)};
	EXPECT_EQ(untyped_retype(untyped, &request, &work), CAP_AGAIN);
	walk();
	/* Another call comes in between, and its object is used and goes. */
	EXPECT_EQ(retype(untyped, OBJECT_THREAD, 0, 11, 1), ST_OK);
	memset(cap_object(&root(11)->cap), 0x33, 64);
	memset((char *)cap_object(&root(11)->cap) + 64 + 128, 0x33, 2048 - 192);
	delete_all(root(11), 1);
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 10, 10, 1), ST_OK);
	EXPECT(is_zero(in(root(10), 0), 32 << 10));
}

TEST(untyped, clearing_ahead_of_an_aligned_start_covers_the_gap)
{
	struct work work = {1};
	struct retype request;

	setup();
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 1), ST_OK);
	request = (struct retype){OBJECT_CNODE, 8, 1, root(11)}; /* 8 KiB, from 8 KiB */
	EXPECT_EQ(untyped_retype(untyped, &request, &work), CAP_AGAIN);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 32);
	walk();
	EXPECT_EQ(retype(untyped, OBJECT_CNODE, 2, 12, 1), ST_OK);
	EXPECT(is_zero(in(root(12), 0), 128));
	while (untyped_retype(untyped, &request, &work) == CAP_AGAIN)
		walk();
	EXPECT(is_zero(in(root(11), 0), 8 << 10));
	EXPECT_EQ(va_to_pa(in(root(11), 0)), WORLD_PA + 8192);
}

TEST(untyped, of_a_device_is_never_touched)
{
	setup();
	cap_insert(
		NULL, root(3), untyped_make(UINT64_C(0xfffffe00000), 16, true)); /* 44 bits */
	EXPECT_EQ(retype(root(3), OBJECT_UNTYPED, 12, 10, 16), ST_OK);
	EXPECT_EQ(untyped_base(&root(25)->cap), UINT64_C(0xfffffe0f000));
	EXPECT(root(25)->cap.aux & UNTYPED_DEVICE);
	EXPECT_EQ(retype(root(25), OBJECT_CNODE, 1, 30, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(25), OBJECT_UNTYPED, 12, 30, 1), ST_OK);
	EXPECT_EQ(revoke_all(root(3), 1), ST_OK);
	EXPECT_EQ(untyped_free(root(3)), BIT(16));
	/* Below a page the reference does not reach so far. */
	EXPECT_EQ(retype(root(3), OBJECT_UNTYPED, 11, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(walk(), 2);
}

TEST(untyped, ram_beyond_what_links_reach_makes_untypeds_only)
{
	setup();
	cap_insert(NULL, root(3), untyped_make(SLOT_PA_END, 30, false));
	cap_insert(NULL, root(4), untyped_make(OBJECT_PA_END, 30, false));
	EXPECT_EQ(retype(root(3), OBJECT_CNODE, 4, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(3), OBJECT_THREAD, 0, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(4), OBJECT_ENDPOINT, 0, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(4), OBJECT_UNTYPED, 11, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype(root(4), OBJECT_UNTYPED, 12, 10, 1), ST_OK);
	EXPECT_EQ(untyped_base(&root(10)->cap), OBJECT_PA_END);
}

/* ram_at: a page of RAM at `pa`, for who reads and writes it through the direct map. */
static void ram_at(paddr_t pa)
{
	void *want = pa_to_va(pa);

	REQUIRE(mmap(want, PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == want);
}

/* The walk knows the world's RAM alone: what is made elsewhere goes before the next one. */
TEST(untyped, objects_end_where_links_and_references_end)
{
	struct work work = {WORK_PLENTY};

	setup();
	ram_at(SLOT_PA_END - PAGE_SIZE);
	ram_at(OBJECT_PA_END - PAGE_SIZE);
	cap_insert(NULL, root(3), untyped_make(SLOT_PA_END - 512, 9, false));
	cap_insert(NULL, root(4), untyped_make(OBJECT_PA_END - 64, 6, false));
	EXPECT_EQ(retype_only(root(3), OBJECT_CNODE, 4, 10, 1), ST_OK);
	EXPECT_EQ(cap_delete(root(10), &work), ST_OK);
	EXPECT_EQ(zombies_collect(&work), ST_OK);
	EXPECT_EQ(retype(root(4), OBJECT_CNODE, 1, 10, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(retype_only(root(4), OBJECT_NOTIFICATION, 0, 10, 1), ST_OK);
	EXPECT_EQ(cap_delete(root(10), &work), ST_OK);
	EXPECT_EQ(walk(), 3);
}

TEST(untyped, take_cuts_for_others)
{
	paddr_t base;

	setup();
	EXPECT_EQ(retype(untyped, OBJECT_ENDPOINT, 0, 10, 1), ST_OK);
	EXPECT_EQ(untyped_take_check(root(10), 12, &base), ST_WRONG_TYPE);
	EXPECT_EQ(untyped_take_check(untyped, 3, &base), ST_INVALID_ARGS);
	EXPECT_EQ(untyped_take_check(untyped, 39, &base), ST_INVALID_ARGS);
	EXPECT_EQ(untyped_take_check(untyped, 16, &base), ST_NO_MEMORY);
	EXPECT_EQ(untyped_take_check(untyped, 4, &base), ST_OK); /* the smallest */
	EXPECT_EQ(base, WORLD_PA + 32);
	EXPECT_EQ(untyped_take_check(untyped, 12, &base), ST_OK);
	EXPECT_EQ(base, WORLD_PA + 4096);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 32);
	untyped_take_commit(untyped, 12);
	EXPECT_EQ(untyped_free(untyped), BIT(16) - 8192);
}

TEST(untyped, the_largest_one_counts_its_bytes)
{
	paddr_t base = 1;

	world_reset();
	cap_insert(NULL, root(3), untyped_make(0, 38, false));
	EXPECT_EQ(untyped_free(root(3)), BIT(38));
	EXPECT_EQ(untyped_take_check(root(3), 38, &base), ST_OK);
	EXPECT_EQ(base, 0);
	EXPECT_EQ(cap_copy(root(10), root(3), 0), ST_OK);
	EXPECT_EQ(untyped_free(root(3)), 0);
	delete_all(root(10), 1);
	EXPECT_EQ(retype(root(3), OBJECT_UNTYPED, 37, 10, 2), ST_OK);
	EXPECT_EQ(untyped_free(root(3)), 0);
	EXPECT_EQ(untyped_base(&root(11)->cap), BIT(37));
}
