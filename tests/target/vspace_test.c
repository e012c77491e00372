/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VSpaces and mappings: the calls, what accesses do, and several CPUs at once. An access that
 * shall fault is made by a thread whose faults come here.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/ipc.h"
#include "libsys/thread.h"
#include "memory.h"

cptr_t pool;

enum { R = VSPACE_READ, RW = VSPACE_READ | VSPACE_WRITE, RX = VSPACE_READ | VSPACE_EXECUTE };
enum { STACK = 16384, SPACES = 40, WRITERS_MAX = 4 };

/* --- an access by another thread: what becomes of it */

struct probe {
	volatile uint8_t *at;
	int access; /* enum vspace_flag */
	volatile int done;
	uint8_t value;
};

static _Alignas(16) char probe_stack[STACK];

static void probe_run(void *argument)
{
	struct probe *p = argument;

	if (p->access == VSPACE_WRITE)
		*p->at = p->value;
	else if (p->access == VSPACE_EXECUTE)
		((void (*)(void))(uintptr_t)p->at)();
	else
		p->value = *p->at;
	p->done = 1;
}

/* Whether the access is possible; if not, that it came as a fault of the right address. */
static bool can(volatile uint8_t *at, int access)
{
	struct probe p = {.at = at, .access = access, .value = 77};
	struct thread_options options = {
		.stack = probe_stack, .stack_size = sizeof(probe_stack)};
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), reply = make(OBJECT_REPLY, 0), thread;
	struct thread_info info;
	struct message message = {0};

	options.fault_endpoint = endpoint;
	options.priority = PRIORITY_MAX;
	REQUIRE(thread_start(probe_run, &p, &options, &thread) == ST_OK);
	do {
		sys_yield();
		REQUIRE(thread_info(thread, &info) == ST_OK);
	} while (info.state == THREAD_READY);
	if (info.state == THREAD_SENDING) {
		EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
		EXPECT_EQ(tag_label(message.tag), FAULT_PAGE);
		EXPECT_EQ(message.words[FAULT_WORD_ADDRESS], (uintptr_t)at);
	}
	EXPECT_EQ(thread_delete(thread), ST_OK);
	drop(reply);
	drop(endpoint);
	return p.done;
}

static cptr_t make_space(void)
{
	cptr_t space = 0;

	REQUIRE(vspace_create(pool, &space) == ST_OK);
	return space;
}

static struct vspace_range range_at(cptr_t space, uaddr_t address)
{
	struct vspace_range range = {0};

	EXPECT_EQ(vspace_query(space, address, &range), ST_OK);
	return range;
}

/* --- create */

WITH_POOL(vspace_create, makes_empty_spaces_and_they_go)
{
	static cptr_t space[SPACES];
	struct vspace_range range;

	for (int i = 0; i < SPACES; i++)
		space[i] = make_space();
	EXPECT_EQ(vspace_query(space[0], 0, &range), ST_NOT_FOUND);
	EXPECT_EQ(info_of(pool).tables, SPACES + (SPACES + 24) / 25);
	for (int i = 0; i < SPACES; i++)
		drop(space[i]);
}

WITH_POOL(vspace_create, refuses)
{
	cptr_t slot = make_slot(), empty_pool = make(OBJECT_POOL, 0);

	EXPECT_EQ(sys_vspace_create(empty_pool, ROOT_SLOT_CNODE, slot), ST_NO_MEMORY);
	EXPECT_EQ(sys_vspace_create(pool, ROOT_SLOT_CNODE, pool), ST_ALREADY_EXISTS);
	EXPECT_EQ(sys_vspace_create(slot, ROOT_SLOT_CNODE, slot), ST_BAD_HANDLE);
	EXPECT_EQ(sys_vspace_create(ROOT_SLOT_CNODE, ROOT_SLOT_CNODE, slot), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vspace_create(pool, pool, slot), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vspace_create(pool, ROOT_SLOT_CNODE, UINT64_MAX), ST_OUT_OF_RANGE);
	drop(slot);
	drop(empty_pool);
}

/* ASIDs come round: more VSpaces than 8 bits count, one after the other. */
WITH_POOL(vspace_create, goes_on_for_ever)
{
	for (int i = 0; i < 600; i++)
		drop(make_space());
}

/* --- map */

