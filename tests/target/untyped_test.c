/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Untyped memory: what boot hands out, what retype makes of it, and how it refuses. */
#include "libsys/boot.h"
#include "objects.h"

enum { PAGE = 4096, MIB = 1 << 20 };

/* --- what the boot handed out */

static uint64_t bytes_of(const struct bootinfo_untyped *untyped)
{
	return UINT64_C(1) << untyped->size_bits;
}

TEST(boot, every_untyped_is_what_bootinfo_says)
{
	const struct bootinfo *info = boot_info();
	uint64_t ram = 0;

	EXPECT(info->untyped_count > 0 && info->untyped_count <= BOOTINFO_UNTYPED_MAX);
	EXPECT_EQ(info->slots_free, info->untyped_first + info->untyped_count);
	for (uint32_t i = 0; i < info->untyped_count; i++) {
		const struct bootinfo_untyped *untyped = &info->untyped[i];
		int64_t kind = cap_info(info->untyped_first + i);

		EXPECT_EQ(cap_info_type(kind), OBJECT_UNTYPED);
		EXPECT_EQ(cap_info_size(kind), untyped->size_bits);
		EXPECT(untyped->size_bits >= 12 && untyped->base % bytes_of(untyped) == 0);
		EXPECT_EQ(untyped_free(info->untyped_first + i), bytes_of(untyped));
		if (!untyped->device)
			ram += bytes_of(untyped);
	}
	EXPECT_EQ(ram, info->memory_free);
	EXPECT_EQ(cap_info_type(cap_info(info->slots_free)), OBJECT_VMO); /* malloc's, by now */
	EXPECT(is_empty(info->slots_free + 1) && is_empty((1 << ROOT_CNODE_BITS) - 1));
	EXPECT(is_empty(ROOT_SLOT_NONE));
}

TEST(boot, untypeds_do_not_overlap)
{
	const struct bootinfo *info = boot_info();

	for (uint32_t i = 0; i < info->untyped_count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct bootinfo_untyped *a = &info->untyped[i];
			const struct bootinfo_untyped *b = &info->untyped[j];

			EXPECT(a->base + bytes_of(a) <= b->base ||
				b->base + bytes_of(b) <= a->base);
		}
}

/* What is in no Untyped: the kernel, this program, the archive; and the tree's reservations. */
TEST(boot, takes_little_memory_for_itself)
{
	const struct bootinfo *info = boot_info();
	uint64_t taken = info->memory_bytes - info->memory_free;

	EXPECT(taken > info->archive_size + info->stack_size);
	EXPECT(taken < info->archive_size + 8 * MIB + info->memory_bytes / 16);
}

/* QEMU puts the image 2 MiB behind the beginning of RAM. */
TEST(boot, keeps_the_kernel)
{
	const struct bootinfo *info = boot_info();
	uint64_t image = strstr(info->board, "virt") ? 0x40200000 : 0x00200000;

	for (uint32_t i = 0; i < info->untyped_count; i++) {
		const struct bootinfo_untyped *untyped = &info->untyped[i];

		EXPECT(untyped->base + bytes_of(untyped) <= image ||
			untyped->base >= image + 64 * PAGE);
	}
}

/* No Untyped has a byte of these registers, and each of their ends is one's border. */
static void expect_withheld(uint64_t base, uint64_t size)
{
	const struct bootinfo *info = boot_info();
	bool before = false, behind = false;

	for (uint32_t i = 0; i < info->untyped_count; i++) {
		const struct bootinfo_untyped *untyped = &info->untyped[i];
		uint64_t end = untyped->base + bytes_of(untyped);

		EXPECT(end <= base || untyped->base >= base + size);
		before |= untyped->device && end == base;
		behind |= untyped->device && untyped->base == base + size;
	}
	EXPECT(before && behind);
}

/*
 * Where machines that the tests run on have what makes interrupts come: of virt GICD, GICC and
 * the frame that raises them, of the Pi GICD, GICC, GICH, GICV, and each CPU's timers and
 * mailboxes.
 */
