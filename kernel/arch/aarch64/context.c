/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/trap.h"

#include "sysreg.h"

void context_init(struct context *context, uint64_t pc, uint64_t sp)
{
	*context = (struct context){.pc = pc, .sp = sp, .pstate = SPSR_EL0T};
}

uint64_t context_flags(const struct context *context)
{
	return context->pstate & SPSR_NZCV;
}

void context_set_flags(struct context *context, uint64_t pstate)
{
	context->pstate = SPSR_EL0T | (pstate & SPSR_NZCV);
}
