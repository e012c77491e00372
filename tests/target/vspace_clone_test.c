/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Clones of what is mapped, by the VSpace's capability alone; and clones whose edges move. */
#include "memory.h"

cptr_t pool;

enum { R = VSPACE_READ, RW = VSPACE_READ | VSPACE_WRITE };

static cptr_t make_space(void)
{
	cptr_t space = 0;

	REQUIRE(vspace_create(pool, &space) == ST_OK);
	return space;
}

WITH_POOL(vspace_clone, shows_what_the_mapping_shows_and_no_more)
{
	cptr_t vmo = make_vmo(6 * PAGE, 0), space = make_space(), kid = 0, frozen = 0;
	uaddr_t at = 8 * MIB;

	for (uint64_t i = 0; i < 6; i++)
		EXPECT_EQ(poke(vmo, i * PAGE, (uint8_t)(i + 1)), ST_OK);
	EXPECT_EQ(vspace_map(space, vmo, 2 * PAGE, 2 * PAGE, R | VSPACE_FIXED, &at), ST_OK);
	EXPECT_EQ(vspace_clone(space, at + PAGE, VMO_CHILD_CLONE, pool, &kid), ST_OK);
	EXPECT_EQ(vspace_clone(space, at, VMO_CHILD_SNAPSHOT, pool, &frozen), ST_OK);
	EXPECT_EQ(vmo_size(kid), 2 * PAGE);
	EXPECT_EQ(poke(vmo, 3 * PAGE, 40), ST_OK);
	EXPECT_EQ(peek(kid, 0), 3);
	EXPECT_EQ(peek(kid, PAGE), 40);
	EXPECT_EQ(peek(frozen, PAGE), 4);
	EXPECT_EQ(poke(kid, 0, 30), ST_OK);
	EXPECT_EQ(peek(vmo, 2 * PAGE), 3);
	EXPECT_EQ(cap_info_rights(cap_info(kid)),
		RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_MAP | RIGHT_PROPERTY);
	EXPECT_EQ(vspace_unmap(space, at, 2 * PAGE), ST_OK); /* the clones stay */
	EXPECT_EQ(peek(kid, 0), 30);
	EXPECT_EQ(cap_revoke(vmo), ST_OK); /* and are derived from what was mapped */
	EXPECT(is_empty(kid) && is_empty(frozen));
	drop(kid);
	drop(frozen);
	drop(vmo);
	drop(space);
}

WITH_POOL(vspace_clone, executes_only_what_the_mapping_could)
{
	cptr_t vmo = make_vmo(PAGE, 0), readable = with_rights(vmo, RIGHT_READ | RIGHT_MAP);
	cptr_t space = make_space(), kid = 0;
	uaddr_t at = 0;

	EXPECT_EQ(vspace_map(space, readable, 0, PAGE, R, &at), ST_OK);
	EXPECT_EQ(vspace_clone(space, at, 0, pool, &kid), ST_OK);
	EXPECT(!(cap_info_rights(cap_info(kid)) & RIGHT_EXECUTE));
	drop(kid);
	drop(readable);
	drop(space);
	drop(vmo);
}

WITH_POOL(vspace_clone, refuses)
{
	cptr_t run, space = make_space(), kid = 0, small, p[4], v[5] = {0}, more = 0;
	uaddr_t at = 0;

	REQUIRE(vmo_create_contiguous(pool, PAGE, 0, VMO_CACHE_CACHED, &run) == ST_OK);
	EXPECT_EQ(vspace_clone(space, 8 * MIB, 0, pool, &kid), ST_NOT_FOUND);
	EXPECT_EQ(vspace_clone(space, UINT64_MAX, 0, pool, &kid), ST_NOT_FOUND);
	EXPECT_EQ(vspace_map(space, run, 0, PAGE, RW, &at), ST_OK);
	EXPECT_EQ(vspace_clone(space, at, VMO_CHILD_SNAPSHOT, pool, &kid), ST_BAD_STATE);
	EXPECT_EQ(vspace_clone(space, at, VMO_CHILD_SLICE, pool, &kid), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_clone(space, at, 1 << 20, pool, &kid), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_clone(pool, at, 0, pool, &kid), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_clone(space, at, 0, space, &kid), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_clone(0, at, 0, pool, &kid), ST_BAD_HANDLE);
	EXPECT_EQ(
		sys_vspace_clone(space, at, 0, pool, ROOT_SLOT_CNODE, run), ST_ALREADY_EXISTS);
	REQUIRE(object_create(OBJECT_POOL, 0, &small) == ST_OK);
	EXPECT_EQ(vspace_clone(space, at, 0, small, &kid), ST_NO_MEMORY);
	v[0] = run;
	for (int i = 0; i < 4; i++) {
		REQUIRE(pool_create(POOL_BITS - 6, &p[i]) == ST_OK);
		if (i < 3)
			EXPECT_EQ(vmo_clone(v[i], 0, 0, PAGE, p[i], &v[i + 1]), ST_OK);
	}
	EXPECT_EQ(vspace_unmap(space, at, PAGE), ST_OK);
	EXPECT_EQ(vspace_map(space, v[3], 0, PAGE, R, &at), ST_OK);
	EXPECT_EQ(vspace_clone(space, at, 0, p[3], &more), ST_NO_RESOURCES);
	drop(space);
	for (int i = 3; i >= 0; i--)
		drop(v[i]);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pool_delete(p[i]), ST_OK);
	drop(small);
}

/* Of each half of a block that a table covers, where a clone will end: one byte. */
static void poke_halves(cptr_t vmo, uint64_t blocks)
{
	for (uint64_t half = 0; half < 2 * blocks; half++)
		EXPECT_EQ(poke(vmo, half * MIB, (uint8_t)(half + 1)), ST_OK);
}

/* A clone that grew has its edge elsewhere each time; closing its parent never needs memory. */
WITH_POOL(clone_edges, are_there_however_often_it_grew)
{
	cptr_t vmo = make_vmo(8 * MIB, 0), kid, eater = make_vmo(64 * MIB, 0);

	poke_halves(vmo, 4);
	kid = make_child(vmo, VMO_OPTION_RESIZABLE, MIB, 2 * MIB);
	EXPECT_EQ(peek(kid, 0), 2);
	for (uint64_t end = 2; end < 6; end += 2) {
		EXPECT_EQ(poke(kid, (end - 1) * MIB, (uint8_t)(100 + end)), ST_OK);
		EXPECT_EQ(vmo_set_size(kid, (end + 2) * MIB), ST_OK);
	}
	EXPECT_EQ(vmo_op_range(eater, VMO_OP_COMMIT, 0, 64 * MIB), ST_NO_MEMORY);
	drop(vmo);
	for (uint64_t page = 0; page < 6; page++)
		EXPECT_EQ(peek(kid, page * MIB),
			page == 1 || page == 3 ? (int)(101 + page) : (int)(page + 2));
	drop(eater);
	drop(kid);
}
