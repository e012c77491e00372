/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* VMOs by their calls: what each does and refuses. Their families: clone_test.c. */
#include "libsys/boot.h"
#include "libsys/notification.h"
#include "memory.h"

cptr_t pool;

enum { RW = VSPACE_READ | VSPACE_WRITE, RESIZABLE = VMO_OPTION_RESIZABLE };

/* --- create, size */

WITH_POOL(vmo_create, rounds_up_and_shows_zeros)
{
	cptr_t vmo = make_vmo(1, 0), none = make_vmo(0, 0), large = make_vmo(VMO_SIZE_MAX, 0);

	EXPECT_EQ(vmo_size(vmo), PAGE);
	EXPECT_EQ(vmo_size(none), 0);
	EXPECT_EQ(vmo_size(large), (int64_t)VMO_SIZE_MAX);
	EXPECT_EQ(peek(vmo, PAGE - 1), 0);
	EXPECT_EQ(poke(large, VMO_SIZE_MAX - 1, 9), ST_OK);
	EXPECT_EQ(peek(large, VMO_SIZE_MAX - 1), 9);
	EXPECT_EQ(about(vmo).flags, 0);
	drop(vmo);
	drop(none);
	drop(large);
}

WITH_POOL(vmo_create, refuses)
{
	cptr_t slot = make_slot(), full = make_vmo(PAGE, 0), empty_pool = make(OBJECT_POOL, 0);

	EXPECT_EQ(sys_vmo_create(pool, PAGE, 1, ROOT_SLOT_CNODE, slot), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_create(pool, PAGE, RESIZABLE | 256, ROOT_SLOT_CNODE, slot),
		ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_create(pool, VMO_SIZE_MAX + 1, 0, ROOT_SLOT_CNODE, slot),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_vmo_create(pool, UINT64_MAX, 0, ROOT_SLOT_CNODE, slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_vmo_create(pool, PAGE, 0, ROOT_SLOT_CNODE, full), ST_ALREADY_EXISTS);
	EXPECT_EQ(sys_vmo_create(pool, PAGE, 0, ROOT_SLOT_CNODE, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_vmo_create(pool, PAGE, 0, pool, slot), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vmo_create(full, PAGE, 0, ROOT_SLOT_CNODE, slot), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vmo_create(0, PAGE, 0, ROOT_SLOT_CNODE, slot), ST_BAD_HANDLE);
	EXPECT_EQ(sys_vmo_create(empty_pool, PAGE, 0, ROOT_SLOT_CNODE, slot), ST_NO_MEMORY);
	EXPECT(is_empty(slot));
	drop(slot);
	drop(full);
	drop(empty_pool);
}

WITH_POOL(vmo_set_size, grows_with_zeros_and_shrinks)
{
	cptr_t vmo = make_vmo(2 * PAGE, RESIZABLE);

	EXPECT_EQ(poke(vmo, PAGE, 5), ST_OK);
	EXPECT_EQ(vmo_set_size(vmo, 3 * MIB + 1), ST_OK);
	EXPECT_EQ(vmo_size(vmo), 3 * MIB + PAGE);
	EXPECT_EQ(peek(vmo, PAGE), 5);
	EXPECT_EQ(peek(vmo, 3 * MIB), 0);
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
	EXPECT_EQ(peek(vmo, PAGE), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_set_size(vmo, 2 * PAGE), ST_OK);
	EXPECT_EQ(peek(vmo, PAGE), 0);
	EXPECT_EQ(vmo_set_size(vmo, 0), ST_OK);
	EXPECT_EQ(about(vmo).pages, 0);
	EXPECT_EQ(about(vmo).flags, VMO_FLAG_RESIZABLE);
	drop(vmo);
}

WITH_POOL(vmo_set_size, refuses)
{
	cptr_t fixed = make_vmo(PAGE, 0), vmo = make_vmo(4 * PAGE, RESIZABLE);
	cptr_t readable = with_rights(vmo, RIGHT_READ | RIGHT_PROPERTY);
	cptr_t slice = make_child(vmo, VMO_CHILD_SLICE, PAGE, 2 * PAGE), copy;

	EXPECT_EQ(vmo_set_size(fixed, PAGE), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_set_size(fixed, 0), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_set_size(fixed, UINT64_MAX), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_set_size(vmo, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_set_size(vmo, 2 * PAGE), ST_BAD_STATE);
	EXPECT_EQ(vmo_size(vmo), 4 * PAGE);
	EXPECT_EQ(vmo_set_size(vmo, 3 * PAGE), ST_OK);
	EXPECT_EQ(vmo_set_size(readable, PAGE), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_size(slice, PAGE), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_set_size(pool, PAGE), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_size(0, PAGE), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_size(0), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_size(pool), ST_WRONG_TYPE);
	copy = make_child(vmo, 0, 0, PAGE); /* fixed, of a resizable one */
	EXPECT_EQ(vmo_set_size(copy, 2 * PAGE), ST_UNAVAILABLE);
	EXPECT_EQ(vmo_set_size(copy, 0), ST_UNAVAILABLE);
	drop(copy);
	drop(slice);
	drop(readable);
	drop(fixed);
	drop(vmo);
}

/* --- names */

WITH_POOL(vmo_set_name, is_told_and_goes_to_children)
{
	cptr_t vmo = make_vmo(PAGE, 0), nameless = with_rights(vmo, RIGHT_READ), child;

	EXPECT_TEXT(about(vmo).name, "");
	EXPECT_EQ(vmo_set_name(vmo, "thirty-one bytes, one of them \xff"), ST_OK);
	EXPECT_TEXT(about(nameless).name, "thirty-one bytes, one of them \xff");
	for (unsigned kind = VMO_CHILD_CLONE; kind <= VMO_CHILD_SLICE; kind++) {
		child = make_child(vmo, kind, 0, PAGE);
		EXPECT_TEXT(about(child).name, "thirty-one bytes, one of them \xff");
		drop(child);
		child = make_child(nameless, kind, 0, PAGE);
		EXPECT_TEXT(about(child).name, "");
		drop(child);
	}
	child = make_child(vmo, VMO_CHILD_CLONE, 0, PAGE);
	EXPECT_EQ(vmo_set_name(vmo, "new"), ST_OK);
	EXPECT_TEXT(about(vmo).name, "new");
	EXPECT_EQ(about(vmo).name[VMO_NAME_MAX - 1], 0); /* nothing of the old one */
	EXPECT_TEXT(about(child).name, "thirty-one bytes, one of them \xff");
	EXPECT_EQ(vmo_set_name(vmo, ""), ST_OK);
	EXPECT_TEXT(about(vmo).name, "");
	drop(child);
	drop(nameless);
	drop(vmo);
}

WITH_POOL(vmo_set_name, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0), plain = with_rights(vmo, RIGHT_READ | RIGHT_WRITE);

	EXPECT_EQ(vmo_set_name(vmo, "kept"), ST_OK);
	EXPECT_EQ(vmo_set_name(vmo, "these are thirty-two bytes: more"), ST_OUT_OF_RANGE);
	EXPECT_EQ(sys_vmo_set_name(vmo, 8, 1), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_set_name(vmo, 8, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_set_name(plain, "no"), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_name(pool, "no"), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_name(0, "no"), ST_BAD_HANDLE);
	EXPECT_TEXT(about(vmo).name, "kept");
	drop(plain);
	drop(vmo);
}

/* --- bytes */

WITH_POOL(vmo_read, gives_what_was_written_across_pages)
{
	static uint8_t in[5 * PAGE], out[5 * PAGE + 2];
	cptr_t vmo = make_vmo(3 * MIB, 0);

	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + i / PAGE + 1);
	for (uint64_t at = 0; at < 2 * MIB; at += MIB - 777) {
		memset(out, 0, sizeof(out));
		EXPECT_EQ(vmo_write(vmo, in, at, sizeof(in)), ST_OK);
		EXPECT_EQ(vmo_read(vmo, out + 1, at, sizeof(in)), ST_OK);
		EXPECT(memcmp(in, out + 1, sizeof(in)) == 0);
		EXPECT_EQ(out[0] + out[sizeof(out) - 1], 0);
	}
	drop(vmo);
}

WITH_POOL(vmo_read, and_write_refuse)
{
	cptr_t vmo = make_vmo(2 * PAGE, 0), write = with_rights(vmo, RIGHT_WRITE),
	       read = with_rights(vmo, RIGHT_READ);
	const void *archive = (const void *)boot_info()->archive;
	uint8_t byte = 1;

	EXPECT_EQ(vmo_read(vmo, &byte, 2 * PAGE, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_read(vmo, &byte, 2 * PAGE - 1, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(byte, 1);
	EXPECT_EQ(vmo_write(vmo, &byte, 2 * PAGE - 1, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(peek(vmo, 2 * PAGE - 1), 0);
	EXPECT_EQ(vmo_write(vmo, &byte, UINT64_MAX, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_write(vmo, &byte, 1, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_read(vmo, (void *)8, 0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_read(vmo, NULL, 0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_read(vmo, (void *)UINT64_MAX, 0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_write(vmo, (void *)8, 0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_write(vmo, (void *)UINT64_C(0xffffff8040000000), 0, 8), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_read(vmo, (void *)(uintptr_t)archive, 0, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_write(vmo, archive, 0, 1), ST_OK);
	EXPECT_EQ(vmo_read(write, &byte, 0, 1), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_read(write, &byte, 0, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_write(read, &byte, 0, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_write(read, &byte, 0, 1), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_read(read, NULL, 2 * PAGE, 0), ST_OK);
	EXPECT_EQ(vmo_write(write, NULL, 0, 0), ST_OK);
	EXPECT_EQ(vmo_read(pool, &byte, 0, 1), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_write(0, &byte, 0, 1), ST_BAD_HANDLE);
	drop(read);
	drop(write);
	drop(vmo);
}

/* A buffer of which only the first page is there: that much is copied, and not a byte more. */
WITH_POOL(vmo_write, stops_where_the_buffer_ends)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), buffer = make_vmo(PAGE, 0);
	uaddr_t at = 0x40000000;
	uint64_t done = 0;
	int64_t some;

	EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, buffer, 0, PAGE, RW | VSPACE_FIXED, &at), ST_OK);
	memset((void *)at, 7, PAGE);
	while ((some = sys_vmo_write(vmo, at + 100 + done, 50 + done, 2 * PAGE - done)) > 0)
		done += (uint64_t)some;
	EXPECT_EQ(some, ST_INVALID_ARGS);
	EXPECT_EQ(done, PAGE - 100);
	EXPECT_EQ(peek(vmo, 49), 0);
	EXPECT_EQ(peek(vmo, 50), 7);
	EXPECT_EQ(peek(vmo, 50 + PAGE - 101), 7);
	EXPECT_EQ(peek(vmo, 50 + PAGE - 100), 0);
	EXPECT_EQ(vmo_write(vmo, (void *)(at + 100), 50, 2 * PAGE), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, at, PAGE), ST_OK);
	drop(vmo);
	drop(buffer);
}

/* Reading into, and writing from, a window on the very same VMO and on its clone. */
WITH_POOL(vmo_write, from_a_mapping_of_itself)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), clone = make_child(vmo, 0, 0, 4 * PAGE);
	volatile uint8_t *at = map(clone, 4 * PAGE, RW);

	EXPECT_EQ(poke(vmo, 3, 42), ST_OK);
	EXPECT_EQ(vmo_write(clone, (void *)(uintptr_t)at, 0, PAGE), ST_OK);
	EXPECT_EQ(at[3], 42);
	EXPECT_EQ(poke(vmo, 3, 43), ST_OK);
	EXPECT_EQ(at[3], 42);
	EXPECT_EQ(vmo_read(vmo, (void *)(uintptr_t)(at + PAGE), 0, PAGE), ST_OK);
	EXPECT_EQ(at[PAGE + 3], 43);
	EXPECT_EQ(peek(vmo, PAGE + 3), 0);
	unmap(at, 4 * PAGE);
	drop(vmo);
	drop(clone);
}

/* --- pages */

WITH_POOL(vmo_op_range, commits_decommits_zeroes)
{
	cptr_t vmo = make_vmo(3 * MIB, 0);

	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 1, 2 * MIB), ST_OK);
	EXPECT_EQ(about(vmo).pages, 513);
	EXPECT_EQ(poke(vmo, MIB, 1), ST_OK);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_ZERO, MIB, 1), ST_OK);
	EXPECT_EQ(peek(vmo, MIB), 0);
	EXPECT_EQ(poke(vmo, MIB, 1), ST_OK);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, MIB + 5, 1), ST_OK);
	EXPECT_EQ(peek(vmo, MIB), 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, 0, 3 * MIB), ST_OK);
	EXPECT_EQ(about(vmo).pages, 0);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 0), ST_OK);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 3 * MIB, 0), ST_OK);
	EXPECT_EQ(about(vmo).pages, 0);
	drop(vmo);
}

