/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "boot_caps.h"

#include "arch/page.h"
#include "arch/print.h"
#include "arch/timer.h"

#include "cap/object.h"
#include "cap/untyped.h"

#include "object/check.h"
#include "object/irq.h"
#include "object/thread.h"
#include "object/vspace.h"

#include "platform/board.h"

enum {
	THREAD_BITS = 11,
	BITS_MAX = 38, /* of an Untyped's bytes: abi/objects.def */
	POOL_BITS_MIN = 20,
};

static struct slot *root_slots;

/* Objects with slots lie where links reach (cap/cap.h). */
static void *take_zeroed(struct bootmem *memory, uint64_t bytes)
{
	uint64_t pages = align_up(bytes, PAGE_SIZE) / PAGE_SIZE;
	char *base;
	paddr_t pa;

	if (!bootmem_alloc_below(memory, pages, SLOT_PA_END, &pa))
		panic("no %lu pages of RAM for the first objects", pages);
	base = pa_to_va(pa);
	for (uint64_t i = 0; i < pages; i++)
		page_zero(base + i * PAGE_SIZE);
	return base;
}

static bool remove_all(struct bootmem *memory, const struct range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!bootmem_remove(memory, ranges[i]))
			return false;
	return true;
}

void boot_device_memory(const struct board *board, struct bootmem *devices)
{
	const struct range kernels_own[] = {board->gic_distributor, board->gic_cpu_interface,
		{image_start_pa(), image_size()}};

	if (!bootmem_add(devices, (struct range){0, physical_limit()}) ||
		!remove_all(devices, board->memory, board->memory_count) ||
		!remove_all(devices, board->reserved, board->reserved_count) ||
		!remove_all(devices, board->unmapped, board->unmapped_count) ||
		!remove_all(devices, board->withheld, board->withheld_count) ||
		!remove_all(devices, kernels_own, ARRAY_SIZE(kernels_own))) {
		kprintf("quire: the device tree splits device memory into more than %d ranges: "
			"none is handed out\n",
			BOOTMEM_RANGES_MAX);
		devices->count = 0;
	}
}

static struct slot *add_root(enum root_slot slot, struct cap cap)
{
	cap_insert(NULL, &root_slots[slot], cap);
	return &root_slots[slot];
}

static struct cap cnode_cap(void)
{
	struct cap cap = cap_make(OBJECT_CNODE, ROOT_CNODE_BITS, root_slots);

	cap.data = guard_word(0, 64 - ROOT_CNODE_BITS);
	return cap;
}

static void hold(struct thread *thread, enum thread_slot slot, enum root_slot root)
{
	status_t st = cap_copy(&thread->slots[slot], &root_slots[root], RIGHTS_ALL);

	CHECK(st == ST_OK);
}

/* The Pool's object stands behind the thread, in the same page. */
_Static_assert(BIT(THREAD_BITS) + sizeof(struct pool_object) <= PAGE_SIZE, "");

static struct pool_object *pool;

struct thread *boot_objects(struct bootmem *memory)
{
	struct thread *thread = take_zeroed(memory, PAGE_SIZE);
	struct cap cap = cap_make(OBJECT_THREAD, THREAD_BITS, thread);

	pool = (void *)((char *)thread + BIT(THREAD_BITS));
	root_slots = take_zeroed(memory, sizeof(struct slot) << ROOT_CNODE_BITS);
	irq_table_init(take_zeroed(memory, irq_table_bytes()));
	thread_create(&cap);
	add_root(ROOT_SLOT_CNODE, cnode_cap());
	add_root(ROOT_SLOT_THREAD, cap);
	add_root(ROOT_SLOT_IRQ_CONTROL, irq_control_cap());
	hold(thread, THREAD_CSPACE, ROOT_SLOT_CNODE);
	thread->priority = PRIORITY_MAX;
	thread->priority_max = PRIORITY_MAX;
	thread->cpu = &cpus[0];
	return thread;
}

/* From the first RAM that is free to the last that references can name. */
static void make_frame_table(struct bootmem *memory, uint64_t seed)
{
	paddr_t base = memory->range[0].base, end = base;
	uint64_t pages = VMO_LEVELS + 1;
	paddr_t table, zeros;

	for (uint32_t i = 0; i < memory->count && memory->range[i].base < SLOT_PA_END; i++)
		end = min_u64(memory->range[i].base + memory->range[i].size, SLOT_PA_END);
	if (!bootmem_alloc_below(
		    memory, frames_table_bytes(end - base) / PAGE_SIZE, SLOT_PA_END, &table) ||
		!bootmem_alloc_below(memory, pages, SLOT_PA_END, &zeros))
		panic("out of memory for the frame table");
	frames_init(pa_to_va(table), base, end - base);
	frames_ready(zeros, pages * PAGE_SIZE);
	vm_init(zeros, seed ? seed : timer_now() * UINT64_C(0x9e3779b97f4a7c15));
}

/* A block of 2^bits bytes, aligned to that: twice as much is taken, and the rest returned. */
static bool take_block(struct bootmem *memory, unsigned bits, paddr_t *base_out)
{
	paddr_t base, start;

	if (!bootmem_alloc_below(memory, BIT(bits + 1 - PAGE_BITS), SLOT_PA_END, &start))
		return false;
	base = align_up(start, BIT(bits));
	*base_out = base;
	return bootmem_add(memory, (struct range){start, base - start}) &&
		bootmem_add(memory, (struct range){base + BIT(bits), start + BIT(bits) - base});
}

