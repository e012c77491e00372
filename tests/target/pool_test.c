/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Pools: giving memory, taking it back, and all that goes with it. */
#include "libsys/boot.h"
#include "memory.h"

cptr_t pool;

static cptr_t device_untyped(unsigned bits)
{
	const struct bootinfo *info = boot_info();

	for (uint32_t i = 0; i < info->untyped_count; i++)
		if (info->untyped[i].device && info->untyped[i].size_bits >= bits)
			return info->untyped_first + i;
	return 0;
}

TEST(pool_add, gives_all_but_a_page)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 20), p = make(OBJECT_POOL, 0);
	struct pool_info info;

	EXPECT_EQ(info_of(p).total, 0);
	EXPECT_EQ(pool_add(p, untyped, 19), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 1 << 19);
	EXPECT_EQ(pool_add(p, untyped, 13), ST_OK);
	info = info_of(p);
	EXPECT_EQ(info.total, 127 + 1);
	EXPECT_EQ(info.free, 128);
	EXPECT_EQ(info.pages + info.tables + info.reserved, 0);
	drop(p);
	EXPECT_EQ(untyped_free(untyped), 1 << 20);
	drop(untyped);
}

TEST(pool_add, refuses)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 14), p = make(OBJECT_POOL, 0);
	cptr_t device = device_untyped(14);

	EXPECT_EQ(pool_add(p, untyped, 12), ST_INVALID_ARGS);
	EXPECT_EQ(pool_add(p, untyped, 0), ST_INVALID_ARGS);
	EXPECT_EQ(pool_add(p, untyped, 39), ST_INVALID_ARGS);
	EXPECT_EQ(sys_pool_add(p, untyped, UINT64_MAX), ST_INVALID_ARGS);
	EXPECT_EQ(pool_add(p, untyped, 15), ST_NO_MEMORY);
	EXPECT_EQ(pool_add(p, untyped, 13), ST_OK);
	EXPECT_EQ(pool_add(p, untyped, 14), ST_NO_MEMORY);
	if (device)
		EXPECT_EQ(pool_add(p, device, 13), ST_NOT_SUPPORTED);
	EXPECT_EQ(pool_add(untyped, p, 13), ST_WRONG_TYPE);
	EXPECT_EQ(pool_add(p, p, 13), ST_WRONG_TYPE);
	EXPECT_EQ(pool_add(0, untyped, 13), ST_BAD_HANDLE);
	EXPECT_EQ(pool_add(p, 0, 13), ST_BAD_HANDLE);
	EXPECT_EQ(pool_add(UINT64_MAX, untyped, 13), ST_NOT_FOUND);
	EXPECT_EQ(info_of(p).total, 1);
	drop(p);
	drop(untyped);
}

TEST(pool_info, refuses)
{
	struct pool_info info;

	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, (void *)8), ST_INVALID_ARGS);
	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, (void *)UINT64_C(0xffffff8040000000)),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_pool_info(ROOT_SLOT_POOL, (uaddr_t)&info, sizeof(info) - 8),
		ST_INVALID_ARGS);
	EXPECT_EQ(pool_info(ROOT_SLOT_CNODE, &info), ST_WRONG_TYPE);
	EXPECT_EQ(pool_info(0, &info), ST_BAD_HANDLE);
	EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &info), ST_OK);
	EXPECT_EQ(info.total, info.free + info.pages + info.tables);
}

WITH_POOL(pool, pays_for_what_is_written_to_the_page)
{
	cptr_t vmo = make_vmo(MIB, 0);
	struct pool_info info = info_of(pool);

	EXPECT_EQ(info.tables, 1); /* the object's */
	EXPECT_EQ(info.pages, 0);
	EXPECT_EQ(poke(vmo, 5 * PAGE, 1), ST_OK);
	EXPECT_EQ(poke(vmo, 6 * PAGE, 1), ST_OK);
	EXPECT_EQ(info_of(pool).pages, 2);
	EXPECT_EQ(info_of(pool).tables, 2);
	EXPECT_EQ(info_of(pool).free, info.free - 3);
	drop(vmo);
}

TEST(pool, that_is_full_says_so_and_goes_on_when_it_has_more)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 20), vmo;

	pool = make(OBJECT_POOL, 0);
	EXPECT_EQ(vmo_create(pool, PAGE, 0, &vmo), ST_NO_MEMORY);
	EXPECT_EQ(pool_add(pool, untyped, 14), ST_OK); /* 3 pages */
	vmo = make_vmo(64 * PAGE, 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 64 * PAGE), ST_NO_MEMORY);
	EXPECT_EQ(info_of(pool).free, 0);
	EXPECT_EQ(peek(vmo, PAGE), 0);
	EXPECT_EQ(poke(vmo, 63 * PAGE, 1), ST_NO_MEMORY);
	EXPECT_EQ(pool_add(pool, untyped, 19), ST_OK);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 64 * PAGE), ST_OK);
	EXPECT_EQ(about(vmo).pages, 64);
	drop(vmo);
	EXPECT_EQ(info_of(pool).free, info_of(pool).total);
	drop(pool);
	EXPECT_EQ(untyped_free(untyped), 1 << 20);
	drop(untyped);
}

