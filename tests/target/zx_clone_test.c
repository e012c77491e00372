/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon: clones, as the page of zx_vmo_clone says, and the children that came later. */
#include "zx.h"

enum { SEE_THROUGH = ZX_VMO_CHILD_SNAPSHOT_AT_LEAST_ON_WRITE };

/* --- refusals and rights */

ZX_TEST(zx_vmo_clone, refuses)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), out = 7;
	zx_handle_t unread = without(vmo, ZX_RIGHT_READ), unshared;
	struct pool_info before = {0}, after = {0};

	unshared = without(vmo, ZX_RIGHT_DUPLICATE);
	EXPECT_EQ(pool_info(pool, &before), ST_OK);
	EXPECT_EQ(zx_vmo_clone(vmo, 0, 0, PAGE, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_clone(vmo, FIXED, 0, PAGE, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_clone(vmo, COW | 4, 0, PAGE, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, 1, PAGE, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(
		zx_vmo_clone(vmo, COW, PAGE, UINT64_MAX - PAGE + 2, &out), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, UINT64_MAX - PAGE + 1, 2 * PAGE, &out),
		ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_clone(unread, COW, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_clone(unshared, COW, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_clone(zx_vmar_root_self(), COW, 0, PAGE, &out), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_clone(stale(), COW, 0, PAGE, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_clone(0, COW, 0, PAGE, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, 0, PAGE, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, 0, PAGE, NOWHERE), ZX_ERR_INVALID_ARGS);
	EXPECT(has_no_children(vmo));
	EXPECT_EQ(about(vmo).num_children, 0);
	EXPECT_EQ(pool_info(pool, &after), ST_OK);
	EXPECT_EQ(after.free, before.free);
	drop(unread);
	drop(unshared);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, without_memory_leaves_nothing)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), out = 7;
	zx_handle_t clone = make_clone(vmo, COW, 0, PAGE);
	cptr_t empty = 0;

	REQUIRE(object_create(OBJECT_POOL, 0, &empty) == ST_OK);
	zx_set_pool(empty);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, 0, PAGE, &out), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(zx_vmo_create(PAGE, 0, &out), ZX_ERR_NO_MEMORY);
	zx_set_pool(pool);
	EXPECT_EQ(out, 7);
	EXPECT(!has_no_children(vmo));
	EXPECT_EQ(about(vmo).num_children, 1);
	drop(clone);
	EXPECT(has_no_children(vmo));
	EXPECT_EQ(object_delete(empty), ST_OK);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, adds_write_and_property_and_nothing_else)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), weak, clone;
	const zx_rights_t least = ZX_RIGHT_DUPLICATE | ZX_RIGHT_READ;
	zx_vaddr_t at = 0;

	REQUIRE(zx_handle_duplicate(vmo, least, &weak) == ZX_OK);
	clone = make_clone(weak, COW, 0, PAGE);
	EXPECT_EQ(rights_of(clone), least | ZX_RIGHT_WRITE | ZX_RIGHTS_PROPERTY);
	EXPECT_EQ(poke(clone, 0, 1), ZX_OK);
	EXPECT_EQ(peek(vmo, 0), 0);
	EXPECT_EQ(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ, 0, clone, 0, PAGE, &at),
		ZX_ERR_ACCESS_DENIED);
	drop(clone);
	clone = make_clone(vmo, COW, 0, PAGE);
	EXPECT_EQ(rights_of(clone), ZX_DEFAULT_VMO_RIGHTS);
	drop(clone);
	drop(weak);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, is_resizable_or_not_as_it_was_asked_for)
{
	zx_handle_t vmo = make_vmo(PAGE, ZX_VMO_NON_RESIZABLE),
		    clone = make_clone(vmo, COW, 0, 1),
		    fixed = make_clone(vmo, COW | FIXED, 0, PAGE + 1);

	EXPECT_EQ(about(clone).size_bytes, PAGE);
	EXPECT_EQ(about(fixed).size_bytes, 2 * PAGE);
	EXPECT_EQ(zx_vmo_set_size(clone, 3 * PAGE), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(fixed, 3 * PAGE), ZX_ERR_UNAVAILABLE);
	drop(fixed);
	drop(clone);
	drop(vmo);
}

