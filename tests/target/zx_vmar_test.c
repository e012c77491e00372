/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon's interface: mappings, and the regions that they are in. */
#include "libsys/endpoint.h"
#include "libsys/ipc.h"
#include "libsys/thread.h"
#include "zx.h"

enum {
	R = ZX_VM_PERM_READ,
	RX = ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE,
	CAN = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE,
	AT = ZX_VM_SPECIFIC,
	OVER = ZX_VM_SPECIFIC_OVERWRITE,
};

static zx_handle_t root(void)
{
	return zx_vmar_root_self();
}

static zx_info_vmar_t where(zx_handle_t vmar)
{
	zx_info_vmar_t info = {0};

	EXPECT_EQ(
		zx_object_get_info(vmar, ZX_INFO_VMAR, &info, sizeof(info), NULL, NULL), ZX_OK);
	return info;
}

static zx_handle_t make_region(zx_handle_t in, zx_vm_option_t options, uint64_t size)
{
	zx_handle_t vmar = 0;
	zx_vaddr_t at = 0;

	REQUIRE(zx_vmar_allocate(in, options, 0, size, &vmar, &at) == ZX_OK);
	EXPECT_EQ(at, where(vmar).base);
	EXPECT_EQ(where(vmar).len, size);
	return vmar;
}

static void end_region(zx_handle_t vmar)
{
	EXPECT_EQ(zx_vmar_destroy(vmar), ZX_OK);
	drop(vmar);
}

/* Could the program do that there? */
static bool can(volatile uint8_t *at, unsigned access)
{
	return vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at, PAGE, access) == ST_OK;
}

static void touch(void *at)
{
	(void)*(volatile uint8_t *)at;
}

/* A thread's own access there ends in a fault of that address. */
static void expect_fault(volatile uint8_t *at)
{
	static _Alignas(16) char stack[16384];
	struct thread_options options = {
		.stack = stack, .stack_size = sizeof(stack), .priority = PRIORITY_MAX};
	cptr_t endpoint = 0, reply = 0, thread;
	struct message message = {0};
	struct thread_info info;

	REQUIRE(object_create(OBJECT_ENDPOINT, 0, &endpoint) == ST_OK);
	REQUIRE(object_create(OBJECT_REPLY, 0, &reply) == ST_OK);
	options.fault_endpoint = endpoint;
	REQUIRE(thread_start(touch, (void *)(uintptr_t)at, &options, &thread) == ST_OK);
	do {
		sys_yield();
		REQUIRE(thread_info(thread, &info) == ST_OK);
	} while (info.state == THREAD_READY);
	REQUIRE(info.state == THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	EXPECT_EQ(tag_label(message.tag), FAULT_PAGE);
	EXPECT_EQ(message.words[FAULT_WORD_ADDRESS], (uintptr_t)at);
	EXPECT_EQ(thread_delete(thread), ST_OK);
	EXPECT_EQ(object_delete(reply), ST_OK);
	EXPECT_EQ(object_delete(endpoint), ST_OK);
}

/* --- mapping in the root region */

ZX_TEST(zx_vmar_map, shows_a_range_in_any_number_of_places)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0);
	volatile uint8_t *one = map(vmo, 4 * PAGE), *two;
	zx_vaddr_t at = 0;

	EXPECT_EQ(zx_vmar_map(root(), R, 0, vmo, 2 * PAGE, PAGE + 1, &at), ZX_OK);
	two = (volatile uint8_t *)at;
	one[2 * PAGE] = 1;
	EXPECT_EQ(two[0], 1);
	EXPECT_EQ(poke(vmo, 3 * PAGE, 2), ZX_OK);
	EXPECT_EQ(two[PAGE], 2);
	EXPECT_EQ(about(vmo).num_mappings, 2);
	drop(vmo); /* mappings keep it */
	one[3 * PAGE] = 3;
	EXPECT_EQ(two[PAGE], 3);
	unmap(one, 4 * PAGE);
	unmap(two, 2 * PAGE);
}

ZX_TEST(zx_vmar_map, refuses)
{
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), fixed = make_vmo(PAGE, ZX_VMO_NON_RESIZABLE);
	zx_vaddr_t at = 7;

