/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From the device tree to a struct board, in one pass over the nodes.
 *
 *	/		 name
 *	/chosen		 console (stdout-path), boot arguments, archive (initrd), random seed
 *	/memory@...	 banks, any number of nodes and of ranges in each
 *	/reserved-memory what is not for us to use, or (no-map) not even to map
 *	/cpus/cpu@...	 numbers and how they are started
 *	anywhere	 UART, GICv2, virtual timer, PSCI, the Pi's power manager (if enabled)
 *
 * Bindings: Devicetree Specification v0.4 and the kernel.org bindings named in each part.
 */
#include "board.h"

#include "lib/string.h"

enum { UART_MAX = 8, CLOCK_MAX = 8 };

/* What can be decided only when the whole tree has been seen. */
struct parse {
	const struct fdt_walk *walk;
	struct board *board;
	const char *console; /* /chosen stdout-path, or NULL */
	struct {
		int node;
		enum uart_kind kind;
		struct range registers;
		uint32_t clock; /* phandle; 0: none */
	} uart[UART_MAX];
	uint32_t uart_count;
	struct {
		uint32_t phandle;
		uint32_t rate; /* in Hz */
	} clock[CLOCK_MAX];
	uint32_t clock_count;
	bool has_unreadable; /* reserved memory whose address cannot be told */
	bool has_unnoted;    /* memory that is not ours, but there was no room to note it */
};