/* --- what shows */

ZX_TEST(zx_vmo_clone, shows_its_parent_until_it_is_written)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), clone, second;
	volatile uint8_t *at;

	EXPECT_EQ(poke(vmo, 0, 1) + poke(vmo, 1, 2), ZX_OK);
	clone = make_clone(vmo, COW, 0, 4 * PAGE);
	second = make_clone(clone, COW, 0, 4 * PAGE);
	at = map(second, 4 * PAGE);
	EXPECT_EQ(at[0], 1);
	EXPECT_EQ(peek(clone, 0), 1);
	EXPECT_EQ(poke(vmo, 0, 3), ZX_OK); /* in a page that was read already */
	EXPECT_EQ(at[0], 3);
	EXPECT_EQ(peek(clone, 0), 3);
	EXPECT_EQ(poke(vmo, PAGE, 4), ZX_OK); /* in a page that was not there */
	EXPECT_EQ(at[PAGE], 4);
	EXPECT_EQ(poke(clone, 0, 5), ZX_OK);
	EXPECT_EQ(peek(clone, 1), 2); /* the rest of the page as the parent had it */
	EXPECT_EQ(peek(vmo, 0), 3);
	EXPECT_EQ(at[0], 5);
	EXPECT_EQ(poke(vmo, 0, 6), ZX_OK);
	EXPECT_EQ(peek(clone, 0), 5);
	at[PAGE] = 7;
	EXPECT_EQ(peek(clone, PAGE), 4);
	EXPECT_EQ(poke(vmo, PAGE, 8), ZX_OK);
	EXPECT_EQ(peek(clone, PAGE), 8); /* the generation between follows the root */
	EXPECT_EQ(at[PAGE], 7);
	unmap(at, 4 * PAGE);
	drop(second);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, of_a_window_shows_zeros_beyond_its_parent)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), clone, beyond;

	EXPECT_EQ(poke(vmo, PAGE, 9), ZX_OK);
	clone = make_clone(vmo, COW, PAGE, 3 * PAGE);
	beyond = make_clone(vmo, COW, 8 * PAGE, 2 * PAGE);
	EXPECT_EQ(peek(clone, 0), 9);
	EXPECT_EQ(peek(clone, PAGE), 0);
	EXPECT_EQ(peek(beyond, 0), 0);
	EXPECT_EQ(poke(beyond, 5, 1), ZX_OK);
	EXPECT_EQ(peek(beyond, 5), 1);
	EXPECT_EQ(peek(beyond, 4), 0);
	EXPECT_EQ(poke(clone, PAGE, 2), ZX_OK);
	EXPECT_EQ(about(clone).committed_bytes, PAGE);
	EXPECT_EQ(peek(vmo, PAGE), 9);
	drop(beyond);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, follows_its_parents_size)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), clone = make_clone(vmo, COW, 0, 4 * PAGE);
	volatile uint8_t *at = map(clone, 4 * PAGE);

	EXPECT_EQ(at[2 * PAGE], 0);
	EXPECT_EQ(zx_vmo_set_size(vmo, 4 * PAGE), ZX_OK);
	EXPECT_EQ(poke(vmo, 2 * PAGE, 1), ZX_OK);
	EXPECT_EQ(at[2 * PAGE], 1);
	EXPECT_EQ(poke(clone, PAGE, 2), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(vmo, PAGE), ZX_OK);
	EXPECT_EQ(at[2 * PAGE], 0); /* zeros, and accessible */
	EXPECT_EQ(at[PAGE], 2);
	EXPECT_EQ(poke(vmo, 0, 4), ZX_OK);
	EXPECT_EQ(at[0], 4);
	EXPECT_EQ(zx_vmo_set_size(vmo, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(vmo, 4 * PAGE), ZX_OK);
	EXPECT_EQ(at[0], 0);
	EXPECT_EQ(at[2 * PAGE], 0);
	EXPECT_EQ(poke(vmo, 2 * PAGE, 3), ZX_OK);
	EXPECT_EQ(at[2 * PAGE], 3);
	unmap(at, 4 * PAGE);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, follows_through_mappings)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), clone = make_clone(vmo, COW, 0, 2 * PAGE),
		    second = make_clone(clone, COW, 0, 2 * PAGE);
	volatile uint8_t *parent = map(vmo, 2 * PAGE), *at = map(second, 2 * PAGE);

	EXPECT_EQ(at[0], 0);
	parent[0] = 1;
	EXPECT_EQ(at[0], 1);
	EXPECT_EQ(peek(clone, 0), 1);
	at[PAGE] = 2;
	parent[PAGE] = 3;
	EXPECT_EQ(at[PAGE], 2);
	EXPECT_EQ(peek(clone, PAGE), 3);
	EXPECT_EQ(parent[PAGE], 3);
	unmap(at, 2 * PAGE);
	unmap(parent, 2 * PAGE);
	drop(second);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, follows_through_a_parent_that_grows_again)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), middle = make_clone(vmo, COW, 0, 2 * PAGE),
		    deep = make_clone(middle, COW, 0, 2 * PAGE);

	EXPECT_EQ(poke(vmo, PAGE, 1), ZX_OK);
	EXPECT_EQ(peek(deep, PAGE), 1);
	EXPECT_EQ(zx_vmo_set_size(middle, PAGE), ZX_OK);
	EXPECT_EQ(peek(deep, PAGE), 0);
	EXPECT_EQ(zx_vmo_set_size(middle, 2 * PAGE), ZX_OK);
	EXPECT_EQ(peek(deep, PAGE), 1); /* nobody wrote: it grew */
	drop(deep);
	drop(middle);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, that_shrinks_loses_its_pages)
{
	zx_handle_t vmo = make_vmo(3 * PAGE, 0), clone = make_clone(vmo, COW, 0, 3 * PAGE);
	volatile uint8_t *at = map(clone, 3 * PAGE);

	EXPECT_EQ(poke(vmo, 2 * PAGE, 1) + poke(clone, 2 * PAGE, 2), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(clone, PAGE), ZX_OK);
	EXPECT_EQ(peek(clone, 2 * PAGE), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at + 2 * PAGE, PAGE, VSPACE_READ),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at, PAGE, VSPACE_READ), ST_OK);
	EXPECT_EQ(about(clone).committed_bytes, 0);
	EXPECT_EQ(zx_vmo_set_size(clone, 3 * PAGE), ZX_OK);
	EXPECT_EQ(peek(clone, 2 * PAGE), 1); /* its living parent */
	EXPECT_EQ(at[2 * PAGE], 1);
	EXPECT_EQ(zx_vmo_set_size(clone, PAGE), ZX_OK);
	drop(vmo);
	EXPECT_EQ(zx_vmo_set_size(clone, 3 * PAGE), ZX_OK);
	EXPECT_EQ(peek(clone, 2 * PAGE), 0); /* there is none */
	EXPECT_EQ(at[2 * PAGE], 0);
	unmap(at, 3 * PAGE);
	drop(clone);
}

