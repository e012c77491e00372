/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Over the trees of dts/, compiled at build time, over those that QEMU makes for its virt
 * machine, and over both with something changed.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "input.h"
#include "test.h"
#include "tree.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* Frees the tree. */
static const char *parse(void *tree, struct board *board)
{
	const char *wrong = fdt_check(tree, fdt_size(tree));

	if (!wrong)
		wrong = board_parse(tree, board);
	free(tree);
	return wrong;
}

static struct board parse_good(void *tree)
{
	struct board board;
	const char *wrong = parse(tree, &board);

	if (wrong)
		test_fail_text(__FILE__, __LINE__, wrong, "a usable tree");
	return board;
}

static void expect_range(struct range got, uint64_t base, uint64_t size)
{
	EXPECT_EQ(got.base, base);
	EXPECT_EQ(got.size, size);
}

static void expect_pi(const struct board *board)
{
	EXPECT_TEXT(board->name, "Raspberry Pi 4 Model B");
	EXPECT_TEXT(board->arguments, "");
	EXPECT_EQ(board->reserved_count, 1);
	expect_range(board->reserved[0], 0, 0x1000);
	EXPECT_EQ(board->unmapped_count, 0);
	EXPECT_EQ(board->archive.size, 0);
	EXPECT_EQ(board->cpu_count, 4);
	EXPECT_EQ(board->cpu_ignored, 0);
	for (uint32_t i = 0; i < board->cpu_count; i++) {
		EXPECT_EQ(board->cpu[i].id, i);
		EXPECT_EQ(board->cpu[i].method, CPU_BY_SPIN_TABLE);
		EXPECT_EQ(board->cpu[i].release_address, 0xd8 + 8 * i);
	}
	EXPECT_EQ(board->psci, PSCI_NONE);
	EXPECT_EQ(board->power, POWER_BCM2835);
	expect_range(board->power_registers, 0xfe100000, 0x114);
	EXPECT(board->has_gic);
	expect_range(board->gic_distributor, 0xff841000, 0x1000);
	expect_range(board->gic_cpu_interface, 0xff842000, 0x2000);
	EXPECT_EQ(board->withheld_count, 5);
	expect_range(board->withheld[0], 0xff800000, 0x100);
	expect_range(board->withheld[1], 0xff841000, 0x1000);
	expect_range(board->withheld[4], 0xff846000, 0x2000);
	EXPECT_EQ(board->timer_irq, 27);
}