WITH_POOL(vspace_map, shows_the_vmo_and_nothing_behind_its_end)
{
	cptr_t vmo = make_vmo(2 * PAGE, 0);
	volatile uint8_t *at = map(vmo, 4 * PAGE, RW);
	uaddr_t behind = 0;

	at[PAGE] = 5;
	EXPECT_EQ(peek(vmo, PAGE), 5);
	poke(vmo, 0, 6);
	EXPECT_EQ(at[0], 6);
	EXPECT(can(at + 2 * PAGE - 1, VSPACE_WRITE));
	EXPECT(!can(at + 2 * PAGE, VSPACE_READ));
	EXPECT(!can(at + 3 * PAGE, VSPACE_WRITE));
	EXPECT_EQ(range_at(ROOT_SLOT_VSPACE, (uaddr_t)at).size, 4 * PAGE);
	EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, vmo, 8 * PAGE, PAGE, RW, &behind), ST_OK);
	EXPECT(!can((volatile uint8_t *)behind, VSPACE_READ));
	unmap((volatile uint8_t *)behind, PAGE);
	unmap(at, 4 * PAGE);
	EXPECT(!can(at, VSPACE_READ));
	drop(vmo);
}

WITH_POOL(vspace_map, allows_what_its_flags_say)
{
	static const struct {
		unsigned flags;
		bool read, write, execute;
	} row[] = {{0, false, false, false}, {R, true, false, false}, {RW, true, true, false},
		{RX, true, false, true}};
	cptr_t vmo = make_vmo(PAGE, 0);
	const uint32_t ret = 0xd65f03c0;

	EXPECT_EQ(vmo_write(vmo, &ret, 0, sizeof(ret)), ST_OK);
	for (unsigned i = 0; i < 4; i++) {
		volatile uint8_t *at = map(vmo, PAGE, row[i].flags);

		EXPECT_EQ(can(at, VSPACE_READ), row[i].read);
		EXPECT_EQ(can(at, VSPACE_EXECUTE), row[i].execute);
		EXPECT_EQ(can(at + 8, VSPACE_WRITE), row[i].write);
		unmap(at, PAGE);
	}
	drop(vmo);
}

/* So many that the look for room takes more than one call, and no hole is as large. */
WITH_POOL(vspace_map, ends_where_there_is_no_room_between_many)
{
	const uint64_t gib = UINT64_C(1) << 30, middle = UINT64_C(1) << 46;
	cptr_t space = make_space(), vmo = make_vmo(PAGE, 0);
	uaddr_t at = 0;

	for (uint64_t i = 0; i < 100; i++) {
		at = 64 * gib + i * gib;
		REQUIRE(vspace_map(space, vmo, 0, PAGE, R | VSPACE_FIXED, &at) == ST_OK);
	}
	at = middle;
	REQUIRE(vspace_map(space, vmo, 0, PAGE, R | VSPACE_FIXED, &at) == ST_OK);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(vspace_map(space, vmo, 0, middle, R, &at), ST_NO_MEMORY);
	EXPECT_EQ(vspace_map(space, vmo, 0, middle / 2, R, &at), ST_OK);
	drop(space);
	drop(vmo);
}

WITH_POOL(vspace_map, refuses)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), sized = make_vmo(PAGE, VMO_OPTION_RESIZABLE);
	cptr_t no_map = with_rights(vmo, RIGHT_READ | RIGHT_WRITE),
	       no_read = with_rights(vmo, RIGHT_MAP | RIGHT_WRITE),
	       no_write = with_rights(vmo, RIGHT_MAP | RIGHT_READ), space = make_space();

