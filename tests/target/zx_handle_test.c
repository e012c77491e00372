/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon's interface: handles, rights, information, names, statuses, time. */
#include "libsys/clock.h"
#include "zx.h"

/* --- numbers that code was compiled with */

TEST(zx_numbers, are_those_of_2019)
{
	EXPECT_EQ(ZX_ERR_BAD_STATE, -20);
	EXPECT_EQ(ZX_ERR_ACCESS_DENIED, -30);
	EXPECT_EQ(ZX_RIGHT_WAIT, 1 << 14);
	EXPECT_EQ(ZX_RIGHT_SAME_RIGHTS, 0x80000000);
	EXPECT_EQ(ZX_VMO_ZERO_CHILDREN, 8);
	EXPECT_EQ(ZX_USER_SIGNAL_7, 0x80000000);
	EXPECT_EQ(ZX_VM_REQUIRE_NON_RESIZABLE, 2048);
	EXPECT_EQ(ZX_INFO_VMO, 23);
	EXPECT_EQ(ZX_TIME_INFINITE, INT64_MAX);
	EXPECT_EQ(sizeof(zx_info_handle_basic_t), 32);
	EXPECT_EQ(sizeof(zx_info_vmo_t), 112);
	EXPECT_EQ(offsetof(zx_info_vmo_t, size_bytes), 40);
	EXPECT_EQ(offsetof(zx_info_vmo_t, flags), 80);
	EXPECT_EQ(offsetof(zx_info_vmo_t, committed_bytes), 88);
	EXPECT_EQ(offsetof(zx_info_vmo_t, cache_policy), 104);
	EXPECT_EQ(sizeof(zx_wait_item_t), 12);
}

TEST(zx_numbers, of_statuses_are_those_of_the_kernel)
{
	static const int row[][3] = {{ZX_OK, ST_OK, 0}, {ZX_ERR_INTERNAL, ST_INTERNAL, -1},
		{ZX_ERR_NOT_SUPPORTED, ST_NOT_SUPPORTED, -2},
		{ZX_ERR_NO_RESOURCES, ST_NO_RESOURCES, -3},
		{ZX_ERR_NO_MEMORY, ST_NO_MEMORY, -4},
		{ZX_ERR_INVALID_ARGS, ST_INVALID_ARGS, -10},
		{ZX_ERR_BAD_HANDLE, ST_BAD_HANDLE, -11},
		{ZX_ERR_WRONG_TYPE, ST_WRONG_TYPE, -12},
		{ZX_ERR_BAD_SYSCALL, ST_BAD_SYSCALL, -13},
		{ZX_ERR_OUT_OF_RANGE, ST_OUT_OF_RANGE, -14},
		{ZX_ERR_BUFFER_TOO_SMALL, ST_BUFFER_TOO_SMALL, -15},
		{ZX_ERR_BAD_STATE, ST_BAD_STATE, -20}, {ZX_ERR_TIMED_OUT, ST_TIMED_OUT, -21},
		{ZX_ERR_SHOULD_WAIT, ST_SHOULD_WAIT, -22}, {ZX_ERR_CANCELED, ST_CANCELED, -23},
		{ZX_ERR_PEER_CLOSED, ST_PEER_CLOSED, -24},
		{ZX_ERR_NOT_FOUND, ST_NOT_FOUND, -25},
		{ZX_ERR_ALREADY_EXISTS, ST_ALREADY_EXISTS, -26},
		{ZX_ERR_ALREADY_BOUND, ST_ALREADY_BOUND, -27},
		{ZX_ERR_UNAVAILABLE, ST_UNAVAILABLE, -28},
		{ZX_ERR_ACCESS_DENIED, ST_ACCESS_DENIED, -30}};

	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		EXPECT_EQ(row[i][0], row[i][2]);
		EXPECT_EQ(row[i][1], row[i][2]);
	}
}