WITH_POOL(vmo_op_range, refuses)
{
	cptr_t vmo = make_vmo(2 * PAGE, 0), read = with_rights(vmo, RIGHT_READ),
	       write = with_rights(vmo, RIGHT_WRITE);

	EXPECT_EQ(sys_vmo_op_range(vmo, 0, 0, PAGE), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_op_range(vmo, 10, 0, PAGE), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_LOCK, 0, PAGE), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_UNLOCK, 0, PAGE), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, 2 * PAGE + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, UINT64_MAX, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 3 * PAGE, 0), ST_OUT_OF_RANGE);
	for (unsigned op = VMO_OP_CACHE_SYNC; op <= VMO_OP_CACHE_CLEAN_INVALIDATE; op++) {
		EXPECT_EQ(vmo_op_range(vmo, op, 0, 0), ST_INVALID_ARGS);
		EXPECT_EQ(vmo_op_range(vmo, op, 0, 3 * PAGE), ST_OUT_OF_RANGE);
		EXPECT_EQ(vmo_op_range(vmo, op, 0, 2 * PAGE), ST_OK);
		EXPECT_EQ(vmo_op_range(read, op, 0, 1),
			op == VMO_OP_CACHE_INVALIDATE ? ST_ACCESS_DENIED : ST_OK);
		EXPECT_EQ(vmo_op_range(write, op, 0, 1),
			op == VMO_OP_CACHE_INVALIDATE ? ST_OK : ST_ACCESS_DENIED);
	}
	for (unsigned op = VMO_OP_COMMIT; op <= VMO_OP_ZERO; op++)
		if (op != VMO_OP_LOCK && op != VMO_OP_UNLOCK)
			EXPECT_EQ(vmo_op_range(read, op, 0, PAGE), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_op_range(pool, VMO_OP_COMMIT, 0, 0), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_op_range(0, VMO_OP_COMMIT, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(about(vmo).pages, 0);
	drop(read);
	drop(write);
	drop(vmo);
}

WITH_POOL(vmo_lookup, tells_who_holds_the_memory)
{
	cptr_t vmo = make_vmo(2 * PAGE, 0), untyped = make(OBJECT_UNTYPED, 20), other, sealed;
	int64_t pa;

	EXPECT_EQ(pool_add(pool, untyped, 20), ST_OK);
	EXPECT_EQ(vmo_lookup(vmo, untyped, 0), ST_NOT_FOUND);
	EXPECT_EQ(vmo_lookup(vmo, untyped, 2 * PAGE), ST_OUT_OF_RANGE);
	other = make(OBJECT_UNTYPED, 14);
	EXPECT_EQ(poke(vmo, 0, 1), ST_OK);
	EXPECT_EQ(vmo_lookup(vmo, other, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_lookup(vmo, pool, 0), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_lookup(vmo, 0, 0), ST_BAD_HANDLE);
	sealed = with_rights(vmo, RIGHT_WRITE);
	EXPECT_EQ(vmo_lookup(sealed, untyped, 0), ST_ACCESS_DENIED);
	pa = vmo_lookup(vmo, boot_info()->untyped_first, 0);
	EXPECT(pa == ST_ACCESS_DENIED || (pa > 0 && pa % PAGE == 0));
	drop(sealed);
	drop(vmo);
	drop(other);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	drop(untyped);
}

WITH_POOL(vmo_lookup, of_a_clone_is_of_its_parents_page_until_it_has_its_own)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 20), own = make(OBJECT_POOL, 0), vmo = 0,
	       clone = 0;
	int64_t pa;

	EXPECT_EQ(pool_add(own, untyped, 20), ST_OK);
	REQUIRE(vmo_create(own, PAGE, 0, &vmo) == ST_OK);
	REQUIRE(vmo_clone(vmo, 0, 0, PAGE, own, &clone) == ST_OK);
	EXPECT_EQ(poke(vmo, 0, 1), ST_OK);
	pa = vmo_lookup(vmo, untyped, 0);
	EXPECT(pa > 0);
	EXPECT_EQ(vmo_lookup(clone, untyped, 0), pa);
	EXPECT_EQ(poke(clone, 0, 2), ST_OK);
	EXPECT(vmo_lookup(clone, untyped, 0) > 0);
	EXPECT(vmo_lookup(clone, untyped, 0) != pa);
	drop(clone);
	drop(vmo);
	drop(own);
	drop(untyped);
}

