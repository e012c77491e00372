/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What calls find when another's call is half done, and what they find when there is no memory
 * for the one table or piece that they need. Half done: a thread of low priority is given this
 * CPU for a moment at a time. While this one runs that one does not: it stands at a preemption
 * point of its call.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "memory.h"

enum { STACK_SIZE = 16384, TRIES = 14, SLICES = 64, BATCHES = 2 };
enum { SLICE_NS = 5000, ENOUGH_NS = 50000000 };

cptr_t pool;
static _Alignas(16) char stack[STACK_SIZE];
static cptr_t victim, seen;

static void revoke_victim(void *argument)
{
	(void)argument;
	cap_revoke(victim);
}

/*
 * Let a thread revoke the victim, slice by slice, until it is half-way or has done it. How large
 * a slice gets it forward depends on the kernel: a debug kernel's calls are long.
 */
static bool revoke_until(bool (*is_half_way)(void), int try, cptr_t *thread_out)
{
	struct thread_options options = {.stack = stack, .stack_size = sizeof(stack)};
	struct thread_info info;

	REQUIRE(thread_start(revoke_victim, NULL, &options, thread_out) == ST_OK);
	for (int i = 0; i < SLICES; i++) {
		clock_sleep_ns((uint64_t)SLICE_NS << try);
		if (is_half_way())
			return true;
		EXPECT_EQ(thread_info(*thread_out, &info), ST_OK);
		if (info.state == THREAD_STOPPED)
			break;
	}
	return false;
}

static void end_revoke(cptr_t thread)
{
	struct thread_info info = {.state = THREAD_READY};

	for (int i = 0; i < SLICES && info.state != THREAD_STOPPED; i++) {
		clock_sleep_ns(ENOUGH_NS);
		EXPECT_EQ(thread_info(thread, &info), ST_OK);
	}
	EXPECT_EQ(info.state, THREAD_STOPPED);
	EXPECT_EQ(thread_delete(thread), ST_OK);
}

/* --- a capability that is being deleted */

/* Whoever is refused for it ends it: the next one finds the slot empty. */
static bool is_zombie(void)
{
	return cap_swap(seen, seen) == ST_BAD_STATE;
}

/* A CNode, and more of the same Untyped than a revoke can delete in one step. */
static void make_children(cptr_t keep)
{
	EXPECT_EQ(untyped_retype(victim, OBJECT_CNODE, 2, seen, 1), ST_OK);
	for (word_t i = 0; i < BATCHES; i++)
		EXPECT_EQ(untyped_retype_in(
				  victim, OBJECT_ENDPOINT, 0, keep, i * RETYPE_MAX, RETYPE_MAX),
			ST_OK);
}

TEST(midway, a_capability_being_deleted_is_not_swapped)
{
	cptr_t keep = make(OBJECT_CNODE, 11), thread;
	bool was = false;

	victim = make(OBJECT_UNTYPED, 20);
	seen = make_slot();
	for (int try = 0; try < TRIES && !was; try++) {
		make_children(keep);
		was = revoke_until(is_zombie, try, &thread);
		end_revoke(thread);
		EXPECT(is_empty(seen));
	}
	EXPECT(was);
	drop(seen);
	drop(victim);
	drop(keep);
}

/* --- a Pool that is being emptied */

static status_t make_vmo_of(cptr_t of)
{
	cptr_t vmo = 0;
	status_t st = vmo_create(of, PAGE, 0, &vmo);

	if (st == ST_OK)
		drop(vmo);
	return st;
}

static bool is_dying(void)
{
	return make_vmo_of(seen) == ST_BAD_STATE;
}

/* The first Untyped of device memory. */
static cptr_t device(void)
{
	const struct bootinfo *info = boot_info();
	uint32_t i = 0;

	while (i < info->untyped_count && !info->untyped[i].device)
		i++;
	REQUIRE(i < info->untyped_count);
	return info->untyped_first + i;
}

