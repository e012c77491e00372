/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Backtraces, and the two ends of a program that want one: abort() and a failed assert(), in
 * the place of newlib's.
 */
#include "libsys/backtrace.h"

#include <assert.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libsys/syscalls.h"

enum { DEPTH_MAX = 32, LINE_MAX_ = 160, STATUS_ABORTED = 128 + SIGABRT };

/* From the program's linker script. */
extern const char _text_start[], _text_end[];

struct frame {
	const struct frame *caller;
	uintptr_t address;
};

static int is_text(uintptr_t address)
{
	return address >= (uintptr_t)_text_start && address < (uintptr_t)_text_end;
}

/* Frames lie one above the other; what does not is not followed. */
size_t backtrace_take(uintptr_t *addresses, size_t count)
{
	const struct frame *frame = __builtin_frame_address(0);
	size_t taken = 0;

	while (frame && taken < count && is_text(frame->address)) {
		addresses[taken++] = frame->address;
		if (frame->caller <= frame || (uintptr_t)frame->caller % sizeof(void *))
			break;
		frame = frame->caller;
	}
	return taken;
}

static void say(const char *text)
{
	size_t length = strlen(text);
	int64_t some;

	while (length > 0) {
		some = sys_debug_write((uaddr_t)text, length);
		if (some == ST_SHOULD_WAIT)
			sys_yield();
		else if (some <= 0)
			return;
		text += some > 0 ? some : 0;
		length -= some > 0 ? (size_t)some : 0;
	}
}

static int read_at(int fd, void *to, size_t size, uint64_t offset)
{
	return pread(fd, to, size, (off_t)offset) == (ssize_t)size;
}

/* The function's name in one symbol table, if the address is in it. */
static int look_in(int fd, const Elf64_Ehdr *header, const Elf64_Shdr *symbols,
	uintptr_t address, char name[LINE_MAX_])
{
	Elf64_Shdr strings;
	Elf64_Sym symbol;

	if (!read_at(fd, &strings, sizeof(strings),
		    header->e_shoff + symbols->sh_link * sizeof(strings)))
		return 0;
	for (uint64_t at = 0; at < symbols->sh_size; at += sizeof(symbol)) {
		if (!read_at(fd, &symbol, sizeof(symbol), symbols->sh_offset + at))
			return 0;
		if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || address < symbol.st_value ||
			address - symbol.st_value >= symbol.st_size)
			continue;
		return pread(fd, name, LINE_MAX_ - 1,
			       (off_t)(strings.sh_offset + symbol.st_name)) > 0;
	}
	return 0;
}

static int find_name(int fd, uintptr_t address, char name[LINE_MAX_])
{
	Elf64_Ehdr header;
	Elf64_Shdr section;

	if (!read_at(fd, &header, sizeof(header), 0) ||
		memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return 0;
	for (unsigned i = 0; i < header.e_shnum; i++)
		if (read_at(fd, &section, sizeof(section),
			    header.e_shoff + i * sizeof(section)) &&
			section.sh_type == SHT_SYMTAB)
			return look_in(fd, &header, &section, address, name);
	return 0;
}

void backtrace_print(void)
{
	uintptr_t addresses[DEPTH_MAX];
	size_t count = backtrace_take(addresses, DEPTH_MAX);
	int fd = open("/boot/init", O_RDONLY);
	char line[LINE_MAX_ + 40], name[LINE_MAX_] = "";

	for (size_t i = 0; i < count; i++) {
		/* The call, not where it returns to, which may be the next function. */
		int known = fd >= 0 && find_name(fd, addresses[i] - 4, name);

		name[LINE_MAX_ - 1] = '\0';
		snprintf(line, sizeof(line), "  called from 0x%zx%s%s\n", addresses[i] - 4,
			known ? " in " : "", known ? name : "");
		say(line);
	}
	if (fd >= 0)
		close(fd);
}

/* Only one thread's story is told, and a second end within it is at once. */
static void tell(const char *what)
{
	static int told;

	if (__atomic_exchange_n(&told, 1, __ATOMIC_RELAXED))
		return;
	say(what);
	backtrace_print();
}

void abort(void)
{
	tell("aborted\n");
	raise(SIGABRT); /* a handler may still leave by longjmp */
	for (;;)
		_exit(STATUS_ABORTED);
}

void __assert_func(const char *file, int line, const char *function, const char *expression)
{
	char text[LINE_MAX_ * 2];

	snprintf(text, sizeof(text), "assertion \"%s\" failed: file \"%s\", line %d%s%s\n",
		expression, file, line, function ? ", function: " : "",
		function ? function : "");
	tell(text);
	abort();
}

void __assert(const char *file, int line, const char *expression)
{
	__assert_func(file, line, NULL, expression);
}
