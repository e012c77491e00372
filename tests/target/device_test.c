/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What drivers are made of: the device tree, device memory, buffers for devices. */
#include "libsys/boot.h"
#include "libsys/drivers/device.h"
#include "libsys/drivers/dma.h"
#include "libsys/drivers/mmio.h"
#include "libsys/drivers/serial.h"
#include "libsys/irq.h"
#include "libsys/vmo.h"
#include "objects.h"

enum { PAGE = PAGE_SIZE, DMA_BITS = 20 };

static bool is_pi(void)
{
	return tree_is_compatible(TREE_ROOT, "brcm,bcm2711");
}

static uint32_t big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

TEST(device_tree, is_whole_and_ends_where_bootinfo_says)
{
	size_t size;
	const uint8_t *tree = device_tree(&size);
	int64_t info = cap_info(ROOT_SLOT_TREE);

	REQUIRE(tree && size > 40);
	EXPECT_EQ(big_endian(tree), 0xd00dfeed);
	EXPECT_EQ(big_endian(tree + 4), size);
	EXPECT_EQ(vmo_size(ROOT_SLOT_TREE), (size + PAGE - 1) / PAGE * PAGE);
	EXPECT_EQ(cap_info_type(info), OBJECT_VMO);
	EXPECT_EQ(cap_info_rights(info), RIGHT_READ | RIGHT_MAP);
}

/* QEMU gives seeds where it is asked to (target.device.seed). */
TEST(device_tree, has_the_seed_for_programs_and_not_the_kernels)
{
	static const uint8_t none[32];
	tree_node chosen = tree_find("/chosen");
	size_t size = 0, kernels_size = 0;
	const uint8_t *seed = tree_bytes(chosen, "rng-seed", &size);
	const uint8_t *kernels = tree_bytes(chosen, "kaslr-seed", &kernels_size);

	EXPECT_EQ(!seed, !kernels);
	if (!seed || !kernels)
		return;
	REQUIRE(size == sizeof(none) && kernels_size == 8);
	EXPECT(memcmp(seed, none, size) != 0);
	EXPECT_EQ(memcmp(kernels, none, kernels_size), 0);
}

TEST(device_tree, names_the_console_and_where_it_is)
{
	tree_node console = serial_console();
	struct tree_interrupt interrupt = {0};
	struct tree_range range = {0};

	REQUIRE(console >= 0);
	EXPECT(tree_is_compatible(console, "arm,pl011"));
	EXPECT(tree_is_enabled(console));
	EXPECT(tree_reg(console, 0, &range));
	EXPECT(!tree_reg(console, 1, &range));
	EXPECT_EQ(range.base, is_pi() ? 0xfe201000 : 0x9000000); /* on the Pi by `ranges` */
	EXPECT_EQ(range.size, is_pi() ? 0x200 : 0x1000);
	EXPECT(tree_interrupt(console, 0, &interrupt));
	EXPECT_EQ(interrupt.line, is_pi() ? 32 + 121 : 32 + 1);
	EXPECT_EQ(interrupt.trigger, IRQ_LEVEL);
	EXPECT(!tree_interrupt(console, 1, &interrupt));
	EXPECT_EQ(tree_clock(console, 0), is_pi() ? 48000000 : 24000000);
	EXPECT_EQ(tree_is_coherent(console), !is_pi());
}

TEST(device_tree, finds_all_devices_of_a_kind)
{
	const char *kind = is_pi() ? "brcm,bcm2835-sdhci" : "virtio,mmio";
	int count = 0;

	for (tree_node node = tree_next_compatible(TREE_ROOT, kind); node >= 0;
		node = tree_next_compatible(node, kind))
		count++;
	EXPECT_EQ(count, is_pi() ? 1 : 32);
	EXPECT(tree_next_compatible(TREE_ROOT, "acme,anvil") < 0);
}

TEST(device_tree, answers_none_to_what_is_not_there)
{
	struct tree_range range;
	uint32_t cell;
	tree_node none = tree_find("/no/such/node");

	EXPECT(none < 0);
	EXPECT_TEXT(tree_name(none), "");
	EXPECT(!tree_text(none, "status"));
	EXPECT(!tree_reg(none, 0, &range));
	EXPECT(!tree_cell(TREE_ROOT, "#address-cells", 1, &cell));
	EXPECT(tree_cell(TREE_ROOT, "#address-cells", 0, &cell) && cell == 2);
	EXPECT_EQ(tree_parent(tree_find("/chosen")), TREE_ROOT);
	EXPECT(tree_parent(TREE_ROOT) < 0);
}

static struct tree_range console_range(void)
{
	struct tree_range range = {0};

	REQUIRE(tree_reg(serial_console(), 0, &range));
	return range;
}

TEST(device_memory, gives_the_page_that_is_asked_for_and_takes_it_back)
{
	struct tree_range range = console_range();
	uint64_t offset = 1;
	cptr_t vmo = 0;

	REQUIRE(device_memory_take(range, VMO_CACHE_UNCACHED_DEVICE, &vmo, &offset) == ST_OK);
	EXPECT_EQ(offset, 0);
	EXPECT_EQ(vmo_size(vmo), PAGE);
	for (uint32_t i = 0; i < boot_info()->untyped_count; i++) {
		int64_t pa = vmo_lookup(vmo, boot_info()->untyped_first + i, 0);

		EXPECT(pa == (int64_t)range.base || pa == ST_ACCESS_DENIED);
	}
	device_memory_give_back(vmo);
	EXPECT(is_empty(vmo));
}