TEST(boot, keeps_interrupt_controllers_and_the_clock)
{
	if (strstr(boot_info()->board, "virt")) {
		expect_withheld(0x08000000, 0x21000);
	} else {
		expect_withheld(0xff841000, 0x7000);
		expect_withheld(0xff800000, 0x1000);
	}
}

/* --- retype */

TEST(untyped_retype, makes_objects_of_each_type)
{
	static const struct {
		enum object type;
		unsigned size_bits, bytes;
	} kinds[] = {{OBJECT_UNTYPED, 4, 16}, {OBJECT_UNTYPED, 20, MIB}, {OBJECT_CNODE, 1, 64},
		{OBJECT_CNODE, 12, 1 << 17}, {OBJECT_THREAD, 0, 2048}, {OBJECT_ENDPOINT, 0, 32},
		{OBJECT_NOTIFICATION, 0, 64}, {OBJECT_REPLY, 0, 32}, {OBJECT_TIMER, 0, 64}};
	cptr_t untyped = make(OBJECT_UNTYPED, 21), first;

	REQUIRE(slots_alloc(2, &first) == ST_OK);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EXPECT_EQ(untyped_retype(untyped, kinds[i].type, kinds[i].size_bits, first, 2),
			ST_OK);
		EXPECT_EQ(untyped_free(untyped), 2 * MIB - 2 * kinds[i].bytes);
		EXPECT_EQ(cap_info_type(cap_info(first)), kinds[i].type);
		EXPECT_EQ(cap_info_type(cap_info(first + 1)), kinds[i].type);
		EXPECT_EQ(cap_delete(first), ST_OK);
		EXPECT_EQ(cap_delete(first + 1), ST_OK);
		EXPECT_EQ(untyped_free(untyped), 2 * MIB);
	}
	slots_free(first, 2);
	drop(untyped);
}

TEST(untyped_retype, aligns_each_object_to_its_size)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 14), small = make_slot(), large = make_slot();

	EXPECT_EQ(untyped_retype(untyped, OBJECT_ENDPOINT, 0, small, 1), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_UNTYPED, 13, large, 1), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 0);
	drop(small);
	EXPECT_EQ(untyped_free(untyped), 0);
	drop(large);
	EXPECT_EQ(untyped_free(untyped), 1 << 14);
	drop(untyped);
}

TEST(untyped_retype, uses_an_untyped_to_its_last_byte)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 13), first;

	REQUIRE(slots_alloc(RETYPE_MAX, &first) == ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_ENDPOINT, 0, first, RETYPE_MAX), ST_OK);
	EXPECT_EQ(untyped_free(untyped), 0);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_NOTIFICATION, 0, first, 129), ST_NO_MEMORY);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_NOTIFICATION, 0, first, 128), ST_OK);
	EXPECT_EQ(untyped_retype(untyped, OBJECT_UNTYPED, 4, first + 128, 1), ST_NO_MEMORY);
	EXPECT_EQ(cap_revoke(untyped), ST_OK);
	slots_free(first, RETYPE_MAX);
	drop(untyped);
}

