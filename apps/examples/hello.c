/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The smallest program: newlib's printf, and what the kernel says of the machine.
 */
#include <stdio.h>

#include "libsys/boot.h"

int main(void)
{
	const struct bootinfo *info = boot_info();

	printf("Hello from %s.\n", info->kernel);
	printf("This is %s with %u CPUs.\n", info->board, info->cpus_online);
}
