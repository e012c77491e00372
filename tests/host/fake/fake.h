/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The fake machine: a few frames, and a TLB that keeps every translation until it is told
 * to forget it. Before each operation the tests let it see everything that the tables
 * would translate; afterwards nothing that it still holds may be wrong.
 */
#pragma once

#include "arch/mmu.h"

#include "mm/frame.h"

#ifndef FAKE_FRAMES
#define FAKE_FRAMES 256
#endif
#ifndef FAKE_FRAME_BYTES
#define FAKE_FRAME_BYTES 32
#endif
enum { FAKE_LINES = 1024 };

#define FAKE_BASE UINT64_C(0x40000000)

/* One remembered translation; level 0 is a page, else a step of the walk to one. */
struct fake_line {
	uint16_t asid;
	uint8_t level;
	bool write;
	bool execute;
	uint64_t page; /* start of what it covers, in pages */
	paddr_t pa;
	const pte_t *slot;
};

struct fake_machine {
	struct frame frames[FAKE_FRAMES];
	_Alignas(16) unsigned char memory[FAKE_FRAMES][FAKE_FRAME_BYTES];
	unsigned lines;
	struct fake_line line[FAKE_LINES];
	bool unfetched[FAKE_FRAMES]; /* written by the kernel, since mmu_sync_code */
	bool cached[FAKE_FRAMES];    /* the same, since mmu_sync_uncached */
	bool uncached[FAKE_FRAMES];  /* seen by an uncached name since */
	uint64_t calls;		     /* windows, writes, flushes: what an operation costs */
};
extern struct fake_machine fake;

void fake_reset(void);

/* fake_wrote: the kernel has written this page through its window. */
void fake_wrote(paddr_t pa);

/* fake_walk: what the hardware would find for `page`; false: a fault. Level 0 line out.
 */
bool fake_walk(paddr_t root, uint16_t asid, uint64_t page, struct fake_line *line_out);

/* fake_learn: the TLB sees all that the tables below `root` translate now. */
void fake_learn(paddr_t root, uint16_t asid);
