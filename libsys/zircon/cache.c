/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Cache maintenance by address, which programs may do themselves. The sizes of lines are in
 * CTR_EL0; on boards whose CPUs differ the kernel would have to say the smallest.
 */
#include "handle.h"

enum {
	CTR_IMINLINE_SHIFT = 0,	 /* log2 of words in the smallest line of instructions */
	CTR_DMINLINE_SHIFT = 16, /* and of data */
	CTR_MASK = 0xf,
	WORD = 4,
};

static uintptr_t line_size(unsigned shift)
{
	uint64_t ctr;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	return (uintptr_t)WORD << (ctr >> shift & CTR_MASK);
}

/* What was written reaches the point where instruction fetches meet it, or memory. */
static void clean(uintptr_t at, uintptr_t end, bool invalidate)
{
	uintptr_t line = line_size(CTR_DMINLINE_SHIFT);

	for (at &= ~(line - 1); at < end; at += line)
		if (invalidate)
			__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
		else
			__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}

/* After the data is clean, on every CPU: what was fetched before is forgotten. */
static void forget_instructions(uintptr_t at, uintptr_t end)
{
	uintptr_t line = line_size(CTR_IMINLINE_SHIFT);

	for (at &= ~(line - 1); at < end; at += line)
		__asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

zx_status_t zx_cache_flush(const void *addr, size_t size, uint32_t options)
{
	const uint32_t all =
		ZX_CACHE_FLUSH_INSN | ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INVALIDATE;
	uintptr_t at = (uintptr_t)addr;

	if (!options || options & ~all ||
		(options & ZX_CACHE_FLUSH_INVALIDATE && !(options & ZX_CACHE_FLUSH_DATA)))
		return ZX_ERR_INVALID_ARGS;
	if (!zircon_can_read(addr, size))
		return ZX_ERR_INVALID_ARGS;
	clean(at, at + size, options & ZX_CACHE_FLUSH_INVALIDATE);
	if (options & ZX_CACHE_FLUSH_INSN)
		forget_instructions(at, at + size);
	return ZX_OK;
}