ZX_TEST(zx_vmo_clone, commits_and_decommits_pages_of_its_own)
{
	zx_handle_t vmo = make_vmo(3 * PAGE, 0), clone;

	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	clone = make_clone(vmo, COW, 0, 3 * PAGE);
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_COMMIT, 0, 2 * PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(about(clone).committed_bytes, 2 * PAGE);
	EXPECT_EQ(about(vmo).committed_bytes, PAGE);
	EXPECT_EQ(poke(vmo, 0, 2), ZX_OK);
	EXPECT_EQ(peek(clone, 0), 1);
	EXPECT_EQ(poke(vmo, PAGE, 4), ZX_OK);
	EXPECT_EQ(peek(clone, PAGE), 0);
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_DECOMMIT, 0, 3 * PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(peek(clone, 0), 2);
	EXPECT_EQ(about(vmo).committed_bytes, 2 * PAGE);
	EXPECT_EQ(poke(clone, 0, 3), ZX_OK); /* still copy-on-write */
	EXPECT_EQ(peek(vmo, 0), 2);
	drop(clone);
	drop(vmo);
}

/* Whoever goes first, the others show what they showed. */
ZX_TEST(zx_vmo_clone, survives_in_any_order)
{
	for (unsigned first = 0; first < 6; first++) {
		const unsigned order[6][3] = {
			{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
		zx_handle_t v[3] = {make_vmo(2 * PAGE, 0)};
		bool gone[3] = {false};

		EXPECT_EQ(poke(v[0], 0, 10) + poke(v[0], PAGE, 20), ZX_OK);
		v[1] = make_clone(v[0], COW, 0, 2 * PAGE);
		v[2] = make_clone(v[1], COW, 0, 2 * PAGE);
		EXPECT_EQ(poke(v[1], 0, 11) + poke(v[2], PAGE, 22), ZX_OK);
		for (unsigned i = 0; i < 3; i++) {
			drop(v[order[first][i]]);
			gone[order[first][i]] = true;
			if (!gone[0])
				EXPECT_EQ(peek(v[0], 0) + peek(v[0], PAGE), 30);
			if (!gone[1])
				EXPECT_EQ(peek(v[1], 0) + peek(v[1], PAGE), 31);
			if (!gone[2])
				EXPECT_EQ(peek(v[2], 0) + peek(v[2], PAGE), 33);
		}
	}
}

/* The one difference: nothing of a dead parent is kept. */
ZX_TEST(zx_vmo_clone, decommitted_shows_the_next_living_ancestor)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), middle, clone;

	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	middle = make_clone(vmo, COW, 0, PAGE);
	EXPECT_EQ(poke(middle, 0, 2), ZX_OK);
	clone = make_clone(middle, COW, 0, PAGE);
	drop(middle);
	EXPECT_EQ(peek(clone, 0), 2);
	EXPECT_EQ(about(clone).parent_koid, about(vmo).koid);
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(peek(clone, 0), 1);
	EXPECT_EQ(poke(clone, 0, 3), ZX_OK);
	drop(vmo);
	EXPECT_EQ(zx_vmo_op_range(clone, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(peek(clone, 0), 0);
	drop(clone);
}

/* An ordinary program made the original panic with some forty. */
ZX_TEST(zx_vmo_clone, of_many_generations_is_no_harder)
{
	enum { DEPTH = 300 };
	static zx_handle_t v[DEPTH];

	v[0] = make_vmo(2 * PAGE, 0);
	EXPECT_EQ(poke(v[0], 0, 1), ZX_OK);
	for (unsigned i = 1; i < DEPTH; i++)
		v[i] = make_clone(v[i - 1], COW, 0, 2 * PAGE);
	EXPECT_EQ(peek(v[DEPTH - 1], 0), 1);
	EXPECT_EQ(poke(v[DEPTH / 2], PAGE, 2), ZX_OK);
	EXPECT_EQ(peek(v[DEPTH - 1], PAGE), 2);
	EXPECT_EQ(peek(v[DEPTH / 2 - 1], PAGE), 0);
	EXPECT_EQ(poke(v[0], 0, 3), ZX_OK);
	EXPECT_EQ(peek(v[DEPTH - 1], 0), 3);
	for (unsigned i = 0; i < DEPTH - 1; i++)
		drop(v[i]);
	EXPECT_EQ(peek(v[DEPTH - 1], 0), 3);
	EXPECT_EQ(peek(v[DEPTH - 1], PAGE), 2);
	drop(v[DEPTH - 1]);
}

/* --- memory */

static struct pool_info in_use(void)
{
	struct pool_info info = {0};

	EXPECT_EQ(pool_info(pool, &info), ST_OK);
	return info;
}

/* The original held 41 times what one VMO needs after as many rounds. */
ZX_TEST(zx_vmo_clone, overwritten_in_forty_rounds_leaves_nothing_behind)
{
	enum { PAGES = 256, ROUNDS = 40 };
	zx_handle_t vmo = make_vmo(PAGES * PAGE, 0), clone;
	struct pool_info first, last;

	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, PAGES * PAGE, NULL, 0), ZX_OK);
	first = in_use();
	for (unsigned i = 0; i < ROUNDS; i++) {
		clone = make_clone(vmo, COW, 0, PAGES * PAGE);
		for (uint64_t page = 0; page < PAGES; page++)
			EXPECT_EQ(poke(clone, page * PAGE, (uint8_t)i), ZX_OK);
		drop(vmo);
		vmo = clone;
	}
	last = in_use();
	EXPECT_EQ(last.pages, first.pages);
	EXPECT(last.tables <= first.tables + 1);
	EXPECT_EQ(about(vmo).committed_bytes, PAGES * PAGE);
	drop(vmo);
}

