/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Random calls. What an argument is likely to be is told by its type and its name in
 * abi/syscalls.def: most name what exists, some anything.
 */
#include <string.h>

#include "abi/objects.h"
#include "abi/syscalls.h"
#include "abi/thread.h"

#include "attack.h"
#include "libsys/boot.h"
#include "libsys/clock.h"

enum {
	PAGE = 4096,
	ARGUMENTS_MAX = 8,
	TEXT_MAX = 160,
	BLOCK_WORDS = IPC_BUFFER_ALIGN / 8,
	CAPS_OFFSET = IPC_BUFFER_WORDS,
	RECEIVE_OFFSET = CAPS_OFFSET + 2 * IPC_CAPS_MAX,
	X8 = 8,
	X11 = 11,
};

static __attribute__((aligned(PAGE))) struct {
	char before[ARENA_PAD];
	uint64_t blocks[ARENA_BLOCKS][BLOCK_WORDS];
	char behind[ARENA_PAD];
} arena;

__attribute__((aligned(PAGE))) uint64_t fuzz_script[SCRIPT_LINES][LINE_WORDS];
uint64_t fuzz_begun[CALLS_COUNTED], fuzz_done[CALLS_COUNTED];

static uint64_t state;

void fuzz_seed(uint64_t seed)
{
	state = seed * 2 + 1;
}

/* xorshift64* */
uint64_t fuzz_random(uint64_t limit)
{
	uint64_t value;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	value = state * 0x2545f4914f6cdd1d;
	return limit ? (value >> 11) % limit : value;
}

static bool one_in(uint64_t n)
{
	return fuzz_random(n) == 0;
}

uaddr_t fuzz_block(unsigned block)
{
	return (uaddr_t)arena.blocks[block];
}

/* --- words that harm nobody */

/* The supervisor's own: image and stack, with a page before, where a range may begin. */
static bool is_forbidden(uint64_t word)
{
	extern char _end[];
	const struct bootinfo *info = boot_info();
	uaddr_t first = (uaddr_t)arena.blocks, end = (uaddr_t)arena.behind;

	if (word >= first && word < end)
		return false;
	if (word == (uint64_t)fuzz_stub)
		return false;
	if (word + PAGE >= 0x400000 && word < (uaddr_t)_end)
		return true;
	return word + PAGE >= info->stack_top - info->stack_size && word < info->stack_top;
}

static uint64_t fuzz_word(void)
{
	static const uint64_t edges[] = {0, 1, 2, 63, 64, 65, 255, 256, 4095, 4096, 4097,
		INT32_MAX, UINT32_MAX, (uint64_t)1 << 32, (uint64_t)1 << 47,
		((uint64_t)1 << 47) - 8, (uint64_t)1 << 48, 0xffffff8000000000, INT64_MAX,
		(uint64_t)INT64_MAX + 1, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 4095};
	uint64_t word;

	switch (fuzz_random(4)) {
	case 0:
		word = edges[fuzz_random(sizeof(edges) / sizeof(edges[0]))];
		break;
	case 1:
		word = (uint64_t)1 << fuzz_random(64);
		break;
	case 2:
		word = fuzz_random(0) >> fuzz_random(64);
		break;
	default:
		word = fuzz_random(FUZZ_SLOTS);
	}
	return is_forbidden(word) ? word | (uint64_t)1 << 62 : word;
}

/* --- arguments by their names */

static uint64_t in_group(unsigned first, unsigned count)
{
	if (one_in(6))
		return fuzz_random(FUZZ_SLOTS);
	return first + fuzz_random(count);
}

static uint64_t last_cnode; /* so that index and depth go with it */

static uint64_t cnode(void)
{
	last_cnode = one_in(4) ? in_group(FUZZ_SMALL, FUZZ_SMALLS) : FUZZ_CNODE;
	return last_cnode;
}

static uint64_t slot_index(void)
{
	if (last_cnode != FUZZ_CNODE && !one_in(8))
		return fuzz_random(1 << FUZZ_SMALL_RADIX);
	return fuzz_random(FUZZ_SLOTS);
}

/* Where something is put, or taken from: rarely where all look for what they use. */
static uint64_t spare_index(void)
{
	if (last_cnode != FUZZ_CNODE || one_in(20))
		return slot_index();
	return FUZZ_EMPTY + fuzz_random(FUZZ_SLOTS - FUZZ_EMPTY);
}

