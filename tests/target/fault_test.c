/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program that does one thing it may not do, the one that the boot argument fault=NAME
 * says; the kernel must stop it and tell why (tests/target/CMakeLists.txt holds what it
 * must say). Coming back from the deed is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/boot.h"

static const int constant = 1;
static int variable;
extern int main(void);

static void call(uint64_t address)
{
	((void (*)(void))address)();
}

static void fault(const char *name)
{
	const struct bootinfo *info = boot_info();
	static uint32_t code[] = {0xd65f03c0};		      /* ret */
	volatile int *volatile near_null = (volatile int *)8; /* opaque to the compiler */

	if (strcmp(name, "read-null") == 0)
		variable = *near_null;
	else if (strcmp(name, "write-unmapped") == 0)
		*(volatile int *)0x123456789000 = 1;
	else if (strcmp(name, "write-text") == 0)
		*(volatile int *)(uintptr_t)main = 1;
	else if (strcmp(name, "write-constant") == 0)
		*(volatile int *)(uintptr_t)&constant = 2;
	else if (strcmp(name, "write-bootinfo") == 0)
		*(volatile uint32_t *)(uintptr_t)&info->version = 2;
	else if (strcmp(name, "write-archive") == 0)
		*(volatile char *)info->archive = 2;
	else if (strcmp(name, "read-kernel") == 0)
		variable = *(volatile int *)0xffffffff80000000;
	else if (strcmp(name, "write-kernel-ram") == 0)
		*(volatile int *)0xffffff8040000000 = 1;
	else if (strcmp(name, "read-hole") == 0)
		variable = *(volatile int *)0x0123000000000000;
	else if (strcmp(name, "execute-data") == 0)
		call((uint64_t)code);
	else if (strcmp(name, "execute-stack") == 0)
		call(info->stack_top - 16);
	else if (strcmp(name, "execute-null") == 0)
		call(0);
	else if (strcmp(name, "execute-kernel") == 0)
		call(0xffffffff80000040);
	else if (strcmp(name, "stack-overflow") == 0)
		*(volatile char *)(info->stack_top - info->stack_size - 1) = 1;
	else if (strcmp(name, "undefined") == 0)
		__asm__ volatile("udf #0");
	else if (strcmp(name, "breakpoint") == 0)
		__asm__ volatile("brk #1");
	else if (strcmp(name, "system-register") == 0)
		__asm__ volatile("mrs x0, sctlr_el1" : : : "x0");
	else if (strcmp(name, "counter-write") == 0)
		__asm__ volatile("msr pmcr_el0, xzr");
	else if (strcmp(name, "counter-select") == 0)
		__asm__ volatile("msr pmselr_el0, xzr");
	else if (strcmp(name, "counter-event") == 0)
		__asm__ volatile("mrs x0, pmevcntr0_el0" : : : "x0");
	else if (strcmp(name, "debug-channel") == 0)
		__asm__ volatile("mrs x0, mdccsr_el0" : : : "x0");
	else if (strcmp(name, "misaligned-pc") == 0)
		call((uint64_t)main + 2);
	else if (strcmp(name, "misaligned-exclusive") == 0)
		__asm__ volatile("ldxr x0, [%0]" : : "r"((char *)code + 1) : "x0");
	else if (strcmp(name, "smc") == 0)
		__asm__ volatile(".inst 0xd4000003"); /* smc #0 */
	else if (strcmp(name, "abort") == 0)
		abort();
	else
		printf("no such fault: %s\n", name);
}

int main(void)
{
	char name[32] = "";
	const char *value;

	if (boot_argument("fault", &value))
		strncpy(name, value,
			strcspn(value, " ") < sizeof(name) ? strcspn(value, " ") : 0);
	printf("about to do: %s\n", name);
	fflush(stdout);
	fault(name);
	puts("nothing stopped it");
	return 1;
}