/* --- contiguous, physical */

WITH_POOL(vmo_create_contiguous, is_in_a_row_and_stays)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 21), own = make(OBJECT_POOL, 0), vmo = 0;
	int64_t pa;

	EXPECT_EQ(pool_add(own, untyped, 21), ST_OK);
	REQUIRE(vmo_create_contiguous(own, 17 * PAGE, 16, VMO_CACHE_CACHED, &vmo) == ST_OK);
	pa = vmo_lookup(vmo, untyped, 0);
	EXPECT(pa > 0 && pa % (1 << 16) == 0);
	for (unsigned i = 0; i < 17; i++) {
		EXPECT_EQ(vmo_lookup(vmo, untyped, i * PAGE), pa + i * PAGE);
		EXPECT_EQ(peek(vmo, i * PAGE), 0);
	}
	EXPECT_EQ(poke(vmo, PAGE, 3), ST_OK);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, 0, PAGE), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, PAGE), ST_OK);
	EXPECT_EQ(about(vmo).flags, VMO_FLAG_CONTIGUOUS);
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_UNAVAILABLE);
	drop(vmo);
	EXPECT_EQ(info_of(own).free, 511);
	drop(own);
	drop(untyped);
}

WITH_POOL(vmo_create_contiguous, refuses)
{
	cptr_t vmo = 0;

	EXPECT_EQ(vmo_create_contiguous(pool, 0, 0, 0, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_contiguous(pool, PAGE, 11, 0, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_contiguous(pool, PAGE, 39, 0, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_contiguous(pool, PAGE, 0, 4, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_contiguous(pool, VMO_SIZE_MAX + 1, 0, 0, &vmo), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_create_contiguous(pool, 16 * MIB, 0, 0, &vmo), ST_NO_MEMORY);
	EXPECT_EQ(vmo_create_contiguous(pool, 1 << 30, 0, 0, &vmo), ST_NO_MEMORY);
	EXPECT_EQ(vmo_create_contiguous(0, PAGE, 0, 0, &vmo), ST_BAD_HANDLE);
	EXPECT_EQ(sys_vmo_create_contiguous(pool, PAGE, 0, 0, ROOT_SLOT_CNODE, pool),
		ST_ALREADY_EXISTS);
	EXPECT_EQ(info_of(pool).pages, 0);
}

WITH_POOL(vmo, that_is_not_cached_is_for_mapping_alone)
{
	cptr_t vmo = 0, clone;
	uint8_t byte = 0;
	volatile uint8_t *at;

	REQUIRE(vmo_create_contiguous(pool, 4 * PAGE, 0, VMO_CACHE_UNCACHED, &vmo) == ST_OK);
	EXPECT_EQ(about(vmo).cache, VMO_CACHE_UNCACHED);
	EXPECT_EQ(vmo_read(vmo, &byte, 0, 1), ST_BAD_STATE);
	EXPECT_EQ(vmo_write(vmo, &byte, 0, 1), ST_BAD_STATE);
	EXPECT_EQ(vmo_clone(vmo, 0, 0, PAGE, pool, &clone), ST_BAD_STATE);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_ZERO, 0, PAGE), ST_BAD_STATE);
	at = map(vmo, 4 * PAGE, RW);
	EXPECT_EQ(at[3 * PAGE], 0);
	at[3 * PAGE] = 5;
	EXPECT_EQ(at[3 * PAGE], 5);
	EXPECT_EQ(vmo_read(vmo, (void *)(uintptr_t)at, 0, 1), ST_BAD_STATE);
	EXPECT_EQ(sys_debug_write((uaddr_t)at, 1),
		ST_INVALID_ARGS); /* no buffer for the kernel */
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	unmap(at, 4 * PAGE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_OK);
	drop(vmo);
	for (unsigned cache = VMO_CACHE_UNCACHED; cache <= VMO_CACHE_WRITE_COMBINING; cache++) {
		vmo = make_vmo(PAGE, 0);
		EXPECT_EQ(vmo_set_cache(vmo, cache), ST_OK);
		EXPECT_EQ(about(vmo).cache, cache);
		EXPECT_EQ(vmo_read(vmo, &byte, 0, 1), ST_BAD_STATE);
		EXPECT_EQ(vmo_write(vmo, &byte, 0, 1), ST_BAD_STATE);
		EXPECT_EQ(vmo_clone(vmo, 0, 0, PAGE, pool, &clone), ST_BAD_STATE);
		drop(vmo);
	}
}

WITH_POOL(vmo_set_cache, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0), clone,
	       plain = with_rights(vmo, RIGHT_READ | RIGHT_WRITE);

	EXPECT_EQ(vmo_set_cache(vmo, 4), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_set_cache(plain, VMO_CACHE_CACHED), ST_ACCESS_DENIED);
	clone = make_child(vmo, 0, 0, PAGE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED),
		ST_BAD_STATE); /* no page, but a child */
	drop(clone);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_OK);
	EXPECT_EQ(poke(vmo, 0, 1), ST_OK);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	clone = make_child(vmo, 0, 0, PAGE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(clone, VMO_CACHE_CACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(0, VMO_CACHE_CACHED), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_set_cache(pool, VMO_CACHE_CACHED), ST_WRONG_TYPE);
	drop(plain);
	drop(clone);
	drop(vmo);
}

