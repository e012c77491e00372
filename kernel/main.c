/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the loader's hand-over to the first program, top to bottom.
 */
#include "abi/bootinfo.h"

#include "lib/format.h"
#include "lib/string.h"

#include "arch/counter.h"
#include "arch/cpu.h"
#include "arch/hardening.h"
#include "arch/print.h"
#include "arch/timer.h"

#include "object/irq.h"
#include "object/sched.h"
#include "object/timer.h"

#include "syscall/debug.h"

#include "boot_caps.h"
#include "bootmem.h"
#include "platform/platform.h"
#include "root.h"

static struct board board;
static const void *device_tree;
static struct bootmem memory; /* what is free */
static struct bootmem mapped; /* what the direct map holds */
static struct bootmem devices;

noreturn void kernel_main(paddr_t dtb);

/* The tree built into the image (dts/fallback-console.dts): UARTs by board. */
extern const char fallback_tree[] aligned(8);

/*
 * There is no usable device tree: find a console to say so. Which board this is can only
 * be told from where its RAM, and so this image, lies.
 */
static void guess_console(void)
{
	struct fdt_walk walk;
	struct range ram;

	fdt_walk_init(&walk, fallback_tree);
	while (fdt_walk_next(&walk)) {
		if (!fdt_reg(&walk, 1, &ram) || image_start_pa() - ram.base >= ram.size)
			continue;
		if (!fdt_reg(&walk, 0, &board.uart_registers))
			continue;
		board.uart = fdt_is_compatible(&walk, "arm,pl011") ? UART_PL011 : UART_MINI;
		console_init(&board);
	}
}

static void read_tree(paddr_t dtb)
{
	const void *tree;
	const char *wrong;
	size_t room;

	if (dtb == 0 || !is_aligned(dtb, 8) || dtb >= PHYSICAL_LIMIT) {
		guess_console();
		panic("no device tree: x0 is 0x%lx at entry, not the 8-aligned address of one",
			dtb);
	}
	tree = kmap_dtb(dtb, &room);
	wrong = fdt_check(tree, room);
	if (wrong) {
		guess_console();
		panic("the device tree at 0x%lx is not usable: %s", dtb, wrong);
	}
	wrong = board_parse(tree, &board);
	console_init(&board);
	if (wrong) {
		guess_console();
		panic("the device tree at 0x%lx lacks something: %s", dtb, wrong);
	}
	board.dtb = (struct range){dtb, fdt_size(tree)};
	device_tree = tree;
}

static void remove(struct range range)
{
	if (!bootmem_remove(&memory, range))
		panic("the device tree splits memory into more than %d ranges",
			BOOTMEM_RANGES_MAX);
}

/* Does every page that the range touches stand in the direct map? */
static bool is_mapped(struct range range)
{
	uint64_t base = align_down(range.base, PAGE_SIZE);
	uint64_t end = range.base + range.size;
	struct bootmem rest = mapped;

	return range.size != 0 && end > range.base && end <= DIRECT_SIZE &&
		bootmem_remove(&rest, range) &&
		bootmem_bytes(&mapped) - bootmem_bytes(&rest) ==
		align_up(end, PAGE_SIZE) - base;
}

/*
 * The words by which CPUs are released are written through the direct map and must not be
 * anybody's memory. A CPU whose word is no such word cannot be started.
 */
static void check_release_words(void)
{
	for (uint32_t i = 0; i < board.cpu_count; i++) {
		struct board_cpu *cpu = &board.cpu[i];
		struct range word = {cpu->release_address, sizeof(uint64_t)};

		if (cpu->method != CPU_BY_SPIN_TABLE)
			continue;
		if (is_aligned(word.base, word.size) && is_mapped(word)) {
			remove(word);
			continue;
		}
		kprintf("quire: cpu-release-addr 0x%lx is not in RAM\n", word.base);
		cpu->method = CPU_BY_NOTHING;
	}
}

/*
 * Map all RAM that may be mapped, then take out what is not free: what the tree reserves,
 * the tree itself, the archive.
 */
static uint64_t take_memory(void)
{
	const struct range image = {image_start_pa(), image_size()};
	uint64_t total;

	for (uint32_t i = 0; i < board.memory_count; i++)
		if (!bootmem_add(&memory, board.memory[i]))
			panic("the device tree names more than %d memory banks",
				BOOTMEM_RANGES_MAX);
	total = bootmem_bytes(&memory);
	remove((struct range){DIRECT_SIZE, UINT64_MAX - DIRECT_SIZE});
	if (bootmem_bytes(&memory) != total)
		kprintf("quire: RAM above 256 GiB is left unused\n");
	for (uint32_t i = 0; i < board.unmapped_count; i++)
		remove(board.unmapped[i]);
	remove(image);
	for (uint32_t i = 0; i < memory.count; i++)
		if (!kmap_ram(memory.range[i].base, memory.range[i].size))
			panic("the device tree splits memory into too many pieces to map");
	mapped = memory;
	for (uint32_t i = 0; i < board.reserved_count; i++)
		remove(board.reserved[i]);
	remove(board.dtb);
	if (board.archive.size && !is_mapped(board.archive))
		panic("the archive at 0x%lx is not in free RAM (or over the kernel): load it "
		      "elsewhere",
			board.archive.base);
	remove(board.archive);
	return total;
}

static void fill_bootinfo(struct bootinfo *info, uint64_t total, uint32_t online)
{
	*info = (struct bootinfo){
		.version = BOOTINFO_VERSION,
		.flags = counter_is_there() ? BOOTINFO_COUNTS_CYCLES : 0,
		.cpus = board.cpu_count + board.cpu_ignored,
		.cpus_online = online,
		.memory_bytes = total,
		.timer_frequency = timer_frequency(),
	};
	format(info->kernel, sizeof(info->kernel), "Quire %s (%s)", QUIRE_VERSION,
		DEBUG_BUILD ? "debug" : "release");
	format(info->board, sizeof(info->board), "%s", board.name);
	format(info->arguments, sizeof(info->arguments), "%s", board.arguments);
}

/* Is that one of the words in /chosen bootargs? */
static bool is_argument(const char *word)
{
	size_t length = strlen(word);
	const char *at = board.arguments;

	while (*at) {
		size_t end = 0;

		while (at[end] && at[end] != ' ')
			end++;
		if (end == length && strncmp(at, word, length) == 0)
			return true;
		at += end + (at[end] == ' ');
	}
	return false;
}

void kernel_main(paddr_t dtb)
{
	static struct bootinfo info; /* large for a stack */
	uint64_t total;
	uint32_t online;

	hardening_init_canary();
	cpu_init_boot();
	read_tree(dtb);
	if (timer_frequency() == 0)
		panic("CNTFRQ_EL0 is 0: the firmware must set it to the timer's frequency");
	total = take_memory();
	if (DEBUG_BUILD)
		kmap_check();
	check_release_words();
	gic_init(&board);
	power_init(&board);
	cpus_init(&board);
	hardening_report(board.seed != 0);
	sched_init();
	clock_init();
	irq_init(board.timer_irq);
	irq_init_cpu();
	online = cpu_start_all();
	fill_bootinfo(&info, total, online);
	debug_calls_allow(!is_argument("debug=off"));
	boot_device_memory(&board, &devices);
	root_start(&(struct root_memory){&memory, &devices, board.archive, device_tree,
			   board.seed, board.seed_at},
		&info);
}
