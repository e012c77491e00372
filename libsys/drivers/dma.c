/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/drivers/dma.h"

#include "libsys/boot.h"
#include "libsys/pool.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

static int is_below(const struct bootinfo_untyped *untyped, uint64_t limit)
{
	return limit == 0 || untyped->base + (UINT64_C(1) << untyped->size_bits) <= limit;
}

/* From the smallest of bootinfo's Untypeds below the limit that has room. */
static status_t add_below(cptr_t pool, uint64_t limit, unsigned size_bits, cptr_t *untyped_out)
{
	const struct bootinfo *info = boot_info();
	status_t st = ST_NO_MEMORY;

	for (uint32_t i = info->untyped_count; i-- > 0;) {
		if (info->untyped[i].device || !is_below(&info->untyped[i], limit))
			continue;
		*untyped_out = info->untyped_first + i;
		st = pool_add(pool, *untyped_out, size_bits);
		if (st != ST_NO_MEMORY && st != ST_BAD_HANDLE)
			return st;
	}
	return st;
}

status_t dma_pool_create(uint64_t limit, unsigned size_bits, struct dma_pool *pool_out)
{
	status_t st = object_create(OBJECT_POOL, 0, &pool_out->pool);

	if (st != ST_OK)
		return st;
	st = add_below(pool_out->pool, limit, size_bits, &pool_out->untyped);
	if (st != ST_OK)
		(void)object_delete(pool_out->pool);
	return st;
}

void dma_pool_delete(struct dma_pool *pool)
{
	(void)pool_delete(pool->pool);
}

/* Where it is, and a mapping. */
static status_t open_buffer(const struct dma_pool *pool, struct dma *dma)
{
	int64_t address = vmo_lookup(dma->vmo, pool->untyped, 0);
	uaddr_t at = 0;
	status_t st;

	if (address < 0)
		return (status_t)address;
	st = vspace_map(
		ROOT_SLOT_VSPACE, dma->vmo, 0, dma->size, VSPACE_READ | VSPACE_WRITE, &at);
	if (st == ST_OK) {
		dma->address = (uint64_t)address;
		dma->at = (volatile void *)at;
	}
	return st;
}

status_t dma_alloc(const struct dma_pool *pool, size_t size, unsigned align_bits, int coherent,
	struct dma *dma_out)
{
	status_t st = vmo_create_contiguous(pool->pool, size, align_bits,
		coherent ? VMO_CACHE_CACHED : VMO_CACHE_UNCACHED, &dma_out->vmo);

	if (st != ST_OK)
		return st;
	dma_out->size = (size + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
	st = open_buffer(pool, dma_out);
	if (st != ST_OK)
		(void)object_delete(dma_out->vmo);
	return st;
}

void dma_free(struct dma *dma)
{
	(void)vspace_unmap(ROOT_SLOT_VSPACE, (uaddr_t)dma->at, dma->size);
	(void)object_delete(dma->vmo);
}