#define MAP(status, of, address, offset, size, flags) \
	EXPECT_EQ(sys_vspace_map(space, of, address, offset, size, flags), status)
	MAP(ST_ACCESS_DENIED, no_map, 0, 0, PAGE, R);
	MAP(ST_ACCESS_DENIED, no_map, 0, 0, PAGE, 0);
	MAP(ST_ACCESS_DENIED, no_read, 0, 0, PAGE, R);
	MAP(ST_ACCESS_DENIED, no_read, 0, 0, PAGE, 0);
	MAP(ST_ACCESS_DENIED, no_write, 0, 0, PAGE, RW);
	MAP(ST_ACCESS_DENIED, no_write, 0, 0, PAGE, RX);
	MAP(ST_INVALID_ARGS, vmo, 0, 0, PAGE, VSPACE_WRITE);
	MAP(ST_INVALID_ARGS, vmo, 0, 0, PAGE, VSPACE_EXECUTE);
	MAP(ST_INVALID_ARGS, vmo, 0, 0, PAGE, RW | VSPACE_EXECUTE);
	MAP(ST_INVALID_ARGS, vmo, 0, 0, PAGE, R | 64);
	MAP(ST_INVALID_ARGS, vmo, PAGE, 0, PAGE, R | VSPACE_REPLACE);
	MAP(ST_INVALID_ARGS, vmo, PAGE + 8, 0, PAGE, R | VSPACE_FIXED);
	MAP(ST_INVALID_ARGS, vmo, PAGE, 8, PAGE, R | VSPACE_FIXED);
	MAP(ST_INVALID_ARGS, vmo, PAGE, 0, 0, R | VSPACE_FIXED);
	MAP(ST_OUT_OF_RANGE, vmo, UINT64_C(1) << 48, 0, PAGE, R | VSPACE_FIXED);
	MAP(ST_OUT_OF_RANGE, vmo, PAGE, 0, UINT64_C(1) << 48, R | VSPACE_FIXED);
	MAP(ST_OUT_OF_RANGE, vmo, PAGE, 0, UINT64_MAX, R | VSPACE_FIXED);
	MAP(ST_OUT_OF_RANGE, vmo, PAGE, UINT64_MAX - PAGE + 1, PAGE, R | VSPACE_FIXED);
	MAP(ST_NO_MEMORY, vmo, 0, 0, UINT64_C(1) << 48, R);
	MAP(ST_NOT_SUPPORTED, sized, 0, 0, PAGE, R | VSPACE_NOT_RESIZABLE);
	MAP(ST_WRONG_TYPE, pool, 0, 0, PAGE, R);
	MAP(ST_BAD_HANDLE, 0, 0, 0, PAGE, R);
	MAP(PAGE, vmo, PAGE, 0, 2 * PAGE, R | VSPACE_FIXED | VSPACE_NOT_RESIZABLE);
	MAP(ST_ALREADY_EXISTS, vmo, 2 * PAGE, 0, PAGE, R | VSPACE_FIXED);
	MAP(ST_ALREADY_EXISTS, vmo, 0, 0, 2 * PAGE, R | VSPACE_FIXED);
#undef MAP
	EXPECT_EQ(sys_vspace_map(vmo, vmo, 0, 0, PAGE, R), ST_WRONG_TYPE);
	EXPECT_EQ(sys_vspace_map(0, vmo, 0, 0, PAGE, R), ST_BAD_HANDLE);
	EXPECT_EQ(about(vmo).mappings, 1);
	drop(space);
	drop(no_write);
	drop(no_read);
	drop(no_map);
	drop(sized);
	drop(vmo);
}

WITH_POOL(vspace_map, replaces_what_was_there)
{
	cptr_t a = make_vmo(4 * PAGE, 0), b = make_vmo(2 * PAGE, 0);
	volatile uint8_t *at = map(a, 4 * PAGE, RW);
	uaddr_t middle = (uaddr_t)at + PAGE;

	for (int i = 0; i < 4; i++)
		at[i * PAGE] = (uint8_t)(i + 1);
	EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, b, 0, 2 * PAGE,
			  RW | VSPACE_FIXED | VSPACE_REPLACE, &middle),
		ST_OK);
	EXPECT_EQ(at[0], 1);
	EXPECT_EQ(at[PAGE] + at[2 * PAGE], 0);
	EXPECT_EQ(at[3 * PAGE], 4);
	EXPECT_EQ(about(a).mappings, 2);
	EXPECT_EQ(range_at(ROOT_SLOT_VSPACE, (uaddr_t)at + 3 * PAGE).offset, 3 * PAGE);
	unmap(at, 4 * PAGE);
	EXPECT_EQ(about(a).mappings + about(b).mappings, 0);
	drop(a);
	drop(b);
}

/* The kernel chooses addresses at which whole tables are shared. */
WITH_POOL(vspace_map, shares_tables_where_it_may_choose)
{
	cptr_t vmo = make_vmo(64 * MIB, 0), space = make_space();
	uint64_t before, size = 64 * MIB;
	uaddr_t at[20] = {0};

	for (uint64_t page = 0; page < size; page += 16 * PAGE)
		poke(vmo, page, 1);
	before = info_of(pool).tables;
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(vspace_map(space, vmo, 0, size, RW, &at[i]), ST_OK);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(vspace_populate(space, at[i], size, VSPACE_READ), ST_OK);
	EXPECT(info_of(pool).tables - before < 24);
	EXPECT_EQ(about(vmo).mappings, 20);
	drop(space);
	EXPECT_EQ(about(vmo).mappings, 0);
	drop(vmo);
}

/* --- many mappings of one VMO */

WITH_POOL(vspace_map, many_views_agree)
{
	cptr_t vmo = make_vmo(3 * MIB, 0);
	volatile uint8_t *at[6];

	for (unsigned i = 0; i < 6; i++) {
		uaddr_t where = 0x50000000 + i * (0x1000000 + i * PAGE);

		EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, vmo, i * PAGE, 2 * MIB,
				  RW | VSPACE_FIXED, &where),
			ST_OK);
		at[i] = (volatile uint8_t *)where;
	}
	for (unsigned i = 0; i < 6; i++)
		for (uint64_t offset = 6 * PAGE; offset < 2 * MIB; offset += 37 * PAGE) {
			at[i][offset - i * PAGE] = (uint8_t)(offset / PAGE + i);
			for (unsigned j = 0; j < 6; j++)
				EXPECT_EQ(
					at[j][offset - j * PAGE], (uint8_t)(offset / PAGE + i));
			EXPECT_EQ(peek(vmo, offset), (uint8_t)(offset / PAGE + i));
		}
	for (unsigned i = 0; i < 6; i++)
		unmap(at[i], 2 * MIB);
	drop(vmo);
}