TEST(pool, whose_last_capability_goes_takes_everything_along)
{
	cptr_t vmo, clone, slot = make_slot();
	volatile uint8_t *at;
	struct vspace_range range;

	REQUIRE(pool_create(POOL_BITS, &pool) == ST_OK);
	vmo = make_vmo(4 * MIB, 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 4 * MIB), ST_OK);
	clone = make_child(vmo, VMO_CHILD_CLONE, 0, 4 * MIB);
	at = map(clone, 4 * MIB, VSPACE_READ | VSPACE_WRITE);
	at[5] = 7;
	EXPECT_EQ(cap_copy(slot, clone, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(pool_delete(pool), ST_OK);
	EXPECT(is_empty(vmo) && is_empty(clone) && is_empty(slot));
	EXPECT(vspace_query(ROOT_SLOT_VSPACE, (uaddr_t)at, &range) == ST_NOT_FOUND ||
		range.address > (uaddr_t)at);
	drop(vmo);
	drop(clone);
	drop(slot);
}

TEST(pool, whose_untyped_is_revoked_is_empty_and_can_be_given_more)
{
	cptr_t first = make(OBJECT_UNTYPED, 20), second = make(OBJECT_UNTYPED, 20), vmo;

	pool = make(OBJECT_POOL, 0);
	EXPECT_EQ(pool_add(pool, first, 20), ST_OK);
	EXPECT_EQ(pool_add(pool, second, 20), ST_OK);
	vmo = make_vmo(300 * PAGE, 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 300 * PAGE), ST_OK);
	EXPECT_EQ(cap_revoke(first), ST_OK);
	EXPECT(is_empty(vmo));
	EXPECT_EQ(untyped_free(first), 1 << 20);
	EXPECT_EQ(info_of(pool).total, 255);
	EXPECT_EQ(info_of(pool).free, 255);
	drop(vmo);
	EXPECT_EQ(pool_add(pool, first, 20), ST_OK);
	vmo = make_vmo(300 * PAGE, 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 300 * PAGE), ST_OK);
	drop(vmo);
	EXPECT_EQ(info_of(pool).free, 510);
	drop(pool);
	drop(first);
	drop(second);
}

/* source in A, clone in B, its clone in C: each Pool takes along what may hold its pages. */
TEST(pool, takes_clones_that_other_pools_pay_for)
{
	cptr_t a, b, c, source, clone, grandchild;

	for (int which = 0; which < 3; which++) {
		REQUIRE(pool_create(20, &a) == ST_OK && pool_create(20, &b) == ST_OK &&
			pool_create(20, &c) == ST_OK);
		REQUIRE(vmo_create(a, 8 * PAGE, 0, &source) == ST_OK);
		EXPECT_EQ(poke(source, 0, 1), ST_OK);
		REQUIRE(vmo_clone(source, VMO_CHILD_CLONE, 0, 8 * PAGE, b, &clone) == ST_OK);
		EXPECT_EQ(poke(clone, PAGE, 2), ST_OK);
		REQUIRE(vmo_clone(clone, VMO_CHILD_SNAPSHOT, 0, 8 * PAGE, c, &grandchild) ==
			ST_OK);
		EXPECT_EQ(poke(grandchild, 2 * PAGE, 3), ST_OK);
		EXPECT_EQ(cap_delete(clone), ST_OK); /* what it had is the grandchild's now */
		EXPECT_EQ(peek(grandchild, PAGE), 2);
		EXPECT_EQ(cap_revoke(which == 0 ? a : which == 1 ? b : c), ST_OK);
		EXPECT_EQ(is_empty(source), which == 0);
		EXPECT(is_empty(grandchild));
		EXPECT_EQ(info_of(c).free, info_of(c).total);
		EXPECT_EQ(info_of(b).free, info_of(b).total);
		drop(source);
		drop(clone);
		drop(grandchild);
		EXPECT_EQ(pool_delete(a), ST_OK);
		EXPECT_EQ(pool_delete(b), ST_OK);
		EXPECT_EQ(pool_delete(c), ST_OK);
	}
}

/* A copy of a Pool's capability is no authority over what others made. */
WITH_POOL(pool, copy_revoked_reaches_what_was_made_with_it_alone)
{
	cptr_t copy = make_slot(), mine = make_vmo(PAGE, 0), its;

	EXPECT_EQ(cap_copy(copy, pool, RIGHTS_ALL), ST_OK);
	REQUIRE(vmo_create(copy, PAGE, 0, &its) == ST_OK);
	EXPECT_EQ(cap_revoke(copy), ST_OK);
	EXPECT(is_empty(its) && !is_empty(mine));
	EXPECT_EQ(peek(mine, 0), 0);
	drop(its);
	drop(copy);
	drop(mine);
}