ZX_TEST(zx_vmo_clone, a_hundred_times_costs_four_frames_each_at_most)
{
	enum { CLONES = 100 };
	zx_handle_t vmo = make_vmo(256 * MIB, 0), clone[CLONES];
	struct pool_info before;

	for (uint64_t at = 0; at < 256 * MIB; at += 2 * MIB)
		EXPECT_EQ(poke(vmo, at, 1), ZX_OK);
	before = in_use();
	for (unsigned i = 0; i < CLONES; i++) {
		clone[i] = make_clone(vmo, COW, 0, 256 * MIB);
		EXPECT_EQ(poke(clone[i], (uint64_t)i * MIB, 2), ZX_OK);
	}
	EXPECT(before.free - in_use().free <= 4 * CLONES);
	for (unsigned i = 0; i < CLONES; i++)
		drop(clone[i]);
	drop(vmo);
}

/* --- ZX_VMO_ZERO_CHILDREN */

ZX_TEST(zero_children, counts_clones_and_their_mappings)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), first, second;
	volatile uint8_t *at;

	EXPECT(has_no_children(vmo));
	first = make_clone(vmo, COW, 0, PAGE);
	EXPECT(!has_no_children(vmo));
	EXPECT(has_no_children(first));
	second = make_clone(vmo, COW, 0, PAGE);
	drop(first);
	EXPECT(!has_no_children(vmo));
	at = map(second, PAGE);
	drop(second);
	EXPECT(!has_no_children(vmo)); /* a mapping alone keeps a clone */
	unmap(at, PAGE);
	EXPECT(has_no_children(vmo));
	drop(vmo);
}