/* --- protect, unmap, query */

WITH_POOL(vspace_protect, of_a_part_splits_and_stays_within_the_rights)
{
	cptr_t vmo = make_vmo(4 * PAGE, 0), read = with_rights(vmo, RIGHT_READ | RIGHT_MAP);
	volatile uint8_t *at = map(vmo, 4 * PAGE, RW), *weak;
	uaddr_t address = (uaddr_t)at;

	for (int i = 0; i < 4; i++)
		at[i * PAGE] = 1;
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, address + PAGE, 2 * PAGE, R), ST_OK);
	EXPECT(can(at, VSPACE_WRITE) && can(at + 3 * PAGE, VSPACE_WRITE));
	EXPECT(!can(at + PAGE, VSPACE_WRITE) && can(at + 2 * PAGE, VSPACE_READ));
	EXPECT_EQ(range_at(ROOT_SLOT_VSPACE, address + PAGE).size, 2 * PAGE);
	EXPECT_EQ(range_at(ROOT_SLOT_VSPACE, address + PAGE).rights, R);
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, address, 4 * PAGE, 0), ST_OK);
	EXPECT(!can(at, VSPACE_READ) && !can(at + 2 * PAGE, VSPACE_READ));
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, address, 4 * PAGE, RW), ST_OK);
	EXPECT(can(at + 2 * PAGE, VSPACE_WRITE));
	EXPECT_EQ(at[PAGE], 1);
	weak = map(read, 4 * PAGE, 0);
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, (uaddr_t)weak, PAGE, RW), ST_ACCESS_DENIED);
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, (uaddr_t)weak, PAGE, RX), ST_ACCESS_DENIED);
	EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, (uaddr_t)weak, PAGE, R), ST_OK);
	EXPECT(can(weak, VSPACE_READ) && !can(weak + PAGE, VSPACE_READ));
	unmap(weak, 4 * PAGE);
	unmap(at, 4 * PAGE);
	drop(read);
	drop(vmo);
}

WITH_POOL(vspace_protect, refuses)
{
	cptr_t vmo = make_vmo(600 * PAGE, 0), space = make_space();
	uaddr_t at = PAGE;

	for (int i = 0; i < 260; i++, at += PAGE)
		EXPECT_EQ(vspace_map(space, vmo, 2 * (uint64_t)i * PAGE, PAGE, R | VSPACE_FIXED,
				  &at),
			ST_OK);
	EXPECT_EQ(vspace_protect(space, PAGE, 48 * PAGE, RW), ST_OK);
	EXPECT_EQ(vspace_protect(space, PAGE, 49 * PAGE, RW), ST_NO_RESOURCES);
	EXPECT_EQ(vspace_protect(space, 0, 2 * PAGE, R), ST_NOT_FOUND);
	EXPECT_EQ(vspace_protect(space, 260 * PAGE, 2 * PAGE, R), ST_NOT_FOUND);
	EXPECT_EQ(vspace_protect(space, PAGE + 1, PAGE, R), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_protect(space, PAGE, 0, R), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_protect(space, PAGE, PAGE, VSPACE_WRITE), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_protect(space, PAGE, PAGE, 8), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_protect(space, UINT64_C(1) << 48, PAGE, R), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_protect(space, PAGE, UINT64_MAX, R), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_protect(vmo, PAGE, PAGE, R), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_protect(0, PAGE, PAGE, R), ST_BAD_HANDLE);
	EXPECT_EQ(range_at(space, 260 * PAGE).rights, R);
	drop(space);
	drop(vmo);
}