TEST(board, a_raspberry_pi_of_every_size_has_all_its_banks)
{
	static const struct {
		const char *tree;
		uint32_t count;
		struct range bank[4];
	} sizes[] = {
		{"bcm2711-rpi-4-b", 1, {{0, 948 * MIB}}},
		{"dts-tests/rpi4-1g", 1, {{0, 948 * MIB}}},
		{"dts-tests/rpi4-2g", 2, {{0, 948 * MIB}, {GIB, GIB}}},
		{"dts-tests/rpi4-4g", 2, {{0, 948 * MIB}, {GIB, 3008 * MIB}}},
		{"dts-tests/rpi4-8g", 4,
			{{0, 948 * MIB}, {GIB, 3008 * MIB}, {4 * GIB, 2 * GIB},
				{6 * GIB, 2 * GIB}}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct board board = parse_good(tree_load(sizes[i].tree));

		expect_pi(&board);
		EXPECT_EQ(board.uart, UART_PL011);
		expect_range(board.uart_registers, 0xfe201000, 0x200);
		EXPECT_EQ(board.memory_count, sizes[i].count);
		for (uint32_t n = 0; n < sizes[i].count; n++)
			expect_range(
				board.memory[n], sizes[i].bank[n].base, sizes[i].bank[n].size);
	}
}

TEST(board, the_mini_uart_is_the_console_where_the_tree_says_so)
{
	struct board board = parse_good(tree_load("dts-tests/rpi4-mini-uart"));

	expect_pi(&board);
	EXPECT_EQ(board.uart, UART_MINI);
	expect_range(board.uart_registers, 0xfe215040, 0x40);
}

TEST(board, a_virt_machine_has_psci_and_memory_that_is_not_to_be_mapped)
{
	struct board board = parse_good(tree_load("dts-tests/virt-1g"));

	EXPECT_TEXT(board.name, "linux,dummy-virt");
	EXPECT_EQ(board.memory_count, 1);
	expect_range(board.memory[0], GIB, GIB);
	EXPECT_EQ(board.reserved_count, 0);
	EXPECT_EQ(board.unmapped_count, 1);
	expect_range(board.unmapped[0], 0x50000000, 0x200000);
	expect_range(board.archive, 0x48000000, 0x100000);
	EXPECT_EQ(board.cpu_count, 2);
	EXPECT_EQ(board.cpu[1].id, 1);
	EXPECT_EQ(board.cpu[1].method, CPU_BY_PSCI);
	EXPECT_EQ(board.psci, PSCI_HVC);
	EXPECT_EQ(board.power, POWER_PSCI);
	EXPECT_EQ(board.uart, UART_PL011);
	expect_range(board.uart_registers, 0x9000000, 0x1000);
	expect_range(board.gic_distributor, 0x8000000, 0x10000);
	expect_range(board.gic_cpu_interface, 0x8010000, 0x10000);
	EXPECT_EQ(board.timer_irq, 27);
}

#ifdef QEMU_TREES
TEST(board, qemus_virt_machine_is_read_with_any_number_of_cpus_and_memory)
{
	static const unsigned cpus[] = {1, 2, 3, 4, 5, 6, 7, 8}, gib[] = {1, 2, 4, 8};
	char name[64];

	for (size_t c = 0; c < ARRAY_SIZE(cpus); c++)
		for (size_t g = 0; g < ARRAY_SIZE(gib); g++) {
			struct board board;

			if (cpus[c] != 4 && gib[g] != 1)
				continue;
			snprintf(name, sizeof(name), "qemu/smp%u-%ug", cpus[c], gib[g]);
			board = parse_good(tree_load(name));
			EXPECT_EQ(board.cpu_count, cpus[c]);
			EXPECT_EQ(board.cpu[cpus[c] - 1].id, cpus[c] - 1);
			EXPECT_EQ(board.memory_count, 1);
			expect_range(board.memory[0], GIB, gib[g] * GIB);
			EXPECT_EQ(board.uart, UART_PL011);
			EXPECT_EQ(board.psci, PSCI_HVC);
			EXPECT(board.has_gic);
			EXPECT_EQ(board.timer_irq, 27);
		}
}

TEST(board, qemus_virt_machine_with_el2_or_el3_is_read_too)
{
	struct board board = parse_good(tree_load("qemu/el2"));

	EXPECT_EQ(board.psci, PSCI_SMC);
	EXPECT_EQ(board.uart_registers.base, 0x9000000);
	/* With secure=on there is a second PL011, for the secure world alone. */
	board = parse_good(tree_load("qemu/secure"));
	EXPECT_EQ(board.uart_registers.base, 0x9000000);
}

TEST(board, qemus_virt_machine_with_numa_has_a_bank_for_each_node)
{
	struct board board = parse_good(tree_load("qemu/numa"));

	EXPECT_EQ(board.memory_count, 2);
	EXPECT_EQ(board.memory[0].size + board.memory[1].size, GIB);
}

TEST(board, qemus_virt_machine_with_gicv3_lacks_an_interrupt_controller)
{
	struct board board;

	EXPECT_TEXT(parse(tree_load("qemu/gic3"), &board),
		"no interrupt controller: a GICv2 or GIC-400 is needed");
	EXPECT_EQ(board.uart, UART_PL011);
}
#endif

/* What is said of the virt tree when a property of a node is another text. */
static const char *verdict(const char *path, const char *property, const char *text)
{
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	tree_set_text(t, path, property, text);
	return parse(tree_close(t), &board);
}

TEST(board, says_what_is_missing)
{
	static const char no_console[] =
		"no console: /chosen stdout-path names no enabled PL011 or mini-UART";
	static const char no_timer[] =
		"no timer: no arm,armv8-timer with a virtual timer interrupt";
	struct board board;
	void *t;

	EXPECT(!verdict("/chosen", "other", ""));
	EXPECT_TEXT(verdict("/pl011@9000000", "compatible", "ns16550a"), no_console);
	EXPECT_TEXT(verdict("/chosen", "stdout-path", "/nowhere"), no_console);
	EXPECT_TEXT(verdict("/chosen", "stdout-path", "/timer"), no_console);
	EXPECT_TEXT(verdict("/memory@40000000", "device_type", "memo"),
		"no memory: no /memory node with a non-empty reg");
	EXPECT_TEXT(verdict("/intc@8000000", "compatible", "arm,gic-v3"),
		"no interrupt controller: a GICv2 or GIC-400 is needed");
	EXPECT_TEXT(verdict("/timer", "compatible", "timer"), no_timer);
	t = tree_open("dts-tests/virt-1g");
	tree_set_cells(t, "/timer", "interrupts", 9, 1u, 13u, 4u, 1u, 14u, 4u, 0u, 11u, 4u);
	EXPECT_TEXT(parse(tree_close(t), &board), no_timer);
	t = tree_open("dts-tests/virt-1g");
	tree_set_cells(t, "/timer", "interrupts", 9, 1u, 13u, 4u, 1u, 14u, 4u, 1u, 16u, 4u);
	EXPECT_TEXT(parse(tree_close(t), &board), no_timer);
	t = tree_open("dts-tests/virt-1g");
	fdt_del_node(t, fdt_path_offset(t, "/cpus"));
	EXPECT_TEXT(parse(tree_close(t), &board), "no CPUs: no /cpus/cpu node");
	EXPECT_TEXT(parse(tree_end(tree_begin()), &board), no_console);
	EXPECT_TEXT(board.name, "unnamed board");
}

TEST(board, does_not_use_what_is_disabled)
{
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	EXPECT(verdict("/pl011@9000000", "status", "disabled"));
	EXPECT(verdict("/memory@40000000", "status", "disabled"));
	EXPECT(verdict("/intc@8000000", "status", "disabled"));
	EXPECT(verdict("/timer", "status", "disabled"));
	EXPECT(!verdict("/timer", "status", "okay"));
	tree_set_text(t, "/psci", "status", "disabled");
	tree_set_text(t, "/reserved-memory/secure@50000000", "status", "disabled");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.psci, PSCI_NONE);
	EXPECT_EQ(board.power, POWER_NONE);
	EXPECT_EQ(board.unmapped_count, 0);
}

