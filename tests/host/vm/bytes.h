/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Bytes of a VMO as the kernel's callers of vmo_look and vmo_own move them; within one page. */
#pragma once

#include <string.h>

#include "vm/vmo.h"

static inline status_t bytes_write(struct vmo *v, uint64_t at, const void *from, uint64_t size)
{
	paddr_t pa;
	status_t st = vmo_own(v, at >> PAGE_BITS, &pa);

	if (st != ST_OK)
		return st;
	memcpy((char *)mmu_window(pa) + (at & (PAGE_SIZE - 1)), from, size);
	vmo_wrote(pa);
	return ST_OK;
}

static inline status_t bytes_read(struct vmo *v, uint64_t at, void *to, uint64_t size)
{
	paddr_t pa;
	status_t st = vmo_look(v, at >> PAGE_BITS, &pa);

	if (st == ST_OK)
		memcpy(to, (char *)mmu_window(pa) + (at & (PAGE_SIZE - 1)), size);
	return st;
}
