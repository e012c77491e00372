/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Clones, snapshots, slices: what they refuse and show, who goes first, what is told of it. */
#include "libsys/boot.h"
#include "libsys/notification.h"
#include "memory.h"

cptr_t pool;

enum { RW = VSPACE_READ | VSPACE_WRITE, RESIZABLE = VMO_OPTION_RESIZABLE };

/* --- clones: refusals and rights */

WITH_POOL(vmo_clone, refuses)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), write = with_rights(vmo, RIGHT_WRITE | RIGHT_MAP);
	cptr_t slot = make_slot(), empty = make(OBJECT_POOL, 0);
	struct pool_info before = info_of(pool);

#define REFUSES(status, of, options, offset, size) \
	EXPECT_EQ(sys_vmo_clone(of, options, offset, size, pool, ROOT_SLOT_CNODE, slot), status)
	REFUSES(ST_INVALID_ARGS, vmo, 3, 0, PAGE);
	REFUSES(ST_INVALID_ARGS, vmo, 64, 0, PAGE);
	REFUSES(ST_INVALID_ARGS, vmo, VMO_CHILD_SLICE | RESIZABLE, 0, PAGE);
	REFUSES(ST_INVALID_ARGS, vmo, VMO_CHILD_SNAPSHOT | VMO_OPTION_RESERVE, 0, PAGE);
	REFUSES(ST_INVALID_ARGS, vmo, 0, 1, PAGE);
	REFUSES(ST_OUT_OF_RANGE, vmo, 0, 0, UINT64_MAX);
	REFUSES(ST_OUT_OF_RANGE, vmo, 0, UINT64_MAX - PAGE + 1, 2 * PAGE);
	REFUSES(ST_OUT_OF_RANGE, vmo, VMO_CHILD_SLICE, 3 * PAGE, 2 * PAGE);
	REFUSES(ST_OUT_OF_RANGE, vmo, VMO_CHILD_SLICE, 5 * PAGE, 0);
	REFUSES(ST_ACCESS_DENIED, write, 0, 0, PAGE);
	REFUSES(ST_WRONG_TYPE, pool, 0, 0, PAGE);
	REFUSES(ST_BAD_HANDLE, 0, 0, 0, PAGE);
	REFUSES(ST_NO_MEMORY, vmo, VMO_OPTION_RESERVE, 0, UINT64_C(1) << 30);
#undef REFUSES
	EXPECT_EQ(sys_vmo_clone(vmo, 0, 0, PAGE, vmo, ROOT_SLOT_CNODE, slot), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vmo_clone(vmo, 0, 0, PAGE, 0, ROOT_SLOT_CNODE, slot), ST_BAD_HANDLE);
	EXPECT_EQ(
		sys_vmo_clone(vmo, 0, 0, PAGE, pool, ROOT_SLOT_CNODE, vmo), ST_ALREADY_EXISTS);
	EXPECT_EQ(sys_vmo_clone(vmo, 0, 0, PAGE, empty, ROOT_SLOT_CNODE, slot), ST_NO_MEMORY);
	EXPECT_EQ(vmo_signal(vmo, 0, 0), VMO_SIGNAL_ZERO_CHILDREN);
	drop(empty);
	EXPECT(is_empty(slot));
	EXPECT_EQ(about(vmo).children, 0);
	EXPECT_EQ(info_of(pool).tables, before.tables);
	EXPECT_EQ(info_of(pool).reserved, before.reserved);
	drop(slot);
	drop(write);
	drop(vmo);
}

WITH_POOL(vmo_clone, of_more_than_four_pools_is_refused)
{
	cptr_t p[4], v[5], more = 0;

	v[0] = make_vmo(PAGE, 0);
	for (int i = 0; i < 4; i++) {
		REQUIRE(pool_create(16, &p[i]) == ST_OK);
		if (i < 3)
			EXPECT_EQ(vmo_clone(v[i], 0, 0, PAGE, p[i], &v[i + 1]), ST_OK);
	}
	EXPECT_EQ(vmo_clone(v[3], 0, 0, PAGE, p[3], &more), ST_NO_RESOURCES);
	EXPECT_EQ(vmo_clone(v[3], 0, 0, PAGE, p[0], &more), ST_OK);
	drop(more);
	for (int i = 0; i < 4; i++)
		drop(v[i]);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pool_delete(p[i]), ST_OK);
}