WITH_POOL(vspace_unmap, cuts_and_takes_several)
{
	cptr_t vmo = make_vmo(16 * PAGE, 0);
	volatile uint8_t *at = map(vmo, 16 * PAGE, RW);
	uaddr_t address = (uaddr_t)at;
	struct vspace_range range;

	for (int i = 0; i < 16; i++)
		at[i * PAGE] = (uint8_t)i;
	unmap(at + 4 * PAGE, PAGE);
	unmap(at + 8 * PAGE, 2 * PAGE);
	EXPECT_EQ(about(vmo).mappings, 3);
	EXPECT(!can(at + 4 * PAGE, VSPACE_READ) && can(at + 5 * PAGE, VSPACE_READ));
	EXPECT_EQ(at[10 * PAGE], 10);
	range = range_at(ROOT_SLOT_VSPACE, address + 4 * PAGE);
	EXPECT_EQ(range.address, address + 5 * PAGE);
	EXPECT_EQ(range.size, 3 * PAGE);
	EXPECT_EQ(range.offset, 5 * PAGE);
	EXPECT_EQ(range.vmo, about(vmo).id);
	unmap(at + 2 * PAGE, 12 * PAGE);
	EXPECT_EQ(at[PAGE] + at[15 * PAGE], 16);
	EXPECT_EQ(about(vmo).mappings, 2);
	unmap(at, 16 * PAGE);
	unmap(at, 16 * PAGE);
	EXPECT_EQ(about(vmo).mappings, 0);
	drop(vmo);
}

WITH_POOL(vspace_unmap, and_query_refuse)
{
	struct vspace_range range;

	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, 8, PAGE), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, PAGE, 0), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, UINT64_C(1) << 48, PAGE), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_unmap(ROOT_SLOT_VSPACE, PAGE, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_unmap(pool, PAGE, PAGE), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_unmap(0, PAGE, PAGE), ST_BAD_HANDLE);
	EXPECT_EQ(vspace_query(ROOT_SLOT_VSPACE, 0, (void *)8), ST_INVALID_ARGS);
	EXPECT_EQ(sys_vspace_query(ROOT_SLOT_VSPACE, 0, (uaddr_t)&range, 8), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_query(ROOT_SLOT_VSPACE, UINT64_MAX, &range), ST_NOT_FOUND);
	EXPECT_EQ(vspace_query(pool, 0, &range), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_query(0, 0, &range), ST_BAD_HANDLE);
}

WITH_POOL(vspace_populate, does_what_accesses_would)
{
	cptr_t vmo = make_vmo(3 * MIB, 0), space = make_space();
	uaddr_t at = 0;

	EXPECT_EQ(vspace_map(space, vmo, 0, 4 * MIB, RW, &at), ST_OK);
	EXPECT_EQ(vspace_populate(space, at, MIB, VSPACE_READ), ST_OK);
	EXPECT_EQ(about(vmo).pages, 0);
	EXPECT_EQ(vspace_populate(space, at, 3 * MIB, VSPACE_WRITE), ST_OK);
	EXPECT_EQ(about(vmo).pages, 768);
	EXPECT_EQ(vspace_populate(space, at, 4 * MIB, VSPACE_WRITE), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_populate(space, at, PAGE, VSPACE_EXECUTE), ST_ACCESS_DENIED);
	EXPECT_EQ(vspace_populate(space, at, PAGE, RW), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_populate(space, at, 0, R), ST_INVALID_ARGS);
	EXPECT_EQ(vspace_populate(space, PAGE, PAGE, R), ST_NOT_FOUND);
	EXPECT_EQ(vspace_populate(space, UINT64_C(1) << 48, PAGE, R), ST_OUT_OF_RANGE);
	EXPECT_EQ(vspace_populate(vmo, at, PAGE, R), ST_WRONG_TYPE);
	EXPECT_EQ(vspace_populate(0, at, PAGE, R), ST_BAD_HANDLE);
	drop(space);
	drop(vmo);
}

WITH_POOL(fault, without_memory_is_told)
{
	cptr_t vmo = make_vmo(64 * MIB, 0);
	volatile uint8_t *at = map(vmo, 64 * MIB, RW);

	EXPECT_EQ(vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)at, 64 * MIB, VSPACE_WRITE),
		ST_NO_MEMORY);
	EXPECT(!can(at + 63 * MIB, VSPACE_WRITE));
	EXPECT(can(at + 63 * MIB, VSPACE_READ));
	unmap(at, 64 * MIB);
	drop(vmo);
}

/* A VMO that shrinks under a mapping: accesses fault, and grown again they show zeros. */
WITH_POOL(fault, follows_the_size)
{
	cptr_t vmo = make_vmo(4 * PAGE, VMO_OPTION_RESIZABLE);
	volatile uint8_t *at = map(vmo, 4 * PAGE, RW);

	at[3 * PAGE] = 1;
	EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
	EXPECT(!can(at + 3 * PAGE, VSPACE_READ) && can(at, VSPACE_WRITE));
	EXPECT_EQ(vmo_set_size(vmo, 4 * PAGE), ST_OK);
	EXPECT_EQ(at[3 * PAGE], 0);
	unmap(at, 4 * PAGE);
	drop(vmo);
}

