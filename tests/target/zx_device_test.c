/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon's interface: contiguous and physical VMOs. */
#include "zx.h"

ZX_TEST(zx_vmo_create_contiguous, is_in_a_row_and_stays)
{
	zx_handle_t bti = 0, vmo = 0, out = 7;

	EXPECT_EQ(zx_bti_create_for_pool(pool, &bti), ZX_OK);
	EXPECT_EQ(rights_of(bti), ZX_DEFAULT_BTI_RIGHTS);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, 5 * PAGE, 16, &vmo), ZX_OK);
	EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
	EXPECT_EQ(about(vmo).create_options, 2);
	EXPECT_EQ(about(vmo).committed_bytes, 5 * PAGE);
	EXPECT_EQ(peek(vmo, 4 * PAGE), 0);
	EXPECT_EQ(poke(vmo, PAGE, 3), ZX_OK);
	EXPECT_EQ(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0),
		ZX_ERR_NOT_SUPPORTED);
	EXPECT_EQ(zx_vmo_set_size(vmo, PAGE), ZX_ERR_UNAVAILABLE);
	EXPECT_EQ(zx_vmo_create_child(vmo, ZX_VMO_CHILD_SNAPSHOT, 0, PAGE, &out),
		ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, 0, 0, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, PAGE, 11, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, PAGE, 39, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, UINT64_MAX, 0, &out), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, 16 * MIB, 0, &out), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(zx_vmo_create_contiguous(vmo, PAGE, 0, &out), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_create_contiguous(stale(), PAGE, 0, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(zx_vmo_create_contiguous(bti, PAGE, 0, NULL), ZX_ERR_INVALID_ARGS);
	out = without(bti, ZX_RIGHT_MAP);
	EXPECT_EQ(zx_vmo_create_contiguous(out, PAGE, 0, &bti), ZX_ERR_ACCESS_DENIED);
	drop(out);
	drop(vmo);
	drop(bti);
}

/* 64 KiB of a device, as a resource. */
static cptr_t device_part(uint64_t *base_out)
{
	const struct bootinfo *info = boot_info();
	cptr_t part = slot_alloc();

	for (uint32_t i = 0; i < info->untyped_count; i++)
		if (info->untyped[i].device && info->untyped[i].size_bits >= 16) {
			REQUIRE(untyped_retype(info->untyped_first + i, OBJECT_UNTYPED, 16,
					part, 1) == ST_OK);
			*base_out = info->untyped[i].base;
			return part;
		}
	REQUIRE(!"a device");
	return 0;
}

ZX_TEST(zx_vmo_create_physical, shows_what_the_resource_covers)
{
	uint64_t base = 0;
	cptr_t part = device_part(&base);
	zx_handle_t resource = 0, page = 0, three = 0, out = 7;

	EXPECT_EQ(zx_resource_create_for_untyped(part, base, 16, &resource), ZX_OK);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 2 * PAGE, PAGE, &page), ZX_OK);
	EXPECT_EQ(about(page).size_bytes, PAGE);
	EXPECT_EQ(about(page).cache_policy, ZX_CACHE_POLICY_UNCACHED_DEVICE);
	EXPECT_EQ(about(page).flags, ZX_INFO_VMO_TYPE_PHYSICAL | ZX_INFO_VMO_VIA_HANDLE);
	EXPECT_EQ(zx_vmo_op_range(page, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0),
		ZX_ERR_NOT_SUPPORTED);
	zx_set_lookup_authority(part);
	{
		zx_paddr_t at = 0;
		cptr_t cap = 0;

		EXPECT_EQ(zx_handle_cptr(page, &cap), ZX_OK);
		at = (zx_paddr_t)vmo_lookup(cap, part, 0);
		EXPECT_EQ(at, base + 2 * PAGE);
	}
	zx_set_lookup_authority(0);
	/* Three pages of a block of four, the rest of which is lost to others meanwhile. */
	EXPECT_EQ(
		zx_vmo_create_physical(resource, base + 4 * PAGE, 2 * PAGE + 1, &three), ZX_OK);
	EXPECT_EQ(about(three).size_bytes, 3 * PAGE);
	unmap(map(three, 3 * PAGE), 3 * PAGE);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 4 * PAGE, 4 * PAGE, &out),
		ZX_ERR_NO_MEMORY);
	drop(three);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 4 * PAGE, 4 * PAGE, &three), ZX_OK);
	drop(three);
	drop(page);
	drop(resource);
	EXPECT_EQ(cap_revoke(part), ST_OK);
	EXPECT_EQ(untyped_free(part), 1 << 16);
	EXPECT_EQ(object_delete(part), ST_OK);
}