WITH_POOL(vmo_clone, has_the_rights_of_its_source_and_may_be_written)
{
	cptr_t vmo = make_vmo(PAGE, 0), read = with_rights(vmo, RIGHT_READ),
	       clone = make_child(read, 0, 0, PAGE), slice;

	EXPECT_EQ(about(vmo).rights,
		RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_MAP | RIGHT_PROPERTY);
	EXPECT_EQ(about(clone).rights, RIGHT_READ | RIGHT_WRITE | RIGHT_PROPERTY);
	slice = make_child(read, VMO_CHILD_SLICE, 0, PAGE);
	EXPECT_EQ(about(slice).rights, RIGHT_READ);
	drop(slice);
	drop(clone);
	clone = make_child(read, VMO_CHILD_SNAPSHOT, 0, PAGE);
	EXPECT_EQ(about(clone).rights, RIGHT_READ | RIGHT_WRITE | RIGHT_PROPERTY);
	drop(clone);
	drop(read);
	drop(vmo);
}

/* --- clones: what they show */

WITH_POOL(clone, follows_until_it_is_written)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone, deep;

	poke(vmo, 0, 1);
	clone = make_child(vmo, 0, 0, 4 * PAGE);
	deep = make_child(clone, 0, 0, 4 * PAGE);
	EXPECT_EQ(peek(clone, 0), 1);
	EXPECT_EQ(peek(deep, 0), 1);
	poke(vmo, 0, 2);
	poke(vmo, PAGE, 3);
	EXPECT_EQ(peek(clone, 0), 2);
	EXPECT_EQ(peek(deep, PAGE), 3);
	poke(deep, 1, 9); /* a page for the grandchild alone */
	EXPECT_EQ(peek(deep, 0), 2);
	EXPECT_EQ(peek(clone, 1), 0);
	EXPECT_EQ(about(clone).pages, 0);
	poke(vmo, 0, 4);
	EXPECT_EQ(peek(clone, 0), 4);
	EXPECT_EQ(peek(deep, 0), 2);
	EXPECT_EQ(peek(deep, 1), 9);
	EXPECT_EQ(peek(vmo, 1), 0);
	drop(deep);
	drop(clone);
	drop(vmo);
}

WITH_POOL(clone, follows_through_mappings)
{
	cptr_t vmo = make_vmo(2 * MIB, 0), clone = make_child(vmo, 0, 0, 2 * MIB);
	volatile uint8_t *parent = map(vmo, 2 * MIB, RW), *child = map(clone, 2 * MIB, RW);

	EXPECT_EQ(child[MIB], 0);
	parent[MIB] = 1;
	EXPECT_EQ(child[MIB], 1);
	EXPECT_EQ(child[MIB + PAGE], 0);
	parent[MIB + PAGE] = 2;
	EXPECT_EQ(child[MIB + PAGE], 2);
	child[MIB] = 3;
	EXPECT_EQ(parent[MIB], 1);
	parent[MIB + 1] = 4;
	EXPECT_EQ(child[MIB + 1], 0);
	EXPECT_EQ(peek(clone, MIB), 3);
	EXPECT_EQ(peek(vmo, MIB + 1), 4);
	poke(vmo, 5, 6);
	EXPECT_EQ(child[5], 6);
	unmap(child, 2 * MIB);
	unmap(parent, 2 * MIB);
	drop(clone);
	drop(vmo);
}

WITH_POOL(clone, begins_and_ends_anywhere)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), over, beyond;

	poke(vmo, 3 * PAGE, 3);
	over = make_child(vmo, 0, 3 * PAGE, 4 * PAGE - 1);
	beyond = make_child(vmo, 0, 100 * PAGE, 2 * PAGE);
	EXPECT_EQ(vmo_size(over), 4 * PAGE);
	EXPECT_EQ(peek(over, 0), 3);
	EXPECT_EQ(peek(over, PAGE), 0);
	EXPECT_EQ(poke(over, 3 * PAGE, 7), ST_OK);
	EXPECT_EQ(peek(over, 3 * PAGE), 7);
	EXPECT_EQ(peek(beyond, 0), 0);
	EXPECT_EQ(poke(beyond, PAGE, 8), ST_OK);
	EXPECT_EQ(peek(beyond, PAGE), 8);
	EXPECT_EQ(peek(beyond, PAGE + 1), 0); /* the rest of a page of zeros */
	EXPECT_EQ(about(beyond).pages, 1);
	drop(over);
	drop(beyond);
	drop(vmo);
}