/* What the kernel reads and writes for a program comes as the program's own accesses would. */
WITH_POOL(fault, of_the_kernels_own_accesses_is_resolved)
{
	cptr_t vmo = make_vmo(2 * MIB, 0), clone = make_child(vmo, 0, 0, 2 * MIB);
	volatile uint8_t *at = map(clone, 2 * MIB, RW);
	struct pool_info *info = (struct pool_info *)(uintptr_t)(at + MIB - 24);

	EXPECT_EQ(pool_info(pool, info), ST_OK);
	EXPECT_EQ(info->total, info_of(pool).total);
	EXPECT_EQ(peek(vmo, MIB), 0);
	EXPECT_EQ(about(clone).pages, 2);
	EXPECT_EQ(sys_debug_write((uaddr_t)at + 3 * PAGE, 0), ST_OK);
	unmap(at, 2 * MIB);
	drop(clone);
	drop(vmo);
}

/* --- life and death of VSpaces */

struct other {
	cptr_t thread, endpoint, reply;
};

/* A thread at an address of another VSpace; its faults come here. */
static struct other run_in(cptr_t space, uaddr_t pc, unsigned cpu)
{
	struct other o = {
		make(OBJECT_THREAD, 0), make(OBJECT_ENDPOINT, 0), make(OBJECT_REPLY, 0)};
	struct thread_registers registers = {.pc = pc};

	EXPECT_EQ(thread_configure(o.thread, 0, space, o.endpoint, 0), ST_OK);
	EXPECT_EQ(thread_write_registers(o.thread, &registers), ST_OK);
	EXPECT_EQ(thread_set_cpu(o.thread, ROOT_SLOT_THREAD, cpu), ST_OK);
	EXPECT_EQ(sys_thread_set_priority(o.thread, ROOT_SLOT_THREAD, PRIORITY_MAX), ST_OK);
	EXPECT_EQ(thread_resume(o.thread), ST_OK);
	return o;
}

static void end(struct other o)
{
	drop(o.thread);
	drop(o.endpoint);
	drop(o.reply);
}

/* str x0, [x1]; add x0, x0, #1; add x1, x1, #4096 in a loop, with x1 = 1 MiB at first. */
static const uint32_t writer[] = {0xd2a00201, 0xf9000020, 0x91000400, 0x91400421, 0x17fffffd};

WITH_POOL(vspace, has_a_thread_of_its_own)
{
	cptr_t code = make_vmo(PAGE, 0), data = make_vmo(8 * PAGE, 0), space = make_space();
	uaddr_t text = 4 * MIB, at = MIB;
	struct message message = {0};
	struct other o;
	word_t value;

	EXPECT_EQ(vmo_write(code, writer, 0, sizeof(writer)), ST_OK);
	EXPECT_EQ(vspace_map(space, code, 0, PAGE, RX | VSPACE_FIXED, &text), ST_OK);
	EXPECT_EQ(vspace_map(space, data, 0, 8 * PAGE, RW | VSPACE_FIXED, &at), ST_OK);
	drop(code); /* its mapping stays */
	o = run_in(space, text, 0);
	EXPECT_EQ(ipc_recv(o.endpoint, o.reply, &message), ST_OK);
	EXPECT_EQ(message.words[FAULT_WORD_ADDRESS], MIB + 8 * PAGE);
	EXPECT_EQ(message.words[FAULT_WORD_X0], 8);
	EXPECT_EQ(vmo_read(data, &value, 7 * PAGE, sizeof(value)), ST_OK);
	EXPECT_EQ(value, 7);
	/* Its handler gives it more, and it goes on. */
	at = MIB + 8 * PAGE;
	EXPECT_EQ(vspace_map(space, data, 0, PAGE, RW | VSPACE_FIXED, &at), ST_OK);
	message.tag = tag_make(FAULT_RESUME, 0, 0);
	EXPECT_EQ(ipc_reply_recv(o.endpoint, o.reply, &message), ST_OK);
	EXPECT_EQ(message.words[FAULT_WORD_X0], 9);
	EXPECT_EQ(vmo_read(data, &value, 0, sizeof(value)), ST_OK);
	EXPECT_EQ(value, 8);
	end(o);
	drop(space);
	drop(data);
}