TEST(board, a_disabled_cpu_can_be_started_but_a_failed_one_is_left_out)
{
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	tree_set_text(t, "/cpus/cpu@1", "status", "disabled");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.cpu_count, 2);
	t = tree_open("dts-tests/virt-1g");
	tree_set_text(t, "/cpus/cpu@0", "status", "fail");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.cpu_count, 1);
	EXPECT_EQ(board.cpu[0].id, 1);
	t = tree_open("dts-tests/virt-1g");
	tree_set_text(t, "/cpus/cpu@0", "status", "fail-hot");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.cpu_count, 1);
}

TEST(board, without_stdout_path_the_first_uart_is_the_console)
{
	struct board board;
	void *t = tree_open("bcm2711-rpi-4-b");

	fdt_delprop(t, tree_node(t, "/chosen"), "stdout-path");
	tree_set_text(t, "/soc@7e000000/serial@7e201000", "status", "disabled");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.uart, UART_MINI);
}

TEST(board, takes_name_arguments_and_archive_from_the_tree)
{
	char long_text[400];
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	tree_set_text(t, "/", "model", "A Board");
	tree_set_text(t, "/chosen", "bootargs", "only=ipc");
	tree_set_cells(t, "/chosen", "linux,initrd-start", 2, 1u, 0u);
	tree_set_cells(t, "/chosen", "linux,initrd-end", 2, 1u, 0x1234u);
	board = parse_good(tree_close(t));
	EXPECT_TEXT(board.name, "A Board");
	EXPECT_TEXT(board.arguments, "only=ipc");
	expect_range(board.archive, 4 * GIB, 0x1234);
	t = tree_open("dts-tests/virt-1g");
	tree_set_text(t, "/", "model", long_text);
	tree_set_text(t, "/chosen", "bootargs", long_text);
	tree_set_cells(t, "/chosen", "linux,initrd-end", 1, 0x48000000u);
	board = parse_good(tree_close(t));
	EXPECT_EQ(strlen(board.name), BOARD_NAME_MAX - 1);
	EXPECT_EQ(strlen(board.arguments), BOARD_ARGUMENTS_MAX - 1);
	EXPECT_EQ(board.archive.size, 0);
}