WITH_POOL(clone, sees_its_parent_grow_and_shrink)
{
	cptr_t vmo = make_vmo(2 * PAGE, RESIZABLE), clone = make_child(vmo, 0, 0, 4 * PAGE);
	volatile uint8_t *at = map(clone, 4 * PAGE, RW);

	poke(vmo, PAGE, 1);
	EXPECT_EQ(at[PAGE] + at[3 * PAGE], 1);
	EXPECT_EQ(vmo_set_size(vmo, 4 * PAGE), ST_OK);
	poke(vmo, 3 * PAGE, 2);
	EXPECT_EQ(at[3 * PAGE], 2);
	at[2 * PAGE] = 5;
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
	EXPECT_EQ(at[PAGE] + at[3 * PAGE], 0);
	EXPECT_EQ(at[2 * PAGE], 5);
	poke(vmo, 0, 4);
	EXPECT_EQ(at[0], 4);
	EXPECT_EQ(vmo_set_size(vmo, 0), ST_OK);
	EXPECT_EQ(vmo_set_size(vmo, 4 * PAGE), ST_OK);
	EXPECT_EQ(at[0] + at[PAGE] + at[3 * PAGE], 0);
	poke(vmo, PAGE, 6);
	EXPECT_EQ(at[PAGE], 6);
	unmap(at, 4 * PAGE);
	drop(clone);
	drop(vmo);
}

WITH_POOL(clone, follows_through_a_parent_that_grows_again)
{
	cptr_t vmo = make_vmo(2 * PAGE, 0), middle = make_child(vmo, RESIZABLE, 0, 2 * PAGE),
	       deep = make_child(middle, 0, 0, 2 * PAGE);

	poke(vmo, PAGE, 1);
	EXPECT_EQ(peek(deep, PAGE), 1);
	EXPECT_EQ(vmo_set_size(middle, PAGE), ST_OK);
	EXPECT_EQ(peek(deep, PAGE), 0);
	EXPECT_EQ(vmo_set_size(middle, 2 * PAGE), ST_OK);
	EXPECT_EQ(peek(deep, PAGE), 1); /* nobody wrote: it grew */
	drop(deep);
	drop(middle);
	drop(vmo);
}

static bool readable(volatile uint8_t *at)
{
	return vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at, PAGE, VSPACE_READ) == ST_OK;
}

WITH_POOL(clone, faults_beyond_its_own_end)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone = make_child(vmo, RESIZABLE, 0, 4 * PAGE);
	volatile uint8_t *at = map(clone, 4 * PAGE, RW);

	poke(vmo, 2 * PAGE, 1);
	poke(vmo, 3 * PAGE, 1);
	EXPECT_EQ(at[2 * PAGE], 1); /* the parent's */
	at[3 * PAGE] = 2;	    /* its own */
	EXPECT_EQ(vmo_set_size(clone, 2 * PAGE), ST_OK);
	EXPECT_EQ(about(clone).pages, 0);
	EXPECT_EQ(peek(clone, 3 * PAGE), ST_OUT_OF_RANGE);
	EXPECT(!readable(at + 2 * PAGE) && !readable(at + 3 * PAGE));
	EXPECT(readable(at));
	EXPECT_EQ(vmo_set_size(clone, 4 * PAGE), ST_OK);
	EXPECT_EQ(at[3 * PAGE], 1);
	unmap(at, 4 * PAGE);
	drop(clone);
	drop(vmo);
}

WITH_POOL(clone, shrinks_and_grows_again)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone = make_child(vmo, RESIZABLE, 0, 4 * PAGE);

	poke(vmo, 3 * PAGE, 1);
	poke(clone, 3 * PAGE, 2);
	EXPECT_EQ(vmo_set_size(clone, PAGE), ST_OK);
	EXPECT_EQ(vmo_set_size(clone, 4 * PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 3 * PAGE), 1); /* the living parent */
	EXPECT_EQ(vmo_set_size(clone, PAGE), ST_OK);
	drop(vmo);
	EXPECT_EQ(vmo_set_size(clone, 4 * PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 3 * PAGE), 0); /* which is gone */
	drop(clone);
}

WITH_POOL(clone, commit_and_decommit_are_its_own)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone;

	poke(vmo, 0, 1);
	clone = make_child(vmo, 0, 0, 4 * PAGE);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_COMMIT, 0, 2 * PAGE), ST_OK);
	EXPECT_EQ(about(clone).pages, 2);
	EXPECT_EQ(about(vmo).pages, 1);
	poke(vmo, 0, 2);
	EXPECT_EQ(peek(clone, 0), 1);
	poke(vmo, PAGE, 4);
	EXPECT_EQ(peek(clone, PAGE), 0);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_DECOMMIT, 0, 4 * PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 0), 2);
	poke(clone, 0, 3);
	EXPECT_EQ(peek(vmo, 0), 2);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_ZERO, 0, PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 0), 0);
	EXPECT_EQ(peek(vmo, 0), 2);
	drop(vmo);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_DECOMMIT, 0, 4 * PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 0), 0);
	drop(clone);
}