/* A VSpace is destroyed with its Pool while a thread runs in it, on this and on another CPU. */
TEST(vspace, goes_while_threads_run_in_it)
{
	unsigned cpus = boot_info()->cpus_online;
	static const uint32_t loop = 0x14000000; /* b . */

	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		uaddr_t text = 4 * MIB;
		cptr_t code, space;
		struct other o;

		REQUIRE(pool_create(20, &pool) == ST_OK);
		code = make_vmo(PAGE, 0);
		space = make_space();
		EXPECT_EQ(vmo_write(code, &loop, 0, sizeof(loop)), ST_OK);
		EXPECT_EQ(vspace_map(space, code, 0, PAGE, RX | VSPACE_FIXED, &text), ST_OK);
		o = run_in(space, text, cpu);
		sys_yield();
		clock_sleep_ns(1000000);
		if (cpu % 2)
			EXPECT_EQ(cap_revoke(pool), ST_OK);
		else
			EXPECT_EQ(cap_delete(pool), ST_OK);
		EXPECT(is_empty(space) && is_empty(code));
		EXPECT_EQ(thread_suspend(o.thread), ST_OK);
		end(o);
		drop(space);
		drop(code);
		EXPECT_EQ(pool_delete(pool), ST_OK);
	}
}

/* --- several CPUs */

struct job {
	volatile uint8_t *at;
	uint64_t size;
	uint8_t value;
	unsigned rounds;
	volatile unsigned wrong;
};

static _Alignas(16) char stacks[WRITERS_MAX][STACK];

static unsigned start_all(void (*run)(void *), struct job job[], cptr_t thread[])
{
	unsigned count = boot_info()->cpus_online;

	if (count > WRITERS_MAX)
		count = WRITERS_MAX;
	for (unsigned i = 0; i < count; i++) {
		struct thread_options options = {
			.stack = stacks[i], .stack_size = STACK, .priority = 10, .cpu = i};

		REQUIRE(thread_start(run, &job[i], &options, &thread[i]) == ST_OK);
	}
	return count;
}

static void finish_all(cptr_t thread[], struct job job[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		EXPECT_EQ(thread_join(thread[i]), ST_OK);
		EXPECT_EQ(thread_delete(thread[i]), ST_OK);
		EXPECT_EQ(job[i].wrong, 0);
	}
}

/* Each writes its own pages of the clone that all have mapped, and finds them as written. */
static void write_own(void *argument)
{
	struct job *job = argument;

	for (unsigned round = 0; round < job->rounds; round++)
		for (uint64_t at = job->value * PAGE; at < job->size;
			at += WRITERS_MAX * PAGE) {
			if (round == 0)
				job->at[at] = (uint8_t)(job->value + 1);
			else
				job->wrong += job->at[at] != job->value + 1;
		}
}

WITH_POOL(smp, clones_are_written_by_all_cpus_at_once)
{
	enum { SIZE = 96 * PAGE };
	cptr_t vmo = make_vmo(SIZE, 0), clone, thread[WRITERS_MAX];
	struct job job[WRITERS_MAX];
	volatile uint8_t *at;
	unsigned count;

	for (uint64_t page = 0; page < SIZE; page += PAGE)
		poke(vmo, page, 99);
	clone = make_child(vmo, 0, 0, SIZE);
	at = map(clone, SIZE, RW);
	for (unsigned i = 0; i < WRITERS_MAX; i++)
		job[i] = (struct job){at, SIZE, (uint8_t)i, 3, 0};
	count = start_all(write_own, job, thread);
	for (uint64_t page = 0; page < SIZE; page += 5 * PAGE) /* the parent, under them */
		poke(vmo, page, 98);
	finish_all(thread, job, count);
	for (uint64_t page = 0; page < SIZE; page += PAGE) {
		unsigned owner = page / PAGE % WRITERS_MAX;

		if (owner < count)
			EXPECT_EQ(at[page], owner + 1);
		EXPECT_EQ(peek(vmo, page), page % (5 * PAGE) ? 99 : 98);
	}
	unmap(at, SIZE);
	drop(clone);
	drop(vmo);
}

/* They write while snapshots are taken: what a snapshot shows stays, and nobody loses a byte. */
static void count_up(void *argument)
{
	struct job *job = argument;

	for (unsigned round = 1; round <= job->rounds; round++)
		for (uint64_t at = job->value; at < job->size; at += PAGE) {
			job->wrong += job->at[at] != (uint8_t)(round - 1);
			job->at[at] = (uint8_t)round;
		}
}

WITH_POOL(smp, snapshots_are_taken_under_writers)
{
	enum { SIZE = 16 * PAGE, SHOTS = 8 };
	cptr_t vmo = make_vmo(SIZE, 0), thread[WRITERS_MAX], shot[SHOTS];
	volatile uint8_t *at = map(vmo, SIZE, RW);
	uint8_t seen[SHOTS];
	struct job job[WRITERS_MAX];
	unsigned count;

	for (unsigned i = 0; i < WRITERS_MAX; i++)
		job[i] = (struct job){at, SIZE, (uint8_t)i, 200, 0};
	count = start_all(count_up, job, thread);
	for (unsigned i = 0; i < SHOTS; i++) {
		shot[i] = make_child(vmo, i % 2 ? VMO_CHILD_SNAPSHOT : 0, 0, SIZE);
		seen[i] = (uint8_t)peek(shot[i], 0);
		clock_sleep_ns(200000);
	}
	finish_all(thread, job, count);
	for (unsigned i = 0; i < SHOTS; i++) {
		if (i % 2)
			EXPECT_EQ(peek(shot[i], 0), seen[i]);
		drop(shot[i]);
	}
	EXPECT_EQ(at[0], 200);
	unmap(at, SIZE);
	drop(vmo);
}