static uint64_t depth(void)
{
	return last_cnode == FUZZ_CNODE ? 64 : FUZZ_SMALL_RADIX;
}

static uint64_t address(void)
{
	uaddr_t first = fuzz_block(0);

	switch (fuzz_random(8)) {
	case 0:
		return first + fuzz_random(sizeof(arena.blocks)); /* misaligned */
	case 1:
		return first + fuzz_random(ARENA_BLOCKS) * IPC_BUFFER_ALIGN - 16;
	default:
		return first + fuzz_random(sizeof(arena.blocks) / 8) * 8;
	}
}

static uint64_t buffer(void)
{
	return one_in(8) ? 0 : fuzz_block((unsigned)fuzz_random(ARENA_BLOCKS));
}

static uint64_t rotation(void)
{
	return fuzz_block((unsigned)fuzz_random(ARENA_BLOCKS)) + ROTATION_OFFSET;
}

static uint64_t rights(void)
{
	return one_in(2) ? RIGHTS_ALL : fuzz_random(256);
}

static uint64_t badge_or_guard(void)
{
	return one_in(2) ? fuzz_random(256) :
			   guard_word(fuzz_random(2), (unsigned)fuzz_random(64));
}

static uint64_t last_type; /* so that a size goes with it */

static uint64_t object_type(void)
{
	last_type = fuzz_random(OBJECT_TYPES + 1);
	if (!one_in(4))
		last_type = OBJECT_UNTYPED + fuzz_random(OBJECT_TIMER);
	return last_type;
}

static uint64_t size_bits(void)
{
	if (one_in(16))
		return fuzz_random(40);
	if (last_type == OBJECT_UNTYPED)
		return 4 + fuzz_random(9);
	return last_type == OBJECT_CNODE ? 1 + fuzz_random(5) : 0;
}

static uint64_t count(void)
{
	return one_in(16) ? fuzz_random(300) : 1 + fuzz_random(2);
}

static uint64_t size(void)
{
	static const uint64_t sizes[] = {sizeof(struct thread_registers),
		sizeof(struct thread_fpu), sizeof(struct thread_info), 4, 31, 4097};

	return sizes[fuzz_random(sizeof(sizes) / sizeof(sizes[0]))];
}

static uint64_t priority(void)
{
	return one_in(16) ? fuzz_random(300) : fuzz_random(151);
}

static uint64_t deadline(void)
{
	return one_in(8) ? fuzz_word() : clock_ns() + fuzz_random(8000000);
}

static uint64_t small(void)
{
	return fuzz_random(6);
}

static uint64_t tls(void)
{
	return fuzz_word();
}

/* The first rule whose name the argument's declaration ends with. */
static const struct rule {
	const char *name;
	uint64_t (*value)(void);
	uint8_t first, count; /* or slots */
} rules[] = {
	{"cptr_t cspace", 0, FUZZ_CNODE, 1},
	{"cptr_t vspace", 0, FUZZ_VSPACE, 1},
	{"cptr_t fault_endpoint", 0, FUZZ_OUT, FUZZ_ENDPOINT + FUZZ_OF_EACH - FUZZ_OUT},
	{"cnode", cnode, 0, 0},
	{"cptr_t untyped", 0, FUZZ_UNTYPED, FUZZ_UNTYPEDS},
	{"endpoint", 0, FUZZ_ENDPOINT, FUZZ_OF_EACH},
	{"cptr_t notification", 0, FUZZ_NOTIFICATION, FUZZ_OF_EACH},
	{"cptr_t thread", 0, FUZZ_THREAD, FUZZ_THREADS},
	{"cptr_t authority", 0, FUZZ_THREAD, FUZZ_THREADS},
	{"cptr_t timer", 0, FUZZ_TIMER, FUZZ_OF_EACH},
	{"cptr_t irq", 0, FUZZ_IRQ, FUZZ_IRQS},
	{"uaddr_t ipc_buffer", buffer, 0, 0},
	{"uaddr_t rotation", rotation, 0, 0},
	{"word_t to_index", spare_index, 0, 0},
	{"index", spare_index, 0, 0},
	{"first", spare_index, 0, 0},
	{"depth", depth, 0, 0},
	{"rights", rights, 0, 0},
	{"data", badge_or_guard, 0, 0},
	{"guard", badge_or_guard, 0, 0},
	{"size_bits", size_bits, 0, 0},
	{"count", count, 0, 0},
	{"size", size, 0, 0},
	{"priority", priority, 0, 0},
	{"deadline", deadline, 0, 0},
	{"type", object_type, 0, 0},
	{"tls", tls, 0, 0},
	{"word_t set", small, 0, 0},
	{"word_t cpu", small, 0, 0},
	{"word_t what", small, 0, 0},
	{"word_t trigger", small, 0, 0},
	{"uaddr_t", address, 0, 0},
	{"cptr_t", 0, 0, FUZZ_SLOTS},
	{"", fuzz_word, 0, 0},
};
static const struct rule any_slot = {"", slot_index, 0, 0};