/* One sixteenth of the memory, or what there is. */
static struct slot *pool_memory(struct bootmem *memory)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(bootmem_bytes(memory) / 16);
	paddr_t base;

	while (!take_block(memory, bits, &base))
		if (--bits < POOL_BITS_MIN)
			panic("out of memory for the first Pool");
	return add_root(ROOT_SLOT_POOL_MEMORY, untyped_make(base, bits, false));
}

struct slot *boot_pool(struct bootmem *memory, uint64_t seed)
{
	struct cap cap = cap_make(OBJECT_POOL, 0, pool);
	struct slot *slot, *untyped;
	status_t st;

	make_frame_table(memory, seed);
	untyped = pool_memory(memory);
	pool_create(&cap);
	slot = add_root(ROOT_SLOT_POOL, cap);
	st = pool_give(pool, untyped, untyped->cap.size_bits);
	CHECK(st == ST_OK && pool_feed(pool));
	return slot;
}

struct vspace_object *boot_space(struct thread *thread)
{
	struct vspace_object *space;
	status_t st = vspace_make(pool, &space);

	CHECK(st == ST_OK);
	cap_insert(&root_slots[ROOT_SLOT_POOL], &root_slots[ROOT_SLOT_VSPACE],
		cap_make(OBJECT_VSPACE, 0, space));
	hold(thread, THREAD_VSPACE, ROOT_SLOT_VSPACE);
	thread->space = space->root;
	return space;
}

static struct slot *add_vmo(enum root_slot at, struct vmo_object *vmo, unsigned rights)
{
	struct slot *slot = &root_slots[at];
	struct cap cap = cap_make(OBJECT_VMO, 0, vmo);

	cap.rights = (uint8_t)rights;
	cap_insert(&root_slots[ROOT_SLOT_POOL], slot, cap);
	return slot;
}

struct slot *boot_archive(struct vmo_object *archive)
{
	return add_vmo(ROOT_SLOT_ARCHIVE, archive, RIGHT_READ | RIGHT_EXECUTE | RIGHT_MAP);
}

struct slot *boot_tree(struct vmo_object *tree)
{
	return add_vmo(ROOT_SLOT_TREE, tree, RIGHT_READ | RIGHT_MAP);
}

/* The largest aligned block that begins where the range does. */
static unsigned block_bits(paddr_t base, paddr_t end)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(end - base);

	if (base != 0 && (unsigned)__builtin_ctzll(base) < bits)
		bits = (unsigned)__builtin_ctzll(base);
	return bits < BITS_MAX ? bits : BITS_MAX;
}

/*
 * What blocks are ordered by: counted first, so that each is then put in its place at once.
 * In `place`, by size: how many there are, then which place the next one takes.
 */
struct order {
	uint32_t place[BITS_MAX + 1];
};

static void count_blocks(const struct bootmem *memory, struct order *order)
{
	for (uint32_t i = 0; i < memory->count; i++) {
		paddr_t base = memory->range[i].base, end = base + memory->range[i].size;

		while (base < end) {
			unsigned bits = block_bits(base, end);

			order->place[bits]++;
			base += BIT(bits);
		}
	}
}

/* Largest first, from place `first` on; returns the place behind the last. */
static uint32_t put_in_order(struct order *order, uint32_t first)
{
	for (unsigned bits = BITS_MAX + 1; bits-- > 0;) {
		uint32_t count = order->place[bits];

		order->place[bits] = first;
		first += count;
	}
	return first;
}

static bool add_untyped(struct bootinfo *info, uint32_t place, struct bootinfo_untyped untyped)
{
	if (place >= BOOTINFO_UNTYPED_MAX)
		return false;
	add_root(ROOT_SLOT_FIRST_FREE + place,
		untyped_make(untyped.base, untyped.size_bits, untyped.device));
	info->untyped[place] = untyped;
	return true;
}

/* Returns how many bytes were handed out. */
static uint64_t hand_out(const struct bootmem *memory, bool device, struct bootinfo *info)
{
	struct order order = {{0}};
	uint64_t given = 0;
	uint32_t end;

	count_blocks(memory, &order);
	end = put_in_order(&order, info->untyped_count);
	for (uint32_t i = 0; i < memory->count; i++) {
		paddr_t base = memory->range[i].base, range_end = base + memory->range[i].size;

		while (base < range_end) {
			unsigned bits = block_bits(base, range_end);

			if (add_untyped(info, order.place[bits]++,
				    (struct bootinfo_untyped){base, bits, device}))
				given += BIT(bits);
			base += BIT(bits);
		}
	}
	info->untyped_count = (uint32_t)min_u64(end, BOOTINFO_UNTYPED_MAX);
	if (given != bootmem_bytes(memory))
		kprintf("quire: %lu KiB of %s in small pieces are not handed out\n",
			(bootmem_bytes(memory) - given) >> 10,
			device ? "device memory" : "RAM");
	return given;
}

void boot_untypeds(
	const struct bootmem *ram, const struct bootmem *devices, struct bootinfo *info)
{
	info->untyped_first = ROOT_SLOT_FIRST_FREE;
	info->untyped_count = 0;
	info->memory_free = hand_out(ram, false, info);
	(void)hand_out(devices, true, info);
	info->slots_free = info->untyped_first + info->untyped_count;
	check_init(root_slots, info->slots_free);
}
