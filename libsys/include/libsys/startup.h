/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a program was given when it was started, by the kernel (the first program) or by another
 * program (libsys/process.h). Both find the same slots (enum root_slot) and the same page of
 * facts (boot_info()); its list of Untypeds is what the program may make objects of.
 *
 * A program that was spawned finds a page more, struct startup, between its stack and the end
 * of its addresses: arguments, capabilities by name, and what of it its parent may want to
 * know: which slots are used and which of them hold threads.
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Beside enum root_slot, in a program that was spawned. */
enum startup_slot {
	STARTUP_SLOT_CONTROL = 15, /* endpoint: exits, faults and readiness go to the parent */
	STARTUP_SLOT_UNTYPED = 16, /* what it may make objects of */
	STARTUP_SLOT_CAPS = 17,	   /* from here on the capabilities by name */
};

enum {
	STARTUP_CAPS_MAX = 24,
	STARTUP_NAME_MAX = 24, /* with the zero at its end */
	STARTUP_THREADS_MAX = 32,
	STARTUP_SLOT_WORDS = (1 << ROOT_CNODE_BITS) / 64,
	STARTUP_TEXT_MAX = 2304, /* bytes of arguments, environment, and pointers to them */
};

struct startup_name {
	char name[STARTUP_NAME_MAX];
	uint32_t slot;
};

/* The page; addresses are the spawned program's. */
struct startup {
	uint32_t argc;
	uint32_t caps_count;
	uaddr_t argv; /* pointers, a NULL behind them */
	uaddr_t envp;
	uint32_t cnode_bits;		       /* of its CNode */
	uint32_t generation;		       /* how often it was begun anew from a snapshot */
	uint16_t threads[STARTUP_THREADS_MAX]; /* slots of its other threads; 0: none */
	struct startup_name caps[STARTUP_CAPS_MAX];
	uint64_t slots_used[STARTUP_SLOT_WORDS]; /* a bit for each slot */
	char text[STARTUP_TEXT_MAX];
};

_Static_assert(sizeof(struct startup) <= PAGE_SIZE, "it is one page");

/* enum startup_label: what goes to the control endpoint beside enum fault_label. */
enum startup_label {
	STARTUP_EXIT = 0x100,  /* sent; word 0: the status */
	STARTUP_READY = 0x101, /* a call; answered with the generation in word 0 */
};

/* startup_page: this program's; NULL in the first program. */
struct startup *startup_page(void);

/*
 * startup_cap: a capability that the parent gave by name.
 *
 *  returns  its slot; 0 if there is none of that name (and in the first program)
 */
cptr_t startup_cap(const char *name);

/*
 * startup_ready: tell the parent that this program is set up and about to serve. This is the
 * moment that a golden snapshot is taken at (process_snapshot): a copy that is started from it
 * returns from this very call.
 *
 *  returns  0 in the program that was spawned; in a copy of it how often it was begun anew,
 *           counted from 1; 0 in the first program
 */
unsigned startup_ready(void);

/* startup_exit: end this program; `status` goes to the parent, or to the machine. */
void startup_exit(int status) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
