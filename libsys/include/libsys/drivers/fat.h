/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Files on a FAT16 or FAT32 volume, read only: Microsoft's "FAT: General Overview of On-Disk
 * Format" 1.03, with long names. What the volume says is checked: one that is damaged gives
 * ST_IO, never an access outside or a walk without an end.
 *
 *	fat_open(&disk.block, sector of the partition, &fat)
 *	fat_find(&fat, "/boot/config.txt", &file)
 *	size = fat_read(&fat, &file, 0, text, sizeof(text))
 */
#pragma once

#include "libsys/drivers/block.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FAT_NAME_MAX = 256 * 3 + 1 }; /* a long name in UTF-8, with its NUL */

struct fat {
	struct block *block;
	uint64_t table, root, data; /* sectors: the first table, FAT16's root, cluster 2 */
	uint32_t root_sectors;	    /* FAT16 */
	uint32_t root_cluster;	    /* FAT32; 0: FAT16 */
	uint32_t clusters;	    /* one more than the highest number */
	uint32_t cluster_sectors;
	uint64_t cached; /* which sector is in the buffer below; 0: none */
	uint8_t sector[BLOCK_SECTOR];
};

/* A file or folder. */
struct fat_file {
	uint32_t first; /* cluster; 0: none, or FAT16's root */
	uint32_t size;	/* in bytes; of a folder 0 */
	int is_folder;
	uint32_t at, index; /* a cluster on the way, and its place: reading on begins here */
};

struct fat_entry {
	char name[FAT_NAME_MAX];
	struct fat_file file;
};

/*
 * fat_partition: the first sector of a partition of an MBR.
 *
 *  index    0 to 3
 *  returns  ST_OK; ST_NOT_FOUND: no MBR, or no such partition; others as block_read
 */
status_t fat_partition(struct block *block, unsigned index, uint64_t *sector_out);

/*
 * fat_open: look at a volume.
 *
 *  sector   where it begins: of a partition, or 0
 *  returns  ST_OK; ST_NOT_SUPPORTED: it is neither FAT16 nor FAT32 with sectors of 512 bytes;
 *           others as block_read
 */
status_t fat_open(struct block *block, uint64_t sector, struct fat *fat);

/* fat_root: the folder at the top. */
void fat_root(const struct fat *fat, struct fat_file *folder_out);

/*
 * fat_find: the file or folder of a path from the top, "/" between names; letters of ASCII
 * count alike, whether small or large.
 *
 *  returns  ST_OK; ST_NOT_FOUND; ST_WRONG_TYPE: a file where a folder should be; ST_IO: the
 *           volume is damaged; others as block_read
 */
status_t fat_find(struct fat *fat, const char *path, struct fat_file *file_out);

/*
 * fat_list: a folder's entries one after the other; "." and ".." are left out.
 *
 *  position  0 to begin with; set to what the next call wants
 *  returns   ST_OK; ST_NOT_FOUND: there are no more; others as fat_find
 */
status_t fat_list(struct fat *fat, struct fat_file *folder, uint32_t *position,
	struct fat_entry *entry_out);

/*
 * fat_read: some bytes of a file.
 *
 *  returns  how many: less than asked at the end of the file, 0 behind it; ST_WRONG_TYPE: it is
 *           a folder; others as fat_find
 */
int64_t fat_read(
	struct fat *fat, struct fat_file *file, uint32_t offset, void *to, size_t size);

#ifdef __cplusplus
}
#endif