/* As a driver does: made, said how it is cached, mapped; a block, and pages that are none. */
ZX_TEST(zx_vmo_set_cache_policy, changes_physical_memory_before_it_is_mapped)
{
	static const size_t sizes[] = {4 * PAGE, 3 * PAGE, PAGE};
	uint64_t base = 0;
	cptr_t part = device_part(&base);
	zx_handle_t resource = 0, vmo = 0, next = 0, twin;
	volatile uint8_t *at;

	EXPECT_EQ(zx_resource_create_for_untyped(part, base, 16, &resource), ZX_OK);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT_EQ(zx_vmo_create_physical(resource, base + 4 * PAGE, sizes[i], &vmo),
			ZX_OK);
		twin = without(vmo, ZX_RIGHT_WRITE);
		EXPECT_EQ(about(vmo).cache_policy, ZX_CACHE_POLICY_UNCACHED_DEVICE);
		for (uint32_t policy = 1; policy <= ZX_CACHE_POLICY_MASK; policy++) {
			EXPECT_EQ(zx_vmo_set_cache_policy(vmo, policy), ZX_OK);
			EXPECT_EQ(about(twin).cache_policy, policy);
			EXPECT_EQ(about(vmo).flags & ZX_INFO_VMO_TYPE_PAGED, 0);
			at = map_with(vmo, sizes[i], RW | ZX_VM_MAP_RANGE);
			EXPECT_EQ(zx_vmo_set_cache_policy(twin, policy), ZX_OK);
			EXPECT_EQ(zx_vmo_set_cache_policy(twin, 1 + policy % 3),
				ZX_ERR_BAD_STATE);
			unmap(at, sizes[i]);
		}
		EXPECT_EQ(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_CACHED),
			ZX_ERR_NOT_SUPPORTED);
		drop(twin);
		drop(vmo);
	}
	/* Pages of one block are two VMOs: each as it likes. */
	EXPECT_EQ(zx_vmo_create_physical(resource, base, PAGE, &vmo), ZX_OK);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + PAGE, PAGE, &next), ZX_OK);
	at = map_with(vmo, PAGE, RW | ZX_VM_MAP_RANGE);
	EXPECT_EQ(zx_vmo_set_cache_policy(next, ZX_CACHE_POLICY_WRITE_COMBINING), ZX_OK);
	twin = make_child(next, ZX_VMO_CHILD_SLICE, 0, PAGE);
	EXPECT_EQ(zx_vmo_set_cache_policy(next, ZX_CACHE_POLICY_UNCACHED), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmo_set_cache_policy(twin, ZX_CACHE_POLICY_UNCACHED), ZX_ERR_BAD_STATE);
	drop(twin);
	unmap(at, PAGE);
	drop(next);
	drop(vmo);
	drop(resource);
	EXPECT_EQ(cap_revoke(part), ST_OK);
	EXPECT_EQ(object_delete(part), ST_OK);
}

ZX_TEST(zx_vmo_create_physical, refuses)
{
	uint64_t base = 0;
	cptr_t part = device_part(&base);
	zx_handle_t resource = 0, vmo = make_vmo(0, 0), out = 7;

	EXPECT_EQ(zx_resource_create_for_untyped(part, base, 16, &resource), ZX_OK);
	EXPECT_EQ(zx_vmo_create_physical(resource, base, 0, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 1, PAGE, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(
		zx_vmo_create_physical(resource, base, UINT64_MAX, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 16 * PAGE, PAGE, &out),
		ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_create_physical(resource, base - PAGE, PAGE, &out),
		ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_create_physical(resource, base + 8 * PAGE, 9 * PAGE, &out),
		ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmo_create_physical(vmo, base, PAGE, &out), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmo_create_physical(stale(), base, PAGE, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(zx_vmo_create_physical(resource, base, PAGE, NULL), ZX_ERR_INVALID_ARGS);
	drop(resource);
	drop(vmo);
	EXPECT_EQ(cap_revoke(part), ST_OK);
	EXPECT_EQ(object_delete(part), ST_OK);
}