static void copy_text(char *to, size_t room, const char *from)
{
	size_t length = strnlen(from, room - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

/* False if there is no room. */
static bool add_range(struct range *ranges, uint32_t *count, uint32_t max, struct range range)
{
	if (range.size == 0)
		return true;
	if (*count == max)
		return false;
	ranges[(*count)++] = range;
	return true;
}

static void add_reserved(struct parse *parse, struct range range)
{
	struct board *board = parse->board;

	if (!add_range(board->reserved, &board->reserved_count, BOARD_RESERVED_MAX, range))
		parse->has_unnoted = true;
}

static void add_unmapped(struct parse *parse, struct range range)
{
	struct board *board = parse->board;

	if (!add_range(board->unmapped, &board->unmapped_count, BOARD_RESERVED_MAX, range))
		parse->has_unnoted = true;
}

static void parse_root(const struct fdt_walk *walk, struct board *board)
{
	const char *model = fdt_text(walk, "model");
	const char *compatible = fdt_text(walk, "compatible");

	if (!model || !*model)
		model = compatible ? compatible : "unnamed board";
	copy_text(board->name, sizeof(board->name), model);
}

static void parse_memory(const struct fdt_walk *walk, struct board *board)
{
	struct range range;
	const char *type = fdt_text(walk, "device_type");

	if (!type || strcmp(type, "memory") != 0 || !fdt_is_enabled(walk))
		return;
	/* Banks that there is no room for are left unused. */
	for (uint32_t i = 0; fdt_reg(walk, i, &range); i++)
		(void)add_range(board->memory, &board->memory_count, BOARD_MEMORY_MAX, range);
}

/* Reserved memory without `reg` is a wish for later; "reusable" is ours until then. */
static void parse_reserved(struct parse *parse)
{
	const struct fdt_walk *walk = parse->walk;
	struct range range;
	uint32_t size;

	if (fdt_bytes(walk, "reusable", &size) || !fdt_is_enabled(walk))
		return;
	for (uint32_t i = 0; i < fdt_reg_count(walk); i++) {
		if (!fdt_reg(walk, i, &range))
			parse->has_unreadable = true;
		else if (fdt_bytes(walk, "no-map", &size))
			add_unmapped(parse, range);
		else
			add_reserved(parse, range);
	}
}

/* Binding: chosen.yaml of the devicetree schema: 64 bits for the kernel; rng-seed is left alone. */
static void parse_seed(const struct fdt_walk *walk, struct board *board)
{
	uint32_t size;
	const uint8_t *seed = fdt_bytes(walk, "kaslr-seed", &size);

	if (!seed || size != sizeof(board->seed))
		return;
	memcpy(&board->seed, seed, sizeof(board->seed));
	board->seed_at = (uint32_t)(seed - (const uint8_t *)walk->tree);
}

static void parse_chosen(const struct fdt_walk *walk, struct board *board)
{
	const char *arguments = fdt_text(walk, "bootargs");
	uint64_t start, end;

	if (arguments)
		copy_text(board->arguments, sizeof(board->arguments), arguments);
	if (fdt_number(walk, "linux,initrd-start", &start) &&
		fdt_number(walk, "linux,initrd-end", &end) && end > start)
		board->archive = (struct range){start, end - start};
	parse_seed(walk, board);
}

/*
 * Binding: arm/cpus.yaml. A CPU that is "disabled" only waits to be started; one with
 * status "fail" or "fail-..." is broken.
 */
static bool has_failed(const struct fdt_walk *walk)
{
	const char *status = fdt_text(walk, "status");

	return status && strncmp(status, "fail", 4) == 0;
}

static void parse_cpu(const struct fdt_walk *walk, struct board *board)
{
	const char *method = fdt_text(walk, "enable-method");
	struct range reg;
	struct board_cpu cpu = {0};

	if (has_failed(walk) || !fdt_reg_raw(walk, 0, &reg))
		return;
	if (board->cpu_count == BOARD_CPU_MAX) {
		board->cpu_ignored++;
		return;
	}
	cpu.id = reg.base;
	if (method && strcmp(method, "psci") == 0)
		cpu.method = CPU_BY_PSCI;
	else if (method && strcmp(method, "spin-table") == 0 &&
		fdt_number(walk, "cpu-release-addr", &cpu.release_address))
		cpu.method = CPU_BY_SPIN_TABLE;
	board->cpu[board->cpu_count++] = cpu;
}

/* The index-th register range of a device, if it is one that can be mapped. */
static bool device_reg(const struct fdt_walk *walk, uint32_t index, struct range *range_out)
{
	return fdt_reg(walk, index, range_out) && range_out->size != 0 &&
		range_out->base + range_out->size <= PHYSICAL_LIMIT;
}

/* Binding: arm/psci.yaml */
static void parse_psci(const struct fdt_walk *walk, struct board *board)
{
	const char *method = fdt_text(walk, "method");

	if (!fdt_is_compatible(walk, "arm,psci-0.2") &&
		!fdt_is_compatible(walk, "arm,psci-1.0"))
		return;
	if (method && strcmp(method, "hvc") == 0)
		board->psci = PSCI_HVC;
	else if (method && strcmp(method, "smc") == 0)
		board->psci = PSCI_SMC;
	if (board->psci != PSCI_NONE)
		board->power = POWER_PSCI;
}

/*
 * Registers by which whoever has them could take interrupts or the clock away from the kernel,
 * or send another CPU where it likes: every part of the GIC (beside those that the kernel uses,
 * the virtual interfaces and the frames that raise interrupts), timers that all CPUs count by,
 * and the Raspberry Pi's mailboxes and timers of each CPU. One that is disabled is there, too.
 */
static void parse_withheld(struct parse *parse, const char *compatible, uint32_t size)
{
	static const char *const kinds[] = {"arm,gic-400", "arm,cortex-a15-gic",
		"arm,gic-v2m-frame", "arm,armv7-timer-mem", "brcm,bcm2836-l1-intc"};
	struct board *board = parse->board;
	struct range range;
	bool is_one = false;

	/* Asked of every node: fdt_is_compatible would look for the list each time. */
	for (uint32_t at = 0; at < size;
		at += (uint32_t)strnlen(compatible + at, size - at) + 1)
		for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++)
			is_one |= compatible[at] == kinds[i][0] &&
				strncmp(compatible + at, kinds[i], size - at) == 0;
	for (uint32_t k = 0; is_one && fdt_reg(parse->walk, k, &range); k++)
		if (!add_range(
			    board->withheld, &board->withheld_count, BOARD_WITHHELD_MAX, range))
			parse->has_unnoted = true;
}

/* Binding: interrupt-controller/arm,gic.yaml: distributor, then CPU interface. */
static void parse_gic(const struct fdt_walk *walk, struct board *board)
{
	struct range distributor, cpu_interface;

	if (!fdt_is_compatible(walk, "arm,gic-400") &&
		!fdt_is_compatible(walk, "arm,cortex-a15-gic"))
		return;
	if (board->has_gic || !device_reg(walk, 0, &distributor) ||
		!device_reg(walk, 1, &cpu_interface))
		return;
	board->gic_distributor = distributor;
	board->gic_cpu_interface = cpu_interface;
	board->has_gic = true;
}

/*
 * Binding: timer/arm,arch_timer.yaml: the third interrupt is the virtual timer's; each is
 * (kind, number, flags) in the GIC's binding, kind 1 being a private one from 16 on.
 */
static void parse_timer(const struct fdt_walk *walk, struct board *board)
{
	enum { CELLS = 3, VIRTUAL = 2, PRIVATE = 1, FIRST_PRIVATE = 16, PRIVATE_COUNT = 16 };
	uint32_t kind, number;

	if (!fdt_is_compatible(walk, "arm,armv8-timer") &&
		!fdt_is_compatible(walk, "arm,armv7-timer"))
		return;
	if (fdt_cell(walk, "interrupts", VIRTUAL * CELLS, &kind) &&
		fdt_cell(walk, "interrupts", VIRTUAL * CELLS + 1, &number) && kind == PRIVATE &&
		number < PRIVATE_COUNT)
		board->timer_irq = FIRST_PRIVATE + number;
}

/* Binding: soc/bcm/brcm,bcm2835-pm.yaml. PSCI, where there is one, is the better way. */
static void parse_power(const struct fdt_walk *walk, struct board *board)
{
	if (board->power == POWER_NONE && fdt_is_compatible(walk, "brcm,bcm2835-pm") &&
		device_reg(walk, 0, &board->power_registers))
		board->power = POWER_BCM2835;
}

/* Bindings: serial/pl011.yaml, serial/brcm,bcm2835-aux-uart.yaml. */
static void parse_uart(struct parse *parse)
{
	const struct fdt_walk *walk = parse->walk;
	enum uart_kind kind = UART_NONE;
	struct range registers;

	if (fdt_is_compatible(walk, "arm,pl011"))
		kind = UART_PL011;
	else if (fdt_is_compatible(walk, "brcm,bcm2835-aux-uart"))
		kind = UART_MINI;
	if (kind == UART_NONE || parse->uart_count == UART_MAX ||
		!device_reg(walk, 0, &registers))
		return;
	parse->uart[parse->uart_count].node = walk->node;
	parse->uart[parse->uart_count].kind = kind;
	parse->uart[parse->uart_count].registers = registers;
	parse->uart[parse->uart_count].clock = 0;
	(void)fdt_cell(walk, "clocks", 0, &parse->uart[parse->uart_count].clock);
	parse->uart_count++;
}

/* Binding: clock/fixed-clock.yaml. */
static void parse_clock(struct parse *parse)
{
	uint32_t at = parse->clock_count;

	if (at < CLOCK_MAX && fdt_is_compatible(parse->walk, "fixed-clock") &&
		fdt_cell(parse->walk, "phandle", 0, &parse->clock[at].phandle) &&
		fdt_cell(parse->walk, "clock-frequency", 0, &parse->clock[at].rate))
		parse->clock_count++;
}

/* 0: not a fixed clock. */
static uint32_t clock_rate(const struct parse *parse, uint32_t phandle)
{
	for (uint32_t i = 0; i < parse->clock_count; i++)
		if (parse->clock[i].phandle == phandle)
			return parse->clock[i].rate;
	return 0;
}

/* The UART that stdout-path names; where it names none at all, the first. */
static void choose_console(const struct parse *parse)
{
	struct board *board = parse->board;
	int console = parse->console ? fdt_find(parse->walk->tree, parse->console) : -1;

	for (uint32_t i = 0; i < parse->uart_count; i++) {
		if (parse->console && parse->uart[i].node != console)
			continue;
		board->uart = parse->uart[i].kind;
		board->uart_registers = parse->uart[i].registers;
		board->uart_clock = clock_rate(parse, parse->uart[i].clock);
		return;
	}
}

static void parse_device(struct parse *parse)
{
	uint32_t size;
	const char *compatible = (const char *)fdt_bytes(parse->walk, "compatible", &size);

	if (!compatible)
		return;
	parse_withheld(parse, compatible, size);
	if (!fdt_is_enabled(parse->walk))
		return;
	parse_psci(parse->walk, parse->board);
	parse_gic(parse->walk, parse->board);
	parse_timer(parse->walk, parse->board);
	parse_power(parse->walk, parse->board);
	parse_uart(parse);
	parse_clock(parse);
}

static void parse_node(struct parse *parse)
{
	const struct fdt_walk *walk = parse->walk;
	struct board *board = parse->board;

	if (walk->depth == 0) {
		parse_root(walk, board);
	} else if (walk->depth == 1 && fdt_is_named(walk, "memory")) {
		parse_memory(walk, board);
	} else if (walk->depth == 1 && fdt_is_named(walk, "chosen")) {
		parse_chosen(walk, board);
		parse->console = fdt_text(walk, "stdout-path");
	} else if (walk->depth == 2 && fdt_parent_is_named(walk, "reserved-memory")) {
		parse_reserved(parse);
	} else if (walk->depth == 2 && fdt_parent_is_named(walk, "cpus") &&
		fdt_is_named(walk, "cpu")) {
		parse_cpu(walk, board);
	} else {
		parse_device(parse);
	}
}

static const char *what_is_missing(const struct board *board)
{
	if (board->uart == UART_NONE)
		return "no console: /chosen stdout-path names no enabled PL011 or mini-UART";
	if (board->memory_count == 0)
		return "no memory: no /memory node with a non-empty reg";
	if (!board->has_gic)
		return "no interrupt controller: a GICv2 or GIC-400 is needed";
	if (board->timer_irq == 0)
		return "no timer: no arm,armv8-timer with a virtual timer interrupt";
	if (board->cpu_count == 0)
		return "no CPUs: no /cpus/cpu node";
	return NULL;
}

const char *board_parse(const void *tree, struct board *board)
{
	struct fdt_walk walk;
	struct parse parse = {.walk = &walk, .board = board};
	struct range range;

	memset(board, 0, sizeof(*board));
	for (uint32_t i = 0; fdt_memory_reservation(tree, i, &range); i++)
		add_reserved(&parse, range);
	fdt_walk_init(&walk, tree);
	while (fdt_walk_next(&walk))
		parse_node(&parse);
	choose_console(&parse);
	if (parse.has_unreadable)
		return "reserved memory that cannot be read: its bus has no usable cells or "
		       "ranges";
	if (parse.has_unnoted)
		return "more reserved memory or withheld registers than can be noted";
	return what_is_missing(board);
}
