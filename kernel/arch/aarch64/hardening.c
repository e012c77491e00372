/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What protects the kernel from programs beyond its page tables, and its true state.
 *
 *	v1    CVE-2017-5753       indices from programs are masked (arch/nospec.h)
 *	v2    CVE-2017-5715       the branch predictor keeps contexts apart (CSV2), or firmware
 *	                          flushes it (workaround 1), or nothing helps
 *	bhb   CVE-2022-23960      the same with branch history (ECBHB, workaround 3)
 *	v3    CVE-2017-5754       CSV3; the Cortex-A72 never had it
 *	v4    CVE-2018-3639       SSBS: clear in the kernel and in programs, since both PSTATEs
 *	                          begin as constants; else a bit that belongs to EL3
 *	pan                       the kernel cannot touch what programs can: set wherever it exists
 *
 * Firmware is asked only where the device tree names PSCI, and by its rules: PSCI 1.0 tells
 * whether SMCCC_VERSION exists, SMCCC 1.1 tells which workarounds do. Those that it has are
 * told, not called: nothing here has such firmware to try them with.
 */
#include "arch/hardening.h"

#include "arch/firmware.h"
#include "arch/print.h"

#include "sysreg.h"

enum firmware_function {
	PSCI_VERSION = 0x84000000u,
	PSCI_FEATURES = 0x8400000au,
	SMCCC_VERSION = 0x80000000u,
	SMCCC_ARCH_FEATURES = 0x80000001u,
	SMCCC_ARCH_WORKAROUND_1 = 0x80008000u,
	SMCCC_ARCH_WORKAROUND_2 = 0x80007fffu,
	SMCCC_ARCH_WORKAROUND_3 = 0x80003fffu,
};

enum { PSCI_1_0 = 0x10000, SMCCC_1_1 = 0x10001 };

#define FIELD(name, shift) (READ_SYSREG(name) >> (shift)&0xf)
#define PFR0_CSV2_SHIFT	   56
#define PFR0_CSV3_SHIFT	   60
#define PFR1_SSBS_SHIFT	   4
#define MMFR1_PAN_SHIFT	   20
#define MMFR1_ECBHB_SHIFT  60
#define MIDR_PART(midr)	   ((midr) >> 4 & 0xfff)
#define MIDR_PART_A72	   0xd08

static bool has_pan(void)
{
	return FIELD(id_aa64mmfr1_el1, MMFR1_PAN_SHIFT) != 0;
}

static bool has_ssbs(void)
{
	return FIELD(id_aa64pfr1_el1, PFR1_SSBS_SHIFT) != 0;
}

/*
 * The kernel uses its own map alone, so PAN stays set from here on: SPAN 0 sets it again at
 * each entry. PSTATE.SSBS after an exception is SCTLR_EL1.DSSBS, which is 0.
 */
void hardening_init_cpu(void)
{
	if (has_pan()) {
		WRITE_SYSREG(sctlr_el1, READ_SYSREG(sctlr_el1) & ~SCTLR_SPAN);
		isb();
		__asm__ volatile(".inst 0xd500419f" : : : "memory"); /* msr pan, #1 */
	}
	if (has_ssbs())
		__asm__ volatile("msr s3_3_c4_c2_6, xzr" : : : "memory"); /* ssbs */
}

/* What the compiler puts into frames in debug builds (-fstack-protector-strong). */
uintptr_t __stack_chk_guard = (uintptr_t)0x51a7e0ff0d0a00ff;

noreturn void __stack_chk_fail(void);

noreturn void __stack_chk_fail(void)
{
	panic("a function has written beyond its frame");
}

/*
 * Against bugs, not against who can watch the clock: the counter is all that differs from
 * boot to boot on every machine. The lowest byte is 0, so that no string can bring it along.
 */
__attribute__((optimize("no-stack-protector"))) void hardening_init_canary(void)
{
	uint64_t seed = READ_SYSREG(cntvct_el0) ^ __stack_chk_guard;

	seed = (seed ^ seed >> 31) * UINT64_C(0x7fb5d329728ea185);
	seed = (seed ^ seed >> 27) * UINT64_C(0x81dadef4bc2dd44d);
	__stack_chk_guard = (seed ^ seed >> 33) & ~UINT64_C(0xff);
}

static bool firmware_has_smccc(void)
{
	return firmware_call(PSCI_VERSION, 0) >= PSCI_1_0 &&
		firmware_call(PSCI_FEATURES, SMCCC_VERSION) >= 0 &&
		firmware_call(SMCCC_VERSION, 0) >= SMCCC_1_1;
}

/* The answer: 0 it is there, 1 or -2 this CPU does not need it, -1 unknown. */
static const char *by_firmware(bool smccc, enum firmware_function workaround)
{
	enum { NOT_REQUIRED = -2 };
	int32_t answer;

	if (!smccc)
		return "not mitigated (no SMCCC)";
	answer = firmware_call(SMCCC_ARCH_FEATURES, workaround);
	if (answer > 0 || answer == NOT_REQUIRED)
		return "not affected (firmware)";
	if (answer < 0)
		return "not mitigated (not in firmware)";
	return "not mitigated (firmware's is not called)";
}

static const char *state_of_v2(bool smccc)
{
	if (FIELD(id_aa64pfr0_el1, PFR0_CSV2_SHIFT) != 0)
		return "not affected (CSV2)";
	return by_firmware(smccc, SMCCC_ARCH_WORKAROUND_1);
}

static const char *state_of_bhb(bool smccc)
{
	if (FIELD(id_aa64mmfr1_el1, MMFR1_ECBHB_SHIFT) != 0)
		return "not affected (ECBHB)";
	return by_firmware(smccc, SMCCC_ARCH_WORKAROUND_3);
}

static const char *state_of_v3(void)
{
	if (FIELD(id_aa64pfr0_el1, PFR0_CSV3_SHIFT) != 0)
		return "not affected (CSV3)";
	if (MIDR_PART(READ_SYSREG(midr_el1)) == MIDR_PART_A72)
		return "not affected (A72)";
	return "unknown";
}

static const char *state_of_v4(bool smccc)
{
	if (has_ssbs())
		return "off (SSBS)";
	return by_firmware(smccc, SMCCC_ARCH_WORKAROUND_2);
}

void hardening_report(bool seeded)
{
	bool smccc = firmware_has_smccc();

	kprintf("quire: spectre v1: indices masked; v2: %s; bhb: %s; v3: %s; v4: %s; pan: %s; "
		"canary: %s; seed: %s\n",
		state_of_v2(smccc), state_of_bhb(smccc), state_of_v3(), state_of_v4(smccc),
		has_pan() ? "yes" : "no", DEBUG_BUILD ? "yes" : "no",
		seeded ? "device tree" : "clock");
}