static void expect_pool_refuses(cptr_t dying, cptr_t source, cptr_t slot, cptr_t more)
{
	EXPECT_EQ(make_vmo_of(dying), ST_BAD_STATE);
	EXPECT_EQ(sys_vmo_create_contiguous(dying, PAGE, 0, 0, ROOT_SLOT_CNODE, slot),
		ST_BAD_STATE);
	EXPECT_EQ(sys_vmo_create_physical(dying, device(), 12, VMO_CACHE_UNCACHED_DEVICE,
			  ROOT_SLOT_CNODE, slot),
		ST_BAD_STATE);
	EXPECT_EQ(
		sys_vmo_clone(source, 0, 0, PAGE, dying, ROOT_SLOT_CNODE, slot), ST_BAD_STATE);
	EXPECT_EQ(sys_vspace_create(dying, ROOT_SLOT_CNODE, slot), ST_BAD_STATE);
	EXPECT_EQ(pool_add(dying, more, 13), ST_BAD_STATE);
}

WITH_POOL(midway, a_pool_being_emptied_makes_nothing)
{
	cptr_t source = make_vmo(PAGE, 0), slot = make_slot(), more = make(OBJECT_UNTYPED, 14);
	cptr_t vmo = 0, thread;
	bool was = false;

	victim = make(OBJECT_UNTYPED, 22);
	seen = make(OBJECT_POOL, 0);
	for (int try = 0; try < TRIES && !was; try++) {
		REQUIRE(pool_add(seen, victim, 22) == ST_OK);
		REQUIRE(vmo_create(seen, 3 * MIB, 0, &vmo) == ST_OK);
		EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 3 * MIB), ST_OK);
		was = revoke_until(is_dying, try, &thread);
		if (was)
			expect_pool_refuses(seen, source, slot, more);
		end_revoke(thread);
		EXPECT(is_empty(vmo));
		drop(vmo);
	}
	EXPECT(was);
	EXPECT_EQ(make_vmo_of(seen), ST_NO_MEMORY); /* it lives, and has nothing */
	drop(seen);
	drop(slot);
	drop(more);
	drop(source);
	drop(victim);
}

/* --- a snapshot half made */

enum { TABLES = 256, SPAN = 2 * MIB };

static void take_snapshot(void *argument)
{
	(void)argument;
	sys_vmo_clone(
		victim, VMO_CHILD_SNAPSHOT, 0, TABLES * SPAN, pool, ROOT_SLOT_CNODE, seen);
}

/* It takes over table by table, from two ancestors. */
static cptr_t make_long_work(cptr_t *parent_out)
{
	cptr_t parent = make_vmo(TABLES * SPAN, 0);
	cptr_t clone = make_child(parent, VMO_CHILD_CLONE, 0, TABLES * SPAN);

	for (uint64_t at = 0; at < TABLES * SPAN; at += SPAN) {
		EXPECT_EQ(poke(parent, at, 1), ST_OK);
		EXPECT_EQ(poke(clone, at + PAGE, 2), ST_OK);
	}
	*parent_out = parent;
	return clone;
}

/* Start it, and kill its maker on the way; false if that was done, or had not begun. */
static bool kill_maker(int try)
{
	struct thread_options options = {.stack = stack, .stack_size = sizeof(stack)};
	uint64_t free = info_of(pool).free;
	cptr_t thread;
	bool half;

	REQUIRE(thread_start(take_snapshot, NULL, &options, &thread) == ST_OK);
	clock_sleep_ns((uint64_t)SLICE_NS << try);
	half = is_empty(seen) && info_of(pool).free + 2 < free;
	REQUIRE(thread_suspend(thread) == ST_OK);
	EXPECT_EQ(thread_delete(thread), ST_OK);
	if (!is_empty(seen))
		EXPECT_EQ(cap_delete(seen), ST_OK);
	return half;
}