ZX_TEST(zero_children, stays_cleared_while_a_grandchild_lives)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), middle = make_clone(vmo, COW, 0, PAGE),
		    last = make_clone(middle, COW, 0, PAGE);

	drop(middle);
	EXPECT(!has_no_children(vmo));
	EXPECT(has_no_children(last));
	drop(last);
	EXPECT(has_no_children(vmo));
	drop(vmo);
}

/* --- cache policies */

ZX_TEST(zx_vmo_set_cache_policy, keeps_a_vmo_for_mapping_alone)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), out = 7;
	volatile uint8_t *at;
	uint8_t byte = 0;

	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED), ZX_OK);
	EXPECT_EQ(about(vmo).cache_policy, ZX_CACHE_POLICY_UNCACHED);
	EXPECT_EQ(zx_vmo_read(vmo, &byte, 0, 1), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_write(vmo, &byte, 0, 1), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_clone(vmo, COW, 0, PAGE, &out), ZX_ERR_BAD_STATE);
	at = map(vmo, 2 * PAGE);
	EXPECT_EQ(at[5], 0);
	at[5] = 6;
	EXPECT_EQ(at[5], 6);
	EXPECT_EQ(at[PAGE], 0);
	unmap(at, 2 * PAGE);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_CACHED), ZX_ERR_BAD_STATE);
	drop(vmo);
	for (uint32_t policy = 1; policy <= ZX_CACHE_POLICY_MASK; policy++) {
		vmo = make_vmo(PAGE, 0);
		EXPECT_EQ(zx_vmo_set_cache_policy(vmo, policy), ZX_OK);
		EXPECT_EQ(zx_vmo_read(vmo, &byte, 0, 1), ZX_ERR_BAD_STATE);
		EXPECT_EQ(zx_vmo_write(vmo, &byte, 0, 1), ZX_ERR_BAD_STATE);
		EXPECT_EQ(zx_vmo_clone(vmo, COW, 0, PAGE, &out), ZX_ERR_BAD_STATE);
		drop(vmo);
	}
	EXPECT_EQ(out, 7);
}