WITH_POOL(clone, keeps_what_it_saw_whoever_goes_first)
{
	for (int n = 0; n < 6; n++) {
		int first = n / 2, second = (first + 1 + n % 2) % 3, last = 3 - first - second;
		cptr_t v[3];

		v[0] = make_vmo(4 * PAGE, 0);
		poke(v[0], 0, 1);
		v[1] = make_child(v[0], 0, 0, 4 * PAGE);
		poke(v[1], PAGE, 2);
		v[2] = make_child(v[1], 0, 0, 4 * PAGE);
		poke(v[2], 2 * PAGE, 3);
		drop(v[first]);
		for (int i = 0; i < 3; i++) {
			if (i == first)
				continue;
			EXPECT_EQ(peek(v[i], 0), 1);
			EXPECT_EQ(peek(v[i], PAGE), i ? 2 : 0);
			EXPECT_EQ(peek(v[i], 2 * PAGE), i == 2 ? 3 : 0);
		}
		drop(v[second]);
		EXPECT_EQ(peek(v[last], 0), 1);
		EXPECT_EQ(peek(v[last], PAGE), last ? 2 : 0);
		EXPECT_EQ(peek(v[last], 2 * PAGE), last == 2 ? 3 : 0);
		drop(v[last]);
	}
}

WITH_POOL(clone, decommitted_shows_the_next_living_ancestor)
{
	cptr_t vmo = make_vmo(PAGE, 0), middle = make_child(vmo, 0, 0, PAGE), clone;

	poke(vmo, 0, 1);
	poke(middle, 0, 2);
	clone = make_child(middle, 0, 0, PAGE);
	drop(middle);
	EXPECT_EQ(peek(clone, 0), 2);
	EXPECT_EQ(about(clone).parent, about(vmo).id);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_DECOMMIT, 0, PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 0), 1);
	poke(clone, 0, 3);
	drop(vmo);
	EXPECT_EQ(peek(clone, 0), 3);
	EXPECT_EQ(vmo_op_range(clone, VMO_OP_DECOMMIT, 0, PAGE), ST_OK);
	EXPECT_EQ(peek(clone, 0), 0);
	drop(clone);
}

/* Forty rounds of clone, overwrite, close the parent leave what one VMO needs. */
WITH_POOL(clone, rounds_leave_nothing_behind)
{
	enum { PAGES = 256 };
	cptr_t vmo = make_vmo(PAGES * PAGE, 0);
	struct pool_info first, last;

	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, PAGES * PAGE), ST_OK);
	first = info_of(pool);
	for (int i = 0; i < 40; i++) {
		cptr_t clone = make_child(vmo, 0, 0, PAGES * PAGE);

		for (uint64_t page = 0; page < PAGES; page++)
			EXPECT_EQ(poke(clone, page * PAGE, (uint8_t)i), ST_OK);
		drop(vmo);
		vmo = clone;
	}
	last = info_of(pool);
	EXPECT_EQ(last.pages, first.pages);
	EXPECT(last.tables <= first.tables + 1);
	drop(vmo);
}

/* A hundred clones that changed one page each: at most four frames a clone. */
WITH_POOL(clone, a_hundred_cost_little)
{
	cptr_t vmo = make_vmo(256 * MIB, 0), clone[100];
	struct pool_info before;

	for (uint64_t at = 0; at < 256 * MIB; at += 2 * MIB)
		poke(vmo, at, 1);
	before = info_of(pool);
	for (unsigned i = 0; i < 100; i++) {
		clone[i] = make_child(vmo, 0, 0, 256 * MIB);
		EXPECT_EQ(poke(clone[i], (uint64_t)i * MIB, 2), ST_OK);
	}
	EXPECT(before.free - info_of(pool).free <= 4 * 100);
	for (unsigned i = 0; i < 100; i++)
		drop(clone[i]);
	drop(vmo);
}

/* --- snapshots, slices */