/* Some of a device's memory, as an Untyped; drop() it. */
static cptr_t device_part(unsigned size_bits)
{
	const struct bootinfo *info = boot_info();
	cptr_t part = make_slot();

	for (uint32_t i = 0; i < info->untyped_count; i++)
		if (info->untyped[i].device && info->untyped[i].size_bits >= size_bits &&
			untyped_retype(info->untyped_first + i, OBJECT_UNTYPED, size_bits, part,
				1) == ST_OK)
			return part;
	REQUIRE(!"a device");
	return 0;
}

WITH_POOL(vmo_create_physical, shows_a_device_and_gives_it_back)
{
	cptr_t part = device_part(14), vmo = 0;
	struct vmo_info about_it;
	uaddr_t at = 0;

	EXPECT_EQ(vmo_create_physical(pool, part, 11, 2, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_physical(pool, part, 39, 2, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_physical(pool, part, 12, 4, &vmo), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_create_physical(pool, part, 15, 2, &vmo), ST_NO_MEMORY);
	EXPECT_EQ(vmo_create_physical(pool, ROOT_SLOT_POOL_MEMORY, 12, 2, &vmo),
		ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_create_physical(pool, pool, 12, 2, &vmo), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vmo_create_physical(pool, part, 13, 2, ROOT_SLOT_CNODE, pool),
		ST_ALREADY_EXISTS);
	EXPECT_EQ(
		vmo_create_physical(pool, part, 12, VMO_CACHE_CACHED, &vmo), ST_NOT_SUPPORTED);
	EXPECT_EQ(untyped_free(part), 1 << 14);
	REQUIRE(vmo_create_physical(pool, part, 13, VMO_CACHE_UNCACHED_DEVICE, &vmo) == ST_OK);
	about_it = about(vmo);
	EXPECT_EQ(about_it.flags, VMO_FLAG_PHYSICAL);
	EXPECT_EQ(about_it.cache, VMO_CACHE_UNCACHED_DEVICE);
	EXPECT_EQ(untyped_free(part), 1 << 13);
	EXPECT(vmo_lookup(vmo, part, PAGE) >= 0);
	EXPECT_EQ(vmo_lookup(vmo, ROOT_SLOT_POOL_MEMORY, PAGE), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, 0, PAGE), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_NOT_SUPPORTED);
	at = (uaddr_t)map(vmo, 2 * PAGE, RW);
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, at, PAGE, VSPACE_READ | VSPACE_EXECUTE),
		ST_ACCESS_DENIED);
	unmap((volatile uint8_t *)at, 2 * PAGE);
	EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, 2 * PAGE, VSPACE_READ | VSPACE_EXECUTE,
			  &at),
		ST_ACCESS_DENIED);
	EXPECT_EQ(cap_revoke(part), ST_OK);
	EXPECT(is_empty(vmo));
	EXPECT_EQ(untyped_free(part), 1 << 14);
	drop(vmo);
	drop(part);
}