#define MAP(options, offset, vmo_offset, len) \
	zx_vmar_map(root(), options, offset, vmo, vmo_offset, len, &at)
	EXPECT_EQ(MAP(ZX_VM_PERM_WRITE, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(ZX_VM_PERM_EXECUTE, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(RW | ZX_VM_PERM_EXECUTE, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | ZX_VM_CAN_MAP_READ, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | ZX_VM_CAN_MAP_SPECIFIC, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | ZX_VM_COMPACT, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | 4096, 0, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | ZX_VM_MAP_RANGE | OVER, PAGE, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R, 0, 1, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R, PAGE, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | AT, 1, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R | AT, where(root()).len, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R, 0, 0, where(root()).len + PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R, 0, 0, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(MAP(R, 0, 0, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(MAP(R, 0, UINT64_MAX - PAGE + 1, 2 * PAGE), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(MAP(R | ZX_VM_REQUIRE_NON_RESIZABLE, 0, 0, PAGE), ZX_ERR_NOT_SUPPORTED);
	EXPECT_EQ(MAP(R, 0, 0, where(root()).len), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(MAP(R | AT, UINT64_MAX - PAGE + 1, 0, 2 * PAGE), ZX_ERR_OUT_OF_RANGE);
#undef MAP
	EXPECT_EQ(zx_vmar_map(vmo, R, 0, vmo, 0, PAGE, &at), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmar_map(root(), R, 0, root(), 0, PAGE, &at), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmar_map(stale(), R, 0, vmo, 0, PAGE, &at), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmar_map(root(), R, 0, stale(), 0, PAGE, &at), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(at, 7);
	EXPECT_EQ(zx_vmar_map(root(), R, 0, vmo, 0, PAGE, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_map(root(), R, 0, vmo, 0, PAGE, NOWHERE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(about(vmo).num_mappings, 0);
	EXPECT_EQ(zx_vmar_map(root(), R | ZX_VM_REQUIRE_NON_RESIZABLE, 0, fixed, 0, PAGE, &at),
		ZX_OK);
	unmap((volatile uint8_t *)at, PAGE);
	drop(fixed);
	drop(vmo);
}

ZX_TEST(zx_vmar_map, needs_the_rights_that_it_gives)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), unmappable = without(vmo, ZX_RIGHT_MAP),
		    constant = without(vmo, ZX_RIGHT_WRITE | ZX_RIGHT_EXECUTE),
		    unread = without(vmo, ZX_RIGHT_READ), weak_root;
	volatile uint8_t *at;
	zx_vaddr_t out = 7;

	weak_root = without(root(), ZX_RIGHT_WRITE);
	EXPECT_EQ(zx_vmar_map(root(), 0, 0, unmappable, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_map(root(), RW, 0, constant, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_map(root(), RX, 0, constant, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_map(root(), R, 0, unread, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_map(root(), 0, 0, unread, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_map(weak_root, RW, 0, vmo, 0, PAGE, &out), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(out, 7);
	at = map_with(constant, PAGE, 0);
	EXPECT(!can(at, VSPACE_READ));
	EXPECT_EQ(zx_vmar_protect(root(), RW, (zx_vaddr_t)at, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_protect(root(), RX, (zx_vaddr_t)at, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_protect(root(), R, (zx_vaddr_t)at, PAGE), ZX_OK);
	EXPECT_EQ(at[0], 0);
	unmap(at, PAGE);
	/* What a weaker VMAR's handle mapped a stronger one cannot open. */
	EXPECT_EQ(zx_vmar_map(weak_root, R, 0, vmo, 0, PAGE, &out), ZX_OK);
	EXPECT_EQ(zx_vmar_protect(root(), RW, out, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_protect(weak_root, RW, out, PAGE), ZX_ERR_ACCESS_DENIED);
	unmap((volatile uint8_t *)out, PAGE);
	drop(weak_root);
	drop(unread);
	drop(constant);
	drop(unmappable);
	drop(vmo);
}

ZX_TEST(zx_vmar_map, at_a_place_is_there_or_fails)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), other = make_vmo(PAGE, 0);
	zx_vaddr_t base = where(root()).base, at = 0;
	const uint64_t offset = UNMAPPED - base;

	EXPECT_EQ(zx_vmar_map(root(), RW | AT, offset, vmo, 0, 4 * PAGE, &at), ZX_OK);
	EXPECT_EQ(at, UNMAPPED);
	EXPECT_EQ(zx_vmar_map(root(), R | AT, offset + PAGE, other, 0, PAGE, &at),
		ZX_ERR_NO_MEMORY);
	EXPECT_EQ(poke(vmo, PAGE, 1) + poke(other, 0, 2), ZX_OK);
	EXPECT_EQ(*(volatile uint8_t *)(UNMAPPED + PAGE), 1);
	EXPECT_EQ(zx_vmar_map(root(), R | OVER, offset + PAGE, other, 0, PAGE, &at), ZX_OK);
	EXPECT_EQ(at, UNMAPPED + PAGE);
	EXPECT_EQ(*(volatile uint8_t *)at, 2);
	EXPECT_EQ(about(vmo).num_mappings, 2);
	unmap((volatile uint8_t *)UNMAPPED, 4 * PAGE);
	EXPECT_EQ(about(vmo).num_mappings + about(other).num_mappings, 0);
	drop(other);
	drop(vmo);
}

ZX_TEST(zx_vmar_map, beyond_the_end_faults_and_map_range_is_content)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	volatile uint8_t *at;
	zx_vaddr_t behind = 0;

	EXPECT_EQ(poke(vmo, 0, 1), ZX_OK);
	at = map_with(vmo, 3 * PAGE, RW | ZX_VM_MAP_RANGE);
	EXPECT_EQ(about(vmo).committed_bytes, PAGE);
	EXPECT(can(at, VSPACE_READ) && !can(at + PAGE, VSPACE_READ));
	expect_fault(at + PAGE);
	EXPECT_EQ(zx_vmo_set_size(vmo, 2 * PAGE), ZX_OK);
	at[PAGE] = 2;
	EXPECT_EQ(peek(vmo, PAGE), 2);
	EXPECT_EQ(zx_vmo_set_size(vmo, PAGE), ZX_OK);
	EXPECT(!can(at + PAGE, VSPACE_READ));
	expect_fault(at + PAGE);
	EXPECT_EQ(zx_vmo_set_size(vmo, 3 * PAGE), ZX_OK);
	EXPECT_EQ(at[PAGE], 0);
	EXPECT_EQ(zx_vmar_map(root(), RW, 0, vmo, 8 * PAGE, PAGE, &behind), ZX_OK);
	expect_fault((volatile uint8_t *)behind);
	unmap((volatile uint8_t *)behind, PAGE);
	unmap(at, 3 * PAGE);
	drop(vmo);
}

/* An access makes tables of the space's, unless MAP_RANGE did: no link fits at that address. */
ZX_TEST(zx_vmar_map, with_map_range_has_entered_what_is_accessed)
{
	const uint64_t offset = UNMAPPED + PAGE - where(root()).base;
	zx_handle_t vmo = make_vmo(8 * PAGE, 0);
	struct pool_info before = {0}, after = {0};
	zx_vaddr_t at = 0;

	EXPECT_EQ(poke(vmo, 3 * PAGE, 7), ZX_OK); /* not the first, which a map may enter */
	for (unsigned range = 0; range < 2; range++) {
		EXPECT_EQ(zx_vmar_map(root(), R | AT | (range ? ZX_VM_MAP_RANGE : 0), offset,
				  vmo, 0, 8 * PAGE, &at),
			ZX_OK);
		EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &before), ST_OK);
		EXPECT_EQ(*(volatile uint8_t *)(at + 3 * PAGE), 7);
		EXPECT_EQ(pool_info(ROOT_SLOT_POOL, &after), ST_OK);
		EXPECT_EQ(after.tables == before.tables, range == 1);
		unmap((volatile uint8_t *)at, 8 * PAGE);
	}
	drop(vmo);
}

/* --- unmap, protect */

ZX_TEST(zx_vmar_unmap, cuts_and_refuses)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0);
	volatile uint8_t *at = map(vmo, 4 * PAGE);
	zx_vaddr_t address = (zx_vaddr_t)at;

	at[3 * PAGE] = 9;
	EXPECT_EQ(zx_vmar_unmap(root(), address + PAGE, PAGE + 1), ZX_OK);
	EXPECT_EQ(about(vmo).num_mappings, 2);
	EXPECT(!can(at + PAGE, VSPACE_READ) && !can(at + 2 * PAGE, VSPACE_READ));
	EXPECT_EQ(at[3 * PAGE], 9);
	EXPECT_EQ(zx_vmar_unmap(root(), address + 1, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(root(), address, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(root(), address, UINT64_MAX), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(root(), 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(root(), UINT64_C(1) << 48, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(vmo, address, PAGE), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmar_unmap(stale(), address, PAGE), ZX_ERR_BAD_HANDLE);
	unmap(at, 4 * PAGE);
	unmap(at, 4 * PAGE); /* nothing there is fine */
	drop(vmo);
}

ZX_TEST(zx_vmar_protect, changes_parts_within_the_rights)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0);
	volatile uint8_t *at = map(vmo, 4 * PAGE);
	zx_vaddr_t address = (zx_vaddr_t)at;

	EXPECT_EQ(zx_vmar_protect(root(), R, address + PAGE, PAGE), ZX_OK);
	EXPECT(can(at, VSPACE_WRITE) && !can(at + PAGE, VSPACE_WRITE));
	EXPECT(can(at + 2 * PAGE, VSPACE_WRITE));
	EXPECT_EQ(zx_vmar_protect(root(), 0, address, 4 * PAGE), ZX_OK);
	EXPECT(!can(at, VSPACE_READ));
	EXPECT_EQ(zx_vmar_protect(root(), RW, address, 4 * PAGE), ZX_OK);
	at[PAGE] = 1;
	EXPECT_EQ(peek(vmo, PAGE), 1);
	unmap(at, 4 * PAGE);
	drop(vmo);
}

ZX_TEST(zx_vmar_protect, refuses)
{
	zx_handle_t vmo = make_vmo(4 * PAGE, 0), weak = without(root(), ZX_RIGHT_WRITE);
	volatile uint8_t *at = map(vmo, 2 * PAGE);
	zx_vaddr_t address = (zx_vaddr_t)at;

	EXPECT_EQ(zx_vmar_protect(weak, RW, address, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_protect(weak, R, address, PAGE), ZX_OK);
	EXPECT_EQ(
		zx_vmar_protect(root(), ZX_VM_PERM_WRITE, address, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), RW | ZX_VM_PERM_EXECUTE, address, PAGE),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R | AT, address, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R, address + 1, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R, address, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R, address, 3 * PAGE), ZX_ERR_NOT_FOUND);
	EXPECT_EQ(zx_vmar_protect(root(), R, UNMAPPED, PAGE), ZX_ERR_NOT_FOUND);
	EXPECT_EQ(zx_vmar_protect(vmo, R, address, PAGE), ZX_ERR_WRONG_TYPE);
	EXPECT_EQ(zx_vmar_protect(stale(), R, address, PAGE), ZX_ERR_BAD_HANDLE);
	EXPECT(can(at + PAGE, VSPACE_WRITE));
	unmap(at, 2 * PAGE);
	drop(weak);
	drop(vmo);
}

/* The kernel changes 256 at once; all are looked at before the first is changed. */
ZX_TEST(zx_vmar_protect, of_many_mappings_is_all_or_nothing)
{
	enum { MANY = 300 };
	zx_handle_t vmo = make_vmo(2 * PAGE, 0), constant = without(vmo, ZX_RIGHT_WRITE);
	zx_handle_t vmar = make_region(root(), CAN | ZX_VM_CAN_MAP_SPECIFIC, MIB * 2);
	zx_vaddr_t base = where(vmar).base, at;

	for (unsigned i = 0; i < MANY; i++)
		EXPECT_EQ(zx_vmar_map(vmar, R | AT, i * PAGE, i == MANY - 1 ? constant : vmo,
				  i % 2 * PAGE, PAGE, &at),
			ZX_OK);
	EXPECT_EQ(zx_vmar_protect(vmar, RW, base, MANY * PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT(!can((volatile uint8_t *)base, VSPACE_WRITE));
	EXPECT_EQ(zx_vmar_protect(vmar, 0, base, (MANY + 1) * PAGE), ZX_ERR_NOT_FOUND);
	EXPECT(can((volatile uint8_t *)base, VSPACE_READ));
	EXPECT_EQ(zx_vmar_protect(vmar, RW, base, (MANY - 1) * PAGE), ZX_OK);
	EXPECT(can((volatile uint8_t *)base, VSPACE_WRITE));
	EXPECT(can((volatile uint8_t *)base + (MANY - 2) * PAGE, VSPACE_WRITE));
	end_region(vmar);
	EXPECT_EQ(about(vmo).num_mappings, 0);
	drop(constant);
	drop(vmo);
}

/* --- regions */

ZX_TEST(zx_vmar_allocate, gives_a_region_of_its_own)
{
	zx_handle_t vmar = make_region(root(), CAN | ZX_VM_CAN_MAP_SPECIFIC, 16 * PAGE),
		    vmo = make_vmo(4 * PAGE, 0);
	zx_vaddr_t base = where(vmar).base, at = 0, free = 0;

	EXPECT_EQ(rights_of(vmar), ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHTS_IO);
	EXPECT_EQ(zx_vmar_map(vmar, RW, 0, vmo, 0, 4 * PAGE, &at), ZX_OK);
	EXPECT_EQ(at, base);
	EXPECT_EQ(zx_vmar_map(vmar, RW | AT, 8 * PAGE, vmo, 0, 4 * PAGE, &at), ZX_OK);
	EXPECT_EQ(at, base + 8 * PAGE);
	*(volatile uint8_t *)at = 4;
	EXPECT_EQ(*(volatile uint8_t *)base, 4);
	/* Nobody else's mappings come into it. */
	EXPECT_EQ(zx_vmar_map(root(), R | AT, base + 4 * PAGE - where(root()).base, vmo, 0,
			  PAGE, &free),
		ZX_ERR_NO_MEMORY);
	EXPECT_EQ(zx_vmar_map(root(), R | OVER, base - where(root()).base, vmo, 0, PAGE, &free),
		ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_protect(root(), R, base, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(root(), base, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_map(vmar, R, 0, vmo, 0, 16 * PAGE, &free), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(zx_vmar_map(vmar, R, 0, vmo, 0, 17 * PAGE, &free), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_map(vmar, RX, 0, vmo, 0, PAGE, &free), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_vmar_unmap(vmar, base + 8 * PAGE, 4 * PAGE), ZX_OK);
	EXPECT_EQ(zx_vmar_unmap(vmar, base - PAGE, PAGE), ZX_ERR_INVALID_ARGS);
	end_region(vmar);
	EXPECT_EQ(about(vmo).num_mappings, 0);
	drop(vmo);
}

ZX_TEST(zx_vmar_allocate, refuses)
{
	zx_handle_t vmar = make_region(root(), ZX_VM_CAN_MAP_READ, 16 * PAGE), out = 7;
	zx_handle_t weak = without(root(), ZX_RIGHT_WRITE);
	zx_vaddr_t at = 7, base = where(vmar).base - where(root()).base;

#define ALLOCATE(in, options, offset, size) \
	zx_vmar_allocate(in, options, offset, size, &out, &at)
	EXPECT_EQ(ALLOCATE(root(), CAN, 0, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), CAN, 0, PAGE + 1), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), CAN, PAGE, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), R, 0, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), OVER, PAGE, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), AT, PAGE + 1, PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(root(), CAN, 0, where(root()).len + PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(ALLOCATE(weak, CAN, 0, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(ALLOCATE(vmar, CAN, 0, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(ALLOCATE(vmar, AT, PAGE, PAGE), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(ALLOCATE(root(), AT, base, PAGE), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(ALLOCATE(root(), CAN, 0, where(root()).len), ZX_ERR_NO_MEMORY);
	EXPECT_EQ(ALLOCATE(stale(), CAN, 0, PAGE), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_vmar_allocate(root(), CAN, 0, PAGE, NULL, &at), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_allocate(root(), CAN, 0, PAGE, &out, NULL), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(out, 7);
	EXPECT_EQ(at, 7);
	end_region(vmar);
	EXPECT_EQ(zx_vmar_destroy(vmar), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(ALLOCATE(vmar, CAN, 0, PAGE), ZX_ERR_BAD_HANDLE);
#undef ALLOCATE
	drop(weak);
}

ZX_TEST(zx_vmar_destroy, ends_all_that_is_within)
{
	zx_handle_t outer = make_region(root(), CAN | ZX_VM_CAN_MAP_SPECIFIC, 64 * PAGE),
		    middle = make_region(outer, CAN, 32 * PAGE),
		    inner = make_region(middle, CAN, 8 * PAGE), vmo = make_vmo(PAGE, 0);
	zx_vaddr_t at = 0, child;
	zx_handle_t out;

	EXPECT_EQ(zx_vmar_map(inner, RW, 0, vmo, 0, PAGE, &at), ZX_OK);
	EXPECT_EQ(zx_vmar_map(outer, RW, 0, vmo, 0, PAGE, &at), ZX_OK);
	EXPECT_EQ(about(vmo).num_mappings, 2);
	EXPECT_EQ(zx_vmar_unmap(outer, where(middle).base, 8 * PAGE), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_vmar_unmap(outer, where(middle).base, 32 * PAGE), ZX_OK);
	EXPECT_EQ(about(vmo).num_mappings, 1);
	EXPECT_EQ(zx_vmar_map(inner, RW, 0, vmo, 0, PAGE, &at), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmar_destroy(middle), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmar_unmap(inner, where(inner).base, PAGE), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmar_protect(inner, R, where(inner).base, PAGE), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmar_allocate(inner, CAN, 0, PAGE, &out, &child), ZX_ERR_BAD_STATE);
	EXPECT_EQ(zx_vmar_destroy(outer), ZX_OK);
	EXPECT_EQ(about(vmo).num_mappings, 0);
	EXPECT_EQ(zx_vmar_destroy(vmo), ZX_ERR_WRONG_TYPE);
	drop(vmo);
	drop(inner);
	drop(middle);
	drop(outer);
}

/* Regions at places that the kernel might choose: it does not get them. */
ZX_TEST(zx_vmar_allocate, keeps_its_place_from_the_kernel)
{
	zx_handle_t vmo = make_vmo(2 * MIB, 0), vmar = 0;
	volatile uint8_t *probe = map(vmo, 2 * MIB), *at[8];
	zx_vaddr_t next = (zx_vaddr_t)probe + 2 * MIB, base;

	EXPECT_EQ(zx_vmar_allocate(
			  root(), CAN | AT, next - where(root()).base, 64 * MIB, &vmar, &base),
		ZX_OK);
	EXPECT_EQ(base, next);
	for (unsigned i = 0; i < 8; i++) {
		at[i] = map(vmo, 2 * MIB);
		EXPECT((zx_vaddr_t)at[i] >= base + 64 * MIB ||
			(zx_vaddr_t)at[i] + 2 * MIB <= base);
	}
	for (unsigned i = 0; i < 8; i++)
		unmap(at[i], 2 * MIB);
	unmap(probe, 2 * MIB);
	end_region(vmar);
	drop(vmo);
}

/* A handle that is closed does not end a region, nor what is mapped in it. */
ZX_TEST(zx_vmar_destroy, is_not_closing)
{
	zx_handle_t vmar = make_region(root(), CAN, 4 * PAGE), again = 0,
		    vmo = make_vmo(PAGE, 0);
	zx_vaddr_t at = 0;

	EXPECT_EQ(zx_handle_duplicate(vmar, ZX_RIGHT_SAME_RIGHTS, &again), ZX_OK);
	EXPECT_EQ(zx_vmar_map(vmar, RW, 0, vmo, 0, PAGE, &at), ZX_OK);
	drop(vmar);
	*(volatile uint8_t *)at = 5;
	EXPECT_EQ(peek(vmo, 0), 5);
	EXPECT_EQ(where(again).base, at);
	end_region(again);
	EXPECT_EQ(about(vmo).num_mappings, 0);
	drop(vmo);
}
