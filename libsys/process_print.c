/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What happened to a process, in words: the exception's syndrome (Arm ARM, "ESR_EL1, Exception
 * Syndrome Register"), registers, and where in the program that was.
 */
#include <stdio.h>
#include <string.h>

#include "process_own.h"

enum { SYMBOLS = 2, FUNCTION = 2, ELF_HEADER = 64, SECTION = 64 };
enum { EC_INSTRUCTION_ABORT = 0x20, ESR_WRITE = 1 << 6, ESR_CACHE = 1 << 8 };

struct section {
	uint32_t name, type;
	uint64_t flags, address, offset, size;
	uint32_t link, info;
	uint64_t align, entry_size;
};

struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, size;
};

/* Bytes of the file, or nothing: what the file says of itself may be wrong. */
static int copy(const struct process *process, uint64_t offset, void *to, size_t size)
{
	if (offset > process->file_size || size > process->file_size - offset)
		return 0;
	memcpy(to, (const char *)process->file + offset, size);
	return 1;
}

/* The table of symbols, and the table of their names. */
static int find_tables(
	const struct process *process, struct section *symbols, struct section *names)
{
	uint64_t table;
	uint16_t count;

	if (!copy(process, 40, &table, sizeof(table)) ||
		!copy(process, 60, &count, sizeof(count)))
		return 0;
	for (unsigned i = 0; i < count; i++) {
		if (!copy(process, table + i * SECTION, symbols, sizeof(*symbols)))
			return 0;
		if (symbols->type == SYMBOLS)
			return copy(process, table + (uint64_t)symbols->link * SECTION, names,
				       sizeof(*names)) &&
				names->offset <= process->file_size &&
				names->size <= process->file_size - names->offset;
	}
	return 0;
}

/* A name that ends within the table. */
static const char *name_in(
	const struct process *process, const struct section *names, uint32_t at)
{
	const char *text = (const char *)process->file + names->offset;

	if (at >= names->size || !memchr(text + at, '\0', names->size - at))
		return NULL;
	return text + at;
}

const char *process_symbol(const struct process *process, uaddr_t address, uint64_t *offset_out)
{
	struct section symbols, names;
	struct symbol symbol;

	if (!find_tables(process, &symbols, &names))
		return NULL;
	for (uint64_t at = 0; at + sizeof(symbol) <= symbols.size; at += sizeof(symbol)) {
		if (!copy(process, symbols.offset + at, &symbol, sizeof(symbol)))
			return NULL;
		if ((symbol.info & 0xf) != FUNCTION || address - symbol.value >= symbol.size)
			continue;
		*offset_out = address - symbol.value;
		return name_in(process, &names, symbol.name);
	}
	return NULL;
}

static const char *cause_of(unsigned code)
{
	switch (code >> 2) {
	case 1:
		return "not mapped";
	case 3:
		return "no permission";
	default:
		return code == 0x21 ? "misaligned" : "it failed";
	}
}

static void print_cause(const struct process_event *event)
{
	word_t esr = event->words[FAULT_WORD_ESR];
	const char *access = "read from";

	switch (event->fault) {
	case FAULT_PAGE:
		if (esr >> 26 == EC_INSTRUCTION_ABORT)
			access = "fetch from";
		else if (esr & ESR_WRITE && !(esr & ESR_CACHE))
			access = "write to";
		printf("%s 0x%016lx: %s", access, event->words[FAULT_WORD_ADDRESS],
			cause_of(esr & 0x3f));
		break;
	case FAULT_ALIGNMENT:
		printf("misaligned: 0x%lx", event->words[FAULT_WORD_ADDRESS]);
		break;
	case FAULT_INSTRUCTION:
		printf("undefined instruction");
		break;
	case FAULT_BREAKPOINT:
		printf("breakpoint");
		break;
	case FAULT_SYSCALL:
		printf("system call %ld, which is none", (long)esr);
		break;
	default:
		printf("exception, ESR 0x%lx", esr);
	}
}

static void print_registers(const struct thread_registers *registers)
{
	for (unsigned i = 0; i < 31; i++)
		printf("%s%s%u %016lx", i % 4 ? "  " : "\n  ", i < 10 ? " x" : "x", i,
			registers->x[i]);
	printf("   sp %016lx\n", registers->sp);
}

/* A return address is behind its call: the call is what is looked for. */
static void print_frame(const struct process *process, uaddr_t address, unsigned depth)
{
	uint64_t offset;
	const char *name = process_symbol(process, depth ? address - 4 : address, &offset);

	printf("  #%-2u 0x%lx", depth, address);
	if (name)
		printf(" %s+0x%lx", name, offset + (depth ? 4 : 0));
	printf("\n");
}

void process_print(const struct process *process, const struct process_event *event)
{
	printf("%s: ", process->name);
	switch (event->state) {
	case PROCESS_EXITED:
		printf("exited with status %d\n", event->status);
		break;
	case PROCESS_KILLED:
		printf("killed\n");
		break;
	case PROCESS_CRASHED:
		printf("crashed: ");
		print_cause(event);
		printf(" at pc 0x%lx", event->registers.pc);
		print_registers(&event->registers);
		for (unsigned i = 0; i < event->depth; i++)
			print_frame(process, event->backtrace[i], i);
		break;
	default:
		printf("runs\n");
	}
	fflush(stdout);
}