static cptr_t make_physical(cptr_t part, unsigned size_bits, enum vmo_cache cache)
{
	cptr_t vmo = 0;

	REQUIRE(vmo_create_physical(pool, part, size_bits, cache, &vmo) == ST_OK);
	return vmo;
}

/* Mapped, and each page entered, which nobody need touch for that. */
static volatile uint8_t *map_now(cptr_t vmo, uint64_t size)
{
	volatile uint8_t *at = map(vmo, size, RW);

	EXPECT_EQ(vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at, size, VSPACE_WRITE), ST_OK);
	return at;
}

WITH_POOL(vmo_set_cache, changes_device_memory_that_nobody_has_mapped)
{
	cptr_t part = device_part(22), vmo = make_physical(part, 21, VMO_CACHE_UNCACHED_DEVICE);
	cptr_t last = make_physical(part, 12, VMO_CACHE_UNCACHED);
	volatile uint8_t *at = map_now(vmo, 2 * MIB);

	EXPECT_EQ(about(last).cache, VMO_CACHE_UNCACHED);
	EXPECT_EQ(vmo_set_cache(last, VMO_CACHE_WRITE_COMBINING), ST_OK); /* its neighbour's */
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_WRITE_COMBINING), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED_DEVICE), ST_OK); /* it is that */
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_NOT_SUPPORTED);
	EXPECT_EQ(vmo_set_cache(vmo, 4), ST_INVALID_ARGS);
	unmap(at, 2 * MIB);
	for (unsigned cache = VMO_CACHE_UNCACHED; cache <= VMO_CACHE_WRITE_COMBINING; cache++) {
		EXPECT_EQ(vmo_set_cache(vmo, cache), ST_OK);
		EXPECT_EQ(about(vmo).cache, cache);
		EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_NOT_SUPPORTED);
		at = map_now(vmo, 2 * MIB);
		EXPECT_EQ(vmo_set_cache(vmo, cache), ST_OK);
		EXPECT_EQ(vmo_set_cache(vmo, 1 + cache % 3), ST_BAD_STATE);
		unmap(at, 2 * MIB);
	}
	EXPECT_EQ(about(last).cache, VMO_CACHE_WRITE_COMBINING);
	drop(last);
	drop(vmo);
	drop(part);
}