WITH_POOL(snapshot, is_isolated_both_ways)
{
	cptr_t vmo = make_vmo(4 * PAGE, RESIZABLE), clone, shot, of_clone;
	volatile uint8_t *at = map(vmo, 4 * PAGE, RW), *seen;

	at[0] = 1;
	clone = make_child(vmo, 0, 0, 4 * PAGE);
	poke(clone, PAGE, 2);
	shot = make_child(vmo, VMO_CHILD_SNAPSHOT, 0, 5 * PAGE);
	of_clone = make_child(clone, VMO_CHILD_SNAPSHOT, 0, 4 * PAGE);
	at[0] = 5;
	EXPECT_EQ(peek(shot, 0), 1);
	EXPECT_EQ(peek(of_clone, 0), 1);
	EXPECT_EQ(peek(of_clone, PAGE), 2);
	EXPECT_EQ(peek(clone, 0), 5);
	poke(shot, PAGE, 7);
	EXPECT_EQ(at[PAGE], 0);
	at[PAGE] = 8;
	EXPECT_EQ(peek(shot, PAGE), 7);
	EXPECT_EQ(vmo_op_range(shot, VMO_OP_DECOMMIT, PAGE, PAGE), ST_OK);
	EXPECT_EQ(peek(shot, PAGE), 0); /* not 8 */
	seen = map(shot, 5 * PAGE, VSPACE_READ);
	EXPECT_EQ(seen[0], 1);
	at[0] = 6;
	EXPECT_EQ(seen[0], 1);
	EXPECT_EQ(vmo_set_size(vmo, 5 * PAGE), ST_OK);
	EXPECT_EQ(poke(vmo, 4 * PAGE, 9), ST_OK);
	EXPECT_EQ(peek(shot, 4 * PAGE) + seen[4 * PAGE], 0);
	unmap(seen, 5 * PAGE);
	EXPECT_EQ(vmo_set_size(vmo, 0), ST_OK);
	EXPECT_EQ(peek(shot, 0), 1);
	EXPECT_EQ(vmo_op_range(shot, VMO_OP_DECOMMIT, 0, PAGE), ST_OK);
	EXPECT_EQ(peek(shot, 0), 0);
	unmap(at, 4 * PAGE);
	drop(clone);
	drop(vmo);
	EXPECT_EQ(peek(of_clone, PAGE), 2);
	drop(of_clone);
	drop(shot);
}

WITH_POOL(snapshot, of_a_slice_and_of_a_snapshot)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0),
	       slice = make_child(vmo, VMO_CHILD_SLICE, PAGE, 2 * PAGE), shot, again;

	poke(vmo, PAGE, 1);
	shot = make_child(slice, VMO_CHILD_SNAPSHOT, 0, 2 * PAGE);
	again = make_child(shot, VMO_CHILD_SNAPSHOT, 0, 2 * PAGE);
	poke(slice, 0, 2);
	EXPECT_EQ(peek(shot, 0), 1);
	poke(shot, 0, 3);
	EXPECT_EQ(peek(again, 0), 1);
	poke(again, 0, 4);
	EXPECT_EQ(peek(shot, 0), 3);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	drop(slice);
	drop(vmo);
	drop(shot);
	EXPECT_EQ(peek(again, 0), 4);
	drop(again);
}

WITH_POOL(slice, is_the_same_pages)
{
	cptr_t vmo = make_vmo(8 * PAGE, 0),
	       slice = make_child(vmo, VMO_CHILD_SLICE, PAGE, 4 * PAGE),
	       deep = make_child(slice, VMO_CHILD_SLICE, PAGE, 2 * PAGE), clone;
	volatile uint8_t *at = map(deep, 2 * PAGE, RW);

	poke(vmo, 2 * PAGE, 1);
	EXPECT_EQ(at[0], 1);
	at[1] = 2;
	EXPECT_EQ(peek(slice, PAGE + 1), 2);
	EXPECT_EQ(peek(vmo, 2 * PAGE + 1), 2);
	EXPECT_EQ(peek(slice, 4 * PAGE), ST_OUT_OF_RANGE);
	EXPECT_EQ(about(deep).flags, VMO_FLAG_SLICE | VMO_FLAG_CHILD);
	EXPECT_EQ(about(vmo).children, 1);
	drop(slice);
	drop(vmo); /* its slice holds it */
	EXPECT_EQ(at[1], 2);
	clone = make_child(deep, 0, 0, 2 * PAGE);
	at[PAGE] = 3;
	EXPECT_EQ(peek(clone, PAGE), 3);
	drop(deep); /* its mapping holds it */
	EXPECT_EQ(at[PAGE], 3);
	unmap(at, 2 * PAGE);
	EXPECT_EQ(peek(clone, PAGE), 3);
	drop(clone);
}

/* --- signals */

static cptr_t notification_with_badge(cptr_t *badged, word_t badge)
{
	cptr_t notification = make(OBJECT_NOTIFICATION, 0);

	*badged = make_slot();
	EXPECT_EQ(cap_mint(*badged, notification, RIGHT_WRITE, badge), ST_OK);
	return notification;
}

static word_t take(cptr_t notification)
{
	word_t bits = 0;

	return notification_poll(notification, &bits) == ST_OK ? bits : 0;
}

WITH_POOL(vmo_set_signal, tells_when_the_last_child_and_its_mappings_are_gone)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone, deep, badged,
	       notification = notification_with_badge(&badged, 4);
	volatile uint8_t *at;

	EXPECT_EQ(vmo_set_signal(vmo, badged), ST_OK);
	EXPECT_EQ(take(notification), 4); /* none yet */
	clone = make_child(vmo, 0, 0, 4 * PAGE);
	deep = make_child(clone, 0, 0, 4 * PAGE);
	at = map(deep, 4 * PAGE, VSPACE_READ);
	drop(clone); /* the middle one: its clone is the top's now */
	EXPECT_EQ(take(notification), 0);
	EXPECT_EQ(about(vmo).children, 1);
	drop(deep);
	EXPECT_EQ(take(notification), 0); /* a mapping keeps it */
	EXPECT_EQ(at[0], 0);
	unmap(at, 4 * PAGE);
	EXPECT_EQ(take(notification), 4);
	EXPECT_EQ(about(vmo).children, 0);
	EXPECT_EQ(vmo_set_signal(vmo, 0), ST_OK);
	drop(make_child(vmo, 0, 0, PAGE));
	EXPECT_EQ(take(notification), 0);
	drop(vmo);
	drop(badged);
	drop(notification);
}