TEST(board, takes_a_seed_of_64_bits)
{
	static const uint64_t seed = UINT64_C(0x0807060504030201);
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	EXPECT_EQ(parse_good(tree_close(t)).seed, 0);
	t = tree_open("dts-tests/virt-1g");
	tree_set_cells(t, "/chosen", "kaslr-seed", 1, 0x01020304u);
	EXPECT_EQ(parse_good(tree_close(t)).seed, 0);
	t = tree_open("dts-tests/virt-1g");
	tree_set_cells(t, "/chosen", "kaslr-seed", 2, 0x01020304u, 0x05060708u);
	t = tree_close(t);
	EXPECT(!board_parse(t, &board));
	EXPECT_EQ(board.seed, seed);
	EXPECT_EQ(memcmp((char *)t + board.seed_at, &seed, sizeof(seed)), 0);
	free(t);
}

TEST(board, psci_is_called_the_way_the_tree_says)
{
	struct board board;
	void *t = tree_open("dts-tests/virt-1g");

	tree_set_text(t, "/psci", "method", "smc");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.psci, PSCI_SMC);
	t = tree_open("dts-tests/virt-1g");
	tree_set_text(t, "/psci", "method", "by post");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.psci, PSCI_NONE);
	t = tree_open("dts-tests/virt-1g");
	tree_set_text(t, "/psci", "compatible", "arm,psci"); /* 0.1 has no fixed numbers */
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.psci, PSCI_NONE);
	EXPECT_EQ(board.power, POWER_NONE);
}

TEST(board, psci_is_preferred_to_the_pis_power_manager)
{
	void *t = tree_open("bcm2711-rpi-4-b");
	struct board board;

	tree_set_text(t, "/psci", "compatible", "arm,psci-1.0");
	tree_set_text(t, "/psci", "method", "smc");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.power, POWER_PSCI);
}

TEST(board, a_cpu_that_cannot_be_started_is_still_counted)
{
	void *t = tree_open("bcm2711-rpi-4-b");
	struct board board;

	fdt_delprop(t, tree_node(t, "/cpus/cpu@1"), "cpu-release-addr");
	tree_set_text(t, "/cpus/cpu@2", "enable-method", "by hand");
	fdt_delprop(t, tree_node(t, "/cpus/cpu@3"), "reg");
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.cpu_count, 3);
	EXPECT_EQ(board.cpu[1].method, CPU_BY_NOTHING);
	EXPECT_EQ(board.cpu[2].method, CPU_BY_NOTHING);
}

TEST(board, more_cpus_than_there_is_room_for_are_counted_but_ignored)
{
	void *t = tree_open("dts-tests/virt-1g");
	struct board board;
	char path[32];

	for (unsigned i = 2; i < BOARD_CPU_MAX + 3; i++) {
		snprintf(path, sizeof(path), "/cpus/cpu@%x", i);
		tree_set_cells(t, path, "reg", 1, i);
	}
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.cpu_count, BOARD_CPU_MAX);
	EXPECT_EQ(board.cpu_ignored, 3);
}

TEST(board, more_banks_than_there_is_room_for_are_left_unused)
{
	void *t = tree_open("dts-tests/virt-1g");
	struct board board;
	char path[32];

	for (unsigned i = 0; i < BOARD_MEMORY_MAX + 3; i++) {
		snprintf(path, sizeof(path), "/memory@1%x0000000", i);
		tree_set_text(t, path, "device_type", "memory");
		tree_set_cells(t, path, "reg", 4, 1u, i << 28, 0u, 0x1000000u);
	}
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.memory_count, BOARD_MEMORY_MAX);
}