ZX_TEST(zx_vmo_set_cache_policy, refuses)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), weak = without(vmo, ZX_RIGHT_MAP), clone;
	volatile uint8_t *at;

	EXPECT_EQ(zx_vmo_set_cache_policy(stale(), 4), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_set_cache_policy(stale(), 0), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_set_cache_policy(zx_vmar_root_self(), 0), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_set_cache_policy(weak, 0), ZX_ERR_ACCESS_DENIED);
	clone = make_clone(vmo, COW, 0, PAGE);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, 1), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_set_cache_policy(clone, 1), ZX_ERR_BAD_STATE);
	drop(clone);
	at = map(vmo, PAGE);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, 1), ZX_ERR_BAD_STATE);
	unmap(at, PAGE);
	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, 1), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_WRITE_COMBINING), ZX_OK);
	EXPECT_EQ(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_CACHED), ZX_OK);
	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	drop(weak);
	drop(vmo);
}

/* --- what came later */

ZX_TEST(zx_vmo_create_child, refuses)
{
	const uint32_t snapshot = ZX_VMO_CHILD_SNAPSHOT, slice = ZX_VMO_CHILD_SLICE;
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), out = 7;
	zx_handle_t unread = without(vmo, ZX_RIGHT_READ);

#define CHILD(options, offset, size) zx_vmo_create_child(vmo, options, offset, size, &out)
	EXPECT_EQ(CHILD(0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(2, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(64, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(ZX_VMO_CHILD_RESIZABLE, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(snapshot | slice, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(snapshot | SEE_THROUGH, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(slice | ZX_VMO_CHILD_RESIZABLE, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(snapshot | ZX_VMO_CHILD_RESIZABLE | ZX_VMO_CHILD_NO_WRITE, 0, PAGE),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(snapshot, 5, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(CHILD(slice, PAGE, 2 * PAGE), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(CHILD(snapshot, PAGE, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
#undef CHILD
	EXPECT_EQ(zx_vmo_create_child(unread, snapshot, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_create_child(zx_vmar_root_self(), snapshot, 0, PAGE, &out),
		ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_create_child(stale(), snapshot, 0, PAGE, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(zx_vmo_create_child(vmo, snapshot, 0, PAGE, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT(has_no_children(vmo));
	drop(unread);
	drop(vmo);
}

ZX_TEST(zx_vmo_create_child, has_rights_by_its_kind)
{
	const zx_rights_t all = ZX_DEFAULT_VMO_RIGHTS;
	const struct {
		uint32_t options;
		zx_rights_t rights;
	} kinds[] = {
		{ZX_VMO_CHILD_SNAPSHOT, all & ~ZX_RIGHT_EXECUTE},
		{SEE_THROUGH, all & ~ZX_RIGHT_EXECUTE},
		{ZX_VMO_CHILD_SLICE, all},
		{ZX_VMO_CHILD_SNAPSHOT | ZX_VMO_CHILD_NO_WRITE, all & ~ZX_RIGHT_WRITE},
		{ZX_VMO_CHILD_SLICE | ZX_VMO_CHILD_NO_WRITE, all & ~ZX_RIGHT_WRITE},
	};
	zx_handle_t vmo = make_vmo(PAGE, 0);

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		zx_handle_t child = make_child(vmo, kinds[i].options, 0, PAGE);
		cptr_t cap = 0;

		EXPECT_EQ(rights_of(child), kinds[i].rights);
		EXPECT_EQ(zx_handle_cptr(child, &cap), ZX_OK);
		EXPECT_EQ(!(cap_info_rights(cap_info(cap)) & RIGHT_WRITE),
			!(kinds[i].rights & ZX_RIGHT_WRITE));
		drop(child);
	}
	drop(vmo);
}

ZX_TEST(zx_vmo_create_child, snapshots_are_isolated_both_ways)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), clone, snapshot, of_clone;

	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	clone = make_clone(vmo, COW, 0, 2 * PAGE);
	snapshot = make_child(vmo, ZX_VMO_CHILD_SNAPSHOT | ZX_VMO_CHILD_RESIZABLE, 0, 3 * PAGE);
	of_clone = make_child(clone, ZX_VMO_CHILD_SNAPSHOT, 0, 2 * PAGE);
	EXPECT_EQ(poke(vmo, 0, 2) + poke(vmo, PAGE, 3), ZX_OK);
	EXPECT_EQ(peek(snapshot, 0) + peek(of_clone, 0), 2);
	EXPECT_EQ(peek(snapshot, PAGE) + peek(of_clone, PAGE), 0);
	EXPECT_EQ(peek(clone, 0), 2);
	EXPECT_EQ(poke(snapshot, 0, 9), ZX_OK);
	EXPECT_EQ(peek(vmo, 0), 2);
	EXPECT_EQ(zx_vmo_op_range(snapshot, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_OK);
	EXPECT_EQ(peek(snapshot, 0), 0); /* not its parent's 2 */
	EXPECT_EQ(zx_vmo_set_size(vmo, 0), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(vmo, 3 * PAGE), ZX_OK);
	EXPECT_EQ(poke(vmo, 2 * PAGE, 4), ZX_OK);
	EXPECT_EQ(peek(snapshot, 2 * PAGE), 0);
	EXPECT_EQ(peek(of_clone, 0), 1);
	drop(of_clone);
	drop(clone);
	drop(vmo);
	drop(snapshot);
}

ZX_TEST(zx_vmo_create_child, snapshots_of_a_slice_and_of_a_snapshot)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0),
		    slice = make_child(vmo, ZX_VMO_CHILD_SLICE, PAGE, 2 * PAGE), shot, again;

	EXPECT_EQ(poke(vmo, PAGE, 1), ZX_OK);
	shot = make_child(slice, ZX_VMO_CHILD_SNAPSHOT, 0, 2 * PAGE);
	again = make_child(shot, ZX_VMO_CHILD_SNAPSHOT, 0, 2 * PAGE);
	EXPECT_EQ(poke(slice, 0, 2), ZX_OK);
	EXPECT_EQ(peek(shot, 0), 1);
	EXPECT_EQ(poke(shot, 0, 3), ZX_OK);
	EXPECT_EQ(peek(again, 0), 1);
	EXPECT_EQ(poke(again, 0, 4), ZX_OK);
	EXPECT_EQ(peek(shot, 0), 3);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	drop(slice);
	drop(vmo);
	drop(shot);
	EXPECT_EQ(peek(again, 0), 4);
	drop(again);
}

ZX_TEST(zx_vmo_create_child, at_least_on_write_is_what_zx_vmo_clone_makes)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), fixed = make_child(vmo, SEE_THROUGH, 0, PAGE),
		    child = make_child(vmo, SEE_THROUGH | ZX_VMO_CHILD_RESIZABLE, 0, 2 * PAGE);

	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	EXPECT_EQ(peek(child, 0) + peek(fixed, 0), 2); /* they follow */
	EXPECT_EQ(poke(child, 1, 2) + poke(vmo, 0, 3), ZX_OK);
	EXPECT_EQ(peek(child, 0), 1);
	EXPECT_EQ(peek(vmo, 1), 0);
	EXPECT_EQ(zx_vmo_set_size(child, PAGE), ZX_OK);
	EXPECT_EQ(zx_vmo_set_size(fixed, 2 * PAGE), ZX_ERR_UNAVAILABLE);
	drop(child);
	drop(fixed);
	drop(vmo);
}

ZX_TEST(zx_vmo_create_child, slices_are_the_very_same_pages)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), slice, inner;
	volatile uint8_t *at;

	slice = make_child(vmo, ZX_VMO_CHILD_SLICE, PAGE, 3 * PAGE);
	EXPECT(!has_no_children(vmo));
	inner = make_child(slice, ZX_VMO_CHILD_SLICE, PAGE, PAGE);
	at = map(inner, PAGE);
	EXPECT_EQ(poke(vmo, 2 * PAGE, 5), ZX_OK);
	EXPECT_EQ(at[0], 5);
	at[1] = 6;
	EXPECT_EQ(peek(vmo, 2 * PAGE + 1), 6);
	EXPECT_EQ(peek(slice, PAGE + 1), 6);
	EXPECT_EQ(zx_vmo_set_size(vmo, 2 * PAGE), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_set_size(slice, PAGE), ZX_ERR_UNAVAILABLE);
	drop(slice);
	drop(inner);
	unmap(at, PAGE);
	EXPECT(has_no_children(vmo));
	drop(vmo);
}