/* Mappings come and go while others fault in them: a fault then is the only harm. */
static void touch(void *argument)
{
	struct job *job = argument;

	for (uint64_t at = 0; at < job->size; at += PAGE)
		job->wrong += job->at[at] > 1;
	job->rounds--;
}

WITH_POOL(smp, mappings_are_torn_down_while_others_fault)
{
	enum { SIZE = 64 * PAGE };
	cptr_t vmo = make_vmo(SIZE, VMO_OPTION_RESIZABLE), thread[WRITERS_MAX];
	volatile uint8_t *at = map(vmo, SIZE, RW);
	struct job job[WRITERS_MAX];
	uaddr_t where = (uaddr_t)at;
	unsigned count;

	poke(vmo, 0, 1);
	for (unsigned i = 0; i < WRITERS_MAX; i++)
		job[i] = (struct job){at, SIZE, 0, 1, 0};
	for (int round = 0; round < 8; round++) {
		cptr_t endpoint = make(OBJECT_ENDPOINT, 0);

		count = boot_info()->cpus_online < WRITERS_MAX ? boot_info()->cpus_online :
								 WRITERS_MAX;
		for (unsigned i = 0; i < count; i++) {
			struct thread_options options = {.stack = stacks[i],
				.stack_size = STACK,
				.priority = 10,
				.cpu = i,
				.fault_endpoint = endpoint};

			REQUIRE(thread_start(touch, &job[i], &options, &thread[i]) == ST_OK);
		}
		switch (round % 4) {
		case 0:
			unmap(at, SIZE);
			break;
		case 1:
			EXPECT_EQ(vmo_set_size(vmo, PAGE), ST_OK);
			break;
		case 2:
			EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, 0, SIZE), ST_OK);
			break;
		default:
			EXPECT_EQ(vspace_protect(ROOT_SLOT_VSPACE, where, SIZE, 0), ST_OK);
		}
		clock_sleep_ns(300000);
		for (unsigned i = 0; i < count; i++) {
			EXPECT_EQ(thread_suspend(thread[i]), ST_OK);
			EXPECT_EQ(thread_delete(thread[i]), ST_OK);
			EXPECT_EQ(job[i].wrong, 0);
		}
		drop(endpoint);
		EXPECT_EQ(vmo_set_size(vmo, SIZE), ST_OK);
		EXPECT_EQ(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, SIZE,
				  RW | VSPACE_FIXED | VSPACE_REPLACE, &where),
			ST_OK);
	}
	unmap(at, SIZE);
	drop(vmo);
}

/* The owner takes a Pool back under programs that run on its memory. */
TEST(smp, a_pool_goes_under_its_users)
{
	cptr_t thread[WRITERS_MAX], vmo, endpoint = make(OBJECT_ENDPOINT, 0);
	struct job job[WRITERS_MAX];
	unsigned count = boot_info()->cpus_online;
	volatile uint8_t *at;

	REQUIRE(pool_create(POOL_BITS, &pool) == ST_OK);
	vmo = make_vmo(4 * MIB, 0);
	at = map(vmo, 4 * MIB, RW);
	if (count > WRITERS_MAX)
		count = WRITERS_MAX;
	for (unsigned i = 0; i < count; i++) {
		struct thread_options options = {.stack = stacks[i],
			.stack_size = STACK,
			.priority = 10,
			.cpu = i,
			.fault_endpoint = endpoint};

		job[i] = (struct job){at, 4 * MIB, (uint8_t)i, 1000, 0};
		REQUIRE(thread_start(count_up, &job[i], &options, &thread[i]) == ST_OK);
	}
	clock_sleep_ns(2000000);
	EXPECT_EQ(cap_revoke(pool), ST_OK);
	EXPECT_EQ(info_of(pool).free, info_of(pool).total);
	for (unsigned i = 0; i < count; i++) {
		EXPECT_EQ(thread_suspend(thread[i]), ST_OK);
		EXPECT_EQ(thread_delete(thread[i]), ST_OK);
		EXPECT_EQ(job[i].wrong, 0);
	}
	drop(vmo);
	drop(endpoint);
	EXPECT_EQ(pool_delete(pool), ST_OK);
}
