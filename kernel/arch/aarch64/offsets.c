/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Nothing but checks: that asm.h says of C structures what the compiler says. */
#include "arch/cpu.h"
#include "arch/kmap.h"
#include "arch/latency.h"
#include "arch/trap.h"

#include "asm.h"

_Static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "asm.h");
_Static_assert(offsetof(struct cpu, panic_stack_top) == CPU_PANIC_STACK_TOP, "asm.h");
_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "asm.h");
_Static_assert(offsetof(struct cpu, mpidr) == CPU_MPIDR, "asm.h");
_Static_assert(sizeof(struct cpu) == CPU_SIZE, "asm.h");
_Static_assert(offsetof(struct context, sp) == CONTEXT_SP, "asm.h");
_Static_assert(offsetof(struct context, pc) == CONTEXT_PC, "asm.h");
_Static_assert(_Alignof(struct context) == 16, "SP_EL1 points at one");
_Static_assert(sizeof(struct context) == CONTEXT_SIZE, "asm.h");
_Static_assert((int)LATENCY_IRQ == LATENCY_CAUSE_IRQ, "asm.h");