TEST(zx_numbers, of_bits_and_options_are_those_of_2019)
{
	static const uint32_t bit[][2] = {{ZX_RIGHT_DUPLICATE, 0}, {ZX_RIGHT_TRANSFER, 1},
		{ZX_RIGHT_READ, 2}, {ZX_RIGHT_WRITE, 3}, {ZX_RIGHT_EXECUTE, 4},
		{ZX_RIGHT_MAP, 5}, {ZX_RIGHT_GET_PROPERTY, 6}, {ZX_RIGHT_SET_PROPERTY, 7},
		{ZX_RIGHT_SIGNAL, 12}, {ZX_RIGHT_WAIT, 14}, {ZX_RIGHT_INSPECT, 15},
		{ZX_RIGHT_SAME_RIGHTS, 31}, {ZX_VMO_NON_RESIZABLE, 0},
		{ZX_VMO_CLONE_COPY_ON_WRITE, 0}, {ZX_VMO_CLONE_NON_RESIZEABLE, 1},
		{ZX_VM_PERM_READ, 0}, {ZX_VM_PERM_WRITE, 1}, {ZX_VM_PERM_EXECUTE, 2},
		{ZX_VM_COMPACT, 3}, {ZX_VM_SPECIFIC, 4}, {ZX_VM_SPECIFIC_OVERWRITE, 5},
		{ZX_VM_CAN_MAP_SPECIFIC, 6}, {ZX_VM_CAN_MAP_READ, 7}, {ZX_VM_CAN_MAP_WRITE, 8},
		{ZX_VM_CAN_MAP_EXECUTE, 9}, {ZX_VM_MAP_RANGE, 10},
		{ZX_VM_REQUIRE_NON_RESIZABLE, 11}, {ZX_VMO_ZERO_CHILDREN, 3},
		{ZX_USER_SIGNAL_0, 24}, {ZX_USER_SIGNAL_1, 25}, {ZX_USER_SIGNAL_2, 26},
		{ZX_USER_SIGNAL_3, 27}, {ZX_USER_SIGNAL_4, 28}, {ZX_USER_SIGNAL_5, 29},
		{ZX_USER_SIGNAL_6, 30}, {ZX_USER_SIGNAL_7, 31}};
	static const uint32_t number[][2] = {{ZX_VMO_OP_COMMIT, 1}, {ZX_VMO_OP_DECOMMIT, 2},
		{ZX_VMO_OP_LOCK, 3}, {ZX_VMO_OP_UNLOCK, 4}, {ZX_VMO_OP_LOOKUP, 5},
		{ZX_VMO_OP_CACHE_SYNC, 6}, {ZX_VMO_OP_CACHE_INVALIDATE, 7},
		{ZX_VMO_OP_CACHE_CLEAN, 8}, {ZX_VMO_OP_CACHE_CLEAN_INVALIDATE, 9},
		{ZX_CACHE_POLICY_CACHED, 0}, {ZX_CACHE_POLICY_UNCACHED, 1},
		{ZX_CACHE_POLICY_UNCACHED_DEVICE, 2}, {ZX_CACHE_POLICY_WRITE_COMBINING, 3},
		{ZX_CACHE_POLICY_MASK, 3}, {ZX_OBJ_TYPE_VMO, 3}, {ZX_OBJ_TYPE_VMAR, 18},
		{ZX_MAX_NAME_LEN, 32}, {offsetof(zx_info_vmo_t, koid), 0},
		{offsetof(zx_info_vmo_t, name), 8}, {offsetof(zx_info_vmo_t, parent_koid), 48},
		{offsetof(zx_info_vmo_t, num_children), 56},
		{offsetof(zx_info_vmo_t, num_mappings), 64},
		{offsetof(zx_info_vmo_t, share_count), 72},
		{offsetof(zx_info_vmo_t, handle_rights), 96},
		{offsetof(zx_info_vmo_t, create_options), 100}};

	for (unsigned i = 0; i < sizeof(bit) / sizeof(bit[0]); i++)
		EXPECT_EQ(bit[i][0], UINT32_C(1) << bit[i][1]);
	for (unsigned i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		EXPECT_EQ(number[i][0], number[i][1]);
}

TEST(zx_status_get_string, names_each)
{
	EXPECT_TEXT(zx_status_get_string(ZX_OK), "ZX_OK");
	EXPECT_TEXT(zx_status_get_string(ZX_ERR_OUT_OF_RANGE), "ZX_ERR_OUT_OF_RANGE");
	EXPECT_TEXT(
		zx_status_get_string(ZX_ERR_CONNECTION_ABORTED), "ZX_ERR_CONNECTION_ABORTED");
	EXPECT_TEXT(zx_status_get_string(-5), "(UNKNOWN)");
	EXPECT_TEXT(zx_status_get_string(1), "(UNKNOWN)");
}

/* --- handles */

ZX_TEST(zx_handle_close, ends_a_name_for_good)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), other;

	EXPECT_EQ(vmo & 3, 3);
	EXPECT_EQ(zx_handle_close(ZX_HANDLE_INVALID), ZX_OK);
	EXPECT_EQ(zx_handle_close(vmo), ZX_OK);
	EXPECT_EQ(zx_handle_close(vmo), ZX_ERR_BAD_HANDLE);
	other = make_vmo(PAGE, 0);
	EXPECT(other != vmo);
	EXPECT_EQ(peek(vmo, 0), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_object_get_info(vmo, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL),
		ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_close(other & ~3u), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_close(other ^ 0x10000), ZX_ERR_BAD_HANDLE);
	drop(other);
}