WITH_POOL(vmo_set_signal, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0), badged,
	       notification = notification_with_badge(&badged, 1),
	       waits = with_rights(notification, RIGHT_READ),
	       plain = with_rights(vmo, RIGHT_READ);

	EXPECT_EQ(vmo_set_signal(vmo, waits), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_signal(plain, badged), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_signal(vmo, vmo), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_signal(vmo, UINT64_MAX), ST_NOT_FOUND);
	EXPECT_EQ(vmo_set_signal(pool, badged), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_signal(vmo, badged), ST_OK);
	EXPECT_EQ(cap_revoke(notification), ST_OK); /* the VMO's copy goes, too */
	drop(make_child(vmo, 0, 0, PAGE));
	drop(plain);
	drop(waits);
	drop(vmo);
	drop(badged);
	drop(notification);
}

/* --- diff, merge, info */

WITH_POOL(vmo_diff, lists_what_a_clone_changed)
{
	cptr_t vmo = make_vmo(64 * MIB, 0), clone;
	cptr_t sealed;

	for (uint64_t at = 0; at < 64 * MIB; at += MIB)
		poke(vmo, at, 1);
	clone = make_child(vmo, 0, 0, 64 * MIB);
	EXPECT_EQ(vmo_diff(clone, 0), ST_NOT_FOUND);
	poke(clone, 5 * PAGE, 1);
	poke(clone, 63 * MIB + 7 * PAGE, 1);
	EXPECT_EQ(vmo_diff(clone, 0), 5 * PAGE);
	EXPECT_EQ(vmo_diff(clone, 5 * PAGE + 1), 5 * PAGE);
	EXPECT_EQ(vmo_diff(clone, 6 * PAGE), 63 * MIB + 7 * PAGE);
	EXPECT_EQ(vmo_diff(clone, 63 * MIB + 8 * PAGE), ST_NOT_FOUND);
	EXPECT_EQ(vmo_diff(clone, UINT64_MAX), ST_NOT_FOUND);
	EXPECT_EQ(vmo_diff(vmo, 1), 0);
	sealed = with_rights(clone, RIGHT_WRITE);
	EXPECT_EQ(vmo_diff(sealed, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_diff(pool, 0), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_diff(0, 0), ST_BAD_HANDLE);
	drop(sealed);
	drop(clone);
	drop(vmo);
}

WITH_POOL(vmo_merge, moves_what_changed_into_the_parent)
{
	cptr_t vmo = make_vmo(4 * MIB, 0), clone, other;
	volatile uint8_t *parent = map(vmo, 4 * MIB, RW), *child;

	parent[0] = 1;
	clone = make_child(vmo, 0, 0, 4 * MIB);
	other = make_child(vmo, 0, 0, 4 * MIB);
	child = map(clone, 4 * MIB, RW);
	for (uint64_t at = PAGE; at < 4 * MIB; at += 7 * PAGE)
		child[at] = 2;
	EXPECT_EQ(vmo_merge(clone, vmo), ST_OK);
	for (uint64_t at = 0; at < 4 * MIB; at += PAGE) {
		int want = at == 0 ? 1 : at % (7 * PAGE) == PAGE ? 2 : 0;

		EXPECT_EQ(parent[at], want);
		EXPECT_EQ(child[at], want);
		EXPECT_EQ(peek(other, at), want);
	}
	EXPECT_EQ(about(clone).pages, 0);
	parent[PAGE] = 9;
	EXPECT_EQ(child[PAGE], 9);
	unmap(child, 4 * MIB);
	unmap(parent, 4 * MIB);
	drop(other);
	drop(clone);
	drop(vmo);
}

/* What a clone got from an ancestor of another Pool that died its parent may not hold. */
WITH_POOL(vmo_merge, of_pages_of_a_pool_that_the_parent_does_not_know_is_refused)
{
	cptr_t other = 0, vmo = make_vmo(2 * PAGE, 0), middle = 0, clone = 0;

	REQUIRE(pool_create(16, &other) == ST_OK);
	REQUIRE(vmo_clone(vmo, 0, 0, 2 * PAGE, other, &middle) == ST_OK);
	EXPECT_EQ(poke(middle, 0, 1), ST_OK);
	REQUIRE(vmo_clone(middle, 0, 0, 2 * PAGE, pool, &clone) == ST_OK);
	drop(middle);
	EXPECT_EQ(peek(clone, 0), 1);
	EXPECT_EQ(vmo_merge(clone, vmo), ST_BAD_STATE);
	EXPECT_EQ(peek(vmo, 0), 0);
	drop(clone);
	EXPECT_EQ(pool_delete(other), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 0);
	drop(vmo);
}

/* Nor may a VMO that is supplied: it gets a copy. */
WITH_POOL(vmo_supply, of_pages_of_another_pool_copies_them)
{
	cptr_t other = 0, dead = 0, source = 0, vmo = make_vmo(PAGE, 0),
	       endpoint = make(OBJECT_ENDPOINT, 0);

	REQUIRE(pool_create(16, &other) == ST_OK);
	REQUIRE(vmo_create(other, PAGE, 0, &dead) == ST_OK);
	EXPECT_EQ(poke(dead, 0, 1), ST_OK);
	REQUIRE(vmo_clone(dead, 0, 0, PAGE, pool, &source) == ST_OK);
	drop(dead);
	EXPECT_EQ(sys_vmo_set_pager(vmo, endpoint), ST_OK);
	EXPECT_EQ(sys_vmo_supply(vmo, 0, PAGE, source, 0), PAGE);
	drop(source);
	EXPECT_EQ(pool_delete(other), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 1);
	drop(vmo);
	drop(endpoint);
}

/* WRITE to a slice is WRITE to what it shows. */
WITH_POOL(vmo_merge, by_a_slice_is_of_what_the_slice_shows)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), read = with_rights(vmo, RIGHT_READ),
	       slice = make_child(vmo, VMO_CHILD_SLICE, PAGE, PAGE),
	       whole = make_child(read, 0, 0, 4 * PAGE),
	       before = make_child(read, 0, 0, 2 * PAGE),
	       behind = make_child(read, 0, PAGE, 2 * PAGE),
	       same = make_child(slice, 0, 0, PAGE);

	EXPECT_EQ(poke(whole, 0, 1), ST_OK);
	EXPECT_EQ(poke(same, 0, 2), ST_OK);
	EXPECT_EQ(vmo_merge(whole, slice), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_merge(before, slice), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_merge(behind, slice), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_merge(same, slice), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 0);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	EXPECT_EQ(vmo_merge(whole, vmo), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 1);
	drop(same);
	drop(behind);
	drop(before);
	drop(whole);
	drop(slice);
	drop(read);
	drop(vmo);
}

