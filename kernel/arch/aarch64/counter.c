/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/counter.h"

#include "sysreg.h"

#define PMUVER(dfr0)	     (((dfr0) >> 8) & 0xf)
#define PMUVER_NONE	     0
#define PMUVER_NOT_ARM	     15
#define PMUSERENR_CR	     BIT(2) /* EL0 reads the cycle counter */
#define PMCEID0_INST_RETIRED BIT(8)

bool counter_is_there(void)
{
	uint64_t version = PMUVER(READ_SYSREG(id_aa64dfr0_el1));

	return version != PMUVER_NONE && version != PMUVER_NOT_ARM;
}

/*
 * CR alone: EN would let programs write counters, and ER, which gives reads of event counters,
 * lets them write PMSELR_EL0 with it: a word that one thread leaves to the next.
 */
void counter_init_cpu(void)
{
	if (counter_is_there())
		WRITE_SYSREG(pmuserenr_el0, PMUSERENR_CR);
}

uint64_t counter_instructions(void)
{
	if (!counter_is_there() || !(READ_SYSREG(pmceid0_el0) & PMCEID0_INST_RETIRED))
		return 0;
	isb(); /* what stands before it is counted */
	return READ_SYSREG(pmevcntr0_el0);
}