/* A number is not given again before a good many others were. */
ZX_TEST(zx_handle_close, leaves_stale_numbers_stale)
{
	zx_handle_t first = make_vmo(0, 0), vmo;

	drop(first);
	for (int i = 0; i < 1000; i++) {
		vmo = make_vmo(0, 0);
		if (vmo == first)
			EXPECT(!"the same number again");
		drop(vmo);
	}
	EXPECT_EQ(zx_handle_close(first), ZX_ERR_BAD_HANDLE);
}

ZX_TEST(zx_handle_close_many, closes_all_it_can)
{
	zx_handle_t handles[4] = {make_vmo(0, 0), ZX_HANDLE_INVALID, make_vmo(0, 0), 0};

	EXPECT_EQ(zx_handle_close_many(handles, 4), ZX_OK);
	EXPECT_EQ(zx_handle_close_many(NULL, 0), ZX_OK);
	EXPECT_EQ(zx_handle_close_many(NULL, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_close_many(NOWHERE, 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_close_many(handles, SIZE_MAX), ZX_ERR_INVALID_ARGS);
	handles[1] = make_vmo(0, 0);
	handles[3] = make_vmo(0, 0);
	EXPECT_EQ(zx_handle_close_many(handles, 4), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_close(handles[1]), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_close(handles[3]), ZX_ERR_BAD_HANDLE);
}

ZX_TEST(zx_handle_duplicate, has_the_same_object_with_some_rights)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), same = 0, weak;

	EXPECT_EQ(zx_handle_duplicate(vmo, ZX_RIGHT_SAME_RIGHTS, &same), ZX_OK);
	EXPECT_EQ(rights_of(same), ZX_DEFAULT_VMO_RIGHTS);
	EXPECT_EQ(poke(vmo, 0, 3), ZX_OK);
	EXPECT_EQ(peek(same, 0), 3);
	EXPECT_EQ(about(same).koid, about(vmo).koid);
	weak = without(vmo, ZX_RIGHT_READ);
	EXPECT_EQ(rights_of(weak), ZX_DEFAULT_VMO_RIGHTS & ~ZX_RIGHT_READ);
	drop(vmo);
	EXPECT_EQ(peek(same, 0), 3);
	EXPECT_EQ(peek(weak, 0), ZX_ERR_ACCESS_DENIED);
	drop(same);
	EXPECT_EQ(poke(weak, 0, 4), ZX_OK);
	drop(weak);
}