/* --- calls */

struct call {
	const char *name, *parameters; /* NULL: carries a message */
	unsigned weight, arguments;
	bool copies; /* leaves its source as it is */
	const struct rule *argument[ARGUMENTS_MAX];
};

#define SYSCALL_IPC(number, name, text) [number] = {#name, 0, 12, 0, 0, {0}},
#define SYSCALL(number, name, parameters, arguments) \
	[number] = {#name, #parameters, 8, 0, 0, {0}},
static struct call calls[SYSCALL_COUNT] = {
#include "abi/syscalls.def"
};
#undef SYSCALL
#undef SYSCALL_IPC

_Static_assert((int)SYSCALL_COUNT <= (int)CALLS_COUNTED, "all are counted");

static unsigned weights;

const char *fuzz_call_name(unsigned number)
{
	return number < SYSCALL_COUNT ? calls[number].name : 0;
}

static bool fits(const char *declaration, size_t length, const char *name)
{
	size_t n = strlen(name);

	if (n > length)
		return false;
	return strncmp(declaration + length - n, name, n) == 0 || /* what it ends with, */
		strncmp(declaration, name, n) == 0;		  /* or its type */
}

static const struct rule *find_rule(const char *declaration, size_t length)
{
	const struct rule *rule = rules;

	while (!fits(declaration, length, rule->name))
		rule++;
	return rule;
}

/* "(type name, type name)" */
static void parse(struct call *call)
{
	const char *at = call->parameters + 1;

	if (strncmp(at, "void", 4) == 0)
		return;
	while (call->arguments < ARGUMENTS_MAX) {
		size_t length = strcspn(at, ",)");

		call->argument[call->arguments] = find_rule(at, length);
		if (call->copies && strncmp(at, "word_t index", length) == 0)
			call->argument[call->arguments] = &any_slot;
		call->arguments++;
		if (at[length] == ')')
			return;
		at += length + 1;
		at += strspn(at, " ");
	}
}

static unsigned weight_of(const char *name, unsigned usual)
{
	static const struct {
		const char *name;
		unsigned weight;
	} others[] = {{"nop", 1}, {"recv", 6}, {"sleep_until", 1}, {"debug_exit", 1},
		{"debug_write", 1}, {"debug_read", 1}, {"debug_count", 1}, {"cap_revoke", 3},
		{"cap_delete", 6}, {"thread_suspend", 3}, {"thread_resume", 12},
		{"untyped_retype", 24}, {"cap_copy", 12}, {"cap_mint", 12}, {"send", 6},
		/* The VSpace that all have is the supervisor's: it would lose its own memory. */
		{"vspace_map", 0}, {"vspace_protect", 0}, {"vspace_unmap", 0}};

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i].name) == 0)
			return others[i].weight;
	return usual;
}

void fuzz_calls_init(void)
{
	weights = 0;
	for (unsigned i = 0; i < SYSCALL_COUNT; i++) {
		calls[i].weight = weight_of(calls[i].name, calls[i].weight);
		weights += calls[i].weight;
		calls[i].arguments = 0;
		calls[i].copies = i == SYSCALL_cap_copy || i == SYSCALL_cap_mint;
		if (calls[i].parameters)
			parse(&calls[i]);
	}
}

static unsigned choose(void)
{
	unsigned at = (unsigned)fuzz_random(weights), number = 0;

	while (at >= calls[number].weight)
		at -= calls[number++].weight;
	return number;
}

