/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Memory that a device reads and writes itself: contiguous VMOs whose physical address is
 * known, mapped so that CPU and device see the same. A device that the tree calls coherent
 * looks through the CPUs' caches; for any other the memory is not cached at all. The order of
 * accesses is the driver's business (libsys/drivers/mmio.h).
 *
 * A struct dma_pool is the memory that they are made of. Devices that cannot address all of it
 * get one of their own below a limit (the VideoCore and what hangs on it: the first GiB).
 */
#pragma once

#include <stddef.h>

#include "abi/memory.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dma_pool {
	cptr_t pool;
	cptr_t untyped; /* that the Pool's memory is of: who holds it may know addresses */
};

/* A buffer, at both its addresses. */
struct dma {
	volatile void *at;
	uint64_t address; /* physical */
	size_t size;	  /* in bytes, whole pages */
	cptr_t vmo;
};

/*
 * dma_pool_create: 2^size_bits bytes of the first program's RAM that end at or below `limit`.
 *
 *  limit      a physical address; 0: any
 *  size_bits  13 or more; a page of it describes the rest
 *  returns    ST_OK; ST_NO_MEMORY: no Untyped there has room; others as pool_create
 */
status_t dma_pool_create(uint64_t limit, unsigned size_bits, struct dma_pool *pool_out);

/* dma_pool_delete: destroy it and all buffers that were made of it. */
void dma_pool_delete(struct dma_pool *pool);

/*
 * dma_alloc: a buffer of zeros.
 *
 *  size        rounded up to pages
 *  align_bits  of its physical address; 0: a page's start
 *  coherent    does the device see the CPUs' caches (tree_is_coherent)?
 *  returns     as vmo_create_contiguous and vspace_map
 */
status_t dma_alloc(const struct dma_pool *pool, size_t size, unsigned align_bits, int coherent,
	struct dma *dma_out);

/* dma_free: unmap and delete it. The device must have been stopped. */
void dma_free(struct dma *dma);

#ifdef __cplusplus
}
#endif