WITH_POOL(vmo_merge, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0), clone = make_child(vmo, 0, 0, PAGE),
	       shot = make_child(vmo, VMO_CHILD_SNAPSHOT, 0, PAGE),
	       slice = make_child(vmo, VMO_CHILD_SLICE, 0, PAGE),
	       read = with_rights(vmo, RIGHT_READ), weak = with_rights(clone, RIGHT_READ), b,
	       foreign;

	REQUIRE(pool_create(16, &b) == ST_OK);
	REQUIRE(vmo_clone(vmo, 0, 0, PAGE, b, &foreign) == ST_OK);
	EXPECT_EQ(vmo_merge(clone, read), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_merge(weak, vmo), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_merge(clone, clone), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_merge(vmo, clone), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_merge(shot, vmo), ST_BAD_STATE);
	EXPECT_EQ(vmo_merge(slice, vmo), ST_BAD_STATE);
	EXPECT_EQ(vmo_merge(foreign, vmo), ST_BAD_STATE);
	EXPECT_EQ(vmo_merge(clone, pool), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_merge(0, vmo), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_merge(clone, vmo), ST_OK);
	drop(foreign);
	EXPECT_EQ(pool_delete(b), ST_OK);
	drop(weak);
	drop(read);
	drop(slice);
	drop(shot);
	drop(clone);
	drop(vmo);
}

