/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Exceptions in words (Arm ARM, "ESR_EL1, Exception Syndrome Register").
 */
#include "fault.h"

#include "abi/ipc.h"

#include "arch/trap.h"
#include "arch/usermap.h"

#include "sysreg.h"

#define ESR_EC(esr)  ((uint32_t)((esr) >> 26) & 0x3f)
#define ESR_FSC(esr) ((uint32_t)(esr)&0x3f)
#define ESR_WNR	     BIT(6)
#define ESR_CM	     BIT(8)
#define ESR_FNV	     BIT(10) /* FAR_EL1 says nothing */

enum { FSC_ALIGNMENT = 0x21 };

enum {
	EC_UNKNOWN = 0x00,
	EC_FP_TRAPPED = 0x07,
	EC_ILLEGAL_STATE = 0x0e,
	EC_SVC64 = 0x15,
	EC_SYSREG = 0x18,
	EC_INSTRUCTION_EL0 = 0x20,
	EC_INSTRUCTION_EL1 = 0x21,
	EC_PC_ALIGNMENT = 0x22,
	EC_DATA_EL0 = 0x24,
	EC_DATA_EL1 = 0x25,
	EC_SP_ALIGNMENT = 0x26,
	EC_FP64 = 0x2c,
	EC_SERROR = 0x2f,
	EC_BREAKPOINT_EL0 = 0x30,
	EC_STEP_EL0 = 0x32,
	EC_WATCHPOINT_EL0 = 0x34,
	EC_BRK64 = 0x3c,
};

static const char *class_name(uint32_t class)
{
	switch (class) {
	case EC_UNKNOWN:
		return "undefined instruction";
	case EC_FP_TRAPPED:
		return "floating point while it is off";
	case EC_ILLEGAL_STATE:
		return "illegal execution state";
	case EC_SVC64:
		return "system call";
	case EC_SYSREG:
		return "system register or instruction that EL0 may not use";
	case EC_INSTRUCTION_EL0:
	case EC_INSTRUCTION_EL1:
		return "instruction abort";
	case EC_PC_ALIGNMENT:
		return "misaligned program counter";
	case EC_DATA_EL0:
	case EC_DATA_EL1:
		return "data abort";
	case EC_SP_ALIGNMENT:
		return "misaligned stack pointer";
	case EC_FP64:
		return "floating-point exception";
	case EC_SERROR:
		return "asynchronous external abort (SError)";
	case EC_BREAKPOINT_EL0:
	case EC_STEP_EL0:
	case EC_WATCHPOINT_EL0:
	case EC_BRK64:
		return "breakpoint";
	default:
		return "exception of an unexpected class";
	}
}

static bool is_abort(uint32_t class)
{
	return class == EC_INSTRUCTION_EL0 || class == EC_INSTRUCTION_EL1 ||
		class == EC_DATA_EL0 || class == EC_DATA_EL1;
}

/* The fault status code: its last two bits are the level where the walk ended. */
static const char *abort_cause(uint32_t fsc)
{
	switch (fsc >> 2) {
	case 0:
		return "address beyond what the tables can hold";
	case 1:
		return "not mapped";
	case 2:
		return "access flag clear";
	case 3:
		return "no permission";
	}
	switch (fsc) {
	case 0x10:
	case 0x14 ... 0x17:
		return "external abort: nothing answers at that physical address";
	case 0x18:
	case 0x1c ... 0x1f:
		return "parity or ECC error";
	case FSC_ALIGNMENT:
		return "misaligned";
	case 0x30:
		return "conflicting TLB entries";
	default:
		return "abort of an unexpected kind";
	}
}

static bool is_fetch(uint32_t class)
{
	return class == EC_INSTRUCTION_EL0 || class == EC_INSTRUCTION_EL1;
}

static bool is_from_el0(uint32_t class)
{
	return class == EC_INSTRUCTION_EL0 || class == EC_DATA_EL0;
}

struct fault_text fault_describe(uint64_t esr, uint64_t far)
{
	uint32_t class = ESR_EC(esr);
	struct fault_text text = {class_name(class), "", class_name(class)};

	if (!is_abort(class))
		return text;
	text.cause = abort_cause(ESR_FSC(esr));
	if (is_fetch(class))
		text.access = "fetch from";
	else
		text.access = (esr & ESR_WNR) && !(esr & ESR_CM) ? "write to" : "read from";
	if (is_from_el0(class) && far >= USER_LIMIT && fault_has_address(esr))
		text.cause = "not a program's address";
	return text;
}

/* In order, with the ranges between them, so that each is said once. */
const uint8_t fault_classes[64] = {
	[EC_UNKNOWN] = FAULT_INSTRUCTION,
	[EC_UNKNOWN + 1 ... EC_ILLEGAL_STATE - 1] = FAULT_OTHER,
	[EC_ILLEGAL_STATE] = FAULT_INSTRUCTION,
	[EC_ILLEGAL_STATE + 1 ... EC_SYSREG - 1] = FAULT_OTHER,
	[EC_SYSREG] = FAULT_INSTRUCTION,
	[EC_SYSREG + 1 ... EC_INSTRUCTION_EL0 - 1] = FAULT_OTHER,
	[EC_INSTRUCTION_EL0] = FAULT_PAGE | FAULT_HAS_ADDRESS,
	[EC_INSTRUCTION_EL1] = FAULT_OTHER | FAULT_HAS_ADDRESS,
	[EC_PC_ALIGNMENT] = FAULT_ALIGNMENT | FAULT_HAS_ADDRESS,
	[EC_PC_ALIGNMENT + 1] = FAULT_OTHER,
	[EC_DATA_EL0] = FAULT_PAGE | FAULT_HAS_ADDRESS,
	[EC_DATA_EL1] = FAULT_OTHER | FAULT_HAS_ADDRESS,
	[EC_SP_ALIGNMENT] = FAULT_ALIGNMENT,
	[EC_SP_ALIGNMENT + 1 ... EC_BREAKPOINT_EL0 - 1] = FAULT_OTHER,
	[EC_BREAKPOINT_EL0] = FAULT_BREAKPOINT,
	[EC_BREAKPOINT_EL0 + 1] = FAULT_OTHER,
	[EC_STEP_EL0] = FAULT_BREAKPOINT,
	[EC_STEP_EL0 + 1] = FAULT_OTHER,
	[EC_WATCHPOINT_EL0] = FAULT_BREAKPOINT,
	[EC_WATCHPOINT_EL0 + 1 ... EC_BRK64 - 1] = FAULT_OTHER,
	[EC_BRK64] = FAULT_BREAKPOINT,
	[EC_BRK64 + 1 ... 63] = FAULT_OTHER,
};

void user_fault(struct context *context, struct cpu *cpu, uint64_t esr)
{
	if (unlikely(ESR_EC(esr) == EC_FP_TRAPPED))
		trap_fpu();
	else
		trap_fault(context, cpu, esr, READ_SYSREG(far_el1));
}
