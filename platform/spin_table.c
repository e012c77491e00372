/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * CPUs that spin until a non-zero word appears at their cpu-release-addr. They read it with
 * their caches off, so it is cleaned to the point of coherency, then they are woken.
 */
#include "arch/kmap.h"

#include "platform.h"

void spin_table_release(uint64_t release_address, uint64_t entry)
{
	volatile uint64_t *word = pa_to_va(release_address);

	*word = entry;
	__asm__ volatile("dc cvac, %0\n\tdsb sy\n\tsev" : : "r"(word) : "memory");
}