/* The virt tree with `count` ranges reserved, by one node. */
static const char *reserve(unsigned count, bool no_map, struct board *board)
{
	static const char path[] = "/reserved-memory/many@60000000";
	void *t = tree_open("dts-tests/virt-1g");

	tree_node(t, path);
	for (unsigned i = 0; i < count; i++) {
		fdt32_t cells[4] = {
			0, cpu_to_fdt32(0x60000000 + i * 0x2000), 0, cpu_to_fdt32(0x1000)};

		REQUIRE(fdt_appendprop(t, tree_node(t, path), "reg", cells, sizeof(cells)) ==
			0);
	}
	if (no_map)
		fdt_setprop(t, tree_node(t, path), "no-map", "", 0);
	return parse(tree_close(t), board);
}

TEST(board, a_tree_that_reserves_more_than_can_be_noted_is_refused)
{
	static const char text[] =
		"more reserved memory or withheld registers than can be noted";
	struct board board;

	EXPECT(!reserve(BOARD_RESERVED_MAX, false, &board));
	EXPECT_EQ(board.reserved_count, BOARD_RESERVED_MAX);
	EXPECT_TEXT(reserve(BOARD_RESERVED_MAX + 1, false, &board), text);
	EXPECT(!reserve(BOARD_RESERVED_MAX - 1, true, &board));
	EXPECT_EQ(board.unmapped_count, BOARD_RESERVED_MAX);
	EXPECT_TEXT(reserve(BOARD_RESERVED_MAX, true, &board), text);
}

TEST(board, reusable_reserved_memory_is_ours)
{
	void *t = tree_open("dts-tests/virt-1g");
	struct board board;

	tree_set_cells(
		t, "/reserved-memory/pool@60000000", "reg", 4, 0u, 0x60000000u, 0u, 0x1000u);
	tree_set_cells(t, "/reserved-memory/pool@60000000", "reusable", 0);
	tree_set_cells(t, "/reserved-memory/later", "size", 2, 0u, 0x100000u);
	tree_set_cells(
		t, "/reserved-memory/kept@61000000", "reg", 4, 0u, 0x61000000u, 0u, 0x1000u);
	board = parse_good(tree_close(t));
	EXPECT_EQ(board.reserved_count, 1);
	expect_range(board.reserved[0], 0x61000000, 0x1000);
}

/* The virt tree with another interrupt controller, which comes first. */
static struct board parse_with_gic(unsigned reg_cells)
{
	void *t = tree_open("dts-tests/virt-1g");

	tree_set_text(t, "/other", "compatible", "arm,gic-400");
	tree_set_cells(t, "/other", "reg", reg_cells, 0u, 0x1000u, 0u, 0x1000u, 0u, 0x2000u, 0u,
		0x2000u);
	return parse_good(tree_close(t));
}

/* Whatever the kernel does with it: a program that had it could send its interrupts astray. */
TEST(board, every_part_of_every_interrupt_controller_is_withheld)
{
	void *t = tree_open("dts-tests/virt-1g");
	struct board board;

	tree_set_text(t, "/other", "compatible", "brcm,bcm2836-l1-intc");
	tree_set_text(t, "/other", "status", "disabled");
	tree_set_cells(t, "/other", "reg", 8, 0u, 0x1000u, 0u, 0x100u, 0u, 0x2000u, 0u, 0x200u);
	board = parse_good(tree_close(t));
	REQUIRE(board.withheld_count >= 4);
	expect_range(board.withheld[0], 0x1000, 0x100);
	expect_range(board.withheld[1], 0x2000, 0x200);
	expect_range(board.withheld[2], 0x8000000, 0x10000);
	expect_range(board.withheld[3], 0x8010000, 0x10000);
}

TEST(board, the_first_whole_interrupt_controller_is_taken)
{
	struct board board = parse_with_gic(8);

	expect_range(board.gic_distributor, 0x1000, 0x1000);
	expect_range(board.gic_cpu_interface, 0x2000, 0x2000);
	board = parse_with_gic(4);
	expect_range(board.gic_distributor, 0x8000000, 0x10000);
}