TEST(untyped_retype, refuses_what_is_no_type_or_size)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 16), slot = make_slot();
	static const struct {
		word_t type, size_bits;
		status_t status;
	} cases[] = {
		{OBJECT_NONE, 0, ST_INVALID_ARGS},
		{OBJECT_TYPES, 0, ST_INVALID_ARGS},
		{OBJECT_ZOMBIE, 0, ST_INVALID_ARGS},
		{UINT64_MAX, 0, ST_INVALID_ARGS},
		{(word_t)1 << 32 | OBJECT_ENDPOINT, 0, ST_INVALID_ARGS},
		{OBJECT_ENDPOINT, 5, ST_INVALID_ARGS},
		{OBJECT_THREAD, 11, ST_INVALID_ARGS},
		{OBJECT_UNTYPED, 3, ST_INVALID_ARGS},
		{OBJECT_UNTYPED, 39, ST_INVALID_ARGS},
		{OBJECT_UNTYPED, UINT64_MAX, ST_INVALID_ARGS},
		{OBJECT_UNTYPED, ((word_t)1 << 32) + 12, ST_INVALID_ARGS},
		{OBJECT_CNODE, 0, ST_INVALID_ARGS},
		{OBJECT_CNODE, 27, ST_INVALID_ARGS},
		{OBJECT_VMO, 0, ST_NOT_SUPPORTED},
		{OBJECT_VSPACE, 0, ST_NOT_SUPPORTED},
		{OBJECT_MAPPING, 0, ST_NOT_SUPPORTED},
		{OBJECT_IRQ_CONTROL, 0, ST_NOT_SUPPORTED},
		{OBJECT_IRQ, 0, ST_NOT_SUPPORTED},
		{OBJECT_CNODE, 26, ST_NO_MEMORY},
		{OBJECT_UNTYPED, 38, ST_NO_MEMORY},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EXPECT_EQ(sys_untyped_retype(untyped, cases[i].type, cases[i].size_bits,
				  ROOT_SLOT_CNODE, slot, 1),
			cases[i].status);
	EXPECT(is_empty(slot));
	EXPECT_EQ(untyped_free(untyped), 1 << 16);
	drop(slot);
	drop(untyped);
}

