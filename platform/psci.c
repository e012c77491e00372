/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Arm Power State Coordination Interface 0.2 and later (DEN0022), SMC calling convention. */
#include "arch/firmware.h"

#include "platform.h"

enum psci_function {
	PSCI_SYSTEM_OFF = 0x84000008u,
	PSCI_CPU_ON = 0xc4000003u,
};

enum { PSCI_SUCCESS = 0, PSCI_ALREADY_ON = -4, PSCI_NOT_SUPPORTED = -1 };

static enum psci_conduit conduit;

void psci_init(enum psci_conduit which)
{
	conduit = which;
}

static int64_t psci_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	/* x4-x17 may be lost: the convention before 1.1 keeps only x18 and up. */
#define PSCI_CLOBBERS \
	"x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", \
		"x17", "memory"
	if (conduit == PSCI_HVC)
		__asm__ volatile("hvc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : PSCI_CLOBBERS);
	else if (conduit == PSCI_SMC)
		__asm__ volatile("smc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : PSCI_CLOBBERS);
	else
		return PSCI_NOT_SUPPORTED;
	return (int32_t)x0;
}

int32_t firmware_call(uint32_t function, uint64_t argument)
{
	return (int32_t)psci_call(function, argument, 0, 0);
}

bool psci_cpu_on(uint64_t id, uint64_t entry)
{
	int64_t status = psci_call(PSCI_CPU_ON, id, entry, 0);

	return status == PSCI_SUCCESS || status == PSCI_ALREADY_ON;
}

void psci_system_off(void)
{
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}
