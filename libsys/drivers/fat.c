/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * FAT, as far as reading goes:
 *
 *	sector of the volume   reserved, the first of them the boot sector
 *	table                  a number for each cluster: which is next, or the end
 *	(copies of it)
 *	root                   FAT16: the folder at the top
 *	data                   clusters, from number 2 on
 *
 * A folder is entries of 32 bytes. A long name stands in entries before the short one, the
 * last part first, each with 13 characters of UTF-16 and a check sum of the short name.
 */
#include "libsys/drivers/fat.h"

#include <string.h>

enum {
	MBR_ENTRIES = 446,
	MBR_ENTRY = 16,
	MBR_TYPE = 4,
	MBR_FIRST = 8,
	SIGNATURE = 510,
	BOOT_SECTOR_BYTES = 11,
	BOOT_CLUSTER_SECTORS = 13,
	BOOT_RESERVED = 14,
	BOOT_TABLES = 16,
	BOOT_ROOT_ENTRIES = 17,
	BOOT_SECTORS_16 = 19,
	BOOT_TABLE_16 = 22,
	BOOT_SECTORS_32 = 32,
	BOOT_TABLE_32 = 36,
	BOOT_ROOT_32 = 44,
	CLUSTERS_FAT16 = 4085, /* fewer: FAT12 */
	CLUSTERS_FAT32 = 65525,
	FIRST_CLUSTER = 2,
	CLUSTER_MASK = 0x0fffffff,
	ENTRY = 32,
	ENTRY_ATTRIBUTES = 11,
	ENTRY_CASE = 12, /* bits 3 and 4: name and extension are small letters */
	ENTRY_HIGH = 20,
	ENTRY_LOW = 26,
	ENTRY_SIZE = 28,
	NAME = 11,
	NAME_BASE = 8,
	ENTRY_END = 0,
	ENTRY_DELETED = 0xe5,
	ENTRY_IS_E5 = 0x05,
	ATTRIBUTE_LABEL = 1 << 3,
	ATTRIBUTE_FOLDER = 1 << 4,
	ATTRIBUTES_LONG = 0xf,
	FOLDER_MAX = 65536 * ENTRY,
	LONG_LAST = 0x40,
	LONG_PARTS = 20,
	LONG_UNITS = 13,
	LONG_CHECK = 13,
};