/* Rights that the kernel knows are gone from the capability, not from a table alone. */
ZX_TEST(zx_handle_duplicate, weakens_the_capability_itself)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), weak = without(vmo, ZX_RIGHTS_IO | ZX_RIGHT_MAP);
	uint8_t byte = 0;
	uaddr_t at = 0;
	cptr_t cap = 0;

	EXPECT_EQ(zx_handle_cptr(weak, &cap), ZX_OK);
	EXPECT_EQ(cap_info_rights(cap_info(cap)), RIGHT_EXECUTE | RIGHT_PROPERTY);
	EXPECT_EQ(vmo_read(cap, &byte, 0, 1), ST_ACCESS_DENIED);
	EXPECT_EQ(
		vspace_map(ROOT_SLOT_VSPACE, cap, 0, PAGE, VSPACE_READ, &at), ST_ACCESS_DENIED);
	EXPECT_EQ(zx_handle_cptr(zx_vmar_root_self(), &cap), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_handle_cptr(stale(), &cap), ZX_ERR_BAD_HANDLE);
	drop(weak);
	drop(vmo);
}

ZX_TEST(zx_handle_duplicate, refuses)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), out = 7,
		    sealed = without(vmo, ZX_RIGHT_DUPLICATE | ZX_RIGHT_WRITE);

	EXPECT_EQ(
		zx_handle_duplicate(sealed, ZX_RIGHT_SAME_RIGHTS, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_handle_duplicate(vmo, ZX_RIGHT_DESTROY, &out), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_duplicate(vmo, ZX_RIGHT_SAME_RIGHTS | ZX_RIGHT_READ, &out),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_duplicate(stale(), ZX_RIGHT_SAME_RIGHTS, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(zx_handle_duplicate(vmo, ZX_RIGHT_SAME_RIGHTS, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_duplicate(vmo, 0, NOWHERE), ZX_ERR_INVALID_ARGS);
	drop(sealed);
	drop(vmo);
}

ZX_TEST(zx_handle_replace, takes_the_old_one_whatever_happens)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), sealed = without(vmo, ZX_RIGHT_DUPLICATE), out = 0;

	EXPECT_EQ(zx_handle_replace(sealed, ZX_RIGHT_READ, &out), ZX_OK);
	EXPECT_EQ(rights_of(out), ZX_RIGHT_READ);
	EXPECT_EQ(zx_handle_close(sealed), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_replace(out, ZX_RIGHT_WRITE, &sealed), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_close(out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_replace(out, ZX_RIGHT_SAME_RIGHTS, &out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_handle_replace(vmo, ZX_RIGHT_SAME_RIGHTS, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_close(vmo), ZX_ERR_BAD_HANDLE);
}

ZX_TEST(zx_handle_from_vmo, has_no_more_rights_than_the_capability)
{
	cptr_t cap = 0, weak = slot_alloc();
	zx_handle_t handle = 0;

	REQUIRE(vmo_create(pool, PAGE, 0, &cap) == ST_OK);
	EXPECT_EQ(cap_copy(weak, cap, RIGHT_READ | RIGHT_MAP), ST_OK);
	EXPECT_EQ(zx_handle_from_vmo(cap, ZX_RIGHT_SAME_RIGHTS, &handle), ZX_OK);
	EXPECT_EQ(rights_of(handle), ZX_DEFAULT_VMO_RIGHTS);
	EXPECT_EQ(poke(handle, 0, 9), ZX_OK);
	drop(handle);
	EXPECT_EQ(zx_handle_from_vmo(weak, ZX_RIGHT_SAME_RIGHTS, &handle), ZX_OK);
	EXPECT_EQ(rights_of(handle),
		(ZX_RIGHTS_BASIC & ~ZX_RIGHT_WAIT) | ZX_RIGHT_READ | ZX_RIGHT_MAP |
			ZX_RIGHT_GET_PROPERTY);
	EXPECT_EQ(peek(handle, 0), 9);
	drop(handle);
	EXPECT_EQ(zx_handle_from_vmo(weak, ZX_RIGHT_WRITE, &handle), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_from_vmo(pool, 0, &handle), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_handle_from_vmo(0, 0, &handle), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(object_delete(weak), ST_OK);
	EXPECT_EQ(object_delete(cap), ST_OK);
}

ZX_TEST(zx_vmo_replace_as_executable, gives_back_what_the_capability_has)
{
	zx_handle_t vmo = make_vmo(PAGE, 0),
		    snapshot = make_child(vmo, ZX_VMO_CHILD_SNAPSHOT, 0, PAGE),
		    weak = without(vmo, ZX_RIGHT_EXECUTE), out = 0;

	EXPECT(!(rights_of(snapshot) & ZX_RIGHT_EXECUTE));
	EXPECT_EQ(zx_vmo_replace_as_executable(snapshot, ZX_HANDLE_INVALID, &out), ZX_OK);
	EXPECT(rights_of(out) & ZX_RIGHT_EXECUTE);
	EXPECT_EQ(zx_handle_close(snapshot), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_replace_as_executable(weak, ZX_HANDLE_INVALID, &snapshot),
		ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_handle_close(weak), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_replace_as_executable(out, vmo, &snapshot), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_handle_close(out), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_replace_as_executable(out, 0, &snapshot), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmo_replace_as_executable(vmo, 0, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_handle_close(vmo), ZX_ERR_BAD_HANDLE);
}

/* --- information */

ZX_TEST(zx_object_get_info, tells_of_a_handle)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	zx_info_handle_basic_t basic;
	size_t actual = 9, avail = 9;

	EXPECT_EQ(zx_object_get_info(vmo, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL), ZX_OK);
	EXPECT_EQ(zx_object_get_info(
			  vmo, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic), &actual, &avail),
		ZX_OK);
	EXPECT_EQ(actual, 1);
	EXPECT_EQ(avail, 1);
	EXPECT_EQ(basic.koid, about(vmo).koid);
	EXPECT_EQ(basic.type, ZX_OBJ_TYPE_VMO);
	EXPECT_EQ(basic.related_koid, 0);
	EXPECT_EQ(basic.props, ZX_OBJ_PROP_WAITABLE);
	EXPECT_EQ(zx_object_get_info(zx_vmar_root_self(), ZX_INFO_HANDLE_BASIC, &basic,
			  sizeof(basic), NULL, NULL),
		ZX_OK);
	EXPECT_EQ(basic.type, ZX_OBJ_TYPE_VMAR);
	EXPECT_EQ(basic.props, ZX_OBJ_PROP_NONE);
	EXPECT_EQ(basic.rights, ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHTS_IO | ZX_RIGHT_EXECUTE);
	EXPECT(basic.koid >> 63);
	drop(vmo);
}

ZX_TEST(zx_object_get_info, tells_of_a_vmo)
{
	zx_handle_t vmo = make_vmo(3 * PAGE, ZX_VMO_NON_RESIZABLE),
		    clone = make_clone(vmo, COW, 0, 5 * PAGE);
	zx_info_vmo_t info;
	volatile uint8_t *at = map(clone, 5 * PAGE);

	EXPECT_EQ(poke(clone, 0, 1), ZX_OK);
	info = about(vmo);
	EXPECT_EQ(info.size_bytes, 3 * PAGE);
	EXPECT_EQ(info.parent_koid, 0);
	EXPECT_EQ(info.num_children, 1);
	EXPECT_EQ(info.num_mappings, 0);
	EXPECT_EQ(info.share_count, 0);
	EXPECT_EQ(info.flags, ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_VIA_HANDLE);
	EXPECT_EQ(info.committed_bytes, 0);
	EXPECT_EQ(info.handle_rights, ZX_DEFAULT_VMO_RIGHTS);
	EXPECT_EQ(info.create_options, 0);
	EXPECT_EQ(info.cache_policy, ZX_CACHE_POLICY_CACHED);
	EXPECT_EQ(about(clone).parent_koid, info.koid);
	info = about(clone);
	EXPECT_EQ(info.num_mappings, 1);
	EXPECT_EQ(info.share_count, 1);
	EXPECT_EQ(info.flags,
		ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_VIA_HANDLE | ZX_INFO_VMO_IS_COW_CLONE);
	EXPECT_EQ(info.committed_bytes, PAGE);
	EXPECT_EQ(info.create_options, 1);
	unmap(at, 5 * PAGE);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_object_get_info, refuses)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	zx_info_vmo_t info;
	size_t actual = 9, avail = 9;

#define INFO(topic, to, size, a, b) zx_object_get_info(vmo, topic, to, size, a, b)
	EXPECT_EQ(INFO(ZX_INFO_VMO, &info, sizeof(info) - 1, &actual, &avail),
		ZX_ERR_BUFFER_TOO_SMALL);
	EXPECT_EQ(actual, 0);
	EXPECT_EQ(avail, 1);
	EXPECT_EQ(INFO(ZX_INFO_VMO, NULL, sizeof(info), NULL, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(INFO(ZX_INFO_VMO, NOWHERE, sizeof(info), NULL, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(INFO(ZX_INFO_VMO, &info, sizeof(info), NOWHERE, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(INFO(ZX_INFO_VMO, &info, sizeof(info), NULL, NOWHERE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(INFO(ZX_INFO_VMAR, &info, sizeof(info), NULL, NULL), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(INFO(ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL), ZX_ERR_NOT_SUPPORTED);
	EXPECT_EQ(INFO(999, &info, sizeof(info), NULL, NULL), ZX_ERR_NOT_SUPPORTED);
#undef INFO
	drop(vmo);
	EXPECT_EQ(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL),
		ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_object_get_info(
			  zx_vmar_root_self(), ZX_INFO_VMO, &info, sizeof(info), NULL, NULL),
		ZX_ERR_WRONG_TYPE);
}

/* --- names */

ZX_TEST(zx_object_set_property, names_a_vmo_and_its_clones)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), clone, secret;
	char name[ZX_MAX_NAME_LEN];
	const char *longer = "a name that is longer than thirty-one";

	EXPECT_EQ(zx_object_get_property(vmo, ZX_PROP_NAME, name, sizeof(name)), ZX_OK);
	EXPECT_TEXT(name, "");
	EXPECT_EQ(zx_object_set_property(vmo, ZX_PROP_NAME, "leaf", 4), ZX_OK);
	clone = make_clone(vmo, COW, 0, PAGE);
	EXPECT_TEXT(about(clone).name, "leaf");
	drop(clone);
	secret = without(vmo, ZX_RIGHT_GET_PROPERTY);
	clone = make_clone(secret, COW, 0, PAGE);
	EXPECT_TEXT(about(clone).name, "");
	EXPECT_EQ(zx_object_set_property(clone, ZX_PROP_NAME, longer, strlen(longer)), ZX_OK);
	EXPECT_EQ(zx_object_get_property(clone, ZX_PROP_NAME, name, sizeof(name)), ZX_OK);
	EXPECT_EQ(strlen(name), ZX_MAX_NAME_LEN - 1);
	EXPECT_EQ(memcmp(name, longer, ZX_MAX_NAME_LEN - 1), 0);
	drop(secret);
	drop(clone);
	drop(vmo);
}

ZX_TEST(zx_object_set_property, and_get_refuse)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), weak = without(vmo, ZX_RIGHTS_PROPERTY);
	zx_handle_t root = zx_vmar_root_self();
	char name[ZX_MAX_NAME_LEN];

	EXPECT_EQ(zx_object_get_property(0, ZX_PROP_NAME, NULL, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_set_property(0, ZX_PROP_NAME, NULL, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_get_property(0, ZX_PROP_NAME, name, 32), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_object_set_property(0, ZX_PROP_NAME, name, 32), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_object_get_property(weak, ZX_PROP_NAME, name, 32), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_set_property(weak, ZX_PROP_NAME, "", 0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_set_property(root, ZX_PROP_NAME, "", 0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_get_property(vmo, ZX_PROP_NAME, name, 31), ZX_ERR_BUFFER_TOO_SMALL);
	EXPECT_EQ(zx_object_get_property(vmo, ZX_PROP_NAME, NOWHERE, 32), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_set_property(vmo, ZX_PROP_NAME, NOWHERE, 3), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_get_property(vmo, 5, name, 32), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_set_property(vmo, 5, name, 32), ZX_ERR_INVALID_ARGS);
	drop(weak);
	drop(vmo);
}

/* --- time */

TEST(zx_nanosleep, ends_at_its_deadline)
{
	zx_time_t before = zx_clock_get_monotonic(), deadline = zx_deadline_after(ZX_USEC(300));

	EXPECT(deadline >= before + ZX_USEC(300));
	EXPECT_EQ(zx_nanosleep(deadline), ZX_OK);
	EXPECT(zx_clock_get_monotonic() >= deadline);
	EXPECT_EQ(zx_nanosleep(0), ZX_OK);
	EXPECT_EQ(zx_nanosleep(ZX_TIME_INFINITE_PAST), ZX_OK);
	EXPECT(zx_clock_get(ZX_CLOCK_MONOTONIC) >= deadline);
	EXPECT_EQ(zx_clock_get(ZX_CLOCK_THREAD), 0);
}

TEST(zx_deadline_after, stays_within_what_a_time_can_be)
{
	EXPECT_EQ(zx_deadline_after(ZX_TIME_INFINITE), ZX_TIME_INFINITE);
	EXPECT(zx_deadline_after(-ZX_SEC(1)) < zx_clock_get_monotonic());
	EXPECT(zx_deadline_after(INT64_MIN) < 0);
}

/* --- caches */

ZX_TEST(zx_cache_flush, makes_code_that_runs)
{
	static const uint32_t seven[] = {0x528000e0, 0xd65f03c0}; /* mov w0, #7; ret */
	zx_handle_t vmo = make_vmo(PAGE, 0);
	volatile uint8_t *at = map(vmo, PAGE), *code;

	memcpy((void *)(uintptr_t)at, seven, sizeof(seven));
	EXPECT_EQ(
		zx_cache_flush((const void *)(uintptr_t)at, sizeof(seven), ZX_CACHE_FLUSH_INSN),
		ZX_OK);
	code = map_with(vmo, PAGE, ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE);
	EXPECT_EQ(((int (*)(void))(uintptr_t)code)(), 7);
	unmap(code, PAGE);
	unmap(at, PAGE);
	drop(vmo);
}

TEST(zx_cache_flush, takes_what_makes_sense)
{
	const uint32_t insn = ZX_CACHE_FLUSH_INSN, data = ZX_CACHE_FLUSH_DATA,
		       invalidate = ZX_CACHE_FLUSH_INVALIDATE;
	char some[200] = "some";

	EXPECT_EQ(zx_cache_flush(some, sizeof(some), data), ZX_OK);
	EXPECT_EQ(zx_cache_flush(some + 3, 1, data | invalidate), ZX_OK);
	EXPECT_EQ(zx_cache_flush(some, sizeof(some), data | insn), ZX_OK);
	EXPECT_EQ(zx_cache_flush(some, sizeof(some), data | insn | invalidate), ZX_OK);
	EXPECT_EQ(zx_cache_flush(some, 0, insn), ZX_OK);
	EXPECT_TEXT(some, "some");
	EXPECT_EQ(zx_cache_flush(some, 1, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_cache_flush(some, 1, invalidate), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_cache_flush(some, 1, insn | invalidate), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_cache_flush(some, 1, 8), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_cache_flush(NULL, 1, data), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_cache_flush(NOWHERE, 1, insn), ZX_ERR_INVALID_ARGS);
}