WITH_POOL(vmo_info, accounts_for_every_page)
{
	cptr_t vmo = make_vmo(4 * MIB, RESIZABLE), clone, shot;
	struct vmo_info a, b;

	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 3 * MIB), ST_OK);
	clone = make_child(vmo, VMO_OPTION_RESERVE, 0, 2 * PAGE);
	a = about(vmo);
	b = about(clone);
	EXPECT_EQ(a.pages, 768);
	EXPECT_EQ(a.children, 1);
	EXPECT_EQ(a.parent, 0);
	EXPECT_EQ(b.parent, a.id);
	EXPECT(b.id != a.id && a.id != 0);
	EXPECT(b.reserved >= 2);
	EXPECT_EQ(b.flags, VMO_FLAG_RESERVE | VMO_FLAG_CHILD);
	EXPECT_EQ(info_of(pool).reserved, b.reserved);
	EXPECT_EQ(info_of(pool).pages, a.pages + b.pages);
	shot = make_child(vmo, VMO_CHILD_SNAPSHOT, 0, 4 * MIB);
	EXPECT_EQ(info_of(pool).pages, 768); /* shared, counted once */
	EXPECT_EQ(about(vmo).pages, 0);
	EXPECT_EQ(about(vmo).pages_shared, 768);
	EXPECT_EQ(about(shot).pages_shared, 768);
	EXPECT_EQ(vmo_info(vmo, (void *)8), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_info(vmo, (uaddr_t)&a, sizeof(a) + 8), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_info(pool, &a), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_info(0, &a), ST_BAD_HANDLE);
	drop(shot);
	drop(clone);
	drop(vmo);
}

WITH_POOL(reserve, keeps_its_promise)
{
	cptr_t vmo = make_vmo(8 * PAGE, 0),
	       clone = make_child(vmo, VMO_OPTION_RESERVE, 0, 8 * PAGE),
	       eater = make_vmo(64 * MIB, 0);

	EXPECT_EQ(vmo_op_range(eater, VMO_OP_COMMIT, 0, 64 * MIB), ST_NO_MEMORY);
	EXPECT_EQ(poke(vmo, 0, 1), ST_NO_MEMORY);
	for (uint64_t at = 0; at < 8 * PAGE; at += PAGE)
		EXPECT_EQ(poke(clone, at, 1), ST_OK);
	drop(eater);
	drop(clone);
	drop(vmo);
}

/* --- revocation, long families */

WITH_POOL(revoke, of_a_vmo_takes_copies_mappings_and_clones)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), copy = with_rights(vmo, RIGHTS_ALL),
	       clone = make_child(copy, 0, 0, 4 * PAGE);
	volatile uint8_t *at = map(copy, 4 * PAGE, RW), *of_clone = map(clone, 4 * PAGE, RW);
	struct vspace_range range;
	cptr_t cnode = make(OBJECT_CNODE, 4), space = 0, shot, slice;
	uaddr_t there = MIB;

	at[0] = 1;
	of_clone[PAGE] = 2;
	shot = make_child(copy, VMO_CHILD_SNAPSHOT, 0, PAGE);
	slice = make_child(copy, VMO_CHILD_SLICE, 0, PAGE);
	REQUIRE(vspace_create(pool, &space) == ST_OK);
	EXPECT_EQ(vspace_map(space, copy, 0, 4 * PAGE, RW | VSPACE_FIXED, &there), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, 4, 3), cap_at(clone), RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_revoke(vmo), ST_OK);
	EXPECT(is_empty(copy) && is_empty(clone) && is_empty(shot) && is_empty(slice));
	EXPECT_EQ(vspace_query(space, 0, &range), ST_NOT_FOUND);
	EXPECT_EQ(cap_move_at(cap_in(cnode, 4, 3), cap_in(cnode, 4, 3)), ST_BAD_HANDLE);
	EXPECT_EQ(about(vmo).mappings, 0);
	EXPECT(vspace_query(ROOT_SLOT_VSPACE, (uaddr_t)at, &range) != ST_OK ||
		range.address > (uaddr_t)at);
	EXPECT(vspace_query(ROOT_SLOT_VSPACE, (uaddr_t)of_clone, &range) != ST_OK ||
		range.address > (uaddr_t)of_clone);
	EXPECT_EQ(peek(vmo, 0), 1);
	EXPECT_EQ(about(vmo).children, 0);
	drop(shot);
	drop(slice);
	drop(space);
	drop(cnode);
	drop(copy);
	drop(clone);
	drop(vmo);
}

/* A chain of clones, closed from its old end, its new end and from the middle. */
WITH_POOL(clone, long_chains_close_from_any_end)
{
	enum { LENGTH = 300 };
	static cptr_t v[LENGTH];

	for (int order = 0; order < 3; order++) {
		v[0] = make_vmo(4 * PAGE, 0);
		poke(v[0], 0, 1);
		for (int i = 1; i < LENGTH; i++) {
			v[i] = make_child(v[i - 1], 0, 0, 4 * PAGE);
			if (i % 50 == 0)
				poke(v[i], PAGE, (uint8_t)i);
		}
		EXPECT_EQ(peek(v[LENGTH - 1], 0), 1);
		EXPECT_EQ(peek(v[LENGTH - 1], PAGE), 250);
		for (int i = 0; i < LENGTH; i++) {
			int which = order == 0 ? i :
				order == 1     ? LENGTH - 1 - i :
						 (i + 150) % LENGTH;

			drop(v[which]);
		}
	}
}
