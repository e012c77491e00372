/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Which access a fault was, in line for the way that programs take most often.
 */
#pragma once

#include "arch/usermap.h"

/*
 * fault_access: what the program wanted to do with memory (enum user_rights), where no
 * translation allowed it; 0: another fault, or no address of a program's.
 *
 * Instruction and data aborts from EL0 have the classes 0x20 and 0x24; fault status codes 0x04
 * to 0x0f are translation, access flag and permission, of any level: FAR_EL1 is valid then.
 */
static inline unsigned fault_access(uint64_t esr, uint64_t far)
{
	const uint64_t write = BIT(6), cache_operation = BIT(8);

	if ((esr >> 26 & ~UINT64_C(4)) != 0x20 || (esr & 0x3f) - 4 >= 12 || far >= USER_LIMIT)
		return 0;
	if (!(esr & BIT(28)))
		return USER_EXECUTE;
	return (esr & (write | cache_operation)) == write ? USER_WRITE : USER_READ;
}
