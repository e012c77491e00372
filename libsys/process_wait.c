/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What processes do, as their parent hears of it, and how they look then.
 */
#include <string.h>

#include "libsys/cap.h"
#include "libsys/thread.h"
#include "libsys/vmo.h"
#include "process_own.h"

static const struct process_mapping *find_mapping(
	const struct process *process, uaddr_t address)
{
	const struct process_mapping *at = process->mapping + process->mapping_count;

	while (at-- > process->mapping) /* from the end: the stack is there */
		if (address - at->address < at->size)
			return at;
	return NULL;
}

status_t process_read(struct process *process, uaddr_t address, void *to, size_t size)
{
	char *at = to;

	while (size > 0) {
		const struct process_mapping *mapping = find_mapping(process, address);
		uint64_t offset, some;
		status_t st;

		if (!mapping)
			return ST_NOT_FOUND;
		offset = address - mapping->address;
		some = mapping->size - offset < size ? mapping->size - offset : size;
		st = vmo_read(mapping->vmo, at, mapping->offset + offset, some);
		if (st != ST_OK)
			return st;
		at += some;
		address += some;
		size -= some;
	}
	return ST_OK;
}

/* Is it this thread that stands at the fault? Its registers, if so. */
static int read_faulted(
	cptr_t thread, const struct process_event *event, struct thread_registers *out)
{
	struct thread_info info;

	return thread_info(thread, &info) == ST_OK && info.state == THREAD_CALLING &&
		info.pc == event->words[FAULT_WORD_PC] &&
		thread_read_registers(thread, out) == ST_OK &&
		out->sp == event->words[FAULT_WORD_SP];
}

/* The first thread, or one of those that the process lists on its startup page. */
static void find_faulted(struct process *process, struct process_event *event)
{
	uint16_t threads[STARTUP_THREADS_MAX];

	if (read_faulted(process->thread, event, &event->registers))
		return;
	if (process_read(process, PROCESS_STARTUP + offsetof(struct startup, threads), threads,
		    sizeof(threads)) != ST_OK)
		return;
	for (unsigned i = 0; i < STARTUP_THREADS_MAX; i++) {
		int found;

		if (!threads[i] ||
			cap_copy_at(cap_at(process->lent), process_slot(process, threads[i]),
				RIGHTS_ALL) != ST_OK)
			continue;
		found = read_faulted(process->lent, event, &event->registers);
		(void)cap_delete(process->lent);
		if (found)
			return;
	}
	/* What the message says is all that is known of it. */
	event->registers.pc = event->words[FAULT_WORD_PC];
	event->registers.sp = event->words[FAULT_WORD_SP];
	event->registers.x[0] = event->words[FAULT_WORD_X0];
	event->registers.x[30] = event->words[FAULT_WORD_LR];
}

/* Are both in one function? Without symbols none are. */
static int is_in_function(const struct process *process, uaddr_t a, uaddr_t b)
{
	uint64_t offset_a, offset_b;

	return process_symbol(process, a, &offset_a) && process_symbol(process, b, &offset_b) &&
		a - offset_a == b - offset_b;
}

/*
 * A function that has no frame yet, or needs none, returns to where x30 says. In one that has
 * x30 is what its frame holds, or is left over from a call that it made.
 */
static void add_frameless(struct process *process, struct process_event *event)
{
	uaddr_t to = event->registers.x[30], pair[2] = {0};

	(void)process_read(process, event->registers.x[29], pair, sizeof(pair));
	if (to && to != pair[1] && !is_in_function(process, to - 4, event->registers.pc))
		event->backtrace[event->depth++] = to;
}

/* Frames are pairs of an outer frame's address and a return address, upwards in memory. */
static void walk_frames(struct process *process, struct process_event *event)
{
	uaddr_t frame = event->registers.x[29], pair[2];

	event->backtrace[event->depth++] = event->registers.pc;
	add_frameless(process, event);
	while (event->depth < PROCESS_BACKTRACE_MAX && frame && frame % 8 == 0 &&
		process_read(process, frame, pair, sizeof(pair)) == ST_OK && pair[1]) {
		event->backtrace[event->depth++] = pair[1];
		if (pair[0] <= frame)
			break;
		frame = pair[0];
	}
}

static void handle_fault(
	struct process *process, const struct message *message, struct process_event *event)
{
	process->state = PROCESS_CRASHED;
	event->fault = (enum fault_label)tag_label(message->tag);
	for (unsigned i = 0; i < FAULT_WORDS; i++)
		event->words[i] = message->words[i];
	find_faulted(process, event);
	walk_frames(process, event);
}

void process_handle(
	struct process *process, const struct message *message, struct process_event *event)
{
	*event = (struct process_event){0};
	switch (tag_label(message->tag)) {
	case STARTUP_EXIT:
		(void)process_stop(process);
		process->state = PROCESS_EXITED;
		process->status = (int)message->words[0];
		break;
	case STARTUP_READY:
		process->state = PROCESS_WAITS;
		break;
	default:
		handle_fault(process, message, event);
		(void)process_stop(process);
		break;
	}
	event->state = process->state;
	event->status = process->status;
}

static status_t receive(
	struct process *process, const struct wait *until, struct message *message)
{
	status_t st;

	do
		st = until ? ipc_recv_until(process->control, process->reply, message, until) :
			     ipc_recv(process->control, process->reply, message);
	while (st == ST_OK && message->tag & TAG_NOTIFICATION);
	return st;
}

status_t process_wait(
	struct process *process, const struct wait *until, struct process_event *event)
{
	struct message message;
	status_t st;

	if (process->state == PROCESS_NONE)
		return ST_BAD_STATE;
	if (process->state != PROCESS_RUNS) {
		*event = (struct process_event){
			.state = process->state, .status = process->status};
		return ST_OK;
	}
	st = receive(process, until, &message);
	if (st == ST_OK)
		process_handle(process, &message, event);
	return st;
}

status_t process_go(struct process *process, unsigned generation)
{
	struct message message = {.tag = tag_make(0, 1, 0), .words = {generation}};
	status_t st;

	if (process->state != PROCESS_WAITS)
		return ST_BAD_STATE;
	st = ipc_reply(process->reply, &message);
	if (st == ST_OK)
		process->state = PROCESS_RUNS;
	return st;
}