WITH_POOL(vmo_set_cache, changes_a_slice_of_device_memory_that_is_all_that_is_left)
{
	cptr_t part = device_part(14), vmo = make_physical(part, 14, VMO_CACHE_UNCACHED_DEVICE);
	cptr_t slice = make_child(vmo, VMO_CHILD_SLICE, PAGE, 2 * PAGE);
	cptr_t inner = make_child(slice, VMO_CHILD_SLICE, PAGE, PAGE), other;
	int64_t first = vmo_lookup(vmo, part, 0);
	volatile uint8_t *at;

	EXPECT_EQ(about(slice).flags, VMO_FLAG_PHYSICAL | VMO_FLAG_SLICE | VMO_FLAG_CHILD);
	EXPECT_EQ(about(slice).cache, VMO_CACHE_UNCACHED_DEVICE);
	EXPECT_EQ(vmo_lookup(inner, part, 0), first + 2 * PAGE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(slice, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(inner, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(inner, VMO_CACHE_UNCACHED_DEVICE), ST_OK);
	drop(inner);
	EXPECT_EQ(
		vmo_set_cache(slice, VMO_CACHE_UNCACHED), ST_BAD_STATE); /* `vmo` has a name */
	other = make_child(vmo, VMO_CHILD_SLICE, 0, PAGE);
	at = map_now(vmo, PAGE);
	drop(vmo);
	EXPECT_EQ(vmo_set_cache(slice, VMO_CACHE_UNCACHED), ST_BAD_STATE); /* and a mapping */
	unmap(at, PAGE);
	EXPECT_EQ(vmo_set_cache(slice, VMO_CACHE_UNCACHED), ST_BAD_STATE); /* it has `other` */
	drop(other);
	EXPECT_EQ(vmo_set_cache(slice, VMO_CACHE_UNCACHED), ST_OK);
	EXPECT_EQ(about(slice).cache, VMO_CACHE_UNCACHED);
	at = map_now(slice, 2 * PAGE);
	EXPECT_EQ(vmo_set_cache(slice, VMO_CACHE_WRITE_COMBINING), ST_BAD_STATE);
	unmap(at, 2 * PAGE);
	inner = make_child(slice, VMO_CHILD_SLICE, 0, PAGE);
	drop(slice); /* and the inner one is the source's */
	EXPECT_EQ(vmo_set_cache(inner, VMO_CACHE_WRITE_COMBINING), ST_OK);
	drop(inner);
	EXPECT_EQ(untyped_free(part), 1 << 14);
	drop(part);
}

/* Pages that come when they are touched, but never in a cache. */
WITH_POOL(vmo_set_cache, makes_pages_that_are_not_cached)
{
	cptr_t vmo = make_vmo(2 * MIB + PAGE, VMO_OPTION_RESIZABLE), clone = 0;
	volatile uint8_t *at, *other;
	uint8_t byte = 0;

	EXPECT_EQ(peek(vmo, PAGE), 0); /* zeros that were read are no pages */
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_OK);
	EXPECT_EQ(about(vmo).cache, VMO_CACHE_UNCACHED);
	EXPECT_EQ(vmo_read(vmo, &byte, 0, 1), ST_BAD_STATE);
	EXPECT_EQ(vmo_clone(vmo, 0, 0, PAGE, pool, &clone), ST_BAD_STATE);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, 0, PAGE), ST_BAD_STATE);
	at = map(vmo, 2 * MIB + PAGE, RW);
	other = map(vmo, 2 * MIB + PAGE, RW);
	EXPECT_EQ(at[2 * MIB], 0);
	for (uint64_t page = 0; page < 2 * MIB; page += 256 * PAGE) {
		at[page] = (uint8_t)(page >> 12 | 1);
		EXPECT_EQ(other[page], (uint8_t)(page >> 12 | 1));
		EXPECT_EQ(other[page + 1], 0);
	}
	EXPECT_EQ(sys_debug_write((uaddr_t)at, 1), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
	EXPECT_EQ(about(vmo).pages, 1);
	unmap(other, 2 * MIB + PAGE);
	unmap(at, 2 * MIB + PAGE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_size(vmo, 0), ST_OK);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_CACHED), ST_OK);
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 0);
	drop(vmo);
}