TEST(device_memory, is_shared_by_devices_of_one_page)
{
	struct tree_range range = console_range(), part = {range.base + 0x100, 0x40};
	uint64_t offset;
	cptr_t vmo = 0, same = 0, other = 0;

	REQUIRE(device_memory_take(range, VMO_CACHE_UNCACHED_DEVICE, &vmo, &offset) == ST_OK);
	REQUIRE(device_memory_take(part, VMO_CACHE_UNCACHED_DEVICE, &same, &offset) == ST_OK);
	EXPECT_EQ(same, vmo);
	EXPECT_EQ(offset, 0x100);
	EXPECT_EQ(device_memory_take(range, VMO_CACHE_UNCACHED, &other, &offset),
		ST_ALREADY_BOUND);
	part.size = 2 * PAGE; /* a block around that one */
	EXPECT_EQ(device_memory_take(part, VMO_CACHE_UNCACHED_DEVICE, &other, &offset),
		ST_ALREADY_BOUND);
	device_memory_give_back(vmo);
	EXPECT_EQ(vmo_size(vmo), PAGE);
	device_memory_give_back(vmo);
	EXPECT(is_empty(vmo));
}

TEST(device_memory, refuses_what_no_device_untyped_has)
{
	struct tree_range ram = {boot_info()->untyped[0].base, PAGE}, nothing = {0xfe000000, 0};
	struct tree_range wraps = {UINT64_MAX - PAGE, 2 * PAGE};
	uint64_t offset;
	cptr_t vmo;

	EXPECT_EQ(boot_info()->untyped[0].device, 0);
	EXPECT_EQ(device_memory_take(ram, 0, &vmo, &offset), ST_NOT_SUPPORTED);
	EXPECT_EQ(device_memory_take(nothing, 0, &vmo, &offset), ST_INVALID_ARGS);
	EXPECT_EQ(device_memory_take(wraps, 0, &vmo, &offset), ST_INVALID_ARGS);
}

TEST(device, is_opened_once_and_its_interrupt_claimed)
{
	struct device device, again;
	cptr_t slot = make_slot();
	struct tree_interrupt interrupt;

	REQUIRE(device_open(serial_console(), &device) == ST_OK);
	EXPECT(mmio_read32(device.registers, 0xfe0) == 0x11 || is_pi()); /* UARTPeriphID0 */
	EXPECT_EQ(device_open(serial_console(), &again), ST_ALREADY_BOUND);
	EXPECT(tree_interrupt(serial_console(), 0, &interrupt));
	EXPECT_EQ(irq_claim(ROOT_SLOT_IRQ_CONTROL, interrupt.line, IRQ_LEVEL, slot),
		ST_ALREADY_BOUND);
	device_close(&device);
	EXPECT_EQ(device_open(tree_find("/chosen"), &again), ST_NOT_FOUND);
	drop(slot);
}

/* As a driver in a program of its own: it has copies of two capabilities, and nothing else. */
TEST(device, can_be_handed_on_as_capabilities)
{
	struct device own, theirs;
	cptr_t memory = make_slot(), irq = make_slot();

	REQUIRE(device_open(serial_console(), &own) == ST_OK);
	EXPECT_EQ(cap_copy(memory, own.memory, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_copy(irq, own.irq, RIGHTS_ALL), ST_OK);
	REQUIRE(device_adopt(memory, 0, own.range, irq, &theirs) == ST_OK);
	EXPECT(theirs.registers != own.registers);
	EXPECT_EQ(mmio_read32(theirs.registers, 0x30), mmio_read32(own.registers, 0x30));
	device_close(&theirs);
	EXPECT_EQ(cap_info_type(cap_info(memory)), OBJECT_VMO); /* still its own */
	drop(memory);
	drop(irq);
	device_close(&own);
}

TEST(dma, buffers_have_an_address_below_the_limit)
{
	const uint64_t limit = is_pi() ? UINT64_C(1) << 30 : UINT64_C(1) << 31;
	struct dma_pool pool;
	struct dma cached, uncached;

	REQUIRE(dma_pool_create(limit, DMA_BITS, &pool) == ST_OK);
	REQUIRE(dma_alloc(&pool, 3 * PAGE - 1, 14, 1, &cached) == ST_OK);
	REQUIRE(dma_alloc(&pool, PAGE, 0, 0, &uncached) == ST_OK);
	EXPECT_EQ(cached.size, 3 * PAGE);
	EXPECT_EQ(cached.address % (1 << 14), 0);
	EXPECT(cached.address + cached.size <= limit && uncached.address + PAGE <= limit);
	EXPECT(cached.address != uncached.address);
	*(volatile uint32_t *)uncached.at = 0x12345678;
	EXPECT_EQ(*(volatile uint32_t *)uncached.at, 0x12345678);
	EXPECT_EQ(*(volatile uint32_t *)cached.at, 0);
	dma_free(&cached);
	dma_free(&uncached);
	dma_pool_delete(&pool);
}

TEST(dma, refuses)
{
	struct dma_pool pool;
	struct dma dma;

	EXPECT_EQ(dma_pool_create(PAGE, DMA_BITS, &pool), ST_NO_MEMORY);
	REQUIRE(dma_pool_create(0, DMA_BITS, &pool) == ST_OK);
	EXPECT_EQ(dma_alloc(&pool, 0, 0, 1, &dma), ST_INVALID_ARGS);
	EXPECT_EQ(dma_alloc(&pool, 2 << DMA_BITS, 0, 1, &dma), ST_NO_MEMORY);
	dma_pool_delete(&pool);
}
