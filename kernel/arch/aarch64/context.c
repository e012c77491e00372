/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/trap.h"

#include "sysreg.h"

void context_init(struct context *context, uint64_t pc, uint64_t sp)
{
	*context = (struct context){.pc = pc, .sp = sp, .pstate = SPSR_EL0T};
}

void context_set_flags(struct context *context, uint64_t pstate)
{
	context->pstate = SPSR_EL0T | (pstate & SPSR_NZCV);
}