static uint64_t argument(const struct rule *rule)
{
	if (one_in(24))
		return fuzz_word();
	return rule->value ? rule->value() : in_group(rule->first, rule->count);
}

static uint64_t tag(void)
{
	word_t label = one_in(2) ? 0 : fuzz_random(4);

	switch (fuzz_random(8)) {
	case 0:
		return fuzz_word();
	case 1:
		return tag_make(label, (unsigned)fuzz_random(IPC_WORDS_MAX + 2), 0);
	case 2:
	case 3:
		return tag_make(label, (unsigned)fuzz_random(IPC_WORDS_MAX),
			(unsigned)fuzz_random(IPC_CAPS_MAX + 1));
	default:
		return tag_make(label, (unsigned)fuzz_random(IPC_REGISTER_WORDS + 1), 0);
	}
}

/* Messages: to an endpoint, through a reply object, or from a notification. */
static void write_message(uint64_t line[LINE_WORDS], unsigned number)
{
	for (unsigned i = 2; i <= X11; i++)
		line[i] = i == X8 ? line[i] : fuzz_word();
	line[0] = in_group(FUZZ_ENDPOINT, FUZZ_OF_EACH);
	if (number == SYSCALL_reply)
		line[0] = in_group(FUZZ_REPLY, FUZZ_OF_EACH);
	else if ((number == SYSCALL_recv || number == SYSCALL_try_recv) && one_in(3))
		line[0] = in_group(FUZZ_NOTIFICATION, FUZZ_OF_EACH);
	else if (number == SYSCALL_call && one_in(6))
		line[0] = FUZZ_OUT;
	line[1] = tag();
	if (one_in(3))
		line[2] = (uint64_t)fuzz_stub; /* where a faulted thread would go on */
	line[X11] = one_in(5) ? 0 : in_group(FUZZ_REPLY, FUZZ_OF_EACH);
}

/* What is written to the console is short, and cannot be taken for a report. */
static void write_text(uint64_t line[LINE_WORDS])
{
	static const char dots[] = "..";

	line[0] = one_in(2) ? (uaddr_t)dots : fuzz_word();
	line[1] = line[0] == (uaddr_t)dots ? sizeof(dots) - 1 : 4097 + fuzz_random(4096);
}

void fuzz_write_line(uint64_t line[LINE_WORDS])
{
	unsigned number = choose();
	const struct call *call = &calls[number];

	line[X8] = one_in(256) ? fuzz_word() : number;
	if (line[X8] == SYSCALL_debug_write)
		number = SYSCALL_debug_write;
	if (!call->parameters)
		return write_message(line, number);
	last_cnode = FUZZ_CNODE;
	for (unsigned i = 0; i < ARGUMENTS_MAX; i++)
		line[i] = i < call->arguments ? argument(call->argument[i]) : fuzz_word();
	for (unsigned i = X8 + 1; i <= X11; i++)
		line[i] = fuzz_word();
	if (number == SYSCALL_debug_write)
		write_text(line);
}

/* --- memory */

static uint64_t any_word(void)
{
	switch (fuzz_random(8)) {
	case 0:
		return (uint64_t)fuzz_stub;
	case 1:
		return address() & ~(uint64_t)7;
	default:
		return fuzz_word();
	}
}

static void write_place(uint64_t place[3])
{
	place[0] = cnode();
	place[1] = spare_index();
	place[2] = depth();
}

void fuzz_write_block(unsigned block)
{
	uint64_t *words = arena.blocks[block];
	uint64_t *place = words + ROTATION_OFFSET / 8;

	for (unsigned i = 0; i < BLOCK_WORDS; i++)
		words[i] = any_word();
	for (unsigned i = 0; i < IPC_CAPS_MAX; i++) {
		words[CAPS_OFFSET + 2 * i] = fuzz_random(FUZZ_SLOTS);
		words[CAPS_OFFSET + 2 * i + 1] = rights();
	}
	words[RECEIVE_OFFSET] = cnode();
	words[RECEIVE_OFFSET + 1] = spare_index();
	words[RECEIVE_OFFSET + 2] = fuzz_random(6);
	for (unsigned i = 0; i < 3; i++)
		write_place(place + 3 * i);
	place[9] = one_in(2) ? 0 : badge_or_guard();
	place[10] = one_in(2) ? 0 : badge_or_guard();
}
