/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Backtraces, and the two ends of a program that want one: abort() and a failed assert(), in
 * the place of newlib's.
 */
#include "libsys/backtrace.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libsys/archive.h"
#include "libsys/process.h"
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

/* This program's own file, as far as the program can see the archive. */
static void find_file(struct process *self)
{
	const struct startup *page = startup_page();
	const char *name = page && page->argc ? ((const char **)page->argv)[0] : "init";
	struct archive_file file;

	if (!archive_find(name, &file))
		return;
	self->file = file.data;
	self->file_size = file.size;
}

void backtrace_print(void)
{
	uintptr_t addresses[DEPTH_MAX];
	size_t count = backtrace_take(addresses, DEPTH_MAX);
	struct process self = {0};
	char line[LINE_MAX_];

	find_file(&self);
	for (size_t i = 0; i < count; i++) {
		/* The call, not where it returns to, which may be the next function. */
		uintptr_t at = addresses[i] - 4;
		uint64_t offset = 0;
		const char *name = self.file ? process_symbol(&self, at, &offset) : NULL;

		snprintf(line, sizeof(line), "  called from 0x%zx%s%.100s\n", at,
			name ? " in " : "", name ? name : "");
		say(line);
	}
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
