/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon's interface: VMOs by themselves. Their families: zx_clone_test.c. */
#include "zx.h"

/* --- create, size */

ZX_TEST(zx_vmo_create, rounds_up_and_shows_zeros)
{
	zx_handle_t vmo = make_vmo(1, 0), none = make_vmo(0, 0);
	uint64_t size = 7;

	EXPECT_EQ(zx_vmo_get_size(vmo, &size), ZX_OK);
	EXPECT_EQ(size, PAGE);
	EXPECT_EQ(zx_vmo_get_size(none, &size), ZX_OK);
	EXPECT_EQ(size, 0);
	EXPECT_EQ(peek(vmo, PAGE - 1), 0);
	EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
	EXPECT_EQ(rights_of(vmo), 0xd0ff);
	EXPECT_EQ(about(vmo).create_options, 1);
	drop(vmo);
	drop(none);
}

ZX_TEST(zx_vmo_create, refuses)
{
	zx_handle_t vmo = 77;

	EXPECT_EQ(zx_vmo_create(PAGE, 2, &vmo), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create(PAGE, ~0u, &vmo), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create(UINT64_MAX, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_create(UINT64_MAX - PAGE + 2, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_create(UINT64_C(1) << 63, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(vmo, 77);
	EXPECT_EQ(zx_vmo_create(PAGE, 0, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create(PAGE, 0, NOWHERE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create(PAGE, 0, (zx_handle_t *)boot_info()), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create(PAGE, 0, (zx_handle_t *)UINTPTR_MAX), ZX_ERR_INVALID_ARGS);
}

ZX_TEST(zx_vmo_set_size, grows_with_zeros_and_shrinks)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0);
	uint64_t size;

	EXPECT_EQ(poke(vmo, PAGE, 5), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(vmo, 3 * MIB + 1), ZX_OK);
	EXPECT_EQ(zx_vmo_get_size(vmo, &size), ZX_OK);
	EXPECT_EQ(size, 3 * MIB + PAGE);
	EXPECT_EQ(peek(vmo, PAGE), 5);
	EXPECT_EQ(peek(vmo, 3 * MIB), 0);
	EXPECT_EQ(zx_vmo_set_size(vmo, PAGE), ZX_OK);
	EXPECT_EQ(peek(vmo, PAGE), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_set_size(vmo, 2 * PAGE), ZX_OK);
	EXPECT_EQ(peek(vmo, PAGE), 0);
	drop(vmo);
}

ZX_TEST(zx_vmo_set_size, refuses)
{
	zx_handle_t fixed = make_vmo(PAGE, ZX_VMO_NON_RESIZABLE), vmo = make_vmo(4 * PAGE, 0);
	zx_handle_t weak = without(vmo, ZX_RIGHT_WRITE);
	zx_handle_t slice = make_child(vmo, ZX_VMO_CHILD_SLICE, PAGE, 2 * PAGE);

	EXPECT_EQ(zx_vmo_set_size(fixed, 2 * PAGE), ZX_ERR_UNAVAILABLE);
	EXPECT_EQ(zx_vmo_set_size(fixed, 0), ZX_ERR_UNAVAILABLE);
	EXPECT_EQ(zx_vmo_set_size(vmo, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_set_size(vmo, 2 * PAGE), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_set_size(weak, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_set_size(zx_vmar_root_self(), PAGE), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_set_size(stale(), PAGE), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_set_size(0, PAGE), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_get_size(vmo, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_get_size(vmo, NOWHERE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_get_size(zx_vmar_root_self(), NULL), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_get_size(stale(), NULL), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(about(vmo).size_bytes, 4 * PAGE);
	drop(slice);
	drop(weak);
	drop(fixed);
	drop(vmo);
}

/* --- bytes */

ZX_TEST(zx_vmo_read, gives_what_was_written_across_pages)
{
	static uint8_t in[3 * PAGE], out[3 * PAGE];
	zx_handle_t vmo = make_vmo(MIB, 0);

	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + i / PAGE + 1);
	EXPECT_EQ(zx_vmo_write(vmo, in, 777, sizeof(in)), ZX_OK);
	EXPECT_EQ(zx_vmo_read(vmo, out, 777, sizeof(out)), ZX_OK);
	EXPECT(memcmp(in, out, sizeof(in)) == 0);
	EXPECT_EQ(peek(vmo, 776), 0);
	EXPECT_EQ(peek(vmo, 777 + sizeof(in)), 0);
	drop(vmo);
}

ZX_TEST(zx_vmo_read, and_write_refuse)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), write = without(vmo, ZX_RIGHT_READ),
		    read = without(vmo, ZX_RIGHT_WRITE);
	uint8_t byte = 1;

	EXPECT_EQ(zx_vmo_read(vmo, &byte, 2 * PAGE, 1), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_read(vmo, &byte, 2 * PAGE - 1, 2), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_write(vmo, &byte, UINT64_MAX, 1), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(byte, 1);
	EXPECT_EQ(zx_vmo_write(vmo, &byte, 2 * PAGE - 1, 2), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(peek(vmo, 2 * PAGE - 1), 0);
	EXPECT_EQ(zx_vmo_read(vmo, NULL, 0, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_write(vmo, NULL, 0, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_read(vmo, NOWHERE, 0, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_write(vmo, NOWHERE, 0, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_read(vmo, NULL, 2 * PAGE, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_write(vmo, NULL, 0, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_read(write, &byte, 0, 0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_read(write, &byte, 0, 1), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_write(read, &byte, 0, 0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_write(read, &byte, 0, 1), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_read(zx_vmar_root_self(), &byte, 0, 1), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_write(zx_vmar_root_self(), &byte, 0, 1), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_read(stale(), &byte, 0, 1), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_write(0xfffffffc, &byte, 0, 1), ZX_ERR_BAD_HANDLE);
	drop(read);
	drop(write);
	drop(vmo);
}

/* A buffer of which only the first page is there: that much is copied, and not a byte more. */
ZX_TEST(zx_vmo_write, stops_where_the_buffer_ends)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), buffer = make_vmo(2 * PAGE, 0);
	volatile uint8_t *at = map(buffer, 2 * PAGE);

	memset((void *)(uintptr_t)at, 7, 2 * PAGE);
	unmap(at + PAGE, PAGE);
	EXPECT_EQ(zx_vmo_write(vmo, (const void *)(uintptr_t)(at + 100), 50, 2 * PAGE),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(peek(vmo, 49), 0);
	EXPECT_EQ(peek(vmo, 50), 7);
	EXPECT_EQ(peek(vmo, 50 + PAGE - 101), 7);
	EXPECT_EQ(peek(vmo, 50 + PAGE - 100), 0);
	unmap(at, PAGE);
	drop(vmo);
	drop(buffer);
}

/* --- pages */

ZX_TEST(zx_vmo_op_range, commits_and_decommits)
{
	zx_handle_t vmo = make_vmo(3 * MIB, 0);

	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 1, 2 * MIB, NULL, 0), ZX_OK);
	EXPECT_EQ(about(vmo).committed_bytes, 513 * PAGE);
	EXPECT_EQ(poke(vmo, MIB, 1), ZX_OK);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, MIB + 5, 1, NULL, 0), ZX_OK);
	EXPECT_EQ(peek(vmo, MIB), 0);
	EXPECT_EQ(about(vmo).committed_bytes, 512 * PAGE);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, 3 * MIB, NULL, 0), ZX_OK);
	EXPECT_EQ(about(vmo).committed_bytes, 0);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 3 * MIB, 0, NULL, 0), ZX_OK);
	EXPECT_EQ(about(vmo).committed_bytes, 0);
	drop(vmo);
}

ZX_TEST(zx_vmo_op_range, refuses)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), write = without(vmo, ZX_RIGHT_READ),
		    read = without(vmo, ZX_RIGHT_WRITE);

	EXPECT_EQ(zx_vmo_op_range(vmo, 0, 0, PAGE, NULL, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_op_range(vmo, 10, 0, PAGE, NULL, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOCK, 0, PAGE, NULL, 0), ZX_ERR_NOT_SUPPORTED);
	EXPECT_EQ(
		zx_vmo_op_range(vmo, ZX_VMO_OP_UNLOCK, 0, PAGE, NULL, 0), ZX_ERR_NOT_SUPPORTED);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, 2 * PAGE + 1, NULL, 0),
		ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, UINT64_MAX, 2, NULL, 0),
		ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_op_range(read, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0),
		ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_op_range(read, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0),
		ZX_ERR_ACCESS_DENIED);
	for (uint32_t op = ZX_VMO_OP_CACHE_SYNC; op <= ZX_VMO_OP_CACHE_CLEAN_INVALIDATE; op++) {
		bool changes = op == ZX_VMO_OP_CACHE_INVALIDATE;

		EXPECT_EQ(zx_vmo_op_range(vmo, op, 0, 0, NULL, 0), ZX_ERR_INVALID_ARGS);
		EXPECT_EQ(zx_vmo_op_range(vmo, op, 0, 3 * PAGE, NULL, 0), ZX_ERR_OUT_OF_RANGE);
		EXPECT_EQ(zx_vmo_op_range(vmo, op, 0, 2 * PAGE, NULL, 0), ZX_OK);
		EXPECT_EQ(zx_vmo_op_range(read, op, 0, 1, NULL, 0),
			changes ? ZX_ERR_ACCESS_DENIED : ZX_OK);
		EXPECT_EQ(zx_vmo_op_range(write, op, 0, 1, NULL, 0),
			changes ? ZX_OK : ZX_ERR_ACCESS_DENIED);
	}
	EXPECT_EQ(zx_vmo_op_range(zx_vmar_root_self(), ZX_VMO_OP_COMMIT, 0, 0, NULL, 0),
		ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_op_range(stale(), ZX_VMO_OP_COMMIT, 0, 0, NULL, 0), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(about(vmo).committed_bytes, 0);
	drop(read);
	drop(write);
	drop(vmo);
}

/* Physical addresses are for who holds the memory; by default nobody does. */
ZX_TEST(zx_vmo_op_range, looks_up_with_authority)
{
	cptr_t untyped = 0;
	zx_paddr_t at[2] = {1, 1};
	zx_handle_t vmo, clone, write;

	REQUIRE(object_create(OBJECT_UNTYPED, 20, &untyped) == ST_OK);
	EXPECT_EQ(pool_delete(pool), ST_OK);
	REQUIRE(object_create(OBJECT_POOL, 0, &pool) == ST_OK);
	EXPECT_EQ(pool_add(pool, untyped, 20), ST_OK);
	zx_set_pool(pool);
	vmo = make_vmo(2 * PAGE, 0);
	write = without(vmo, ZX_RIGHT_READ);
	EXPECT_EQ(poke(vmo, 0, 1) + poke(vmo, PAGE, 1), ZX_OK);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 2 * PAGE, at, sizeof(at)),
		ZX_ERR_ACCESS_DENIED);
	zx_set_lookup_authority(untyped);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 2 * PAGE, at, sizeof(at)), ZX_OK);
	EXPECT(at[0] % PAGE == 0 && at[1] % PAGE == 0 && at[0] != at[1]);
	clone = make_clone(vmo, COW, 0, 2 * PAGE);
	at[1] = 0;
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_LOOKUP, 0, 1, &at[1], 8), ZX_OK);
	EXPECT_EQ(at[1], at[0]);
	EXPECT_EQ(poke(clone, 0, 2), ZX_OK);
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_LOOKUP, 0, 1, &at[1], 8), ZX_OK);
	EXPECT(at[1] != at[0]);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 2 * PAGE, at, 15),
		ZX_ERR_BUFFER_TOO_SMALL);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 0, at, sizeof(at)),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, PAGE, 2 * PAGE, at, sizeof(at)),
		ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 1, NULL, 8), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_op_range(write, ZX_VMO_OP_LOOKUP, 0, 1, at, 8), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_LOOKUP, 0, 1, at, 8), ZX_ERR_NOT_FOUND);
	zx_set_lookup_authority(0);
	drop(write);
	drop(clone);
	drop(vmo);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	EXPECT_EQ(object_delete(pool), ST_OK);
	EXPECT_EQ(object_delete(untyped), ST_OK);
	pool_open();
}
