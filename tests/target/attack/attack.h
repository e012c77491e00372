/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The system-call fuzzer.
 *
 *	supervisor (the first thread)           fuzz threads, several on each CPU
 *	  a script of random calls  ----------->  stub.S makes them, in any order
 *	  an arena of random memory <---------->  all that their arguments point at
 *	  objects of an Untyped     ----------->  a CSpace of copies and sacrificial objects
 *	  every few milliseconds: who is stuck is started anew, some lines are rewritten
 *	  every few hundred: the Untyped is revoked while they run, and all is made again
 *	handler <------------------------------  faults
 *
 * The fuzz threads share the supervisor's address space, so no word of script and arena is an
 * address of the supervisor's own memory or text (fuzz_word).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/ipc.h"
#include "abi/types.h"

enum {
	SCRIPT_LINES = 4096,
	LINE_WORDS = 16,
	ARENA_BLOCKS = 32, /* of IPC_BUFFER_ALIGN bytes */
	ARENA_PAD = 4096,
	CALLS_COUNTED = 96,
	ROTATION_OFFSET = 1280, /* a struct cap_rotation in each block of the arena */
};

/* Slots of the fuzz threads' CSpace as it begins; by number, and how many. */
enum {
	FUZZ_RADIX = 6,
	FUZZ_SLOTS = 1 << FUZZ_RADIX,
	FUZZ_CNODE = 1, /* itself; its guard makes a cptr the number of a slot */
	FUZZ_SMALL = 2, /* two CNodes without a guard */
	FUZZ_SMALLS = 2,
	FUZZ_SMALL_RADIX = 3,
	FUZZ_UNTYPED = 4, /* the memory of its objects, */
	FUZZ_DEVICE = 5,  /* and device memory */
	FUZZ_UNTYPEDS = 2,
	FUZZ_VSPACE = 6,
	FUZZ_IRQ = 7,
	FUZZ_IRQS = 2,
	FUZZ_OUT = 9,		    /* an endpoint of the supervisor's, to send to */
	FUZZ_SIGNAL = 10,	    /* a notification of the supervisor's, to signal */
	FUZZ_LASTING = FUZZ_DEVICE, /* these are not made anew with each round */
	FUZZ_LASTINGS = FUZZ_SIGNAL + 1 - FUZZ_LASTING,
	FUZZ_ENDPOINT = 12,
	FUZZ_NOTIFICATION = 16,
	FUZZ_REPLY = 20,
	FUZZ_TIMER = 24,
	FUZZ_OF_EACH = 4,
	FUZZ_THREAD = 28,
	FUZZ_THREADS = 16, /* at most */
	FUZZ_EMPTY = 44,   /* from here on */
};

extern uint64_t fuzz_script[SCRIPT_LINES][LINE_WORDS];
extern uint64_t fuzz_begun[CALLS_COUNTED], fuzz_done[CALLS_COUNTED];
extern char fuzz_stub[], fuzz_stub_end[];

/* fuzz_seed: start the generator. fuzz_random: its next value below `limit`, or any for 0. */
void fuzz_seed(uint64_t seed);
uint64_t fuzz_random(uint64_t limit);

/* fuzz_calls_init: read abi/syscalls.def; before the others. */
void fuzz_calls_init(void);

/* fuzz_write_line: a new random call in a line of the script. */
void fuzz_write_line(uint64_t line[LINE_WORDS]);

/* fuzz_write_block: new random memory in a block of the arena. fuzz_block: where it is. */
void fuzz_write_block(unsigned block);
uaddr_t fuzz_block(unsigned block);

/* fuzz_call_name: the name of a call by its number; NULL for none. */
const char *fuzz_call_name(unsigned number);