/* One of 200 VMOs goes with each step; between the steps others run. */
TEST(pool, of_many_vmos_goes)
{
	enum { COUNT = 200 };
	static cptr_t vmo[COUNT];
	cptr_t p;

	REQUIRE(pool_create(POOL_BITS, &p) == ST_OK);
	for (int i = 0; i < COUNT; i++) {
		REQUIRE(vmo_create(p, MIB, 0, &vmo[i]) == ST_OK);
		EXPECT_EQ(poke(vmo[i], (uint64_t)i * PAGE, 1), ST_OK);
	}
	EXPECT_EQ(cap_revoke(p), ST_OK);
	EXPECT_EQ(info_of(p).free, info_of(p).total);
	for (int i = 0; i < COUNT; i++) {
		EXPECT(is_empty(vmo[i]));
		drop(vmo[i]);
	}
	EXPECT_EQ(pool_delete(p), ST_OK);
}

/* --- what it pays for */

WITH_POOL(pool_vmo, names_each_vmo_once_in_the_order_of_their_making)
{
	enum { MANY = 200 };
	static cptr_t vmos[MANY];
	struct vmo_info info;
	uint64_t at = 0, id[MANY];

	for (unsigned i = 0; i < MANY; i++) {
		vmos[i] = i % 2 ?
			make_child(vmos[i / 2], i % 4 == 1 ? 0 : VMO_CHILD_SNAPSHOT, 0, PAGE) :
			make_vmo(PAGE, 0);
		id[i] = about(vmos[i]).id;
	}
	EXPECT_EQ(vmo_set_name(vmos[7], "seven"), ST_OK);
	EXPECT_EQ(poke(vmos[7], 0, 1), ST_OK);
	for (unsigned i = 0; i < MANY; i++, at = info.id) {
		EXPECT_EQ(pool_vmo(pool, at, &info), ST_OK);
		EXPECT_EQ(info.id, id[i]);
		EXPECT_EQ(info.parent, i % 2 ? id[i / 2] : 0);
		EXPECT_EQ(info.rights, 0);
	}
	EXPECT_EQ(pool_vmo(pool, at, &info), ST_NOT_FOUND);
	EXPECT_EQ(pool_vmo(pool, UINT64_MAX, &info), ST_NOT_FOUND);
	EXPECT_EQ(pool_vmo(pool, id[6], &info), ST_OK); /* back again */
	EXPECT_TEXT(info.name, "seven");
	EXPECT_EQ(info.pages, 1);
	drop(vmos[9]); /* and where one is gone that was next */
	EXPECT_EQ(pool_vmo(pool, id[8], &info), ST_OK);
	EXPECT_EQ(info.id, id[10]);
	EXPECT_EQ(pool_vmo(pool, id[9], &info), ST_OK);
	EXPECT_EQ(info.id, id[10]);
	for (unsigned i = MANY; i-- > 0;)
		if (i != 9)
			drop(vmos[i]);
	EXPECT_EQ(pool_vmo(pool, 0, &info), ST_NOT_FOUND);
}

/* A clone that another Pool pays for is that one's to tell of. */
WITH_POOL(pool_vmo, tells_of_what_this_pool_pays_for_alone)
{
	cptr_t other, vmo = make_vmo(PAGE, 0), clone = 0;
	struct vmo_info info;

	REQUIRE(pool_create(16, &other) == ST_OK);
	REQUIRE(vmo_clone(vmo, 0, 0, PAGE, other, &clone) == ST_OK);
	EXPECT_EQ(pool_vmo(pool, 0, &info), ST_OK);
	EXPECT_EQ(info.id, about(vmo).id);
	EXPECT_EQ(pool_vmo(pool, info.id, &info), ST_NOT_FOUND);
	EXPECT_EQ(pool_vmo(other, 0, &info), ST_OK);
	EXPECT_EQ(info.id, about(clone).id);
	EXPECT_EQ(info.parent, about(vmo).id);
	EXPECT_EQ(pool_delete(other), ST_OK); /* with a bookmark in it */
	EXPECT(is_empty(clone));
	EXPECT_EQ(pool_vmo(pool, 0, &info), ST_OK);
	drop(clone);
	drop(vmo);
}

WITH_POOL(pool_vmo, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0);
	struct vmo_info info;

	EXPECT_EQ(sys_pool_vmo(pool, 0, (uaddr_t)&info, sizeof(info) - 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_pool_vmo(pool, 0, 8, sizeof(info)), ST_INVALID_ARGS);
	EXPECT_EQ(pool_vmo(vmo, 0, &info), ST_WRONG_TYPE);
	EXPECT_EQ(pool_vmo(0, 0, &info), ST_BAD_HANDLE);
	drop(vmo);
}