/* --- signals */

WITH_POOL(vmo_signal, is_seen_by_all_who_have_the_vmo)
{
	cptr_t vmo = make_vmo(PAGE, 0), copy = with_rights(vmo, RIGHT_READ), clone, second;
	const uint32_t first = UINT32_C(1) << 24, last = UINT32_C(1) << 31;

	EXPECT_EQ(vmo_signal(vmo, 0, 0), VMO_SIGNAL_ZERO_CHILDREN);
	EXPECT_EQ(vmo_signal(vmo, 0, first | last), VMO_SIGNAL_ZERO_CHILDREN | first | last);
	EXPECT_EQ(vmo_signal(copy, 0, 0), VMO_SIGNAL_ZERO_CHILDREN | first | last);
	clone = make_child(vmo, 0, 0, PAGE);
	EXPECT_EQ(vmo_signal(vmo, first, 0), last);
	EXPECT_EQ(vmo_signal(clone, 0, 0), VMO_SIGNAL_ZERO_CHILDREN);
	EXPECT_EQ(vmo_signal(vmo, last, last), last);
	second = make_child(vmo, 0, 0, PAGE);
	drop(clone);
	EXPECT_EQ(vmo_signal(vmo, 0, 0), last); /* one is left */
	drop(second);
	EXPECT_EQ(vmo_signal(vmo, VMO_SIGNALS_USER, 0), VMO_SIGNAL_ZERO_CHILDREN);
	drop(copy);
	drop(vmo);
}