static uint32_t read16(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t read32(const uint8_t *at)
{
	return read16(at) | read16(at + 2) << 16;
}

static status_t load(struct fat *fat, uint64_t sector)
{
	status_t st = ST_OK;

	if (fat->cached == sector && sector)
		return ST_OK;
	st = block_read(fat->block, sector, fat->sector, 1);
	fat->cached = st == ST_OK ? sector : 0;
	return st;
}

status_t fat_partition(struct block *block, unsigned index, uint64_t *sector_out)
{
	uint8_t sector[BLOCK_SECTOR];
	const uint8_t *entry = sector + MBR_ENTRIES + (size_t)index * MBR_ENTRY;
	status_t st = index < 4 ? block_read(block, 0, sector, 1) : ST_NOT_FOUND;

	if (st != ST_OK)
		return st;
	if (read16(sector + SIGNATURE) != 0xaa55 || entry[MBR_TYPE] == 0)
		return ST_NOT_FOUND;
	*sector_out = read32(entry + MBR_FIRST);
	return ST_OK;
}

/* The volume's layout, all of it within the device. */
static int parse(struct fat *fat, uint64_t start, const uint8_t *boot)
{
	uint32_t tables = boot[BOOT_TABLES], table = read16(boot + BOOT_TABLE_16);
	uint64_t sectors = read16(boot + BOOT_SECTORS_16), end;
	uint32_t per_sector = BLOCK_SECTOR / ENTRY;

	fat->cluster_sectors = boot[BOOT_CLUSTER_SECTORS];
	fat->root_sectors = (read16(boot + BOOT_ROOT_ENTRIES) + per_sector - 1) / per_sector;
	fat->root_cluster = table ? 0 : read32(boot + BOOT_ROOT_32) & CLUSTER_MASK;
	if (!table)
		table = read32(boot + BOOT_TABLE_32);
	if (!sectors)
		sectors = read32(boot + BOOT_SECTORS_32);
	if (read16(boot + SIGNATURE) != 0xaa55 || !tables || !table ||
		read16(boot + BOOT_SECTOR_BYTES) != BLOCK_SECTOR || !fat->cluster_sectors)
		return 0;
	fat->table = start + read16(boot + BOOT_RESERVED);
	fat->root = fat->table + (uint64_t)tables * table;
	fat->data = fat->root + fat->root_sectors;
	end = start + sectors;
	if (end > fat->block->sectors || fat->data > end)
		return 0;
	fat->clusters = (uint32_t)((end - fat->data) / fat->cluster_sectors);
	if (fat->clusters < CLUSTERS_FAT16 ||
		(fat->clusters < CLUSTERS_FAT32) != (fat->root_cluster == 0))
		return 0;
	fat->clusters += FIRST_CLUSTER;
	/* Numbers of clusters that the table has no entry for are none. */
	return fat->clusters <= (uint64_t)table * BLOCK_SECTOR / (fat->root_cluster ? 4 : 2);
}

status_t fat_open(struct block *block, uint64_t sector, struct fat *fat)
{
	uint8_t boot[BLOCK_SECTOR];
	status_t st = block_read(block, sector, boot, 1);

	if (st != ST_OK)
		return st;
	memset(fat, 0, sizeof(*fat));
	fat->block = block;
	return parse(fat, sector, boot) ? ST_OK : ST_NOT_SUPPORTED;
}

void fat_root(const struct fat *fat, struct fat_file *folder_out)
{
	*folder_out = (struct fat_file){.first = fat->root_cluster, .is_folder = 1};
}

static int is_cluster(const struct fat *fat, uint32_t cluster)
{
	return cluster >= FIRST_CLUSTER && cluster < fat->clusters;
}

static status_t next_cluster(struct fat *fat, uint32_t cluster, uint32_t *next_out)
{
	uint32_t size = fat->root_cluster ? 4 : 2;
	uint64_t at = (uint64_t)cluster * size;
	status_t st = load(fat, fat->table + at / BLOCK_SECTOR);
	const uint8_t *entry = fat->sector + at % BLOCK_SECTOR;

	*next_out = size == 4 ? read32(entry) & CLUSTER_MASK : read16(entry);
	return st;
}

/*
 * The sector of a file at `offset`. The file remembers how far it came, so that reading on is
 * one step; the number of steps is at most that of the volume's clusters.
 *
 *  returns ST_NOT_FOUND where the chain ends
 */
static status_t locate(
	struct fat *fat, struct fat_file *file, uint32_t offset, uint64_t *sector_out)
{
	uint32_t sector = offset / BLOCK_SECTOR, wanted = sector / fat->cluster_sectors;

	if (file->first == 0) { /* FAT16's root, or a file of no bytes */
		*sector_out = fat->root + sector;
		return file->is_folder && sector < fat->root_sectors ? ST_OK : ST_NOT_FOUND;
	}
	if (!is_cluster(fat, file->at) || wanted < file->index) {
		file->at = file->first;
		file->index = 0;
	}
	while (file->index < wanted) {
		uint32_t next;
		status_t st = next_cluster(fat, file->at, &next);

		if (st != ST_OK)
			return st;
		if (!is_cluster(fat, next) || file->index >= fat->clusters)
			return ST_NOT_FOUND;
		file->at = next;
		file->index++;
	}
	if (!is_cluster(fat, file->at))
		return ST_IO;
	*sector_out = fat->data + (uint64_t)(file->at - FIRST_CLUSTER) * fat->cluster_sectors +
		sector % fat->cluster_sectors;
	return ST_OK;
}

int64_t fat_read(struct fat *fat, struct fat_file *file, uint32_t offset, void *to, size_t size)
{
	size_t done = 0;

	if (file->is_folder)
		return ST_WRONG_TYPE;
	if (offset > file->size)
		return 0;
	if (size > file->size - offset)
		size = file->size - offset;
	while (done < size) {
		uint32_t at = offset + (uint32_t)done, within = at % BLOCK_SECTOR;
		size_t some = BLOCK_SECTOR - within;
		uint64_t sector;
		status_t st = locate(fat, file, at, &sector);

		if (st == ST_OK)
			st = load(fat, sector);
		if (st != ST_OK)
			return st == ST_NOT_FOUND ? ST_IO : st;
		if (some > size - done)
			some = size - done;
		memcpy((char *)to + done, fat->sector + within, some);
		done += some;
	}
	return (int64_t)done;
}

/* A long name as it is put together; parts come from the last to the first. */
struct long_name {
	uint16_t units[LONG_PARTS * LONG_UNITS];
	unsigned
		next; /* the part that comes next, from 1; 0: none is begun, or all are there */
	unsigned parts;
	uint8_t check;
};

static void add_part(struct long_name *name, const uint8_t *entry)
{
	static const uint8_t places[LONG_UNITS] = {
		1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned number = entry[0] & (LONG_LAST - 1u);

	if (entry[0] & LONG_LAST) {
		*name = (struct long_name){.next = number, .parts = number};
		name->check = entry[LONG_CHECK];
	}
	if (number == 0 || number > LONG_PARTS || number != name->next ||
		entry[LONG_CHECK] != name->check) {
		*name = (struct long_name){0};
		return;
	}
	for (unsigned i = 0; i < LONG_UNITS; i++)
		name->units[(number - 1) * LONG_UNITS + i] =
			(uint16_t)read16(entry + places[i]);
	name->next--;
}

/* One character in UTF-8; halves of a pair that is none become '?'. Returns bytes. */
static unsigned put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void long_to_utf8(const struct long_name *name, char *to)
{
	unsigned count = name->parts * LONG_UNITS, at = 0;

	for (unsigned i = 0; i < count && name->units[i] && at + 4 < FAT_NAME_MAX; i++) {
		uint32_t c = name->units[i];
		uint32_t low = i + 1 < count ? name->units[i + 1] : 0;

		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
			i++;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = '?';
		}
		at += put_utf8(to + at, c);
	}
	to[at] = '\0';
}

/* "README  TXT" as "README.TXT"; letters beyond ASCII depend on a code page: '?'. */
static void short_to_text(const uint8_t *entry, char *to)
{
	for (unsigned i = 0; i < NAME; i++) {
		unsigned char c = entry[i];
		int is_small = entry[ENTRY_CASE] & (i < NAME_BASE ? 1 << 3 : 1 << 4);

		if (c == ' ')
			continue;
		if (i >= NAME_BASE && (i == NAME_BASE || entry[i - 1] == ' '))
			*to++ = '.';
		if (c == ENTRY_IS_E5 || c >= 0x80)
			c = '?';
		*to++ = (char)(is_small && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	*to = '\0';
}

static uint8_t check_sum(const uint8_t *name)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < NAME; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + name[i]);
	return sum;
}

static void take_entry(const struct fat *fat, const uint8_t *at, const struct long_name *name,
	struct fat_entry *entry_out)
{
	uint32_t first = read16(at + ENTRY_LOW);
	int is_folder = (at[ENTRY_ATTRIBUTES] & ATTRIBUTE_FOLDER) != 0;

	if (fat->root_cluster)
		first |= read16(at + ENTRY_HIGH) << 16;
	entry_out->file = (struct fat_file){
		.first = first & CLUSTER_MASK,
		.size = is_folder ? 0 : read32(at + ENTRY_SIZE),
		.is_folder = is_folder,
	};
	if (name->parts && name->next == 0 && name->check == check_sum(at))
		long_to_utf8(name, entry_out->name);
	else
		short_to_text(at, entry_out->name);
}

status_t fat_list(struct fat *fat, struct fat_file *folder, uint32_t *position,
	struct fat_entry *entry_out)
{
	struct long_name name = {0};

	if (!folder->is_folder)
		return ST_WRONG_TYPE;
	for (;; *position += ENTRY) {
		const uint8_t *at = fat->sector + *position % BLOCK_SECTOR;
		uint64_t sector;
		status_t st = *position < FOLDER_MAX ? locate(fat, folder, *position, &sector) :
						       ST_NOT_FOUND;

		if (st == ST_OK)
			st = load(fat, sector);
		if (st != ST_OK)
			return st;
		if (at[0] == ENTRY_END)
			return ST_NOT_FOUND;
		if (at[ENTRY_ATTRIBUTES] == ATTRIBUTES_LONG && at[0] != ENTRY_DELETED) {
			add_part(&name, at);
			continue;
		}
		if (at[0] != ENTRY_DELETED && at[0] != '.' &&
			!(at[ENTRY_ATTRIBUTES] & ATTRIBUTE_LABEL))
			break;
		name = (struct long_name){0};
	}
	take_entry(fat, fat->sector + *position % BLOCK_SECTOR, &name, entry_out);
	*position += ENTRY;
	return ST_OK;
}

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int is_name(const char *name, const char *part, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (small(name[i]) != small(part[i]))
			return 0;
	return name[length] == '\0';
}

static status_t find_in(struct fat *fat, struct fat_file *folder, const char *part,
	size_t length, struct fat_entry *entry)
{
	uint32_t position = 0;
	status_t st;

	while ((st = fat_list(fat, folder, &position, entry)) == ST_OK)
		if (is_name(entry->name, part, length))
			return ST_OK;
	return st;
}

status_t fat_find(struct fat *fat, const char *path, struct fat_file *file_out)
{
	struct fat_entry entry;

	fat_root(fat, &entry.file);
	for (;;) {
		size_t length;
		struct fat_file folder = entry.file;
		status_t st;

		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 0)
			break;
		st = find_in(fat, &folder, path, length, &entry);
		if (st != ST_OK)
			return st;
		path += length;
	}
	*file_out = entry.file;
	return ST_OK;
}