WITH_POOL(midway, a_snapshot_whose_maker_died_is_nobodys_child)
{
	cptr_t notification = make(OBJECT_NOTIFICATION, 0), badged = make_slot(), parent, child;
	word_t bits = 0;
	bool half = false;

	EXPECT_EQ(cap_mint(badged, notification, RIGHT_WRITE, 4), ST_OK);
	victim = make_long_work(&parent);
	seen = make_slot();
	EXPECT_EQ(vmo_set_signal(victim, badged), ST_OK);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	for (int try = 0; try < TRIES && !half; try++)
		half = kill_maker(try);
	EXPECT(half);
	EXPECT_EQ(about(victim).children, 0);
	(void)notification_poll(notification, &bits);
	child = make_child(victim, VMO_CHILD_CLONE, 0, PAGE);
	EXPECT_EQ(about(victim).children, 1);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	drop(child);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	drop(seen);
	drop(victim);
	drop(parent);
	drop(badged);
	drop(notification);
}

/* --- without memory for a table or a piece */

static cptr_t eat(void)
{
	cptr_t eater = make_vmo(64 * MIB, 0);

	EXPECT_EQ(vmo_op_range(eater, VMO_OP_COMMIT, 0, 64 * MIB), ST_NO_MEMORY);
	return eater;
}

WITH_POOL(vmo_set_size, without_memory_for_a_table_is_refused)
{
	cptr_t vmo = make_vmo(PAGE, VMO_OPTION_RESIZABLE), eater;

	EXPECT_EQ(poke(vmo, 0, 7), ST_OK);
	eater = eat();
	EXPECT_EQ(vmo_set_size(vmo, 2 * PAGE), ST_NO_MEMORY);
	EXPECT_EQ(vmo_size(vmo), PAGE);
	drop(eater);
	EXPECT_EQ(vmo_set_size(vmo, 2 * PAGE), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 7);
	drop(vmo);
}

WITH_POOL(vmo_merge, without_memory_for_a_table_changes_nothing)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), snapshot, clone, eater;

	EXPECT_EQ(poke(vmo, 0, 1), ST_OK);
	snapshot = make_child(vmo, VMO_CHILD_SNAPSHOT, 0, 4 * PAGE);
	clone = make_child(vmo, VMO_CHILD_CLONE, 0, 4 * PAGE);
	EXPECT_EQ(poke(clone, PAGE, 2), ST_OK);
	eater = eat();
	EXPECT_EQ(vmo_merge(clone, vmo), ST_NO_MEMORY);
	EXPECT_EQ(peek(vmo, PAGE), 0);
	EXPECT_EQ(vmo_diff(clone, 0), PAGE);
	drop(eater);
	EXPECT_EQ(vmo_merge(clone, vmo), ST_OK);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	EXPECT_EQ(peek(snapshot, PAGE), 0);
	drop(clone);
	drop(snapshot);
	drop(vmo);
}

/* Mappings until there is no memory for one more: then none is to be had for a piece. */
WITH_POOL(vspace, without_memory_for_pieces_nothing_is_cut)
{
	cptr_t vmo = make_vmo(3 * PAGE, 0), space, eater;
	uaddr_t at = 0x400000;
	struct vspace_range range;
	status_t st = ST_OK;

	REQUIRE(vspace_create(pool, &space) == ST_OK);
	EXPECT_EQ(vspace_map(space, vmo, 0, 3 * PAGE, VSPACE_READ | VSPACE_FIXED, &at), ST_OK);
	eater = eat();
	for (uaddr_t next = 0x800000; st == ST_OK; next += 4 * PAGE)
		st = vspace_map(space, vmo, 0, PAGE, VSPACE_READ | VSPACE_FIXED, &next);
	EXPECT_EQ(st, ST_NO_MEMORY);
	EXPECT_EQ(vspace_protect(space, at + PAGE, PAGE, 0), ST_NO_MEMORY);
	EXPECT_EQ(vspace_unmap(space, at + PAGE, PAGE), ST_NO_MEMORY);
	EXPECT_EQ(vspace_query(space, at, &range), ST_OK);
	EXPECT(range.size == 3 * PAGE && range.rights == VSPACE_READ);
	EXPECT_EQ(vspace_unmap(space, 0x800000, PAGE), ST_OK); /* room for one piece again */
	drop(eater);
	drop(space);
	drop(vmo);
}