TEST(untyped_retype, refuses_wrong_slots_and_counts)
{
	const word_t slots = 1 << ROOT_CNODE_BITS;
	cptr_t untyped = make(OBJECT_UNTYPED, 16), cnode = make(OBJECT_CNODE, 4);
	cptr_t empty = make_slot();

#define RETYPE(cnode, first, count) \
	sys_untyped_retype(untyped, OBJECT_ENDPOINT, 0, cnode, first, count)
	EXPECT_EQ(RETYPE(cnode, 0, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(ROOT_SLOT_CNODE, slots - 300, RETYPE_MAX + 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, 0, UINT64_MAX), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, 16, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, 15, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, UINT64_MAX, 2), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, (word_t)1 << 32, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(RETYPE(cnode, 14, 2), ST_OK);
	EXPECT_EQ(RETYPE(cnode, 13, 2), ST_ALREADY_EXISTS);
	EXPECT_EQ(cap_move_at(cap_in(cnode, 4, 0), cap_in(cnode, 4, 13)), ST_BAD_HANDLE);
	EXPECT_EQ(RETYPE(empty, 0, 1), ST_BAD_HANDLE);
	EXPECT_EQ(RETYPE(untyped, 0, 1), ST_WRONG_TYPE);
	EXPECT_EQ(RETYPE(slots, 0, 1), ST_NOT_FOUND);
	EXPECT_EQ(sys_untyped_retype(empty, OBJECT_ENDPOINT, 0, cnode, 0, 1), ST_BAD_HANDLE);
	EXPECT_EQ(sys_untyped_retype(cnode, OBJECT_ENDPOINT, 0, cnode, 0, 1), ST_WRONG_TYPE);
	EXPECT_EQ(sys_untyped_retype(slots, OBJECT_ENDPOINT, 0, cnode, 0, 1), ST_NOT_FOUND);
	drop(cnode);
	EXPECT_EQ(untyped_free(untyped), 1 << 16);
	drop(untyped);
	drop(empty);
}

/* An Untyped of device space, wherever the machine has one. */
static cptr_t device_untyped(void)
{
	const struct bootinfo *info = boot_info();

	for (uint32_t i = 0; i < info->untyped_count; i++)
		if (info->untyped[i].device)
			return info->untyped_first + i;
	REQUIRE(!"device Untypeds");
	return 0;
}

TEST(untyped_retype, makes_only_untypeds_of_device_memory)
{
	cptr_t device = device_untyped(), first;

	REQUIRE(slots_alloc(2, &first) == ST_OK);
	EXPECT_EQ(untyped_retype(device, OBJECT_ENDPOINT, 0, first, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(untyped_retype(device, OBJECT_CNODE, 4, first, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(untyped_retype(device, OBJECT_THREAD, 0, first, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(untyped_retype(device, OBJECT_UNTYPED, 12, first, 1), ST_OK);
	EXPECT_EQ(untyped_retype(first, OBJECT_ENDPOINT, 0, first + 1, 1), ST_NOT_SUPPORTED);
	EXPECT_EQ(untyped_retype(first, OBJECT_UNTYPED, 12, first + 1, 1), ST_OK);
	EXPECT_EQ(cap_revoke(device), ST_OK);
	slots_free(first, 2);
}

/* Programs see no memory that was another's: CNodes and the like begin empty. */
TEST(untyped_retype, objects_begin_empty_where_others_were)
{
	cptr_t untyped = make(OBJECT_UNTYPED, 15), cnode = make_slot();

	for (int round = 0; round < 4; round++) {
		EXPECT_EQ(untyped_retype(untyped, OBJECT_CNODE, 9, cnode, 1), ST_OK);
		for (word_t i = 0; i < 512; i++)
			EXPECT_EQ(cap_copy_at(cap_in(cnode, 9, i), cap_at(ROOT_SLOT_THREAD), 0),
				ST_OK);
		EXPECT_EQ(cap_delete(cnode), ST_OK);
	}
	drop(cnode);
	drop(untyped);
}

/* 32 MiB are cleared in many steps, between which interrupts come. */
TEST(untyped_retype, of_a_large_cnode_is_cleared_in_steps)
{
	const struct bootinfo *info = boot_info();
	cptr_t cnode = make_slot();

	EXPECT_EQ(untyped_retype(info->untyped_first, OBJECT_CNODE, 20, cnode, 1), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, 20, (1 << 20) - 1), cap_at(ROOT_SLOT_THREAD), 0),
		ST_OK);
	EXPECT_EQ(cap_info_size(cap_info(cnode)), 20);
	drop(cnode);
}

TEST(untyped_free, refuses_wrong_names)
{
	cptr_t endpoint = make(OBJECT_ENDPOINT, 0), empty = make_slot();

	EXPECT_EQ(untyped_free(endpoint), ST_WRONG_TYPE);
	EXPECT_EQ(untyped_free(empty), ST_BAD_HANDLE);
	EXPECT_EQ(untyped_free(1 << ROOT_CNODE_BITS), ST_NOT_FOUND);
	drop(endpoint);
	drop(empty);
}

/* --- libsys */

TEST(slots, are_given_once_and_come_back)
{
	cptr_t runs[8], slot;

	for (int i = 0; i < 8; i++) {
		REQUIRE(slots_alloc(100, &runs[i]) == ST_OK);
		EXPECT(i == 0 || runs[i] >= runs[i - 1] + 100);
		EXPECT(runs[i] >= boot_info()->slots_free && is_empty(runs[i] + 99));
	}
	slots_free(runs[3], 100);
	slot = slot_alloc();
	EXPECT_EQ(slot, runs[3]);
	slot_free(slot);
	slot_free(0);
	for (int i = 0; i < 8; i++)
		if (i != 3)
			slots_free(runs[i], 100);
	EXPECT_EQ(slots_alloc(0, &slot), ST_OUT_OF_RANGE);
	EXPECT_EQ(slots_alloc(SLOTS_ALLOC_MAX + 1, &slot), ST_OUT_OF_RANGE);
}

TEST(slots, run_out)
{
	static cptr_t runs[1 << ROOT_CNODE_BITS];
	int count = 0;
	cptr_t slot;

	while (slots_alloc(SLOTS_ALLOC_MAX, &slot) == ST_OK)
		runs[count++] = slot;
	EXPECT_EQ(slots_alloc(SLOTS_ALLOC_MAX, &slot), ST_NO_RESOURCES);
	for (int i = 0; i < count; i++)
		slots_free(runs[i], SLOTS_ALLOC_MAX);
	for (count = 0; (slot = slot_alloc()) != 0; count++)
		runs[count] = slot;
	EXPECT_EQ(count, (1 << ROOT_CNODE_BITS) - boot_info()->slots_free - 1);
	EXPECT_EQ(slots_alloc(1, &slot), ST_NO_RESOURCES);
	EXPECT_EQ(object_create(OBJECT_ENDPOINT, 0, &slot), ST_NO_RESOURCES);
	for (int i = 0; i < count; i++)
		slot_free(runs[i]);
}

TEST(object_create, says_when_there_is_no_memory)
{
	cptr_t cap;

	EXPECT_EQ(object_create(OBJECT_UNTYPED, 38, &cap), ST_NO_MEMORY);
	EXPECT_EQ(object_create(OBJECT_UNTYPED, 39, &cap), ST_INVALID_ARGS);
	EXPECT_EQ(objects_create(OBJECT_ENDPOINT, 0, RETYPE_MAX + 1, &cap), ST_OUT_OF_RANGE);
}

/* --- with room for k more bytes, k from 0 */

enum { NARROW_BITS = 13, NARROW = 1 << NARROW_BITS, UNIT_BITS = 4, UNIT = 1 << UNIT_BITS };

struct retyping {
	enum object type;
	unsigned size_bits, bytes, count;
};

/* Leave `room` bytes free, in Untypeds of falling size, so that none is lost to alignment. */
static void narrow(cptr_t untyped, cptr_t fillers, unsigned room)
{
	unsigned taken = NARROW - room;

	for (unsigned bits = NARROW_BITS; bits >= UNIT_BITS; bits--)
		if (taken & 1U << bits)
			EXPECT_EQ(untyped_retype(untyped, OBJECT_UNTYPED, bits, fillers++, 1),
				ST_OK);
	EXPECT_EQ(untyped_free(untyped), room);
}

/* One try with `room` bytes: all of it is done, or nothing. */
static void try_with(cptr_t untyped, cptr_t first, const struct retyping *what, unsigned room)
{
	unsigned start = (NARROW - room + what->bytes - 1) & ~(what->bytes - 1);
	bool fits = start + what->count * what->bytes <= NARROW;
	status_t st = untyped_retype(untyped, what->type, what->size_bits, first, what->count);

	EXPECT_EQ(st, fits ? ST_OK : ST_NO_MEMORY);
	EXPECT_EQ(untyped_free(untyped),
		fits ? NARROW - start - what->count * what->bytes : room);
	for (unsigned i = 0; i < what->count; i++)
		EXPECT_EQ(is_empty(first + i), !fits);
}

TEST(untyped_retype, without_room_changes_nothing_whatever_room_there_is)
{
	static const struct retyping kinds[] = {{OBJECT_UNTYPED, 4, 16, 1},
		{OBJECT_UNTYPED, 10, 1024, 3}, {OBJECT_CNODE, 1, 64, 5},
		{OBJECT_CNODE, 6, 2048, 1}, {OBJECT_THREAD, 0, 2048, 1},
		{OBJECT_THREAD, 0, 2048, 2}, {OBJECT_ENDPOINT, 0, 32, 1},
		{OBJECT_ENDPOINT, 0, 32, 16}, {OBJECT_NOTIFICATION, 0, 64, 3},
		{OBJECT_REPLY, 0, 32, 2}, {OBJECT_TIMER, 0, 64, 1}, {OBJECT_TIMER, 0, 64, 7}};
	cptr_t untyped = make(OBJECT_UNTYPED, NARROW_BITS), fillers, first;

	REQUIRE(slots_alloc(NARROW_BITS, &fillers) == ST_OK);
	REQUIRE(slots_alloc(16, &first) == ST_OK);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (unsigned room = 0;
			room < 2 * kinds[i].count * kinds[i].bytes && room <= NARROW;
			room += UNIT) {
			narrow(untyped, fillers, room);
			try_with(untyped, first, &kinds[i], room);
			EXPECT_EQ(cap_revoke(untyped), ST_OK);
			EXPECT_EQ(untyped_free(untyped), NARROW);
		}
	slots_free(first, 16);
	slots_free(fillers, NARROW_BITS);
	drop(untyped);
}
