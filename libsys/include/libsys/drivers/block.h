/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Block devices: sectors to read and write, whatever the driver. Calls return when it is
 * done; one thread at a time.
 */
#pragma once

#include <stddef.h>

#include "libsys/device_tree.h"
#include "libsys/drivers/dma.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BLOCK_SECTOR = 512 };

struct block;

/* What a driver does; sectors are within the device, and count is not 0. */
struct block_operations {
	status_t (*read)(struct block *block, uint64_t sector, void *to, size_t count);
	status_t (*write)(struct block *block, uint64_t sector, const void *from, size_t count);
	status_t (*flush)(struct block *block);
	void (*close)(struct block *block);
};

struct block {
	const struct block_operations *operations;
	void *driver;
	uint64_t sectors;
	int is_read_only;
};

/*
 * block_read, block_write: whole sectors of BLOCK_SECTOR bytes.
 *
 *  returns  ST_OK
 *           ST_OUT_OF_RANGE   beyond the end; nothing was done
 *           ST_ACCESS_DENIED  write: it is read-only
 *           ST_IO             the device reports an error
 *           ST_TIMED_OUT      it does not answer. From then on ST_BAD_STATE
 */
status_t block_read(struct block *block, uint64_t sector, void *to, size_t count);
status_t block_write(struct block *block, uint64_t sector, const void *from, size_t count);

/* block_flush: what was written stays, whatever happens. As block_write. */
status_t block_flush(struct block *block);

void block_close(struct block *block);

#ifdef __cplusplus
}
#endif