WITH_POOL(vmo_signal, tells_the_notification_of_new_ones)
{
	cptr_t vmo = make_vmo(PAGE, 0), clone = make_child(vmo, 0, 0, PAGE);
	cptr_t notification = make(OBJECT_NOTIFICATION, 0), badged = make_slot();
	word_t bits = 0;

	EXPECT_EQ(cap_mint(badged, notification, RIGHT_WRITE, 4), ST_OK);
	EXPECT_EQ(vmo_set_signal(vmo, badged), ST_OK);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	EXPECT_EQ(vmo_signal(vmo, 0, UINT32_C(3) << 24), UINT32_C(3) << 24);
	EXPECT_EQ(notification_poll(notification, &bits), ST_OK);
	EXPECT_EQ(bits, 4);
	EXPECT_EQ(vmo_signal(vmo, 0, UINT32_C(1) << 24), UINT32_C(3) << 24);
	EXPECT_EQ(vmo_signal(vmo, UINT32_C(1) << 24, 0), UINT32_C(2) << 24);
	EXPECT_EQ(notification_poll(notification, &bits), ST_SHOULD_WAIT);
	drop(badged);
	drop(notification);
	drop(clone);
	drop(vmo);
}

WITH_POOL(vmo_signal, refuses)
{
	cptr_t vmo = make_vmo(PAGE, 0), weak = with_rights(vmo, RIGHT_READ | RIGHT_WRITE);

	EXPECT_EQ(vmo_signal(vmo, 0, VMO_SIGNAL_ZERO_CHILDREN), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_signal(vmo, VMO_SIGNAL_ZERO_CHILDREN, 0), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vmo_signal(vmo, 0, UINT64_C(1) << 32), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_signal(weak, 0, UINT32_C(1) << 24), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_signal(weak, UINT32_C(1) << 24, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_signal(pool, 0, 0), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_signal(0, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(vmo_signal(vmo, 0, 0), VMO_SIGNAL_ZERO_CHILDREN);
	drop(weak);
	drop(vmo);
}
