/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/asid.h"

#include "sysreg.h"

enum { ASIDS_MAX = 1 << 16, WORD_BITS = 64 };

static uint64_t taken[ASIDS_MAX / WORD_BITS];
static uint32_t next = 1; /* 0 is the kernel's: of the space with nothing in it */

static uint32_t asid_end(void)
{
	return READ_SYSREG(tcr_el1) & TCR_AS ? ASIDS_MAX : 1 << 8;
}

/* The first that is free from `from` on; the end if none is. */
static uint32_t find(uint32_t from, uint32_t end)
{
	while (from < end) {
		uint64_t rest = ~taken[from / WORD_BITS] >> from % WORD_BITS;

		if (rest)
			return from + (uint32_t)__builtin_ctzll(rest);
		from = from / WORD_BITS * WORD_BITS + WORD_BITS;
	}
	return end;
}

static void flush_all(void)
{
	dsb(ishst);
	__asm__ volatile("tlbi vmalle1is" : : : "memory");
	dsb(ish);
	isb();
}

bool asid_take(uint16_t *asid_out)
{
	uint32_t end = asid_end();
	uint32_t asid = find(next, end);

	if (asid >= end) {
		flush_all();
		asid = find(1, end);
		if (asid >= end)
			return false;
	}
	taken[asid / WORD_BITS] |= BIT(asid % WORD_BITS);
	next = asid + 1;
	*asid_out = (uint16_t)asid;
	return true;
}

/* One that will be taken before the next round: nothing would make CPUs forget it until then. */
void asid_give_back(uint16_t asid)
{
	if (asid >= next) {
		dsb(ishst);
		__asm__ volatile("tlbi aside1is, %0" : : "r"((uint64_t)asid << 48) : "memory");
		dsb(ish);
		isb();
	}
	taken[asid / WORD_BITS] &= ~BIT(asid % WORD_BITS);
}
